"""Which lines a planting stands for: forestry claims and their roll-up, never mixed with those of credits.

Everything here runs in the caller's write transaction. A planting takes only what no order and no other planting
covers, so that both ways together never exceed a line. Where a line shrinks, orders keep their place and a planting
gives way: its grams then lie beside (line −1), from where they can be laid again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from calculations import forestry as rules
from calculations.forestry import Sink
from calculations.slicing import slice_order
from data.store import claims, rollups
from data.store import forestry as rows

Row = Mapping[Any, Any]
BESIDE = -1
Entry = tuple[str, int, int, int]


def sink_in(conn: Connection, plan: Row) -> Sink:
    """What confirmed monitoring says of a plan."""
    found = rows.confirmed_records(conn, plan["event_id"], plan["plan_id"]).get(plan["plan_id"], [])
    return rules.sink_of((row["kind"], row["grams"]) for row in found)


def lay(conn: Connection, plan: Row, lines: Sequence[Row], open_g: Sequence[int], now: datetime) -> int:
    """What of a plan lies beside goes over lines of which ``open_g`` are open, in proportion; how many grams."""
    _, beside_g = rows.sums(conn, plan["event_id"]).get(plan["plan_id"], (0, 0))
    slices = slice_order(beside_g, open_g)
    entries = [
        (line["participation_id"], line["version"], line["line_no"], grams)
        for line, grams in zip(lines, slices.grams, strict=True)
    ]
    laid = sum(slices.grams)
    write(conn, plan, [*entries, ("", 0, BESIDE, -laid)], now)
    return laid


def write(conn: Connection, plan: Row, entries: Sequence[Entry], now: datetime) -> None:
    """Claims with their roll-up."""
    rows.add_claims(conn, plan, entries, now)
    on_lines = sum(grams for _, _, line_no, grams in entries if line_no >= 0)
    beside = sum(grams for _, _, line_no, grams in entries if line_no < 0)
    rollups.add_forest(conn, plan["event_id"], [{"plan_id": plan["plan_id"], "covered_g": on_lines, "extra_g": beside}])


def fit(conn: Connection, plan: Row, state: str, now: datetime) -> int:
    """Claims become what the plan stands for in ``state``: grown beside, shrunk as `rules.fall_back` says; how many
    grams on lines fell back to open."""
    net = rows.net_of_plan(conn, plan["event_id"], plan["plan_id"])
    laid = [row for row in net if row["line_no"] >= 0]
    beside_g = sum(int(row["grams"]) for row in net if row["line_no"] < 0)
    stands = rules.standing_g(state, plan["expected_g"], sink_in(conn, plan))
    too_much = sum(int(row["grams"]) for row in net) - stands
    if too_much <= 0:
        write(conn, plan, [("", 0, BESIDE, -too_much)], now)
        return 0
    beside, taken = rules.fall_back(too_much, [int(row["grams"]) for row in laid], beside_g)
    entries = [
        (row["participation_id"], row["version"], row["line_no"], -grams)
        for row, grams in zip(laid, taken, strict=True)
    ]
    write(conn, plan, [*entries, ("", 0, BESIDE, -beside)], now)
    return sum(taken)


def follow(conn: Connection, event_id: str, participation_id: str, now: datetime | None = None) -> None:
    """Forestry claims on a participation follow its current lines, once the orders' claims have: each plan keeps so
    many grams on them as orders and plans before it leave open, and the rest lies beside."""
    net = rows.net_of_participation(conn, event_id, participation_id)
    if not net:
        return
    at = now or datetime.now(UTC)
    lines = claims.lines_of(conn, event_id, participation_id)
    open_g = [max(0, int(line["total_g"]) - int(line["covered_g"]) + int(line["planted_g"])) for line in lines]
    for plan_id in dict.fromkeys(row["plan_id"] for row in net):
        plan = rows.plan(conn, event_id, plan_id)
        assert plan is not None
        old = [row for row in net if row["plan_id"] == plan_id]
        slices = slice_order(sum(int(row["grams"]) for row in old), open_g)
        open_g = [left - grams for left, grams in zip(open_g, slices.grams, strict=True)]
        gone = [(participation_id, row["version"], row["line_no"], -int(row["grams"])) for row in old]
        new = [
            (participation_id, line["version"], line["line_no"], grams)
            for line, grams in zip(lines, slices.grams, strict=True)
        ]
        write(conn, plan, [*gone, *new, ("", 0, BESIDE, slices.extra_g)], at)


def move_sink(conn: Connection, plan: Row, before: Sink, after: Sink) -> None:
    """The roll-up follows what monitoring confirms."""
    moved = {"measured_g": after.measured_g - before.measured_g, "lost_g": after.lost_g - before.lost_g}
    rollups.add_forest(conn, plan["event_id"], [{"plan_id": plan["plan_id"], **moved}])
