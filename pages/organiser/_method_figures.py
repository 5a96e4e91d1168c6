"""The curves of the methods: kilograms against kilometres, the chosen one before the others; the same as a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go
from dash import dcc, html

from calculations.methods import Method, method_mass
from locales import formats as f
from locales import t
from pages._parts.palette import palette
from pages._parts.plotly_templates import GRAPH_CONFIG, template

FARTHEST_KM = 12_000
STEP_KM = 25.0
AT_KM = (300, 800, 1500, 3000, 5000, 10_000)


def one_way_kg(method: Method, distance_km: Sequence[float]) -> list[float]:
    """kg CO2e of one economy passenger one way, all effects that the method counts."""
    whole = method_mass(method, np.asarray(distance_km, dtype=np.float64)).total_kg
    return [float(kg) for kg in whole / (2 if method.round_trip else 1)]


def curves(methods: Sequence[Method], chosen: Method) -> html.Div:
    """Every method's kilograms against the one-way distance; the table below says the same."""
    ways = np.arange(STEP_KM, FARTHEST_KM + STEP_KM, STEP_KM)
    colours = palette("light")
    others = [method for method in methods if method.sha256 != chosen.sha256]
    figure = go.Figure([_line(method, ways, colours["line-strong"], 1.2) for method in others])
    figure.add_trace(_line(chosen, ways, colours["travel"], 3.0))
    figure.update_layout(template=template("light"), height=340, margin={"l": 8, "r": 16, "t": 12, "b": 8})
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(title_text=t("km one way, by geodesic"), range=[0, FARTHEST_KM], tickformat=",d")
    figure.update_yaxes(title_text=t("kg CO₂e one way, economy"), rangemode="tozero", tickformat=",d")
    graph = dcc.Graph(figure=figure, config=GRAPH_CONFIG, className="fz-plot", responsive=True)
    return html.Div(graph, role="img", **{"aria-label": finding(methods, chosen)})


def _line(method: Method, ways: np.ndarray, colour: str, width: float) -> go.Scatter:
    name = escape(t(method.name), quote=False)
    return go.Scatter(
        x=ways, y=np.round(one_way_kg(method, ways), 1), mode="lines", line={"color": colour, "width": width},
        hovertemplate=f"<b>{name}</b><br>%{{x:,d}} km: %{{y:,.0f}} kg<extra></extra>", showlegend=False,
    )  # fmt: skip


def finding(methods: Sequence[Method], chosen: Method) -> str:
    """What the curves say, in one sentence: how far the methods lie apart at 5,000 km, and where the chosen one is."""
    at_km = 5000
    kilograms = [one_way_kg(method, [at_km])[0] for method in (*methods, chosen)]
    params = {
        "km": f.number(at_km), "least": f.number(min(kilograms)), "most": f.number(max(kilograms)),
        "ratio": f.number(max(kilograms) / max(0.001, min(kilograms)), 1), "chosen": f.number(kilograms[-1]),
    }  # fmt: skip
    return t("At {km} km the methods give {least} to {most} kg, {ratio} times apart; this one {chosen} kg.", **params)


def falls(method: Method) -> list[tuple[int, float, float]]:
    """Where a longer flight would emit less: (km, kg just before, kg from there on), the deepest five falls."""
    ways = np.arange(1.0, FARTHEST_KM + 1.0)
    mass = np.array(one_way_kg(method, ways))
    drops = np.flatnonzero(np.diff(mass) < -0.05)
    deepest = sorted(drops, key=lambda place: float(mass[place + 1] - mass[place]))[:5]
    return sorted((int(ways[place + 1]), float(mass[place]), float(mass[place + 1])) for place in deepest)


def table(methods: Sequence[Method], chosen: Method) -> html.Div:
    """kg one way at some distances, the chosen method first."""
    head = [html.Th(t("Method"), scope="col")]
    head += [html.Th(t("{distance} km", distance=f.number(km)), scope="col", className="fz-right") for km in AT_KM]
    head.append(html.Th(t("What it holds"), scope="col"))
    others = [method for method in methods if method.sha256 != chosen.sha256]
    rows = [_row(chosen, "fz-strong"), *[_row(method, "") for method in others]]
    body = [html.Thead(html.Tr(head)), html.Tbody(rows)]
    return html.Div(html.Table(body, className="fz-table fz-wide-table"), className="fz-scroll", tabIndex="0")


def _row(method: Method, look: str) -> html.Tr:
    cells = [html.Td(f.number(kg), className="fz-right") for kg in one_way_kg(method, AT_KM)]
    return html.Tr([html.Td(t(method.name)), *cells, html.Td(holds(method), className="fz-small")], className=look)


def holds(method: Method) -> str:
    """What a method's figures hold: non-CO₂ effects, upstream fuel, detours, classes."""
    non_co2 = {
        "apart": t("non-CO₂ apart"), "inside": t("non-CO₂ inside"), "none": t("without non-CO₂"),
        "not_stated": t("non-CO₂ not stated"),
    }  # fmt: skip
    words = [non_co2[method.non_co2]]
    words += [t("upstream fuel inside")] if method.upstream == "inside" else []
    if method.uplift_km or method.uplift_factor != 1.0:
        words.append(t("adds detours"))
    words += [t("classes")] if len(method.rates.cabins) > 1 else []
    return " · ".join(words)
