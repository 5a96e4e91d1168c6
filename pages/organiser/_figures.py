"""Key figures, ring and the day's course of the organiser's page: pure functions from data to parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dash import html

from locales import formats as f
from locales import t
from pages._parts.desk_ring import covered_ring
from pages._parts.pieces import empty, kpi
from pages._parts.steps import Moment, StepWords, steps, steps_sentence
from pages._parts.svg import themed_svg
from pages.organiser._event_panels import LONG_G, figure_panel
from reports import Dashboard, Table, open_g

GRAMS_PER_TONNE = 1_000_000
TICK_HOURS = (1, 2, 3, 6, 12, 24, 48, 168)
HIGH_PX = 262  # of the day on a desk: it stands beside lists of eight rows
MOST_TICKS = 6


def key_figures(shown: Dashboard) -> html.Div:
    """Emitted with range and share estimated, retired, reserved, still open, extra, answered; grams in one unit."""
    whole, totals = shown.whole, shown.view.totals
    unit, emitted = f.mass_unit(whole.total_g), whole.total_g or 1
    still_g = open_g(shown)
    rows = [
        ("emitted", t("Emitted"), whole.total_g, _emitted_note(shown, unit)),
        ("retired", t("Retired"), whole.retired_g, _of(whole.retired_g, emitted, t("confirmed at the registry"))),
        ("reserved", t("Reserved"), whole.reserved_g, _of(whole.reserved_g, emitted, t("paid, waits for retirement"))),
        ("open", t("Still open"), still_g, _of(still_g, emitted, t("organiser's residual"))),
    ]
    if shown.extra_g is not None:
        rows.append(("extra", t("Extra contribution"), shown.extra_g, t("outside the ring, by name")))
    cards = [kpi(kind, name, *_number(grams, unit), note, f"organiser-{kind}") for kind, name, grams, note in rows]
    if totals.forestry.covered_g and not shown.asked.is_part:
        promised = totals.forestry.promised_g
        told = t("planting agreed, sink not yet there") if promised else t("there, as monitoring confirms")
        cards.append(kpi("estimated", t("Planting"), *_number(totals.forestry.covered_g, unit), told))
    largest = max(*(grams for _, _, grams, _ in rows), shown.people * GRAMS_PER_TONNE)
    look = " fz-kpis-long" if largest >= LONG_G else ""
    return html.Div([*cards, _answered(shown)], className=f"fz-kpis fz-kpis-many{look}")


def _number(grams: int, unit: str) -> tuple[str, str]:
    """A key figure with its unit; whole tonnes where there are very many."""
    if unit == "t" and grams >= LONG_G:
        return f.number(round(grams / GRAMS_PER_TONNE)), unit
    return f.mass(grams, unit=unit)


def _emitted_note(shown: Dashboard, unit: str) -> str:
    whole = shown.whole
    if not whole.total_g:
        return t("nothing yet")
    span = f.mass_range(whole.low_g, whole.high_g, unit=unit, decimals=1)
    if shown.counted:
        return t("range {range}", range=span)
    share = f.percent(shown.view.totals.mass.estimated_g / whole.total_g, 0)
    return t("range {range} · {share} estimated", range=span, share=share)


def _answered(shown: Dashboard) -> html.Div:
    """How many answered of those expected; the range of what the others are taken to emit."""
    found, expected = shown.view.totals.estimate, shown.view.totals.expected_people
    people, guests = f.number(shown.people), t("guest") if shown.people == 1 else t("guests")
    if shown.at_least:
        return kpi("estimated", t("Answered"), people, guests, t("at least so many have such lines"))
    if shown.asked.is_part or not expected:
        return kpi("estimated", t("Answered"), people, guests, t("of what is chosen") if shown.asked.is_part else "")
    note = t("{share} of {count}", share=f.percent_bp(found.response_bp), count=f.number(expected))
    if found.estimated_g:
        unit = f.mass_unit(found.high_g)
        span = f.mass_range(found.low_g, found.high_g, unit=unit)
        note += " · " + t("the others {range} {unit}", range=span, unit=unit)
    return kpi("estimated", t("Answered"), people, guests, note, "organiser-answered")


def _of(part: int, whole: int, words: str) -> str:
    return f"{f.percent(part / whole)} · {words}"


def ring_panel(shown: Dashboard, table: Table, span: int = 3) -> html.Section:
    """The ring of what is asked for, with its orders and money below it."""
    whole, totals, body = shown.whole, shown.view.totals, []
    extra_g = shown.extra_g or 0
    if shown.orders is not None:
        count, paid = shown.orders.paid_order_count, f.money(shown.orders.paid_minor, shown.view.event.currency)
        covered_g = whole.retired_g + whole.reserved_g + extra_g
        if not shown.asked.is_part:
            covered_g = totals.retired_g + totals.reserved_g + totals.extra_g
        words = [
            html.P(t("{count} orders · {money}", count=f.number(count), money=paid)),
            html.P(t("{mass} paid for, extra included", mass=f.mass_text(covered_g))),
        ]
        body = [html.Div(words, className="fz-small text-center mt-3")]
    drawn = covered_ring(whole.retired_g, whole.reserved_g, whole.total_g, extra_g, whole.covered_bp)
    named = Table(table.key, t("Ring of the event"), table.finding, table.columns, table.rows)
    return figure_panel(shown, named, [drawn, *body], span=span)


def day_panel(shown: Dashboard, table: Table, span: int = 5) -> html.Section:
    """Through the day: emitted with its band, covered from zero."""
    names = ("total_g", "low_g", "high_g", "retired_g", "reserved_g")
    moments = [
        Moment(_instant(row["bucket_at"]).timestamp(), *(row[name] for name in names)) for row in shown.view.timeline
    ]
    if len(moments) < 2:
        return figure_panel(shown, table, empty(table.finding), span=span)
    words = StepWords(t("Emitted"), t("Retired"), t("Reserved"))
    ticks = _ticks(moments[0].at_s, moments[-1].at_s, shown.view.event.timezone)
    said = steps_sentence(moments, words)
    wide = themed_svg(lambda theme: steps(moments, words, ticks, height=HIGH_PX, theme=theme), said, "fz-wide-only")
    few = ticks[:: max(1, len(ticks) // 3)]
    narrow = themed_svg(lambda theme: steps(moments, words, few, theme=theme, width=326), said, "fz-narrow-only")
    unit = f.mass_unit(moments[-1].emitted_g)
    return figure_panel(shown, table, [wide, narrow], t("{unit} CO₂e, band low–high", unit=unit), span)


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
