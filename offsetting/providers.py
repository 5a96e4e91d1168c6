"""The payment providers that are switched on: each by its keys, test and live money apart."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from accounts import Conflict, NotFound
from data.payment_facts import NEEDED, least_minor, missing_settings
from data.settings import Settings, get_settings
from data.store import jobs
from data.store.engine import get_store
from data.store.ids import event_of
from gateways.alipay import AlipayCertificates, AlipayProvider
from gateways.base import Provider
from gateways.demo import DemoPayment, DemoProvider
from gateways.stripe import StripeProvider
from gateways.wechat import WechatKeys, WechatProvider

DEMO_JOB = "demo_webhook"


def demo() -> DemoProvider:
    """The demo provider, on or off."""
    return _demo(get_settings())


@lru_cache(maxsize=1)
def _demo(settings: Settings) -> DemoProvider:
    return DemoProvider(settings.secret(), last_demo_payment)


@lru_cache(maxsize=1)
def _all_on(settings: Settings) -> dict[str, Provider]:
    """By name, in the order in which people are shown them."""
    on: dict[str, Provider] = {}
    makers = {"wechat": _wechat, "alipay": _alipay, "stripe": _stripe}
    for name in NEEDED:
        if missing_settings(name, settings) == []:
            on[name] = makers[name](settings)
    if settings.demo_payments:
        on[DemoProvider.name] = _demo(settings)
    return on


def _wechat(settings: Settings) -> Provider:
    keys = WechatKeys(
        settings.wechat_app_id, settings.wechat_app_secret, settings.wechat_merchant_id,
        settings.wechat_merchant_serial, settings.wechat_merchant_key, settings.wechat_api_v3_key,
        settings.wechat_public_key, settings.wechat_public_key_id, settings.wechat_platform_certificates,
    )  # fmt: skip
    return WechatProvider(keys, least_minor("wechat"), settings.wechat_api_url)


def _alipay(settings: Settings) -> Provider:
    certificates = AlipayCertificates(settings.alipay_app_cert, settings.alipay_cert, settings.alipay_root_cert)
    return AlipayProvider(
        settings.alipay_app_id, settings.alipay_app_key, settings.alipay_public_key, least_minor("alipay"),
        settings.alipay_seller_id, settings.alipay_gateway_url, certificates if certificates.are_whole else None,
    )  # fmt: skip


def _stripe(settings: Settings) -> Provider:
    methods = [name.strip() for name in settings.stripe_methods.split(",") if name.strip()]
    return StripeProvider(
        settings.stripe_secret_key, settings.stripe_webhook_secret, least_minor("stripe"), methods,
        settings.stripe_api_url,
    )  # fmt: skip


def provider(name: str) -> Provider:
    """The provider of a name; NotFound where there is none or it is switched off."""
    found = _all_on(get_settings()).get(name)
    if found is None:
        raise NotFound("There is no payment provider {value} here.", value=name[:60])
    return found


def offered(livemode: bool, currency: str) -> list[Provider]:
    """The providers that take this kind of money, in the order in which people are shown them."""
    on = _all_on(get_settings()).values()
    return [each for each in on if each.livemode == livemode and each.accepts(currency)]


def can_pay(livemode: bool, currency: str) -> bool:
    """Whether any provider here takes this kind of money in this currency."""
    return bool(offered(livemode, currency))


def first(livemode: bool, currency: str) -> Provider:
    """The provider that an order has before its buyer has chosen. Raises Conflict or NotFound where there is none."""
    found = offered(livemode, currency)
    if found:
        return next((each for each in found if each.name == DemoProvider.name), found[0])
    if livemode:
        raise Conflict("This event takes no test money, and no other provider is set up.")
    return provider(DemoProvider.name)


def least(livemode: bool, currency: str) -> int:
    """The smallest amount that any provider on offer takes, in minor units."""
    return min((each.minimum_minor(currency) for each in offered(livemode, currency)), default=0)


def demo_job_prefix(order_id: str) -> str:
    """How the ids of an order's demo payments begin."""
    return f"demo-{order_id}-"


def last_demo_payment(order_id: str, now: datetime) -> DemoPayment | None:
    """What the demo provider knows of an order: a success if there was one by now, else the last failure. Its memory is
    the rows of its webhooks, sent or not."""
    event_id = event_of(order_id)
    with get_store().read() as conn:
        rows = jobs.starting_with(conn, event_id, demo_job_prefix(order_id))
    made = [row["payload"] for row in rows if row["payload"]["paid_at"] <= now.timestamp()]
    made.sort(key=lambda payload: payload["kind"] == "succeeded")
    return payment_of(made[-1]) if made else None


def payment_of(payload: dict[str, object]) -> DemoPayment:
    """The payment that a demo webhook's row tells of."""
    names = ("provider_event_id", "kind", "order_id", "currency")
    texts = {name: str(payload[name]) for name in names}
    return DemoPayment(amount_minor=int(str(payload["amount_minor"])), **texts)
