"""A day of an event at speed on two screens: guests come, pay and pass a mark, the organiser steers, night falls."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import accounts
import events
import offsetting
from accounts import ANONYMOUS, SYSTEM, set_actor
from data.settings import get_settings
from data.store.engine import open_store, set_store
from tests.support.api import Forum, open_forum
from tests.support.events import body, trip
from tests.support.server import Server

PASSWORD = "a long password"


@pytest.fixture
def hall(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forum]:
    """An open event in the store that is served, which this process writes to as another worker would."""
    monkeypatch.setenv("DATA_DIR", str(server.data_dir))
    get_settings.cache_clear()
    set_actor(SYSTEM)
    store = open_store(get_settings().store_url)
    set_store(store)
    yield open_forum("wall-day")
    set_actor(ANONYMOUS)
    set_store(None)
    store.dispose()


def come(forum: Forum, count: int, paying: bool = False) -> None:
    """So many guests answer; those who pay cover all of it."""
    for _ in range(count):
        begun = events.start_participation(forum.slug, "main")
        events.save_footprint(begun.participation_id, body(trip("high_speed_rail"), nights=1))
        if paying:
            order = offsetting.place_order(begun.participation_id, forum.project, share_percent=100)
            offsetting.demo_payment(order.order_id, "succeeded")


def screen(browser: Browser, server: Server, forum: Forum, name: str, width: int) -> tuple[Page, str]:
    """A screen that stands there, and what the organiser's page calls it."""
    link = events.screen_token(forum.slug, name)
    size = {"width": width, "height": width * 9 // 16}
    page = browser.new_context(viewport=size, reduced_motion="reduce").new_page()
    page.goto(f"{server.url}/screen/{link}?lang=en")
    expect(page.locator("#wall-live")).to_contain_text("Live")
    return page, events.screen_id_of(link)


def on(page: Page, layout: str) -> None:
    expect(page.locator("#wall > main > .fz-on")).to_have_attribute("data-layout", layout)


def test_a_day_of_an_event(browser: Browser, server: Server, hall: Forum, tmp_path: Path) -> None:
    (main, main_id), (foyer, foyer_id) = (
        screen(browser, server, hall, name, width) for name, width in (("Main hall", 1920), ("Foyer", 3840))
    )
    _morning(main, foyer, hall)
    _milestone(main, hall)
    _steered_by_the_page(browser, server, main, hall, main_id)
    _told(main, foyer, hall, main_id, foyer_id)
    _together(main, hall, main_id)
    _night(main, hall, main_id)
    events.revoke_screen(hall.slug, screen_id=foyer_id)
    expect(foyer.locator("#wall.fz-wall-revoked.fz-wall-stale")).to_have_count(1)
    expect(foyer.locator("#wall-live")).not_to_be_visible()
    assert foyer.reload().status == 404  # type: ignore[union-attr]
    assert [one.label for one in events.list_screens(hall.slug)] == ["Main hall"]
    for page in (main, foyer):
        page.context.close()


def _morning(main: Page, foyer: Page, hall: Forum) -> None:
    """Nobody, then three (too few to be shown), then eight; what is paid closes the ring; the test notice is first."""
    assert main.locator("#wall > :first-child").inner_text().startswith("TEST EVENT")
    expect(main.locator(".fz-on .fz-ring-words")).to_contain_text("Be among the first 5")
    come(hall, 3, paying=True)
    expect(main.locator(".fz-on .fz-wall-ticker")).to_contain_text("A guest joined the ring")
    expect(main.locator(".fz-on .fz-ring-words")).to_contain_text("Be among the first 5")
    assert "–" in main.locator('.fz-on [data-count="reserved"]').inner_text()
    come(hall, 5)
    for page in (main, foyer):
        expect(page.locator('.fz-on [data-count="share"]')).to_contain_text("37.5")
        drawn = page.locator('.fz-on [data-arc="reserved"]').get_attribute("stroke-dasharray")
        assert drawn is not None and float(drawn.split()[0]) == pytest.approx(37.5, abs=0.1)


def _milestone(main: Page, hall: Forum) -> None:
    """Fifty guests are a moment that is shown once, over a reload too."""
    assert main.locator("#wall-passed").get_attribute("data-passed") is None
    come(hall, 42)
    expect(main.locator("#wall-passed.fz-on")).to_contain_text("50")
    assert main.locator("#wall-passed").get_attribute("data-passed") == "people-50"
    main.reload()
    expect(main.locator("#wall-live")).to_contain_text("Live")
    expect(main.locator('#wall[data-version]:not([data-version="0"])')).to_have_count(1)
    assert main.locator("#wall-passed").get_attribute("data-passed") is None


def _steered_by_the_page(browser: Browser, server: Server, main: Page, hall: Forum, main_id: str) -> None:
    """The organiser chooses a layout on the page: the preview shows it, the screen shows it, a wrong time is named."""
    accounts.create_person("stage@example.org", "Stage", PASSWORD, ("organiser",), hall.event_id)
    desk = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    desk.goto(f"{server.url}/sign-in?next=/desk/e/{hall.slug}/screens%3Fscreen%3D{main_id}")
    desk.fill("#sign-in-email", "stage@example.org")
    desk.fill("#sign-in-password", PASSWORD)
    desk.click("button[type=submit]")
    expect(desk.locator("#screens-list")).to_contain_text("Main hall")
    preview = desk.frame_locator(".fz-screen-preview")
    expect(preview.locator("#wall-live")).to_contain_text("Live")
    desk.get_by_label("Foyer", exact=True).first.check()
    on(main, "foyer")
    expect(preview.locator("#wall > main > .fz-on")).to_have_attribute("data-layout", "foyer")
    desk.fill("#screens-seconds_hall", "2")
    desk.press("#screens-seconds_hall", "Tab")
    expect(desk.locator("#screens-said [role=alert]")).to_contain_text("Seconds of Hall")
    expect(desk.locator("#screens-seconds_hall")).to_have_value("2")
    elsewhere = {"theme": "light", "layout": "boards", "rotating": True}  # somebody else, at the same time
    events.control_screen(hall.slug, main_id, elsewhere)
    expect(desk.locator("#screens-other")).to_contain_text("Somebody else", timeout=15_000)
    expect(desk.get_by_label("Boards", exact=True).first).to_be_checked()
    assert events.get_screen(hall.slug, main_id).state.rotating  # to see it is not to tell it again
    desk.get_by_label("All screens").first.check()
    desk.get_by_label("Hall", exact=True).first.check()
    on(main, "hall")
    assert {(one.state.layout, one.state.theme) for one in events.list_screens(hall.slug)} == {
        ("hall", "light"),
        ("hall", ""),
    }
    _another(desk, hall)
    desk.context.close()


def _another(desk: Page, hall: Forum) -> None:
    """A link that is made on the page takes the remote control along to its screen."""
    desk.fill("#screens-label", "Stage")
    desk.click("#screens-make")
    expect(desk.locator("#screens-list [aria-current]")).to_contain_text("Stage")
    expect(desk.locator("#screens-link")).to_contain_text("/screen/")
    expect(desk.locator("#screens-name")).to_have_value("Stage")
    expect(desk.locator("#screens-said")).to_be_empty()
    desk.get_by_label("Origins", exact=True).first.check()
    expect(desk.locator("#screens-said")).to_contain_text("Told at")
    found = {one.label: one for one in events.list_screens(hall.slug)}
    assert {label: one.state.layout for label, one in found.items()} == {
        "Main hall": "hall", "Foyer": "hall", "Stage": "origins",
    }  # fmt: skip
    events.revoke_screen(hall.slug, screen_id=found["Stage"].screen_id)


def _told(main: Page, foyer: Page, hall: Forum, main_id: str, foyer_id: str) -> None:
    """Language, theme, ticker, name and turns, on one screen and not on the other."""
    events.control_screen(hall.slug, main_id, {"layout": "origins", "theme": "light", "languages": ["zh"]})
    on(main, "origins")
    expect(main.locator("html")).to_have_attribute("data-theme", "light")
    expect(main.locator(".fz-on h2").first).to_have_text("我们从哪里来")
    expect(main.locator("html")).to_have_attribute("lang", "zh-Hans")
    on(foyer, "hall")
    events.identify_screens(hall.slug, foyer_id)
    expect(foyer.locator("#wall-name.fz-on")).to_have_text("Foyer")
    expect(main.locator("#wall-name.fz-on")).to_have_count(0)
    events.control_screen(hall.slug, foyer_id, {"ticker_paused": True, "rotating": True, "rotation": [["closing", 30]]})
    on(foyer, "closing")
    lines = foyer.locator(".fz-wall-foyer .fz-wall-ticker").inner_html()
    version = foyer.locator("#wall").get_attribute("data-version")
    come(hall, 1, paying=True)
    expect(foyer.locator(f'#wall:not([data-version="{version}"])')).to_have_count(1)
    assert foyer.locator(".fz-wall-foyer .fz-wall-ticker").inner_html() == lines
    expect(foyer.locator(".fz-on .fz-wall-claim")).to_contain_text("TEST")
    expect(foyer.locator(".fz-on h2").first).to_contain_text("51 people")


def logo() -> bytes:
    """A dark sign on nothing, which the dark theme would hide."""
    picture, out = Image.new("RGBA", (60, 20)), io.BytesIO()
    picture.paste((10, 15, 40, 255), (5, 5, 55, 15))
    picture.save(out, "PNG")
    return out.getvalue()


def _together(main: Page, hall: Forum, main_id: str) -> None:
    """A pledge takes its turn once it is written and counts up from five on; at the closing the count is the API's, a
    sponsor is thanked with a logo that comes over the screen's own link, and the event's logo stands by its name."""
    events.control_screen(hall.slug, main_id, {"layout": "pledges", "languages": ["en"], "theme": "dark"})
    on(main, "hall")  # nothing to sign yet
    draft = events.PledgeDraft({"en": "By rail"}, {"en": "Where there is one"}, "typed", 120_000, 1, "A study")
    pledge_id = events.save_pledge(hall.slug, draft)
    on(main, "pledges")
    sign = [lambda i=i: events.sign_pledge(hall.slug, pledge_id, f"device-{i}", f"Signer {i}", True) for i in range(5)]
    for one in sign[:4]:
        one()
    expect(main.locator(".fz-on .fz-wall-signed")).to_contain_text("Be among the first 5")
    assert "Signer" not in main.content()
    sign[4]()
    expect(main.locator(".fz-on .fz-wall-signed .fz-num")).to_have_text("5")
    expect(main.locator(".fz-on .fz-wall-names")).to_contain_text("Signer 4")
    expect(main.locator(".fz-on .fz-wall-intent")).to_contain_text("600.0")
    events.save_sponsor(hall.slug, events.SponsorDraft({"en": "Rail Club"}, "main", {}, 0, logo()))
    events.set_logo(hall.slug, logo())
    events.control_screen(hall.slug, main_id, {"layout": "closing"})
    on(main, "closing")
    for where in (".fz-on .fz-wall-sponsors", ".fz-wall-brand"):
        picture = main.locator(f"{where} img")
        expect(picture).to_have_js_property("naturalWidth", 60)
        expect(main.locator(f"{where} .fz-plate-dark:not(.fz-plate-light)")).to_have_count(1)
    known = events.snapshot(hall.slug)
    expect(main.locator(".fz-on h2").first).to_contain_text(f"{known['participants']} people")
    expect(main.locator('.fz-on [data-count="share"]')).to_contain_text(f"{known['share_bp'] / 100:.1f}")
    events.control_screen(hall.slug, main_id, {"layout": "origins", "languages": ["zh"], "theme": "light"})
    expect(main.locator("html")).to_have_attribute("data-theme", "light")


def _night(main: Page, hall: Forum, main_id: str) -> None:
    """In quiet hours only clock and name are there, in the event's time; in the morning the picture is back."""
    now = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    quiet = {name: (now + timedelta(hours=by)).strftime("%H:%M") for name, by in (("quiet_from", -1), ("quiet_to", 1))}
    events.control_screen(hall.slug, main_id, quiet)
    expect(main.locator("#wall.fz-wall-quiet")).to_have_count(1)
    expect(main.locator("#wall-quiet-clock")).to_have_text(
        re.compile(rf"{now:%H}:\d\d|{now + timedelta(hours=1):%H}:00")
    )
    expect(main.locator("#wall-quiet")).to_contain_text("大厅论坛")
    expect(main.locator("html")).to_have_attribute("data-theme", "dark")
    events.control_screen(hall.slug, main_id, {"quiet_from": "", "quiet_to": ""})
    expect(main.locator("#wall:not(.fz-wall-quiet)")).to_have_count(1)
    expect(main.locator("html")).to_have_attribute("data-theme", "light")
