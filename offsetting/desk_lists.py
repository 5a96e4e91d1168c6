"""What the exchange's desk reads besides its tranches: the serial numbers that are next, and what has been retired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts import NotFound, current_actor, may, require
from calculations.serials import GRAMS_PER_CREDIT
from data.store import allocations, order_lists
from data.store import credits as credit_rows
from data.store.engine import get_store
from offsetting.retiring import _chosen, _serials, credits_of


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


def retirement_plan(event_id: str, tranche_id: str, credit_count: int, partly: bool) -> tuple[str, ...]:
    """The serial numbers, by run, that a confirmation of so many credits would retire: those to be retired at the
    registry. Needs the permission retire. Raises NotFound, and Conflict where so many are not ready."""
    require(current_actor(), "retire", event_id)
    with get_store().read() as conn:
        tranche = credit_rows.tranche(conn, event_id, tranche_id)
        batch = credit_rows.batch(conn, tranche["batch_id"]) if tranche else None
        if tranche is None or batch is None:
            raise NotFound("There is no tranche {value}.", value=tranche_id[:60])
        rows = allocations.of_tranche(conn, event_id, tranche_id, ("free", "held", "sold"))
    runs = _chosen(credits_of(rows, tranche["from_g"], tranche["to_g"]), max(0, credit_count), partly)
    return tuple(_serials(batch, from_g, to_g) for from_g, to_g in runs)


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
