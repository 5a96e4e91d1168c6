"""How sure a figure is, in words: the data-quality score, and what makes a line uncertain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from calculations.model import EmissionLine
from calculations.propagation import parts_of, ratio_of, sources_of
from calculations.quality import HUNDREDTHS, word_of
from locales import formats as f
from locales import t
from pages._parts.pieces import category_short, swatch


def quality_text(quality: int) -> str:
    """ "good, 1.7": the score's word, and the score from 1 (best) to 5 (worst)."""
    return t("{word}, {score}", word=_word(quality), score=f.number(quality / HUNDREDTHS, 1))


def _word(quality: int) -> str:
    return {
        "very_good": t("very good"), "good": t("good"), "fair": t("fair"), "poor": t("poor"),
        "very_poor": t("very poor"), "": t("not scored"),
    }[word_of(quality)]  # fmt: skip


def quality_note(quality: int, by_category: Sequence[Mapping[str, Any]]) -> html.Div | None:
    """The event's score and those of its categories (rows with ``category`` and ``quality``), in one line."""
    if not quality:
        return None
    head = html.B(t("Data quality: {score}", score=quality_text(quality)))
    marks = [
        html.Span([swatch(row["category"]), f"{category_short(row['category'])} {f.number(row['quality'] / 100, 1)}"])
        for row in by_category
        if row["quality"]
    ]
    hint = html.Span(t("1 best, 5 worst; by grams"), className="fz-note")
    return html.Div([html.P([head, " · ", hint], className="fz-small mt-3"), html.Div(marks, className="fz-legend")])


def doubts(line: EmissionLine) -> html.Ul | None:
    """What makes a line uncertain, the largest doubt first: what it is, by how much, who says so, and a bar of its part
    in the whole doubt; then how good the data are. None where nothing is uncertain."""
    found = [source for source in sources_of(line.trace) if source["sd_high"] or source["sd_low"]]
    if not found:
        return None
    parts = parts_of(found)
    roles = {row["id"]: row["role"] for row in line.trace["factors"] if row["counted"]}
    ordered = sorted(zip(parts, found, strict=True), key=lambda pair: -pair[0])
    rows = [_row(_name(source, roles), _size(source), _who(source), part) for part, source in ordered]
    if line.quality:
        rows.append(_row(t("Data quality"), quality_text(line.quality), t("1 best, 5 worst")))
    return html.Ul(rows, className="fz-doubts")


def _row(name: str, value: str, note: str, part: float | None = None) -> html.Li:
    bar = html.I(style={"--fz-w": f"{100 * part:.0f}%"}, **{"aria-hidden": "true"}) if part is not None else None
    return html.Li([html.Span(name), html.B(value), html.Small(note), bar])


def _name(source: Mapping[str, Any], roles: Mapping[str, str]) -> str:
    words = {
        "quantity": t("Quantity"), "detour": t("Kilometres by a detour"), "airports": t("Kilometres between airports"),
        "geodesic": t("Kilometres as the crow flies"), "with_non_co2": t("Flight, with non-CO₂"),
        "co2_only": t("Flight, CO₂ only"), "upstream": t("Upstream fuel"), "intensity": t("Energy per km"),
        "grid": t("Electricity of the grid"),
    }  # fmt: skip
    return words.get(source["kind"]) or words.get(roles.get(source["id"], ""), t("Emission factor"))


def _size(source: Mapping[str, Any]) -> str:
    """By how much the line moves at the ends of this source's own 95 %."""
    low, high = (ratio_of(sign * source["share"] * source[side]) - 1 for sign, side in ((-1, "sd_low"), (1, "sd_high")))
    return f"{f.percent(low, 0)} … +{f.percent(high, 0)}"


def _who(source: Mapping[str, Any]) -> str:
    words = {
        "source": t("bounds of its source"), "pedigree": t("by data quality (pedigree matrix)"),
        "quantity": t("by how it is known"), "bounds": t("by its bounds"),
    }  # fmt: skip
    return words.get(source["kind"], t("by how the way was found"))
