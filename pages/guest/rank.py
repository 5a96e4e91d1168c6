"""Boards of people, sub-forums and companies: one's own place first, why there is none, and what to share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import dash
from dash import ClientsideFunction, Input, Output, dcc, html

import events
import offsetting
from events import Board, BoardRow, Event
from locales import formats as f
from locales import pick, t
from offsetting import claims
from pages._parts import pieces, shell
from pages._parts.icons import icon
from pages._parts.ring import ring
from pages._parts.rosette import backdrop
from pages._parts.svg import svg_img
from pages._parts.taking_part import over, too_few
from pages._parts.who_pays import promise
from pages.guest._device import device_of, notice_kind, proved
from pages.registry import page

SCRIPTS = ("js/guest.js", "js/guest-order.js")
page("/e/<slug>/rank", kind="guest", title="Rank", styles=("css/guest-form.css",), scripts=SCRIPTS)
KINDS = ("people", "sessions", "companies")
TOP, SHORT, FULL = 5, 12, 100


def check(slug: str) -> None:
    """NotFound where there is no such event."""
    events.get_event(slug)


def layout(slug: str, board: str = "people", certificate: str = "", full: str = "", page: str = "1") -> Any:
    """Frame and tabs; the board comes once the device has said who asks."""
    event = events.get_event(slug)
    kind = board if board in KINDS else "people"
    config = {
        "slug": event.slug,
        "board": kind,
        "certificate": certificate[:60],
        "full": bool(full),
        "page": _number(page),
    }
    main = [
        html.H1(t("Rank"), className="visually-hidden"),
        html.Div(pieces.loading(2), id="rank-me", className="mt-3"),
        _tabs(event, kind, certificate),
        html.P(" ".join(filter(None, (_order_words(kind), promise(event)))), className="fz-small mt-3 mb-3"),
        html.Div(pieces.loading(6), id="rank-home"),
        _look_up(certificate),
        html.Div(className="fz-toast", role="status", hidden=True),
        html.Div(html.Span(t("Link copied."), **{"data-say": "copied"}), hidden=True),
    ]
    bar = html.Div(id="rank-bar", className="fz-bar-home")
    body = shell.guest_shell(main, event.slug, None, notice_kind(event), bar=bar)
    stores = [dcc.Store(id=f"rank-{name}") for name in ("device", "sink-1", "sink-2")]
    return html.Div([body, dcc.Store(id="rank-config", data=config), *stores])


def _number(page_text: str) -> int:
    return int(page_text) if page_text.isdigit() and 0 < len(page_text) < 7 else 1


def _address(event_slug: str, kind: str, certificate: str = "", **more: Any) -> str:
    asked = {"board": kind if kind != "people" else "", "certificate": certificate, **more}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/e/{event_slug}/rank" + (f"?{query}" if query else "")


def _tabs(event: Event, kind: str, certificate: str) -> html.Nav:
    names = {"people": t("People"), "sessions": t("Sub-forums"), "companies": t("Companies")}
    links = [
        html.A(
            name,
            href=_address(event.slug, key, certificate),
            className="fz-tab",
            **({"aria-current": "page"} if key == kind else {}),
        )
        for key, name in names.items()
        if key != "sessions" or event.sessions
    ]
    return html.Nav(links, className="fz-tabs mt-3", **{"aria-label": t("Boards")})


def _order_words(kind: str) -> str:
    if kind == "people":
        return t("By share covered (100 % at most), then by grams a km against the norm of the route.")
    return t("By share covered (100 % at most), then by grams a person. Groups of five people and more.")


def _look_up(certificate: str) -> html.Form:
    field = html.Span(
        **{
            "data-input": "text",
            "data-a-class": "fz-input fz-mono",
            "data-a-id": "rank-number",
            "data-a-value": certificate[:60],
            "data-a-maxlength": "60",
            "data-a-autocomplete": "off",
            "data-a-placeholder": "7KQ4-M2XW-9RBD-0HVE",
        },
        className="flex-grow-1",
    )
    return html.Form(
        [
            html.Label(t("Look up a rank by its certificate number"), htmlFor="rank-number", className="fz-label"),
            html.Div(
                [field, html.Button(t("Look up"), type="submit", className="fz-button", disable_n_clicks=True)],
                className="d-flex gap-2",
            ),
        ],
        id="rank-look",
        className="mt-5",
    )


dash.clientside_callback(ClientsideFunction("fz", "rank"), Output("rank-sink-1", "data"), Input("rank-config", "data"))
dash.clientside_callback(
    ClientsideFunction("fz", "ranked"), Output("rank-sink-2", "data"), Input("rank-home", "children")
)


@dash.callback(
    Output("rank-me", "children"),
    Output("rank-home", "children"),
    Output("rank-bar", "children"),
    Input("rank-device", "data"),
    prevent_initial_call=True,
)
def show(asked: Any) -> Any:
    """The board around whoever asks: the holder of the certificate that was named, else this device."""
    if not isinstance(asked, Mapping):
        raise ValueError("a board is asked for by its event")
    event = events.get_event(str(asked.get("slug")))
    kind = asked["board"] if asked.get("board") in KINDS else "people"
    number, sentence = str(asked.get("certificate") or "")[:60], ""
    me = proved(event, device_of(asked))
    own_number = _certificate_of(me) if me else ""
    if number:
        me, own_number, sentence = _holder(event, number)
    board = events.leaderboard(event.slug, kind, _number(str(asked.get("page") or "1")), FULL, me or None)
    mine = _mine(event, board, own_number, sentence, is_own=not number)
    return mine, _rows(event, board, bool(asked.get("full")), me, number), _bar(event, board, own_number)


def _certificate_of(participation_id: str) -> str:
    """The newest certificate of a participation, '' where it has none."""
    for order in offsetting.orders_of(participation_id):
        if order.certificate_number and order.state in ("paid", "pooled", "retired"):
            return order.certificate_number
    return ""


def _holder(event: Event, text: str) -> tuple[str, str, str]:
    """(participation, number, what is wrong) of a certificate as typed."""
    try:
        view = offsetting.certificate(text)
    except offsetting.NotFound as error:
        return "", "", t(error.message, **error.params)
    if view.event_slug != event.slug:
        return (
            "",
            "",
            t("Certificate {number} is of another event: {event}.", number=view.number, event=pick(view.event_names)),
        )
    return view.participation_id, view.number, ""


def _mine(event: Event, board: Board, number: str, sentence: str, is_own: bool) -> Any:
    if sentence:
        return html.P([icon("error"), html.Span(sentence)], className="fz-error", role="alert")
    if board.me is None:
        return _why(event, board, invite=not number)
    return _place(event, board, board.me, number, is_own)


def _why(event: Event, board: Board, invite: bool) -> html.Div:
    """Why there is no row of one's own, and how to get one while guests answer."""
    words = board.why_not or t("This phone has no place here yet.")
    link: Any = html.A(
        claims.say("button.start", jurisdiction=event.jurisdiction, subject=claims.subject_of(event.scenario)),
        href=f"/e/{event.slug}/footprint", className="fz-link",
    )  # fmt: skip
    if closed := over(event):
        words, link = (closed, None) if not board.total else (words, html.P(closed))
    return html.Div([icon("info"), html.Div([html.P(words), link if invite else None])],
                    className="fz-card fz-pad fz-why")  # fmt: skip


def _place(event: Event, board: Board, me: BoardRow, number: str, is_own: bool) -> html.Div:
    share = f.percent_number(me.share_bp / 10_000, 0)
    picture = ring(
        *_shares(me),
        10_000,
        size=88,
        theme="dark",
        number=share,
        unit="%",
        room_for_extra=False,
        alt=t("{share} % covered", share=share),
    )
    who = pick(me.display)
    words = [
        html.P(t("You · {name}", name=who) if is_own and board.kind == "people" else who, className="fz-small"),
        html.P(f.ordinal(me.rank), className="fz-me-rank"),
        html.P(_among(board), className="fz-small"),
    ]
    back = svg_img(backdrop(number or event.event_id, 260), class_name="fz-me-rosette")
    return html.Div(
        [back, svg_img(picture, alt=t("{share} % covered", share=share)), html.Div(words)], className="fz-me fz-on-ink"
    )


def _among(board: Board) -> str:
    of = {
        "people": t("of {count} people", count=f.number(board.total)),
        "sessions": t("of {count} sub-forums", count=f.number(board.total)),
        "companies": t("of {count} companies", count=f.number(board.total)),
    }[board.kind]
    if not board.equals:
        return of
    others = t("with 1 other") if board.equals == 1 else t("with {count} others", count=f.number(board.equals))
    return f"{others} · {of}"


def _shares(row: BoardRow) -> tuple[int, int]:
    """(retired, reserved) of 10,000."""
    return row.retired_bp, row.share_bp - row.retired_bp


def _rows(event: Event, board: Board, full: bool, me: str, certificate: str) -> Any:
    if not board.rows:
        words = (
            board.why_not
            if board.me is None and board.why_not
            else t("No group of five people yet: be among the first five.")
        )
        return pieces.empty(too_few(event, words))
    link = ""
    if full or board.page > 1 or len(board.rows) <= SHORT:
        shown: list[Any] = [_row(row) for row in board.rows]
        if board.has_next:
            link = _address(event.slug, board.kind, certificate, full=1, page=board.page + 1)
    else:
        shown = _short(event, board, me)
        link = _address(event.slug, board.kind, certificate, full=1)
    note = html.P(_note(event), className="fz-note mt-3")
    more = (
        html.A([t("More rows") if full else t("Show all"), icon("chevron_right")], href=link, className="fz-link")
        if link
        else None
    )
    return html.Div(
        [html.Ol(shown, className="fz-board" if board.kind == "people" else "fz-board fz-board-groups"), more, note]
    )


def _note(event: Event) -> str:
    return claims.say("board.note", jurisdiction=event.jurisdiction)


def _short(event: Event, board: Board, me: str) -> list[Any]:
    """The first five, and those around one's own row."""
    if board.me is None or board.me.rank <= TOP:
        return [_row(row) for row in board.rows[:SHORT]]
    window, start = _window(event, board, me)
    at = next((i for i, row in enumerate(window) if row.is_me), None)
    if at is None:
        return [_row(row) for row in board.rows[:SHORT]]
    first = max(TOP, start + at - 1)
    near = window[first - start : at + 3]
    between = first - TOP
    gap = [html.Li(t("{count} more", count=f.number(between)), className="fz-gap-row")] if between else []
    return [*[_row(row) for row in board.rows[:TOP]], *gap, *[_row(row) for row in near]]


def _window(event: Event, board: Board, me: str) -> tuple[list[BoardRow], int]:
    """The rows of the pages that one's own row may stand on, and the position of the first."""
    assert board.me is not None
    start = (board.me.rank - 1) // FULL * FULL
    rows: list[BoardRow] = []
    for number in range(start // FULL + 1, (board.me.rank - 1 + board.equals + 3) // FULL + 2):
        rows += (
            board.rows
            if number == board.page
            else events.leaderboard(event.slug, board.kind, number, FULL, me or None).rows
        )
        if any(row.is_me for row in rows[:-3]):
            break
    return rows, start


def _row(row: BoardRow) -> html.Li:
    retired, reserved = _shares(row)
    norm = row.norm_bp / 100 if row.norm_bp is not None else None
    value = f.percent_bp(row.norm_bp) if row.norm_bp is not None else f.percent_bp(row.share_bp)
    return pieces.board_row(
        row.label,
        pick(row.display),
        retired_share=retired / 10_000,
        reserved_share=reserved / 10_000,
        norm_percent=norm,
        mode=row.mode,
        value=value,
        me=row.is_me,
    )


def _bar(event: Event, board: Board, number: str) -> Any:
    if board.me is None or not number or board.kind != "people":
        return None
    link = _address(event.slug, "people", number)
    words = t(
        "My rank at {event}: {rank} {among}.",
        event=pick(event.names),
        rank=f.ordinal(board.me.rank),
        among=_among(board),
    )
    share = html.Button(
        [icon("share"), t("Share my rank")],
        type="button",
        className="fz-button fz-button-main fz-button-wide",
        disable_n_clicks=True,
        **{"data-share": link, "data-text": words},
    )
    picture = html.A(
        [icon("download"), t("Picture")],
        href=f"/e/{event.slug}/rank.png?certificate={number}",
        download=f"rank-{number}.png",
        className="fz-button",
    )
    row = html.Div([share, picture], className="fz-bar-two")
    return shell.action_bar(row, t("Looked up later with this phone or your certificate number"))
