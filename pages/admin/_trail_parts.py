"""The audit trail as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dash import html

from accounts import Entry
from locales import t
from pages._parts.instants import instant
from pages._parts.pieces import empty

MOST_DETAIL = 240


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
    words = [t("When"), *([t("Event")] if with_event else []), t("Who"), t("What"), t("Of what")]
    head = html.Tr([html.Th(word, scope="col") for word in words])
    body = [_row(each, with_event) for each in entries]
    return html.Div(
        html.Table([html.Thead(head), html.Tbody(body)], className="fz-table fz-wide-table"),
        className="fz-scroll",
        tabIndex="0",
    )


def _row(entry: Entry, with_event: bool) -> html.Tr:
    detail = json.dumps(dict(entry.detail), ensure_ascii=False) if entry.detail else ""
    shown = detail if len(detail) <= MOST_DETAIL else detail[:MOST_DETAIL] + "…"
    what = [html.Div(entry.subject, className="fz-mono fz-break"), html.Div(shown, className="fz-trail-detail")]
    event = html.A(entry.slug, href=f"/desk/e/{entry.slug}") if entry.slug else "–"
    cells = [html.Td(instant(entry.at), className="fz-trail-time"), *([html.Td(event)] if with_event else [])]
    return html.Tr([*cells, html.Td(who_words(entry)), html.Td(html.Code(entry.action)), html.Td(what)])
