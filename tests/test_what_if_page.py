"""The what-if page: an event as it is stored beside its changes, for whom, in its address, its file and a browser."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import expect
from starlette.testclient import TestClient

import events
from accounts import ANONYMOUS, SYSTEM, Forbidden, set_actor
from calculations.changes import Changes, Hotels, Power, Remote
from calculations.model import InputError
from data.places import index
from data.store.engine import Store
from tests.support.api import Forum, layout, open_forum, token
from tests.support.browser import Visit
from tests.support.desk import enter, person
from tests.support.events import SHANGHAI, draft, guests
from tests.support.server import Server

__all__ = ["person"]  # the fixture that makes somebody in the served store
PAGE = "/desk/e/hall-2026/what-if"
PARIS, LONDON = "geo:2988507", "geo:2643743"


def attendance(folder: Path) -> Path:
    rows = [("48.85341", "2.3488", 40), ("51.50853", "-0.12574", 25), ("35.6895", "139.69171", 7)]
    path = folder / "attendance.csv"
    path.write_text("lat,lon,attendances\n" + "".join(f"{a},{b},{n}\n" for a, b, n in rows), encoding="utf-8")
    return path


def test_the_base_case_is_the_events_own_figure(store: Store, tmp_path: Path) -> None:
    set_actor(SYSTEM)
    event = events.create_event(draft())
    guests("hall-2026", 6)
    guests("hall-2026", 3, mode="high_speed_rail")
    events.save_inventory("hall-2026", {"other": [{"activity": "electricity", "quantity": 5000, "unit": "kWh"}]})
    events.import_attendance(attendance(tmp_path), slug="hall-2026")
    events.fold(event.event_id)
    view, totals = events.try_changes("hall-2026", Changes()), events.totals("hall-2026")
    assert view.outcome.before.total_g == pytest.approx(totals.mass.total_g, abs=20)
    assert view.outcome.before.low_g == pytest.approx(totals.mass.low_g, rel=1e-4)
    assert view.outcome.before.high_g == pytest.approx(totals.mass.high_g, rel=1e-4)
    assert view.outcome.people == totals.participants == 9 + 72
    for row in view.outcome.categories:
        own = next(each for each in totals.categories if each.category == row.category)
        assert row.before.total_g == pytest.approx(own.mass.total_g, abs=20)
    ranking = events.best_cities("hall-2026").ranking
    tried = events.try_changes("hall-2026", Changes(venues=ranking.rows[0].places))
    moved = {row.category: row for row in tried.outcome.categories}["travel"]
    assert moved.after.total_g == pytest.approx(ranking.rows[0].total_g, abs=20)
    assert moved.before.total_g == pytest.approx(ranking.actual.total_g, abs=20)


@pytest.mark.parametrize("method", ["sigplan", "defra_international"])
def test_an_import_by_a_method_is_recomputed_by_it(sqlite_store: Store, tmp_path: Path, method: str) -> None:
    set_actor(SYSTEM)
    event = events.create_event(draft())
    report = events.import_attendance(attendance(tmp_path), slug="hall-2026", method=method)
    events.fold(event.event_id)
    outcome = events.try_changes("hall-2026", Changes()).outcome
    assert outcome.before.total_g == pytest.approx(report.total_g, abs=3)
    best = events.best_cities("hall-2026").ranking.rows[0]
    tried = events.try_changes("hall-2026", Changes(venues=best.places)).outcome
    assert tried.after.total_g == pytest.approx(best.total_g, abs=3)


def test_a_new_guest_is_counted_once_the_version_has_grown(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    event = events.create_event(draft())
    guests("hall-2026", 5)
    events.fold(event.event_id)
    assert events.try_changes("hall-2026", Changes()).outcome.people == 5
    guests("hall-2026", 2)
    events.fold(event.event_id)
    assert events.try_changes("hall-2026", Changes()).outcome.people == 7


def test_places_of_a_handful_are_not_compared(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    event = events.create_event(draft())
    guests("hall-2026", 4)
    events.fold(event.event_id)
    paris = index.get(PARIS)
    assert paris is not None
    assert events.try_changes("hall-2026", Changes(remote=Remote(0.5, 8.0))).outcome.remote_people == 2
    for refused in (Changes(venues=(paris,)), Changes(rail_below_km=2000), Changes(remote=Remote(0.5, 8, "farthest"))):
        with pytest.raises(InputError):
            events.try_changes("hall-2026", refused)
    for ask in (events.best_cities, events.best_hub_set):
        with pytest.raises(InputError):
            ask("hall-2026")


def test_who_was_unlinked_is_told_apart(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    event = events.create_event(draft())
    ids = guests("hall-2026", 6)
    events.delete_participation(ids[0])
    events.fold(event.event_id)
    view = events.try_changes("hall-2026", Changes())
    assert view.unread_people == 1
    assert view.unread_g + view.outcome.before.total_g == pytest.approx(events.totals("hall-2026").mass.total_g, abs=6)
    assert any("unlinked" in note.message for note in view.notes)


def test_only_those_who_may_see_the_event_ask(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    events.create_event(draft())
    for ask in (lambda: events.try_changes("hall-2026", Changes()), lambda: events.best_cities("hall-2026")):
        set_actor(ANONYMOUS)
        with pytest.raises((Forbidden, events.Unauthenticated)):
            ask()


def test_the_page_and_its_file_are_guarded(api: TestClient, forum: Forum) -> None:
    for path in (PAGE, f"{PAGE}.csv"):
        assert api.get(path, follow_redirects=False).status_code == 303
        assert api.get(path, headers=token("company")).status_code == 403
        assert api.get(path.replace("hall-2026", "nowhere"), headers=token("administrator")).status_code == 404
    other = open_forum("elsewhere")
    assert api.get(PAGE, headers=token("organiser", event_id=other.event_id)).status_code == 403


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["Where should we have met?", "−", "Beijing"]), ("zh", ["本该在哪里相聚", "北京"])]
)
def test_the_page_speaks(api: TestClient, forum: Forum, language: str, words: list[str]) -> None:
    guests("hall-2026", 6)
    events.fold(forum.event_id)
    text = layout(api, f"{PAGE}?venues={SHANGHAI}&remote=20&whom=farthest", token("organiser"), language)
    assert all(word in text for word in words)


def test_a_page_without_guests_and_a_question_that_cannot_be(api: TestClient, forum: Forum) -> None:
    held = token("organiser")
    assert "there is nothing to change" in layout(api, PAGE, held)
    wrong = layout(api, f"{PAGE}?remote=300&venues=geo:99999999999,nowhere", held)
    assert "300" in wrong
    assert "nowhere" in wrong


def test_the_file_of_a_handful_names_no_city(api: TestClient, forum: Forum) -> None:
    guests("hall-2026", 4)
    events.fold(forum.event_id)
    rows = list(csv.DictReader(io.StringIO(api.get(f"{PAGE}.csv", headers=token("organiser")).text)))
    assert {row["part"] for row in rows} == {"total", "category"}


def test_the_file_holds_the_same_figures(api: TestClient, forum: Forum) -> None:
    guests("hall-2026", 6)
    events.fold(forum.event_id)
    answer = api.get(f"{PAGE}.csv?venues={SHANGHAI}", headers=token("organiser"))
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    set_actor(SYSTEM)
    place = index.get(SHANGHAI)
    assert place is not None
    outcome = events.try_changes("hall-2026", Changes(venues=(place,))).outcome
    assert rows[0]["name"] == "total"
    assert int(rows[0]["after_g"]) == outcome.after.total_g
    assert sum(int(row["after_g"]) for row in rows if row["part"] == "category") == outcome.after.total_g
    assert {row["part"] for row in rows} == {"total", "category", "city"}
    assert {row["event_kind"] for row in rows} == {"test"}


percents = st.integers(0, 100).map(lambda n: n / 100)
some_places = st.lists(st.sampled_from((PARIS, LONDON, SHANGHAI, "iata:CTU")), max_size=3, unique=True)


@given(
    st.builds(
        Changes,
        venues=some_places.map(lambda ids: tuple(filter(None, map(index.get, ids)))),
        rail_below_km=st.integers(0, 5000).map(float),
        hotels=st.none() | st.builds(Hotels, st.integers(1, 3), st.sampled_from(("", "hotel")), st.integers(0, 6)),
        menu=percents.filter(bool).map(lambda share: {"vegan": share}) | st.just({}),
        power=st.none() | st.builds(Power, st.sampled_from((None, 0.0, 0.05)), percents.filter(bool), st.text("a b")),
        remote=st.none() | st.builds(Remote, percents.filter(bool), st.integers(1, 40).map(float)),
    )
)
def test_a_question_is_its_address(changes: Changes) -> None:
    told = replace(changes, power=changes.power and replace(changes.power, source=changes.power.source.strip()))
    assert events.changes_from_url(dict(parse_qsl(events.changes_to_url(told)))) == told


def test_an_organiser_asks_in_a_browser(
    open_window: Callable[..., Visit], person: Callable[[str], str], server: Server
) -> None:
    window = open_window("desktop")
    page = window.page
    enter(page, "/desk/e/chengdu-2021/what-if", person("organiser"))
    expect(page.get_by_role("heading", name="What if", exact=True)).to_be_visible()
    expect(page.locator("#what-if-standing")).to_contain_text("Chengdu is number")
    expect(page.locator("#what-if-difference")).to_have_text(re.compile(r"^0\.00"))
    page.get_by_label("Share of guests, %").fill("50")
    expect(page.locator("#what-if-difference")).to_contain_text("−")
    expect(page.locator("#what-if-finding")).to_contain_text("take part remotely")
    assert "remote=50" in page.url
    page.get_by_label("Share of guests, %").fill("500")
    expect(page.locator("#what-if-remote-error")).to_contain_text("100")
    expect(page.locator("#what-if-remote-error")).to_contain_text("Share of guests")
    page.get_by_label("Share of guests, %").fill("50")
    expect(page.locator("#what-if-remote-error")).to_be_empty()
    page.get_by_role("button", name="Best pair").click()
    expect(page.locator("#what-if-hubs")).to_contain_text("pairs were weighed")
    page.get_by_role("link", name="Try these hubs").click()
    expect(page.locator("#what-if-finding")).to_contain_text("People at each hub")
    assert "remote=50" in page.url
    page.reload()
    expect(page.locator("#what-if-finding")).to_contain_text("People at each hub")
    assert not window.complaints
