"""One person: their roles given and taken, let in or kept out, and what they changed lately."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update

import accounts
from accounts import Conflict, NotFound, PersonView, TooMany, current_actor, may
from calculations.model import InputError
from locales import t
from pages._parts.desk import button_link, frame, panel
from pages._parts.desk_form import button, done, told_of
from pages._parts.icons import icon
from pages._parts.instants import instant
from pages.admin import _people_parts as parts
from pages.admin import _trail_parts as trail
from pages.registry import page

page("/desk/people/<person_id>", kind="desk", title="Person", permission="people.view", scripts=("js/desk.js",),
     styles=("css/desk-more.css", "css/account.css"))  # fmt: skip
LATEST = 10


def check(person_id: str) -> None:
    """Before the page is sent: NotFound."""
    accounts.person_view(current_actor(), person_id)


def layout(person_id: str = "", **_: Any) -> html.Div:
    """Roles, acts and the latest changes."""
    person = accounts.person_view(current_actor(), person_id)
    home = html.Div(_inside(person), id="person-home")
    back = html.A([icon("back"), html.Span(t("All people"))], href="/desk/people", className="fz-button")
    body = [dcc.Store(id="person-what", data=person_id), home]
    return frame(body, "people", person.name or person.email, subtitle=person.email, actions=back)


def _inside(person: PersonView, told: Any = None) -> list[Any]:
    may_manage = may(current_actor(), "people.manage")
    grid = [_roles(person, may_manage), _state(person, may_manage), _latest(person)]
    return [html.Div(told, role="status"), html.Div(grid, className="fz-grid")]


def _roles(person: PersonView, may_manage: bool) -> html.Section:
    rows = []
    for each in person.grants:
        dom_id = {"type": "person-take", "id": f"{each.role}|{each.event_id}|{each.company_id}"}
        act = html.Button(t("Take"), id=dom_id, n_clicks=0, type="button", className="fz-link")
        cells = [html.Td(parts.grant_words(each)), html.Td(act if may_manage else None, className="fz-right")]
        rows.append(html.Tr(cells))
    table = html.Table(html.Tbody(rows), className="fz-table fz-table-plain")
    listed: Any = table if rows else html.P(t("No role yet: this person sees nothing but their own account."))
    if not may_manage:
        return panel(t("Roles"), listed, span=6)
    give = html.Div(button("person-give", t("Give the role"), "plus", main=True), className="mt-3")
    fields = html.Div(parts.role_fields("person"), className="fz-two mt-3")
    return panel(t("Roles"), [listed, fields, give], span=6)


def _state(person: PersonView, may_manage: bool) -> html.Section:
    facts = [
        (t("State"), t("disabled") if person.disabled_at else t("may sign in")),
        (t("Last here"), parts.state_words(person)), (t("Made"), instant(person.created_at)),
        (t("Second factor"), t("on") if person.factor_on else t("off")),
    ]  # fmt: skip
    rows = [html.Tr([html.Td(name), html.Td(value, className="fz-right")]) for name, value in facts]
    table = html.Table(html.Tbody(rows), className="fz-table fz-table-plain")
    if not may_manage:
        return panel(t("Account"), table, span=6)
    acts = [
        ("enable", t("Let them in again"), "check") if person.disabled_at else ("disable", t("Disable"), "lock"),
        *([] if person.disabled_at else [("end", t("End all their sessions"), "sign_out")]),
        ("link", t("Mail a link to set a password"), "link"),
        *([("factor", t("Take the second factor off"), "close")] if person.factor_on else []),
    ]
    shown = [
        html.Button([icon(symbol), html.Span(words)], id={"type": "person-act", "id": key}, n_clicks=0, type="button",
                    className="fz-button")
        for key, words, symbol in acts
    ]  # fmt: skip
    return panel(t("Account"), [table, html.Div(shown, className="fz-account-acts mt-3")], span=6)


def _latest(person: PersonView) -> html.Section:
    found = accounts.read_trail(current_actor(), person=person.person_id, size=LATEST)
    more = button_link(t("The whole trail"), f"/desk/trail?person={quote(person.person_id)}", "clock")
    return panel(t("What they changed lately"), [trail.table(found.entries), html.Div(more, className="mt-3")])


@callback(
    Output("person-home", "children"),
    Input("person-give", "n_clicks"),
    Input({"type": "person-take", "id": ALL}, "n_clicks"),
    Input({"type": "person-act", "id": ALL}, "n_clicks"),
    State("person-what", "data"),
    State("person-role", "value"),
    State("person-event", "value"),
    State("person-company", "value"),
    prevent_initial_call=True,
)
def act(_give: Any, _take: Any, _acts: Any, what: Any, role: Any, slug: Any, company: Any) -> Any:
    """Gives or takes a role, lets in or keeps out; people.manage is asked by each use case."""
    person_id, actor = str(what), current_actor()
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return no_update
    try:
        if ctx.triggered_id == "person-give":
            accounts.grant_role(actor, person_id, str(role or ""), str(slug or ""), str(company or ""))
            told = done(t("The role is given; it counts within five seconds."))
        elif ctx.triggered_id["type"] == "person-take":
            taken, event_id, company_id = (str(ctx.triggered_id["id"]).split("|") + ["", ""])[:3]
            accounts.take_role(actor, person_id, taken, event_id, company_id)
            told = done(t("The role is taken; it ends within five seconds."))
        else:
            told = _acted(str(ctx.triggered_id["id"]), person_id)
    except (Conflict, NotFound, TooMany, InputError) as error:
        told = html.Div(told_of(error, parts.labels()), className="fz-told fz-told-wrong mb-3")
    return _inside(accounts.person_view(actor, person_id), told)


def _acted(key: str, person_id: str) -> Any:
    actor = current_actor()
    if key in ("disable", "enable"):
        accounts.set_disabled(actor, person_id, key == "disable")
        words = t("Kept out: every session and token has ended.") if key == "disable" else t("Let in again.")
    elif key == "end":
        words = t("Sessions and tokens ended: {count}.", count=accounts.end_sessions_of(actor, person_id))
    elif key == "factor":
        accounts.reset_factor(actor, person_id)
        words = t("The second factor is off, and every session has ended.")
    else:
        accounts.invite_again(actor, person_id)
        words = t("A link is on its way.") if accounts.mail_is_sent() else t("The link stands in the server’s log.")
    return done(words)
