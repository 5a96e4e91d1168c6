"""An event whose host pays for everybody, with its guests and its orders on the plan, through the use cases."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import events
import offsetting
from accounts import SYSTEM, Actor, set_actor
from data.store import rollups
from data.store import schema as s
from data.store.engine import get_store
from data.store.rebuild import rebuild
from tests.support.events import body, draft
from tests.support.retirement import EVIDENCE, FIRST, LINK, SECOND, WHOM
from tests.support.shop import SPLIT, rows

SLUG, PROJECT, BATCH = "hall-2026", "p-1", "b-1"
CREDITS = 30
HOST = Actor("person", "o", "Organiser", frozenset({("organiser", "", "")}))
NOW = datetime.now(UTC)
Sums = dict[tuple[str, ...], tuple[int, int]]


def open_hosted(credit_count: int = CREDITS) -> events.Event:
    """An event that lasts another day, whose host pays for everybody, with so many tonnes of a project on offer."""
    set_actor(SYSTEM)
    made = events.create_event(draft(
        starts_at=NOW - timedelta(hours=2), ends_at=NOW + timedelta(days=1), defaults={"payer": "host_all"},
        texts={"host": "River Bureau"},
    ))  # fmt: skip
    offsetting.add_project(PROJECT, {"en": "A project"}, type="mixed", kind="reduction", methodology="CDCER",
                           registry="demo", livemode=False)  # fmt: skip
    offsetting.add_batch(BATCH, PROJECT, vintage="2024", credit_count=credit_count, serial_prefix="b-")
    offsetting.assign_tranche(made.event_id, BATCH, credit_count * 1_000_000)
    offsetting.open_offering(made.event_id, PROJECT, 4500, "CNY", SPLIT)
    return made


def answer(*trips: dict[str, object], of: str = "") -> tuple[str, int]:
    """A guest who tells trips (anew where ``of`` is one): their participation and its grams."""
    participation_id = of or events.start_participation(SLUG, "main").participation_id
    return participation_id, events.save_footprint(participation_id, body(*trips)).total_g


def buy(grams: int) -> offsetting.Order:
    """The host's order on the plan, paid."""
    order = offsetting.place_event_order(HOST, SLUG, PROJECT, "plan", grams=grams)
    offsetting.demo_payment(order.order_id, "succeeded")
    return offsetting.get_order(order.order_id)


def entered(tranche_id: str, event_id: str, credit_count: int, partly: bool = True) -> str:
    """The number of a retirement that one person has entered, and another has still to confirm."""
    picks = [offsetting.Pick(event_id, tranche_id, credit_count, partly)]
    number = offsetting.draft_instruction(FIRST, picks, WHOM).number
    offsetting.send_instruction(FIRST, number)
    told = {"link": LINK, "evidence": EVIDENCE, "evidence_name": "r.pdf", "beneficiary": WHOM}
    offsetting.enter_retirement(FIRST, number, retired_on=datetime.now(UTC).date(), **told)
    return number


def confirm(number: str) -> None:
    """The second person's word."""
    offsetting.confirm_retirement(SECOND, number)


def summed(event_id: str) -> tuple[Sums, Sums]:
    """Grams emitted and covered by session, category and month: as a plain sum over lines and claims says, and as the
    cube and the facet do, which are one another's."""
    people = {row["participation_id"]: row for row in rows(s.participation, event_id=event_id)}
    lines, plain = {}, defaultdict(lambda: [0, 0])
    for row in rows(s.emission_line, event_id=event_id):
        part = people[row["participation_id"]]
        if row["version"] == part["footprint_version"]:
            key = (part["session_id"], row["category"], row["month"])
            lines[row["participation_id"], row["version"], row["line_no"]] = key
            plain[key][0] += row["total_g"]
    for row in rows(s.claim, event_id=event_id):
        line = lines.get((row["participation_id"], row["version"], row["line_no"]))
        if line is not None:
            plain[line][1] += row["grams"]
    rolled = [_rolled(event_id, rollup) for rollup in (rollups.CUBE, rollups.FACET)]
    assert rolled[0] == rolled[1]
    return {key: (total, covered) for key, (total, covered) in plain.items() if total or covered}, rolled[0]


def _rolled(event_id: str, rollup: rollups.Rollup) -> Sums:
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    with get_store().read() as conn:
        for key, measures in rollups.read(conn, rollup, event_id).items():
            named = dict(zip(rollup.keys, key, strict=True)) | dict(zip(rollup.measures, measures, strict=True))
            if named["category"]:
                cell = sums[named["session_id"], named["category"], named["month"]]
                cell[0] += named["total_g"]
                cell[1] += named["reserved_g"] + named["retired_g"]
    return {key: (total, covered) for key, (total, covered) in sums.items() if total or covered}


def wrong_of(event_id: str) -> list[object]:
    """Where the roll-ups are not what the rows say, and what the audits find."""
    with get_store().read() as conn:
        made = rebuild(conn, event_id)
        found: list[object] = []
        for name, rollup in rollups.ALL.items():
            kept = {key: row for key, row in rollups.read(conn, rollup, event_id).items() if any(row)}
            if kept != {key: row for key, row in made[name].items() if any(row)}:
                found.append(name)
    plain, rolled = summed(event_id)
    found += [] if plain == rolled else ["sums over lines"]
    return [*found, *(each for each in (*events.audit(SLUG), *offsetting.audit(event_id)) if not each.ok)]


def holds(event_id: str) -> None:
    """What the roll-ups say is what the rows say, and every audit agrees."""
    assert not wrong_of(event_id), wrong_of(event_id)
