"""How everything is computed, for people: formulas, factor set and, for an event, what it counts. Needs no script."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import Response

import events
from calculations.equivalences import equivalent
from data.equivalences import load_equivalences
from data.library import load_factor_set
from locales import formats as f
from locales import pick, t
from pages._parts import shell
from pages._parts.pieces import category_name, facts
from pages.documents._served import send

router = APIRouter(include_in_schema=False)
TEXT = Path(__file__).resolve().parents[2] / "docs" / "method.md"
KG_PER_TONNE = 1000.0


@router.get("/method.md")
def whole(request: Request) -> Response:
    """The whole method as it is handed to a verifier."""
    if not TEXT.is_file():
        return _page(request, [html.P(t("The method's text is not on this server."))], None, 404)
    return Response(TEXT.read_text(encoding="utf-8"), media_type="text/markdown; charset=utf-8")


@router.get("/method")
def method(request: Request, event: str = "") -> Response:
    """The method in short; with an event, its boundary and factor set too."""
    try:
        chosen = events.get_event(event[:100]) if event else None
    except events.NotFound as error:
        return _page(request, [html.P(t(error.message, **error.params), className="fz-body")], None, 404)
    parts = [
        html.P(
            t(
                "Every gram on these pages is a quantity times a published factor. Each line can be "
                "opened, and whoever has its trace can compute it again, to the gram."
            ),
            className="fz-body",
        ),
        *_boundary(chosen),
        *_factors(chosen),
        *_formulas(),
        *_sure(),
        *_tonne(),
        html.P(
            html.A(t("The whole method, with its sources and a worked example"), href="/method.md"), className="mt-4"
        ),
    ]
    return _page(request, parts, chosen)


def _page(request: Request, parts: list[Any], chosen: events.Event | None, status: int = 200) -> Response:
    title = t("How everything is computed")
    strip = shell.test_notice(chosen.simulated) if chosen is not None and not chosen.livemode else None
    main = html.Main(
        [html.H1(title, className="mt-3 mb-2"), *parts], id="main", className="fz-main fz-column fz-doc fz-method"
    )
    skip = html.A(t("To the content"), href="#main", className="fz-skip")
    body = html.Div([skip, strip, shell.header(), main], className="fz-page")
    return send(request, f"{title} · Forum Zero", body, status)


def _section(title: str, rows: list[tuple[str, Any]]) -> list[Any]:
    return [html.H2(title, className="mt-4"), facts(rows)]


def _boundary(chosen: events.Event | None) -> list[Any]:
    """What the event counts, in words."""
    if chosen is None:
        return []
    boundary, yes, no = chosen.boundary, t("counted"), t("told apart, not counted")
    bases = {
        "location": t("by the grid where it is used (location-based)"),
        "market": t("by how it is bought (market-based)"),
    }
    rows = [
        (t("Event"), html.A(pick(dict(chosen.names)), href=f"/e/{chosen.slug}")),
        (t("Categories"), t(", ").join(category_name(name) for name in boundary.categories)),
        (t("Non-CO₂ of flights"), yes if boundary.non_co2 else no),
        (t("Upstream fuel"), yes if boundary.upstream else no),
        (t("Electricity"), bases[boundary.electricity]),
        (t("Who counts"), _who(boundary.who)),
    ]
    if norm := chosen.defaults.get("hotel_norm"):
        rows.append((t("Hotel nights"), [t("one row for the whole event:"), " ", html.Span(norm, className="fz-mono")]))
    return _section(t("What this event counts"), rows)


def _who(key: str) -> str:
    """Whose footprints the event counts."""
    return {
        "onsite": t("those on site; what those who take part online tell is kept and not counted"),
        "guests": t("guests; what speakers and staff tell is kept and not counted"),
    }.get(key, t("everybody who takes part, on site and online"))


def _factors(chosen: events.Event | None) -> list[Any]:
    current = load_factor_set()
    edition = chosen.factor_set_id if chosen else current.factor_set_id
    digest = chosen.factor_set_sha256 if chosen else current.sha256
    rows: list[tuple[str, Any]] = [
        (t("Edition"), edition),
        ("SHA-256", html.Span(digest, className="fz-mono")),
        (
            t("Choice"),
            t(
                "A row of the province, else the country, else its region, else the world; one that "
                "stands in for another place is named in the line."
            ),
        ),
        (t("Unchanged"), t("An event keeps the edition it was made with: a new one never changes a past result.")),
    ]
    return _section(t("Factor set"), rows)


def _formulas() -> list[Any]:
    rows: list[tuple[str, Any]] = [
        (t("Each line"), t("grams = quantity × factor, rounded once, to 1 g")),
        (
            t("Flights"),
            t(
                "The geodesic of each leg × the factor of the cabin, the same row for every pair of "
                "places. Detours of 8 % are inside the factor; non-CO₂ and the fuel's way to the tank "
                "stand apart."
            ),
        ),
        (
            t("On the ground"),
            t(
                "The geodesic × a published detour (rail 1.2, coach 1.5, car 1.2) × a factor per person, "
                "or per vehicle ÷ the people on board."
            ),
        ),
        (t("Nights"), t("rooms × nights ÷ guests sharing the room × the factor per room")),
        (t("Meals"), t("meals × the factor of the diet, life cycle")),
        (t("The venue"), t("kWh, litres, kilograms, tonne-km … as the organiser tells them × a factor of the place")),
    ]
    return _section(t("Formulas"), rows)


def _sure() -> list[Any]:
    rows: list[tuple[str, Any]] = [
        (
            t("Range"),
            t(
                "Low and high are 95 % intervals: from the source's own bounds, else from the quality of "
                "the data (pedigree matrix). Errors of one factor move together."
            ),
        ),
        (
            t("No answer"),
            t("Guests who have not answered are estimated from those who did, told apart, and never sold to anybody."),
        ),
        (
            t("Weaknesses"),
            t(
                "The non-CO₂ effects of flights are widely disputed. Meals and materials are European "
                "rows. Chinese high-speed rail assumes a full train."
            ),
        ),
    ]
    return _section(t("How sure it is"), rows)


def _tonne() -> list[Any]:
    """What a tonne compares with, as one publisher says; comparisons, not results."""
    found = list(load_equivalences().values())
    rows = [(f.number(Decimal(repr(equivalent(KG_PER_TONNE, each))), 0), pick(dict(each.names))) for each in found]
    source = t("Comparisons by {source}, read in part as quoted; no footprint is computed from them.",
               source=found[0].source_title)  # fmt: skip
    return [*_section(t("1 t of CO₂ is about"), rows), html.P(source, className="fz-note")]
