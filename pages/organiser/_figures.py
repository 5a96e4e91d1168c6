"""The figures of the organiser's page: pure functions from the view's data to parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dash import html

from events import OrganiserView
from locales import formats as f
from locales import pick, t
from pages._parts.bars import BarRow, bars_sentence, category_bars
from pages._parts.certainty import quality_note
from pages._parts.desk import cover_bar, panel, session_name
from pages._parts.desk_ring import covered_ring
from pages._parts.palette import CATEGORIES
from pages._parts.pieces import category_name, empty, kpi
from pages._parts.rose import Origin, rose, rose_sentence
from pages._parts.steps import Moment, StepWords, steps, steps_sentence
from pages._parts.svg import themed_svg

TICK_HOURS = (1, 2, 3, 6, 12, 24, 48, 168)
MOST_TICKS = 6
PHONE_BARS = {"width": 326.0, "label_width": 100.0}  # a phone's card is as wide


def key_figures(view: OrganiserView) -> html.Div:
    """Emitted with range and share estimated, retired, reserved, still open, extra: one unit for all."""
    totals = view.totals
    emitted = totals.mass
    unit = f.mass_unit(emitted.total_g)
    whole = emitted.total_g or 1
    span = f.mass_range(emitted.low_g, emitted.high_g, unit=unit, decimals=1)
    share = f.percent(emitted.estimated_g / whole, 0)
    told = t("range {range} · {share} estimated", range=span, share=share) if emitted.total_g else t("nothing yet")
    rows = (
        ("emitted", t("Emitted"), emitted.total_g, told),
        ("retired", t("Retired"), totals.retired_g, _of(totals.retired_g, whole, t("confirmed at the registry"))),
        ("reserved", t("Reserved"), totals.reserved_g, _of(totals.reserved_g, whole, t("paid, waits for retirement"))),
        ("open", t("Still open"), totals.residual_g, _of(totals.residual_g, whole, t("organiser's residual"))),
        ("extra", t("Extra contribution"), totals.extra_g, t("outside the ring, by name")),
    )
    shown = [kpi(kind, name, *f.mass(grams, unit=unit), note, f"organiser-{kind}") for kind, name, grams, note in rows]
    if totals.forestry.covered_g:
        promised = totals.forestry.promised_g
        told = t("planting agreed, sink not yet there") if promised else t("there, as monitoring confirms")
        shown.append(kpi("estimated", t("Planting"), *f.mass(totals.forestry.covered_g, unit=unit), told))
    return html.Div(shown, className="fz-kpis")


def _of(part: int, whole: int, words: str) -> str:
    return f"{f.percent(part / whole)} · {words}"


def ring_panel(view: OrganiserView) -> html.Section:
    """The ring of the event, with orders and money below it."""
    totals = view.totals
    covered = totals.retired_g + totals.reserved_g + totals.extra_g
    count = totals.counts["paid_order_count"]
    words = [
        html.P(
            t("{count} orders · {money}", count=f.number(count), money=f.money(totals.paid_minor, view.event.currency))
        ),
        html.P(t("{mass} paid for, extra included", mass=f.mass_text(covered))),
    ]
    drawn = covered_ring(totals.retired_g, totals.reserved_g, totals.mass.total_g, totals.extra_g, totals.share_bp)
    body = [drawn, html.Div(words, className="fz-small text-center mt-3")]
    return panel(t("Ring of the event"), body, span=3)


def category_panel(view: OrganiserView) -> html.Section:
    """Emitted by category with whiskers, largest first."""
    known = sorted(view.by_category, key=lambda row: (-row["total_g"], CATEGORIES.index(row["category"])))
    rows = [
        BarRow(row["category"], category_name(row["category"]), row["total_g"], row["low_g"], row["high_g"])
        for row in known
        if row["total_g"] > 0
    ]
    if not rows:
        return panel(t("Emitted by category"), empty(t("The first footprint opens this chart.")), span=5)
    unit = f.mass_unit(sum(row.value_g for row in rows))
    said = bars_sentence(rows)
    wide = themed_svg(lambda theme: category_bars(rows, theme=theme), said, "fz-wide-only")
    narrow = themed_svg(lambda theme: category_bars(rows, theme=theme, **PHONE_BARS), said, "fz-narrow-only")
    body = [wide, narrow, quality_note(view.totals.quality, known)]
    return panel(t("Emitted by category"), body, t("{unit} CO₂e, whisker low–high", unit=unit), span=5)


def origin_panel(view: OrganiserView) -> html.Section:
    """The compass rose, and in one sentence who is not drawn on it."""
    known = view.origins
    places = [
        Origin(pick(p["names"]), p["azimuth"], p["distance_km"], p["people"], p["mostly"] == "rail")
        for p in known["places"]
    ]
    title = t("Where guests came from")
    if not places:
        return panel(title, empty(t("Places are drawn once five guests have come from one.")), span=4)
    words = (t("N"), t("E"), t("S"), t("W"))
    picture = themed_svg(lambda theme: rose(places, theme=theme, compass=words), rose_sentence(places))
    aside = html.Span(
        [
            html.Span([html.I(className="fz-stem"), t("mostly air")]),
            html.Span([html.I(className="fz-stem fz-stem-rail"), t("mostly rail")]),
        ],
        className="fz-stems",
    )
    return panel(title, [picture, html.P(_others(view), className="fz-small")], aside, span=4)


def _others(view: OrganiserView) -> str:
    local, few, town = view.origins["local"], view.origins["few"], pick(dict(view.event.place.names))
    parts = [t("{count} from {town} itself", count=f.number(local), town=town)] if local else []
    if few:
        parts.append(t("{count} from places with fewer than five", count=f.number(few)))
    return " · ".join(parts)


def day_panel(view: OrganiserView) -> html.Section:
    """Through the day: emitted with its band, covered from zero."""
    moments = [
        Moment(
            _instant(row["bucket_at"]).timestamp(),
            row["total_g"],
            row["low_g"],
            row["high_g"],
            row["retired_g"],
            row["reserved_g"],
        )
        for row in view.timeline
    ]
    title = t("Through the day")
    if len(moments) < 2:
        return panel(title, empty(t("The course is drawn from the second five minutes on.")), span=5)
    words = StepWords(t("Emitted"), t("Retired"), t("Reserved"))
    ticks = _ticks(moments[0].at_s, moments[-1].at_s, view.event.timezone)
    said = steps_sentence(moments, words)
    wide = themed_svg(lambda theme: steps(moments, words, ticks, theme=theme), said, "fz-wide-only")
    few = ticks[:: max(1, len(ticks) // 3)]
    narrow = themed_svg(lambda theme: steps(moments, words, few, theme=theme, width=326), said, "fz-narrow-only")
    unit = f.mass_unit(moments[-1].emitted_g)
    return panel(title, [wide, narrow], t("{unit} CO₂e, band low–high", unit=unit), span=5)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _ticks(first_s: float, last_s: float, timezone: str) -> list[tuple[float, str]]:
    """At most six labels at whole hours of the event's zone, or its days."""
    zone = ZoneInfo(timezone)
    hours = next((h for h in TICK_HOURS if (last_s - first_s) / 3600 / h <= MOST_TICKS), TICK_HOURS[-1])
    at = datetime.fromtimestamp(first_s, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    marks = []
    while at.timestamp() <= last_s:
        if at.timestamp() >= first_s:
            moment = at.astimezone(UTC)
            label = f.date_text(at.date(), style="day") if hours >= 24 else f.time_text(moment, zone)
            marks.append((at.timestamp(), label))
        at += timedelta(hours=hours)
    return marks[: 2 * MOST_TICKS]


def session_panel(view: OrganiserView) -> html.Section:
    """Each sub-forum's emissions and what of them is covered; lengths compare, so does the unit."""
    rows = [row for row in view.by_session if row["kind"] != "none" or row["people"]]
    largest = max((row["emitted_g"] for row in rows), default=0)
    numbers, unit = f.mass_parts([row["emitted_g"] for row in rows])
    body = [
        html.Tr(
            [
                html.Td([html.B(session_name(view.event, row)), html.Br(), html.Span(_who(row), className="fz-note")]),
                html.Td(
                    cover_bar(row["retired_g"], row["reserved_g"], row["emitted_g"], largest), className="fz-cover-cell"
                ),
                html.Td(number, className="fz-right"),
                html.Td(html.B(f.percent_bp(row["share_bp"], 1)), className="fz-right"),
            ]
        )
        for row, number in zip(rows, numbers, strict=True)
    ]
    aside = t("{unit} emitted · covered", unit=unit)
    return panel(t("By sub-forum"), html.Table(html.Tbody(body), className="fz-table fz-table-plain"), aside, span=5)


def _who(row: Mapping[str, Any]) -> str:
    if row["kind"] == "organiser":
        return t("energy, food, materials …")
    return t("{count} guests", count=f.number(row["people"]))


def funnel_panel(view: OrganiserView) -> html.Section:
    """From the first tap to the certificate."""
    names = {"began": t("Began"), "footprint": t("Footprint"), "paid": t("Paid"), "certificate": t("Certificate")}
    largest = max(view.funnel.values(), default=0) or 1
    rows = [
        html.Div([html.Span(names[key]), html.I(f.number(count), style={"--fz-w": f"{100 * count / largest:.1f}%"})])
        for key, count in view.funnel.items()
    ]
    share = f.percent(view.funnel["certificate"] / (view.funnel["footprint"] or 1), 0)
    words = html.P(t("{share} of footprints have a certificate.", share=share), className="fz-small mt-3")
    return panel(t("From start to certificate"), [html.Div(rows, className="fz-funnel"), words], span=2)


def money_rows(money_minor: Mapping[str, int], currency: str, names: Any) -> Sequence[tuple[str, str]]:
    """Recipient and money, largest first."""
    ordered = sorted(money_minor.items(), key=lambda item: (-item[1], item[0]))
    return [(names(key), f.money(minor, currency)) for key, minor in ordered if minor]
