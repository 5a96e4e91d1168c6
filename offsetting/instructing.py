"""Retirement instructions: drafted from pools, sent to the registry, withdrawn. docs/retirement.md tells the whole way.

An instruction names whole credits by serial number. It is numbered without gaps and never changes but for its state;
while it is open its credits can't be put into another, and the orders whose grams they hold can't be refunded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import rfc8785
from sqlalchemy import Connection

from accounts import Actor, Conflict, NotFound, current_actor, may, record, require
from calculations import instruction_states as states
from calculations.model import FieldError, InputError
from calculations.serials import GRAMS_PER_CREDIT
from data.store import allocations
from data.store import credits as lots
from data.store import retirements as rows
from data.store.engine import get_store, run_write
from offsetting import pooling
from offsetting.instruction_models import Instruction, InstructionRun, InstructionStep, Pick, RetirementEntry

Row = Mapping[Any, Any]
LONGEST_NAME = 200
LONGEST_REASON = 500
MOST_PICKS = 200
GONE = "There is no retirement instruction {value}."
ELSEWHERE = "This can't be done now: the instruction has moved on or was not sent yet. Load the page again."


def draft_instruction(
    actor: Actor, picks: Sequence[Pick], beneficiary: str, reason: str = "", now: datetime | None = None
) -> Instruction:
    """A new instruction for whole credits of one project, vintage and registry, of any events. Ready credits are taken
    by serial number, then with ``partly`` those most sold, whose unsold grams go off sale.

    Needs the permission retire at each event. Raises Forbidden, Unauthenticated, NotFound, InputError, and Conflict
    where so many are not ready or the credits don't belong together.
    """
    _check(picks, beneficiary)
    for event_id in sorted({pick.event_id for pick in picks}):
        require(actor, "retire", event_id)
    at = now or datetime.now(UTC)

    def work(conn: Connection) -> Instruction:
        lot: Row | None = None
        runs: list[dict[str, Any]] = []
        for pick in sorted(picks, key=lambda p: (p.event_id, p.tranche_id)):
            mine, taken = _take(conn, pick)
            if lot is not None and any(lot[name] != mine[name] for name in _TOGETHER):
                raise Conflict("An instruction is for one project, vintage and registry; these are of several.")
            lot = mine
            runs += taken
        assert lot is not None
        return _number(conn, actor, lot, runs, beneficiary, reason, at)

    return run_write(get_store(), work)


_TOGETHER = ("project_id", "vintage", "registry", "livemode")


def _check(picks: Sequence[Pick], beneficiary: str) -> None:
    errors = []
    if not picks or len(picks) > MOST_PICKS or len({(p.event_id, p.tranche_id) for p in picks}) != len(picks):
        message = "{field}: say which credits, of 1 to {most} tranches, each once."
        errors.append(FieldError("picks", len(picks), message, {"most": MOST_PICKS}))
    for pick in picks:
        if pick.credit_count < 1:
            message = "{field}: {value} is no number of credits; give a whole number from 1."
            errors.append(FieldError("credit_count", pick.credit_count, message))
    if not _tidy(beneficiary, LONGEST_NAME):
        errors.append(FieldError("beneficiary", "", "{field}: say for whom the credits are retired."))
    if errors:
        raise InputError(errors)


def _tidy(text: str, longest: int) -> str:
    return " ".join(str(text).split())[:longest]


def _take(conn: Connection, pick: Pick) -> tuple[Row, list[dict[str, Any]]]:
    """The tranche's lot, and the runs of credits taken from it, whose free grams are off sale from now on."""
    tranche = lots.tranche(conn, pick.event_id, pick.tranche_id, lock=True)
    batch = lots.batch(conn, tranche["batch_id"]) if tranche else None
    if tranche is None or batch is None:
        raise NotFound("There is no tranche {value}.", value=pick.tranche_id[:60])
    parts = allocations.of_tranche(
        conn, pick.event_id, pick.tranche_id, ("free", "held", "sold", "set_aside"), lock=True
    )  # fmt: skip
    taken = pooling.taken_of(rows.open_runs(conn, pick.event_id), pick.event_id, tranche["batch_id"])
    found = pooling.credits_of(parts, tranche["from_g"], tranche["to_g"], taken)
    runs = []
    for from_g, to_g in pooling.chosen(found, pick.credit_count, pick.partly):
        grams = allocations.turn_within(
            conn, pick.event_id, tranche["batch_id"], from_g, to_g, {"free": "set_aside"}
        )  # fmt: skip
        runs.append({
            "event_id": pick.event_id, "batch_id": tranche["batch_id"], "from_g": from_g, "to_g": to_g,
            "serials": pooling.serials_text(batch, from_g, to_g), "sold_g": grams.get("sold", 0),
            "surplus_g": grams.get("free", 0),
        })  # fmt: skip
        if grams.get("sold", 0) + grams.get("free", 0) != to_g - from_g:
            raise RuntimeError(f"credits {runs[-1]['serials']} are not sold or free alone: {grams}")
    return {
        "project_id": tranche["project_id"], "vintage": batch["vintage"], "registry": batch["registry"],
        "livemode": bool(tranche["livemode"]),
    }, runs  # fmt: skip


def _number(
    conn: Connection, actor: Actor, lot: Row, runs: Sequence[Row], beneficiary: str, reason: str, now: datetime
) -> Instruction:
    series = f"{'' if lot['livemode'] else 'TEST-'}RI-{now.year}"
    values = {
        **lot, "number": f"{series}-{rows.next_no(conn, series):04d}", "drafted_at": now,
        "beneficiary": _tidy(beneficiary, LONGEST_NAME), "reason": _tidy(reason, LONGEST_REASON),
    }  # fmt: skip
    sums = {name: sum(run[name] for run in runs) for name in ("sold_g", "surplus_g")}
    values |= sums | {
        "credit_count": sum(sums.values()) // GRAMS_PER_CREDIT, "content_sha256": content_hash(values, runs),
        "state": states.DRAFTED, "drafted_by": actor.label,
    }  # fmt: skip
    instruction_id = rows.add(conn, values, runs)
    rows.add_step(conn, instruction_id, states.DRAFTED, now, actor.label, "")
    _trail(conn, actor, "retirement.draft", values["number"], runs, {"credits": values["credit_count"]})
    return view_in(conn, instruction_id)


def _trail(
    conn: Connection, actor: Actor, action: str, number: str, runs: Sequence[Row], detail: dict[str, Any]
) -> None:
    """An entry in the audit trail of each event."""
    for event_id in sorted({run["event_id"] for run in runs}):
        record(conn, event_id, actor, action, number, detail)


def content_of(values: Row, runs: Sequence[Row]) -> dict[str, Any]:
    """What an instruction says, as it is hashed."""
    return {
        "number": values["number"], "draftedAt": values["drafted_at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "livemode": bool(values["livemode"]), "project": values["project_id"], "vintage": values["vintage"],
        "registry": values["registry"], "beneficiary": values["beneficiary"], "reason": values["reason"],
        "credits": [
            {"event": run["event_id"], "batch": run["batch_id"], "serials": run["serials"], "fromGram": run["from_g"],
             "toGram": run["to_g"], "surplusGrams": run["surplus_g"]}
            for run in runs
        ],
    }  # fmt: skip


def content_hash(values: Row, runs: Sequence[Row]) -> str:
    """SHA-256 of that in canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(content_of(values, runs))).hexdigest()


def send_instruction(actor: Actor, instruction: str, now: datetime | None = None) -> Instruction:
    """Notes that an instruction has gone to the registry; a second call changes nothing. Raises NotFound, Conflict,
    Forbidden, Unauthenticated."""
    return step(actor, instruction, [states.DRAFTED], states.SENT, "", "retirement.send", now)


def withdraw_instruction(actor: Actor, instruction: str, reason: str, now: datetime | None = None) -> Instruction:
    """Calls an instruction off that the registry has not carried out: its credits are free for another, and unsold
    grams are on offer again. Raises InputError without a reason, and as `send_instruction`."""
    _check_reason(reason)
    sources = states.sources(states.WITHDRAWN)
    return step(actor, instruction, sources, states.WITHDRAWN, reason, "retirement.withdraw", now, _put_back)


def _check_reason(reason: str) -> None:
    if not _tidy(reason, LONGEST_REASON):
        raise InputError([FieldError("reason", "", "{field}: say why, in a few words.")])


def _put_back(conn: Connection, found: Instruction) -> None:
    for run in found.runs:
        allocations.turn_within(conn, run.event_id, run.batch_id, run.from_g, run.to_g, {"set_aside": "free"})


def return_retirement(actor: Actor, instruction: str, reason: str, now: datetime | None = None) -> Instruction:
    """Sends what was entered back with a reason: the instruction waits to be entered anew. Raises as above."""
    _check_reason(reason)
    return step(actor, instruction, [states.ENTERED], states.SENT, reason, "retirement.return", now)


def step(
    actor: Actor, instruction: str, sources: Sequence[str], to: str, reason: str, action: str,
    now: datetime | None, also: Any = None,
) -> Instruction:  # fmt: skip
    """Moves an instruction on where it is in one of ``sources``; what is ``also`` to be done is in the same
    transaction. One that is there already, and was not sent back to it, stays as it is."""
    at = now or datetime.now(UTC)

    def work(conn: Connection) -> Instruction:
        found = allowed_in(conn, actor, instruction)
        if not rows.move(conn, found.instruction_id, sources, to):
            if found.state == to:
                return found
            raise Conflict(ELSEWHERE)
        if also is not None:
            also(conn, found)
        rows.add_step(conn, found.instruction_id, to, at, actor.label, _tidy(reason, LONGEST_REASON))
        runs = [{"event_id": event_id} for event_id in found.event_ids]
        _trail(conn, actor, action, found.number, runs, {"reason": _tidy(reason, LONGEST_REASON)} if reason else {})
        return view_in(conn, found.instruction_id)

    return run_write(get_store(), work)


def allowed_in(conn: Connection, actor: Actor, instruction: str) -> Instruction:
    """An instruction that this person may change: retire at each of its events. Raises NotFound, Forbidden …"""
    found = view_in(conn, instruction)
    for event_id in found.event_ids:
        require(actor, "retire", event_id)
    return found


def view_in(conn: Connection, text: str) -> Instruction:
    """An instruction by id or number, as this transaction sees it; NotFound."""
    row = rows.get(conn, text)
    if row is None:
        raise NotFound(GONE, value=text[:60])
    steps = tuple(InstructionStep(r["state"], r["at"], r["actor"], r["reason"]) for r in _steps(conn, row))
    entries = tuple(_entry(r) for r in rows.entries_of(conn, row["instruction_id"]))
    ids = [label.partition(":")[2] for label in [*(s.actor for s in steps), *(e.entered_by for e in entries)]]
    runs = rows.runs_of(conn, [row["instruction_id"]])
    return _view(row, runs, steps=steps, entries=entries, people=rows.names_of(conn, ids))


def _steps(conn: Connection, row: Row) -> list[Row]:
    return rows.steps_of(conn, row["instruction_id"])


def _entry(row: Row) -> RetirementEntry:
    return RetirementEntry(**{name: row[name] for name in RetirementEntry.__slots__})


def _view(row: Row, runs: Sequence[Row], **more: Any) -> Instruction:
    names = (
        "instruction_id", "number", "project_id", "vintage", "registry", "beneficiary", "reason", "state",
        "content_sha256", "drafted_by", "drafted_at", "credit_count", "sold_g", "surplus_g",
    )  # fmt: skip
    return Instruction(
        **{name: row[name] for name in names}, project_names=row["project_names"] or {},
        livemode=bool(row["livemode"]),
        runs=tuple(
            InstructionRun(r["event_id"], r["slug"] or "", r["event_names"] or {}, r["batch_id"], r["from_g"],
                           r["to_g"], r["serials"], r["sold_g"], r["surplus_g"])
            for r in runs
        ), **more,
    )  # fmt: skip


def get_instruction(text: str) -> Instruction:
    """An instruction by id or number with its steps and what was entered. Needs credits.view at each of its events.
    Raises NotFound, Forbidden, Unauthenticated."""
    require(current_actor(), "credits.view")
    with get_store().read() as conn:
        found = view_in(conn, text)
    for event_id in found.event_ids:
        require(current_actor(), "credits.view", event_id)
    return found


def instructions(limit: int = 50) -> list[Instruction]:
    """Instructions this person may see, the open ones first, without steps and entries. Needs credits.view."""
    require(current_actor(), "credits.view")
    with get_store().read() as conn:
        found = rows.newest(conn, min(limit, 500))
        runs = rows.runs_of(conn, [row["instruction_id"] for row in found])
    views = [_view(row, [r for r in runs if r["instruction_id"] == row["instruction_id"]]) for row in found]
    return [v for v in views if all(may(current_actor(), "credits.view", event_id) for event_id in v.event_ids)]
