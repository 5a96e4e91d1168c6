"""The audit trail: who changed what, filtered by the address; the same as CSV."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import Response

import accounts
from accounts import Forbidden, NotFound, Unauthenticated, current_actor
from calculations.model import InputError
from locales import t
from pages._parts.desk import button_link, frame, panel
from pages._parts.desk_form import told_of
from pages._parts.pieces import empty
from pages.admin import _trail_parts as parts
from pages.bundles import to_sign_in
from pages.registry import page

PATH, ALL = "/desk/trail", "all"
page(PATH, kind="desk", title="Who changed what", permission="trail.view", scripts=("js/desk.js",),
     styles=("css/desk-more.css", "css/account.css"))  # fmt: skip
router = APIRouter(include_in_schema=False)


def layout(event: str = "", person: str = "", action: str = "", day: str = "", before: str = "", **_: Any) -> html.Div:
    """A page of the trail, newest first."""
    wanted = {
        "event": event[:80],
        "person": person[:200],
        "action": action[:60] if action != ALL else "",
        "day": day[:20],
    }
    try:
        found = accounts.read_trail(current_actor(), *wanted.values(), before=before[:40])
    except (Forbidden, NotFound) as error:
        return _framed([_filter(wanted), empty(t(error.message, **error.params))], wanted)
    except InputError as error:
        return _framed([_filter(wanted), *told_of(error, {"day": t("Day (UTC)")})], {**wanted, "day": ""})
    older = {**wanted, "before": found.next_before}
    links = []
    if before:
        links.append(html.A(t("Newest"), href=f"{PATH}?{urlencode(wanted)}", className="fz-link"))
    if found.next_before:
        links.append(html.A(t("Older"), href=f"{PATH}?{urlencode(older)}", className="fz-link"))
    more = html.Div(links, className="d-flex gap-4 fz-pager") if links else None
    return _framed([_filter(wanted), parts.table(found.entries), more], wanted)


def _framed(inside: list[Any], wanted: dict[str, str]) -> html.Div:
    whole = accounts.sees_all(current_actor())
    words = t("Of the whole installation.") if whole else t("Of the events that you organise.")
    file = button_link(t("As CSV"), f"{PATH}.csv?{urlencode(wanted)}", "table", download="")
    body = html.Div(panel(t("Changes"), inside, t("newest first")), className="fz-grid")
    return frame(body, "trail", t("Who changed what"), subtitle=words, actions=file)


def _filter(wanted: dict[str, str]) -> html.Form:
    names = {"event": t("Event (its address)"), "person": t("Person (name, email or guest)"), "day": t("Day (UTC)")}
    fields = [
        html.Label([html.Span(words, className="fz-label"),
                    dbc.Input(id=f"trail-{key}", name=key, value=wanted[key], maxLength=200, className="fz-input",
                              type="date" if key == "day" else "text")])
        for key, words in names.items()
    ]  # fmt: skip
    fields.insert(2, html.Label([html.Span(t("What"), className="fz-label"), _actions(wanted["action"])]))
    act = html.Button(t("Filter"), type="submit", className="fz-button")
    return html.Form([*fields, act], method="get", action=PATH, className="fz-people-search mb-3")


def _actions(chosen: str) -> dbc.Select:
    """Every action that was recorded, by what it is about; what was typed into the address stays."""
    codes = {*accounts.recorded_actions(current_actor()), *([chosen] if chosen else [])}
    named = sorted((f"{_area(code)}: {accounts.action_words(code)}", code) for code in codes)
    options = [{"value": ALL, "label": t("Everything")}, *({"value": code, "label": words} for words, code in named)]
    return dbc.Select(id="trail-action", name="action", options=options, value=chosen or ALL, className="fz-input")


def _area(code: str) -> str:
    area = code.partition(".")[0]
    return t(accounts.AREAS[area]) if area in accounts.AREAS else area


@router.get(PATH + ".csv")
def download(request: Request, event: str = "", person: str = "", action: str = "", day: str = "") -> Response:
    """The trail under the same filters."""
    try:
        text = accounts.trail_csv(current_actor(), event, person, action, day)
    except Unauthenticated:
        return to_sign_in(request)
    headers = {"Content-Disposition": 'attachment; filename="trail.csv"', "Cache-Control": "no-store"}
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)
