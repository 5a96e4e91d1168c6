"""The transparency log: an append-only Merkle tree (RFC 6962) of orders paid, retirements, revocations, closed books.

An entry is written in the transaction of what it tells, without a place; a sequencer, any worker's, puts what waits
into the tree and signs its head (a C2SP checkpoint). What is hashed is salted: leaf = SHA-256(0x00 ‖ SHA-256(salt ‖
body)), body in canonical JSON, so that the tree tells nothing of an order to whoever has not its certificate.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import rfc8785
from sqlalchemy import Connection

from accounts import NotFound
from calculations import merkle
from calculations.model import FieldError, InputError
from data.settings import get_settings
from data.store import certificates as certificate_rows
from data.store import log as rows
from data.store.engine import get_store, run_write
from data.store.ids import event_of, new_row_id
from offsetting import notes, signing
from offsetting.certificates import possible_numbers

ORDER, RETIREMENT, REVOCATION = "order", "retirement", "revocation"
BOOKS, BOOKS_OPENED = "books", "books_opened"  # an event's books closed with a statement; opened again
BATCH = 2000
MOST_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class LogProof:
    """That an entry stands in the tree of a checkpoint. Hashes are base64; ``body`` and ``salt`` open the leaf, and are
    '' where the entry was asked for by its position alone."""

    kind: str
    position: int
    leaf: str
    proof: tuple[str, ...]
    checkpoint: str
    size: int
    body: str = ""
    salt: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the API, and for a certificate's file."""
        opened = {"body": self.body, "salt": self.salt} if self.salt else {}
        return {
            "kind": self.kind, "position": self.position, "leaf_hash": self.leaf, "size": self.size,
            "proof": list(self.proof), "checkpoint": self.checkpoint, **opened,
        }  # fmt: skip


def entry_leaf(salt: str, body: str) -> bytes:
    """The leaf hash of an entry: its salt (hex) and its body (canonical JSON)."""
    return merkle.leaf_hash(hashlib.sha256(bytes.fromhex(salt) + body.encode()).digest())


def append(
    conn: Connection, event_id: str, kind: str, subject: str, told: Mapping[str, Any], livemode: bool, now: datetime
) -> None:
    """An entry about an order or a retirement, in the caller's transaction."""
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = rfc8785.dumps({"type": kind, "at": at, "livemode": bool(livemode), **told}).decode()
    salt = secrets.token_hex(32)
    rows.add(conn, {
        "event_id": event_id, "entry_id": new_row_id(), "kind": kind, "subject": subject, "body": body, "salt": salt,
        "leaf_hash": entry_leaf(salt, body).hex(), "livemode": livemode, "at": now, "position": None,
    })  # fmt: skip


def sequence(now: datetime | None = None, limit: int = BATCH) -> int:
    """Puts what waits into the tree and signs its new head; how many entries. Any worker may, at any time."""
    store, at = get_store(), now or datetime.now(UTC)
    with store.read() as conn:
        if not rows.any_waiting(conn):
            return 0
    return run_write(store, lambda conn: _sequence(conn, at, limit))


def _sequence(conn: Connection, now: datetime, limit: int) -> int:
    size = rows.lock_head(conn)
    waiting = rows.waiting(conn, limit)
    if not waiting:
        return 0
    leaves = [bytes.fromhex(row["leaf_hash"]) for row in waiting]
    new = merkle.appended(size, leaves, _nodes(conn))
    rows.place(conn, waiting, size, {key: found.hex() for key, found in new.items()})
    grown = size + len(waiting)
    root = merkle.root(grown, _nodes(conn))
    rows.add_checkpoint(conn, grown, root.hex(), _signed(conn, grown, root, now), now)
    return len(waiting)


def _nodes(conn: Connection) -> merkle.Nodes:
    return lambda level, index: bytes.fromhex(rows.node(conn, level, index))


def log_name() -> str:
    """The log's origin: the address people reach us by, without its scheme."""
    return urlsplit(get_settings().base_url).netloc + "/log"


def key_path() -> Path:
    """Where the key is kept that signs checkpoints, and nothing else."""
    return get_settings().data_dir / "log_key.pem"


def _signed(conn: Connection, size: int, root: bytes, now: datetime) -> str:
    path = key_path()
    if not path.exists():
        signing.keep_new_key(path, replace=False)
    private, name = signing.load_key(path).private, log_name()
    rows.keep_key(conn, str(notes.key_of(name, private)), now)
    return notes.sign_note(notes.Checkpoint(name, size, root).text(), name, private)


def checkpoint(size: int | None = None) -> str:
    """The newest signed head, what waits put in first; or that of ``size`` entries. Raises NotFound."""
    _settle()
    with get_store().read() as conn:
        row = rows.checkpoint(conn) if size is None else _head(conn, size)
    if row is not None:
        return str(row["note"])
    return run_write(get_store(), lambda conn: _signed(conn, 0, merkle.EMPTY_ROOT, datetime.now(UTC)))


def _settle() -> None:
    while sequence():
        pass


def proof(entry: str, size: int | None = None) -> LogProof:
    """That an entry is in the tree, of the newest checkpoint or that of ``size``. ``entry`` is a position, or a
    certificate's number, whose order's entry is then opened. Raises NotFound, InputError."""
    _settle()
    with get_store().read() as conn:
        head = _head(conn, size)
        row = _entry(conn, entry)
        return _proof(conn, row, head, opened=not entry.strip().isdecimal())


def proofs_of(conn: Connection, event_id: str, order_id: str, size: int | None = None) -> list[LogProof]:
    """All that the log says of an order, opened: its payment, and its revocation."""
    head = _head(conn, size)
    found = rows.entries_of(conn, event_id, order_id)
    return [_proof(conn, row, head, opened=True) for row in found if _within(row, head)]


def retirement_proof(
    conn: Connection, event_id: str, retirement_id: str, size: int | None = None
) -> LogProof | None:  # fmt: skip
    """That a retirement is in the tree, of the newest checkpoint or that of ``size``; None while it waits."""
    head = rows.checkpoint(conn, size)
    found = rows.entries_of(conn, event_id, retirement_id)
    if head is None or not found or not _within(found[0], head):
        return None
    return _proof(conn, found[0], head, opened=True)


def _within(row: rows.Row, head: rows.Row) -> bool:
    return row["position"] is not None and row["position"] < head["size"]


def _head(conn: Connection, size: int | None) -> rows.Row:
    row = rows.checkpoint(conn, size)
    if row is None:
        raise NotFound("The log has no checkpoint of {value} entries.", value=0 if size is None else size)
    return row


def _entry(conn: Connection, entry: str) -> rows.Row:
    text = entry.strip()
    if text.isascii() and text.isdecimal() and len(text) <= 15:
        row = rows.entry_at(conn, int(text))
        if row is not None:
            return row
    numbers = possible_numbers(text)
    signpost = certificate_rows.find_number(conn, numbers) if numbers else None
    if signpost is not None:
        return rows.entries_of(conn, signpost["event_id"], signpost["order_id"])[0]
    found = rows.entries_of(conn, event_of(text), text) if event_of(text) else []
    if found and found[0]["kind"] in (RETIREMENT, BOOKS):
        return found[0]
    raise NotFound(
        "The log has no entry {value}; give a position, a certificate's number or a retirement.", value=entry[:60]
    )


def _proof(conn: Connection, row: rows.Row, head: rows.Row, opened: bool) -> LogProof:
    if not _within(row, head):
        raise NotFound("The log of {size} entries does not hold this one yet.", size=head["size"])
    path = merkle.inclusion_proof(row["position"], head["size"], _nodes(conn))
    return LogProof(
        kind=row["kind"] if opened else "", position=row["position"], leaf=_text(bytes.fromhex(row["leaf_hash"])),
        proof=tuple(_text(step) for step in path), checkpoint=head["note"], size=head["size"],
        body=row["body"] if opened else "", salt=row["salt"] if opened else "",
    )  # fmt: skip


def _text(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def consistency(old: int, new: int) -> dict[str, Any]:
    """The proof that the tree of ``new`` entries begins with that of ``old``. Raises InputError."""
    with get_store().read() as conn:
        size = rows.size(conn)
        if not 1 <= old <= new <= size:
            message = "{field}: {value} does not fit; give 1 ≤ from ≤ to ≤ {size}, the size of the log."
            raise InputError([FieldError("from", old, message, {"size": size})])
        path = merkle.consistency_proof(old, new, _nodes(conn))
        return {"from": old, "to": new, "proof": [_text(step) for step in path]}


def entries(start: int, limit: int) -> list[dict[str, Any]]:
    """Leaf hashes from a position on: all that is needed to build the tree anew and compare its root."""
    with get_store().read() as conn:
        found = rows.placed(conn, start, min(limit, MOST_ENTRIES))
    return [{"position": row["position"], "leaf_hash": _text(bytes.fromhex(row["leaf_hash"]))} for row in found]


def examine(conn: Connection) -> list[str]:
    """What is wrong with the log: an entry that is not what was hashed, or a tree that is not its entries'."""
    wrong: list[str] = []
    leaves: list[bytes] = []
    start = 0
    while found := rows.placed(conn, start, MOST_ENTRIES):
        for row in found:
            leaf = entry_leaf(row["salt"], row["body"])
            if leaf.hex() != row["leaf_hash"] or row["position"] != len(leaves):
                wrong.append(f"entry {row['position']} is not what was hashed")
            leaves.append(leaf)
        start = len(leaves)
    return [*wrong, *_wrong_head(rows.checkpoint(conn), leaves)]


def _wrong_head(head: rows.Row | None, leaves: list[bytes]) -> list[str]:
    if head is None:
        return []
    if head["size"] != len(leaves):
        return [f"a checkpoint of {head['size']} entries was signed; there are {len(leaves)}"]
    tree = merkle.appended(0, leaves, _nothing)
    root = merkle.root(head["size"], lambda level, index: tree[level, index])
    return [] if root.hex() == head["root"] else [f"the root of {head['size']} entries is not the one that was signed"]


def _nothing(level: int, index: int) -> bytes:
    raise LookupError(f"no subtree {level}, {index} before the first leaf")
