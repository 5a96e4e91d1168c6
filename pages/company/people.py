"""A company's people at an event: links and personal codes by which they say that they belong to it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from fastapi import APIRouter
from fastapi.responses import Response

import accounts
import events
from accounts import Conflict, Invitation, NotFound, TooMany, current_actor, require
from calculations.model import InputError
from data.settings import get_settings
from data.table_given import csv_cells
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, event_notice, frame, panel, sentence_of
from pages._parts.desk_form import button, bytes_of, labelled, typed, upload
from pages._parts.icons import icon
from pages._parts.pieces import empty
from pages.registry import page

page("/desk/company/<company_id>/<slug>/people", kind="desk", title="Your people", permission="company.invite",
     scripts=("js/desk.js",), styles=("css/desk-more.css",))  # fmt: skip
router = APIRouter(include_in_schema=False)
MOST_SHOWN = 200
MOST_ERRORS = 50


def check(company_id: str, slug: str) -> None:
    """Before the page is sent: NotFound, or Forbidden for another company."""
    accounts.invitations(current_actor(), company_id, slug)


def layout(company_id: str = "", slug: str = "", **_: Any) -> html.Div:
    """Links for many, codes for each of a list; what is there can be withdrawn."""
    event = events.get_event(slug)
    found = accounts.invitations(current_actor(), company_id, slug)
    body = [
        dcc.Store(id="people-what", data=[company_id, slug]),
        html.Div(_inside(company_id, slug, found), id="people-home"),
    ]
    head = {"subtitle": pick(dict(event.names)), "actions": _back(company_id, slug)}
    return frame(body, "company", t("Your people"), **head, **event_notice(event))


def _back(company_id: str, slug: str) -> html.A:
    return html.A(t("The company at this event"), href=f"/desk/company/{company_id}/{slug}", className="fz-link")


def _inside(company_id: str, slug: str, found: Sequence[Invitation], told: Any = None) -> list[Any]:
    links = [each for each in found if not each.is_personal and not each.withdrawn_at]
    people = [each for each in found if each.is_personal and not each.withdrawn_at]
    consent = t("Whoever joins is told first: you see totals of five people or more, never trips, and they can leave.")
    label = typed("people", "label", maxLength=80)
    new_link = [
        html.P(t("One link for everybody, by mail or on your intranet."), className="fz-small"),
        html.Div(labelled("people", "label", t("What it is for (for your own record)"), label), className="mt-2"),
        html.Div(button("people-link", t("Make a link"), "link", main=True), className="mt-3"),
    ]  # fmt: skip
    new_list = [
        html.P(t("A CSV or XLSX file with a column “name”. Each person gets a code of their own, used once."),
               className="fz-small"),
        html.Div(upload("people", "list", t("Choose a file"), 1_100_000), className="mt-2"),
        html.Div(button("people-upload", t("Make codes"), "upload", main=True), className="mt-3"),
    ]  # fmt: skip
    more = button_link(t("Codes as CSV"), f"/desk/company/{company_id}/{slug}/people.csv", "table", download="")
    grid = [
        panel(t("A link"), new_link, span=6), panel(t("A list"), new_list, span=6),
        panel(t("Links"), _links(slug, links), f.number(len(links))),
        panel(t("Personal codes"), _people(people, more), f.number(len(people))),
    ]  # fmt: skip
    return [
        html.Div(told, role="status"),
        html.P(consent, className="fz-small mb-3"),
        html.Div(grid, className="fz-grid"),
    ]


def _address(slug: str, code: str) -> str:
    return f"{get_settings().base_url}/e/{slug}/join#{code}"


def _links(slug: str, links: Sequence[Invitation]) -> Any:
    if not links:
        return empty(t("No link yet."))
    rows = []
    for each in links:
        address = _address(slug, each.code)
        copy = html.Button(
            [icon("copy"), html.Span(t("Copy link"))], className="fz-button", type="button",
            **{"data-copy": address, "data-copied": t("Copied")},
        )  # fmt: skip
        words = [html.B(each.label or t("Everybody")), html.Div(address, className="fz-mono fz-break")]
        rows.append([html.Td(words), _used(each), html.Td([copy, _withdraw(each)], className="fz-right")])
    return _table((t("Link"), t("Joined"), ""), rows)


def _people(people: Sequence[Invitation], more: Any) -> Any:
    if not people:
        return empty(t("No list yet."))
    rows = [
        [html.Td(each.label), html.Td(each.code, className="fz-mono"),
         html.Td(t("used") if each.use_count else t("not used yet")), html.Td(_withdraw(each), className="fz-right")]
        for each in people[:MOST_SHOWN]
    ]  # fmt: skip
    rest = len(people) - len(rows)
    note = html.P(t("{count} more are in the file.", count=f.number(rest)), className="fz-small") if rest else None
    return [html.Div(more, className="mb-3"), _table((t("Name"), t("Code"), t("State"), ""), rows), note]


def _used(each: Invitation) -> html.Td:
    return html.Td(f.number(each.use_count), className="fz-tabular")


def _withdraw(each: Invitation) -> html.Button:
    dom_id = {"type": "people-withdraw", "id": each.invitation_id}
    return html.Button(t("Withdraw"), id=dom_id, n_clicks=0, type="button", className="fz-link ms-3")


def _table(head: Sequence[str], rows: list[list[Any]]) -> html.Div:
    top = html.Tr([html.Th(word, scope="col") if word else html.Td() for word in head])
    table = html.Table([html.Thead(top), html.Tbody([html.Tr(row) for row in rows])], className="fz-table")
    return html.Div(table, className="fz-scroll", tabIndex="0")


@callback(
    Output("people-home", "children"),
    Input("people-link", "n_clicks"),
    Input("people-upload", "n_clicks"),
    Input({"type": "people-withdraw", "id": ALL}, "n_clicks"),
    State("people-what", "data"),
    State("people-label", "value"),
    State("people-list", "contents"),
    State("people-list", "filename"),
    prevent_initial_call=True,
)
def act(_link: int, _upload: int, _withdrawn: list[int], what: Any, label: Any, contents: Any, name: Any) -> Any:
    """Makes a link or codes, or withdraws one; company.invite is asked by the use case."""
    company_id, slug, actor = str(what[0]), str(what[1]), current_actor()
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return no_update
    try:
        if ctx.triggered_id == "people-link":
            accounts.invite_by_link(actor, company_id, slug, str(label or ""))
            told = _told(t("The link is there."))
        elif ctx.triggered_id == "people-upload" and not contents:
            told = _told(t("Choose a file first."), wrong=True)
        elif ctx.triggered_id == "people-upload":
            made = accounts.invite_by_list(actor, company_id, slug, bytes_of(contents), str(name or ""))
            told = _told(t("{count} codes were made.", count=f.number(len(made))) if made else
                         t("Everybody of this file has a code already; no more were made."))  # fmt: skip
        else:
            accounts.withdraw_invitation(actor, company_id, slug, str(ctx.triggered_id["id"]))
            told = _told(t("Withdrawn: nobody can join by it any more."))
    except InputError as error:
        told = _wrong_rows(error)
    except (Conflict, NotFound, TooMany) as error:
        told = _told(t(error.message, **error.params), wrong=True)
    return _inside(company_id, slug, accounts.invitations(actor, company_id, slug), told)


@callback(
    Output("people-list-file", "children"), Input("people-list", "filename"), State("people-what", "data"),
    prevent_initial_call=True,
)  # fmt: skip
def named(name: Any, _what: Any) -> Any:
    """The name of the file that was chosen."""
    return str(name)[:120] if name else t("Choose a file")


def _told(words: Any, wrong: bool = False) -> html.Div:
    return html.Div(words, className="fz-told mb-3" + (" fz-told-wrong" if wrong else ""))


def _wrong_rows(error: InputError) -> html.Div:
    """Every bad row, the first fifty in words."""
    labels = {"file": t("File"), "name": t("Name")}
    lines = [html.Li(sentence_of(each, labels)) for each in error.errors[:MOST_ERRORS]]
    rest = len(error.errors) - len(lines)
    if rest:
        lines.append(html.Li(t("{count} more rows are wrong.", count=f.number(rest))))
    return _told(
        [html.P(t("Nothing was taken over; put this right and hand the file in again:")), html.Ul(lines)], True
    )


@router.get("/desk/company/{company_id}/{slug}/people.csv")
def codes(company_id: str, slug: str) -> Response:
    """Names, codes and links of the personal invitations that stand."""
    actor = current_actor()
    event = events.get_event(slug)
    require(actor, "company.invite", event.event_id, company_id)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["name", "code", "link", "used"])
    for each in accounts.invitations(actor, company_id, slug):
        if each.is_personal and not each.withdrawn_at:
            used = "yes" if each.use_count else "no"
            writer.writerow(csv_cells([each.label, each.code, _address(slug, each.code), used]))
    headers = {"Content-Disposition": f'attachment; filename="{slug}-people.csv"', "Cache-Control": "no-store"}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
