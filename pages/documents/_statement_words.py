"""What a statement of a settlement says, for its PDF, its workbook and its page alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from locales import formats as f
from locales import pick, t
from offsetting.settlements import Account
from offsetting.statements import CAME_BACK, FEE, REFUND, SALE, Statement, StatementLine
from pages._parts.desk import recipient_name


@dataclass(frozen=True, slots=True)
class Sum:
    """A line of a statement's summing up."""

    words: str
    minor: int
    is_total: bool = False


def recipient_words(whose: Account, names: dict[str, str]) -> str:
    """Who it is for: the project's owner by the project, the others by name."""
    if whose.account == "project_owner":
        return t("Owner of {project}", project=pick(names) or whose.project_id)
    if whose.account == "payment":
        return t("Set aside for providers’ fees")
    return recipient_name(whose.account)


def title_of(found: Statement) -> str:
    """The statement's title."""
    return t("Statement {number}", number=found.number) if found.number else t("Statement of what is owed")


def last_day(found: Statement) -> date:
    """The last day of its period, in the exchange's zone."""
    return (found.until_at - timedelta(microseconds=1)).astimezone(ZoneInfo(found.zone)).date()


def period_words(found: Statement) -> str:
    """From when to when."""
    end = f.date_text(last_day(found))
    if found.from_at is None:
        return t("All up to {end} ({zone})", end=end, zone=found.zone)
    begin = f.date_text(found.from_at.astimezone(ZoneInfo(found.zone)).date())
    return t("{begin} to {end} ({zone})", begin=begin, end=end, zone=found.zone)


def state_words(found: Statement) -> str:
    """Whether it is paid out: when, under which reference, entered and looked at by whom."""
    known = found.settled
    if known is None:
        return t("Not paid out yet; figures change until a settlement is entered.")
    words = [t("Paid out on {day}, reference {reference}, entered by {person} on {at}.",
               day=f.date_text(known.paid_on), reference=known.reference, person=known.entered_by,
               at=f.datetime_text(known.entered_at, found.zone))]  # fmt: skip
    if known.checked_by and known.checked_at:
        words.append(t("Looked at by {person} on {at}.", person=known.checked_by,
                       at=f.datetime_text(known.checked_at, found.zone)))  # fmt: skip
    if known.returned_at:
        words.append(t("The payment came back on {at}: {note}. Its sum is open again.",
                       at=f.datetime_text(known.returned_at, found.zone), note=known.returned_note))  # fmt: skip
    return " ".join(words)


def sums_of(found: Statement) -> list[Sum]:
    """How the total comes to be: each kind, what comes of earlier settlements apart, then what is owed and what is
    left. The parts add up exactly."""
    earlier = sum(line.amount_minor for line in found.lines if line.before)
    parts = (
        (t("Orders paid"), found.sum_of(SALE)),
        (t("Orders refunded"), found.sum_of(REFUND) - earlier),
        (t("Providers’ fees, against the share set aside"), found.sum_of(FEE)),
        (t("Carried over: refunds of orders paid out before"), earlier),
        (t("Carried over: payments out that came back"), found.sum_of(CAME_BACK)),
    )
    rows = [Sum(words, minor) for i, (words, minor) in enumerate(parts) if minor or i < 2]
    total = found.total_minor
    rows.append(Sum(t("Owed for the period"), total, True))
    if found.settled:
        rows += [Sum(t("Paid out"), -total), Sum(t("Balance carried into the next statement"), 0, True)]
    elif total < 0:
        rows.append(Sum(t("Balance carried into the next statement"), total, True))
    return rows


def kind_words(line: StatementLine) -> str:
    """What a line is."""
    if line.kind == REFUND:
        if line.before:
            return t("Refund of {number}", number=line.before)
        return t("Refund")
    return {
        SALE: t("Order"),
        FEE: t("Provider’s fee"),
        CAME_BACK: t("Came back: {memo}", memo=line.memo.split(": ")[-1]),
    }[line.kind]


def columns() -> tuple[str, ...]:
    """The columns of lines."""
    return (
        t("Day"), t("What"), t("Order"), t("Event"), t("Mass (g)"), t("Price per tonne"), t("Price"), t("Share"),
        t("Amount"), t("of it rounding"),
    )  # fmt: skip


def exact_major(minor: Decimal, currency: str) -> Decimal:
    """Minor units as units of the currency, exactly."""
    return minor.scaleb(-get_currency_precision(currency))


def rounding_words(minor: Decimal | None, currency: str) -> str:
    """What rounding gave, to the hundredth of a minor unit; "" where there is none."""
    if minor is None:
        return ""
    decimals = get_currency_precision(currency) + 2
    return f.number(exact_major(minor, currency), decimals)


def share_words(share: Decimal | None) -> str:
    """ "84 %", "" where there is none."""
    if share is None:
        return ""
    hundredths = (share * 100).normalize()
    return f.percent(float(share), max(0, -int(hundredths.as_tuple().exponent)))
