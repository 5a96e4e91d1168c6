"""Every end an order can come to and every refusal, through the pages: a walk each for a guest, a company, an
organiser, the exchange and an auditor. The table of docs/orders.md says which walk shows what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

import events
import offsetting
from accounts import Actor
from data.store import schema as s
from data.store.engine import get_store
from tests.support.api import Forum, open_forum, prove
from tests.support.browser import Visit, visit
from tests.support.desk import add_person, enter, store_of
from tests.support.guests import Guest
from tests.support.retirement import EVIDENCE, FIRST, LINK, SECOND, WHOM, retire_credits
from tests.support.server import Server
from tests.support.shop import SPLIT, Shop

SLUG, OTHER, SMALL = "states-2026", "elsewhere-2026", "cdcer-small"
ORGANISER = Actor("person", "o", "Organiser", frozenset({("organiser", "", "")}))
Open = Callable[..., Visit]


@dataclass
class House:
    """A served product with two events of its own, the first with a small project beside the large one."""

    server: Server
    forum: Forum
    other: Forum

    def guest(self, company: str = "") -> Guest:
        """Somebody who flew to the first event and has told so."""
        return Guest(self.server.url, SLUG, self.forum.project, company)

    def person(self, role: str, event_id: str = "", company_id: str = "") -> str:
        """The email of somebody with a role."""
        return add_person(self.server, role, event_id, company_id)

    def expire(self, order_id: str) -> datetime:
        """The order's time is up; when that was."""
        with store_of(self.server):
            until = offsetting.get_order(order_id).expires_at
            offsetting.expire_due(until + timedelta(milliseconds=1))
        return until

    def ends(self, forum: Forum, after: timedelta) -> None:
        """The event is over so long from now."""
        where = s.event.c.event_id == forum.event_id
        with store_of(self.server), get_store().write() as conn:
            conn.execute(sa.update(s.event).where(where).values(ends_at=datetime.now(UTC) + after))

    def calls(self, at: datetime) -> None:
        """What the demo provider meant to call by this time is called."""
        with store_of(self.server):
            offsetting.run_due(at)

    def sell_out(self, project: str) -> None:
        """Somebody buys all that is left of a project."""
        with store_of(self.server):
            offers = {offer.project_id: offer.available_g for offer in offsetting.offers(SLUG)}
        if offers[project]:
            buyer = self.guest()
            body = {"project": project, "grams": offers[project]}
            placed = buyer.api.post(f"/participations/{buyer.id}/orders", json=body, headers=buyer.proof).json()
            assert buyer.pay(placed["order_id"])["state"] == "pooled"

    def by_organiser(self, covers: Any, grams: int | None = None, slug: str = SLUG, paid: bool = True) -> str:
        """An order of the organiser's, paid; its id."""
        with store_of(self.server):
            project = self.forum.project if slug == SLUG else self.other.project
            order = offsetting.place_event_order(ORGANISER, slug, project, covers, grams=grams)
            if paid:
                offsetting.demo_payment(order.order_id, "succeeded")
        return order.order_id


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Served to the walks of this file; afterwards every proof holds."""
    server = Server(tmp_path_factory.mktemp("states"))
    server.start()
    with store_of(server):
        forums = open_forum(SLUG), open_forum(OTHER)
        offsetting.add_project(SMALL, {"en": "Small wood", "zh": "小林"}, type="forest", kind="removal",
                               methodology="plots", registry="demo", livemode=False)  # fmt: skip
        offsetting.add_batch("DEMO-small-2020", SMALL, vintage="2020", credit_count=1, serial_prefix="DEMO-small-")
        offsetting.assign_tranche(forums[0].event_id, "DEMO-small-2020", 1_000_000)
        offsetting.open_offering(forums[0].event_id, SMALL, 9000, "CNY", SPLIT, position=1)
    yield House(server, *forums)
    with store_of(server):
        for forum in forums:
            prove(forum.slug)
    server.stop()


@pytest.fixture
def window(browser: Browser, house: House) -> Iterator[Open]:
    """Windows on the house; none asks another host or complains of anything but what was refused."""
    opened: list[Visit] = []

    def make(size: str = "phone", locale: str = "en", theme: str = "light") -> Visit:
        opened.append(visit(browser, size, locale, theme, house.server.url))
        return opened[-1]

    yield make
    hosts = {host for each in opened for host in each.hosts}
    complaints = [text for each in opened for text in each.complaints if " 403 " not in text]
    for each in opened:
        each.context.close()
    assert {host for host in hosts if not host.startswith("127.0.0.1:")} == set()
    assert complaints == []


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
    house.by_organiser([guest.id], grams=1000)
    page.reload()
    expect(page.get_by_role("note")).to_contain_text("If you pay now, all of it is an extra contribution")
    page.goto(f"/order/{held}")
    expect(page.get_by_role("note")).to_contain_text("all of it is an extra contribution")
    page.get_by_role("note").get_by_role("link").click()
    page.locator("[data-act=cancel]").click()
    expect(page.get_by_role("status")).to_contain_text("called off")
    says(page, f"/pay/{held}", "Called off", "Nothing is left to pay here.")
    assert guest.pay(held)["state"] == "refunded"  # it comes all the same
    says(page, f"/order/{held}", "It was paid after it had been called off", "went back")
    page.goto(f"/e/{SLUG}/neutralise")
    expect(page.locator(".fz-who")).to_contain_text("The organiser covered")
    expect(page.locator(".fz-who")).to_contain_text("Nothing is open. What you add now is an extra contribution.")


def test_a_holder_sees_a_certificate_retired_and_another_revoked(house: House, window: Open) -> None:
    guest = Guest(house.server.url, OTHER, house.other.project)
    order = guest.order(100, "succeeded")
    page = window().page
    guest.enter(page, f"/e/{OTHER}/me")
    expect(page.locator(".fz-orders")).to_contain_text("Reserved, not yet retired")
    with store_of(house.server):
        where = s.tranche.c.event_id == house.other.event_id
        with get_store().read() as conn:
            tranche = conn.execute(sa.select(s.tranche.c.tranche_id).where(where)).scalar_one()
        shop = Shop(house.other.event_id, OTHER, house.other.project, "", tranche)
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
    page.goto(path)
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


def held_by_organiser(house: House, forum: Forum) -> str:
    """The order of the organiser that waits for its payment."""
    with store_of(house.server), get_store().read() as conn:
        o = s.orders.c
        where = (o.event_id == forum.event_id, o.state == "held", o.buyer == "organiser")
        return str(conn.execute(sa.select(o.order_id).where(*where)).scalar_one())
