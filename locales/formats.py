"""Numbers for people: masses, money, shares and dates in a person's language and scale (VISUAL, "Numbers").

Masses come as integer grams, money as integer minor units, times as UTC. Rounding is half up, done once, here.
Every function takes ``language`` (en, zh, mr, is), by default that of the current request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, get_currency_precision, get_currency_symbol

from locales import current_language

LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN", "mr": "mr_IN", "is": "is_IS"}
GRAMS_PER = {"g": 1, "kg": 1_000, "t": 1_000_000}
DECIMALS = {"g": 0, "kg": 1, "t": 2}
LEAST_TONNE_G = 999_950  # from here kilograms with one decimal would read 1,000.0
LEAST_KILOGRAM_G = 50  # below it, a kilogram with one decimal would read 0.0
THIN = "\u202f"  # narrow no-break space, before a unit
MINUS = "\u2212"
EN_DASH = "\u2013"
SYMBOLS = {"CNY": "¥"}
DATE_PATTERNS = {
    "en": {"long": "d MMMM y", "weekday": "EEEE d MMMM y", "short": "d MMM y", "day": "d MMM"},
    "zh": {"long": "y年M月d日", "weekday": "y年M月d日 EEEE", "short": "y年M月d日", "day": "M月d日"},
    "is": {"long": "d. MMMM y", "weekday": "EEEE d. MMMM y", "short": "d. MMM y", "day": "d. MMM"},
    "mr": {"long": "d MMMM y", "weekday": "EEEE, d MMMM y", "short": "d MMM y", "day": "d MMM"},
}


def locale_of(language: str | None = None) -> Locale:
    """Babel's locale of a language; of English where we don't speak it."""
    return Locale.parse(LOCALES.get(language or current_language(), "en_GB"))


_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[,，\s]\d{2,3})*[,，\s]\d{3}(?:\.\d+)?")


def ungrouped(typed: object) -> str:
    """A number as people type it, without what parts its thousands: ``1,200.5`` is "1200.5". Any other comma stays, so
    that ``1,5`` is never taken for fifteen nor ``0,125`` for more; "" of None."""
    text = "" if typed is None else str(typed).strip()
    return re.sub(r"[,，\s]", "", text) if _GROUPED.fullmatch(text) else text


def true_minus(text: str) -> str:
    """``text`` with a leading or signed hyphen-minus as U+2212."""
    return text.replace("-", MINUS)


def number(value: int | float | Decimal, decimals: int = 0, language: str | None = None) -> str:
    """``value`` with exactly ``decimals`` decimals, grouped, with a true minus: 3,112.70."""
    rounded = _round(Decimal(str(value)), decimals)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    if (language or current_language()) == "mr":
        pattern = pattern.replace("#,##0", "#,##,##0")
    return true_minus(format_decimal(rounded, format=pattern, locale=locale_of(language)))


def number_as_told(value: Decimal, language: str | None = None) -> str:
    """``value`` with the decimals it was told with, six at most: 12.5, 1,200."""
    exponent = value.normalize().as_tuple().exponent
    return number(value, min(6, max(0, -exponent)) if isinstance(exponent, int) else 0, language)


def _round(value: Decimal, decimals: int) -> Decimal:
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)  # no minus zero


def mass_unit(*grams: int) -> str:
    """The one unit for these masses together, by the largest: g below 50 g, kg below 1,000 kg, else t."""
    largest = max((abs(g) for g in grams), default=0)
    if 0 < largest < LEAST_KILOGRAM_G:
        return "g"
    return "t" if largest >= LEAST_TONNE_G else "kg"


def mass(grams: int, language: str | None = None, unit: str | None = None) -> tuple[str, str]:
    """(number, unit): ("339.8", "kg") below a tonne, ("239.40", "t") from there; ``unit`` fixes it for a table."""
    chosen = unit or mass_unit(grams)
    value = Decimal(grams) / GRAMS_PER[chosen]
    return number(value, DECIMALS[chosen], language), chosen


def mass_text(grams: int, language: str | None = None, unit: str | None = None) -> str:
    """ "339.8 kg" with a narrow no-break space; unit as in ``mass``."""
    return THIN.join(mass(grams, language, unit))


def mass_range(
    low_g: int, high_g: int, language: str | None = None, unit: str | None = None, decimals: int | None = None
) -> str:
    """ "290–405", without unit, coarser than the number it follows: whole from 10 on, one decimal below."""
    chosen = unit or mass_unit(low_g, high_g)
    ends = [Decimal(g) / GRAMS_PER[chosen] for g in (low_g, high_g)]
    places = decimals if decimals is not None else (0 if max(ends) >= 10 or chosen == "g" else 1)
    first, last = (number(end, places, language) for end in ends)
    return first if first == last else first + EN_DASH + last


def money(minor: int, currency: str, language: str | None = None) -> str:
    """ "¥20.43" from 2043 CNY: minor units by the currency's own exponent, true minus."""
    locale = locale_of(language)
    value = Decimal(minor).scaleb(-get_currency_precision(currency))
    text = format_currency(value, currency, locale=locale, currency_digits=True)
    if currency in SYMBOLS:
        text = text.replace(get_currency_symbol(currency, locale), SYMBOLS[currency])
    return true_minus(text)


def per_tonne(minor: int, currency: str, language: str | None = None) -> str:
    """ "¥45.00/t"."""
    return money(minor, currency, language) + "/t"


def percent_number(share: float, decimals: int = 1, language: str | None = None) -> str:
    """ "57.5" from .575, for a sign set apart; 0 and 1 are "0" and "100", and what is not whole never reads 100."""
    exact = Decimal(str(share)) * 100
    if exact in (0, 100):
        return number(exact, 0, language)
    rounded = _round(exact, decimals)
    if exact < 100 <= rounded:
        rounded = Decimal(100) - Decimal(1).scaleb(-decimals)
    return number(rounded, decimals, language)


def percent(share: float, decimals: int = 1, language: str | None = None) -> str:
    """ "57.5 %" from .575 (a fraction); Chinese sets no space."""
    gap = "" if (language or current_language()) == "zh" else THIN
    return percent_number(share, decimals, language) + gap + "%"


def percent_bp(share_bp: int, decimals: int = 0, language: str | None = None) -> str:
    """ "84 %" from 8400 basis points."""
    return percent(share_bp / 10_000, decimals, language)


def add_up(parts: Sequence[int], step: int) -> list[int]:
    """``parts`` as multiples of ``step`` that add up to their rounded sum (largest remainder, ties to the first).

    Parts and step share a unit: grams and 10,000 for two decimals of a tonne.
    """
    whole = (sum(parts) + step // 2) // step
    floors = [part // step for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(parts[i] % step), i))
    for i in by_remainder[: whole - sum(floors)]:
        floors[i] += 1
    return [floor * step for floor in floors]


def mass_parts(parts_g: Sequence[int], language: str | None = None, unit: str | None = None) -> tuple[list[str], str]:
    """(numbers, unit) of masses that stand together: one unit, and the shown parts add up to the shown whole."""
    chosen = unit or mass_unit(sum(parts_g))
    shown = add_up(parts_g, max(1, GRAMS_PER[chosen] // 10 ** DECIMALS[chosen]))
    return [mass(part, language, chosen)[0] for part in shown], chosen


def date_text(day: date, language: str | None = None, style: str = "long") -> str:
    """ "7 September 2021" (long), with its weekday, "7 Sep 2021" (short), or "7 Sep" (day)."""
    code = language or current_language()
    locale = "en" if code == "en" else locale_of(code)  # British data has "Sept"
    return str(format_date(day, DATE_PATTERNS.get(code, DATE_PATTERNS["en"])[style], locale=locale))


def date_range_text(first: date, last: date, language: str | None = None) -> str:
    """ "7 September 2021", or "7 Sep 2021 – 9 Sep 2021" over several days."""
    if first == last:
        return date_text(first, language)
    return f"{date_text(first, language, 'short')} {EN_DASH} {date_text(last, language, 'short')}"


def time_text(moment: datetime, zone: str | tzinfo, seconds: bool = False) -> str:
    """ "16:40" (or "16:40:07") of a UTC moment in ``zone``; a naive moment is taken as UTC."""
    return str(format_time(_local(moment, zone), "HH:mm:ss" if seconds else "HH:mm", locale="en_GB"))


def datetime_text(
    moment: datetime, zone: str | tzinfo, language: str | None = None, style: str = "long", seconds: bool = False
) -> str:
    """ "7 September 2021, 10:42" (or "10:42:07") of a UTC moment in ``zone``."""
    local = _local(moment, zone)
    between = " " if (language or current_language()) == "zh" else ", "
    return date_text(local.date(), language, style) + between + time_text(moment, zone, seconds)


def clock_text(moment: datetime, zone: str | tzinfo, now: datetime, language: str | None = None) -> str:
    """ "10:42:07" of a UTC moment in ``zone``; "7 Sep 2021, 10:42:07" where it is not of the day of ``now`` there."""
    if _local(moment, zone).date() == _local(now, zone).date():
        return time_text(moment, zone, seconds=True)
    return datetime_text(moment, zone, language, "short", seconds=True)


def zoned_text(moment: datetime, zone: str | tzinfo, language: str | None = None) -> str:
    """ "7 Sep 2021, 10:42 (UTC+8)": a UTC moment in ``zone``, and how far that is from UTC."""
    minutes = round((_local(moment, zone).utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    far = f"{MINUS if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "") if minutes else ""
    return f"{datetime_text(moment, zone, language, 'short')} (UTC{far})"


def _local(moment: datetime, zone: str | tzinfo) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def ordinal(rank: int, language: str | None = None) -> str:
    """A rank in words: 37th, 第 37 名, 37., 37."""
    code = language or current_language()
    if code == "en":
        ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
        return number(rank, 0, code) + ending
    return {"zh": f"第 {number(rank, 0, code)} 名", "is": number(rank, 0, code) + "."}.get(code, number(rank, 0, code))
