"""Every end an order can come to and every refusal, through the pages: a walk each for a guest, a company, an
organiser, the exchange and an auditor. The table of docs/orders.md says which walk shows what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import events
import offsetting
from tests.support.api import open_forum, prove
from tests.support.desk import enter, store_of
from tests.support.guests import Guest
from tests.support.house import ORGANISER, OTHER, SLUG, SMALL, House, Open, held_by_organiser, house, tranche_of, window
from tests.support.retirement import EVIDENCE, FIRST, LINK, SECOND, WHOM, retire_credits
from tests.support.shop import Shop
from tests.test_orders_pages import clean

pytestmark = pytest.mark.xdist_group("states")  # one house for all
__all__ = ["house", "window"]


def choose(page: Page, guest: Guest, project: str = "", share: str = "100") -> str:
    """From the shares to the page that takes the money; the order's id."""
    guest.enter(page, f"/e/{SLUG}/neutralise")
    page.locator(f"input[name=share][value='{share}']").check(force=True)
    page.locator(f"input[name=project][value={project or guest.project}]").check(force=True)
    page.locator("#neu-go").click()
    page.wait_for_url("**/pay/**")
    return page.url.rsplit("/", 1)[1]


def says(page: Page, path: str, *words: str) -> None:
    """The page at a path says these words."""
    page.goto(path)
    for word in words:
        expect(page.locator("main")).to_contain_text(word)


def test_a_guest_at_every_end(house: House, window: Open) -> None:
    door, guest = window(), house.guest()
    page = door.page

    declined = choose(page, guest, share="200")
    expect(page.get_by_role("note")).to_contain_text("go beyond your footprint")
    page.locator("[data-outcome=failed]").click()
    expect(page.locator(".fz-order")).to_contain_text("The payment was declined.")
    says(page, f"/pay/{declined}", "The payment was declined", "Nothing is left to pay here.")
    page.get_by_role("link", name="Choose again").click()
    page.wait_for_selector("#neu-form")

    late = choose(page, guest, share="50")
    assert page.get_by_role("note").count() == 0
    page.locator("[data-outcome=late]").click()
    expect(page.locator(".fz-order")).to_contain_text("Waiting for a late payment")
    until = house.expire(late)
    with page.expect_response("**/_dash-update-component*"):  # it has looked, and goes on waiting
        pass
    expect(page.locator(".fz-order")).to_contain_text("Waiting for a late payment")
    house.calls(until + timedelta(seconds=2))
    page.wait_for_url("**/certificate/TEST-**")
    says(page, f"/order/{late}", "The payment came late: the grams were taken anew", "Paid late", "Expired")

    left_open = choose(page, guest, share="rest")
    expect(page.get_by_role("note")).to_contain_text("Your order covers what is still open")
    house.expire(left_open)
    page.locator("[data-outcome=succeeded]").click()  # too late to press: nothing is paid any more
    expect(page.locator(".fz-order")).to_contain_text("The time to pay is over.")
    assert guest.seen(left_open)["state"] == "expired"
    says(page, f"/pay/{left_open}", "Expired: nothing was paid in time")
    says(page, f"/e/{SLUG}/me", "The payment was declined", "Expired: nothing was paid in time", "Reserved")


def test_a_guest_whose_grams_are_sold_out(house: House, window: Open) -> None:
    guest, other, door = house.guest(), house.guest(), window()
    page, second = door.page, window().page
    late = choose(page, guest, SMALL)
    page.locator("[data-outcome=late]").click()
    expect(page.locator(".fz-order")).to_contain_text("Waiting for a late payment")
    other.enter(second, f"/e/{SLUG}/neutralise")
    second.locator(f"input[name=project][value={SMALL}]").check(force=True)
    until = house.expire(late)
    house.sell_out(SMALL)
    second.locator("#neu-go").click()  # it was there when the page was made
    expect(second.get_by_role("alert")).to_contain_text("Only 0.000 kg of this project are left")
    second.reload()
    expect(second.locator("#neu-form")).to_contain_text("Small wood is sold out; nearest to it is CDCER other projects")
    expect(second.locator(f"input[name=project][value={SMALL}]")).to_be_disabled()
    house.calls(until + timedelta(seconds=2))
    expect(page.locator(".fz-order")).to_contain_text("its grams were sold out by then")
    expect(page.locator(".fz-order")).to_contain_text("went back")
    says(page, f"/pay/{late}", "Paid too late, and paid back", "Nothing is left to pay here.")
    says(page, f"/e/{SLUG}/me", "Paid too late, and paid back")


def test_a_guest_whom_others_cover_is_told_before_paying(house: House, window: Open) -> None:
    page, guest = window().page, house.guest()
    held = choose(page, guest)
    house.by_organiser([guest.id], grams=guest.total_g - 1000)
    page.reload()
    expect(page.get_by_role("note")).to_contain_text("The organiser covered")
    expect(page.get_by_role("note")).to_contain_text("If you pay now,")
    clean(page)
    house.by_organiser([guest.id], grams=1000)
    page.reload()
    expect(page.get_by_role("note")).to_contain_text("If you pay now, all of it is an extra contribution")
    page.goto(f"/order/{held}")
    expect(page.get_by_role("note")).to_contain_text("all of it is an extra contribution")
    page.get_by_role("link", name="Call it off").click()
    page.locator("[data-act=cancel]").click()
    expect(page.get_by_role("status")).to_contain_text("called off")
    says(page, f"/pay/{held}", "Called off", "Nothing is left to pay here.")
    assert guest.pay(held)["state"] == "refunded"  # it comes all the same
    says(page, f"/order/{held}", "It was paid after it had been called off", "went back")
    page.goto(f"/e/{SLUG}/neutralise")
    expect(page.locator(".fz-bar-note:visible")).to_contain_text("kg extra")
    expect(page.locator(".fz-who")).to_contain_text("The organiser covered")
    expect(page.locator(".fz-who")).to_contain_text("Nothing is open. What you add now is an extra contribution.")


def test_a_holder_sees_a_certificate_retired_and_another_revoked(house: House, window: Open) -> None:
    guest = Guest(house.server.url, OTHER, house.other.project)
    order = guest.order(100, "succeeded")
    page = window().page
    guest.enter(page, f"/e/{OTHER}/me")
    expect(page.locator(".fz-orders")).to_contain_text("Reserved, not yet retired")
    with store_of(house.server):
        shop = Shop(house.other.event_id, OTHER, house.other.project, "", tranche_of(house.other)[1])
        credit_count = -(-order["grams"] // 1_000_000)
        retire_credits(shop, FIRST, SECOND, credit_count, True, datetime.now(UTC), link=LINK, evidence=EVIDENCE,
                       evidence_name="r.pdf", retired_on=datetime.now(UTC).date(), beneficiary=WHOM)  # fmt: skip
    page.reload()
    expect(page.locator(".fz-orders")).to_contain_text("Retired")
    says(page, f"/order/{order['order_id']}", "The credits are retired; the certificate says so.")
    says(page, f"/certificate/{order['certificate']}", "etired")
    assert "Revoked" not in page.locator("main").inner_text()

    other = house.guest()
    back = other.order(50, "succeeded")
    desk = window("desktop").page
    enter(desk, f"/desk/e/{OTHER}/orders/{order['order_id']}", house.person("exchange"))
    expect(desk.locator("#order-desk")).to_contain_text("Its credits are retired: it can't be paid back any more.")
    desk.goto(f"/desk/e/{SLUG}/orders/{back['order_id']}")
    desk.locator("#order-reason").fill("paid twice by mistake")
    desk.locator("#order-refund").click()
    expect(desk.get_by_role("status")).to_contain_text("The money goes back.")
    other.enter(page, f"/e/{SLUG}/me")
    expect(page.locator(".fz-orders")).to_contain_text("Paid back, no longer covered")
    says(page, f"/order/{back['order_id']}", "No grams of this order are covered any more.")
    page.get_by_role("link", name="See the revoked certificate").click()
    expect(page.locator("main")).to_contain_text("Revoked")
    says(page, f"/verify/{back['certificate']}", "evoked")
    says(page, f"/order/{back['order_id']}/receipt", "redit note")


def test_a_company_at_every_end(house: House, window: Open) -> None:
    name = "Tram of the states Ltd"
    guests = [house.guest(name) for _ in range(4)]
    with store_of(house.server):
        company_id = events.guest(guests[0].id, guests[0].secret).company_id
    page, email = window("desktop").page, house.person("company", company_id=company_id)
    path = f"/desk/company/{company_id}/{SLUG}"
    enter(page, path, email)
    expect(page.locator(".fz-desk-main")).to_contain_text("Figures open once five of your people have answered.")
    assert page.locator("#company-place").count() == 0
    guests.append(house.guest(name))
    page.reload()
    page.locator("#company-share").fill("900")
    page.locator("#company-place").click()
    expect(page.locator("#company-share-error")).to_contain_text("is no share")
    page.locator("#company-share").fill("100")
    page.locator("#company-place").click()
    page.locator("#company-told a").click()
    page.wait_for_url("**/pay/**")
    held = page.url.rsplit("/", 1)[1]
    assert page.get_by_role("note").count() == 0
    guests[0].order(100, "succeeded")  # one of its people is faster
    page.reload()
    expect(page.get_by_role("note")).to_contain_text("others have covered the rest meanwhile")
    house.expire(held)
    page.locator("[data-outcome=succeeded]").click()
    expect(page.locator(".fz-order")).to_contain_text("The time to pay is over.")
    page.goto(path)
    page.locator("#company-place").click()
    page.locator("#company-told a").click()
    page.locator("[data-outcome=failed]").click()
    expect(page.locator(".fz-order")).to_contain_text("The payment was declined.")
    page.get_by_role("link", name="Choose again").click()
    page.wait_for_url(f"**{path}")
    page.locator("#company-place").click()
    page.locator("#company-told a").click()
    page.locator("[data-outcome=succeeded]").click()
    expect(page.locator(".fz-order")).to_contain_text("paid.")
    page.goto(path)
    for state in ("Expired", "Payment failed", "Reserved"):
        expect(page.locator(".fz-states")).to_contain_text(state)
    page.locator("#company-place").click()
    expect(page.locator("#company-told")).to_contain_text("There is nothing left to pay for here")
    refused(page, f"/desk/e/{SLUG}/orders")


def refused(page: Page, path: str) -> None:
    """The page is not for this person, and says so."""
    answer = page.goto(path)
    assert answer is not None and answer.status == 403, path
    expect(page.locator("h1")).to_have_text("Not allowed")
    expect(page.locator("main")).to_contain_text("Your role does not allow this")


def test_an_organiser_from_the_plan_to_the_actuals(house: House, window: Open) -> None:
    with store_of(house.server):
        plan = open_forum("plan-2026")
    house.ends(plan, timedelta(days=1))
    page, path = window("desktop").page, f"/desk/e/{plan.slug}/orders"
    enter(page, path, house.person("organiser", event_id=plan.event_id))
    page.locator("#plan-share").fill("0")
    page.locator("#plan-place").click()
    expect(page.locator("#plan-share-error")).to_contain_text("is no mass; give kilograms above 0")
    page.locator("#plan-share").fill("300")
    page.locator("#plan-place").click()
    page.locator("#plan-told a").click()
    page.locator("[data-outcome=succeeded]").click()
    expect(page.locator(".fz-order")).to_contain_text("paid.")
    page.goto(path)
    main = page.locator(".fz-desk-main")
    expect(main).to_contain_text("On the plan, not settled")
    expect(main).to_contain_text("settle the plan afterwards")
    assert page.locator("#plan-settle").count() == 0
    guests = [Guest(house.server.url, plan.slug, plan.project) for _ in range(2)]
    page.locator("#orders-place").click()
    expect(page.locator("#orders-told")).to_contain_text("settle the plan first, then order the rest")

    house.ends(plan, -timedelta(days=1))
    page.reload()
    expect(page.locator("#plan-settle")).to_be_visible()
    assert page.locator("#plan-place").count() == 0
    for laid in (
        "300.0 kg now lie on what was emitted; 0.0 kg are extra",
        "0.0 kg now lie on what was emitted; 0.0 kg",
    ):
        page.locator("#plan-settle").click()  # the second time changes nothing
        expect(page.locator("#plan-settled")).to_contain_text(laid)
    page.reload()
    assert page.locator("#plan-settle").count() == 0
    page.locator("#orders-place").click()
    expect(page.locator("#orders-told")).to_contain_text("held at")
    guests[1].order(100, "succeeded")  # meanwhile a guest pays
    page.goto(f"{path}/{held_by_organiser(house, plan)}")
    expect(main).to_contain_text("others have covered the rest meanwhile")
    page.get_by_role("link", name="Go to the payment").click()
    expect(page.get_by_role("note")).to_contain_text("others have covered the rest meanwhile")
    page.locator("[data-outcome=succeeded]").click()
    expect(page.locator(".fz-order")).to_contain_text("paid.")
    paid = page.url.rsplit("/", 1)[1]
    says(page, f"{path}/{paid}", "the exchange can pay it back until its credits are retired")
    page.goto(path)
    expect(main).to_contain_text("By the organiser")
    expect(main).to_contain_text("Extra contributions")
    page.locator("#orders-place").click()
    expect(page.locator("#orders-told")).to_contain_text("There is nothing left to pay for here")

    before = datetime.now(UTC) - timedelta(days=2)
    with store_of(house.server):  # a plan that was too large
        order = offsetting.place_event_order(ORGANISER, plan.slug, plan.project, "plan", grams=70_000, now=before)
        offsetting.demo_payment(order.order_id, "succeeded", now=before)
    page.reload()
    page.locator("#plan-settle").click()
    expect(page.locator("#plan-settled")).to_contain_text("0.0 kg now lie on what was emitted; 70.0 kg are extra")
    for elsewhere in ("", "/orders", "/inventory", "/forestry", f"/orders/{order.order_id}"):
        refused(page, f"/desk/e/{SLUG}{elsewhere}")
    refused(page, "/desk/exchange")
    with store_of(house.server):
        prove(plan.slug)


def test_the_exchange_is_refused_what_it_may_not(house: House, window: Open) -> None:
    email = house.person("exchange")
    with store_of(house.server):
        desk = open_forum("desk-2026")
    guest = Guest(house.server.url, desk.slug, desk.project)
    order = guest.order(100, "succeeded")
    page = window("desktop").page
    enter(page, f"/desk/exchange/projects?project={desk.project}", email)
    page.get_by_text("Enter a dispute or an answer").click()
    for field, typed in {"day": "2026-02-03", "text": "Its baseline is doubted", "source": "A paper"}.items():
        page.locator(f"#dispute-{field}").fill(typed)
    page.locator("#dispute-link").fill("https://paper.example/1")
    page.locator("#dispute-save").click()
    expect(page.locator("#dispute-told")).not_to_be_empty()
    phone = window().page
    guest.enter(phone, f"/e/{desk.slug}/neutralise")  # a guest reads it before choosing
    expect(phone.locator("#neu-form")).to_contain_text("Its baseline is doubted")

    number = house.instructed(desk)
    page.goto(f"/desk/e/{desk.slug}/orders/{order['order_id']}")
    page.locator("#order-reason").fill("asked for")
    page.locator("#order-refund").click()
    expect(page.get_by_role("status")).to_contain_text(f"its credits are in retirement instruction {number}")
    assert guest.seen(order["order_id"])["state"] == "pooled"
    assert page.locator("#plan-place").count() == page.locator("#orders-place").count() == 0

    statement = "/desk/exchange/settlements?account=platform&project=&currency=CNY&live=0"
    other = window("desktop").page
    for twice in (page, other):
        enter(twice, statement, email) if twice is other else twice.goto(statement)
        twice.locator("#settle-reference").fill("ICBC 7")
    page.locator("#settle-enter").click()
    expect(page.locator("#settle-told")).to_contain_text("Entered.")
    other.locator("#settle-enter").click()
    expect(other.locator("#settle-told")).to_contain_text("Nothing is open here: it has been settled already.")
    page.get_by_role("link", name="Open TEST-S-").click()
    page.get_by_role("button", name="I have looked at it").click()
    expect(page.locator("#settled-told")).to_contain_text("A second person has to look")

    plan_id, record_id = house.planting(desk, house.person("administrator"))
    phone.goto(f"/e/{desk.slug}/forestry")
    expect(phone.locator("main")).to_contain_text("Agreed wood")
    expect(phone.locator("main")).not_to_contain_text("Draft wood")
    page.goto(f"/desk/e/{desk.slug}/forestry?plan={plan_id}")
    expect(page.locator(".fz-desk-main")).to_contain_text("waits for a second person")
    assert page.locator("#forestry-agree, #forestry-enter, #plan-draft").count() == 0
    enter(other := window("desktop").page, f"/desk/e/{desk.slug}/forestry?plan={plan_id}", house.entered_by)
    expect(other.locator(".fz-desk-main")).to_contain_text("You entered this: a second person has to confirm it.")
    assert other.get_by_role("button", name="Confirm", exact=True).count() == 0
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.locator("#forestry-told")).to_contain_text("It is confirmed.")
    assert record_id


BUTTONS = ".fz-desk-main button:not(.dash-dropdown, form[method=get] button):enabled:visible"
READS = {  # what an auditor's buttons do: they ask, copy or show, and a second look at a settlement is an auditor's own
    "Best pair", "Best triple", "Copy link", "What would it change?", "Run every proof", "I have looked at it",
    "The payment came back",
}  # fmt: skip
GIVEN = {"order-what": "order", "orders-slug": "slug", "orders-project": "project", "plan-project": "project",
         "orders-share": 50, "plan-share": 5, "order-reason": "because"}  # fmt: skip


def test_an_auditor_sees_all_and_changes_nothing(house: House, window: Open) -> None:
    guest = house.guest()
    held, paid = guest.order(10), guest.order(20, "succeeded")
    page = window("desktop").page
    enter(page, f"/desk/e/{SLUG}", house.person("auditor"))
    doors = page.locator("nav a[href^='/desk']").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    orders = [f"/desk/e/{SLUG}/orders/{each['order_id']}" for each in (held, paid)]
    more = [f"/desk/e/{SLUG}/method", f"/desk/exchange/projects?project={house.forum.project}"]
    assert len(doors) >= 10
    before = house.trail()
    for path in dict.fromkeys([*doors, *orders, *more]):
        if path == "/desk/account":  # one's own name and password are everybody's to change
            continue
        answer = page.goto(path)
        assert answer is not None and answer.ok, path
        page.wait_for_selector(".fz-desk-main h1")
        texts = page.locator(BUTTONS).all_inner_texts()
        named = {" ".join(text.split()) for text in texts}
        assert named <= READS | {""}, (path, named - READS)
    given = {"order": [SLUG, held["order_id"]], "slug": SLUG, "project": house.forum.project}
    page.goto(f"/desk/e/{SLUG}/orders")
    for callback in called(page, given):
        assert page.evaluate(SEND, callback) == 403, callback["output"]
    page.goto(orders[0])
    assert [page.evaluate(SEND, callback) for callback in called(page, given)] == [403]
    assert page.request.post(f"/api/v1/orders/{paid['order_id']}/refund", data={"reason": "x"}).status == 403
    assert house.trail() == before
    assert (guest.seen(held["order_id"])["state"], guest.seen(paid["order_id"])["state"]) == ("held", "pooled")


SEND = """async (body) => (await fetch("/_dash-update-component", {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)})).status"""


def called(page: Page, given: dict[str, Any]) -> list[dict[str, Any]]:
    """What the page's own buttons would send, whether they are shown or not."""
    known = page.evaluate("async () => (await fetch('/_dash-dependencies')).json()")
    found = []
    for item in known:
        if item.get("clientside_function") or not any(each["property"] == "n_clicks" for each in item["inputs"]):
            continue
        names = item["output"].strip(".").split("...")
        outputs = [dict(zip(("id", "property"), name.split("@")[0].rsplit(".", 1), strict=True)) for name in names]
        state = [each | {"value": given.get(GIVEN[each["id"]], GIVEN[each["id"]])} for each in item["state"]]
        found.append({
            "output": item["output"], "outputs": outputs if item["output"].startswith("..") else outputs[0],
            "inputs": [each | {"value": 1} for each in item["inputs"]], "state": state,
            "changedPropIds": [f"{item['inputs'][0]['id']}.n_clicks"],
        })  # fmt: skip
    assert found
    return found
