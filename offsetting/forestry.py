"""Forestry as the second way (docs/forestry.md): plans of planting for an event, what monitoring found, its claim.

The organiser drafts and agrees a plan: from then on what nobody else has covered of the event stands as *planting
agreed, sink not yet there*. Monitoring is entered with evidence and confirmed by a second person; only that turns grams
into a sink that is there. A loss, or a plan closed short of its promise, lets its lines fall back to open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from accounts import Actor, Conflict, NotFound, record, require
from calculations import forestry as rules
from calculations.model import FieldError, InputError
from data import evidence as files
from data.store import claims, orders
from data.store import forestry as rows
from data.store.engine import get_store, run_write
from data.store.ids import event_of, new_id
from offsetting import claiming, log, planting
from offsetting.forestry_facts import (
    MOST_TEXT,
    check_record,
    midnight,
    plan_values,
    told_of,
    wrong_plan,
)
from offsetting.forestry_facts import PlanFacts as PlanFacts
from offsetting.forestry_facts import RecordFacts as RecordFacts

Row = Mapping[Any, Any]
FORESTRY = "forestry"
NO_PLAN = "There is no forestry plan {value}."


def draft_plan(actor: Actor, slug: str, facts: PlanFacts, now: datetime | None = None) -> str:
    """A plan of an event, not agreed yet; its id. Needs forestry.manage. Raises NotFound, InputError."""
    at = now or datetime.now(UTC)

    def work(conn: Connection) -> str:
        event = orders.event_of_slug(conn, slug)
        if event is None:
            raise NotFound("There is no event “{event}”.", event=slug[:64])
        require(actor, "forestry.manage", event["event_id"])
        plan_id = new_id(event["event_id"])
        _check(conn, event, facts)
        rows.add_plan(conn, plan_values(facts) | {
            "event_id": event["event_id"], "plan_id": plan_id, "state": rules.DRAFTED, "livemode": event["livemode"],
            "document_sha256": "", "document_name": "", "drafted_by": actor.label, "drafted_at": at, "agreed_by": "",
            "agreed_at": None, "closed_at": None,
        })  # fmt: skip
        record(conn, event["event_id"], actor, "forestry.draft", plan_id, told_of(facts))
        return plan_id

    return run_write(get_store(), work)


def change_plan(actor: Actor, plan_id: str, facts: PlanFacts) -> None:
    """Other facts of a plan that is not agreed yet; the audit trail keeps both. Raises Conflict once it is."""

    def work(conn: Connection) -> None:
        plan = _plan(conn, actor, "forestry.manage", plan_id)
        _check_state(plan, rules.DRAFTED)
        event = orders.event_row(conn, plan["event_id"])
        assert event is not None
        _check(conn, event, facts)
        rows.set_plan(conn, plan["event_id"], plan_id, **plan_values(facts))
        record(conn, plan["event_id"], actor, "forestry.change", plan_id, told_of(facts))

    run_write(get_store(), work)


def agree_plan(
    actor: Actor, plan_id: str, document: bytes, document_name: str, now: datetime | None = None
) -> int:  # fmt: skip
    """The agreement on a planting, with its document: from now on the plan's facts stand, and its grams cover what is
    open of the event and nobody holds; how many grams that were. What is over lies beside. Needs forestry.manage."""
    at, sha256 = now or datetime.now(UTC), _kept("document", document)

    def work(conn: Connection) -> int:
        plan = _plan(conn, actor, "forestry.manage", plan_id)
        _check_state(plan, rules.DRAFTED)
        _lock(conn, plan)
        agreed = {
            "state": rules.AGREED, "agreed_by": actor.label, "agreed_at": at, "document_sha256": sha256,
            "document_name": document_name[:MOST_TEXT],
        }  # fmt: skip
        rows.set_plan(conn, plan["event_id"], plan_id, **agreed)
        planting.fit(conn, plan, rules.AGREED, at)
        laid = _lay(conn, plan, at)
        _tell(conn, actor, plan, "agreed", {"document_sha256": sha256, "on_lines_g": laid}, at)
        return laid

    return run_write(get_store(), work)


def lay_again(actor: Actor, plan_id: str, now: datetime | None = None) -> int:
    """What of an agreed plan lies on no line goes over what is open by now; how many grams. Safe to do twice."""
    at = now or datetime.now(UTC)

    def work(conn: Connection) -> int:
        plan = _plan(conn, actor, "forestry.manage", plan_id)
        _check_state(plan, rules.AGREED)
        _lock(conn, plan)
        laid = _lay(conn, plan, at)
        if laid:
            _tell(conn, actor, plan, "laid", {"on_lines_g": laid}, at)
        return laid

    return run_write(get_store(), work)


def _lock(conn: Connection, plan: Row) -> None:
    """Lines and coverage of the whole event stay as they are until the transaction ends."""
    claims.lock_scope(conn, plan["event_id"], None, "")


def _lay(conn: Connection, plan: Row, now: datetime) -> int:
    lines = claims.take_lines(conn, plan["event_id"], None, "")
    return planting.lay(conn, plan, lines, claiming.left_open(conn, plan["event_id"], lines), now)


def enter_record(actor: Actor, plan_id: str, facts: RecordFacts, now: datetime | None = None) -> str:
    """What monitoring found, with its document; it counts once a second person has confirmed it. Gives its id. Needs
    forestry.manage. Raises NotFound, InputError, Conflict where the plan is not agreed."""
    at = now or datetime.now(UTC)
    check_record(facts, at)
    sha256 = _kept("evidence", facts.evidence)

    def work(conn: Connection) -> str:
        plan = _plan(conn, actor, "forestry.manage", plan_id)
        _check_state(plan, rules.AGREED)
        record_id = new_id(plan["event_id"])
        rows.add_record(conn, {
            "event_id": plan["event_id"], "record_id": record_id, "plan_id": plan_id, "kind": facts.kind,
            "observed_on": midnight(facts.observed_on), "survival_percent": facts.survival_percent,
            "grams": facts.grams, "note": facts.note.strip(), "evidence_sha256": sha256,
            "evidence_name": facts.evidence_name[:MOST_TEXT], "evidence_bytes": len(facts.evidence),
            "entered_by": actor.label, "entered_person": actor.person_id, "entered_at": at, "state": "entered",
            "confirmed_by": "", "confirmed_at": None, "reason": "",
        })  # fmt: skip
        record(conn, plan["event_id"], actor, "forestry.enter", record_id, {"kind": facts.kind, "grams": facts.grams})
        return record_id

    return run_write(get_store(), work)


def confirm_record(actor: Actor, record_id: str, now: datetime | None = None) -> int:
    """A second person confirms what was entered; grams that fell back to open with it (a reversal). A second call
    changes nothing. Needs forestry.confirm. Raises Forbidden, NotFound, Conflict for who entered it."""
    at = now or datetime.now(UTC)

    def work(conn: Connection) -> int:
        found, plan = _entered(conn, actor, record_id)
        if found["state"] == rows.CONFIRMED:
            return 0
        _check_state(plan, rules.AGREED)
        _lock(conn, plan)
        before = planting.sink_in(conn, plan)
        values = {"state": rows.CONFIRMED, "confirmed_by": actor.label, "confirmed_at": at}
        rows.settle_record(conn, plan["event_id"], record_id, **values)
        after = planting.sink_in(conn, plan)
        planting.move_sink(conn, plan, before, after)
        fallen = planting.fit(conn, plan, plan["state"], at)
        told = {"record": record_id, "kind": found["kind"], "grams": found["grams"], "fell_back_g": fallen}
        _tell(conn, actor, plan, found["kind"], told | {"evidence_sha256": found["evidence_sha256"]}, at)
        return fallen

    return run_write(get_store(), work)


def reject_record(actor: Actor, record_id: str, reason: str, now: datetime | None = None) -> None:
    """An entry that does not stand goes back with its reason; it never counts. Needs forestry.confirm."""
    at = now or datetime.now(UTC)
    why = _reason(reason)

    def work(conn: Connection) -> None:
        found, plan = _entered(conn, actor, record_id, second=False)
        if found["state"] != "entered":
            raise Conflict("This entry is settled already.")
        values = {"state": "rejected", "confirmed_by": actor.label, "confirmed_at": at, "reason": why}
        rows.settle_record(conn, plan["event_id"], record_id, **values)
        record(conn, plan["event_id"], actor, "forestry.reject", record_id, {"reason": why})

    run_write(get_store(), work)


def _entered(conn: Connection, actor: Actor, record_id: str, second: bool = True) -> tuple[Row, Row]:
    """An entry and its plan; both taken for this transaction. The person who entered may not confirm."""
    require(actor, "forestry.confirm", event_of(record_id))
    found = rows.record(conn, event_of(record_id), record_id)
    if found is None:
        raise NotFound("There is no entry {value}.", value=record_id[:60])
    plan = _plan(conn, actor, "forestry.confirm", found["plan_id"])
    found = rows.record(conn, event_of(record_id), record_id, lock=True)
    assert found is not None
    if second and found["state"] == "entered" and found["entered_person"] == actor.person_id:
        raise Conflict("Who entered this can't confirm it: a second person has to look at the document.")
    if second and found["state"] == "rejected":
        raise Conflict("This entry was sent back; enter it anew.")
    return found, plan


def close_plan(actor: Actor, plan_id: str, reason: str, now: datetime | None = None) -> int:
    """Ends a plan at what was measured: what it promised beyond falls back to open; how many grams on lines. Needs
    forestry.manage. Raises Conflict before its day, as long as the sink may still grow, and where it is not agreed."""
    at, why = now or datetime.now(UTC), _reason(reason)

    def work(conn: Connection) -> int:
        plan = _plan(conn, actor, "forestry.manage", plan_id)
        _check_state(plan, rules.AGREED)
        if at < plan["sink_due_on"]:
            raise Conflict("The sink may grow until {day}; a plan is closed after that.",
                           day=plan["sink_due_on"].date().isoformat())  # fmt: skip
        return _end(conn, actor, plan, rules.CLOSED, why, at)

    return run_write(get_store(), work)


def withdraw_plan(actor: Actor, plan_id: str, reason: str, now: datetime | None = None) -> int:
    """Takes a plan back, drafted or agreed: all it covers falls back to open; how many grams. Needs forestry.manage."""
    at, why = now or datetime.now(UTC), _reason(reason)

    def work(conn: Connection) -> int:
        plan = _plan(conn, actor, "forestry.manage", plan_id)
        if plan["state"] == rules.WITHDRAWN:
            return 0
        _check_state(plan, rules.DRAFTED, rules.AGREED)
        return _end(conn, actor, plan, rules.WITHDRAWN, why, at)

    return run_write(get_store(), work)


def _end(conn: Connection, actor: Actor, plan: Row, state: str, reason: str, at: datetime) -> int:
    _lock(conn, plan)
    rows.set_plan(conn, plan["event_id"], plan["plan_id"], state=state, closed_at=at)
    fallen = planting.fit(conn, plan, state, at)
    if plan["state"] == rules.DRAFTED:
        record(conn, plan["event_id"], actor, f"forestry.{state}", plan["plan_id"], {"reason": reason})
    else:
        _tell(conn, actor, plan, state, {"reason": reason, "fell_back_g": fallen}, at)
    return fallen


def _tell(conn: Connection, actor: Actor, plan: Row, act: str, told: Mapping[str, Any], at: datetime) -> None:
    """Into the audit trail and, without the person, into the transparency log."""
    record(conn, plan["event_id"], actor, f"forestry.{act}", plan["plan_id"], dict(told))
    body = {"plan": plan["plan_id"], "act": act, "expected_g": plan["expected_g"], **told}
    log.append(conn, plan["event_id"], FORESTRY, plan["plan_id"], body, plan["livemode"], at)


def _plan(conn: Connection, actor: Actor, action: str, plan_id: str) -> Row:
    event_id = event_of(plan_id)
    require(actor, action, event_id)
    plan = rows.plan(conn, event_id, plan_id, lock=True)
    if plan is None:
        raise NotFound(NO_PLAN, value=plan_id[:60])
    return plan


def _check_state(plan: Row, *allowed: str) -> None:
    if plan["state"] in allowed:
        return
    told = {
        rules.DRAFTED: "This plan is not agreed yet.",
        rules.AGREED: "This plan is agreed: its facts stand.",
        rules.CLOSED: "This plan is closed.",
        rules.WITHDRAWN: "This plan was withdrawn.",
    }
    raise Conflict(told[plan["state"]])


def _kept(field: str, content: bytes) -> str:
    """The file's SHA-256, once it is on the disk."""
    try:
        return files.keep(content)
    except ValueError:
        most = files.MOST_BYTES // 1_000_000
        message = "{field}: a document of 1 byte to {most} MB has to be there."
        raise InputError([FieldError(field, len(content), message, {"most": most})]) from None


def _reason(text: str) -> str:
    why = text.strip()[:MOST_TEXT]
    if not why:
        raise InputError([FieldError("reason", "", "{field}: say why, in a few words.")])
    return why


def _check(conn: Connection, event: Row, facts: PlanFacts) -> None:
    """Raises InputError with every field that does not fit."""
    errors = wrong_plan(facts, event["ends_at"])
    if facts.replaces and rows.plan(conn, event["event_id"], facts.replaces) is None:
        errors.append(FieldError("replaces", facts.replaces, "{field}: {value} is no plan of this event."))
    if errors:
        raise InputError(errors)
