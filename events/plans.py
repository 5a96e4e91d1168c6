"""The plan of an event before it: what it is expected to emit, measures with the grams each saves, and how the rest is
to be offset, by when. Published, it is a version that no longer changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import rfc8785
import sqlalchemy as sa

from accounts import Conflict, NotFound, current_actor, may, record, require
from calculations.changes import Note
from calculations.event_states import CLOSED, SETTLED
from calculations.model import CATEGORIES, DIETS, FactorMissing, FieldError, InputError
from data.store import plans as rows
from data.store.engine import get_store, run_write
from events.catalogue import read_event
from events.inventory import read_inventory
from events.model import Event, instant
from events.plans_estimate import Assumed, Expected, assumed_of, expected_of
from events.what_if_url import changes_from_url, changes_to_url

MOST_TEXT = 4000
MOST_WORDS = 200
MOST_ROWS = 40
MOST_GRAMS = 10**15
COMPUTED, TYPED = "computed", "typed"
WAYS = ("credits", "forestry")
EMPTY: Mapping[str, Any] = {"text": "", "assumed": {}, "measures": [], "offset": []}


@dataclass(frozen=True, slots=True)
class Measure:
    """A reduction measure. ``saved_g`` is what it alone saves; of a computed one ``ask`` says what is changed, of a
    typed one ``source`` says where its figure is from."""

    kind: str
    words: str
    saved_g: int
    ask: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Offset:
    """How many grams are to be offset, by credits or forestry, by which day."""

    way: str
    grams: int
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """What a plan comes to. ``together_g`` is what all measures save together, which is less than their sum where they
    touch the same lines; by category low, central and high grams as expected."""

    people: int
    low_g: int
    total_g: int
    high_g: int
    by_category: Mapping[str, tuple[int, int, int]]
    measures: tuple[Measure, ...]
    together_g: int
    offset: tuple[Offset, ...]
    notes: tuple[Note, ...] = ()
    wrong: str = ""

    @property
    def left_g(self) -> int:
        """What is expected to be emitted with all measures."""
        return max(0, self.total_g - self.together_g)

    @property
    def offset_g(self) -> int:
        """What is to be offset."""
        return sum(each.grams for each in self.offset)


@dataclass(frozen=True, slots=True)
class PublishedPlan:
    """A version of the plan as everybody may read it: figures as they were when it was published."""

    event: Event
    version: int
    sha256: str
    at: datetime
    text: str
    assumed: Assumed
    figures: PlanFigures


@dataclass(frozen=True, slots=True)
class PlanView:
    """The organiser's page: the draft with its figures as of now, and what was published, the newest first."""

    event: Event
    body: Mapping[str, Any]
    assumed: Assumed
    figures: PlanFigures
    published: tuple[PublishedPlan, ...]
    may_edit: bool
    planned_count: int = 0


def plan_view(slug: str) -> PlanView:
    """The plan. Needs event.view. Raises NotFound, Forbidden."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        return _view(conn, event)


def _view(conn: sa.Connection, event: Event) -> PlanView:
    kept = rows.plans(conn, event.event_id)
    body = next((row["body"] for row in kept if row["version"] == rows.DRAFT_VERSION), EMPTY)
    planned = [each.entry for each in read_inventory(conn, event).planned]
    assumed = _assumed(event, body)
    published = tuple(_published(event, row) for row in kept if row["version"] != rows.DRAFT_VERSION)
    return PlanView(
        event, body, assumed, _figures(event, planned, assumed, body), published,
        may(current_actor(), "event.edit", event.event_id), len(planned),
    )  # fmt: skip


def _assumed(event: Event, body: Mapping[str, Any]) -> Assumed:
    usual, told = assumed_of(event), body.get("assumed") or {}
    return Assumed(told.get("nights", usual.nights), told.get("meals", usual.meals), told.get("diet", usual.diet))


def _figures(
    event: Event, planned: Sequence[Mapping[str, Any]], assumed: Assumed, body: Mapping[str, Any]
) -> PlanFigures:  # fmt: skip
    """What the plan comes to; ``wrong`` says why nothing could be computed (the factor set is gone, lacks a row)."""
    offset = tuple(Offset(**each) for each in body["offset"])
    try:
        return _computed(expected_of(event, planned, assumed), body, offset)
    except (Conflict, FactorMissing) as error:
        typed = tuple(Measure(**each) for each in body["measures"] if each["kind"] == TYPED)
        return PlanFigures(event.expected_people, 0, 0, 0, {}, typed, 0, offset, (), str(error))


def _computed(found: Expected, body: Mapping[str, Any], offset: tuple[Offset, ...]) -> PlanFigures:
    base = found.outcome(changes_from_url({}))
    asked: dict[str, str] = {}
    measures = []
    for each in body["measures"]:
        if each["kind"] == TYPED:
            measures.append(Measure(**each))
            continue
        params = dict(part.split("=", 1) for part in each["ask"].split("&"))
        asked |= params
        saved_g = -found.outcome(changes_from_url(params)).difference_g
        measures.append(Measure(COMPUTED, each["words"], saved_g, each["ask"], ""))
    together_g = -found.outcome(changes_from_url(asked)).difference_g if asked else 0
    together_g += sum(each.saved_g for each in measures if each.kind == TYPED)
    named = {each.category: each.before for each in base.categories}
    return PlanFigures(
        found.people, base.before.low_g, base.before.total_g, base.before.high_g,
        {name: (m.low_g, m.total_g, m.high_g) for name in CATEGORIES if (m := named.get(name)) is not None},
        tuple(measures), together_g, offset, found.notes,
    )  # fmt: skip


def save_plan(slug: str, body: Any, now: datetime | None = None) -> PlanView:
    """Keeps the draft: ``{text, assumed: {nights, meals, diet}, measures: [{kind: computed, ask, words} | {kind: typed,
    words, saved_g, source}], offset: [{way, grams, by, words}]}``. Needs event.edit. Raises NotFound, InputError."""
    actor, at = current_actor(), now or datetime.now(UTC)
    kept = _checked(body)

    def work(conn: sa.Connection) -> PlanView:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        rows.take(conn, event.event_id)  # two who begin the draft at once write it one after the other
        values = {"event_id": event.event_id, "version": rows.DRAFT_VERSION, "body": kept, "sha256": _hash(kept)}
        rows.put_plan(conn, {**values, "by": actor.name or actor.label, "at": at})
        record(conn, event.event_id, actor, "plan.save", slug, {"sha256": values["sha256"]})
        return _view(conn, event)

    return run_write(get_store(), work)


def publish_plan(slug: str, now: datetime | None = None) -> PublishedPlan:
    """Publishes the draft as it stands, with its figures, as the next version. Needs event.edit. Raises NotFound,
    Conflict where there is nothing to publish or the event is over."""
    actor, at = current_actor(), now or datetime.now(UTC)

    def work(conn: sa.Connection) -> PublishedPlan:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        kept = rows.plans(conn, event.event_id, lock=True)
        event = read_event(conn, slug=slug)  # as it stands now that nobody else publishes or closes it
        if event.state in (CLOSED, SETTLED):
            raise Conflict("The event is closed: what follows is its evaluation, the plan stays as it was published.")
        view = _view(conn, event)
        if view.figures.wrong:
            raise Conflict("The estimate can't be computed: {reason}", reason=view.figures.wrong)
        if not view.figures.total_g:
            raise Conflict("There is nothing to publish: say how many people are expected, or what is planned.")
        body = _frozen(view)
        version = max((int(row["version"]) for row in kept), default=0) + 1
        values = {"event_id": event.event_id, "version": version, "body": body, "sha256": _hash(body)}
        rows.put_plan(conn, {**values, "by": actor.name or actor.label, "at": at})
        record(conn, event.event_id, actor, "plan.publish", slug, {"version": version, "sha256": values["sha256"]})
        return _published(event, {**values, "at": at})

    return run_write(get_store(), work)


def public_plan(slug: str) -> PublishedPlan:
    """The newest plan that was published, for anybody. Raises NotFound."""
    with get_store().read() as conn:
        found = newest_plan(conn, read_event(conn, slug=slug))
    if found is None:
        raise NotFound("No plan of this event is published yet.")
    return found


def newest_plan(conn: sa.Connection, event: Event) -> PublishedPlan | None:
    """The same within a transaction, None where none was published."""
    found = next(iter(rows.plans(conn, event.event_id)), None)
    return None if found is None or found["version"] == rows.DRAFT_VERSION else _published(event, found)


def _frozen(view: PlanView) -> dict[str, Any]:
    """The plan with its figures, as canonical JSON can hold it."""
    figures, event = view.figures, view.event
    return {
        "event": event.slug, "publishedFor": instant(event.starts_at), "text": view.body["text"],
        "assumed": {"nights": view.assumed.nights, "meals": view.assumed.meals, "diet": view.assumed.diet},
        "factorSet": {"id": event.factor_set_id, "sha256": event.factor_set_sha256}, "people": figures.people,
        "mass": [figures.low_g, figures.total_g, figures.high_g],
        "byCategory": {name: list(masses) for name, masses in figures.by_category.items()},
        "measures": [_plain(each) for each in figures.measures], "together": figures.together_g,
        "offset": [_plain(each) for each in figures.offset],
        "notes": [{"message": note.message, "params": dict(note.params)} for note in figures.notes],
    }  # fmt: skip


def _plain(each: Measure | Offset) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__dataclass_fields__}


def _published(event: Event, row: Mapping[Any, Any]) -> PublishedPlan:
    body = row["body"]
    low_g, total_g, high_g = body["mass"]
    figures = PlanFigures(
        body["people"], low_g, total_g, high_g,
        {name: (low, total, high) for name, (low, total, high) in body["byCategory"].items()},
        tuple(Measure(**each) for each in body["measures"]), body["together"],
        tuple(Offset(**each) for each in body["offset"]),
        tuple(Note(each["message"], each["params"]) for each in body["notes"]),
    )  # fmt: skip
    return PublishedPlan(
        event, int(row["version"]), row["sha256"], row["at"], body["text"], Assumed(**body["assumed"]), figures
    )


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(body))).hexdigest()


# ---------------------------------------------------------------- what may be told
@dataclass(slots=True)
class _Reader:
    """Collects what is wrong while reading."""

    wrong: list[FieldError] = field(default_factory=list)

    def bad(self, name: str, value: Any, message: str, **params: Any) -> None:
        """Notes that a field is wrong."""
        shown = str(value)[:80]
        self.wrong.append(FieldError(name, shown, message, {"value": shown, **params}))

    def whole(self, name: str, value: Any, most: int) -> int:
        """A whole number from 0 to ``most``."""
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
            return value
        self.bad(name, value, WHOLE, most=most)
        return 0

    def words(self, name: str, value: Any, most: int = MOST_WORDS, needed: bool = True) -> str:
        """Words of at most so many characters."""
        text = str(value or "").strip()
        if (needed and not text) or len(text) > most:
            self.bad(name, text, WORDS, most=most)
        return text[:most]

    def measure(self, name: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """One measure."""
        words = self.words(name, told.get("words"))
        if told.get("kind") == COMPUTED:
            return {"kind": COMPUTED, "words": words, "ask": self.ask(name, str(told.get("ask") or ""))}
        source = self.words(name, told.get("source"))
        saved_g = self.whole(name, told.get("saved_g"), MOST_GRAMS)
        return {"kind": TYPED, "words": words, "saved_g": saved_g, "source": source}

    def ask(self, name: str, text: str) -> str:
        """What is changed, as an address of *What if* says it; it must change something."""
        params = dict(part.split("=", 1) for part in text.split("&") if "=" in part)
        try:
            said = changes_to_url(changes_from_url(params))
        except InputError as error:
            self.wrong += [FieldError(name, each.value, each.message, each.params) for each in error.errors]
            return ""
        if not said:
            self.bad(name, text, NO_CHANGE)
        return "&".join(f"{key}={value}" for key, value in params.items() if value)

    def offset(self, name: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """One part of what is to be offset."""
        way = str(told.get("way") or "")
        if way not in WAYS:
            self.bad(name, way, WAY, known=", ".join(WAYS))
        day = str(told.get("by") or "")
        try:
            date.fromisoformat(day)
        except ValueError:
            self.bad(name, day, DAY if day.strip() else NO_DAY)
        grams = self.whole(name, told.get("grams"), MOST_GRAMS)
        return {"way": way, "grams": grams, "by": day[:10], "words": self.words(name, told.get("words"), needed=False)}


WHOLE = "{field} must be a whole number from 0 to {most}; it is {value}."
WORDS = "{field} needs words, at most {most} characters."
NO_CHANGE = "{field}: {value} changes nothing; say by how much."
WAY = "{field} must be one of {known}; it is {value}."
DAY = "{field}: {value} is no day; write it as 2026-11-21."
NO_DAY = "{field}: say which day it is."


def _checked(body: Any) -> dict[str, Any]:
    """The draft as it may be kept. Raises InputError naming each wrong field (``measures.2`` counts from 1)."""
    told = body if isinstance(body, Mapping) else {}
    reader = _Reader()
    assumed = told.get("assumed") or {}
    kept: dict[str, Any] = {"text": reader.words("text", told.get("text"), MOST_TEXT, needed=False)}
    kept["assumed"] = {
        name: reader.whole(f"assumed.{name}", assumed[name], 400) for name in ("nights", "meals") if name in assumed
    }
    if assumed.get("diet"):
        kept["assumed"]["diet"] = assumed["diet"]
        if assumed["diet"] not in DIETS:
            reader.bad("assumed.diet", assumed["diet"], WAY, known=", ".join(DIETS))
    for name, read in (("measures", reader.measure), ("offset", reader.offset)):
        given = [each for each in told.get(name) or [] if isinstance(each, Mapping)]
        if len(given) > MOST_ROWS:
            reader.bad(name, len(given), WHOLE, most=MOST_ROWS)
        kept[name] = [read(f"{name}.{number}", each) for number, each in enumerate(given[:MOST_ROWS], 1)]
    if reader.wrong:
        raise InputError(reader.wrong)
    return kept
