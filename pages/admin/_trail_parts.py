"""The audit trail as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from accounts import Entry, action_words, detail_words
from locales import t
from pages._parts.instants import instant
from pages._parts.pieces import empty

MOST_LINES = 8


def who_words(entry: Entry) -> str:
    """Who it was: a name, a guest, the system; a program of somebody's says so."""
    kind = entry.actor.partition(":")[0]
    if kind == "program":
        return t("A program of {name}", name=entry.who or "–")
    plain = {"guest": t("A guest"), "system": t("The system"), "anonymous": t("Nobody signed in")}
    return entry.who or plain.get(kind, entry.actor)


def table(entries: Sequence[Entry], with_event: bool = True) -> Any:
    """Entries, newest first."""
    if not entries:
        return empty(t("Nothing was changed here."))
    words = [t("When"), t("What"), t("Of what"), t("Who"), *([t("Event")] if with_event else [])]
    head = html.Tr([html.Th(word, scope="col") for word in words])
    body = [_row(each, with_event) for each in entries]
    return html.Div(
        html.Table([html.Thead(head), html.Tbody(body)], className="fz-table fz-wide-table"),
        className="fz-scroll",
        tabIndex="0",
    )


def _row(entry: Entry, with_event: bool) -> html.Tr:
    lines = detail_words(entry.detail)
    shown = [html.Div(line, className="fz-trail-detail fz-break") for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(html.Div(t("and {count} more", count=len(lines) - MOST_LINES), className="fz-trail-detail"))
    what = [html.Div(entry.subject, className="fz-mono fz-break"), *shown]
    act = [html.Div(action_words(entry.action)), html.Code(entry.action, className="fz-note")]
    event = html.A(entry.slug, href=f"/desk/e/{entry.slug}") if entry.slug else "–"
    cells = [act, what, who_words(entry), *([event] if with_event else [])]
    return html.Tr([html.Td(instant(entry.at), className="fz-trail-time"), *map(html.Td, cells)])
