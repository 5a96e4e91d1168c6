"""What the exchange's desk reads besides its tranches: the serial numbers that are next, and what has been retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from accounts import NotFound, current_actor, may, require
from calculations.serials import GRAMS_PER_CREDIT
from data.store import allocations, order_lists
from data.store import credits as credit_rows
from data.store import retirements as instruction_rows
from data.store.engine import get_store
from offsetting.instruction_models import Pick
from offsetting.pooling import chosen, credits_of, serials_text, taken_of


@dataclass(frozen=True, slots=True)
class Retired:
    """A confirmed retirement of one run of serial numbers, as it is listed; ``certificate_numbers`` are those whose
    order has grams in it and is retired, at most a dozen."""

    retirement_id: str
    event_id: str
    event_names: Mapping[str, str]
    project_names: Mapping[str, str]
    serials: str
    credit_count: int
    link: str
    evidence_name: str
    evidence_sha256: str
    beneficiary: str
    retired_on: datetime
    confirmed_at: datetime
    livemode: bool
    certificate_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run of credits that an instruction would take. ``surplus_g`` of them nobody has bought; at the event's price
    that is ``surplus_minor``, money that nobody pays."""

    event_id: str
    tranche_id: str
    serials: str
    credit_count: int
    surplus_g: int
    currency: str
    surplus_minor: int


def retirement_plan(picks: Sequence[Pick]) -> tuple[PlannedRun, ...]:
    """The serial numbers, by run, that an instruction for these picks would have, and what of them nobody has bought.
    Needs the permission retire. Raises NotFound, and Conflict where so many are not ready."""
    planned: list[PlannedRun] = []
    with get_store().read() as conn:
        for pick in sorted(picks, key=lambda p: (p.event_id, p.tranche_id)):
            require(current_actor(), "retire", pick.event_id)
            planned += _planned(conn, pick)
    return tuple(planned)


def _planned(conn: Connection, pick: Pick) -> list[PlannedRun]:
    tranche = credit_rows.tranche(conn, pick.event_id, pick.tranche_id)
    batch = credit_rows.batch(conn, tranche["batch_id"]) if tranche else None
    if tranche is None or batch is None:
        raise NotFound("There is no tranche {value}.", value=pick.tranche_id[:60])
    parts = allocations.of_tranche(conn, pick.event_id, pick.tranche_id, ("free", "held", "sold", "set_aside"))
    taken = taken_of(instruction_rows.open_runs(conn, pick.event_id), pick.event_id, tranche["batch_id"])
    found = credits_of(parts, tranche["from_g"], tranche["to_g"], taken)
    terms = credit_rows.any_terms(conn, pick.event_id, tranche["project_id"])
    return [
        PlannedRun(
            pick.event_id, pick.tranche_id, serials_text(batch, from_g, to_g), (to_g - from_g) // GRAMS_PER_CREDIT,
            surplus_g := sum(c.free_g for c in found if from_g <= c.from_g < to_g),
            terms["currency"] if terms else "",
            surplus_g * terms["price_minor_per_tonne"] // GRAMS_PER_CREDIT if terms else 0,
        )
        for from_g, to_g in chosen(found, max(0, pick.credit_count), pick.partly)
    ]  # fmt: skip


def retirements(limit: int = 20) -> list[Retired]:
    """The newest confirmations this person may see. Needs credits.view."""
    require(current_actor(), "credits.view")
    with get_store().read() as conn:
        rows = order_lists.retirements(conn, min(limit, 200))
        rows = [row for row in rows if may(current_actor(), "credits.view", row["event_id"])]
        numbers = {row["retirement_id"]: order_lists.certificates_within(conn, row, 12) for row in rows}
    names = (
        "retirement_id", "event_id", "serials", "link", "evidence_name", "evidence_sha256", "beneficiary", "retired_on",
        "confirmed_at",
    )  # fmt: skip
    return [
        Retired(
            **{name: row[name] for name in names}, event_names=row["event_names"], project_names=row["project_names"],
            credit_count=(row["to_g"] - row["from_g"]) // GRAMS_PER_CREDIT, livemode=bool(row["livemode"]),
            certificate_numbers=tuple(numbers[row["retirement_id"]]),
        )
        for row in rows
    ]  # fmt: skip
