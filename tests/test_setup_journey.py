"""The ten-minute set-up in a browser: from signing in to a guest's first answer on the new event, and its refusals."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
from PIL import Image
from playwright.sync_api import Page, expect

import accounts
import events
import offsetting
from tests.support.browser import Visit
from tests.support.desk import enter, person, store_of
from tests.support.events import draft
from tests.support.guests import Guest
from tests.support.server import Server
from tests.support.shop import SPLIT

__all__ = ["person"]
SLUG = "river-forum-2027"


def field(page: Page, name: str, prefix: str = "setup") -> str:
    """The selector of a field of the forms."""
    return f'[id=\'{{"name":"{name}","type":"{prefix}"}}\']'


def put(page: Page, prefix: str = "setup", **values: str) -> None:
    """Types into fields; ``__`` in a name stands for a dot."""
    for name, value in values.items():
        page.locator(field(page, name.replace("__", "."), prefix)).fill(value)


def on(page: Page) -> None:
    """Keeps the step."""
    page.locator("#setup-save").click()


def at_step(page: Page, number: int) -> None:
    """Waits for a step."""
    expect(page.locator(".fz-setup-count")).to_contain_text(f"{number}")
    expect(page.locator('.fz-step[aria-current="step"]')).to_be_visible()


def picture() -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (240, 80), "#134a8c").save(out, "PNG")
    return out.getvalue()


def choose_place(page: Page, typed: str, shown: str) -> None:
    """Finds a town in the suggest field."""
    page.locator("#setup-place-box").click()
    page.locator(".dash-dropdown-search:visible").fill(typed)
    page.locator(".dash-dropdown-option:visible", has_text=shown).first.click()


def test_from_sign_in_to_a_guests_first_answer(
    open_window: Callable[..., Visit], person: Callable[[str], str], server: Server
) -> None:
    window = open_window("desktop")
    page = window.page
    enter(page, "/desk", person("organiser"))
    page.get_by_role("link", name="New event").click()
    page.locator("#new-save").click()  # nothing is typed: the sentence stands below its field
    expect(page.get_by_text("the event needs a name")).to_be_visible()
    put(page, "new", names_en="R")
    expect(page.get_by_text("the event needs a name")).to_have_count(0)  # the field was changed
    put(page, "new", names_en="River Forum 2027", names_zh="河流论坛", intro_en="By the river.", host="River Bureau")
    page.locator("#new-save").click()
    page.wait_for_url(f"**/desk/e/{SLUG}/setup?step=place")
    assert httpx.get(f"{server.url}/e/{SLUG}", timeout=20).status_code == 404  # a draft is nobody's but theirs

    on(page)
    unchosen = page.locator(field(page, "place", "setup-error"))
    expect(unchosen).not_to_be_empty()
    choose_place(page, "Chengdu", "Chengdu")
    expect(unchosen).to_be_empty()
    expect(page.locator(".fz-whereabouts")).to_contain_text("30.67° N")
    put(page, starts="2027-09-07T09:00", ends="2027-09-06T18:00", address_en="Hall 3")
    on(page)
    expect(page.get_by_text("lies before the start")).to_be_visible()
    page.reload()  # what was typed is there again
    expect(page.locator(field(page, "address_en"))).to_have_value("Hall 3")
    expect(page.locator(field(page, "starts"))).to_have_value("2027-09-07T09:00")
    expect(page.locator("#setup-place-box")).to_contain_text("Chengdu")
    put(page, ends="2027-09-08T18:00")
    on(page)
    page.wait_for_url("**/setup?step=programme")
    put(page, paste="09:00-12:00 Main forum | 主论坛\n14:00-17:00 Water | 水\n14:00-17:00 Rails | 铁路")
    on(page)
    expect(page.locator(field(page, "session.3.en"))).to_have_value("Rails")
    page.get_by_role("button", name="Move up: Rails").click()
    expect(page.locator(field(page, "session.2.en"))).to_have_value("Rails")
    on(page)
    page.wait_for_url("**/setup?step=boundary")
    put(page, people="300")
    on(page)
    page.wait_for_url("**/setup?step=projects")
    page.locator(f"{field(page, 'offer.cdcer-other.open')} input").check()
    put(page, **{"offer__cdcer-other__tonnes": "3"})
    on(page)
    page.wait_for_url("**/setup?step=look")
    put(page, button_light="#ffcc00")
    on(page)
    expect(page.get_by_text("the nearest colour that passes is")).to_contain_text("3 : 1")
    put(page, button_light="#134a8c")
    page.locator("#setup-logo input[type=file]").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": picture()}
    )
    expect(page.locator(".fz-setup-logo")).to_be_visible()
    on(page)
    page.wait_for_url("**/setup?step=privacy")
    expect(page.locator(field(page, "privacy_en"))).to_contain_text("River Bureau asks")
    on(page)
    page.wait_for_url("**/setup?step=review")
    page.locator("#setup-turn").click()
    page.wait_for_url(f"**/desk/e/{SLUG}")
    assert not window.complaints, window.complaints
    _guest(open_window("phone"), server)


def _guest(window: Visit, server: Server) -> None:
    page = window.page
    page.goto(f"/e/{SLUG}")
    expect(page.get_by_role("img", name="Logo of River Forum 2027")).to_be_visible()
    colour = page.locator(".fz-bar .fz-button-main").evaluate("e => getComputedStyle(e).backgroundColor")
    assert colour == "rgb(19, 74, 140)"
    expect(page.get_by_text("What becomes of what you tell")).to_be_visible()
    with httpx.Client(base_url=server.url + "/api/v1", timeout=20) as api:
        started = api.post(f"/events/{SLUG}/participations", json={"session": "rails"}).json()
        proof = {"Authorization": f"Bearer {started['secret']}"}
        trip = {"from": "iata:PEK", "mode": "plane", "round_trip": True}
        path = f"/participations/{started['participation_id']}/footprint"
        answer = api.put(path, json={"trips": [trip]}, headers=proof)
        assert answer.status_code == 200 and answer.json()["total_g"] > 100_000
    page.goto(f"/e/{SLUG}/footprint")
    expect(page.locator(".fz-page")).to_be_visible()
    assert page.locator('link[href*="look.css"]').count() == 1
    assert not window.complaints, window.complaints


def test_the_exchange_answers_what_was_asked_and_the_event_is_copied(
    open_window: Callable[..., Visit], person: Callable[[str], str], server: Server
) -> None:
    """Two projects asked for: one granted, one declined with a reason; both are told; then the event is copied."""
    with store_of(server):
        accounts.set_actor(accounts.SYSTEM)
        slug = events.start_setup({"scenario": "conference", "names_en": "Lake Forum", "host": "Lake Bureau"}).slug
        days = {"starts": "2027-09-07T09:00", "ends": "2027-09-08T18:00", "timezone": "Asia/Shanghai"}
        events.save_step(slug, "place", {"place": "geo:1815286", "slug": slug, **days})
    window = open_window("desktop")
    page = window.page
    enter(page, f"/desk/e/{slug}/setup?step=projects", person("organiser"))
    page.locator(f"{field(page, 'payer')} input[value=host_all]").check()
    for key in ("cdcer-other", "greenway-woodland"):
        page.locator(f"{field(page, f'offer.{key}.open')} input").check()
        put(page, **{f"offer__{key}__tonnes": "2"})
    on(page)
    page.wait_for_url("**/setup?step=look")
    other = open_window("desktop")
    desk = other.page
    enter(desk, "/desk/exchange", person("exchange"))
    asked = desk.locator("#asked-list li", has_text="Lake Forum")
    expect(asked).to_have_count(2)
    asked.filter(has_text="Greenway").get_by_role("button", name="Decline").click()
    expect(desk.locator("#asked-told")).to_contain_text("say why")
    row = asked.filter(has_text="Greenway")
    row.locator("input").fill("Sold to another event.")
    row.get_by_role("button", name="Decline").click()
    expect(asked).to_have_count(1)
    asked.get_by_role("button", name="Grant").click()
    expect(asked).to_have_count(0)
    page.goto(f"/desk/e/{slug}/setup?step=projects")
    expect(page.locator(field(page, "offer.greenway-woodland.tonnes"))).to_have_value("")  # what was asked stays asked
    _without_a_session(page)
    window.complaints.clear()  # of the press without a session
    told = page.locator(".fz-dots")
    expect(told).to_contain_text("granted")
    expect(told).to_contain_text("“Sold to another event.”")
    page.goto(f"/desk/e/{slug}/setup?step=review")
    expect(page.locator(".fz-gaps")).to_contain_text("has ordered nothing yet")
    page.goto(f"/desk/new?copy={slug}")
    expect(page.locator("#copy-former")).to_be_visible()
    page.locator("#copy-save").click()
    expect(page.locator("#copy-told")).to_contain_text("First day")
    page.locator("#copy-day").fill("2028-03-01")
    page.locator("#copy-save").click()
    page.wait_for_url("**/setup?step=review")
    expect(page.locator(".fz-setup-facts")).to_contain_text("Lake Forum")
    expect(page.locator(".fz-setup-facts")).to_contain_text("1 Mar 2028")
    assert not window.complaints and not other.complaints, (window.complaints, other.complaints)


def _without_a_session(page: Page) -> None:
    """A session that ended while somebody typed is told; once they are in again the same press keeps it."""
    said = page.locator(".fz-refused")
    cookies = page.context.cookies()
    put(page, payer_en="The guests pay.")
    page.context.clear_cookies()
    on(page)
    expect(said.get_by_role("alert")).to_contain_text("Your session has ended")
    expect(said.get_by_role("link")).to_have_attribute("target", "_blank")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    on(page)
    page.wait_for_url("**/setup?step=look")
    expect(said).to_have_count(0)
    page.goto(page.url.replace("look", "projects"))
    expect(page.locator(field(page, "payer_en"))).to_have_value("The guests pay.")


def test_a_guest_is_told_that_the_host_pays_and_is_covered_once_it_has_bought(
    open_window: Callable[..., Visit], person: Callable[[str], str], server: Server
) -> None:
    """The host's word on landing, result and desk; its order on the plan, and what the guest sees of it."""
    with store_of(server):
        slug = _hosted_event()
    guest = Guest(server.url, slug)
    phone = open_window("phone")
    page = phone.page
    page.goto(f"/e/{slug}")
    expect(page.get_by_text("Sea Bureau covers everybody")).to_be_visible()
    expect(page.locator(".fz-bar")).to_contain_text("nothing to pay")
    guest.enter(page, f"/e/{slug}/neutralise")
    card = page.locator(".fz-payer")
    expect(card).to_contain_text("has not bought the credits")
    assert page.locator("#neu-go").count() == 0
    window = open_window("desktop")
    desk = window.page
    enter(desk, f"/desk/e/{slug}/orders", person("organiser"))
    expect(desk.get_by_text("You said that the host covers everybody")).to_be_visible()
    desk.locator("#plan-share").fill("5000")
    desk.locator("#plan-place").click()
    link = desk.locator("#plan-told a[href*='/pay/']")
    guest.pay(str(link.get_attribute("href")).rsplit("/", 1)[1])
    page.reload()
    expect(page.locator(".fz-who")).to_contain_text("The organiser covered")
    expect(page.locator(".fz-who")).to_contain_text("extra contribution")
    expect(card).not_to_contain_text("overed by")  # it is told once
    card.get_by_role("link", name="Pay something yourself").click()
    expect(page.locator("#neu-go")).to_be_visible()
    with store_of(server):
        events.set_boundary(slug, {"who": "onsite"})
    page.goto(f"/e/{slug}/footprint")
    page.locator("#calc-home").get_by_text("I take part remotely").click()
    expect(page.locator("#calc-home").get_by_text("This event counts only those on site")).to_be_visible()
    with store_of(server):
        events.set_boundary(slug, {"who": "guests"})
    page.reload()
    page.locator("#calc-home").get_by_label("You take part as").select_option("staff")
    expect(page.locator("#calc-home").get_by_text("This event counts its guests only")).to_be_visible()
    expect(page.locator("#calc-total")).to_contain_text("Not counted")
    expect(page.locator("#calc-go")).to_have_text("Continue")
    assert not phone.complaints and not window.complaints, (phone.complaints, window.complaints)


def _hosted_event() -> str:
    """An open event whose host pays for everybody, with credits on offer."""
    accounts.set_actor(accounts.SYSTEM)
    now = datetime.now(UTC)
    texts = {"host": "Sea Bureau", "notice": {"en": "A rehearsal."}}
    made = events.create_event(draft("sea-forum", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=2),
                                     defaults={"payer": "host_all"}, texts=texts))  # fmt: skip
    offsetting.add_batch("SEA-2024", "cdcer-other", vintage="2024", credit_count=20, serial_prefix="SEA-")
    offsetting.assign_tranche(made.event_id, "SEA-2024", 20_000_000)
    offsetting.open_offering(made.event_id, "cdcer-other", 4500, "CNY", SPLIT)
    return made.slug
