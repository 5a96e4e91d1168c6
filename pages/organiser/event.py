"""The organiser's page of an event, live: the ring, what it is made of, where guests came from, through the day."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, dcc, html

import events
import offsetting
from accounts import current_actor, may
from locales import formats as f
from locales import pick, t
from offsetting import claims
from pages._parts.deadline import deadline_note
from pages._parts.desk import button_link, claim_panel, event_line, event_notice, frame, panel
from pages._parts.pieces import filter_bar
from pages.organiser import _figures as figures
from pages.organiser._cover_split import cover_split
from pages.organiser._estimate import estimate_panel
from pages.organiser._setup_review import deadlines, state_note
from pages.registry import page

page(
    "/desk/e/<slug>", kind="desk", title="Event", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/setup.css"),
)  # fmt: skip


def check(slug: str) -> None:
    """Before the page is sent: NotFound, or Forbidden for somebody else's event."""
    events.organiser_view(slug)


def layout(slug: str = "", **_: Any) -> html.Div:
    """The whole page; its body is made anew with every live version."""
    view = events.organiser_view(slug)
    event = view.event
    body = [
        dcc.Store(id="organiser-slug", data=slug),
        dcc.Store(id="organiser-version", data=view.totals.version),
        html.Div(_body(view), id="organiser-body"),
    ]
    head = {"subtitle": event_line(event), "actions": _actions(view)}
    return frame(body, "event", pick(dict(event.names)), slug=slug, **head, **event_notice(event))


@callback(
    Output("organiser-body", "children"),
    Input("organiser-version", "data"),
    State("organiser-slug", "data"),
    prevent_initial_call=True,
)
def refresh(_version: int, slug: str) -> Any:
    """The body of the newest version; who asks is checked in the view."""
    return _body(events.organiser_view(str(slug)))


def _actions(view: events.OrganiserView) -> list[Any]:
    slug, actor = view.event.slug, current_actor()
    parts: list[Any] = [live_chip(view)]
    if may(actor, "event.poster", view.event.event_id):
        parts.append(button_link(t("Poster"), f"/desk/e/{slug}/poster", "poster"))
    if may(actor, "screen.manage", view.event.event_id):
        parts.append(button_link(t("Big screen"), f"/desk/e/{slug}/screens", "screen", "fz-button-ink"))
    return parts


def live_chip(view: events.OrganiserView) -> html.P:
    """The chip that desk.js keeps: live with its time, or as of when."""
    event = view.event
    given = {
        "data-live-slug": event.slug, "data-live-zone": event.timezone, "data-live-words": t("Live"),
        "data-away-words": t("as of"), "data-live-version": str(view.totals.version), "role": "status",
    }  # fmt: skip
    clock = f.time_text(view.totals.as_of, event.timezone, seconds=True)
    return html.P(f"{t('as of')} {clock}", id="organiser-live", className="fz-live fz-live-away", **given)


def _body(view: events.OrganiserView) -> list[Any]:
    if not view.totals.counts["participation_count"] and not view.totals.mass.total_g:
        return [figures.key_figures(view), _nothing_yet(view), html.Div(_deadlines(view), className="fz-grid mt-3")]
    grid = [
        figures.ring_panel(view), figures.category_panel(view), figures.origin_panel(view), figures.day_panel(view),
        figures.session_panel(view), figures.funnel_panel(view), _claim(view), _split(view),
        estimate_panel(view), _deadlines(view),
    ]  # fmt: skip
    late = deadline_note(view.event.event_id)
    return [_sentence(view), late, figures.key_figures(view), html.Div(grid, className="fz-grid")]


def _deadlines(view: events.OrganiserView) -> html.Section:
    """Until when answers and payments are taken, the books' and the credits' days."""
    return panel(t("Deadlines"), deadlines(view.event), state_note(view.event), span=12)


def _split(view: events.OrganiserView) -> html.Section:
    split = offsetting.coverage_split(view.event.slug)
    return cover_split(split, view.totals.mass.total_g, view.totals.residual_g, span=12)


def _claim(view: events.OrganiserView) -> html.Section:
    event, totals = view.event, view.totals
    said = claims.whole_claim(
        "event", event.jurisdiction, event.livemode, pick(dict(event.names)), emitted_g=totals.mass.total_g,
        reserved_g=totals.reserved_g, retired_g=totals.retired_g, extra_g=totals.extra_g,
    )  # fmt: skip
    return claim_panel(said)


def _sentence(view: events.OrganiserView) -> html.Div:
    """What the figures stand for, in one line, with the ways on."""
    totals = view.totals
    guests = max(totals.expected_people, totals.participants)
    words = [t("All {count} guests, all sub-forums, until now.", count=f.number(guests))]
    if view.unanswered and totals.mass.estimated_g:
        words.append(t("Guests who have not answered ({count}) are estimated.", count=f.number(view.unanswered)))
    side: list[Any] = []
    if may(current_actor(), "event.order", view.event.event_id) and view.event.payments and totals.residual_g:
        residual = claims.say("desk.residual", jurisdiction=view.event.jurisdiction, subject="event")
        side.append(html.A(residual, href=f"/desk/e/{view.event.slug}/orders", className="fz-link"))
    if may(current_actor(), "reports.view", view.event.event_id):
        side.append(html.A(t("Explore"), href=f"/desk/reports?event={view.event.slug}", className="fz-link"))
    return filter_bar([" ".join(words)], html.Span(side, className="d-flex gap-3"))


def _nothing_yet(view: events.OrganiserView) -> html.Div:
    from pages._parts.pieces import empty

    link = button_link(t("Poster"), f"/desk/e/{view.event.slug}/poster", "poster", "fz-button-main")
    return html.Div(
        empty(t("Nobody has counted a trip yet. Hang up the poster with its code."), link), className="fz-card"
    )
