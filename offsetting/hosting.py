"""The host pays for everybody: grams it has bought on the plan cover what guests tell as they tell it.

Everything here runs in the caller's write transaction; nothing happens where the event's host pays otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from calculations.order_states import RETIRED, SOLD
from calculations.slicing import EXTRA_LINE, PLAN_LINE, open_beside, slice_order
from data.store import boards, claims, orders, participations, rollups
from data.store import events as event_rows
from data.store.engine import get_store
from offsetting import certificates, claiming
from offsetting.by_gram import followed

Row = Mapping[Any, Any]
PAYS_ALL = "host_all"


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


def cover_told(conn: Connection, event_id: str, participation_id: str, now: datetime) -> int:
    """After a guest's new version: what plan orders have too much on it goes back to the plan, and the plan covers what
    is open of it. Returns the grams laid."""
    _back_to_plan(conn, event_id, participation_id, now)
    return _lay(conn, event_id, [participation_id], now)


def cover_all(conn: Connection, event_id: str, now: datetime) -> int:
    """After an order on the plan was paid: it covers what those who have answered left open. Returns the grams."""
    event = event_rows.by_id(conn, event_id)
    if event is None or (event["defaults"] or {}).get("payer") != PAYS_ALL:
        return 0
    return _lay(conn, event_id, None, now)


def _lay(conn: Connection, event_id: str, whose: Sequence[str] | None, now: datetime) -> int:
    if not _waiting(conn, event_id):
        return 0
    claims.lock_scope(conn, event_id, whose, "")
    found = orders.many(conn, event_id, sorted(_waiting(conn, event_id)), lock=True)
    oldest_first = sorted((o for o in found if o["state"] in SOLD), key=lambda o: (o["paid_at"], o["order_id"]))
    own = set(participations.people_of_kind(conn, event_id, "organiser"))  # the host's own lines wait for the settling
    laid = 0
    for order in oldest_first:
        grams = _waiting(conn, event_id).get(order["order_id"], 0)  # as it is now that the order is locked
        laid += _lay_order(conn, order, grams, whose, own, now)
    return laid


def _waiting(conn: Connection, event_id: str) -> dict[str, int]:
    """Grams on the plan by order."""
    rows = claims.on_no_line(conn, event_id)
    return {row["order_id"]: int(row["grams"]) for row in rows if row["line_no"] == PLAN_LINE and row["grams"] > 0}


def _lay_order(
    conn: Connection, order: Row, grams: int, whose: Sequence[str] | None, own: set[str], now: datetime
) -> int:
    event_id = order["event_id"]
    lines = [
        line for line in claims.lines_in_scope(conn, event_id, whose, "") if line["participation_id"] not in own
    ]  # fmt: skip
    holds = claiming.holds_on(lines, claims.held_orders(conn, event_id), "residual", order["order_id"])
    slices = slice_order(grams, open_beside(claiming.open_of(lines), holds))
    sliced = [(line, part) for line, part in zip(lines, slices.grams, strict=True) if part]
    laid = sum(part for _, part in sliced)
    if not laid:
        return 0
    entries = [(line["participation_id"], line["version"], line["line_no"], part) for line, part in sliced]
    with followed(conn, event_id, [order]):
        claims.add(conn, order, [("", 0, PLAN_LINE, -laid), *entries], now)
    cube, tally = claiming.line_deltas(sliced, "retired_g" if order["state"] == RETIRED else "reserved_g")
    rollups.add_cube(conn, event_id, cube)
    rollups.add_tally(conn, event_id, tally)
    for participation_id in dict.fromkeys(line["participation_id"] for line, _ in sliced):
        boards.refresh_person(conn, event_id, participation_id, now)
    certificates.reissue(conn, event_id, order["certificate_number"], "claim changed", now)
    return laid


def _back_to_plan(conn: Connection, event_id: str, participation_id: str, now: datetime) -> None:
    """What a smaller footprint left over of the host's grams is for the next guest: it goes back to the plan."""
    over = [row for row in claims.extras(conn, event_id, [participation_id]) if row["participation_id"]]
    found = orders.many(conn, event_id, sorted({row["order_id"] for row in over}), lock=True) if over else []
    for order in (o for o in found if o["state"] in SOLD and claiming.scope_name(o) == "plan"):
        rows = [row for row in over if row["order_id"] == order["order_id"]]
        grams = sum(int(row["grams"]) for row in rows)
        back = [(participation_id, row["version"], EXTRA_LINE, -int(row["grams"])) for row in rows]
        with followed(conn, event_id, [order]):
            claims.add(conn, order, [*back, ("", 0, PLAN_LINE, grams)], now)
        group = orders.group_of(conn, event_id, participation_id)
        rollups.add_tally(conn, event_id, [group | {"extra_g": -grams}])
        certificates.reissue(conn, event_id, order["certificate_number"], "claim changed", now)
