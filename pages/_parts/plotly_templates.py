"""Plotly's templates ``forum_zero`` and ``forum_zero_dark``: transparent ground, no frame, few hairlines."""

from __future__ import annotations

from typing import Literal

import plotly.graph_objects as go
import plotly.io as pio

from pages._parts.palette import CATEGORIES, SANS, palette

NAMES: dict[Literal["light", "dark"], str] = {"light": "forum_zero", "dark": "forum_zero_dark"}
GRAPH_CONFIG = {"displayModeBar": False, "responsive": True, "showTips": False, "scrollZoom": False}


def register() -> None:
    """Makes both templates known to plotly.io; the light one becomes the default. Safe to do twice."""
    for theme, name in NAMES.items():
        pio.templates[name] = template(theme)
    pio.templates.default = NAMES["light"]


def template(theme: Literal["light", "dark"]) -> go.layout.Template:
    """The template of a theme, its colours from the tokens."""
    colours = palette(theme)
    axis = {
        "showgrid": False, "zeroline": False, "showline": False, "ticks": "", "automargin": True,
        "tickfont": {"size": 11.5, "color": colours["ink-3"]}, "title": {"text": "", "font": {"size": 12}},
    }  # fmt: skip
    layout = go.Layout(
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": SANS.replace("'", '"'), "size": 13, "color": colours["ink"]},
        colorway=[colours[name] for name in CATEGORIES],
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis=axis,
        yaxis={**axis, "showgrid": True, "gridcolor": colours["line"], "gridwidth": 1, "nticks": 4},
        hoverlabel={
            "bgcolor": colours["card"],
            "bordercolor": colours["line-strong"],
            "font": {"color": colours["ink"]},
        },
        bargap=0.42,
        barcornerradius=2.5,
        uniformtext={"mode": "hide", "minsize": 11},
    )
    whisker = {"error_x": {"color": colours["ink"], "thickness": 1.2, "width": 3.5}}
    bars = [go.Bar(marker={"line": {"width": 0}}, textfont={"size": 12.5}, cliponaxis=False, **whisker)]
    built = go.layout.Template(layout=layout)
    built.data.bar = bars
    return built


def category_colours(theme: Literal["light", "dark"] = "light") -> dict[str, str]:
    """Colour of each category, in the fixed order."""
    return {name: palette(theme)[name] for name in CATEGORIES}
