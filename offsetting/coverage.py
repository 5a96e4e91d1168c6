"""Who covered what: of a guest's footprint before they pay, and of an event; a plan settled on the actuals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from accounts import Actor, Conflict, NotFound, current_actor, record, require
from calculations.order_states import GIFT, SOLD
from calculations.slicing import EXTRA_LINE, PLAN_LINE
from data.store import claims, order_lists, orders, participations
from data.store.engine import get_store, run_write
from data.store.ids import event_of
from offsetting import claiming

Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class CoverPart:
    """What one order covers of a footprint. ``buyer``: guest, company, organiser; names of a company only."""

    buyer: str
    names: Mapping[str, str]
    grams: int
    extra_g: int
    state: str
    order_id: str
    certificate_number: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """A guest's footprint in grams: the whole, what each order covers of it, and what the guest's own orders hold."""

    total_g: int
    parts: tuple[CoverPart, ...]
    held_g: int

    @property
    def covered_g(self) -> int:
        """What all orders together cover; never more than the whole."""
        return sum(part.grams for part in self.parts)

    @property
    def by_others_g(self) -> int:
        """What a company or the organiser covers of it."""
        return sum(part.grams for part in self.parts if part.buyer != "guest")

    @property
    def open_g(self) -> int:
        """What nobody has covered."""
        return max(0, self.total_g - self.covered_g)


@dataclass(frozen=True, slots=True)
class CoverageSplit:
    """Grams covered at an event by who paid for them, extra contributions by the same, and what waits on the plan."""

    covered_g: Mapping[str, int]  # guest, company, organiser
    extra_g: Mapping[str, int]
    planned_g: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of grams on the plan, of ``order_count`` orders: laid over actual emissions now, and extra."""

    order_count: int
    laid_g: int
    extra_g: int


def coverage_of(participation_id: str) -> Coverage:
    """Who covers what of a participation's footprint, oldest order first. The caller has seen the guest's secret.
    Raises NotFound."""
    event_id = event_of(participation_id)
    with get_store().read() as conn:
        if participations.get(conn, event_id, participation_id) is None:
            raise NotFound("There is no participation “{participation}”.", participation=participation_id[:64])
        lines = claims.lines_of(conn, event_id, participation_id)
        found = [row for row in claims.coverers(conn, event_id, participation_id) if row["state"] in SOLD]
        names = participations.company_names(conn, [row["company_id"] for row in found if row["buyer"] == "company"])
        held_g = claims.held_by(conn, event_id, participation_id)
    parts = tuple(_part(row, names) for row in found if row["covered_g"] or row["extra_g"])
    return Coverage(sum(int(line["total_g"]) for line in lines), parts, held_g)


def _part(row: Row, names: Mapping[str, Mapping[str, str]]) -> CoverPart:
    known = names.get(row["company_id"], {}) if row["buyer"] == "company" else {}
    grams = (int(row["covered_g"]), int(row["extra_g"]))
    return CoverPart(row["buyer"], known, *grams, row["state"], row["order_id"], row["certificate_number"])


def extra_if_paid(order_id: str) -> int:
    """Grams of a held order that would be an extra contribution were it paid now: somebody may have covered the
    same lines since it was placed. 0 for an order on the plan and in other states. Raises NotFound."""
    event_id = event_of(order_id)
    with get_store().read() as conn:
        order = orders.get(conn, event_id, order_id)
        if order is None:
            raise NotFound("There is no order {value}.", value=order_id[:60])
        if order["state"] != "held" or order["buyer"] == GIFT or claiming.scope_name(order) == "plan":
            return 0
        mine = order["participation_id"]
        if mine:
            lines = claims.lines_of(conn, event_id, mine)
        else:
            lines = claims.lines_in_scope(conn, event_id, *claiming.scope_of(order))
    return max(0, int(order["grams"]) - sum(claiming.open_of(lines)))


def coverage_split(slug: str) -> CoverageSplit:
    """The event's coverage by guests, companies and the organiser. Needs event.view or orders.view; raises NotFound."""
    with get_store().read() as conn:
        event = _event(conn, slug)
        require(current_actor(), "orders.view", event["event_id"])
        rows = claims.by_buyer(conn, event["event_id"])
        covered_g, extra_g = order_lists.covered(conn, event["event_id"])
    own = {(row["buyer"], int(row["line_no"])): int(row["grams"]) for row in rows}
    covered = {buyer: own.get((buyer, 0), 0) for buyer in ("company", "organiser")}
    extra = {buyer: own.get((buyer, EXTRA_LINE), 0) for buyer in ("company", "organiser")}
    return CoverageSplit(
        {"guest": covered_g - sum(covered.values()), **covered}, {"guest": extra_g - sum(extra.values()), **extra},
        own.get(("organiser", PLAN_LINE), 0),
    )  # fmt: skip


def settle_plan(actor: Actor, slug: str, now: datetime | None = None) -> Settled:
    """After the event: what was paid on the plan goes over what is open of the actual emissions and held by nobody;
    what is over becomes the organiser's extra contribution, and covers if something opens until it is settled again.
    Doing it twice changes nothing. Needs event.order; raises NotFound, Conflict while the event goes on."""
    at = now or datetime.now(UTC)

    def work(conn: Connection) -> Settled:
        event = _event(conn, slug)
        event_id = str(event["event_id"])
        require(actor, "event.order", event_id)
        if event["ends_at"] > at:
            raise Conflict("The event is not over: what is emitted can still grow. Settle the plan afterwards.")
        settled = _settle_all(conn, event_id, claims.lock_scope(conn, event_id, None, ""), at)
        if settled.laid_g or settled.extra_g:
            detail = {"laid_g": settled.laid_g, "extra_g": settled.extra_g}
            record(conn, event_id, actor, "plan.settle", slug, detail)
        return settled

    return run_write(get_store(), work)


def _event(conn: Connection, slug: str) -> Row:
    event = orders.event_of_slug(conn, slug)
    if event is None:
        raise NotFound("There is no event “{event}”.", event=slug[:64])
    return event


def _settle_all(conn: Connection, event_id: str, locked: frozenset[str] | None, now: datetime) -> Settled:
    taken = orders.many(conn, event_id, sorted(_waiting(conn, event_id)), lock=True)
    waiting = _waiting(conn, event_id)  # as it is now that the orders are locked
    found = [order for order in taken if _is_plan(order) and order["order_id"] in waiting]
    laid = extra = 0
    for order in sorted(found, key=lambda order: (order["paid_at"], order["order_id"])):
        more, over = claiming.settle(conn, order, waiting[order["order_id"]], locked, now)
        laid, extra = laid + more, extra + over
    return Settled(len(found), laid, extra)


def _waiting(conn: Connection, event_id: str) -> dict[str, dict[int, int]]:
    """Grams on no line by order and line number."""
    found: dict[str, dict[int, int]] = {}
    for row in claims.on_no_line(conn, event_id):
        found.setdefault(row["order_id"], {})[int(row["line_no"])] = int(row["grams"])
    return found


def _is_plan(order: Row) -> bool:
    return order["state"] in SOLD and claiming.scope_name(order) == "plan"
