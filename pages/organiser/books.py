"""Closing an event's books: what has to be put right or seen, the statement, publishing it, opening the books again."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from fastapi import APIRouter, Request
from fastapi.responses import Response

import events
from accounts import Conflict, TooMany, Unauthenticated, current_actor, require
from calculations.model import InputError
from events.books import (
    LOOK,
    STOP,
    BooksStatement,
    BooksView,
    Check,
    books_view,
    close_books,
    publish_books,
    reopen_books,
    statement,
)
from locales import current_language, pick, t
from locales import formats as f
from pages._parts.desk import button_link, event_line, event_notice, frame, panel
from pages._parts.desk_form import area, button, done, labelled, told_of
from pages._parts.icons import icon
from pages._parts.pieces import kpi
from pages.bundles import to_sign_in
from pages.documents._books_words import file_name, statement_document
from pages.documents._sections import pdf_answer
from pages.documents._sections_pdf import sections_pdf
from pages.registry import page

page(
    "/desk/e/<slug>/books", kind="desk", title="Books", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/inventory.css", "css/stock.css"),
)  # fmt: skip
router = APIRouter(include_in_schema=False)
SEEN = "seen"


def _require(slug: str) -> None:
    """Before a callback does anything: NotFound, or Forbidden for somebody else's event."""
    require(current_actor(), "event.view", events.get_event(slug).event_id)


def layout(slug: str = "", **_: Any) -> html.Div:
    """The checks and the closing, or the statement that stands; former statements below."""
    view = books_view(slug)
    head: dict[str, Any] = {"subtitle": html.Span(_line(view), id="books-line")}
    acts = [button_link(t("Inventory"), f"/desk/e/{slug}/inventory", "materials")]
    told = html.Div(id="books-told", role="status", className="mt-3 fz-told-near")
    body = [dcc.Store(id="books-slug", data=slug), html.Div(_body(view), id="books-body"), told]
    return frame(body, "books", t("Books"), slug=slug, actions=acts, **head, **event_notice(view.event))


def _line(view: BooksView) -> str:
    return f"{pick(dict(view.event.names))} · {event_line(view.event)}"


def _body(view: BooksView) -> list[Any]:
    close, again = panel(t("Close the books"), _closing(view)), panel(t("Open the books again"), _opening(view))
    standing = [_standing(view, view.current)] if view.current else []
    cards = [
        *standing, html.Div(close, className="fz-12", hidden=view.current is not None),
        html.Div(again, className="fz-5", hidden=view.current is None or not view.may_reopen), _list(view),
    ]  # fmt: skip
    return [_figures(view), html.Div(cards, className="fz-grid")]


def _figures(view: BooksView) -> html.Div:
    totals = view.totals
    unit = f.mass_unit(totals.mass.total_g)
    rows = [
        kpi("emitted", t("Emitted"), *f.mass(totals.mass.total_g, unit=unit)),
        kpi("retired", t("Retired"), *f.mass(totals.retired_g, unit=unit)),
        kpi("reserved", t("Reserved"), *f.mass(totals.reserved_g, unit=unit)),
        kpi("open", t("Residual"), *f.mass(totals.residual_g, unit=unit)),
    ]  # fmt: skip
    return html.Div(rows, className="fz-kpis")


def check_words(check: Check) -> str:
    """What was found, in words."""
    params = dict(check.params)
    states = {"draft": t("draft"), "open": t("open"), "closed": t("closed"), "settled": t("settled")}
    if "grams" in params:
        params["grams"] = f.mass_text(params["grams"])
    if "day" in params:
        params["day"] = f.date_text(params["day"].date())
    if "state" in params:
        params["state"] = states.get(params["state"], params["state"])
    return t(check.message, **{name: f.number(v) if isinstance(v, int) else v for name, v in params.items()})


def _checks(checks: list[Check], symbol: str, look: str) -> html.Ul:
    return html.Ul([html.Li([icon(symbol), html.Span(check_words(each))]) for each in checks],
                   className=f"fz-checks {look}")  # fmt: skip


def _closing(view: BooksView) -> list[Any]:
    """What is in the way, what has to be seen, and the button."""
    stops = [each for each in view.checks if each.level == STOP]
    looks = [each for each in view.checks if each.level == LOOK]
    parts: list[Any] = [
        html.P(
            t(
                "The statement freezes every total, the boundary, the factor set and a hash of every line. "
                "Afterwards no line changes; what is reserved is still retired."
            ),
            className="fz-small",
        )
    ]
    if stops:
        parts += [html.H3(t("First put this right")), _checks(stops, "error", "fz-checks-stop")]
        if any(each.key == "plan" for each in stops):
            parts.append(button_link(t("Orders and money"), f"/desk/e/{view.event.slug}/orders", "orders"))
    close_event = button("books-event", t("Close the event for answers"), "lock")
    parts.append(html.Div(close_event, hidden=not view.may_close or view.event.state != "open"))
    if looks:
        parts += [html.H3(t("Look at this")), _checks(looks, "warning", "fz-checks-look")]
    if not stops and not looks:
        parts.append(html.P(t("Nothing is open: everybody answered, every line is proved, all is covered.")))
    words = t("I have looked at all of this, and close the books with it.")
    seen = dcc.Checklist(options=[{"label": words, "value": SEEN}], value=[], id="books-seen", className="fz-checklist")
    form = [
        html.Div(seen, hidden=not looks),
        labelled("books", "note", t("Remark in the statement (not needed)"), area("books", "note", "", 2)),
        button("books-close", t("Close the books"), "seal", main=True),
        dcc.Store(id="books-looks", data=[each.key for each in looks]),
    ]  # fmt: skip
    return [*parts, html.Div(form, className="fz-form mt-3", hidden=not view.may_close)]


def _opening(view: BooksView) -> list[Any]:
    words = t("For administrators. The statement stays and is told as superseded; closing again makes a new version.")
    return [html.P(words, className="fz-small"),
            html.Div([labelled("books", "reason", t("Why"), area("books", "reason", "", 2)),
                      button("books-reopen", t("Open the books again"), "refresh")], className="fz-form")]  # fmt: skip


def _standing(view: BooksView, found: BooksStatement) -> html.Section:
    slug, event = view.event.slug, view.event
    day = f.datetime_text(found.closed_at, event.timezone)
    said = [
        html.P(t("Closed on {day} by {who}; statement {version}.", day=day, who=found.closed_by, version=found.version))
    ]
    if view.retired_since_g:
        said.append(html.P(t("After the books were closed {mass} more were retired, of what was reserved.",
                             mass=f.mass_text(view.retired_since_g))))  # fmt: skip
    said += [html.P(found.note, className="fz-line-said")] if found.note else []
    hash_line = html.P(html.Small(f"SHA-256 {found.sha256}", className="fz-mono fz-line-hash"))
    public = found.published_at is not None
    words = t("Everybody may read it at {address}.", address=f"/statement/{slug}") if public else t(
        "Only the desk sees it until you publish it.")  # fmt: skip
    act_words = t("Take it back from the public") if public else t("Publish it")
    kept = dcc.Store(id="books-version", data={"version": found.version, "public": public})
    publish = html.Div([button("books-publish", act_words, "eye"), kept], hidden=not view.may_close)
    links = html.Div([*_links(view, found), publish], className="d-flex flex-wrap gap-2 mt-2")
    said += [hash_line, html.P(words, className="fz-small"), links]
    return panel(t("The books are closed"), said, span=7 if view.may_reopen else 12)


def _links(view: BooksView, found: BooksStatement) -> list[Any]:
    base = f"/desk/e/{view.event.slug}/books/{found.version}"
    links = [button_link("PDF", f"{base}.pdf", "pdf"), button_link(t("Signed file (JSON)"), f"{base}.json", "download")]
    if found.published_at is not None:
        links.append(button_link(t("Public page"), f"/statement/{view.event.slug}?version={found.version}", "eye"))
    return links


def _list(view: BooksView) -> html.Section | None:
    """The closings that stand no more, newest first."""
    former = [each for each in view.statements if view.current is None or each.version != view.current.version]
    listed = html.Ol([_entry(view, each) for each in former], className="fz-line-notes")
    return panel(t("Former statements"), listed, span=12) if former else None


def _entry(view: BooksView, found: BooksStatement) -> html.Li:
    zone = view.event.timezone
    title = html.B(t("Statement {version}", version=found.version))
    parts: list[Any] = [html.P([title, " · ", f.datetime_text(found.closed_at, zone), " · ", found.closed_by],
                               className="fz-line-said")]  # fmt: skip
    if found.note:
        parts.append(html.Small(found.note))
    if found.reopened_at is not None:
        parts.append(html.Small(t("Superseded: opened again on {day} by {who}: {reason}", who=found.reopened_by,
                                  day=f.datetime_text(found.reopened_at, zone), reason=found.reason)))  # fmt: skip
    parts.append(html.Small(f"SHA-256 {found.sha256}", className="fz-mono fz-line-hash"))
    parts.append(html.Div(_links(view, found), className="d-flex flex-wrap gap-2"))
    return html.Li(parts)


@callback(
    Output("books-body", "children"), Output("books-told", "children"), Output("books-line", "children"),
    Input("books-close", "n_clicks"), Input("books-event", "n_clicks"), Input("books-reopen", "n_clicks"),
    State("books-slug", "data"), State("books-seen", "value"), State("books-looks", "data"),
    State("books-note", "value"), State("books-reason", "value"), prevent_initial_call=True,
)  # fmt: skip
def act(
    close: Any, event: Any, reopen: Any, slug: Any, seen: Any, looks: Any, note: Any, reason: Any
) -> Any:  # fmt: skip
    """Closes the event or its books, or opens the books again; who may is asked by the use case."""
    asked, name = ctx.triggered_id, str(slug)
    if not {"books-close": close, "books-event": event, "books-reopen": reopen}.get(str(asked)):
        return no_update, no_update, no_update  # a button was drawn anew, not pressed
    try:
        if asked == "books-event":
            events.change_state(name, "closed")
        elif asked == "books-reopen":
            reopen_books(name, str(reason or ""))
        else:
            read = [str(each) for each in looks or []] if SEEN in (seen or []) else []
            close_books(name, str(note or ""), read)
    except (InputError, Conflict, TooMany) as error:
        labels = {"reason": t("Why"), "note": t("Remark in the statement (not needed)")}
        return no_update, told_of(error, labels), no_update
    view = books_view(name)
    return _body(view), None, _line(view)


@callback(
    Output("books-body", "children", allow_duplicate=True), Output("books-told", "children", allow_duplicate=True),
    Input("books-publish", "n_clicks"), State("books-slug", "data"), State("books-version", "data"),
    prevent_initial_call=True,
)  # fmt: skip
def publish(clicks: Any, slug: Any, kept: Any) -> Any:
    """Makes the statement public, or takes it back."""
    if not clicks or not isinstance(kept, dict) or not isinstance(kept.get("version"), int):
        return no_update, no_update
    try:
        publish_books(str(slug), kept["version"], not kept.get("public"))
    except (Conflict, TooMany) as error:
        return no_update, told_of(error)
    return _body(books_view(str(slug))), done(t("Done."))


@router.get("/desk/e/{slug}/books/{version}.{suffix}")
def file(slug: str, version: str, suffix: str, request: Request) -> Response:
    """A statement as PDF, or the signed file itself, for who may see the event."""
    try:
        _require(slug[:100])  # who asks comes before what there is
    except Unauthenticated:
        return to_sign_in(request)
    if suffix not in ("pdf", "json") or not version.isdecimal() or len(version) > 6:
        raise events.NotFound("There is no file {value} of this event's books.", value=f"{version}.{suffix}"[:30])
    found = statement(slug[:100], int(version))
    if suffix == "pdf":
        body = sections_pdf(statement_document(found, books_view(slug).totals.retired_g), current_language(),
                            found.closed_at)  # fmt: skip
        return pdf_answer(body, file_name(found.event, found.version))
    name = f"{file_name(found.event, found.version)}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(found.text, media_type="application/json", headers=headers)
