"""What set-up's pages say of an event's states, of its colours and of an address that is proposed."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

import events
from accounts import SYSTEM, set_actor
from calculations import contrast
from calculations import event_states as states
from data.store import events as rows
from data.store.engine import Store, get_store
from events.setup import free_slug
from events.setup_look import GROUNDS, WORDS
from pages._parts.desk import event_notice, sentence_of
from pages._parts.html_text import render
from pages._parts.palette import palette
from pages.organiser import _setup_offer, _setup_states, setup
from tests.support.events import draft

SLUG = "hall-2026"


@pytest.fixture
def made(sqlite_store: Store) -> events.Event:
    """An open event of somebody's own, for trying."""
    set_actor(SYSTEM)
    return events.create_event(draft())


def page(step: str) -> str:
    """A step's page as it is sent."""
    return str(render(setup.layout(SLUG, step)))


def off(step: str) -> set[str]:
    """The fields of a step that are disabled."""
    parts = [each for each in setup.layout(SLUG, step)._traverse() if getattr(each, "disabled", False)]
    return {each.id["name"] for each in parts if isinstance(getattr(each, "id", None), dict) and "name" in each.id}


@pytest.mark.parametrize(("here", "to"), sorted(states.TRANSITIONS))
def test_each_change_of_state_says_what_it_permits_and_what_it_ends(here: str, to: str) -> None:
    shown = str(render(_setup_states.what_changes(here, to)))
    for what, where in states.PERMITS.items():
        assert (states.MEANINGS[what] in shown) is ((here in where) != (to in where)), what
    gained, _, lost = shown.partition("No longer")
    assert not [what for what, where in states.PERMITS.items() if states.MEANINGS[what] in gained and to not in where]
    assert not [what for what, where in states.PERMITS.items() if states.MEANINGS[what] in lost and to in where]


def test_the_table_of_states_says_yes_and_no_as_the_rules_have_it() -> None:
    shown = str(render(_setup_states.permit_table("open")))
    assert shown.count(">yes<") == sum(len(where) for where in states.PERMITS.values())
    assert shown.count(">no<") == sum(4 - len(where) for where in states.PERMITS.values())


def test_a_step_says_beforehand_what_its_state_forbids(made: events.Event) -> None:
    assert made.state == "open"
    about, programme = page("about"), page("programme")
    assert "its scenario, address, currency, factor set and kind stay as they are" in about
    assert off("about") == {"scenario"} and off("place") == {"slug"} and off("boundary") == {"factor_set"}
    assert "setup-save" in about
    assert "stay as they are" not in programme and "setup-save" in programme
    events.change_state(SLUG, "closed")
    assert "its place and its dates stay as they are" in page("place") and is_shut("place", "setup-save")
    assert "setup-save" in page("look") and not is_shut("look", "setup-save")


def test_what_settled_books_forbid_is_disabled_with_a_sentence_why(made: events.Event) -> None:
    steps = [step for step in events.STEPS if step != "review"]
    pages = {"boundary": "boundary-save", "method": "method-save", "expected": "expected-keep"}
    assert not any(buttons_off(module(name).layout(SLUG)) for name in pages)
    events.change_state(SLUG, "closed")
    with get_store().write() as conn:
        rows.set_state(conn, made.event_id, "settled")
    assert all(is_shut(step, "setup-save") for step in steps)
    for name, button in pages.items():
        drawn = module(name).layout(SLUG)
        assert button in buttons_off(drawn), name
        assert states.REFUSED["settled"] in str(render(drawn)), name


def module(name: str) -> Any:
    """The module of one of the organiser's pages."""
    return importlib.import_module(f"pages.organiser.{name}")


def buttons_off(drawn: Any) -> set[str]:
    """The ids of buttons that are disabled, themselves or within what is."""
    off = [each for each in drawn._traverse() if getattr(each, "disabled", False) is True]
    within = [each for part in off if hasattr(part, "_traverse") for each in part._traverse()]
    return {str(each.id) for each in (*off, *within) if isinstance(getattr(each, "id", None), str)}


def is_shut(step: str, button: str) -> bool:
    """Whether a step's fields and its button are disabled, and its button says why."""
    drawn = setup.layout(SLUG, step)
    fields = [each for each in drawn._traverse() if getattr(each, "className", "") == "fz-form fz-setup-form"]
    return bool(fields[0].disabled) and button in buttons_off(drawn) and 'aria-describedby="setup-shut"' in page(step)


def test_a_test_event_of_ones_own_is_a_trial_and_not_the_demonstration(made: events.Event) -> None:
    assert event_notice(made)["notice_kind"] == "trial"
    assert "A trial" in page("about") and "Independent demonstration" not in page("about")


def test_a_contrast_is_told_as_a_number_whether_it_passes_or_not() -> None:
    passes = events.contrasts("button_light", "#134a8c")
    assert [needed for _, needed in passes] == [3.0, 4.5] and all(ratio > needed for ratio, needed in passes)
    shown = str(render(_setup_offer.samples({"button_light": "#ffcc00", "words_dark": "green"})))
    assert "#ffcc00: 1.33 : 1 (needed: 3)" in shown and "#a78617" in shown
    assert "Button #35c79d" in shown and "is not written as #0b7a5e" in shown
    with pytest.raises(ValueError, match="no colour"):
        events.contrasts("button_light", "green")


def test_contrast_is_that_of_the_guidelines_and_the_grounds_are_the_houses() -> None:
    assert contrast.ratio("#ffffff", "#000000") == 21
    assert round(contrast.ratio("#767676", "#ffffff"), 2) == 4.54
    for theme in ("light", "dark"):
        colours = palette(theme)
        assert GROUNDS[theme] == (colours["paper"], colours["sunk"], colours["card"])
        assert colours["on-button"] in WORDS[theme]


def test_the_house_colours_of_the_samples_pass() -> None:
    assert {name: events.fitting(name, colour) for name, colour in _setup_offer.HOUSE.items()} == _setup_offer.HOUSE


def test_a_proposed_address_ends_after_a_whole_word(sqlite_store: Store) -> None:
    wished = "third-international-symposium-on-digital-carbon-neutrality-and-rivers"
    with sqlite_store.read() as conn:
        assert free_slug(conn, wished) == "third-international-symposium-on-digital-carbon"
        assert free_slug(conn, "a" * 70) == "a" * 56 and free_slug(conn, "short") == "short"


def test_great_limits_are_told_with_their_thousands() -> None:
    found = events.FieldError("people", "many", "{field} must be at most {most}; it is {value}.", {"most": 10_000_000})
    assert sentence_of(found, {"people": "People"}) == "People must be at most 10,000,000; it is many."
