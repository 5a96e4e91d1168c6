"""A flight by the published models beside ours: how far they lie apart on its card, one by one in its drawer."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dash import html

from calculations.compare import OtherModel, Spread, spread_of
from calculations.model import EmissionLine
from locales import formats as f
from locales import t
from pages.guest._fields import data

EDGE = 2.0  # per cent of the bar that a mark at its end keeps from it


def card_spread() -> html.Div:
    """The place on a trip's card: least … ours … most, filled in by the script."""
    bar = html.Div(html.I(), className="fz-spread-bar", **data(at="spread_at"), **{"aria-hidden": "true"})
    ends = html.Div([html.Span(**data(slot="spread_least")), html.Span(**data(slot="spread_most"))],
                    className="fz-spread-ends", **{"aria-hidden": "true"})  # fmt: skip
    words = html.P(className="fz-note", **data(slot="spread"))
    return html.Div([bar, ends, words], className="fz-spread", hidden=True, **data(if_="spread"))


def card_words(spread: Spread | None) -> dict[str, str]:
    """What the card says of a flight's spread; empty where there is none."""
    if spread is None:
        return {}
    unit = f.mass_unit(spread.most_g)
    least, most = (_short(grams, unit) for grams in (spread.least_g, spread.most_g))
    return {
        "spread": t("Ours among {count} other published models, {ratio} times apart", count=spread.count,
                    ratio=_ratio(spread)),
        "spread_at": place(spread.ours_g, spread), "spread_least": least, "spread_most": f"{most}{f.THIN}{unit}",
    }  # fmt: skip


def place(grams: int, spread: Spread) -> str:
    """Where grams stand on a bar from the least to the most."""
    share = (grams - spread.least_g) / max(1, spread.most_g - spread.least_g)
    return f"{EDGE + (100 - 2 * EDGE) * min(1.0, max(0.0, share)):.1f}%"


def _short(grams: int, unit: str) -> str:
    """A mass as a small label has it: whole kilograms, tonnes to two decimals."""
    return f.number(Decimal(grams) / f.GRAMS_PER[unit], 0 if unit == "kg" else 2)


def _ratio(spread: Spread) -> str:
    return f.number(Decimal(repr(round(spread.ratio, 1))), 1)


def models_section(line: EmissionLine, models: Sequence[OtherModel]) -> html.Div | None:
    """The models one by one, least first, our answer in its place; what each holds, and where it is from."""
    if not models:
        return None
    most = max(line.total_g, *[model.total_g for model in models])
    unit = f.mass_unit(most)
    listed = [(model.total_g, _row(model, unit, most)) for model in models]
    listed.append((line.total_g, _own_row(line, unit, most)))
    rows = [row for _, row in sorted(listed, key=lambda pair: pair[0])]
    spread = spread_of(line.total_g, models)
    said = [html.P(_finding(spread, unit), className="fz-small")] if spread else []
    head = html.H3(t("The same trip by other models"))
    return html.Div([head, *said, html.Ol(rows, className="fz-models")], hidden=True, **{"data-models": ""})


def _finding(spread: Spread, unit: str) -> str:
    """The finding in one sentence: how far apart, and where ours stands."""
    params = {
        "ratio": _ratio(spread), "least": _short(spread.least_g, unit), "most": _short(spread.most_g, unit),
        "ours": _short(spread.ours_g, unit), "unit": unit,
    }  # fmt: skip
    if not spread.least:
        return t("Ours is the least, {ours} {unit}; the most is {most} {unit}, {ratio} times as much.", **params)
    if not spread.most:
        return t("Ours is the most, {ours} {unit}; the least is {least} {unit}: {ratio} times apart.", **params)
    return t("Ours, {ours} {unit}, lies between {least} and {most} {unit}: {ratio} times apart.", **params)


def _row(model: OtherModel, unit: str, most_g: int) -> html.Li:
    parts = [html.P(_holds(model), className="fz-models-holds")]
    source = model.source_title
    if model.status == "secondary":
        source = t("{source} (quoted by others)", source=source)
    parts.append(html.P(source, className="fz-note"))
    return _item(t(model.name), model.total_g, unit, most_g, parts, "" if model.of_class else "fz-models-other")


def _own_row(line: EmissionLine, unit: str, most_g: int) -> html.Li:
    said = [_non_co2_words(line.non_co2_g, "apart")] if _counts(line, "with_non_co2") else []
    if _counts(line, "upstream"):
        said.append(t("{mass} of it upstream fuel", mass=f.mass_text(line.upstream_g)))
    told = line.trace.get("method")
    name = t("Ours: {method}", method=t(told["name"])) if told else t("Ours")
    return _item(name, line.total_g, unit, most_g, [html.P(" · ".join(said))] if said else [], "fz-models-ours")


def _counts(line: EmissionLine, role: str) -> bool:
    return any(row["counted"] and row["role"] == role for row in line.trace["factors"])


def _item(name: str, grams: int, unit: str, most_g: int, parts: list[Any], look: str) -> html.Li:
    number = html.B([_short(grams, unit), html.Small(f.THIN + unit)])
    bar = html.I(style={"--fz-w": f"{100 * grams / max(1, most_g):.1f}%"}, **{"aria-hidden": "true"})
    return html.Li([html.Div([html.Span(name), number], className="fz-models-head"), bar, *parts], className=look)


def _holds(model: OtherModel) -> str:
    """What a model's figure holds: non-CO2 effects, upstream fuel, and whether it has the class."""
    words = [_non_co2_words(model.non_co2_g, model.non_co2)] if model.non_co2 else []
    words += [t("upstream fuel inside")] if model.upstream == "inside" else []
    words += [] if model.of_class else [t("economy: it has no other class")]
    return " · ".join(words)


def _non_co2_words(grams: int, kind: str) -> str:
    if kind == "apart":
        return t("{mass} of it non-CO₂", mass=f.mass_text(grams))
    return {"inside": t("non-CO₂ inside"), "none": t("without non-CO₂")}.get(kind, t("non-CO₂ not stated"))
