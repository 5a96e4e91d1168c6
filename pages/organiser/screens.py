"""Links for big screens: made, told once, revoked."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html

import events
from accounts import current_actor, require
from data.settings import get_settings
from locales import current_language, pick, t
from locales import formats as f
from pages._parts.desk import event_line, event_notice, frame, panel
from pages._parts.icons import icon
from pages.registry import page

page(
    "/desk/e/<slug>/screens",
    kind="desk",
    title="Big screen",
    permission="screen.manage",
    scripts=("js/desk.js",),
    styles=("css/desk-more.css",),
)


def check(slug: str) -> None:
    """Before the page is sent: NotFound, or Forbidden for somebody else's event."""
    require(current_actor(), "screen.manage", events.get_event(slug).event_id)


def layout(slug: str = "", **_: Any) -> html.Div:
    """A button that makes a link, and one that ends all of them."""
    event = events.get_event(slug)
    require(current_actor(), "screen.manage", event.event_id)
    label = [
        dbc.Label(t("Where it stands (for your own record)"), html_for="screens-label", className="fz-label"),
        dbc.Input(
            id="screens-label", type="text", maxlength=80, className="fz-input", placeholder=t("Main hall, left")
        ),
    ]
    make = dbc.Button(t("Make a link"), id="screens-make", n_clicks=0, className="fz-button fz-button-main")
    end = dbc.Button(t("Revoke all links"), id="screens-revoke", n_clicks=0, className="fz-button")
    told = html.Div(id="screens-told", role="status")
    new = [
        html.P(
            t("Whoever has the link sees the event's screen and nothing else. It is shown once, here."),
            className="fz-small",
        ),
        html.Div(label, className="mt-2"),
        html.Div(make, className="mt-3"),
        told,
    ]
    old = [
        html.P(t("Screens go dark within seconds; make new links afterwards."), className="fz-small"),
        html.Div(end, className="mt-3"),
        html.Div(id="screens-ended", role="status"),
    ]
    grid = [panel(t("A new screen"), new, span=7), panel(t("Screens that stand somewhere"), old, span=5)]
    body = [dcc.Store(id="screens-slug", data=slug), html.Div(grid, className="fz-grid")]
    head = {"subtitle": f"{pick(dict(event.names))} · {event_line(event)}"}
    return frame(body, "event", t("Big screen"), slug=slug, **head, **event_notice(event))


@callback(
    Output("screens-told", "children"),
    Output("screens-ended", "children"),
    Input("screens-make", "n_clicks"),
    Input("screens-revoke", "n_clicks"),
    State("screens-slug", "data"),
    State("screens-label", "value"),
    prevent_initial_call=True,
)
def act(_make: int, _revoke: int, slug: str, label: Any) -> Any:
    """Makes a link or revokes all; the permission screen.manage is asked by the use case."""
    if ctx.triggered_id == "screens-revoke":
        count = events.revoke_screen(str(slug))
        return None, html.P(t("{count} links were revoked.", count=f.number(count)), className="fz-told mt-3")
    token = events.screen_token(str(slug), str(label or ""))
    return _new_link(f"{get_settings().base_url}/screen/{token}?lang={current_language()}"), None


def _new_link(link: str) -> html.Div:
    copy = html.Button(
        [icon("copy"), html.Span(t("Copy link"))],
        className="fz-button",
        **{"data-copy": link, "data-copied": t("Copied")},
    )
    show = html.A(
        [icon("screen"), html.Span(t("Open the screen"))],
        href=link,
        target="_blank",
        rel="noreferrer",
        className="fz-button fz-button-ink",
    )
    words = html.P(html.Span(link, className="fz-mono"), id="screens-link")
    note = html.P(t("Add theme=light to the address for a bright room."), className="fz-note mt-2")
    return html.Div([words, html.Div([copy, show], className="d-flex gap-2 mt-2"), note], className="fz-told mt-3")
