"""The life of an event: its table, what each state permits, who may move it, and what is refused with a sentence."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import events
from accounts import ANONYMOUS, SYSTEM, Actor, Conflict, Forbidden, NotFound, Unauthenticated, set_actor
from calculations import event_states as states
from calculations.model import InputError
from data.store import schema as s
from data.store.engine import Store
from locales import catalogue
from pages._parts.html_text import render
from pages._parts.taking_part import over
from pages.documents import landing
from pages.guest import calculator, me, rank
from pages.screen import _layouts
from tests.support.events import body, draft, trip

PROJECT = Path(__file__).resolve().parents[1]
ORGANISER = Actor("person", "p-organiser", "Organiser", frozenset({("organiser", "", "")}))
AUDITOR = Actor("person", "p-auditor", "Auditor", frozenset({("auditor", "", "")}))
ADMINISTRATOR = Actor("person", "p-admin", "Administrator", frozenset({("administrator", "", "")}))
SLUG = "hall-2026"


@pytest.fixture
def made(sqlite_store: Store) -> Store:
    """An open event."""
    set_actor(SYSTEM)
    events.create_event(draft())
    set_actor(ORGANISER)
    return sqlite_store


@pytest.mark.parametrize(("state", "to"), list(itertools.permutations(states.STATES, 2)))
def test_only_what_the_table_has_ever_happens(sqlite_store: Store, state: str, to: str) -> None:
    set_actor(SYSTEM)
    events.create_event(draft(state=state))
    set_actor(ADMINISTRATOR)
    if states.may(state, to):
        assert events.change_state(SLUG, to, "because").state == to
    else:
        with pytest.raises(Conflict):
            events.change_state(SLUG, to, "because")
        assert events.get_event(SLUG).state == state


def test_every_state_is_reached_and_every_transition_has_its_permission() -> None:
    assert {to for _, to in states.TRANSITIONS} | {states.DRAFT} == set(states.STATES)
    assert states.PERMISSIONS.keys() == states.TRANSITIONS.keys() >= states.WITH_REASON
    assert states.MEANINGS.keys() == states.PERMITS.keys()
    assert all(to != states.DRAFT for _, to in states.TRANSITIONS)
    assert states.next_states(states.CLOSED) == (states.OPEN, states.SETTLED)


def test_each_refusal_is_a_sentence_with_its_chinese() -> None:
    chinese = catalogue("zh")
    for what, state in itertools.product(states.PERMITS, states.STATES):
        said = states.refusal(state, what)
        assert bool(said) != states.permits(state, what)
        assert not said or said in chinese, (what, state)


def test_a_step_back_is_told_why_and_every_step_is_in_the_trail(made: Store) -> None:
    events.change_state(SLUG, "closed")
    with pytest.raises(InputError) as raised:
        events.change_state(SLUG, "open", "  ")
    assert raised.value.errors[0].field == "reason"
    events.change_state(SLUG, "open", "late answers")
    assert events.change_state(SLUG, "open").state == "open"
    with made.read() as conn:
        trail = s.audit_trail.c
        rows = conn.execute(sa.select(trail.detail, trail.actor).where(trail.action == "event.state")).all()
    assert {(row.detail["from"], row.detail["to"], row.detail["reason"]) for row in rows} == {
        ("open", "closed", ""), ("closed", "open", "late answers"),
    }  # fmt: skip
    assert {row.actor for row in rows} == {"person:p-organiser"}


def test_who_may_not_edit_moves_nothing_and_books_are_reopened_by_an_administrator(made: Store) -> None:
    for actor, refused in ((ANONYMOUS, Unauthenticated), (AUDITOR, Forbidden)):
        set_actor(actor)
        with pytest.raises(refused):
            events.change_state(SLUG, "closed")
    set_actor(ORGANISER)
    events.change_state(SLUG, "closed")
    events.change_state(SLUG, "settled")
    with pytest.raises(Forbidden):
        events.change_state(SLUG, "closed", "a mistake")
    set_actor(ADMINISTRATOR)
    assert events.change_state(SLUG, "closed", "a mistake").state == "closed"


def test_a_draft_is_there_for_those_who_may_see_it_alone(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    made = events.create_event(draft(state="draft"))
    elsewhere = Actor("person", "p2", "Elsewhere", frozenset({("organiser", "other123", "")}))
    here = Actor("person", "p3", "Here", frozenset({("organiser", made.event_id, "")}))
    for actor in (ANONYMOUS, elsewhere):
        set_actor(actor)
        with pytest.raises(NotFound):
            events.get_event(SLUG)
        with pytest.raises(NotFound):
            events.start_participation(SLUG)
        assert events.find_events().total == 0
    set_actor(here)
    assert events.get_event(SLUG).state == "draft"
    with pytest.raises(Conflict, match="still a draft"):
        events.start_participation(SLUG)


CALLS: dict[str, Any] = {
    "answer": lambda: events.start_participation(SLUG),
    "inventory": lambda: events.save_inventory(SLUG, {"trips": [], "stays": [], "meals": [], "other": []}),
    "boundary": lambda: events.set_boundary(SLUG, {"upstream": True}),
    "recompute": lambda: events.recompute_all(SLUG),
    "expected": lambda: events.set_expected(SLUG, {"people": 7}),
}


@pytest.mark.parametrize(("what", "state"), list(itertools.product(CALLS, states.STATES)))
def test_the_use_cases_ask_the_table(sqlite_store: Store, what: str, state: str) -> None:
    set_actor(SYSTEM)
    events.create_event(draft(state=state))
    set_actor(ORGANISER)
    if states.permits(state, what):
        CALLS[what]()
    else:
        with pytest.raises(Conflict) as refused:
            CALLS[what]()
        assert refused.value.message == states.refusal(state, what)


def test_an_answer_begun_is_not_saved_once_the_event_is_closed(made: Store) -> None:
    started = events.start_participation(SLUG)
    events.change_state(SLUG, "closed")
    with pytest.raises(Conflict, match="takes no more answers"):
        events.save_footprint(started.participation_id, body(trip()))


@pytest.mark.parametrize("state", states.STATES)
def test_guests_are_invited_only_while_answers_are_taken(sqlite_store: Store, state: str) -> None:
    set_actor(SYSTEM)
    event = events.create_event(draft(state=state))
    why = rank._mine(event, events.leaderboard(SLUG), "", "", is_own=True)
    pages = [str(render(page)) for page in (landing._bar(event, None), why, calculator.layout(SLUG), me._nobody(event))]
    invited = [f"/e/{SLUG}/footprint" in page or "calc-go" in page for page in pages]
    assert invited == [states.permits(state, "answer")] * 4
    assert [states.refusal(state, "answer") in page for page in pages] == [True] * 4
    wall = str(render([*_layouts.code(event), *_layouts.steps(event)]))
    assert ("Count your trip" in wall and "Tell how you came" in wall) is (state in ("draft", "open"))
    assert bool(over(event, "order")) is not states.permits(state, "order")


def test_the_document_has_the_tables_as_they_are() -> None:
    text = (PROJECT / "docs" / "events.md").read_text(encoding="utf-8")
    assert states.table() in text
    assert states.permit_table() in text
