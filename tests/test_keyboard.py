"""Without a mouse: the door with its second factor, a menu, the phone's list of pages, setting an event up, a file's
columns, a big screen's remote control, and a guest from the calculator to the certificate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

import accounts
import events
from accounts import SYSTEM, set_actor
from accounts.sessions import begin
from tests.support.axe import served_settings
from tests.support.browser import Visit
from tests.support.desk import PASSWORD, drawn_anew, store_of
from tests.support.keys import Walk, has_focus, pressed, step_to, typed, unseen
from tests.support.looking import QUIET
from tests.support.server import Server

Open = Callable[..., Visit]
SLUG = "chengdu-2021"
BILLS = "Invoice;Energy;From;Consumption;Unit;Remark\nK-1;Strom;01.05.2026;1.234,5;kWh;hall\n"
TRIP = '#calc-home [data-block="trips.0"]'


def quiet(page: Page, wanted: str) -> None:
    """Until the page stands and has no question open."""
    page.locator(wanted).first.wait_for()
    page.wait_for_function(QUIET)


def field(name: str, kind: str = "setup") -> str:
    """The selector of a field of the set-up."""
    return f'[id=\'{{"name":"{name}","type":"{kind}"}}\']'


@pytest.fixture
def somebody(server: Server) -> tuple[str, str]:
    """An organiser with a second factor: (email, a recovery code)."""
    with served_settings(server), store_of(server):
        email = "keys@people.example.org"
        me = accounts.actor_of(begin(accounts.create_person(email, "Keys", PASSWORD, ("organiser",)), "Keys").token)
        secret = accounts.begin_factor(me, PASSWORD).secret
        return email, accounts.confirm_factor(me, pyotp.TOTP(secret).now())[0]


@pytest.fixture
def desk(open_window: Open, server: Server) -> Callable[[str], Page]:
    """A window of a size whose person is an organiser, signed in."""

    def opened(size: str) -> Page:
        window = open_window(size)
        with store_of(server):
            person = accounts.create_person(f"keys-{size}@people.example.org", "Keys", PASSWORD, ("organiser",))
            token = begin(person, "Keys").token
        window.context.add_cookies([{"name": "fz_session", "value": token, "url": server.url}])
        return window.page

    return opened


def test_an_organiser_enters_skips_and_chooses_by_keys_alone(open_window: Open, somebody: tuple[str, str]) -> None:
    email, code = somebody
    page = open_window("desktop").page
    page.goto(f"/sign-in?next=/desk/e/{SLUG}")
    first = typed(page, "#sign-in-email", email)
    then = typed(page, "#sign-in-password", PASSWORD)
    assert len(then) == 1, "the password comes next"
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    expect(page.locator("#sign-in-code")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    quiet(page, ".fz-pick > summary")
    skip = pressed(page, ".fz-skip")
    assert len(skip) == 1, "the way to the content comes first"
    menu = pressed(page, ".fz-pick > summary")
    assert not any(str(each["href"]).endswith("/setup") for each in menu), "the rail was skipped"
    expect(page.locator(".fz-pick[open]")).to_have_count(1)
    drawn_anew(page)
    expect(page.locator(".fz-pick[open]")).to_have_count(1)
    assert has_focus(page, ".fz-pick[open] > summary"), "a live figure takes nobody's place"
    inside = step_to(page, ".fz-pick[open] .fz-pick-option")
    page.keyboard.press("Escape")
    expect(page.locator(".fz-pick[open]")).to_have_count(0)
    assert has_focus(page, ".fz-pick > summary"), "the menu gives the focus back"
    back = step_to(page, ".fz-skip, .fz-rail a", "Shift+Tab")
    assert unseen(first, then, menu, inside, back) == []


def test_the_phones_list_of_pages(desk: Callable[[str], Page]) -> None:
    page = desk("phone")
    page.goto(f"/desk/e/{SLUG}/boards")
    quiet(page, ".fz-rail-menu")
    opener = page.locator(".fz-rail-menu")
    to_it = pressed(page, ".fz-rail-menu")
    assert len(to_it) <= 3, "after the way to the content and the logo"
    expect(opener).to_have_attribute("aria-expanded", "true")
    inside = step_to(page, ".fz-rail-link")
    assert len(inside) == 1, "Tab goes into the list"
    page.keyboard.press("Escape")
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(opener).to_be_focused()
    past = step_to(page, "#main a, #main button, #main input, #main summary")
    assert not any(str(each["href"]).startswith("/desk/e/") for each in past[:-1]), "the closed list is passed by"
    step_to(page, ".fz-rail-menu", "Shift+Tab")
    page.keyboard.press("Space")
    expect(opener).to_have_attribute("aria-expanded", "true")
    there = step_to(page, '.fz-rail-link[href$="/orders"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders")
    assert unseen(to_it, inside, past, there) == []


def test_an_organiser_sets_up_maps_a_file_and_steers_a_screen(
    desk: Callable[[str], Page], server: Server, tmp_path: Path
) -> None:
    page = desk("desktop")
    _sets_up(page)
    with served_settings(server), store_of(server):
        set_actor(SYSTEM)
        screen_id = events.screen_id_of(events.screen_token(SLUG, "By keys"))
        set_actor(accounts.ANONYMOUS)
    _steers(page, screen_id)
    _maps(page, tmp_path / "bills.csv")


def _sets_up(page: Page) -> None:
    """What it is, where and when, its programme."""
    page.goto("/desk/new")
    quiet(page, "#new-save")
    walks = [pressed(page, ".fz-skip"), typed(page, field("names_en", "new"), "Forum by Keys")]
    walks += [typed(page, field("names_zh", "new"), "键盘论坛"), pressed(page, "#new-save")]
    page.wait_for_url("**/setup?step=place")
    quiet(page, "#setup-save")
    walks += [pressed(page, ".fz-skip"), pressed(page, "#setup-place-box")]
    search = page.locator(".dash-dropdown-search")
    page.keyboard.type("C")  # the first letter takes the focus into the search
    expect(search).to_be_focused()
    page.keyboard.type("hengdu")
    expect(page.locator(".dash-dropdown-option:visible").first).to_contain_text("Chengdu")
    page.keyboard.press("Escape")
    expect(page.locator(".dash-dropdown-option:visible")).to_have_count(0)
    expect(page.locator("#setup-place-box")).to_be_focused()
    page.keyboard.press("Enter")
    expect(search).to_be_focused()
    page.keyboard.type("Chengdu")
    expect(page.locator(".dash-dropdown-option:visible").first).to_contain_text("Chengdu")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".fz-whereabouts")).to_contain_text("30.6")
    # A day and hours that read the same in every order of day and month, with twelve hours and with 24.
    walks += [typed(page, field("starts"), "09092027", "1300"), typed(page, field("ends"), "09092027", "1800")]
    walks.append(pressed(page, "#setup-save"))
    page.wait_for_url("**/setup?step=programme")
    quiet(page, "#setup-save")
    walks += [pressed(page, ".fz-skip"), typed(page, field("paste"), "14:00-16:00 Main forum")]
    walks.append(pressed(page, "#setup-save"))
    expect(page.locator(field("session.1.en"))).to_have_value("Main forum")
    assert unseen(*walks) == []


def _steers(page: Page, screen_id: str) -> None:
    """Another layout by an arrow, a number that is refused, the screen's name, its link revoked."""
    page.goto(f"/desk/e/{SLUG}/screens?screen={screen_id}")
    quiet(page, "#screens-layout input")
    walks = [pressed(page, ".fz-skip"), step_to(page, "#screens-layout input")]
    before = page.locator("#screens-layout input:checked").get_attribute("id")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#screens-said")).not_to_be_empty()
    page.wait_for_function(QUIET)
    assert has_focus(page, "#screens-layout input:checked"), "the choice keeps the focus"
    assert page.locator("#screens-layout input:checked").get_attribute("id") == before or before is None
    walks.append(typed(page, "#screens-seconds_hall", "2"))
    page.keyboard.press("Tab")
    expect(page.locator("#screens-said [role=alert]")).to_contain_text("Seconds of Hall")
    assert not has_focus(page, "body, #screens-seconds_hall"), "the next field has the focus"
    walks += [pressed(page, "#screens-identify")]
    expect(page.locator("#screens-said .fz-told")).to_have_count(1)
    assert has_focus(page, "#screens-identify")
    assert unseen(*walks) == []


def _maps(page: Page, bills: Path) -> None:
    """A file by its dialog, a column onto another field, how numbers are written, and the file left."""
    bills.write_text(BILLS, encoding="utf-8")
    page.goto("/desk/e/demo-community-fair/import")
    quiet(page, "#import-file input[type=file]")
    walks = [pressed(page, ".fz-skip")]
    with page.expect_file_chooser() as asked:
        walks.append(pressed(page, "#import-file input[type=file]"))
    asked.value.set_files(bills)
    quiet(page, "#import-kind")
    walks.append(step_to(page, "#import-decimal"))
    page.keyboard.press("ArrowUp")
    quiet(page, ".fz-import-wrong")
    assert has_focus(page, "#import-decimal"), "what was changed keeps the focus"
    page.keyboard.press("ArrowDown")
    expect(page.locator(".fz-import-wrong")).to_have_count(0)
    remark = "select[id*='import-field'][id*='\"at\":5']"
    walks.append(step_to(page, remark))
    page.keyboard.press("ArrowDown")
    page.wait_for_function(QUIET)
    assert has_focus(page, remark), "a column's choice keeps the focus"
    walks.append(pressed(page, "#import-forget"))
    expect(page.locator("#import-work")).to_be_empty()
    assert unseen(*walks) == []


def test_a_guest_goes_from_the_calculator_to_the_certificate(open_window: Open) -> None:
    page = open_window("phone").page
    page.goto(f"/e/{SLUG}/footprint")
    quiet(page, "#calc-home form")
    walks = [typed(page, f'{TRIP} [data-name="from"] input', "PEK")]
    expect(page.locator(".fz-option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".fz-option")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator(".fz-option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(f'{TRIP} [data-name="from"] input')).to_have_value("Beijing")
    walks += [_trace(page), pressed(page, "#calc-go")]
    page.wait_for_url("**/neutralise")
    quiet(page, "#neu-form .fz-project")
    walks.append(step_to(page, "input[name=share]:checked"))
    page.keyboard.press("ArrowLeft")
    expect(page.locator('input[name=share][value="50"]')).to_be_checked()
    walks.append(step_to(page, "input[name=project]:checked"))
    walks.append(pressed(page, "#neu-go"))
    page.wait_for_url("**/pay/**")
    quiet(page, "#pay-acts")
    walks.append(pressed(page, "[data-outcome=succeeded]"))
    page.wait_for_url("**/certificate/TEST-**")
    walks.append(step_to(page, "#main a, #main button"))
    assert unseen(*walks) == []


def _trace(page: Page) -> Walk:
    """The sheet that shows how a figure came: the focus goes into it, stays in it, and comes back."""
    expect(page.locator(f"{TRIP} .fz-result").first).to_be_visible()
    page.wait_for_function(QUIET)
    walk = pressed(page, f"{TRIP} [data-act=trace]")
    expect(page.locator("#calc-sheet button[data-act=close]")).to_be_focused()
    for key in ("Shift+Tab", *["Tab"] * 4):
        page.keyboard.press(key)
        assert has_focus(page, "#calc-sheet *"), "the sheet keeps the focus"
    page.keyboard.press("Escape")
    expect(page.locator("#calc-sheet [role=dialog]")).to_have_count(0)
    assert has_focus(page, f"{TRIP} [data-act=trace]"), "the sheet gives the focus back"
    return walk
