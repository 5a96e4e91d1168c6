"""The trace drawer: how a line was computed, what is in it, how sure that is, where it comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dash import html

from calculations.compare import OtherModel
from calculations.model import EmissionLine
from calculations.trace import quantity_of, rate_of
from events import line_json
from locales import formats as f
from locales import t
from pages._parts import certainty, pieces
from pages._parts.icons import icon
from pages._parts.trace_words import counted_upstream_g, trace_rows
from pages.guest import _words
from pages.guest._fields import unit_words
from pages.guest._models import models_section

Row = tuple[str, Any]


def sheet(line: EmissionLine, subtitle: str, models: Sequence[OtherModel] = ()) -> html.Div:
    """The drawer of one line; ``models`` are what other published rows say of the same trip."""
    title = t("How {mass} was computed", mass=f.mass_text(line.total_g))
    head = html.Div(
        [
            html.H2(title, id="calc-sheet-title"),
            html.Button(icon("close"), type="button", className="fz-close", disable_n_clicks=True,
                        **{"aria-label": t("Close"), "data-act": "close"}),
        ],
        className="fz-sheet-head",
    )  # fmt: skip
    body = [
        head,
        html.P(subtitle, className="fz-small"),
        pieces.equation(_boxes(line)),
        _inside(line),
        html.H3(t("How sure we are")),
        _range(line, models),
        html.P(_range_words(line, models), className="fz-small"),
        *_doubts(line),
        pieces.facts(_facts(line)),
        _acts(bool(models)),
        models_section(line, models),
        html.Pre(
            json.dumps(line_json(line), ensure_ascii=False, indent=1, default=float), hidden=True, **{"data-trace": ""}
        ),
    ]
    panel = html.Div(
        body,
        className="fz-sheet",
        role="dialog",
        tabIndex="-1",
        **{"aria-modal": "true", "aria-labelledby": "calc-sheet-title"},
    )
    return html.Div([html.Div(className="fz-sheet-shade", **{"data-act": "close"}), panel])


def _boxes(line: EmissionLine) -> list[tuple[str, str]]:
    quantity = quantity_of(line.trace["quantity_terms"])
    rate = rate_of(line.trace["factors"], "value")
    exact = f.number(Decimal(line.total_g) / 1000, 3)
    unit = unit_words(line.unit)
    return [
        (_plain(quantity), f"{unit} = {_terms(line)}" if len(line.trace["quantity_terms"]) > 1 else unit),
        (_significant(rate), t("kg per {unit}", unit=_one_of(line.unit)) + _rate_words(line)),
        (exact, t("kg, rounded once, to 1 g")),
    ]


def _plain(value: Decimal) -> str:
    """As many decimals as matter beside a gram: two, or as many as a small number needs to be seen."""
    places = 0 if value == value.to_integral_value() else max(2, -value.adjusted() if value else 0)
    return f.number(value, min(places, 9))


def _significant(value: Decimal) -> str:
    """Five figures, as published rows have."""
    if value == 0:
        return "0"
    places = max(0, 4 - value.adjusted())
    text = f.number(value, min(places, 9))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _one_of(unit: str) -> str:
    return {
        "passenger-km": t("km"),
        "vehicle-km": t("vehicle-km"),
        "room-night": t("room-night"),
        "guest-night": t("night"),
        "meal": t("meal"),
    }.get(unit, unit)


def _terms(line: EmissionLine) -> str:
    """The terms in the order people say them: 2 × 1,556.35."""
    ordered = sorted(line.trace["quantity_terms"], key=lambda item: (item["op"] == "÷", item["name"] == "distance_km"))
    words = ""
    for i, term in enumerate(ordered):
        sign = "" if i == 0 else f" {term['op']} "
        words += sign + _plain(Decimal(repr(term["value"])))
    distance = line.trace.get("distance")
    if distance and distance["legs"]:
        ends = [distance["legs"][0]["from"], *[leg["to"] for leg in distance["legs"]]]
        codes = [end.removeprefix("iata:") for end in ends]
        if all(len(code) == 3 for code in codes):
            words += f" · {f.EN_DASH.join(codes)}"
        words += ", WGS84"
    return words


def _rate_words(line: EmissionLine) -> str:
    roles = {row["role"] for row in line.trace["factors"] if row["counted"]}
    if "with_non_co2" in roles:
        return t(", with non-CO₂ and upstream") if "upstream" in roles else t(", with non-CO₂")
    return t(", with upstream") if "upstream" in roles else ""


def _inside(line: EmissionLine) -> html.Div | None:
    """What is in it: what is burnt, its way to the tank, and the non-CO₂ part of a flight."""
    non_co2_g = line.non_co2_g if line.trace["factors"][0]["role"] == "with_non_co2" else 0
    upstream_g = counted_upstream_g(line)
    if not line.total_g or not (non_co2_g or upstream_g):
        return None
    burnt = t("from fuel burnt") if line.mode else t("directly")
    parts = [
        (line.total_g - non_co2_g - upstream_g, burnt, "1"), (upstream_g, t("upstream, the way to the tank"), ".7"),
        (non_co2_g, t("non-CO₂, at height"), ".4"),
    ]  # fmt: skip
    parts = [part for part in parts if part[0]]
    colour = "var(--fz-travel)"
    bars = [
        html.I(style={"--fz-w": f"{100 * grams / line.total_g:.1f}%", "background": colour, "opacity": opacity})
        for grams, _, opacity in parts
    ]
    figures, unit = f.mass_parts([grams for grams, _, _ in parts])
    pair = [
        html.Span([html.B(figure), f" {unit} ", words]) for figure, (_, words, _) in zip(figures, parts, strict=True)
    ]
    strip = html.Div(bars, className="fz-strip fz-strip-thick", **{"aria-hidden": "true"})
    return html.Div([html.H3(t("What is in it")), strip, html.Div(pair, className="fz-pair")])


def _range(line: EmissionLine, models: Sequence[OtherModel]) -> html.Div:
    """A line from least to most: our band and mark, other models as hollow circles; said in words below."""
    values = [line.low_g, line.total_g, line.high_g, *[model.total_g for model in models]]
    least, most = min(values), max(values)
    span = max(1, most - least)

    def at(grams: int) -> str:
        return f"{4 + 92 * (grams - least) / span:.1f}%"

    band = {"left": at(line.low_g), "width": f"{92 * (line.high_g - line.low_g) / span:.1f}%"}
    unit = f.mass_unit(*values)
    marks: list[Any] = [
        html.I(className="fz-range-band", style=band),
        html.I(className="fz-range-mark", style={"left": at(line.total_g)}),
        html.B(f.mass(line.total_g, unit=unit)[0], style={"left": at(line.total_g)}),
    ]
    last = -100.0
    for model in sorted(models, key=lambda each: each.total_g):
        place = at(model.total_g)
        marks.append(html.I(className="fz-range-model", style={"left": place}))
        if float(place[:-1]) - last > 13:
            marks.append(
                html.Small(
                    f.number(Decimal(model.total_g) / f.GRAMS_PER[unit], 0 if unit == "kg" else 2),
                    style={"left": place},
                )
            )
            last = float(place[:-1])
    return html.Div(marks, className="fz-range-line", **{"aria-hidden": "true"})


def _range_words(line: EmissionLine, models: Sequence[OtherModel]) -> str:
    unit = f.mass_unit(line.high_g)
    span = f.mass_range(line.low_g, line.high_g, unit=unit)
    if not models:
        return t("Band: our range, {range} {unit}.", range=span, unit=unit)
    return t(
        "Band: our range, {range} {unit}. Circles: the same trip by {count} other published models.",
        range=span,
        unit=unit,
        count=len(models),
    )


def _doubts(line: EmissionLine) -> list[Any]:
    """What makes the line uncertain, each by itself, and how good its data are."""
    found = certainty.doubts(line)
    return [html.H3(t("What makes it uncertain")), found] if found else []


def _facts(line: EmissionLine) -> list[Row]:
    rows: list[Row] = []
    if told := line.trace.get("method"):
        rows.append((t("Method"), [f"{t(told['name'])} · ", _digest(told["sha256"])]))
    for factor in (row for row in line.trace["factors"] if row["counted"]):
        rows.append((t("Source"), _source(factor)))
        rows.append((t("Licence"), factor["licence"] or t("not stated")))
    chosen = line.trace["factor_set"]
    rows.append((t("Factor set"), [f"{chosen['id']} · ", _digest(chosen["sha256"]), " · ", _method()]))
    if distance := line.trace.get("distance"):
        rows.append((t("Distance"), _said(distance["how"])))
    rows += trace_rows(line)
    rows += [(t("Range"), _said(basis)) for basis in line.trace["bounds"][:2]]
    rows += [(t("Note"), _said(note)) for note in line.trace["notes"]]
    return rows


def _digest(digest: str) -> html.Span:
    return html.Span(f"{digest[:4]}…{digest[-4:]}", className="fz-mono", title=digest)


def _source(factor: Mapping[str, Any]) -> str:
    """Where a row is from; that of a method is a figure for this way alone, of no region and activity of its own."""
    if factor["id"].startswith("method:"):
        return factor["source_title"] or t("not stated")
    activity = factor["activity"].replace("_", " ")
    return f"{factor['source_title']}, {activity}, {factor['region']}, {factor['year']}"


def _method() -> html.A:
    return html.A(t("how it is computed"), href="/method", target="_blank")


def _said(sentence: Mapping[str, Any]) -> str:
    names = {key: t(value) for key, value in sentence["params"].items() if key == "method"}
    return t(sentence["message"], **(sentence["params"] | names))


def _acts(with_models: bool) -> html.Div:
    copy = html.Button(
        [icon("document"), t("Copy trace")],
        type="button",
        className="fz-button",
        disable_n_clicks=True,
        **{"data-act": "copy"},
    )
    others = html.Button(
        [icon("plane"), t("Other models")],
        type="button",
        className="fz-button",
        disable_n_clicks=True,
        **{"data-act": "models", "aria-expanded": "false"},
    )
    return html.Div([copy, others] if with_models else [copy], className="fz-actions")


def subtitle(path: str, words: Mapping[str, str], line: EmissionLine, names: Mapping[str, str]) -> str:
    """What was done, in words: "Plane, economy, Beijing ↔ Chengdu"."""
    if path.startswith("trips"):
        return f"{words['title']}{t(', ')}{words['route']}"
    if path.startswith("stays"):
        return t("Nights, your part of the room")
    return names.get(path) or _words.diets().get(path.rpartition(".")[2], line.activity)
