"""What a receipt says, for its page and its PDF alike, in the language of the request."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from locales import current_language, pick, t
from locales import formats as f
from offsetting.receipts import Receipt


def notice_of(found: Receipt) -> str:
    """What is not real about it; '' for live money."""
    if found.livemode:
        return ""
    return t("This is a test: no money was paid, nothing was sold, and this paper is of no value.")


def day_of(at: datetime, found: Receipt) -> str:
    """A day in the event's own zone."""
    return f.date_text(at.astimezone(ZoneInfo(found.timezone)).date())


def seller_lines(found: Receipt) -> list[str]:
    """The exchange: name, address, tax number."""
    seller = found.seller
    lines = [seller.name or t("The exchange (its legal name is not set up here)"), seller.address]
    if seller.tax_id:
        lines.append(t("Tax number {number}", number=seller.tax_id))
    return [line for line in lines if line]


def buyer_lines(found: Receipt) -> list[str]:
    """Whom the receipt names: as told, else the company, else nobody by name."""
    buyer = found.buyer
    lines = [buyer.title or pick(dict(found.company_names)) or t("The bearer"), buyer.address]
    if buyer.tax_number:
        lines.append(t("Tax number {number}", number=buyer.tax_number))
    return [line for line in lines if line]


def position_of(found: Receipt) -> str:
    """What was bought."""
    return t("Carbon credits of {project}, {mass}", project=pick(dict(found.project_names)),
             mass=f"{f.mass_text(found.grams)} CO₂e")  # fmt: skip


def how_priced(found: Receipt) -> list[str]:
    """How the price came to be, and what was rounded."""
    exact, rounding = found.exact_minor, found.price_minor - found.exact_minor
    words = t("{grams} g at {price} are {exact}.", grams=f.number(found.grams),
              price=f.per_tonne(found.price_minor_per_tonne, found.currency),
              exact=exact_money(exact, found.currency))  # fmt: skip
    if rounding:
        more = t(
            "Rounded up to the next smallest coin: {rounding} more.", rounding=exact_money(rounding, found.currency)
        )
        words = f"{words}{'' if current_language() == 'zh' else ' '}{more}"
    return [words]


def exact_money(minor: Decimal, currency: str) -> str:
    """Money to the last decimal it has: "CNY 20.42352"."""
    whole = minor.scaleb(-get_currency_precision(currency)).normalize()
    _, _, exponent = whole.as_tuple()
    decimals = max(get_currency_precision(currency), -int(exponent))
    return f"{currency} {f.number(whole, decimals)}"


def tax_words(found: Receipt, sign: int = 1) -> str:
    """The tax within the price, or that none is stated."""
    if found.tax_minor is None or found.seller.tax_bp is None:
        return t("No tax is stated.")
    rate = f.percent(
        found.seller.tax_bp / 10_000, 2 if found.seller.tax_bp % 10 else int(found.seller.tax_bp % 100 > 0)
    )
    net, tax = found.price_minor - found.tax_minor, found.tax_minor
    return t("In the price: {net} without tax, {tax} tax at {rate}.", net=f.money(sign * net, found.currency),
             tax=f.money(sign * tax, found.currency), rate=rate)  # fmt: skip


def provider_words(found: Receipt) -> str:
    """How it was paid."""
    names = {
        "demo": t("the demo provider (no money moved)"), "wechat": t("WeChat Pay"), "alipay": t("Alipay"),
        "stripe": "Stripe",
    }  # fmt: skip
    return names.get(found.provider, found.provider)


def no_fapiao(found: Receipt) -> list[str]:
    """What this paper is and is not."""
    words = [t("This is a receipt of the seller and no fapiao: in China a fapiao is issued by the tax authority’s own "
               "system, by the seller on request.")]  # fmt: skip
    if found.certificate_number:
        words.append(t("What the credits stand for is on the certificate, not on this receipt."))
    return words
