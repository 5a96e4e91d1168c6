"""The organiser's inventory and boundary: lines added, changed and deleted in a browser; who may not, may not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

import accounts
import events
from accounts import SYSTEM, Actor, set_actor
from data.store.engine import Store
from events.inventory_entries import bare
from pages.organiser import _inventory_form as form
from tests.support.browser import Visit
from tests.support.desk import add_person, enter
from tests.support.events import draft
from tests.support.server import Server

SLUG = "demo-community-fair"


@pytest.fixture
def organiser(server: Server) -> str:
    """The email of an organiser at the served store."""
    return add_person(server, "organiser")


def pick_option(page: Page, field: str, words: str) -> None:
    """Chooses an option of a field by its words, typed where it can be searched."""
    page.locator(f"#inventory-{field}").click()
    search = page.locator(".dash-dropdown-search:visible")
    if search.count():
        search.fill(words)
    page.locator(".dash-dropdown-option:visible", has_text=words).first.click()


def test_lines_are_added_changed_and_deleted(server: Server, organiser: str, open_window: Callable[..., Visit]) -> None:
    page = open_window("desktop", url=server.url).page
    enter(page, f"/desk/e/{SLUG}/inventory", organiser)
    lines = page.locator(".fz-inventory > li")
    before = lines.count()
    pick_option(page, "activity", "Electricity")
    page.get_by_label("Quantity").fill("a lot")
    page.get_by_role("button", name="Add the line").click()
    expect(page.locator("#inventory-quantity-error")).to_contain_text("“a lot” is no quantity")
    expect(page.get_by_label("Quantity")).to_have_value("a lot")  # what was typed stays
    page.get_by_label("Quantity").fill("12000")
    page.get_by_role("button", name="Add the line").click()
    expect(page.locator("#inventory-told")).to_contain_text("Saved as version")
    expect(lines).to_have_count(before + 1)
    expect(page.locator("#inventory-totals")).to_contain_text("Energy")
    opened = lines.filter(has_text="Electricity")
    opened.locator("summary").click()
    expect(opened.locator(".fz-facts")).to_contain_text("Factor set")
    opened.get_by_role("link", name="Change or delete").click()
    expect(page.get_by_label("Quantity")).to_have_value("12000")
    page.get_by_label("Quantity").fill("6000")
    page.get_by_role("button", name="Save the change").click()
    expect(page.locator("#inventory-told")).to_contain_text("Changed.")
    expect(page.locator("#inventory-list")).to_contain_text(re.compile("6,000 kWh"))
    lines.filter(has_text="Electricity").locator("summary").click()
    lines.filter(has_text="Electricity").get_by_role("link", name="Change or delete").click()
    page.get_by_role("button", name="Delete the line").click()
    expect(page.locator("#inventory-told")).to_contain_text("Deleted.")
    expect(lines).to_have_count(before)


def test_a_boundary_is_tried_saved_and_computed_anew(
    server: Server, organiser: str, open_window: Callable[..., Visit]
) -> None:
    page = open_window("desktop", url=server.url).page
    enter(page, "/desk/e/chengdu-2021/boundary", organiser)
    page.get_by_label("Flights: effects beyond CO₂ (at height)").uncheck()
    page.get_by_role("button", name="What would it change?").click()
    expect(page.locator("#boundary-beside")).to_contain_text("From low to high")
    expect(page.locator("#boundary-beside tbody tr").first).to_be_visible()
    page.get_by_role("link", name="Inventory").first.click()
    expect(page).to_have_url(re.compile("/inventory"))
    enter_again = page.goto("/desk/e/chengdu-2021/boundary")
    assert enter_again is not None and enter_again.ok
    expect(page.get_by_label("Flights: effects beyond CO₂ (at height)")).to_be_checked()  # trying changes nothing


def test_an_auditor_sees_lines_and_no_form(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    event = events.create_event(draft())
    choice = next(each for each in events.inventory_choices(event.slug) if each.key == "electricity")
    events.save_inventory(event.slug, {"other": [{"activity": choice.key, "quantity": 100, "unit": choice.units[0]}]})
    set_actor(Actor("person", "p1", "Auditor", frozenset({("auditor", "", "")})))
    view = events.inventory_view(event.slug)
    assert not view.may_edit
    assert [each.line.total_g for each in view.lines if each.line] == [view.total_g]
    assert view.by_category["energy"] == (view.low_g, view.total_g, view.high_g)
    with pytest.raises(accounts.Forbidden):
        events.save_inventory(event.slug, {"other": []})


def test_a_category_outside_the_boundary_is_shown_and_not_counted(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    event = events.create_event(draft())
    lines = [{"activity": "electricity", "quantity": 100, "unit": "kWh"},
             {"activity": "remote_participation", "quantity": 5, "unit": "hour"}]  # fmt: skip
    events.save_inventory(event.slug, {"other": lines})
    events.set_boundary(event.slug, {"categories": ["digital"]})
    assert events.recompute_all(event.slug).count == 1
    view = events.inventory_view(event.slug)
    assert [each.line is None for each in view.lines] == [True, False]
    assert bare({"other": view.entries})["other"] == lines
    assert (set(view.by_category), view.version) == ({"digital"}, 2)


def test_the_demonstrations_own_lines_can_be_changed_like_any_other(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    events.seed_demo()
    before = events.inventory_view("chengdu-2021")
    assert len(before.lines) > 10 and all(each.line for each in before.lines)
    events.save_inventory("chengdu-2021", {"other": before.entries})
    after = events.inventory_view("chengdu-2021")
    assert (after.version, after.total_g) == (before.version + 1, before.total_g)
    assert after.entries == before.entries


def test_any_row_of_the_factor_set_may_be_told_in_a_unit_that_fits(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    event = events.create_event(draft())
    row = "factor:hcs_event_carpet_m2"
    assert any(each.key == row and each.category == "materials" for each in events.inventory_choices(event.slug))
    lines = [{"activity": row, "quantity": 40, "unit": "m2"}, {"activity": "electricity", "quantity": 3, "unit": "GWh"}]
    view = events.save_inventory(event.slug, {"other": lines})
    assert [line.category for line in view.lines] == ["materials", "energy"]
    with pytest.raises(events.InputError):
        events.save_inventory(event.slug, {"other": [{"activity": row, "quantity": 40, "unit": "parsec"}]})


def test_the_fields_make_an_entry_or_say_what_is_wrong() -> None:
    told = {"activity": "electricity", "quantity": " 1,200.5 ", "unit": "kWh", "known": "measured"}
    assert form.entry_of(told) == {"activity": "electricity", "quantity": 1200.5, "unit": "kWh", "known": "measured"}
    bought = told | {"supply": "certificates", "supply-rate": "0", "supply-share": "60", "supply-source": "Registry"}
    assert form.entry_of(bought)["supply"] == {
        "kind": "certificates", "kg_per_kwh": 0.0, "share": 0.6, "source": "Registry",
    }  # fmt: skip
    for wrong in ("", "-1", "nan", "inf", "1e13", "many", None, 5 * "9" * 9):
        with pytest.raises(events.InputError) as raised:
            form.entry_of(told | {"quantity": wrong, "unit": None})
        assert [each.field for each in raised.value.errors] == ["unit", "quantity"]
    with pytest.raises(events.InputError) as raised:
        form.entry_of(bought | {"supply-source": " "})
    assert [each.field for each in raised.value.errors] == ["supply-source"]
