"""Reading what was typed into the forms of setting up: texts, numbers, local times; what is wrong is named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from calculations.model import FieldError, InputError
from events.setup_model import LANGUAGES
from locales.formats import ungrouped

MOST_NAME, MOST_TEXT = 160, 6000
_KEPT = re.compile(r"[^\S\n]+")


class Form:
    """The values of a form, read field by field; `errors` gathers what does not fit, `check` raises it."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body
        self.errors: list[FieldError] = []
        self.now = datetime.now(UTC)

    def wrong(self, field: str, value: Any, message: str, **params: Any) -> None:
        """Notes that a field does not fit."""
        self.errors.append(FieldError(field, str(value)[:100], message, params))

    def check(self) -> None:
        """Raises InputError with everything that was noted."""
        if self.errors:
            raise InputError(self.errors)

    def text(self, field: str, most: int = MOST_NAME) -> str:
        """Tidy text; lines stay where there may be several."""
        raw = self.body.get(field)
        if raw is None:
            return ""
        if not isinstance(raw, str):
            self.wrong(field, raw, "{field} must be text; it is {value}.")
            return ""
        plain = unicodedata.normalize("NFC", raw.replace("\r\n", "\n"))
        plain = "".join(c for c in plain if c.isprintable() or c in "\n\t ")
        lines = [_KEPT.sub(" ", line).strip() for line in plain.strip().split("\n")]
        tidy = "\n".join(lines) if most > MOST_NAME else " ".join(line for line in lines if line)
        if len(tidy) > most:
            self.wrong(field, f"{tidy[:40]}…", "{field} may hold at most {limit} characters.", limit=most)
        return tidy[:most]

    def words(self, name: str, most: int = MOST_NAME) -> dict[str, str]:
        """``name_en``, ``name_zh`` … as words by language; a language left empty is not there."""
        told = {code: self.text(f"{name}_{code}", most) for code in LANGUAGES if f"{name}_{code}" in self.body}
        return {code: words for code, words in told.items() if words}

    def one_of(self, field: str, known: tuple[str, ...] | list[str], default: str = "") -> str:
        """One of a few."""
        value = self.body.get(field)
        if value in (None, "") and default:
            return default
        if not isinstance(value, str) or value not in known:
            self.wrong(field, value, "{field}: “{value}” must be one of {known}.", known=", ".join(known) or "–")
            return default
        return value

    def many_of(self, field: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """Several of a few, in their order."""
        value = self.body.get(field)
        chosen = value if isinstance(value, list | tuple) else []
        strange = [str(each)[:40] for each in chosen if each not in known]
        if strange:
            self.wrong(field, strange[0], "{field}: “{value}” must be one of {known}.", known=", ".join(known))
        return tuple(each for each in known if each in chosen)

    def whole(self, field: str, most: int, least: int = 0) -> int:
        """A whole number, `least` where nothing is typed."""
        raw = self.body.get(field)
        text = ungrouped(raw)
        if not text:
            return least
        if not re.fullmatch(r"\d{1,15}", text) or not least <= int(text) <= most:
            self.wrong(field, raw, "{field} must be a whole number from {low} to {high}; it is {value}.",
                       low=least, high=most)  # fmt: skip
            return least
        return int(text)

    def money(self, field: str, currency: str, most: int) -> int:
        """An amount as people write it (``45``, ``45.00``) in minor units of its currency; 0 where nothing is typed."""
        raw, places = self.body.get(field), get_currency_precision(currency)
        text = ungrouped(raw)
        if not text:
            return 0
        fits = re.fullmatch(r"\d{1,15}" + (rf"(?:[.,]\d{{1,{places}}})?" if places else ""), text)
        minor = int(Decimal(text.replace(",", ".")).scaleb(places)) if fits else most + 1
        if minor > most:
            self.wrong(field, raw, "{field} must be an amount such as {like}; it is {value}.",
                       like=amount(4500, currency))  # fmt: skip
            return 0
        return minor

    def at(self, field: str, zone: str) -> datetime | None:
        """A day and time of the zone (``2026-09-07T09:00``) as an instant; None where nothing is typed."""
        raw = self.body.get(field)
        if raw in (None, ""):
            return None
        try:
            return (
                datetime.fromisoformat(str(raw).strip().replace(" ", "T"))
                .replace(tzinfo=ZoneInfo(zone))
                .astimezone(UTC)
            )
        except (ValueError, OverflowError):
            self.wrong(field, raw, "{field}: {value} is no day and time; write it as 2026-09-07 09:00.")
            return None


def amount(minor: int, currency: str) -> str:
    """Minor units as a form's field holds them: "45.00" of 4500 CNY, "4500" of 4500 JPY."""
    return str(Decimal(minor).scaleb(-get_currency_precision(currency)))


def local(at: datetime | None, zone: str) -> str:
    """An instant as a form's field holds it, in the event's zone."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if at else ""


def told(words: Mapping[str, str], name: str) -> dict[str, str]:
    """Words by language as a form's fields hold them."""
    return {f"{name}_{code}": words.get(code, "") for code in LANGUAGES}
