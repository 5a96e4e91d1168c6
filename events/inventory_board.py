"""An event's whole inventory on one page: the organiser's own lines, planned beside actual, and guests' and estimated
sums by category where five people or more stand behind them. What is shown is chosen in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from accounts import current_actor, require
from calculations.model import CATEGORIES, FieldError, InputError
from data.store import rollups
from data.store.engine import get_store
from events.catalogue import read_event
from events.inventory import ACTUAL, PLANNED, InventoryLine, InventoryView, choices_of, read_inventory
from events.inventory_entries import IMPORTED, TYPED
from events.model import ORGANISER_SESSION, Event, Session
from events.totals import Totals, read_totals

GUESTS, ESTIMATED = "guests", "estimated"
SOURCES = (TYPED, IMPORTED, GUESTS, ESTIMATED)
STAGES = (ACTUAL, PLANNED)


@dataclass(frozen=True, slots=True)
class InventoryFilter:
    """What is shown; '' shows all. ``source``: typed, imported, guests, estimated. ``stage``: actual, planned. ``q``
    is looked for in names of activities (any language), factors, comments and names of files."""

    category: str = ""
    session: str = ""
    source: str = ""
    stage: str = ""
    q: str = ""

    @classmethod
    def from_url(cls, params: Mapping[str, Any], sessions: Iterable[Session] = ()) -> InventoryFilter:
        """The filter that an address asks for. Raises InputError naming what is none."""
        known = {"category": CATEGORIES, "source": SOURCES, "stage": STAGES,
                 "session": tuple(each.session_id for each in sessions)}  # fmt: skip
        told = {name: str(params.get(name) or "").strip()[:80] for name in known}
        message = "{field} must be one of {known}; it is {value}."
        wrong = [
            FieldError(name, told[name], message, {"value": told[name], "known": ", ".join(options) or "–"})
            for name, options in known.items()
            if told[name] and told[name] not in options
        ]
        if wrong:
            raise InputError(wrong)
        return cls(**told, q=" ".join(str(params.get("q") or "").split())[:80])

    def to_url(self) -> str:
        """The query that says the same."""
        told = {name: getattr(self, name) for name in ("category", "session", "source", "stage", "q")}
        return urlencode({name: value for name, value in told.items() if value})

    def shows(self, source: str, stage: str = ACTUAL) -> bool:
        """Whether anything of this source and stage may be shown."""
        return self.source in ("", source) and self.stage in ("", stage)


@dataclass(frozen=True, slots=True)
class CategorySum:
    """Grams of a category from guests' lines, or from the estimate for those who have not answered."""

    category: str
    source: str
    grams: int


@dataclass(frozen=True, slots=True)
class Beside:
    """A category of the organiser's own: what was planned beside what it came to."""

    category: str
    planned_g: int
    actual_g: int

    @property
    def difference_g(self) -> int:
        """Actual less planned: negative is less than planned."""
        return self.actual_g - self.planned_g


@dataclass(frozen=True, slots=True)
class InventoryBoard:
    """The page's figures. ``hidden`` says that too few have answered for guests' sums to be shown; ``sums_g`` adds up
    by source what is shown and counted (not what is planned)."""

    view: InventoryView
    chosen: InventoryFilter
    lines: tuple[InventoryLine, ...]
    sums: tuple[CategorySum, ...]
    beside: tuple[Beside, ...]
    hidden: bool
    sums_g: Mapping[str, int] = field(default_factory=dict)

    @property
    def event(self) -> Event:
        """The event."""
        return self.view.event


def inventory_board(slug: str, chosen: InventoryFilter) -> InventoryBoard:
    """The inventory as the filter shows it. Needs event.view. Raises NotFound, Forbidden."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        view = read_inventory(conn, event)
        totals = read_totals(conn, event)
        cube = rollups.as_rows(rollups.CUBE, rollups.read(conn, rollups.CUBE, event.event_id))
    called = _called(event, chosen.q) if chosen.q else set()
    lines = tuple(each for each in (*view.lines, *view.planned) if _shown(each, chosen, called))
    hidden = _hidden(totals, chosen.session)
    sums = () if hidden or chosen.q else tuple(_sums(totals, cube, chosen))
    return InventoryBoard(view, chosen, lines, sums, _beside(view), hidden, _by_source(lines, sums))


def category_of(each: InventoryLine) -> str:
    """The category of a line; '' where the boundary does not count it."""
    return each.line.category if each.line else ""


def _shown(each: InventoryLine, chosen: InventoryFilter, called: set[str]) -> bool:
    wanted = chosen.shows(each.source, each.stage) and chosen.session in ("", each.session)
    found = not chosen.q or each.entry["activity"] in called or _says(each, chosen.q.casefold())
    return wanted and found and chosen.category in ("", category_of(each))


def _called(event: Event, words: str) -> set[str]:
    """The activities with a name that holds what is looked for."""
    wanted = words.casefold()
    return {each.key for each in choices_of(event) if any(wanted in name.casefold() for name in each.names.values())}


def _says(each: InventoryLine, wanted: str) -> bool:
    texts = [each.line.factor_id if each.line else "", each.line_id]
    texts += [one.text for one in each.comments if one.withdrawn_at is None] + [one.name for one in each.proofs]
    return any(wanted in text.casefold() for text in texts)


def _hidden(totals: Totals, session: str) -> bool:
    """Whether fewer than five people stand behind guests' sums."""
    found = next((each for each in totals.sessions if each.session_id == session), None) if session else None
    return totals.hidden or (found is not None and found.hidden) or bool(session and found is None)


def _sums(totals: Totals, cube: Iterable[Mapping[str, Any]], chosen: InventoryFilter) -> Iterable[CategorySum]:
    guests: dict[str, int] = {}
    for row in cube:
        if row["session_id"] != ORGANISER_SESSION and chosen.session in ("", row["session_id"]):
            guests[row["category"]] = guests.get(row["category"], 0) + row["total_g"]
    wanted = [name for name in CATEGORIES if chosen.category in ("", name)]
    if chosen.shows(GUESTS):
        yield from (CategorySum(name, GUESTS, guests[name]) for name in wanted if guests.get(name))
    if chosen.shows(ESTIMATED) and not chosen.session:  # the estimate is of the event's whole
        rest = {figure.category: figure.mass.estimated_g for figure in totals.categories}
        yield from (CategorySum(name, ESTIMATED, rest[name]) for name in wanted if rest.get(name))


def _beside(view: InventoryView) -> tuple[Beside, ...]:
    planned, actual = view.planned_by_category or {}, view.by_category
    named = [name for name in CATEGORIES if name in planned or name in actual]
    return tuple(Beside(name, planned.get(name, (0, 0, 0))[1], actual.get(name, (0, 0, 0))[1]) for name in named)


def _by_source(lines: Iterable[InventoryLine], sums: Iterable[CategorySum]) -> dict[str, int]:
    found = dict.fromkeys(SOURCES, 0)
    for each in lines:
        if each.stage == ACTUAL and each.line is not None:
            found[each.source] += each.line.total_g
    for part in sums:
        found[part.source] += part.grams
    return found
