"""Closing an event's books: what is looked at first, the frozen statement, opening them again.

The statement is signed like certificates, its hash stands in the transparency log, and the event becomes settled in the
same transaction. It is never changed: books that are opened again are closed with a new version, and the former
statement stays, told as superseded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

import offsetting
from accounts import Conflict, NotFound, current_actor, may, record, require
from calculations.event_states import CLOSED, SETTLED
from calculations.model import FieldError, InputError
from calculations.slicing import PLAN_LINE
from data.store import books as rows
from data.store import claims as claim_rows
from data.store import events as event_rows
from data.store import rebuild
from data.store.engine import get_store, run_write
from events.books_statement import counted_tree, statement_of
from events.catalogue import read_event
from events.inventory import read_inventory
from events.model import Event
from events.states import move
from events.totals import Totals, read_totals

STOP, LOOK = "stop", "look"
MOST_NOTE = 1000
STORED = (
    "version", "sha256", "note", "closed_by", "closed_at", "published_at", "reopened_at", "reopened_by", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """Something found before closing: ``level`` is stop (it has to be put right) or look (it has to be seen)."""

    key: str
    level: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BooksStatement:
    """A closing of the books. ``text`` is the signed statement as it is given out, ``sha256`` of its bytes; ``subject``
    what it says."""

    event: Event
    version: int
    text: str
    sha256: str
    subject: Mapping[str, Any]
    note: str
    closed_by: str
    closed_at: datetime
    published_at: datetime | None
    reopened_at: datetime | None
    reopened_by: str
    reason: str

    @property
    def is_superseded(self) -> bool:
        """Whether the books were opened again since."""
        return self.reopened_at is not None


@dataclass(frozen=True, slots=True)
class BooksView:
    """The page's figures. ``since`` is what happened after the newest closing: grams retired since then."""

    event: Event
    totals: Totals
    checks: tuple[Check, ...]
    statements: tuple[BooksStatement, ...]
    may_close: bool
    may_reopen: bool
    retired_since_g: int = 0

    @property
    def current(self) -> BooksStatement | None:
        """The statement that stands."""
        return next((each for each in self.statements if not each.is_superseded), None)


def books_view(slug: str, now: datetime | None = None) -> BooksView:
    """What has to be looked at, and the statements there are. Needs event.view. Raises NotFound, Forbidden."""
    actor, at = current_actor(), now or datetime.now(UTC)
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(actor, "event.view", event.event_id)
        totals = read_totals(conn, event)
        found = tuple(_statement(event, row) for row in rows.all_of(conn, event.event_id))
        checks = tuple(_checks(conn, event, totals, at)) if event.state != SETTLED else ()
    current = next((each for each in found if not each.is_superseded), None)
    since = totals.retired_g - current.subject["coverage"]["retiredGrams"] if current else 0
    return BooksView(
        event, totals, checks, found, may(actor, "event.edit", event.event_id),
        may(actor, "event.reopen", event.event_id), max(0, since),
    )  # fmt: skip


def close_books(slug: str, note: str = "", seen: Iterable[str] = (), now: datetime | None = None) -> BooksStatement:
    """Closes the books of an event: the statement is frozen, signed and told to the log, and the event is settled. All
    that has to be looked at has to be in ``seen`` (keys of checks). Needs event.edit. Raises NotFound, Forbidden,
    InputError, Conflict naming what has to be put right first."""
    actor, at, read = current_actor(), now or datetime.now(UTC), frozenset(seen)
    said = " ".join(note.split())
    if len(said) > MOST_NOTE:
        message = "{field}: write at most {limit} characters."
        raise InputError([FieldError("note", said[:60], message, {"limit": MOST_NOTE})])

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        event_rows.take_state(conn, event.event_id)
        former = rows.all_of(conn, event.event_id, lock=True)
        event = read_event(conn, slug=slug)  # as it stands now that nobody else closes it or changes its lines
        _ready(conn, event, read, at)
        version = int(former[0]["version"]) + 1 if former else 1
        by = actor.name or actor.label
        subject = statement_of(conn, event, version, former[0]["sha256"] if former else "", by, said, at)
        text, sha256 = offsetting.sign_books(conn, event.event_id, slug, version, subject, event.livemode, at)
        rows.add(conn, {
            "event_id": event.event_id, "version": version, "statement": text, "sha256": sha256, "note": said,
            "closed_by": by, "closed_at": at, "livemode": event.livemode,
        })  # fmt: skip
        move(conn, event, SETTLED, said, actor, at)
        record(conn, event.event_id, actor, "books.close", slug, {"version": version, "sha256": sha256})

    run_write(get_store(), work)
    return statements(slug)[0]


def _ready(conn: sa.Connection, event: Event, seen: frozenset[str], at: datetime) -> None:
    """Raises Conflict for what has to be put right or was not looked at; proves that the roll-ups are the rows'."""
    checks = list(_checks(conn, event, read_totals(conn, event), at))
    for check in checks:
        if check.level == STOP:
            shown = {name: f"{value} g" if name == "grams" else value for name, value in check.params.items()}
            raise Conflict(check.message, **shown)
    unseen = [check for check in checks if check.key not in seen]
    if unseen:
        raise Conflict("Say first that you have looked at what is open; {count} points are new.", count=len(unseen))
    if wrong := rebuild.differences(conn, event.event_id):
        raise Conflict("The sums of this event differ from its lines ({what}): run the proofs first.", what=wrong[0])


def reopen_books(slug: str, reason: str, now: datetime | None = None) -> Event:
    """Opens closed books again, for a reason that is told: the event is closed as before, its statement stays and is
    told as superseded. Needs event.reopen. Raises NotFound, Forbidden, InputError, Conflict."""
    actor, at = current_actor(), now or datetime.now(UTC)

    def work(conn: sa.Connection) -> Event:
        event = read_event(conn, slug=slug)
        require(actor, "event.reopen", event.event_id)
        event_rows.take_state(conn, event.event_id)
        standing = [row for row in rows.all_of(conn, event.event_id, lock=True) if row["reopened_at"] is None]
        if not standing:
            raise Conflict("The books of this event are not closed.")
        moved = move(conn, event, CLOSED, reason, actor, at)
        version, sha256 = int(standing[0]["version"]), standing[0]["sha256"]
        told = {"reopened_at": at, "reopened_by": actor.name or actor.label, "reason": " ".join(reason.split())}
        rows.change(conn, event.event_id, version, **told)
        offsetting.tell_reopened(conn, event.event_id, slug, version, sha256, event.livemode, at)
        record(conn, event.event_id, actor, "books.reopen", slug, {"version": version, "reason": told["reason"]})
        return moved

    return run_write(get_store(), work)


def publish_books(slug: str, version: int, published: bool = True, now: datetime | None = None) -> None:
    """Makes a statement public, or takes it back from the public page. Needs event.edit. Raises NotFound, Forbidden,
    Conflict where fewer than five people stand behind its figures."""
    actor, at = current_actor(), now or datetime.now(UTC)

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        found = next((row for row in rows.all_of(conn, event.event_id) if row["version"] == version), None)
        if found is None:
            raise NotFound("There is no statement {version} of this event.", version=version)
        if published and read_totals(conn, event).hidden:
            raise Conflict("Fewer than five people stand behind these figures: they are not shown in public.")
        told = {"published_at": at if published else None, "published_by": actor.name or actor.label}
        rows.change(conn, event.event_id, version, **told)
        record(conn, event.event_id, actor, "books.publish", slug, {"version": version, "public": published})

    run_write(get_store(), work)


def statements(slug: str) -> list[BooksStatement]:
    """All statements of an event, newest first. Needs event.view. Raises NotFound, Forbidden."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        return [_statement(event, row) for row in rows.all_of(conn, event.event_id)]


def standing_statement(conn: sa.Connection, event: Event) -> BooksStatement | None:
    """The statement that stands within a transaction, None while the books are open; the caller has asked."""
    found = next((row for row in rows.all_of(conn, event.event_id) if row["reopened_at"] is None), None)
    return _statement(event, found) if found is not None else None


def statement(slug: str, version: int) -> BooksStatement:
    """One of them. Raises NotFound, Forbidden."""
    found = next((each for each in statements(slug) if each.version == version), None)
    if found is None:
        raise NotFound("There is no statement {version} of this event.", version=version)
    return found


def public_statement(slug: str, version: int | None = None) -> tuple[BooksStatement, Totals]:
    """The newest public statement of an event or one by its version, and the event's figures as they are now, for
    anybody. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        found = [row for row in rows.all_of(conn, event.event_id) if row["published_at"] is not None]
        chosen = next((row for row in found if version in (None, row["version"])), None)
        if chosen is None:
            raise NotFound("No statement of this event's books is public.")
        return _statement(event, chosen), read_totals(conn, event)


def _statement(event: Event, row: Mapping[Any, Any]) -> BooksStatement:
    subject = json.loads(row["statement"])["credentialSubject"]
    return BooksStatement(event=event, text=row["statement"], subject=subject, **{name: row[name] for name in STORED})


def _checks(conn: sa.Connection, event: Event, totals: Totals, now: datetime) -> Iterable[Check]:
    """What has to be put right, then what has to be looked at."""
    if event.state != CLOSED:
        yield Check("state", STOP, "The event is {state}: its books are closed once it takes no more answers.",
                    {"state": event.state})  # fmt: skip
    if event.ends_at > now:
        yield Check("over", STOP, "The event is not over yet: what is emitted can still grow.")
    yield from _order_checks(conn, event)
    if event.pay_until is not None and event.pay_until > now:
        yield Check("pay_until", LOOK, "Guests and companies may order until {day}; they no longer can once the books "
                    "are closed.", {"day": event.pay_until})  # fmt: skip
    if event.books_by is not None and event.books_by < now:
        yield Check("books_by", LOOK, "The books were to be closed by {day}.", {"day": event.books_by})
    if missing := max(0, totals.expected_people - totals.participants):
        yield Check("unanswered", LOOK, "{count} people who are expected have not answered: {grams} stand for them as "
                    "an estimate.", {"count": missing, "grams": totals.mass.estimated_g})  # fmt: skip
    yield from _line_checks(conn, event)
    if totals.residual_g and event.defaults.get("payer") in ("host_all", "host_residual"):
        yield Check("residual", LOOK, "The host said that it covers what guests do not, and {grams} are covered by "
                    "nobody: order them before the books are closed, or the statement says that they stayed open.",
                    {"grams": totals.residual_g})  # fmt: skip
    elif totals.residual_g:
        yield Check("residual", LOOK, "{grams} are covered by nobody; after the books are closed nobody can cover them "
                    "any more.", {"grams": totals.residual_g})  # fmt: skip
    if totals.reserved_g:
        yield Check("reserved", LOOK, "{grams} are reserved and not retired yet; they are retired after the books are "
                    "closed, and told as later than them.", {"grams": totals.reserved_g})  # fmt: skip


def _order_checks(conn: sa.Connection, event: Event) -> Iterable[Check]:
    orders = rows.orders_by_state(conn, event.event_id)
    for state, message in (
        ("held", "{count} orders are held and not paid: wait until they are paid or expire, or call them off."),
        ("paid_late", "{count} orders were paid late and are neither covered nor paid back yet."),
    ):
        if state in orders:
            yield Check(state, STOP, message, {"count": orders[state][0]})
    waiting = sum(
        int(row["grams"]) for row in claim_rows.on_no_line(conn, event.event_id) if row["line_no"] == PLAN_LINE
    )
    if waiting:
        yield Check("plan", STOP, "{grams} paid on the plan wait for what was emitted: settle the plan first.",
                    {"grams": waiting})  # fmt: skip


def _line_checks(conn: sa.Connection, event: Event) -> Iterable[Check]:
    view = read_inventory(conn, event)
    bare = [each for each in view.lines if each.line is not None and not each.proofs]
    if bare:
        yield Check("evidence", LOOK, "{count} of the organiser's {all} lines have no file that proves them.",
                    {"count": len(bare), "all": len(view.lines)})  # fmt: skip
    planned = set(view.planned_by_category or {}) - set(view.by_category)
    if planned:
        yield Check("planned", LOOK, "{count} categories are planned and have no actual line.", {"count": len(planned)})


def examine_books(conn: sa.Connection, event_id: str = "") -> list[str]:
    """Closed books that do not hold what their statement says."""
    wrong = []
    for row in rows.closed_events(conn, event_id):
        subject = json.loads(row["statement"])["credentialSubject"]
        event = read_event(conn, event_id=row["event_id"])
        count, root = counted_tree(conn, row["event_id"])
        total_g = read_totals(conn, event).mass.total_g
        same = (count, root, total_g) == (
            subject["lines"]["count"], subject["lines"]["merkleRoot"], subject["emissions"]["totalGrams"]
        )  # fmt: skip
        if not same or event.state != SETTLED:
            wrong.append(f"{event.slug}: statement {row['version']} is not what the store holds")
    return wrong
