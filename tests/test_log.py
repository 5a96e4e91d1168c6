"""The transparency log: what is paid, retired or revoked is in it, only ever added, and proved off line to the byte."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import offsetting
from accounts import SYSTEM
from calculations import merkle
from data.store import schema as s
from data.store.engine import Store
from offsetting import notes
from offsetting.bundle import verify_file
from tests.support.api import client
from tests.support.shop import Shop, add_guest, open_shop, pay

PROJECT_DIR = Path(__file__).resolve().parent.parent
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a test's own key").digest())


@pytest.fixture
def shop(store: Store) -> Shop:
    return open_shop()


def _paid(shop: Shop, grams: int = 5000) -> offsetting.Order:
    return pay(offsetting.place_order(add_guest(shop), shop.project, grams=grams))


def _number(shop: Shop, grams: int = 5000) -> str:
    return _paid(shop, grams).certificate_number


def _keys() -> bytes:
    return json.dumps(offsetting.did_document()).encode()


def _head() -> notes.Checkpoint:
    note = offsetting.log_checkpoint()
    keys = [notes.parse_key(text) for text in json.loads(_keys())["service"][0]["verifierKeys"]]
    return notes.open_checkpoint(note, keys)


# ------------------------------------------------------------------ notes
def test_a_note_opens_with_its_key_and_no_other() -> None:
    note = notes.sign_note("example.org/log\n3\nx\n", "example.org/log", KEY)
    key = notes.parse_key(str(notes.key_of("example.org/log", KEY)))
    assert notes.open_note(note, [key]) == "example.org/log\n3\nx\n"
    for other in (notes.key_of("other.org/log", KEY), notes.key_of("example.org/log", Ed25519PrivateKey.generate())):
        with pytest.raises(notes.NoteError, match="No key"):
            notes.open_note(note, [other])
    with pytest.raises(notes.NoteError, match="does not fit"):
        notes.open_note(note.replace("\n3\n", "\n4\n"), [key])


def test_every_changed_byte_of_a_note_is_refused() -> None:
    note = notes.sign_note(notes.Checkpoint("example.org/log", 3, b"r" * 32).text(), "example.org/log", KEY)
    key = notes.key_of("example.org/log", KEY)
    for at in range(len(note)):
        changed = note[:at] + chr(ord(note[at]) ^ 1) + note[at + 1 :]
        with pytest.raises(notes.NoteError):
            notes.open_checkpoint(changed, [key])


# ------------------------------------------------------------------ the tree
def test_what_is_paid_is_in_the_tree_and_proved_to_its_checkpoint(shop: Shop) -> None:
    numbers = [_number(shop, grams) for grams in (1000, 2000, 3000)]
    head = _head()
    assert head.size == 3
    for number in numbers:
        found = offsetting.log_proof(number)
        leaf = base64.b64decode(found.leaf)
        path = [base64.b64decode(step) for step in found.proof]
        assert merkle.verify_inclusion(leaf, found.position, head.size, path, head.root)
        body = json.loads(found.body)
        assert body["certificate"] == number and body["type"] == "order" and body["livemode"] is False
        assert sum(part["toGram"] - part["fromGram"] for part in body["intervals"]) == body["grams"]
    leaves = [base64.b64decode(row["leaf_hash"]) for row in offsetting.log_entries(0, 10)]
    tree = merkle.appended(0, leaves, lambda *_: b"")
    assert merkle.root(3, lambda *node: tree[node]) == head.root


def test_a_position_alone_opens_nothing(shop: Shop) -> None:
    number = _number(shop)
    found = offsetting.log_proof("0").as_json()
    assert "body" not in found and "salt" not in found and found["kind"] == "" and number not in json.dumps(found)


def test_the_log_only_grows(shop: Shop) -> None:
    _number(shop)
    old = _head()
    for grams in (1000, 2000, 3000, 4000):
        _number(shop, grams)
    new = _head()
    path = [base64.b64decode(step) for step in offsetting.log_consistency(old.size, new.size)["proof"]]
    assert merkle.verify_consistency(old.size, new.size, path, old.root, new.root)
    with pytest.raises(offsetting.NotFound):
        offsetting.log_proof("99")
    for wrong in ((0, 1), (3, 2), (1, 99)):
        with pytest.raises(Exception, match="from"):
            offsetting.log_consistency(*wrong)


def test_the_audit_sees_an_entry_changed_or_a_tree_cut(shop: Shop, store: Store) -> None:
    number = _number(shop)
    _number(shop)
    _head()

    def finding() -> str:
        return next(one.detail for one in offsetting.audit() if one.name.startswith("the log's tree"))

    assert finding() == ""
    with store.write() as conn:
        entry = s.log_entry
        body = conn.execute(sa.select(entry.c.body).where(entry.c.position == 0)).scalar_one()
        conn.execute(sa.update(entry).where(entry.c.position == 0).values(body=body.replace("5000", "9000")))
    assert "entry 0 is not what was hashed" in finding() and number
    with store.write() as conn:
        conn.execute(sa.update(entry).where(entry.c.position == 0).values(body=body))
        conn.execute(sa.delete(entry).where(entry.c.position == 1))
    assert "a checkpoint of 2 entries was signed; there are 1" in finding()


def test_the_audit_misses_what_is_not_in_the_log(shop: Shop, store: Store) -> None:
    order = _paid(shop)
    with store.write() as conn:
        conn.execute(sa.delete(s.log_entry).where(s.log_entry.c.subject == order.order_id))
    wrong = [one for one in offsetting.audit() if not one.ok]
    assert len(wrong) == 1 and f"order {order.order_id} (pooled) is not in the log" in wrong[0].detail


def test_what_was_paid_before_there_was_a_log_is_put_in_once(shop: Shop, store: Store) -> None:
    paid, gone = _paid(shop), _paid(shop, 2000)
    offsetting.refund_order(gone.order_id, "asked for", SYSTEM)
    with store.write() as conn:
        conn.execute(sa.delete(s.log_entry))
    assert offsetting.log_former() == 2 and offsetting.log_former() == 0
    assert json.loads(offsetting.log_proof(paid.certificate_number).body)["grams"] == 5000
    assert all(one.ok for one in offsetting.audit())


# ------------------------------------------------------------------ the file
def test_a_certificates_file_is_checked_off_line_and_every_changed_byte_fails(shop: Shop) -> None:
    number = _number(shop)
    for grams in (1000, 2000):
        _number(shop, grams)
    text, keys, note = offsetting.certificate_file(number), _keys(), offsetting.log_checkpoint()
    found = verify_file(text, keys, note)
    assert found.ok and found.subject["certificateNumber"] == number, found.reasons
    for at in range(0, len(text), 7):
        changed = text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]
        assert not verify_file(changed, keys, note).ok, text[max(0, at - 20) : at + 20]


def test_a_file_is_held_to_the_checkpoint_that_is_given(shop: Shop) -> None:
    number = _number(shop)
    early, text = offsetting.log_checkpoint(), offsetting.certificate_file(number)
    _number(shop)
    late = offsetting.log_checkpoint()
    assert verify_file(text, _keys(), early).ok
    assert "another checkpoint" in verify_file(text, _keys(), late).reasons[0]
    assert verify_file(offsetting.certificate_file(number), _keys(), late).ok
    assert verify_file(offsetting.certificate_file(number, 1), _keys(), early).ok
    other = notes.Checkpoint(_head().origin, 1, b"x" * 32).text()
    forged = notes.sign_note(other, _head().origin, KEY)
    assert "No key" in verify_file(text, _keys(), forged).reasons[0]
    credential = offsetting.certificate_credential(number)
    assert verify_file(credential, _keys()).ok and not verify_file(credential, _keys(), early).ok


def test_a_refund_is_in_the_log_and_its_file_says_so(shop: Shop) -> None:
    order = _paid(shop)
    offsetting.refund_order(order.order_id, "asked for", SYSTEM)
    found = verify_file(offsetting.certificate_file(order.certificate_number), _keys())
    assert not found.ok and "The log says that this certificate was revoked." in found.reasons
    assert _head().size == 2


def test_the_command_needs_no_store_and_no_network(shop: Shop, tmp_path: Path) -> None:
    number = _number(shop)
    (tmp_path / "c.json").write_text(offsetting.certificate_file(number), encoding="utf-8")
    (tmp_path / "did.json").write_bytes(_keys())
    (tmp_path / "checkpoint").write_text(offsetting.log_checkpoint(), encoding="utf-8")
    given = [str(PROJECT_DIR / "cli.py"), "verify", "c.json", "--keys", "did.json", "--checkpoint", "checkpoint"]
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "none")}
    run = subprocess.run([sys.executable, *given], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0 and run.stdout.startswith("Valid"), run.stdout + run.stderr
    assert not (tmp_path / "none").exists()
    text = (tmp_path / "c.json").read_text(encoding="utf-8")
    (tmp_path / "c.json").write_text(text.replace('"grams', '"gramz', 1), encoding="utf-8")
    run = subprocess.run([sys.executable, *given], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 1 and "NOT VALID" in run.stdout


# ------------------------------------------------------------------ the API
def test_the_log_by_the_api(shop: Shop) -> None:
    number, api = _number(shop), client()
    note = api.get("/api/v1/log/checkpoint")
    assert note.status_code == 200 and note.text.split("\n")[1] == "1"
    proof = api.get("/api/v1/log/proof", params={"entry": number}).json()
    assert proof["position"] == 0 and json.loads(proof["body"])["certificate"] == number
    assert api.get("/api/v1/log/consistency", params={"from": 1, "to": 1}).json()["proof"] == []
    assert api.get("/api/v1/log/entries").json()["items"] == [{"position": 0, "leaf_hash": proof["leaf_hash"]}]
    for path, status in (
        ("proof?entry=nothing", 404), ("proof?entry=0&size=9", 404), ("consistency?from=0&to=1", 422),
        ("consistency?from=1&to=5", 422), ("proof", 422),
    ):  # fmt: skip
        answer = api.get(f"/api/v1/log/{path}")
        assert answer.status_code == status and answer.json()["detail"], path
    file = api.get(f"/api/v1/certificates/{number}", headers={"Accept": offsetting.CERTIFICATE_FILE})
    assert verify_file(file.text, api.get("/.well-known/did.json").text, note.text).ok
