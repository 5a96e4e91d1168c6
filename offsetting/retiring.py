"""Retirement by two people: one enters what the registry has done, with its document; another confirms it.

Only then are credits retired here: their sold grams turn to retired, unsold ones to surplus, orders of which every gram
is retired turn with their certificates, roll-ups follow by the gram, and the transparency log gets an entry each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from accounts import Actor, Conflict, Forbidden, current_actor, record
from calculations import instruction_states as steps
from calculations import order_states as states
from calculations.model import FieldError, InputError
from data import evidence as files
from data.store import allocations, live, orders
from data.store import credits as lots
from data.store import retirements as rows
from data.store.engine import get_store, run_write
from data.store.ids import new_id
from offsetting import claiming, instructing, log
from offsetting.by_gram import RetiredGrams
from offsetting.instruction_models import Instruction, InstructionRun, RetirementEntry
from offsetting.models import Retirement

Row = Mapping[Any, Any]
BATCH = 500
SECOND_PERSON = (
    "You entered this retirement yourself; a second person of the exchange has to confirm it. "
    "This holds for administrators too."
)


def enter_retirement(
    actor: Actor, instruction: str, link: str, evidence: bytes, evidence_name: str, retired_on: date,
    beneficiary: str, now: datetime | None = None,
) -> Instruction:  # fmt: skip
    """Enters what the registry has done about a sent instruction: its page, the day, for whom, and its document, which
    is kept by its SHA-256. Nothing is retired here until a second person confirms.

    Needs the permission retire. Raises Forbidden, Unauthenticated, NotFound, InputError, and Conflict where the
    instruction is not one that was sent.
    """
    at = now or datetime.now(UTC)
    with get_store().read() as conn:
        found = instructing.allowed_in(conn, actor, instruction)
    _check(link, evidence, retired_on, beneficiary, at)
    if found.state != steps.SENT:
        raise Conflict(instructing.ELSEWHERE)
    values = {
        "link": link.strip(), "beneficiary": " ".join(beneficiary.split())[:200], "evidence_sha256":
        files.keep(evidence), "evidence_name": evidence_name.strip()[:200], "evidence_bytes": len(evidence),
        "retired_on": datetime.combine(retired_on, time(), UTC), "entered_by": actor.label,
        "entered_person": identity(actor), "entered_at": at,
    }  # fmt: skip

    def also(conn: Connection, known: Instruction) -> None:
        rows.add_entry(conn, known.instruction_id, values)

    return instructing.step(actor, instruction, [steps.SENT], steps.ENTERED, "", "retirement.enter", at, also)


def identity(actor: Actor) -> str:
    """Who somebody is, whichever way they come: a program that acts for a person is that person."""
    return actor.person_id or actor.kind


def entered_by_me(found: Instruction) -> bool:
    """Whether the person who asks entered what is to be confirmed, and so must not confirm it."""
    return found.entry is not None and found.entry.entered_person == identity(current_actor())


def _check(link: str, evidence: bytes, retired_on: date, beneficiary: str, now: datetime) -> None:
    errors = []
    parts = urlsplit(link.strip()) if len(link) <= 2000 else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in link.strip()):
        message = "{field}: {value} is no address of the registry's page; it begins with https:// or http://."
        errors.append(FieldError("link", link[:100], message))
    if not evidence or len(evidence) > files.MOST_BYTES:
        message = "{field}: attach the registry's document, at most 20 MB."
        errors.append(FieldError("evidence", len(evidence), message))
    if retired_on > now.date():
        message = "{field}: {value} is in the future; give the day of the retirement."
        errors.append(FieldError("retired_on", retired_on.isoformat(), message))
    if not beneficiary.strip():
        errors.append(FieldError("beneficiary", "", "{field}: say for whom the credits are retired."))
    if errors:
        raise InputError(errors)


def confirm_retirement(actor: Actor, instruction: str, now: datetime | None = None) -> Retirement:
    """Confirms what somebody else has entered: the credits are retired, with all that follows, in one transaction.

    Needs the permission retire. Raises Forbidden (also for the person who entered it), Unauthenticated, NotFound, and
    Conflict where nothing is entered, or somebody has confirmed it before.
    """
    at = now or datetime.now(UTC)

    def work(conn: Connection) -> Retirement:
        known = instructing.allowed_in(conn, actor, instruction)
        if not rows.move(conn, known.instruction_id, [steps.ENTERED], steps.CONFIRMED):
            raise Conflict(instructing.ELSEWHERE)
        found = instructing.view_in(conn, known.instruction_id)  # nobody else changes it from here on
        entry = found.entry
        assert entry is not None
        if entry.entered_person == identity(actor):
            raise Forbidden(SECOND_PERSON)
        rows.add_step(conn, found.instruction_id, steps.CONFIRMED, at, actor.label, "")
        ids: list[str] = []
        order_ids: list[str] = []
        for event_id in found.event_ids:
            done, turned = _retire_event(conn, actor, found, entry, event_id, at)
            ids, order_ids = ids + done, order_ids + turned
        return Retirement(
            tuple(ids), tuple(run.serials for run in found.runs), found.credit_count, found.sold_g, found.surplus_g,
            entry.retired_on.date(), tuple(order_ids),
        )  # fmt: skip

    return run_write(get_store(), work)


def _retire_event(
    conn: Connection, actor: Actor, found: Instruction, entry: RetirementEntry, event_id: str, now: datetime
) -> tuple[list[str], list[str]]:
    """An event's part of an instruction: ids of its retirements, and of the orders that turned."""
    runs = [run for run in found.runs if run.event_id == event_id]
    touched = sorted({
        row["order_id"] for run in runs
        for row in allocations.within(conn, event_id, run.batch_id, run.from_g, run.to_g) if row["order_id"]
    })  # fmt: skip
    taken = claiming.take(conn, event_id, touched)  # nobody else retires or lays grams of these orders from here on
    before = _retired_grams(conn, event_id, touched)
    ids = [_retire_run(conn, actor, found, entry, run, now) for run in runs]
    turned = _retire_orders(conn, event_id, taken, before, actor, now)
    serials = [run.serials for run in runs]
    record(conn, event_id, actor, "retire", found.number, {"serials": serials, "link": entry.link})
    return ids, turned


def _retired_grams(conn: Connection, event_id: str, order_ids: Sequence[str]) -> dict[str, int]:
    """Grams of each order that are retired, 0 among them."""
    grams = dict.fromkeys(order_ids, 0)
    for start in range(0, len(order_ids), BATCH):
        grams |= allocations.retired_grams(conn, event_id, order_ids[start : start + BATCH])
    return grams


def _retire_run(
    conn: Connection, actor: Actor, found: Instruction, entry: RetirementEntry, run: InstructionRun, now: datetime
) -> str:
    """One run of serial numbers: its grams turn, its row and its entry in the log are written; its id."""
    turns = {"sold": "retired", "set_aside": "surplus"}
    grams = allocations.turn_within(conn, run.event_id, run.batch_id, run.from_g, run.to_g, turns)
    if grams != {k: v for k, v in (("sold", run.sold_g), ("set_aside", run.surplus_g)) if v}:
        raise RuntimeError(f"credits {run.serials} of {found.number} are not as they were instructed: {grams}")
    tranche = lots.tranche_at(conn, run.event_id, run.batch_id, run.from_g)
    row: dict[str, Any] = {
        "event_id": run.event_id, "retirement_id": new_id(run.event_id), "tranche_id": tranche, "batch_id":
        run.batch_id, "from_g": run.from_g, "to_g": run.to_g, "serials": run.serials, "link": entry.link,
        "evidence_sha256": entry.evidence_sha256, "evidence_name": entry.evidence_name,
        "beneficiary": entry.beneficiary, "confirmed_by": actor.label, "confirmed_at": now,
        "retired_on": entry.retired_on, "livemode": found.livemode, "instruction_id": found.instruction_id,
        "entered_by": entry.entered_by,
    }  # fmt: skip
    lots.add_retirement(conn, row)
    log.append(conn, run.event_id, log.RETIREMENT, row["retirement_id"], logged(row), found.livemode, now)
    return str(row["retirement_id"])


def logged(row: Row) -> dict[str, Any]:
    """A retirement as the transparency log keeps it."""
    return {
        "batch": row["batch_id"], "fromGram": row["from_g"], "toGram": row["to_g"], "serials": row["serials"],
        "link": row["link"], "evidenceSha256": row["evidence_sha256"], "beneficiary": row["beneficiary"],
        "retiredOn": row["retired_on"].date().isoformat(),
    }  # fmt: skip


def _retire_orders(
    conn: Connection, event_id: str, taken: Sequence[Row], before: Mapping[str, int], actor: Actor, now: datetime
) -> list[str]:
    """Claims of the touched orders follow by the gram; orders of which every gram is now retired turn; their ids."""
    turned: list[str] = []
    after = _retired_grams(conn, event_id, sorted(before))
    for start in range(0, len(taken), BATCH):
        changes: list[RetiredGrams] = []
        for order in taken[start : start + BATCH]:
            order_id = order["order_id"]
            if after[order_id] == order["grams"]:
                if orders.move(conn, event_id, order_id, [states.POOLED], states.RETIRED) is None:
                    raise RuntimeError(f"order {order_id} is {order['state']}, not pooled")
                reason = "retirement confirmed"
                orders.add_transitions(conn, event_id, order_id, [states.RETIRED], now, actor.label, reason)
                turned.append(order_id)
            changes.append(RetiredGrams(order, before[order_id], after[order_id]))
        claiming.retire(conn, event_id, changes, now)
    if turned:
        live.add_ticker(conn, event_id, "retired", now, certificates=len(turned))
    return turned
