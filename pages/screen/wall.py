"""The big screen of an event: a document, a stream of its parts, and one small script that puts them in place."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import anyio.to_thread
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

import events
from data.settings import get_settings
from locales import LANGUAGES, current_language, formats, pick, set_language, t
from pages._parts.html_text import Raw, render, tag
from pages._parts.logo import logo
from pages._parts.qr import qr_svg
from pages._parts.shell import notice
from pages.registry import asset_url
from pages.screen import _figures

router = APIRouter(include_in_schema=False)
CHECK_SECONDS = 3.0
THEMES = ("dark", "light")
STYLES = ("css/tokens.css", "css/base.css", "css/icons.css", "css/wall.css")


def _choice(request: Request) -> tuple[str, str]:
    """Language and theme of a screen, from its address: ?lang=zh&theme=light."""
    theme = request.query_params.get("theme", "dark")
    return current_language(), theme if theme in THEMES else "dark"


@router.get("/screen/{token}")
def screen(token: str, request: Request) -> Response:
    """The whole screen as it stands; the script keeps it so."""
    event, (language, theme) = events.screen_event(token), _choice(request)
    snapshot = events.snapshot(event.event_id)
    styles = "".join(f'<link rel="stylesheet" href="{asset_url(name)}">' for name in STYLES)
    stream = f"/screen/{token}/stream?lang={language}"
    body = tag(
        "div", *_shell(event, snapshot), class_="fz-wall fz-wall-shift", id="wall", data_stream=stream,
        data_live=t("Live"), data_stale=t("as of"), data_version=str(snapshot["version"]),
    )  # fmt: skip
    shown = "zh-Hans" if language == "zh" else language
    title = pick(dict(event.names))
    return HTMLResponse(
        f'<!doctype html><html lang="{shown}" data-theme="{theme}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{render(title)}</title>'
        f'<link rel="icon" href="/assets/icon.svg">{styles}</head><body>{body}'
        f'<script src="{asset_url("js/wall.js")}" defer></script></body></html>',
        headers={"Cache-Control": "no-store"},
    )


@router.get("/screen/{token}/stream")
async def stream(token: str, request: Request) -> StreamingResponse:
    """The parts of the screen, anew with each live version; made once per language for all screens."""
    event = await anyio.to_thread.run_sync(events.screen_event, token)
    language = current_language()
    view = partial(_parts_in, language, event)
    frames = events.HUB.stream(event.event_id, ("wall", language), view)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_while_valid(frames, token), media_type="text/event-stream", headers=headers)


async def _while_valid(frames: Any, token: str) -> Any:
    """The frames, with comments as beats that a page can hear; a revoked link ends its stream within seconds."""
    checked = time.monotonic()
    async for frame in frames:
        if time.monotonic() - checked > CHECK_SECONDS:
            checked = time.monotonic()
            try:
                await anyio.to_thread.run_sync(events.screen_event, token)
            except events.NotFound:
                yield b"event: revoked\ndata: {}\n\n"
                return
        yield b"event: beat\ndata: {}\n\n" if frame.startswith(b":") else frame


def _parts_in(language: str, event: events.Event, snapshot: dict[str, Any]) -> str:
    set_language(language if language in LANGUAGES else "en")
    return json.dumps(
        {
            "version": snapshot["version"], "clock": _clock(snapshot, event.timezone),
            "ring": _figures.ring_shares(snapshot),
            "parts": {name: str(make(snapshot)) for name, make in _makers(event).items()},
        },
        ensure_ascii=False,
    )  # fmt: skip


def _clock(snapshot: dict[str, Any], zone: str) -> str:
    return datetime.fromisoformat(snapshot["as_of"]).astimezone(ZoneInfo(zone)).strftime("%H:%M")


def _makers(event: events.Event) -> dict[str, Callable[[dict[str, Any]], Raw]]:
    shorts = event.texts.get("session_short", {})
    return {
        "share": _figures.share_words,
        "kpis": _figures.kpis,
        "categories": _figures.categories,
        "origins": _figures.origins,
        "boards": lambda snapshot: _figures.boards(snapshot, shorts),
        "ticker": lambda snapshot: _figures.ticker(snapshot, event.timezone),
    }


def _shell(event: events.Event, snapshot: dict[str, Any]) -> list[Any]:
    made = {name: make(snapshot) for name, make in _makers(event).items()}
    ring = tag(
        "div", _figures.ring_picture(_figures.ring_shares(snapshot)), _slot("share", made), class_="fz-wall-ring"
    )
    middle = tag("div", _slot("kpis", made, "fz-wall-kpis"), _slot("categories", made))
    right = tag("div", _code(event), _slot("origins", made))
    return [
        notice("test") if not event.livemode else None,
        _head(event, snapshot),
        tag("main", ring, middle, right, class_="fz-wall-main"),
        _slot("boards", made, "fz-wall-board"),
        _slot("ticker", made, "fz-wall-ticker"),
    ]


def _slot(name: str, made: dict[str, Raw], look: str = "") -> Raw:
    return tag("div", made[name], data_part=name, class_=look or None)


def _head(event: events.Event, snapshot: dict[str, Any]) -> Any:
    zone = ZoneInfo(event.timezone)
    days = formats.date_range_text(event.starts_at.astimezone(zone).date(), event.ends_at.astimezone(zone).date())
    place = pick(dict(event.place.names))
    words = html.Div([html.H1(pick(dict(event.names))), html.P(f"{place} · {days}")])
    live = tag(
        "p", f"{t('Live')} {_clock(snapshot, event.timezone)}", class_="fz-wall-live", id="wall-live", role="status"
    )
    return tag("header", Raw(logo("css")), words, live, class_="fz-wall-head")


def _code(event: events.Event) -> Raw:
    """The code to scan, and its short link for those who type."""
    link = f"{get_settings().base_url}/e/{event.slug}"
    short = link.split("://", 1)[1]
    words = html.Div([html.B(t("Count your trip.")), html.B(t("Close the ring.")), html.Span(short)])
    return tag("div", Raw(qr_svg(link, size=234, alt=t("Code to scan"), radius=0.05)), words, class_="fz-wall-code")
