"""An organiser sets the venue's exact spot on a phone: by touch, by arrow keys, as a link; the public page tells it."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

import accounts
import events
from calculations.coordinates import read_position
from calculations.distance import geodesic_km
from tests.support.browser import Visit
from tests.support.desk import enter, person, store_of
from tests.support.looking import violations
from tests.support.server import Server

__all__ = ["person"]
FIELD = '[id=\'{"name":"spot","type":"setup"}\']'
CHENGDU = (30.66667, 104.06667)


def typed_at(page: Page) -> tuple[float, float]:
    """What the field holds."""
    found = read_position(page.locator(FIELD).input_value())
    assert found is not None
    return found


def test_a_spot_is_touched_moved_pasted_kept_and_told_to_guests(
    open_window: Callable[..., Visit], person: Callable[[str], str], server: Server
) -> None:
    with store_of(server):
        accounts.set_actor(accounts.SYSTEM)
        slug = events.start_setup({"scenario": "conference", "names_en": "Spot Forum", "host": "Spot Bureau"}).slug
    window = open_window("phone")
    page = window.page
    enter(page, f"/desk/e/{slug}/setup?step=place", person("organiser"))
    expect(page.locator(".fz-whereabouts")).to_be_hidden()  # no town yet
    page.locator("#setup-place-box").click()
    page.locator(".dash-dropdown-search:visible").fill("Chengdu")
    page.locator(".dash-dropdown-option:visible", has_text="Chengdu").first.click()
    drawn, said = page.locator(".fz-spot-drawn"), page.locator("#setup-spot-said")
    expect(said).to_contain_text("30.67° N")
    expect(page.locator(".fz-spot-pin")).to_be_hidden()
    box = drawn.bounding_box()
    assert box is not None
    # a quarter of the width to the right of the middle: 80 of 132 pixels that 20 km are drawn with
    drawn.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.5})
    expect(said).to_contain_text("12.1 km east of Chengdu")
    lat, lon = typed_at(page)
    assert abs(geodesic_km(*CHENGDU, lat, lon) - 12.12) < 0.2 and abs(lat - CHENGDU[0]) < 0.002
    expect(page.locator(".fz-spot-pin")).to_be_visible()
    page.locator("#setup-reach label", has_text="5 km").first.click()
    expect(drawn).to_have_attribute("data-reach", "5")
    page.locator("#setup-spot-map").focus()
    for _ in range(3):  # each a twentieth of the reach
        page.keyboard.press("ArrowDown")
    expect(page.locator("#setup-spot-map")).to_be_focused()
    moved = typed_at(page)
    assert abs(geodesic_km(lat, lon, *moved) - 0.75) < 0.01 and moved[0] < lat
    expect(page.locator(".fz-spot-drawn[data-at-lat='" + f"{moved[0]:.5f}".rstrip("0") + "']")).to_have_count(1)
    assert violations(page, Axe(), ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")) == []
    page.locator("#setup-spot-back").click()
    expect(page.locator(FIELD)).to_have_value("")
    expect(page.locator(".fz-spot-pin")).to_be_hidden()
    for name, value in (("starts", "2027-09-07T09:00"), ("ends", "2027-09-07T18:00")):
        page.locator(FIELD.replace("spot", name)).fill(value)
    page.locator(FIELD).fill("39.9, 116.4")
    expect(said).to_contain_text("an exact spot lies within 100 km")
    page.locator("#setup-save").click()
    expect(page.locator(FIELD.replace("setup", "setup-error"))).to_contain_text("from the town")
    page.locator(FIELD).fill("https://maps.example/place/Hall/@30.5,104.0,17z/data=!8m2!3d30.5728!4d104.0668")
    expect(said).to_contain_text("10.4 km south of Chengdu")
    page.reload()  # what was typed and not kept is there again, and drawn
    expect(said).to_contain_text("10.4 km south of Chengdu")
    page.locator("#setup-save").click()
    page.wait_for_url("**/setup?step=programme")
    with store_of(server):
        accounts.set_actor(accounts.SYSTEM)
        assert events.get_event(slug).place.place_id == "geo:1815286@30.57280:104.06680"
        events.save_step(slug, "privacy", {"privacy_en": "Little is kept.", "jurisdiction": "CN", "livemode": "test"})
        events.change_state(slug, "open")
    page.goto(f"/e/{slug}")
    link = page.get_by_role("link", name="30.57280, 104.06680")
    expect(link).to_have_attribute("href", "geo:30.57280,104.06680")
    assert not window.complaints, window.complaints
