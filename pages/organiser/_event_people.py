"""Panels of the organiser's dashboard about people: where from, how far, when, by which code, how far along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from locales import formats as f
from locales import t
from pages._parts.pieces import empty
from pages._parts.rose import Origin, rose, rose_sentence
from pages._parts.svg import themed_svg
from pages.organiser._event_panels import figure_panel
from pages.organiser._filter import address, narrow_link
from reports import FEW, Dashboard, Row, Table

MOST_PLACES = 12


def origin_panel(shown: Dashboard, table: Table, span: int = 4) -> html.Section:
    """The compass rose, its places as ways to narrow by, and in one sentence who is not drawn."""
    rows = shown.rows["origin"]
    places = [
        Origin(row.name, at.azimuth, at.distance_km, row.people or 0, row.key in shown.by_rail)
        for row in rows if row.key != FEW and (at := shown.places.get(row.key)) is not None
    ]  # fmt: skip
    body: list[Any] = []
    if places:
        words = (t("N"), t("E"), t("S"), t("W"))
        body.append(themed_svg(lambda theme: rose(places, theme=theme, compass=words), rose_sentence(places)))
        body.append(_stems())
    else:
        body.append(empty(table.finding))
    picks = [_pick(shown, "origin", row) for row in rows if row.key != FEW][:MOST_PLACES]
    body += [html.P(picks, className="fz-picks")] if picks else []
    few = next((row for row in rows if row.key == FEW), None)
    if few is not None and few.people:
        told = t("{count} from places told together, some with fewer than five", count=f.number(few.people))
        body.append(html.P(told, className="fz-small mb-0"))
    return figure_panel(shown, table, body, people_unit(shown), span)


def _stems() -> html.P:
    air = html.Span([html.I(className="fz-stem"), t("mostly air")])
    rail = html.Span([html.I(className="fz-stem fz-stem-rail"), t("mostly rail")])
    return html.P([air, rail], className="fz-stems-row")


def people_unit(shown: Dashboard) -> str:
    """What a figure of people counts."""
    return t("guests, at least so many") if shown.at_least else t("guests")


def _pick(shown: Dashboard, name: str, row: Row) -> html.A:
    chosen = row.key in getattr(shown.asked, name)
    words = [html.Span(row.name), html.B(f.number(row.people or 0))]
    more = {"aria-current": "true"} if chosen else {}
    href = address(shown, shown.asked.toggled(name, row.key))
    return narrow_link(words, href, "fz-pick-chip" + (" fz-pick-on" * chosen), **more)


def people_panel(shown: Dashboard, table: Table, span: int = 4) -> html.Section:
    """Guests by channel or by ring of distance; pressing a name narrows everything to it."""
    rows = [row for row in shown.rows[table.key] if row.people]
    link = None
    if table.key == "channel":
        link = html.A(t("Codes"), href=f"/desk/e/{shown.view.event.slug}/codes", className="fz-link")
        if not any(row.key not in (FEW, "none") for row in rows) and not any(one.scans for one in shown.channels):
            words = t("Hang up codes by hall and channel: this tells which are scanned.")
            return figure_panel(shown, table, empty(words, link), span=span)
    if not rows:
        return figure_panel(shown, table, empty(table.finding), span=span)
    body: list[Any] = [_bars(shown, table.key, rows)]
    return figure_panel(shown, table, [*body, link] if link else body, people_unit(shown), span)


def _bars(shown: Dashboard, name: str, rows: Sequence[Row]) -> html.Div:
    largest, chosen = max(row.people or 0 for row in rows) or 1, getattr(shown.asked, name)
    made = []
    for row in rows:
        pale = " fz-bar-pale" if chosen and row.key not in chosen else ""
        words: Any = html.Span(t("fewer than five") if row.key == FEW else row.name)
        if row.key != FEW:
            on = {"aria-current": "true"} if row.key in chosen else {}
            href = address(shown, shown.asked.toggled(name, row.key))
            words = narrow_link(row.name, href, "fz-row-link", **on)
        length = {"--fz-w": f"{100 * (row.people or 0) / largest:.1f}%"}
        made.append(html.Div([words, html.I(style=length, className=pale), html.B(f.number(row.people or 0))]))
    return html.Div(made, className="fz-bar-list")


def began_panel(shown: Dashboard, table: Table, span: int = 4) -> html.Section:
    """What guests emit by the hour, day or month in which they began: columns, each a way to narrow to it."""
    rows = [row for row in shown.rows["began"] if row.key != FEW]
    few = next((row for row in shown.rows["began"] if row.key == FEW), None)
    if not rows:
        return figure_panel(shown, table, empty(table.finding), span=span)
    largest, chosen = max(row.value_g for row in rows) or 1, shown.asked.began
    columns = [_column(shown, row, largest, bool(chosen)) for row in rows]
    body: list[Any] = [html.Ol(columns, className="fz-times", tabIndex="0", **{"aria-label": table.name})]
    if few is not None and few.total_g:
        words = t("{mass} at times of fewer than five", mass=f.mass_text(few.value_g))
        body.append(html.P(words, className="fz-small mb-0"))
    return figure_panel(shown, table, body, t("CO₂e of guests, {zone}", zone=_zone(shown)), span)


def _zone(shown: Dashboard) -> str:
    return shown.view.event.timezone.replace("_", " ")


def _column(shown: Dashboard, row: Row, largest: int, narrowed: bool) -> html.Li:
    key = row.key
    chosen = any(key.startswith(value) for value in shown.asked.began)
    look = "fz-time" + (" fz-time-pale" if narrowed and not chosen else "")
    words = t("{time}: {mass}", time=row.name, mass=f.mass_text(row.value_g))
    label = key[11:13] if len(key) > 10 else key[8:10] if len(key) > 7 else key[5:7]
    bar = html.I(style={"--fz-n": f"{row.value_g / largest:.3f}"})
    inside = [bar, html.Span(label, **{"aria-hidden": "true"}), html.Span(words, className="visually-hidden")]
    on = {"aria-current": "true"} if chosen else {}
    return html.Li(narrow_link(inside, address(shown, shown.asked.toggled("began", key)), look, title=words, **on))


def funnel_panel(shown: Dashboard, table: Table, span: int = 2) -> html.Section:
    """From the scan to the certificate."""
    largest = max((row[1] for row in table.rows), default=0) or 1
    rows = [html.Div([html.Span(name), html.I(f.number(count), style={"--fz-w": f"{100 * count / largest:.1f}%"})])
            for name, count, _ in table.rows]  # fmt: skip
    return figure_panel(shown, table, html.Div(rows, className="fz-funnel"), span=span)


def orders_panel(shown: Dashboard, table: Table, span: int = 3) -> html.Section:
    """Orders of those who are asked for, and what they paid."""
    found, currency = shown.orders, shown.view.event.currency
    rows: list[Any] = []
    if found is not None:
        told = [(t("Orders placed"), f.number(found.order_count)), (t("Orders paid"), f.number(found.paid_order_count)),
                (t("Money"), f.money(found.paid_minor, currency))]  # fmt: skip
        rows = [html.Div([html.Dt(name), html.Dd(words)]) for name, words in told]
    return figure_panel(shown, table, html.Dl(rows, className="fz-told-pairs"), span=span)
