"""Big screens: what the page tells, a logo's plate, words in each language, and what raises the live version."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image

import events
import locales
from accounts import ANONYMOUS, SYSTEM, set_actor
from events.screen_state import ScreenState
from events.wall import seen
from pages.organiser import _screen_form as form
from pages.screen.wall import frame_text
from tests.support.api import Forum
from tests.support.events import body, trip


@pytest.fixture(autouse=True)
def asked_by_the_system() -> Any:
    set_actor(SYSTEM)
    yield
    set_actor(ANONYMOUS)
    locales.set_language("en")


def _guests(slug: str, count: int) -> None:
    for _ in range(count):
        begun = events.start_participation(slug, "main")
        events.save_footprint(begun.participation_id, body(trip("high_speed_rail")))
    events.fold(events.get_event(slug).event_id)


def test_only_what_changed_is_told() -> None:
    """Fields that an organiser's page holds from before overwrite nothing of what another has told meanwhile."""
    state = ScreenState(layout="foyer", theme="light", quiet_from="22:00", quiet_to="06:00", ticker_paused=True)
    values = dict(zip(form.FIELDS, form.values_of(state), strict=True))
    assert form.told(values) == state.as_json()
    assert form.told_by(["theme"], values) == {"theme": "light", "light_from": "07:00", "light_to": "19:00"}
    assert form.told_by(["layout"], values) == {"layout": "foyer", "rotating": False}
    assert form.told_by(["ticker"], values) == {"ticker_paused": True}
    assert set(form.told_by(["seconds_hall"], values)) == {"rotating", "rotation"}
    assert set(form.told_by(["quiet_to"], values)) == {"quiet_from", "quiet_to", "quiet_shows"}


@pytest.mark.parametrize(
    ("ink", "ground", "found"),
    [((10, 15, 40, 255), (0, 0, 0, 0), (False, True)), ((250, 250, 250, 255), (0, 0, 0, 0), (True, False)),
     ((10, 15, 40, 255), (255, 255, 255, 255), (True, True)), ((230, 120, 20, 255), (0, 0, 0, 0), (True, True))],
)  # fmt: skip
def test_a_logo_gets_a_plate_where_the_ground_would_hide_it(ink: Any, ground: Any, found: tuple[bool, bool]) -> None:
    picture = Image.new("RGBA", (60, 20), ground)
    picture.paste(ink, (5, 5, 55, 15))
    assert seen(picture) == found


def test_figures_tell_their_value_beside_how_it_is_written(forum: Forum) -> None:
    """So that they count on from where they were when the unit or the language changes."""
    _guests(forum.slug, 6)
    known = events.snapshot(forum.slug)
    for language, per in (("en", "1000"), ("is", "1000")):
        words = json.loads(frame_text((language,), forum.event_id, known))["words"][language]
        found = re.search(r'data-count="emitted" data-value="(\d+)" data-per="(\d+)" data-decimals="1"', words["kpis"])
        assert found and (int(found[1]), found[2]) == (known["emitted"]["total"], per)
        assert f'data-count="people" data-value="{known["participants"]}" data-per="1"' in words["people"]
        assert f'data-value="{known["share_bp"]}" data-per="100" data-decimals="1"' in words["share"]


def test_a_closing_asks_nobody_any_more(forum: Forum) -> None:
    """Its ring says that too few have counted, and later its number, as the ring of the hall does."""
    for come, hall, closing in ((3, "Be among the first 5", "Fewer than 5 people have counted"), (3, "", "")):
        _guests(forum.slug, come)
        words = json.loads(frame_text(("en",), forum.event_id, events.snapshot(forum.slug)))["words"]["en"]
        assert hall in words["share"] and closing in words["share-closing"]
    assert words["share"] == words["share-closing"] and "data-value" in words["share"]


@pytest.mark.parametrize("language", ["mr", "is", "zh"])
def test_every_word_of_a_screen_is_there_in_its_language(
    forum: Forum, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing: set[str] = set()

    def asked(code: str, msgid: str, **params: Any) -> str:
        missing.update([] if code == "en" or msgid in locales.catalogue(code) else [msgid])
        return said(code, msgid, **params)

    said = locales.translate
    monkeypatch.setattr(locales, "translate", asked)
    for come in (0, 6):
        _guests(forum.slug, come)
        frame_text((language,), forum.event_id, events.snapshot(forum.slug))
    assert not missing


def test_pledges_and_their_names_raise_the_version(forum: Forum) -> None:
    def version() -> int:
        events.fold(forum.event_id)
        return events.live_version(forum.event_id)

    seen_versions = [version()]
    draft_of = events.PledgeDraft({"en": "By rail"}, {"en": "Always"}, "typed", 120_000, 1, "A study")
    pledge_id = events.save_pledge(forum.slug, draft_of)
    seen_versions.append(version())
    for name in ("First", "Another", "Another"):
        events.sign_pledge(forum.slug, pledge_id, "device-1", name, True)
        seen_versions.append(version())
    events.set_pledge_state(forum.slug, pledge_id, "withdrawn")
    seen_versions.append(version())
    steps = [after - before for before, after in pairwise(seen_versions)]
    assert steps == [1, 1, 1, 0, 1]
    assert not events.wall_parts(forum.event_id).has_pledges
