"""The fields of an event's plan: measures as numbers, others and the offset plan as lines of text; both ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from calculations.model import FieldError, InputError
from events.plans import MOST_ROWS
from events.plans_estimate import Assumed
from locales import t

ASKED = ("rail", "remote", "vegetarian", "vegan", "certificates")
GRAMS_PER_TONNE = 1_000_000
WAYS = {"credits": "credits", "credit": "credits", "forestry": "forestry", "碳信用": "credits", "林业": "forestry"}


def labels() -> dict[str, str]:
    """The names of fields."""
    return {
        "text": t("What we intend"), "rail": t("Trains instead of flights below … km"),
        "remote": t("Take part remotely, % of those who come"), "vegetarian": t("Vegetarian meals, %"),
        "vegan": t("Vegan meals, %"), "certificates": t("Renewable electricity, % of the kWh"),
        "source": t("Where the electricity's figure is from"), "nights": t("Nights of those from afar"),
        "meals": t("Meals of each person"), "assumed.nights": t("Nights of those from afar"),
        "assumed.meals": t("Meals of each person"), "typed": t("Other measures"),
        "offset": t("Cover planned"), **_numbered(),
    }  # fmt: skip


def _numbered() -> dict[str, str]:
    """The names of measures and of lines of the offset plan."""
    numbers = range(1, MOST_ROWS + 1)
    named = {f"measures.{n}": t("Measure {number}", number=n) for n in numbers}
    return named | {f"offset.{n}": t("Cover planned, line {number}", number=n) for n in numbers}


def _words(name: str, value: str) -> str:
    """A computed measure as it is told."""
    return {
        "rail": t("Trains instead of flights below {value} km", value=value),
        "remote": t("{value} % take part remotely", value=value),
        "vegetarian": t("{value} % of meals vegetarian", value=value),
        "vegan": t("{value} % of meals vegan", value=value),
        "certificates": t("{value} % of the electricity renewable", value=value),
    }[name]  # fmt: skip


def told_of_body(body: Mapping[str, Any], assumed: Assumed) -> dict[str, str]:
    """What the fields show of a draft."""
    told = dict.fromkeys((*ASKED, "source"), "")
    lines = []
    for each in body["measures"]:
        if each["kind"] == "computed":
            params = dict(part.split("=", 1) for part in each["ask"].split("&"))
            if set(params) <= set(told) and len(set(params) - {"source"}) == 1:
                told |= params
            else:
                lines.append(f"{each['words']}; ?{each['ask']}")
        else:
            lines.append(f"{each['words']}; {each['saved_g'] / GRAMS_PER_TONNE:.12g}; {each['source']}")
    offset = [f"{each['way']}; {each['grams'] / GRAMS_PER_TONNE:.12g}; {each['by']}; {each['words']}"
              for each in body["offset"]]  # fmt: skip
    return {
        **told, "text": body["text"], "nights": str(assumed.nights), "meals": str(assumed.meals),
        "typed": "\n".join(lines), "offset": "\n".join(offset),
    }  # fmt: skip


def body_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """The draft that the fields make. Raises InputError naming what can't be read."""
    wrong: list[FieldError] = []
    measures = []
    for name in ASKED:
        value = str(told.get(name) or "").strip().removesuffix("%").strip()
        if value and value != "0":
            source = str(told.get("source") or "").strip().replace("&", "+").replace("=", ":")
            more = f"&source={source}" if name == "certificates" and source else ""
            measures.append({"kind": "computed", "ask": f"{name}={value}{more}", "words": _words(name, value)})
    for number, cells in _lines(told.get("typed"), 2, "typed", wrong):
        if "?" in cells[1]:  # an address of What if, whole or from its question mark on
            ask = unquote(cells[1].split("?", 1)[1])
            measures.append({"kind": "computed", "ask": ask, "words": cells[0]})
            continue
        if len(cells) < 3:
            _short("typed", number, "; ".join(cells), 3, wrong)
            continue
        saved_g = _grams(cells[1], "typed", number, wrong)
        measures.append({"kind": "typed", "words": cells[0], "saved_g": saved_g, "source": cells[2]})
    offset = []
    for number, cells in _lines(told.get("offset"), 3, "offset", wrong):
        way = WAYS.get(cells[0].lower(), cells[0])
        grams = _grams(cells[1], "offset", number, wrong)
        offset.append({"way": way, "grams": grams, "by": cells[2], "words": "; ".join(cells[3:])})
    assumed = {name: _whole(name, told.get(name), wrong) for name in ("nights", "meals") if told.get(name)}
    if wrong:
        raise InputError(wrong)
    return {"text": str(told.get("text") or ""), "assumed": assumed, "measures": measures, "offset": offset}


def _lines(text: Any, least: int, field: str, wrong: list[FieldError]) -> list[tuple[int, list[str]]]:
    """(number, cells) of each line that has enough of them."""
    found = []
    for number, line in enumerate(str(text or "").splitlines(), 1):
        cells = [cell.strip() for cell in line.replace("；", ";").split(";")]
        if not any(cells):
            continue
        if len(cells) < least:
            _short(field, number, line, least, wrong)
            continue
        found.append((number, cells))
    return found


def _short(field: str, number: int, line: str, least: int, wrong: list[FieldError]) -> None:
    message = "{field}, line {line}: “{value}” needs {least} parts with ; between them."
    wrong.append(FieldError(field, line[:80], message, {"line": number, "value": line[:80], "least": least}))


def _grams(text: str, field: str, number: int, wrong: list[FieldError]) -> int:
    plain = text.lower().replace(",", "").replace("\u202f", "").removesuffix("t").removesuffix("吨").strip()
    try:
        tonnes = float(plain)
    except ValueError:
        tonnes = -1.0
    if 0 <= tonnes <= 1e9:
        return round(tonnes * GRAMS_PER_TONNE)
    message = "{field}, line {line}: {value} is no number of tonnes."
    wrong.append(FieldError(field, text[:40], message, {"line": number, "value": text[:40]}))
    return 0


def _whole(name: str, value: Any, wrong: list[FieldError]) -> int:
    text = str(value).strip()
    if text.isdecimal() and len(text) < 4:
        return int(text)
    message = "{field}: {value} is no whole number."
    wrong.append(FieldError(name, text[:40], message, {"value": text[:40]}))
    return 0
