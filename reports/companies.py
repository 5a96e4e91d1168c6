"""What a company sees of its own people at each event: their number, emissions and coverage, never one person's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from accounts import Conflict, Forbidden, NotFound, check_live, current_actor, may, require
from data.store import companies, cubes, orders
from data.store.engine import get_store

SMALLEST_GROUP = 5
MOST_ROWS = 500
MASSES = ("low_g", "total_g", "high_g", "reserved_g", "retired_g", "extra_g")


@dataclass(frozen=True, slots=True)
class CompanyAtEvent:
    """A company's people at one event. ``hidden``: fewer than five have answered, so that their grams are 0 here."""

    company_id: str
    company_names: Mapping[str, str]
    event_id: str
    slug: str
    event_names: Mapping[str, str]
    livemode: bool
    people: int
    low_g: int
    total_g: int
    high_g: int
    reserved_g: int
    retired_g: int
    extra_g: int
    hidden: bool

    @property
    def open_g(self) -> int:
        """What nobody has covered yet."""
        return max(0, self.total_g - self.reserved_g - self.retired_g)

    @property
    def covered_bp(self) -> int:
        """Share covered in basis points."""
        return (self.reserved_g + self.retired_g) * 10_000 // self.total_g if self.total_g else 0


def companies_at_events() -> list[CompanyAtEvent]:
    """Every company this person may see, at every event it has people at, newest event first. Needs company.view."""
    actor = current_actor()
    require(actor, "company.view")
    with get_store().read() as conn:
        rows = [row for row in cubes.company_sums(conn) if not _waits(conn, row)]
    seen = [row for row in rows if may(actor, "company.view", row["event_id"], row["company_id"])]
    return [_view(row) for row in seen[:MOST_ROWS]]


def company_at_event(company_id: str, slug: str) -> CompanyAtEvent:
    """One of them, hidden as long as nobody takes part. Raises Unauthenticated, Forbidden, NotFound, Conflict (not
    approved for live events yet)."""
    with get_store().read() as conn:
        found: list[Mapping[Any, Any]] = [row for row in cubes.company_sums(conn, company_id) if row["slug"] == slug]
        found = found or _nobody(conn, company_id, slug)
        if found:
            check_live(conn, company_id, bool(found[0]["livemode"]))
    actor = current_actor()
    if not found:
        require(actor, "company.view")
        raise NotFound("There is no such company or event.")
    if not may(actor, "company.view", found[0]["event_id"], company_id):
        require(actor, "company.view")
        raise Forbidden("This company is not yours.")
    return _view(found[0])


def _nobody(conn: Connection, company_id: str, slug: str) -> list[Mapping[Any, Any]]:
    """A company's row at an event, opened already, where it has nobody yet."""
    company, event = companies.get(conn, company_id), orders.event_of_slug(conn, slug)
    if company is None or event is None or event["state"] == "draft":
        return []
    sums = dict.fromkeys(("people_count", *MASSES), 0)
    return [{**event, **sums, "company_id": company_id, "company_names": company["names"]}]


def _waits(conn: Connection, row: Mapping[Any, Any]) -> bool:
    """Whether a company that opened its own account still waits to be approved for a live event."""
    try:
        check_live(conn, row["company_id"], bool(row["livemode"]))
    except Conflict:
        return True
    return False


def _view(row: Mapping[Any, Any]) -> CompanyAtEvent:
    people = int(row["people_count"])
    hidden = people < SMALLEST_GROUP
    grams = {name: 0 if hidden else int(row[name]) for name in MASSES}
    return CompanyAtEvent(
        company_id=row["company_id"], company_names=row["company_names"], event_id=row["event_id"], slug=row["slug"],
        event_names=row["names"], livemode=bool(row["livemode"]), people=people, hidden=hidden, **grams,
    )  # fmt: skip
