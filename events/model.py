"""The nouns of this domain, as its use cases give them to pages and programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from calculations.better import BetterWay
from calculations.model import Boundary, EmissionLine, Place

T = TypeVar("T")
ORGANISER_SESSION = "organiser"  # the session that the organiser's own inventory is booked under
SMALLEST_GROUP = 5
Names = Mapping[str, str]


def instant(at: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; ``page`` counts from 1."""

    items: list[T]
    page: int
    size: int
    total: int

    @property
    def has_next(self) -> bool:
        """Whether more follow."""
        return self.page * self.size < self.total


@dataclass(frozen=True, slots=True)
class Session:
    """A part of an event. ``kind``: main, parallel, other, or organiser (its own inventory, not for guests)."""

    session_id: str
    names: Names
    kind: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event in a list."""

    event_id: str
    slug: str
    names: Names
    scenario: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    place: Place
    livemode: bool
    simulated: bool
    state: str

    def as_json(self) -> dict[str, Any]:
        """A row of ``GET /api/v1/events``."""
        return {
            "slug": self.slug, "names": dict(self.names), "scenario": self.scenario, "starts": instant(self.starts_at),
            "ends": instant(self.ends_at), "place": place_json(self.place), "livemode": self.livemode,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event(EventCard):
    """One event. ``texts`` holds what its pages say (see data/demo/README.md), ``defaults`` what the calculator fills
    in: hotel_norm (a factor id), nights, diet, mode. ``sessions`` are those a guest can choose."""

    currency: str = "CNY"
    factor_set_id: str = ""
    factor_set_sha256: str = ""
    boundary: Boundary = field(default_factory=Boundary)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, Any] = field(default_factory=dict)
    jurisdiction: str = ""
    payments: bool = True
    expected_people: int = 0
    sessions: tuple[Session, ...] = ()
    opens_at: datetime | None = None  # answers are taken from then on; None = when somebody opens it
    closes_at: datetime | None = None  # and until then
    pay_until: datetime | None = None  # guests and companies may order until then
    books_by: datetime | None = None  # the books are to be closed by then

    def as_json(self) -> dict[str, Any]:
        """``GET /api/v1/events/{slug}`` but for its projects, which the caller adds."""
        boundary = self.boundary
        return EventCard.as_json(self) | {
            "sessions": [{"id": s.session_id, "names": dict(s.names)} for s in self.sessions],
            "currency": self.currency, "timezone": self.timezone, "state": self.state, "payments": self.payments,
            "factor_set": {"id": self.factor_set_id, "sha256": self.factor_set_sha256},
            "boundary": {
                "categories": list(boundary.categories), "non_co2": boundary.non_co2, "upstream": boundary.upstream,
                "who": boundary.who, "electricity": boundary.electricity, "flight_method": _method_json(boundary),
            },
            "simulated": self.simulated,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SessionDraft:
    """A session of an event to be made."""

    session_id: str
    names: Names
    kind: str = "other"
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event to be made. ``event_id`` '' makes a new one; ``created_at`` None is now."""

    slug: str
    scenario: str
    names: Names
    place: Place
    starts_at: datetime
    ends_at: datetime
    timezone: str
    currency: str
    livemode: bool
    sessions: tuple[SessionDraft, ...] = ()
    texts: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    boundary: Boundary = field(default_factory=Boundary)
    jurisdiction: str = ""
    payments: bool = True
    simulated: bool = False
    expected_people: int = 0
    state: str = "open"
    factor_set_id: str = ""
    event_id: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """A participation that has begun; ``secret`` is told this once."""

    participation_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Participation:
    """A guest's part in an event, known by its secret."""

    participation_id: str
    event_id: str
    slug: str
    session_id: str
    company_id: str
    pseudonym: str
    display: str
    display_consent: bool
    footprint_version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FootprintView:
    """A footprint at one version, with its lines and what the better way would have been. Grams are integers."""

    footprint_id: str
    version: int
    low_g: int
    total_g: int
    high_g: int
    non_co2_g: int
    lines: tuple[EmissionLine, ...]
    by_category: Mapping[str, int]
    better: tuple[BetterWay, ...] = ()
    travel_g: int = 0
    norm_g: int = 0
    answers: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    upstream_g: int = 0
    quality: int = 0  # data quality in hundredths, 100 best to 500 worst, 0 where not scored
    left_out: str = ""  # why it is not counted: remote, speaker or staff; it has no line then

    def as_json(self) -> dict[str, Any]:
        """The answer of ``PUT …/footprint``; ``not_counted`` stands only where the event leaves somebody out."""
        return {
            "footprint_id": self.footprint_id, "version": self.version, "low_g": self.low_g, "total_g": self.total_g,
            "high_g": self.high_g, "non_co2_g": self.non_co2_g, "lines": [line_json(line) for line in self.lines],
            "by_category": dict(self.by_category), "upstream_g": self.upstream_g, "quality": self.quality,
        } | ({"not_counted": self.left_out} if self.left_out else {})  # fmt: skip


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A row of a board. ``display`` has the words by language; ``norm_bp`` is None for groups; of ``share_bp`` so much
    is retired already: ``retired_bp``."""

    rank: int
    tied: bool
    display: Names
    share_bp: int
    grams_g: int
    norm_bp: int | None = None
    mode: str = ""
    state: str = ""
    is_me: bool = False
    key: str = ""
    retired_bp: int = 0

    @property
    def label(self) -> str:
        """``2=`` where the rank is shared."""
        return f"{self.rank}=" if self.tied else str(self.rank)


@dataclass(frozen=True, slots=True)
class Board:
    """A page of a board; ``me`` is one's own row wherever it stands, ``why_not`` says why there is none or nothing.
    ``equals`` says how many others share one's own rank."""

    kind: str
    rows: list[BoardRow]
    me: BoardRow | None
    why_not: str
    total: int
    page: int = 1
    size: int = 100
    equals: int = 0

    @property
    def has_next(self) -> bool:
        """Whether more rows follow."""
        return self.page * self.size < self.total


def _method_json(boundary: Boundary) -> dict[str, str] | None:
    """The method of an event's flights; None where the factor set's own rows price them."""
    if not boundary.flight_method:
        return None
    method = boundary.method
    named = {"name": method.name, "sha256": method.sha256} if method else {}
    return {"id": boundary.flight_method, **named}


def place_json(place: Place) -> dict[str, Any]:
    """A place as the API and the store's rows hold it."""
    return {
        "id": place.place_id, "names": dict(place.names), "country": place.country, "region": place.region,
        "lat": place.lat, "lon": place.lon, "kind": place.kind,
    }  # fmt: skip


def line_json(line: EmissionLine) -> dict[str, Any]:
    """An emission line as the API gives it."""
    shown: dict[str, Any] = {
        "category": line.category, "activity": line.activity, "quantity": line.quantity, "unit": line.unit,
        "factor_id": line.factor_id, "low_g": line.low_g, "total_g": line.total_g, "high_g": line.high_g,
        "non_co2_g": line.non_co2_g, "mode": line.mode, "trace": line.trace,
        "upstream_g": line.upstream_g, "quality": line.quality,
    }  # fmt: skip
    if line.distance_km is not None:
        shown["distance_km"] = line.distance_km
    return shown
