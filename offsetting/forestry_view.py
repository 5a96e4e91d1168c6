"""Forestry as pages show it: plans with their lines' grams, promised and confirmed, records, and what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from accounts import NotFound, current_actor, may
from calculations import forestry as rules
from data import evidence as files
from data.store import forestry as rows
from data.store import orders, rollups
from data.store.engine import get_store
from data.terms import forestry_terms as forestry_terms

Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """An entry of monitoring. ``state``: entered, confirmed, rejected."""

    record_id: str
    kind: str
    observed_on: date
    survival_percent: int
    grams: int
    note: str
    evidence_sha256: str
    evidence_name: str
    entered_by: str
    entered_person: str
    state: str
    confirmed_by: str
    confirmed_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Due:
    """What a plan still owes on a day: planted, survival or sink. ``days_left`` is negative once it has passed."""

    what: str
    day: date
    days_left: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as it stands. ``covered_g`` lies on lines: ``confirmed_g`` of it is there, ``promised_g`` is not yet."""

    plan_id: str
    event_id: str
    slug: str
    event_names: Mapping[str, str]
    title: str
    place: str
    planter: str
    area_m2: int
    species: tuple[tuple[str, int], ...]
    planted_by: date
    checks: tuple[date, ...]
    survival_percent: int
    sink_due_on: date
    method: str
    expected_g: int
    replaces: str
    state: str
    livemode: bool
    document_sha256: str
    document_name: str
    agreed_at: datetime | None
    closed_at: datetime | None
    covered_g: int
    beside_g: int
    confirmed_g: int
    measured_g: int
    lost_g: int
    records: tuple[Record, ...]
    due: tuple[Due, ...]

    @property
    def promised_g(self) -> int:
        """On lines, and not there yet."""
        return self.covered_g - self.confirmed_g

    @property
    def confirmed_on(self) -> date | None:
        """When the whole of what it covers was confirmed as there; None as long as it is not."""
        if not self.covered_g or self.promised_g:
            return None
        days = [r.confirmed_at.date() for r in self.records
                if r.state == "confirmed" and r.kind == rules.MEASURED and r.confirmed_at]  # fmt: skip
        return max(days, default=None)

    @property
    def waiting(self) -> tuple[Record, ...]:
        """Entries that a second person has not looked at."""
        return tuple(record for record in self.records if record.state == "entered")


@dataclass(frozen=True, slots=True)
class ForestryTotals:
    """Grams of an event's lines that plantings cover, apart from all credits; and what was lost of them."""

    promised_g: int = 0
    confirmed_g: int = 0
    lost_g: int = 0

    @property
    def covered_g(self) -> int:
        """Both together."""
        return self.promised_g + self.confirmed_g


def plans_of(slug: str, now: datetime | None = None) -> list[PlanView]:
    """The plans of an event, the oldest first, drafts too. Raises NotFound."""
    with get_store().read() as conn:
        event = orders.event_of_slug(conn, slug)
        if event is None:
            raise NotFound("There is no event “{event}”.", event=slug[:64])
        return _views(conn, event["event_id"], now or datetime.now(UTC))


def public_plans(slug: str, now: datetime | None = None) -> list[PlanView]:
    """Those that were agreed, with confirmed records alone: what everybody may see."""
    found = plans_of(slug, now)
    return [plan for plan in found if plan.agreed_at is not None]


def all_plans(now: datetime | None = None) -> list[PlanView]:
    """Plans of all events; the caller asks for forestry.view of each."""
    with get_store().read() as conn:
        return _views(conn, None, now or datetime.now(UTC))


def read_totals(conn: Connection, event_id: str, unfolded: bool = True) -> ForestryTotals:
    """An event's forestry from its roll-up."""
    promised = confirmed = lost = 0
    for covered_g, _, measured_g, lost_g in rollups.read(conn, rollups.FOREST, event_id, unfolded).values():
        there = rules.confirmed_g(covered_g, rules.Sink(measured_g, lost_g))
        promised, confirmed, lost = promised + covered_g - there, confirmed + there, lost + lost_g
    return ForestryTotals(promised, confirmed, lost)


def evidence_file(plan_id: str, sha256: str) -> tuple[str, bytes]:
    """Name and bytes of a document that a plan or a confirmed record of it names, or for who has forestry.view any
    record. Raises NotFound."""
    missing = NotFound("There is no document {value}.", value=sha256[:64])
    with get_store().read() as conn:
        found = next((plan for plan in rows.plans(conn, None) if plan["plan_id"] == plan_id), None)
        if found is None:
            raise missing
        named = {found["document_sha256"]: found["document_name"]}
        desk = may(current_actor(), "forestry.view", found["event_id"])
        for record in rows.records(conn, found["event_id"], plan_id):
            if not desk and record["state"] != rows.CONFIRMED:
                continue
            named[record["evidence_sha256"]] = record["evidence_name"]
    if not sha256 or sha256 not in named:
        raise missing
    return named[sha256] or "document", files.read(sha256)


def _views(conn: Connection, event_id: str | None, now: datetime) -> list[PlanView]:
    sums = rows.sums(conn, event_id)
    by_plan: dict[str, list[Row]] = {}
    for record in rows.records(conn, event_id):
        by_plan.setdefault(record["plan_id"], []).append(record)
    return [
        _view(plan, sums.get(plan["plan_id"], (0, 0)), by_plan.get(plan["plan_id"], []), now)
        for plan in rows.plans(conn, event_id)
    ]


def _view(plan: Row, grams: tuple[int, int], entries: Sequence[Row], now: datetime) -> PlanView:
    confirmed = sorted(
        (row for row in entries if row["state"] == rows.CONFIRMED), key=lambda r: (r["confirmed_at"], r["record_id"])
    )
    sink = rules.sink_of((row["kind"], row["grams"]) for row in confirmed)
    same = (
        "plan_id", "event_id", "slug", "event_names", "title", "place", "planter", "area_m2", "survival_percent",
        "method", "expected_g", "replaces", "state", "document_sha256", "document_name", "agreed_at", "closed_at",
    )  # fmt: skip
    return PlanView(
        **{name: plan[name] for name in same}, livemode=bool(plan["livemode"]),
        species=tuple((each["name"], each["count"]) for each in plan["species"]),
        checks=tuple(date.fromisoformat(day) for day in plan["checks"]), planted_by=plan["planted_by"].date(),
        sink_due_on=plan["sink_due_on"].date(), covered_g=grams[0], beside_g=grams[1],
        confirmed_g=rules.confirmed_g(grams[0], sink), measured_g=sink.measured_g, lost_g=sink.lost_g,
        records=tuple(_record(row) for row in entries), due=tuple(_due(plan, confirmed, sum(grams), sink, now)),
    )  # fmt: skip


def _record(row: Row) -> Record:
    same = (
        "record_id", "kind", "survival_percent", "grams", "note", "evidence_sha256", "evidence_name", "entered_by",
        "entered_person", "state", "confirmed_by", "confirmed_at", "reason",
    )  # fmt: skip
    return Record(**{name: row[name] for name in same}, observed_on=row["observed_on"].date())


def _due(plan: Row, confirmed: Sequence[Row], stands_g: int, sink: rules.Sink, now: datetime) -> list[Due]:
    """What an agreed plan owes by which day, what is nearest first."""
    if plan["state"] != rules.AGREED:
        return []
    owed = rules.owed(
        plan["planted_by"].date(), [date.fromisoformat(day) for day in plan["checks"]], plan["sink_due_on"].date(),
        [(row["kind"], row["observed_on"].date()) for row in confirmed], stands_g - sink.measured_g,
    )  # fmt: skip
    return [Due(what, day, (day - now.date()).days) for what, day in owed]
