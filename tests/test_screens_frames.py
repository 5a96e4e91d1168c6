"""Frames of big screens: made once for all displays of an event, for drafts too, and kept up event by event."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

import events
from accounts import ANONYMOUS, SYSTEM, set_actor
from data.store import events as rows
from data.store import live
from data.store.engine import get_store
from events import hub
from pages.screen import wall
from pages.screen.wall import changes
from tests.support import asyncs
from tests.support.api import Forum
from tests.support.events import draft, guests
from tests.support.streams import following


@pytest.fixture(autouse=True)
def asked_by_the_system() -> Iterator[None]:
    set_actor(SYSTEM)
    yield
    set_actor(ANONYMOUS)


def come(slug: str) -> None:
    """One guest more."""
    guests(slug, 1)
    events.fold(events.get_event(slug).event_id)


def test_parts_are_made_once_a_version_for_all_displays(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty screens in three choices of languages: what stands beside the snapshot is read once, each language's parts
    are made once, however many displays there are."""
    made: list[str] = []
    genuine_parts, genuine_words = events.wall_parts, wall._words

    def parts(event_id: str) -> events.WallParts:
        made.append("parts")
        return genuine_parts(event_id)

    def words(language: str, *more: Any) -> dict[str, str]:
        made.append(language)
        return genuine_words(language, *more)

    monkeypatch.setattr(events, "wall_parts", parts)
    monkeypatch.setattr(wall, "_words", words)
    for number, languages in enumerate([["en"], ["zh"], ["zh", "en"]] * 10):
        events.screen_token(forum.slug, str(number))
        last = events.list_screens(forum.slug)[-1]
        events.control_screen(forum.slug, last.screen_id, {"languages": languages})

    screens = events.list_screens(forum.slug)

    async def watch() -> None:
        worker = hub.Hub()
        streams = [worker.screen(one, lambda found: wall._view_of("en", found), changes) for one in screens]
        for stream in streams:
            await anext(stream)
            assert [(await following(stream))[0] for _ in range(2)] == ["control", "snapshot"]
        assert sorted(made) == ["en", "parts", "zh"]
        await asyncio.to_thread(come, forum.slug)
        await worker.poll()
        assert {(await following(stream))[0] for stream in streams} == {"snapshot"}
        assert sorted(made) == ["en", "en", "parts", "parts", "zh", "zh"]
        for stream in streams:
            await stream.aclose()

    asyncs.run(watch())


def test_a_drafts_screen_waits_and_keeps_nothing_from_others(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the link sees that the event is not open yet, over its stream too; what fails at one event is logged
    and the others' screens go on."""
    early = events.create_event(draft("early", state="draft"))
    link = events.screen_token(early.slug, "Main hall")
    set_actor(ANONYMOUS)
    screen, event = events.screen_by_token(link)
    assert event.state == "draft"

    async def watch() -> None:
        worker = hub.Hub()
        stream = worker.screen(screen, lambda found: wall._view_of("en", found), changes)
        other = worker.stream(forum.event_id, ("test",), lambda snapshot: json.dumps(snapshot["version"]))
        await anext(stream)
        await following(stream)
        told = (await following(stream))[1]
        assert told["waiting"] and "Not open yet" in told["words"]["en"]["waiting"]
        await anext(other)
        seen = (await following(other))[1]
        await asyncio.to_thread(come, forum.slug)
        await asyncio.to_thread(_opened, early.event_id)
        genuine = hub.watched_snapshot

        def failing(event_id: str) -> dict[str, Any]:
            if event_id == early.event_id:
                raise RuntimeError("the store is away")
            return genuine(event_id)

        with monkeypatch.context() as away:
            away.setattr(hub, "watched_snapshot", failing)
            await worker.poll()
        assert (await following(other))[1] > seen
        await worker.poll()
        told = (await following(stream))[1]
        assert not told["waiting"] and told["words"]["en"]["waiting"] == ""
        await stream.aclose()
        await other.aclose()

    asyncs.run(watch())


def _opened(event_id: str) -> None:
    """As `change_state` does once everything is told."""
    with get_store().write() as conn:
        rows.set_state(conn, event_id, "open")
        live.touch(conn, event_id)
