"""Paying with each provider in a browser, as far as the certificate, against simulators on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import visit
from tests.support.server import Server
from tests.support.simulators.alipay import Alipay
from tests.support.simulators.product import IN_WECHAT, PHONE
from tests.support.simulators.stripe import Stripe
from tests.support.simulators.wechat import Wechat

pytestmark = pytest.mark.xdist_group("providers")  # one server for all
SLUG = "chengdu-2021"


@dataclass
class Counter:
    """A served product with three simulated providers."""

    server: Server
    stripe: Stripe
    alipay: Alipay
    wechat: Wechat

    def order(self) -> str:
        """A held order of a fresh guest."""
        with httpx.Client(base_url=f"{self.server.url}/api/v1", timeout=20) as api:
            begun = api.post(f"/events/{SLUG}/participations", json={}).json()
            proof = {"Authorization": f"Bearer {begun['secret']}"}
            mine = f"/participations/{begun['participation_id']}"
            told = {"trips": [{"from": "geo:1816670", "mode": "rail", "round_trip": True}]}
            api.put(f"{mine}/footprint", json=told, headers=proof)
            project = api.get(f"/events/{SLUG}/projects").json()["items"][0]["id"]
            asked = {"project": project, "share_percent": 100}
            return str(api.post(f"{mine}/orders", json=asked, headers=proof).json()["order_id"])

    def state(self, order_id: str) -> str:
        """The order's state."""
        return str(httpx.get(f"{self.server.url}/api/v1/orders/{order_id}", timeout=20).json()["state"])


@pytest.fixture(scope="module")
def counter(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """Served to the tests of this module."""
    simulators = Stripe(), Alipay(calls_back=True), Wechat(calls_back=True)
    keys = {name: value for each in simulators for name, value in each.settings().items()}
    server = Server(tmp_path_factory.mktemp("counter"), extra=keys)
    server.copy(demonstration)
    server.start()
    simulators[0].endpoint = f"{server.url}/webhooks/stripe"
    yield Counter(server, *simulators)
    server.stop()
    for simulator in simulators:
        simulator.stop()


@pytest.fixture
def window(browser: Browser, counter: Counter) -> Iterator[Callable[..., Page]]:
    """Pages on the product: ``window(user_agent="…")``; each asks this machine alone and complains of nothing."""
    opened = []

    def make(size: str = "phone", user_agent: str = "", locale: str = "en", theme: str = "light") -> Page:
        made = visit(browser, size, locale, theme, counter.server.url)
        if user_agent:
            made.context.close()
            made.context = browser.new_context(
                base_url=counter.server.url, user_agent=user_agent, viewport={"width": 390, "height": 844},
                locale="zh-CN" if locale == "zh" else "en-GB", has_touch=True, is_mobile=True,
            )  # fmt: skip
            made.page = made.context.new_page()
            made.context.on("request", lambda request: made.requests.append(request))
        opened.append(made)
        return made.page

    yield make
    hosts = {host for each in opened for host in each.hosts}
    complaints = [text for each in opened for text in each.complaints]
    for each in opened:
        each.context.close()
    assert {host for host in hosts if not host.startswith("127.0.0.1:")} == set()
    assert complaints == []


def choose(page: Page, order_id: str, provider: str) -> None:
    """On the page of ways to pay."""
    page.goto(f"/pay/{order_id}")
    page.locator(f'[data-provider="{provider}"]').click()


def succeed(page: Page, counter: Counter, order_id: str) -> None:
    """The order's page says that it is paid, and its certificate opens."""
    page.wait_for_url(f"**/order/{order_id}")
    page.get_by_role("link", name="Open the certificate").click()
    page.wait_for_url("**/certificate/TEST-*")
    assert counter.state(order_id) == "pooled"


def test_all_ways_are_offered_and_the_demo_provider_is_one_of_them(
    counter: Counter, window: Callable[..., Page]
) -> None:  # fmt: skip
    order_id, page = counter.order(), window("desktop")
    page.goto(f"/pay/{order_id}")
    expect(page.locator("[data-provider]")).to_have_count(4)
    page.locator('[data-provider="demo"]').click()
    page.wait_for_url(f"**/pay/{order_id}?by=demo")
    page.locator('[data-outcome="succeeded"]').click()
    succeed(page, counter, order_id)


def test_stripe(counter: Counter, window: Callable[..., Page]) -> None:
    order_id, page = counter.order(), window("phone")
    choose(page, order_id, "stripe")
    expect(page.locator("h1")).to_have_text("Simulated Stripe Checkout")
    page.go_back()  # a person who comes back finds the ways to pay as they were
    page.locator('[data-provider="stripe"]').click()
    page.get_by_role("button", name="Pay", exact=True).click()
    succeed(page, counter, order_id)
    assert counter.stripe.told[-1] == (200, b'{"received":true}')


def test_alipay_on_a_phone(counter: Counter, window: Callable[..., Page]) -> None:
    order_id, page = counter.order(), window(user_agent=PHONE)
    choose(page, order_id, "alipay")
    expect(page.locator("h1")).to_have_text("Simulated Alipay")
    page.get_by_role("button", name="Pay", exact=True).click()
    succeed(page, counter, order_id)
    assert counter.alipay.told[-1] == (200, b"success")


def test_alipay_begun_in_wechat_goes_on_in_the_browser(counter: Counter, window: Callable[..., Page]) -> None:
    order_id, inside = counter.order(), window(user_agent=IN_WECHAT)
    choose(inside, order_id, "alipay")
    expect(inside.get_by_role("heading", name="Open this page in your browser")).to_be_visible()
    address = inside.locator(".fz-pay-address").inner_text()
    outside = window(user_agent=PHONE)
    outside.goto(address)
    outside.locator('[data-provider="alipay"]').click()
    outside.get_by_role("button", name="Pay", exact=True).click()
    succeed(outside, counter, order_id)
    inside.wait_for_url(f"**/order/{order_id}")  # the page in WeChat has noticed by itself


def test_wechat_by_a_code_on_a_desktop(counter: Counter, window: Callable[..., Page]) -> None:
    order_id, page = counter.order(), window("desktop")
    choose(page, order_id, "wechat")
    expect(page.get_by_alt_text("Code to pay with WeChat")).to_be_visible()
    counter.wechat.pay(f"{order_id}-n0")
    succeed(page, counter, order_id)
    assert counter.wechat.told[-1] == (200, b'{"code": "SUCCESS"}')


def test_wechat_by_h5_on_a_phone(counter: Counter, window: Callable[..., Page]) -> None:
    order_id, page = counter.order(), window(user_agent=PHONE)
    choose(page, order_id, "wechat")
    expect(page.locator("h1")).to_have_text("Simulated WeChat Pay")
    opened = [asked for asked in counter.wechat.asked if asked.path == "/h5/pay"]
    assert opened[-1].headers["referer"] == f"{counter.server.url}/"  # WeChat lets in whom it knows, by this header
    page.get_by_role("button", name="Pay", exact=True).click()
    succeed(page, counter, order_id)


def test_wechat_in_its_own_browser(counter: Counter, window: Callable[..., Page]) -> None:
    order_id, page = counter.order(), window(user_agent=IN_WECHAT)
    asked: list[dict[str, Any]] = []
    page.expose_function("bridgeAsked", lambda name, given: asked.append({"name": name, **given}))
    page.add_init_script(
        "window.WeixinJSBridge = { invoke: async (name, given, done) => {"
        " await window.bridgeAsked(name, given); done({ err_msg: 'get_brand_wcpay_request:cancel' }); } };"
    )
    choose(page, order_id, "wechat")
    page.wait_for_url("**/pay/*by=wechat*code=*")
    button = page.get_by_role("button", name="Pay with WeChat Pay")
    expect(button).to_be_visible()
    button.click()  # it was closed without paying; the button opens it again
    counter.wechat.pay(f"{order_id}-j0")
    succeed(page, counter, order_id)
    assert {each["name"] for each in asked} == {"getBrandWCPayRequest"}
    assert {each["package"] for each in asked} == {f"prepay_id=prepay-{order_id}-j0"}


def test_a_provider_that_is_down_is_said_and_the_others_go_on(counter: Counter, window: Callable[..., Page]) -> None:
    order_id, page = counter.order(), window("phone", locale="zh")
    counter.stripe.is_down = True
    try:
        choose(page, order_id, "stripe")
        expect(page.get_by_role("alert")).to_contain_text("请稍后再试，或换一种付款方式。")
    finally:
        counter.stripe.is_down = False
    page.locator('[data-provider="stripe"]').click()
    expect(page.locator("h1")).to_have_text("Simulated Stripe Checkout")


def test_the_webhook_s_route_answers_in_each_provider_s_words(counter: Counter) -> None:
    bad = {"stripe": b'{"received":false}', "alipay": b"failure"}
    for name, words in bad.items():
        for body in (b"", b"{}", b"\xff\xfe", b"a=b&sign=c", b"[1]"):
            answer = httpx.post(f"{counter.server.url}/webhooks/{name}", content=body, timeout=20)
            assert (answer.status_code, answer.content) == (400, words)
    answer = httpx.post(f"{counter.server.url}/webhooks/wechat", content=b"{}", timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (400, "FAIL")
    assert httpx.post(f"{counter.server.url}/webhooks/paypal", content=b"{}", timeout=20).status_code == 404


def test_a_settled_order_leads_on(counter: Counter, window: Callable[..., Page]) -> None:
    order_id, page = counter.order(), window("phone")
    httpx.post(f"{counter.server.url}/api/v1/demo-payments/{order_id}", json={"outcome": "succeeded"}, timeout=20)
    page.goto(f"/pay/{order_id}")
    page.get_by_role("link", name="See the order").click()
    page.wait_for_url(f"**/order/{order_id}")
