"""People of the installation: a list to search, and inviting somebody."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, html, no_update

import accounts
from accounts import DomainError, current_actor, may
from calculations.model import InputError
from locales import current_language, t
from pages._parts.desk import frame, panel
from pages._parts.desk_form import button, done, labelled, told_of, typed
from pages._parts.pieces import empty
from pages.admin import _people_parts as parts
from pages.registry import page as register

PATH = "/desk/people"
register(PATH, kind="desk", title="People and roles", permission="people.view", scripts=("js/desk.js",),
         styles=("css/desk-more.css", "css/account.css"))  # fmt: skip


def layout(q: str = "", role: str = "", page: str = "1", **_: Any) -> html.Div:
    """The people found, fifty a page; inviting for those who may."""
    number = int(page) if page.isdecimal() and 0 < len(page) < 5 else 1
    role = role if role in parts.role_names() else ""
    found, has_more = accounts.find_people(current_actor(), q, role, number)
    listed = panel(t("Who may sign in"), [_search(q, role), _table(found), _pager(q, role, number, has_more)])
    may_manage = may(current_actor(), "people.manage")
    grid = [listed, *([_invite()] if may_manage else [])]
    subtitle = t("Who may sign in at the desks, with which roles. Guests have no account.")
    return frame(html.Div(grid, className="fz-grid"), "people", t("People and roles"), subtitle=subtitle)


def _search(q: str, role: str) -> html.Form:
    every = [{"value": "all", "label": t("every role")}]
    options = every + [{"value": key, "label": name} for key, name in parts.role_names().items()]
    wanted = dbc.Input(id="people-q", name="q", value=q, type="search", maxLength=80, className="fz-input")
    chosen = dbc.Select(id="people-filter", name="role", options=options, value=role or "all", className="fz-input")
    return html.Form(
        [
            html.Label([html.Span(t("Name or email"), className="fz-label"), wanted]),
            html.Label([html.Span(t("Role"), className="fz-label"), chosen]),
            html.Button(t("Search"), type="submit", className="fz-button"),
        ],
        method="get", action=PATH, className="fz-people-search mb-3",
    )  # fmt: skip


def _table(found: list[accounts.PersonView]) -> Any:
    if not found:
        return empty(t("Nobody is like this."))
    words = (t("Name"), t("Roles"), t("Second factor"), t("Last here"))
    head = html.Tr([html.Th(word, scope="col") for word in words])
    rows = [
        html.Tr([
            html.Td([html.A(html.B(each.name or each.email), href=f"{PATH}/{quote(each.person_id)}"), html.Br(),
                     html.Span(each.email, className="fz-note fz-break")]),
            html.Td(parts.roles(each)), html.Td(t("on") if each.factor_on else "–"), html.Td(parts.state_words(each)),
        ])
        for each in found
    ]  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="fz-table fz-wide-table")
    return html.Div(table, className="fz-scroll", tabIndex="0")


def _pager(q: str, role: str, number: int, has_more: bool) -> html.Div | None:
    links = []
    for there, words, shown in ((number - 1, t("Before"), number > 1), (number + 1, t("More"), has_more)):
        if shown:
            href = f"{PATH}?{urlencode({'q': q, 'role': role, 'page': there})}"
            links.append(html.A(words, href=href, className="fz-link"))
    return html.Div(links, className="d-flex gap-4 fz-pager") if links else None


def _invite() -> html.Section:
    names = parts.labels()
    fields = [
        labelled("invite", "name", names["name"], typed("invite", "name", "", maxLength=80)),
        labelled("invite", "email", names["email"], typed("invite", "email", "", "email", maxLength=200)),
        *parts.role_fields("invite"),
    ]
    words = t("They get a letter with a link to set their password within seven days.")
    unsent = None if accounts.mail_is_sent() else html.P(
        t("This installation sends no mail: the link stands in the server’s log, for you to hand on."),
        className="fz-told fz-told-wrong mt-2",
    )  # fmt: skip
    act = html.Div(button("invite-send", t("Invite"), "plus", main=True), className="mt-3")
    told = html.Div(id="invite-told", role="status")
    return panel(
        t("Invite somebody"), [html.P(words), unsent, html.Div(fields, className="fz-people-fields mt-3"), act, told]
    )


@callback(
    Output("invite-told", "children"),
    Input("invite-send", "n_clicks"),
    State("invite-name", "value"),
    State("invite-email", "value"),
    State("invite-role", "value"),
    State("invite-event", "value"),
    State("invite-company", "value"),
    prevent_initial_call=True,
)
def invite(clicks: Any, name: Any, email: Any, role: Any, slug: Any, company: Any) -> Any:
    """Makes somebody and mails them a link; people.manage is asked by the use case."""
    if not clicks:
        return no_update
    given = [str(each or "") for each in (email, name, role, slug, company)]
    try:
        person_id = accounts.invite_person(current_actor(), *given, locale=current_language())
    except (DomainError, InputError) as error:
        if isinstance(error, accounts.Forbidden | accounts.Unauthenticated):
            raise
        return told_of(error, parts.labels())
    link = html.A(t("Their page"), href=f"{PATH}/{quote(person_id)}", className="fz-link")
    return done(t("{name} was invited.", name=given[1]), link)
