"""The fields of an event's plan: measures as numbers, others and the offset plan as rows; both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from dash import html

from calculations.model import FieldError, InputError
from events.plans import MOST_ROWS
from events.plans_estimate import Assumed
from locales import formats as f
from locales import t
from pages._parts.desk import sentence_of
from pages.organiser._setup_form import Fields

ASKED = ("rail", "remote", "vegetarian", "vegan", "certificates")
GRAMS_PER_TONNE = 1_000_000
MEASURE_CELLS = ("words", "saved", "source")
OFFSET_CELLS = ("way", "tonnes", "by", "words")
MORE_ROWS = 1  # empty, below those that are told
CELL = "plan-cell"


def labels(told: Mapping[str, Any] | None = None) -> dict[str, str]:
    """The names of fields; those of measures by what was ``told``."""
    return {
        **labels_of_asked(), "text": t("What we intend"), "source": t("Where the electricity's figure is from"),
        "nights": t("Nights of those from afar"), "meals": t("Meals of each person"),
        "assumed.nights": t("Nights of those from afar"), "assumed.meals": t("Meals of each person"),
        "measure": t("Other measures"), "measures": t("Other measures"), "offset": t("Cover planned"),
        **_numbered(told or {}),
    }  # fmt: skip


def _numbered(told: Mapping[str, Any]) -> dict[str, str]:
    """What measures and cover are called in a sentence: measures of the first fields by these, others by their row."""
    own = labels_of_asked()
    names = [own[name] for name in ASKED if _number_of(told, name)]
    names += [t("Other measures, row {number}", number=n) for n, _ in _told_rows(told.get("measures"), MEASURE_CELLS)]
    named = {f"measures.{n}": words for n, words in enumerate(names, 1)}
    rows = _told_rows(told.get("offset"), OFFSET_CELLS)
    return named | {f"offset.{i}": t("Cover planned, row {number}", number=n) for i, (n, _) in enumerate(rows, 1)}


def labels_of_asked() -> dict[str, str]:
    """The names of the measures that are a number each."""
    return {
        "rail": t("Trains instead of flights below … km"), "remote": t("Take part remotely, % of those who come"),
        "vegetarian": t("Vegetarian meals, %"), "vegan": t("Vegan meals, %"),
        "certificates": t("Renewable electricity, % of the kWh"),
    }  # fmt: skip


def _number_of(told: Mapping[str, Any], name: str) -> str:
    """What was typed of such a measure; '' where it is not planned."""
    value = str(told.get(name) or "").strip().removesuffix("%").strip()
    return "" if value == "0" else value


def _words(name: str, value: str) -> str:
    """A computed measure as it is told."""
    return {
        "rail": t("Trains instead of flights below {value} km", value=value),
        "remote": t("{value} % take part remotely", value=value),
        "vegetarian": t("{value} % of meals vegetarian", value=value),
        "vegan": t("{value} % of meals vegan", value=value),
        "certificates": t("{value} % of the electricity renewable", value=value),
    }[name]  # fmt: skip


def told_of_body(body: Mapping[str, Any], assumed: Assumed) -> dict[str, Any]:
    """What the fields show of a draft; ``measures`` and ``offset`` are rows, cell by cell."""
    told: dict[str, Any] = dict.fromkeys((*ASKED, "source"), "")
    rows = []
    for each in body["measures"]:
        if each["kind"] != "computed":
            saved = f"{each['saved_g'] / GRAMS_PER_TONNE:.12g}"
            rows.append({"words": each["words"], "saved": saved, "source": each["source"]})
            continue
        params = dict(part.split("=", 1) for part in each["ask"].split("&"))
        if set(params) <= set(told) and len(set(params) - {"source"}) == 1:
            told |= params
        else:
            rows.append({"words": each["words"], "saved": f"?{each['ask']}", "source": ""})
    offset = [{"way": each["way"], "tonnes": f"{each['grams'] / GRAMS_PER_TONNE:.12g}", "by": each["by"],
               "words": each["words"]} for each in body["offset"]]  # fmt: skip
    return {
        **told, "text": body["text"], "nights": str(assumed.nights), "meals": str(assumed.meals), "measures": rows,
        "offset": offset,
    }  # fmt: skip


def body_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """The draft that the fields make. Raises InputError naming what can't be read, by its row."""
    wrong: list[FieldError] = []
    measures = []
    for name in ASKED:
        if value := _number_of(told, name):
            source = str(told.get("source") or "").strip().replace("&", "+").replace("=", ":")
            more = f"&source={source}" if name == "certificates" and source else ""
            measures.append({"kind": "computed", "ask": f"{name}={value}{more}", "words": _words(name, value)})
    for number, row in _told_rows(told.get("measures"), MEASURE_CELLS):
        if "?" in row["saved"]:  # an address of What if, whole or from its question mark on
            ask = unquote(row["saved"].split("?", 1)[1])
            measures.append({"kind": "computed", "ask": ask, "words": row["words"]})
            continue
        saved_g = _grams(row["saved"], "measure", number, wrong)
        measures.append({"kind": "typed", "words": row["words"], "saved_g": saved_g, "source": row["source"]})
    offset = [
        {"way": row["way"], "grams": _grams(row["tonnes"], "offset", number, wrong), "by": row["by"],
         "words": row["words"]}
        for number, row in _told_rows(told.get("offset"), OFFSET_CELLS)
    ]  # fmt: skip
    assumed = {name: _whole(name, told.get(name), wrong) for name in ("nights", "meals") if told.get(name)}
    if wrong:
        raise InputError(wrong)
    return {"text": str(told.get("text") or ""), "assumed": assumed, "measures": measures, "offset": offset}


def placed(error: InputError, told: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """The sentences of each field of the form that is wrong, and those of what has no field there."""
    below: dict[str, str] = {}
    rest, names = [], labels(told)
    for each in error.errors:
        params = {name: value for name, value in each.params.items() if name != "field"}
        sentence = sentence_of(FieldError(each.field, each.value, each.message, params), names)
        if place := _place_of(each, told):
            below[place] = f"{below[place]} {sentence}" if place in below else sentence
        else:
            rest.append(sentence)
    return below, rest


def _place_of(each: FieldError, told: Mapping[str, Any]) -> str:
    """The field that a sentence is about: by its name, by the number of its row, or by what was typed there."""
    kind, _, number = each.field.removeprefix("assumed.").partition(".")
    if kind in ("text", "source", "nights", "meals"):
        return kind
    if "line" in each.params:
        return f"measures.{each.params['line']}.saved" if kind == "measure" else f"offset.{each.params['line']}.tonnes"
    if kind not in ("measures", "offset") or not number.isdecimal():
        return ""
    asked = [name for name in ASKED if _number_of(told, name)] if kind == "measures" else []
    index, cells = int(number) - 1, MEASURE_CELLS if kind == "measures" else OFFSET_CELLS
    if index < len(asked):
        return asked[index]
    line, row = _told_rows(told.get(kind), cells)[index - len(asked)]
    fitting = [cell for cell in cells if row[cell][:80] == str(each.value)]
    return f"{kind}.{line}.{fitting[0] if fitting else cells[1]}"  # else the number, or the address of a What if


def _told_rows(rows: Any, cells: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """(number, cells) of each row in which something is typed; a way alone is chosen beforehand and says nothing."""
    found = []
    for number, row in enumerate(rows or [], 1):
        told = {cell: str(row.get(cell) or "").strip() for cell in cells}
        if any(value for cell, value in told.items() if cell != "way"):
            found.append((number, told))
    return found


def gathered(ids: Sequence[Mapping[str, str]], values: Sequence[Any]) -> dict[str, list[dict[str, Any]]]:
    """Rows of the form from its cells, whose ids name list, number and cell (``offset.2.by``)."""
    rows: dict[str, dict[int, dict[str, Any]]] = {"measures": {}, "offset": {}}
    for each, value in zip(ids, values, strict=True):
        kind, _, rest = str(each.get("name")).partition(".")
        number, _, cell = rest.partition(".")
        if kind in rows and number.isdecimal() and int(number) <= MOST_ROWS:
            rows[kind].setdefault(int(number), {})[cell] = value
    return {kind: [found[number] for number in sorted(found)] for kind, found in rows.items()}


def measure_rows(rows: Sequence[Mapping[str, str]], kept: str) -> list[html.Fieldset]:
    """A card for each measure that is told, and empty ones."""
    made = []
    for number, own in _fields("measures", rows, kept):
        key = f"measures.{number}"
        words = own.text(f"{key}.words", t("What"), maxlength=200)
        two = [own.text(f"{key}.saved", t("Tonnes saved, or an address of What if"), placeholder="0.04"),
               own.text(f"{key}.source", t("Where the figure is from"), maxlength=200)]  # fmt: skip
        made.append(_row(t("Measure {number}", number=number), words, html.Div(two, className="fz-two")))
    return made


def offset_rows(rows: Sequence[Mapping[str, str]], kept: str) -> list[html.Fieldset]:
    """A card for each part of the cover that is told, and empty ones."""
    ways = [("credits", t("Credits")), ("forestry", t("Forestry"))]
    made = []
    for number, own in _fields("offset", rows, kept):
        key = f"offset.{number}"
        three = [own.select(f"{key}.way", t("Way"), ways), own.text(f"{key}.tonnes", t("Tonnes"), inputmode="decimal"),
                 own.text(f"{key}.by", t("By when"), kind="date")]  # fmt: skip
        words = own.text(f"{key}.words", t("What"), maxlength=200)
        made.append(_row(t("Cover {number}", number=number), html.Div(three, className="fz-three"), words))
    return made


def _fields(name: str, rows: Sequence[Mapping[str, str]], kept: str) -> list[tuple[int, Fields]]:
    shown = [*rows, *[{"way": "credits"}] * min(MORE_ROWS, max(0, MOST_ROWS - len(rows)))]
    return [
        (number, Fields(CELL, {f"{name}.{number}.{cell}": value for cell, value in row.items()}, f"{kept}-{len(rows)}"))
        for number, row in enumerate(shown, 1)
    ]


def _row(title: str, *parts: Any) -> html.Fieldset:
    return html.Fieldset([html.Legend(title, className="fz-note"), *parts], className="fz-session")


def _grams(text: str, field: str, number: int, wrong: list[FieldError]) -> int:
    plain = f.ungrouped(text.lower().removesuffix("t").removesuffix("吨"))
    try:
        tonnes = float(plain)
    except ValueError:
        tonnes = -1.0
    if 0 <= tonnes <= 1e9:
        return round(tonnes * GRAMS_PER_TONNE)
    message = "{field}, row {line}: “{value}” is no number of tonnes; write it as 12.5."
    wrong.append(FieldError(field, text[:40], message, {"line": number, "value": text[:40]}))
    return 0


def _whole(name: str, value: Any, wrong: list[FieldError]) -> int:
    text = str(value).strip()
    if text.isdecimal() and len(text) < 4:
        return int(text)
    message = "{field}: “{value}” is no whole number; write it as 12."
    wrong.append(FieldError(name, text[:40], message, {"value": text[:40]}))
    return 0
