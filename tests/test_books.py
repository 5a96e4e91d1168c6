"""Closing an event's books: what stops it, the signed statement, what is refused afterwards, opening them again."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest

import events
import offsetting
from accounts import ANONYMOUS, SYSTEM, Actor, Conflict, Forbidden, NotFound, set_actor
from calculations import merkle
from data.store import schema as s
from data.store.engine import Store, get_store
from events import books, books_statement
from events.inventory import comment_line, prove_line
from tests.support.events import draft, guests
from tests.support.shop import put, rows

AFTER = datetime(2026, 6, 1, tzinfo=UTC)
ORGANISER = Actor("person", "o1", "Olga Organiser", frozenset({("organiser", "", "")}))
ADMINISTRATOR = Actor("person", "a1", "Adam Admin", frozenset({("administrator", "", "")}))
AUDITOR = Actor("person", "u1", "Uta Auditor", frozenset({("auditor", "", "")}))
POWER = {"activity": "electricity", "quantity": 1200, "unit": "kWh"}


@pytest.fixture
def hall() -> events.Event:
    """An event of six guests and one line of the organiser's, over and closed."""
    set_actor(SYSTEM)
    event = events.create_event(draft(expected_people=10))
    guests(event.slug, 6)
    events.save_inventory(event.slug, {"other": [POWER]})
    events.change_state(event.slug, "closed")
    set_actor(ORGANISER)
    return event


def keys(slug: str) -> list[str]:
    return [check.key for check in books.books_view(slug, AFTER).checks]


def close(slug: str, note: str = "") -> books.BooksStatement:
    return books.close_books(slug, note, keys(slug), now=AFTER)


@pytest.mark.usefixtures("store")
def test_the_statement_holds_what_the_store_holds_and_is_signed(hall: events.Event) -> None:
    found = close(hall.slug, " all  in ")
    totals = events.totals(hall.slug)
    subject = found.subject
    assert events.get_event(hall.slug).state == "settled"
    assert subject["emissions"]["totalGrams"] == totals.mass.total_g == sum(
        each["totalGrams"] for each in subject["byCategory"]
    )  # fmt: skip
    assert subject["coverage"]["residualGrams"] == totals.residual_g
    assert (subject["note"], subject["closedBy"], subject["people"]) == (
        "all in", "Olga Organiser", {"answered": 6, "expected": 10},
    )  # fmt: skip
    assert subject["lines"]["count"] == len(rows(s.emission_line, event_id=hall.event_id))
    assert [each["quantity"] for each in subject["lines"]["own"]] == ["1200.0"]
    assert found.sha256 == hashlib.sha256(found.text.encode()).hexdigest()
    keys_now = offsetting.did_document()
    assert offsetting.verify_file(found.text, json.dumps(keys_now)).ok
    total = str(totals.mass.total_g)
    changed = found.text.replace(total, str(totals.mass.total_g - 1))
    reasons = offsetting.verify_file(changed, json.dumps(keys_now)).reasons
    assert reasons == ("The signature does not fit: the statement was changed after it was signed.",)
    assert [finding.ok for finding in events.audit(hall.slug)].count(False) == 0


@pytest.mark.usefixtures("store")
def test_the_log_knows_the_statement_and_that_it_no_longer_stands(hall: events.Event) -> None:
    found = close(hall.slug)
    proof = offsetting.log_proof(offsetting.books_entry(hall.event_id, 1))
    told = json.loads(proof.body)
    assert (proof.kind, told["statement_sha256"], told["livemode"]) == ("books", found.sha256, False)
    with pytest.raises(Forbidden):
        books.reopen_books(hall.slug, "A bill came late", now=AFTER)
    set_actor(ADMINISTRATOR)
    with pytest.raises(events.InputError):
        books.reopen_books(hall.slug, " ", now=AFTER)
    assert books.reopen_books(hall.slug, "A bill came late", now=AFTER).state == "closed"
    events.save_inventory(hall.slug, {"other": [POWER, POWER]})
    anew = close(hall.slug)
    assert (anew.version, anew.subject["supersedes"]) == (2, found.sha256)
    former = books.statement(hall.slug, 1)
    assert (former.is_superseded, former.reason, former.text) == (True, "A bill came late", found.text)
    assert not anew.is_superseded
    kinds = [row["kind"] for row in sorted(rows(s.log_entry, event_id=hall.event_id), key=lambda row: row["entry_id"])]
    assert kinds == ["books", "books_opened", "books"]


@pytest.mark.usefixtures("sqlite_store")
def test_nothing_changes_once_the_books_are_closed(hall: events.Event) -> None:
    line_id = events.inventory_view(hall.slug).lines[0].line_id
    sha256 = prove_line(hall.slug, line_id, "bill.pdf", b"%PDF-1.7 a bill")
    found = close(hall.slug)
    assert found.subject["lines"]["own"][0]["evidence"] == [sha256]
    for refused in (
        lambda: events.save_inventory(hall.slug, {"other": []}),
        lambda: events.start_participation(hall.slug),
        lambda: prove_line(hall.slug, line_id, "bill.pdf", b"%PDF-1.7 another"),
        lambda: close(hall.slug),
        lambda: events.set_boundary(hall.slug, {"categories": ["travel"]}),
    ):
        with pytest.raises(Conflict):
            refused()
    comment_line(hall.slug, line_id, "The bill came by post.")
    assert books.statement(hall.slug, 1).text == found.text


@pytest.mark.usefixtures("sqlite_store")
def test_what_has_to_be_put_right_stops_it_and_the_rest_has_to_be_seen(hall: events.Event) -> None:
    assert keys(hall.slug) == ["unanswered", "evidence", "residual"]
    with pytest.raises(Conflict, match="looked at"):
        books.close_books(hall.slug, "", ["unanswered"], now=AFTER)
    with pytest.raises(Conflict, match="not over"):
        books.close_books(hall.slug, "", keys(hall.slug), now=hall.starts_at)
    with get_store().write() as conn:
        put(conn, s.orders, event_id=hall.event_id, order_id=f"{hall.event_id}-x", buyer="guest", participation_id="",
            company_id="", covers={}, project_id="p", grams=5, currency="CNY", split=[], state="held", locale="en",
            provider="", provider_ref="", livemode=False, created_at=AFTER, expires_at=AFTER,
            certificate_number="")  # fmt: skip
    with pytest.raises(Conflict, match="held"):
        close(hall.slug)
    assert books.statements(hall.slug) == []
    set_actor(SYSTEM)
    events.change_state(hall.slug, "open", "too early")
    assert "state" in keys(hall.slug)


@pytest.mark.usefixtures("sqlite_store")
def test_who_may_do_what_and_what_is_public(hall: events.Event) -> None:
    set_actor(AUDITOR)
    assert not books.books_view(hall.slug, AFTER).may_close
    for refused in (close, lambda slug: books.publish_books(slug, 1)):
        with pytest.raises(Forbidden):
            refused(hall.slug)
    set_actor(ORGANISER)
    close(hall.slug)
    set_actor(ANONYMOUS)
    with pytest.raises(NotFound):
        books.public_statement(hall.slug)
    set_actor(ORGANISER)
    books.publish_books(hall.slug, 1)
    set_actor(ANONYMOUS)
    assert books.public_statement(hall.slug)[0].version == 1


@pytest.mark.usefixtures("sqlite_store")
def test_figures_of_a_handful_are_not_made_public() -> None:
    set_actor(SYSTEM)
    event = events.create_event(draft())
    guests(event.slug, 3)
    events.change_state(event.slug, "closed")
    close(event.slug)
    assert {each["people"] for each in books.statement(event.slug, 1).subject["bySession"]} <= {None, 0}
    with pytest.raises(Conflict, match="five"):
        books.publish_books(event.slug, 1)


def test_a_changed_line_is_found_by_the_proofs(sqlite_store: Store, hall: events.Event) -> None:
    close(hall.slug)
    with sqlite_store.write() as conn:
        conn.execute(s.emission_line.update().where(s.emission_line.c.category == "energy").values(unit="MWh"))
    wrong = [finding for finding in events.audit(hall.slug) if not finding.ok]
    assert ["closed books" in finding.name for finding in wrong] == [True]


def test_the_tree_is_that_of_rfc_6962() -> None:
    for count in (0, 1, 2, 3, 5, 8, 13):
        leaves = [merkle.leaf_hash(bytes([number])) for number in range(count)]
        nodes = merkle.appended(0, leaves, lambda level, index: b"")
        expected = merkle.root(count, lambda level, index: nodes[level, index])  # noqa: B023
        assert books_statement.tree_of(leaves) == (count, expected.hex())
