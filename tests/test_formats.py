"""Numbers for people: masses, money, shares, dates, and parts that add up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales import formats as f


@pytest.mark.parametrize(
    ("grams", "language", "shown"),
    [
        (339_782, "en", "339.8\u202fkg"),
        (7_100, "zh", "7.1\u202fkg"),
        (999_949, "en", "999.9\u202fkg"),
        (999_950, "en", "1.00\u202ft"),
        (239_400_000, "en", "239.40\u202ft"),
        (21_447_290_000, "en", "21,447.29\u202ft"),
        (21_447_290_000, "is", "21.447,29\u202ft"),
        (-5_700_000, "en", "\u22125.70\u202ft"),
        (0, "en", "0.0\u202fkg"),
        (40, "en", "40\u202fg"),
        (50, "en", "0.1\u202fkg"),
        (-20, "en", "\u221220\u202fg"),
    ],
)
def test_mass_in_a_persons_scale(grams: int, language: str, shown: str) -> None:
    assert f.mass_text(grams, language) == shown


def test_a_table_keeps_one_unit() -> None:
    unit = f.mass_unit(940_000, 168_420_000)
    assert unit == "t"
    assert f.mass(940_000, "en", unit) == ("0.94", "t")


def test_nothing_reads_as_minus_zero() -> None:
    assert f.number(-0.004, 2, "en") == "0.00"


@pytest.mark.parametrize(
    ("low", "high", "unit", "shown"),
    [
        (290_200, 404_900, None, "290–405"),
        (5_700, 8_800, None, "5.7–8.8"),
        (198_600_000, 291_300_000, "t", "199–291"),
        (300_000, 300_000, None, "300"),
    ],
)
def test_range(low: int, high: int, unit: str | None, shown: str) -> None:
    assert f.mass_range(low, high, "en", unit) == shown


def test_range_with_asked_decimals() -> None:
    assert f.mass_range(198_600_000, 291_300_000, "en", "t", 1) == "198.6–291.3"


@pytest.mark.parametrize(
    ("minor", "currency", "language", "shown"),
    [
        (2043, "CNY", "en", "¥20.43"),
        (2043, "CNY", "zh", "¥20.43"),
        (630_585, "CNY", "en", "¥6,305.85"),
        (-61, "CNY", "en", "−¥0.61"),
        (1200, "JPY", "en", "JP¥1,200"),
        (4500, "EUR", "en", "€45.00"),
    ],
)
def test_money(minor: int, currency: str, language: str, shown: str) -> None:
    assert f.money(minor, currency, language) == shown


def test_price_per_tonne() -> None:
    assert f.per_tonne(4500, "CNY", "zh") == "¥45.00/t"


@pytest.mark.parametrize(
    ("share", "decimals", "language", "shown"),
    [
        (0.575, 1, "en", "57.5\u202f%"),
        (0.575, 1, "zh", "57.5%"),
        (1, 1, "en", "100\u202f%"),
        (0.99999, 1, "en", "99.9\u202f%"),
        (0.999, 0, "en", "99\u202f%"),
        (0, 1, "en", "0\u202f%"),
        (2, 0, "en", "200\u202f%"),
        (0.84, 0, "is", "84\u202f%"),
    ],
)
def test_percent_never_rounds_up_to_the_whole(share: float, decimals: int, language: str, shown: str) -> None:
    assert f.percent(share, decimals, language) == shown


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("1,200.5", "1200.5"), ("1 000\u202f000", "1000000"), ("1,00,000", "100000"), ("12，500", "12500"),
        (" 1200 ", "1200"), ("-1,200", "-1200"), (1200, "1200"), (None, ""),
        ("1,5", "1,5"), ("1,50", "1,50"), ("0,125", "0,125"), ("1,2,3", "1,2,3"), ("12,34.5", "12,34.5"),
    ],
)  # fmt: skip
def test_only_thousands_are_parted(typed: object, plain: str) -> None:
    assert f.ungrouped(typed) == plain


def test_a_quantity_is_shown_as_it_was_told() -> None:
    told = [f.number_as_told(Decimal(text), "en") for text in ("12.5", "12.0", "1200", "1E+3", "0.125")]
    assert told == ["12.5", "12", "1,200", "1,000", "0.125"]


def test_percent_from_basis_points() -> None:
    assert f.percent_bp(8400, language="en") == "84\u202f%"


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=12), st.sampled_from([1, 100, 10_000, 999]))
def test_shown_parts_add_up_to_the_shown_whole(parts: list[int], step: int) -> None:
    shown = f.add_up(parts, step)
    assert sum(shown) == (sum(parts) + step // 2) // step * step
    assert all(abs(part - show) < step for part, show in zip(parts, shown, strict=True))


def test_mass_parts_share_one_unit() -> None:
    numbers, unit = f.mass_parts([96_004_000, 41_733_900, 101_664_100], "en")
    assert unit == "t"
    assert sum(round(float(n) * 100) for n in numbers) == 23_940


@pytest.mark.parametrize(
    ("language", "style", "shown"),
    [
        ("en", "long", "7 September 2021"),
        ("en", "weekday", "Tuesday 7 September 2021"),
        ("en", "day", "7 Sep"),
        ("zh", "long", "2021年9月7日"),
        ("zh", "weekday", "2021年9月7日 星期二"),
        ("is", "long", "7. september 2021"),
    ],
)
def test_dates(language: str, style: str, shown: str) -> None:
    assert f.date_text(date(2021, 9, 7), language, style) == shown


def test_times_are_the_events_own() -> None:
    moment = datetime(2021, 9, 7, 2, 42, tzinfo=UTC)
    assert f.datetime_text(moment, "Asia/Shanghai", "en") == "7 September 2021, 10:42"
    assert f.datetime_text(moment.replace(tzinfo=None), "Asia/Shanghai", "zh") == "2021年9月7日 10:42"
    assert f.time_text(datetime(2021, 9, 7, 18, 0, tzinfo=UTC), "Asia/Shanghai") == "02:00"


def test_a_clock_tells_the_day_where_it_is_not_today_there() -> None:
    moment, zone = datetime(2021, 9, 7, 15, 59, 7, tzinfo=UTC), "Asia/Shanghai"
    assert f.clock_text(moment, zone, datetime(2021, 9, 6, 16, 0, tzinfo=UTC), "en") == "23:59:07"
    assert f.clock_text(moment, zone, datetime(2021, 9, 7, 16, 0, tzinfo=UTC), "en") == "7 Sep 2021, 23:59:07"
    assert f.clock_text(moment, zone, datetime(2021, 9, 7, 16, 0, tzinfo=UTC), "zh") == "2021年9月7日 23:59:07"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Asia/Shanghai", "7 Sep 2021, 10:42 (UTC+8)"), ("Asia/Kolkata", "7 Sep 2021, 08:12 (UTC+5:30)"),
     ("America/St_Johns", "7 Sep 2021, 00:12 (UTC\u22122:30)"), ("UTC", "7 Sep 2021, 02:42 (UTC)")],
)  # fmt: skip
def test_a_time_with_its_zone(zone: str, shown: str) -> None:
    assert f.zoned_text(datetime(2021, 9, 7, 2, 42, tzinfo=UTC), zone, "en") == shown


@pytest.mark.parametrize(("rank", "shown"), [(1, "1st"), (2, "2nd"), (11, "11th"), (37, "37th"), (103, "103rd")])
def test_ordinals(rank: int, shown: str) -> None:
    assert f.ordinal(rank, "en") == shown


def test_chinese_ordinal_and_marathi_grouping() -> None:
    assert f.ordinal(37, "zh") == "第 37 名"
    assert f.number(1234567, 0, "mr") == "12,34,567"
