"""The host pays for everybody: grams it has bought on the plan cover what guests tell as they tell it.

Everything here runs in the caller's write transaction; nothing happens where the event's host pays otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from calculations.order_states import GIFT, REFUNDED, RETIRED, SOLD
from calculations.slicing import EXTRA_LINE, PLAN_LINE, slice_order
from data.store import boards, claims, orders, participations, rollups
from data.store import events as event_rows
from data.store.engine import get_store
from offsetting import certificates, claiming, restating
from offsetting.by_gram import followed

Row = Mapping[Any, Any]
PAYS_ALL = "host_all"
BATCH = 500


@dataclass(frozen=True, slots=True)
class HostCover:
    """What an event's host has bought: grams on its lines, and grams on the plan that wait for answers."""

    covered_g: int = 0
    planned_g: int = 0

    @property
    def bought(self) -> bool:
        """Whether anything is bought."""
        return self.covered_g + self.planned_g > 0


def host_cover(event_id: str) -> HostCover:
    """What the host has bought. No names and nothing of a person; who may see the event may ask."""
    with get_store().read() as conn:
        rows = [row for row in claims.by_buyer(conn, event_id) if row["buyer"] == "organiser"]
    sums = {int(row["line_no"]): int(row["grams"]) for row in rows}
    return HostCover(sums.get(0, 0), sums.get(PLAN_LINE, 0))


def wait_for_answers(conn: Connection, order: Row) -> None:
    """Before the plan covers whomever an order that is not a guest's lets it: answers under way are waited for, and
    nobody answers until the transaction ends, so that nobody is passed over. First, while the order alone is taken."""
    if not order["participation_id"] and order["buyer"] != GIFT and _pays_all(conn, order["event_id"]):
        event_rows.take_state(conn, order["event_id"])


def cover_told(conn: Connection, event_id: str, participation_id: str, now: datetime) -> int:
    """After a guest's new version: what plan orders have too much on it goes back to the plan, and the plan covers what
    is open of it. Certificates follow within seconds. Returns the grams laid."""
    _back_to_plan(conn, event_id, participation_id, now)
    laid = _lay(conn, event_id, [participation_id], now)
    for order, _ in laid:
        restating.later(conn, order, now)
    return sum(grams for _, grams in laid)


def cover_all(conn: Connection, event_id: str, now: datetime) -> int:
    """After an order on the plan was paid, or the host has said that it pays for everybody: the plan covers what those
    who have answered left open. Returns the grams; 0 where the host pays otherwise."""
    return _cover(conn, event_id, None, now)


def cover_freed(conn: Connection, order: Row, now: datetime) -> int:
    """The same for those whom an order covered that is paid back, or for whom it held grams and holds them no more."""
    event_id, held_for = order["event_id"], order["participation_id"]
    if held_for:
        return _cover(conn, event_id, [held_for], now)
    if order["state"] != REFUNDED:
        return cover_all(conn, event_id, now)
    freed = claims.covered_participations(conn, event_id, [order["order_id"]])
    return sum(_cover(conn, event_id, freed[at : at + BATCH], now) for at in range(0, len(freed), BATCH))


def _cover(conn: Connection, event_id: str, whose: Sequence[str] | None, now: datetime) -> int:
    if not _pays_all(conn, event_id):
        return 0
    laid = _lay(conn, event_id, whose, now)
    for order, _ in laid:
        certificates.reissue(conn, event_id, order["certificate_number"], "claim changed", now)
    return sum(grams for _, grams in laid)


def _pays_all(conn: Connection, event_id: str) -> bool:
    event = event_rows.by_id(conn, event_id)
    return event is not None and (event["defaults"] or {}).get("payer") == PAYS_ALL


def _lay(conn: Connection, event_id: str, whose: Sequence[str] | None, now: datetime) -> list[tuple[Row, int]]:
    """Plan orders, the oldest first, over what is open of guests' lines and nobody holds: each order that covers some,
    with its grams. Who was brought by a file waits for the settling, as the host's own lines do: a later file may
    still change them."""
    locked = claims.lock_scope(conn, event_id, whose, "")
    waiting = _waiting(conn, event_id)  # who pays on the plan meanwhile comes for these lines afterwards
    if not waiting:
        return []
    lines = claims.those_of(claims.lines_in_scope(conn, event_id, whose, ""), locked)
    apart = participations.told_by_others(conn, event_id, whose)
    lines = [line for line in lines if line["participation_id"] not in apart]
    left = claiming.left_open(conn, event_id, lines)
    found = orders.many(conn, event_id, sorted(waiting), lock=True) if any(left) else []
    waiting = _waiting(conn, event_id) if found else {}  # as it is now that the orders are locked
    laid = []
    for order in sorted((o for o in found if o["state"] in SOLD), key=lambda o: (o["paid_at"], o["order_id"])):
        parts = slice_order(waiting.get(order["order_id"], 0), left).grams
        left = [whole - part for whole, part in zip(left, parts, strict=True)]
        if any(parts):
            sliced = [(line, part) for line, part in zip(lines, parts, strict=True) if part]
            laid.append((order, _lay_order(conn, order, sliced, now)))
    return laid


def _waiting(conn: Connection, event_id: str) -> dict[str, int]:
    """Grams on the plan by order."""
    rows = claims.on_no_line(conn, event_id)
    return {row["order_id"]: int(row["grams"]) for row in rows if row["line_no"] == PLAN_LINE and row["grams"] > 0}


def _lay_order(conn: Connection, order: Row, sliced: Sequence[tuple[Row, int]], now: datetime) -> int:
    event_id, laid = order["event_id"], sum(part for _, part in sliced)
    entries = [(line["participation_id"], line["version"], line["line_no"], part) for line, part in sliced]
    whose = list(dict.fromkeys(line["participation_id"] for line, _ in sliced))
    with followed(conn, event_id, [order], whose if len(whose) <= BATCH else None):
        claims.add(conn, order, [("", 0, PLAN_LINE, -laid), *entries], now)
    cube, tally = claiming.line_deltas(sliced, "retired_g" if order["state"] == RETIRED else "reserved_g")
    rollups.add_cube(conn, event_id, cube)
    rollups.add_tally(conn, event_id, tally)
    boards.refresh_people(conn, event_id, whose, now)
    return laid


def _back_to_plan(conn: Connection, event_id: str, participation_id: str, now: datetime) -> None:
    """What a smaller footprint left over of the host's grams is for the next guest: it goes back to the plan."""
    over = [row for row in claims.extras(conn, event_id, [participation_id]) if row["participation_id"]]
    known = orders.many(conn, event_id, sorted({row["order_id"] for row in over})) if over else []
    planned = [order["order_id"] for order in known if claiming.scope_name(order) == "plan"]
    taken = sorted({*planned, *_waiting(conn, event_id)}) if planned else []  # all that may be laid next, in order
    found = orders.many(conn, event_id, taken, lock=True) if taken else []
    for order in (o for o in found if o["order_id"] in planned and o["state"] in SOLD):
        rows = [row for row in over if row["order_id"] == order["order_id"]]
        grams = sum(int(row["grams"]) for row in rows)
        back = [(participation_id, row["version"], EXTRA_LINE, -int(row["grams"])) for row in rows]
        with followed(conn, event_id, [order], [participation_id]):
            claims.add(conn, order, [*back, ("", 0, PLAN_LINE, grams)], now)
        group = orders.group_of(conn, event_id, participation_id)
        rollups.add_tally(conn, event_id, [group | {"extra_g": -grams}])
        restating.later(conn, order, now)
