"""The explorer's interactive chart: how large each row is against how much a guest of it emits; hover opens a row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go
from dash import dcc, html

from calculations.model import CATEGORIES
from locales import formats as f
from locales import t
from pages._parts.palette import palette
from pages._parts.plotly_templates import GRAPH_CONFIG, template
from reports import Answer, Row

LEAST_ROWS = 2
MOST_DOT_PX = 46.0
KILOGRAM_G = 1000


def scatter_rows(answer: Answer) -> list[Row]:
    """The rows that have people of their own, and grams."""
    return [row for row in answer.rows if row.people and row.per_guest_g and row.value_g > 0]


def scatter(rows: Sequence[Row]) -> go.Figure:
    """People across, kilograms a guest upwards, the dot's area the whole; its colour that of the largest category."""
    largest = max(row.value_g for row in rows)
    sizes = [max(7.0, MOST_DOT_PX * math.sqrt(row.value_g / largest)) for row in rows]
    colours = palette("light")
    figure = go.Figure(
        go.Scatter(
            x=[row.people for row in rows],
            y=[(row.per_guest_g or 0) / KILOGRAM_G for row in rows],
            mode="markers",
            marker={
                "size": sizes, "color": [colours[_leading(row)] for row in rows], "opacity": 0.78,
                "line": {"width": 1, "color": colours["card"]},
            },
            text=[_told(row) for row in rows],
            hovertemplate="%{text}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(template=template("light"), height=300, margin={"l": 8, "r": 16, "t": 12, "b": 8})
    figure.update_xaxes(title_text=t("guests"), rangemode="tozero")
    figure.update_yaxes(title_text=t("kg CO₂e a guest"), rangemode="tozero")
    return figure


def _leading(row: Row) -> str:
    return max(CATEGORIES, key=lambda name: row.by_category.get(name, 0))


def _told(row: Row) -> str:
    """The row in words, for the hover."""
    return "<br>".join(
        [
            f"<b>{escape(row.name, quote=False)}</b>",  # a hover reads some markup
            t("{count} guests", count=f.number(row.people or 0)),
            t("{mass} in all", mass=f.mass_text(row.value_g)),
            t("{mass} a guest", mass=f.mass_text(row.per_guest_g or 0)),
            t("{share} covered", share=f.percent_bp(row.covered_bp, 1)),
        ]
    )


def finding(rows: Sequence[Row]) -> str:
    """What the chart says, in one sentence."""
    ordered = sorted(rows, key=lambda row: row.per_guest_g or 0)
    low, high = ordered[0], ordered[-1]
    return t(
        "A guest of {high} emits most ({most}), one of {low} least ({least}).", high=high.name, low=low.name,
        most=f.mass_text(high.per_guest_g or 0), least=f.mass_text(low.per_guest_g or 0),
    )  # fmt: skip


def chart(rows: Sequence[Row]) -> html.Div:
    """The chart; its colours follow the theme by the style sheet, and the table beside it says the same."""
    graph = dcc.Graph(figure=scatter(rows), config=GRAPH_CONFIG, className="fz-plot", responsive=True)
    return html.Div(graph, role="img", **{"aria-label": finding(rows)})
