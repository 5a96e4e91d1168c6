"""Big screens behind the scenes: who may steer them, what they are told, that every worker tells it, and revocation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

import accounts
import events
from accounts import ANONYMOUS, SYSTEM, Actor, Forbidden, Unauthenticated, set_actor
from calculations.model import InputError
from data.store import schema as s
from data.store.engine import Store, get_store
from data.store.forum import put_consent
from data.store.rollups import add_tally
from events import hub
from events.milestones import milestones, passed
from events.screen_state import ScreenState, parse_state, read_state
from events.screens import note_seen
from pages.screen.wall import changes, frame_text
from tests.support import asyncs
from tests.support.api import Forum, token
from tests.support.events import body, draft, trip
from tests.support.streams import following

LIMIT_S = 30.0


@pytest.fixture(autouse=True)
def asked_by_the_system() -> Any:
    set_actor(SYSTEM)
    yield
    set_actor(ANONYMOUS)


def organiser(event_id: str) -> Actor:
    return Actor("person", "p1", "Organiser", (("organiser", event_id, ""),))


def view(key: str) -> tuple[hub.ViewKey, hub.View]:
    return (key,), lambda snapshot: json.dumps({"version": snapshot["version"], "key": key})


def by_languages(screen: events.Screen) -> tuple[hub.ViewKey, hub.View]:
    return view("-".join(screen.state.languages) or "en")


def only(slug: str) -> events.Screen:
    found = events.list_screens(slug)
    assert len(found) == 1
    return found[0]


def test_three_people_ask_and_one_may(forum: Forum) -> None:
    elsewhere = events.create_event(draft("elsewhere"))
    first = events.screen_id_of(events.screen_token(forum.slug, "Main hall"))
    asked: list[Any] = [
        lambda: events.list_screens(forum.slug), lambda: events.get_screen(forum.slug, first),
        lambda: events.control_screen(forum.slug, first, {"layout": "foyer"}),
        lambda: events.rename_screen(forum.slug, first, "Other"), lambda: events.identify_screens(forum.slug),
        lambda: events.revoke_screen(forum.slug, screen_id=first), lambda: events.screen_token(forum.slug),
    ]  # fmt: skip
    outsiders = (
        (ANONYMOUS, Unauthenticated), (organiser(elsewhere.event_id), Forbidden),
        (Actor("person", "p2", "Auditor", (("auditor", "", ""),)), Forbidden),
    )  # fmt: skip
    for actor, refusal in outsiders:
        set_actor(actor)
        for ask in asked:
            with pytest.raises(refusal):
                ask()
    set_actor(organiser(forum.event_id))
    told = events.control_screen(forum.slug, first, {"layout": "foyer", "theme": "clock"})
    assert (told.state.layout, told.state.theme, told.label) == ("foyer", "clock", "Main hall")
    with get_store().read() as conn:
        trail = (
            conn.execute(sa.select(s.audit_trail).where(s.audit_trail.c.action == "screen.control")).mappings().all()
        )
    assert [(row["subject"], row["detail"]) for row in trail] == [("Main hall", {"layout": "foyer", "theme": "clock"})]


def test_pages_of_a_screen_are_the_organisers(forum: Forum, api: TestClient) -> None:
    link = events.screen_token(forum.slug, "Main hall")
    preview = f"/desk/e/{forum.slug}/screens/{events.screen_id_of(link)}/preview"
    asked = {
        role: api.get(preview, headers=token(role, event_id=event_id)).status_code
        for role, event_id in (("organiser", forum.event_id), ("auditor", ""), ("exchange", ""), ("company", ""))
    }
    assert asked == {"organiser": 200, "auditor": 403, "exchange": 403, "company": 403}
    assert api.get(preview, follow_redirects=False).status_code in (302, 303, 401)
    own = token("organiser", event_id=forum.event_id)
    seen = api.get(preview, headers=own)
    assert "frame-ancestors 'self'" in seen.headers["content-security-policy"]
    assert link not in seen.text
    assert api.get(preview.replace(events.screen_id_of(link), "0" * 16), headers=own).status_code == 404
    assert "frame-ancestors 'none'" in api.get(f"/screen/{link}").headers["content-security-policy"]
    page = api.get(f"/desk/e/{forum.slug}/screens", headers=own)
    assert page.status_code == 200


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"layout": "cellar"}, "layout"), ({"theme": "pink"}, "theme"), ({"languages": ["tlh"]}, "languages"),
    ({"languages": "en"}, "languages"), ({"language_seconds": 4}, "language_seconds"),
    ({"language_seconds": 10**30}, "language_seconds"), ({"rotation": [["hall", 4]]}, "seconds_hall"),
    ({"rotation": [["hall", 20.5]]}, "seconds_hall"), ({"rotation": [["hall"]]}, "rotation"),
    ({"rotation": "x"}, "rotation"), ({"rotating": True, "rotation": []}, "rotation"),
    ({"quiet_from": "25:00", "quiet_to": "06:00"}, "quiet_from"), ({"quiet_from": "22:00"}, "quiet_to"),
    ({"quiet_shows": {}}, "quiet_shows"), ({"light_from": "7"}, "light_from"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "field"), WRONG)
def test_what_does_not_fit_is_named(told: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_state(told)
    assert field in {error.field for error in refused.value.errors}


def test_a_state_is_read_as_it_was_kept() -> None:
    state = parse_state({
        "layout": "origins", "rotating": True, "rotation": [["hall", 30], ["closing", 5.0]],
        "languages": ["zh", "en", "zh"],
        "theme": "clock", "quiet_from": "22:00", "quiet_to": "06:30", "quiet_shows": "dim", "ticker_paused": True,
    })  # fmt: skip
    assert state.rotation == (("hall", 30), ("closing", 5))
    assert state.languages == ("zh", "en")
    assert read_state(json.loads(json.dumps(state.as_json()))) == state
    assert read_state(None) == ScreenState()
    assert read_state({"layout": "foyer", "of a later edition": 1}) == ScreenState(layout="foyer")


def test_a_name_has_room(forum: Forum) -> None:
    one = events.screen_id_of(events.screen_token(forum.slug))
    for wrong in ("", "   ", "x" * 81):
        with pytest.raises(InputError):
            events.rename_screen(forum.slug, one, wrong)
    events.rename_screen(forum.slug, one, " Foyer ")
    assert only(forum.slug).label == "Foyer"


def test_what_is_told_to_all_reaches_all(forum: Forum) -> None:
    for name in ("one", "two"):
        events.screen_token(forum.slug, name)
    before = [screen.version for screen in events.list_screens(forum.slug)]
    events.control_screen(forum.slug, "", {"layout": "boards"})
    after = events.list_screens(forum.slug)
    assert [screen.state.layout for screen in after] == ["boards", "boards"]
    assert min(screen.version for screen in after) > max(before)
    events.control_screen(forum.slug, "", {"layout": "boards"})  # nothing changes, so nothing is told
    assert [screen.version for screen in events.list_screens(forum.slug)] == [screen.version for screen in after]


def test_every_worker_tells_its_screens(store: Store) -> None:
    """Two hubs are two workers: what is told in one transaction reaches the streams of both, and of no other screen."""
    event = events.create_event(draft())
    one = events.screen_by_token(events.screen_token(event.slug, "one"))[0]
    two = events.screen_by_token(events.screen_token(event.slug, "two"))[0]

    async def watch() -> None:
        set_actor(SYSTEM)  # a thread of its own
        workers = [hub.Hub(), hub.Hub()]
        streams = [worker.screen(one, by_languages) for worker in workers]
        beside = workers[0].screen(two, by_languages)
        for stream in (*streams, beside):
            await anext(stream)
            assert [(await following(stream))[0] for _ in range(2)] == ["control", "snapshot"]
        waiting = asyncio.ensure_future(following(beside))
        await asyncio.to_thread(events.control_screen, event.slug, one.screen_id, {"languages": ["zh", "en"]})
        for worker in workers:
            await worker.poll()
        for stream in streams:
            kind, told = await following(stream)
            assert (kind, told["languages"], told["name"]) == ("control", ["zh", "en"], "one")
            assert await following(stream) == ("snapshot", {"version": 1, "key": "zh-en"})
        await asyncio.to_thread(events.identify_screens, event.slug, one.screen_id)
        await workers[1].poll()
        assert (await following(streams[1]))[1]["identified"] != ""
        await asyncio.to_thread(events.revoke_screen, event.slug, "", one.screen_id)
        for worker in workers:
            await worker.poll()
        heard = [[kind async for kind in _kinds(stream)] for stream in streams]
        assert [kinds[-1] for kinds in heard] == ["revoked", "revoked"]
        assert not waiting.done()
        assert [screen.label for screen in await asyncio.to_thread(events.list_screens, event.slug)] == ["two"]
        waiting.cancel()

    asyncs.run(watch())
    with pytest.raises(events.NotFound):
        events.screen_by_token("nonsense")


async def _kinds(stream: AsyncIterator[bytes]) -> AsyncIterator[str]:
    async for message in stream:
        yield message.decode().split("\n")[0].removeprefix("event: ")


def test_frames_after_the_first_tell_what_changed(forum: Forum) -> None:
    screen = events.screen_by_token(events.screen_token(forum.slug))[0]

    def wall(_: events.Screen) -> tuple[hub.ViewKey, hub.View]:
        return ("wall",), lambda snapshot: frame_text(("en", "zh"), forum.event_id, snapshot)

    async def watch() -> list[dict[str, Any]]:
        worker = hub.Hub()
        stream = worker.screen(screen, wall, changes)
        seen = []
        await anext(stream)
        for come in (1, 5):
            while (told := await following(stream))[0] != "snapshot":
                pass
            seen.append(told[1])
            await asyncio.to_thread(_guests, forum.slug, come)
            await worker.poll()
        seen.append((await following(stream))[1])
        late = worker.screen(screen, wall, changes)
        await anext(late)
        assert (await following(late))[0] == "control"
        seen.append((await following(late))[1])
        return seen

    first, second, third, whole = asyncs.run(watch())
    assert set(first["words"]["en"]) == set(whole["words"]["en"])
    assert "title" not in second["words"]["en"] and "ticker" in second["words"]["en"]
    kept = {code: dict(first["words"][code]) for code in ("en", "zh")}
    for frame in (second, third):
        for code, parts in frame["words"].items():
            kept[code] |= parts
    assert kept == whole["words"]
    assert len(json.dumps(second)) < len(json.dumps(first)) / 2


def _guests(slug: str, count: int) -> None:
    for _ in range(count):
        begun = events.start_participation(slug, "main")
        events.save_footprint(begun.participation_id, body(trip("high_speed_rail")))
    events.fold(events.get_event(slug).event_id)


def test_a_screen_is_noted_at_most_once_a_minute(store: Store) -> None:
    event = events.create_event(draft())
    events.screen_token(event.slug, "one")
    start = datetime(2026, 5, 4, tzinfo=UTC)
    told = [note_seen([only(event.slug)], start + timedelta(seconds=after)) for after in (0, 30, 59, 61)]
    assert told == [1, 0, 0, 1]
    seen = only(event.slug)
    assert seen.is_on(start + timedelta(seconds=120))
    assert not seen.is_on(start + timedelta(seconds=300))


def test_a_preview_is_not_noted(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "NOTE_SOON_SECONDS", 0.0)
    for name in ("stands", "looked at"):
        events.screen_token(forum.slug, name)
    stands, looked_at = events.list_screens(forum.slug)

    async def watch() -> None:
        worker = hub.Hub()
        streams = [worker.screen(stands, by_languages), worker.screen(looked_at, by_languages, counts=False)]
        for stream in streams:
            await anext(stream)
            await following(stream)
        await worker.note()
        await asyncio.gather(*[stream.aclose() for stream in streams])
        assert worker.channels == {}

    asyncs.run(watch())
    seen = {screen.label: screen.seen_at for screen in events.list_screens(forum.slug)}
    assert seen["stands"] is not None and seen["looked at"] is None


@pytest.mark.parametrize(
    ("value", "least", "found"),
    [(0, 50, 0), (49, 50, 0), (50, 50, 50), (99, 50, 50), (100, 50, 100), (412, 50, 200), (999, 50, 500),
     (1000, 50, 1000), (1_000_000, 50, 1_000_000), (9, 10, 0), (10, 10, 10), (96, 10, 50)],
)  # fmt: skip
def test_milestones_are_round_numbers(value: int, least: int, found: int) -> None:
    assert passed(value, least) == found


def test_milestones_count_whole_tonnes() -> None:
    assert milestones(1_200, 99_999_999) == {"people": 1_000, "covered_t": 50}
    assert milestones(1_200, 100_000_000) == {"people": 1_000, "covered_t": 100}
    assert milestones(3, None) == {"people": 0, "covered_t": 0}


@pytest.mark.parametrize("livemode", [False, True])
def test_thanks_name_companies_that_may_be_named(sqlite_store: Store, livemode: bool) -> None:
    """Five people and more, something covered; at a live event only at their own word and approved."""
    event = events.create_event(draft(livemode=livemode))
    names = {"Approved": 6, "Approved, silent": 6, "Known by name alone": 6, "Four": 4, "Nothing covered": 6}
    with sqlite_store.write() as conn:
        rows = []
        now = datetime.now(UTC)
        for place, (name, people) in enumerate(names.items()):
            approved = now if name.startswith("Approved") else None
            if name in ("Approved", "Known by name alone"):
                put_consent(conn, {"event_id": event.event_id, "company_id": f"c{place}", "consent": True, "by": "x",
                                   "at": now})  # fmt: skip
            conn.execute(sa.insert(s.company).values(
                company_id=f"c{place}", names={"en": name}, kind="enterprise", name_key=name, created_at=now,
                registered_at=approved, approved_at=approved,
            ))  # fmt: skip
            covered = 0 if name == "Nothing covered" else 500
            rows.append({"company_id": f"c{place}", "session_id": "main", "people_count": people, "low_g": 1_000,
                         "total_g": 1_000, "high_g": 1_000, "reserved_g": covered})  # fmt: skip
        rows.append({"company_id": "c9", "session_id": "main", "people_count": 3, "total_g": 1_000})
        add_tally(conn, event.event_id, rows)
    events.fold(event.event_id)
    thanked = [name["en"] for name in events.snapshot(event.slug)["thanks"]["names"]]
    assert thanked == (["Approved"] if livemode else ["Approved", "Approved, silent", "Known by name alone"])


def test_screens_stay_over_a_reset_of_the_demonstration(sqlite_store: Store) -> None:
    from data.store.demo import drop_test_events

    event = events.create_event(draft())
    link = events.screen_token(event.slug, "Main hall")
    events.control_screen(event.slug, events.screen_id_of(link), {"layout": "foyer"})
    last = only(event.slug).version
    with sqlite_store.write() as conn:
        drop_test_events(conn, [event.event_id])
    again = events.create_event(draft(event_id=event.event_id))
    assert again.event_id == event.event_id
    found, _ = events.screen_by_token(link)
    assert found.state.layout == "foyer"
    assert events.control_screen(event.slug, found.screen_id, {"layout": "hall"}).version > last


def test_a_program_that_lost_its_role_steers_nothing(forum: Forum) -> None:
    events.screen_token(forum.slug)
    set_actor(accounts.Actor("program", "p9", "A program", ()))
    with pytest.raises(Forbidden):
        events.control_screen(forum.slug, "", {"layout": "foyer"})
