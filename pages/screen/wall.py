"""The big screen of an event: a document, a stream of its parts, and one small script that puts them in place.

Every layout is in the document; the remote control says over the stream which of them shows. The organiser's preview is
the same document under the organiser's own session, in a frame of this origin.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

import events
from locales import LANGUAGES, current_language, pick, set_language, t
from pages._parts.html_text import html_language, render, tag
from pages._parts.shell import test_notice
from pages._parts.styles import font_faces
from pages.registry import asset_url
from pages.screen import _figures, _layouts, _moments, _together

router = APIRouter(include_in_schema=False)
THEMES = ("dark", "light")
STYLES = ("css/tokens.css", "css/base.css", "css/icons.css", "css/wall.css", "css/wall-layouts.css")
SCRIPTS = ("js/wall-parts.js", "js/wall.js")
FRAMED = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; object-src 'none'"
)
MOST_KEPT = 32  # events of which the newest parts are kept
NO_STORE = {"Cache-Control": "no-store"}
STREAM = NO_STORE | {"X-Accel-Buffering": "no"}


@router.get("/screen/{token}")
def screen(token: str, request: Request) -> Response:
    """The whole screen as it stands; the script keeps it so."""
    found, _ = events.screen_by_token(token)
    page = _document(found, request, f"/screen/{token}/stream")
    return HTMLResponse(page, headers=NO_STORE)


@router.get("/screen/{token}/stream")
async def stream(token: str) -> StreamingResponse:
    """What the screen is told to show, and its parts anew with each live version; made once per languages for all."""
    found, _ = await anyio.to_thread.run_sync(events.screen_by_token, token)
    messages = events.HUB.screen(found, partial(_view_of, current_language()), changes)
    return StreamingResponse(messages, media_type="text/event-stream", headers=STREAM)


@router.get("/desk/e/{slug}/screens/{screen_id}/preview")
def preview(slug: str, screen_id: str, request: Request) -> Response:
    """The same for the organiser, to be put in a frame of a page of ours. Needs screen.manage."""
    found = events.get_screen(slug, screen_id)
    page = _document(found, request, f"/desk/e/{slug}/screens/{screen_id}/stream", preview=True)
    return HTMLResponse(page, headers=NO_STORE | {"Content-Security-Policy": FRAMED})


@router.get("/desk/e/{slug}/screens/{screen_id}/stream")
async def preview_stream(slug: str, screen_id: str) -> StreamingResponse:
    """The preview's stream; it ends within seconds once who looks may no longer."""
    found = await anyio.to_thread.run_sync(events.get_screen, slug, screen_id)
    messages = events.HUB.screen(found, partial(_view_of, current_language()), changes, counts=False)
    allowed = events.HUB.while_allowed(messages, "screen.manage", found.event_id)
    return StreamingResponse(allowed, media_type="text/event-stream", headers=STREAM)


def languages_of(state: events.ScreenState, address: str) -> tuple[str, ...]:
    """The languages of a screen: as it is told, otherwise that of its address."""
    return state.languages or (address,)


def _view_of(address: str, found: events.Screen) -> tuple[tuple[str, ...], Any]:
    languages = languages_of(found.state, address)
    return ("wall", *languages), partial(frame_text, languages, found.event_id)


def frame_text(languages: tuple[str, ...], event_id: str, snapshot: dict[str, Any]) -> str:
    """A frame of the stream: the ring's shares and every part in every language, as JSON."""
    made = _made_of(event_id, snapshot)
    wall = made.wall
    frame = {
        "version": snapshot["version"], "clock": _layouts.clock(snapshot, wall.event.timezone), "build": build(),
        "offered": offered(wall), "look": wall.look,
        "ring": _figures.ring_shares(snapshot), "milestones": snapshot["milestones"],
        "waiting": waits(wall.event), "words": {language: made.said(language) for language in languages},
    }  # fmt: skip
    return json.dumps(frame, ensure_ascii=False)


def waits(event: events.Event) -> bool:
    """Whether screens show nothing but its name and the time yet; a preview shows what will be."""
    return event.state == "draft"


class Made:
    """What all frames of one snapshot share: frames differ in their languages, and in nothing else."""

    def __init__(self, event_id: str, snapshot: dict[str, Any]) -> None:
        self.snapshot, self.wall = snapshot, events.wall_parts(event_id)
        self._words: dict[str, dict[str, str]] = {}

    def said(self, language: str) -> dict[str, str]:
        """Every part in a language, made by the first frame that has it."""
        if language not in self._words:
            self._words[language] = _words(language, self.wall, self.snapshot)
        return self._words[language]


_newest: OrderedDict[str, Made] = OrderedDict()
_newest_lock = Lock()


def _made_of(event_id: str, snapshot: dict[str, Any]) -> Made:
    """What was made of this very snapshot, or will be; the newest of each event is kept."""
    with _newest_lock:
        made = _newest.get(event_id)
    if made is None or made.snapshot is not snapshot:
        made = Made(event_id, snapshot)
        with _newest_lock:
            _newest[event_id] = made
            _newest.move_to_end(event_id)
            while len(_newest) > MOST_KEPT:
                _newest.popitem(last=False)
    return made


def changes(former: str, text: str) -> str:
    """The frame without the parts that stand in the former one as they are."""
    before, frame = json.loads(former)["words"], json.loads(text)
    for language, parts in frame["words"].items():
        known = before.get(language, {})
        frame["words"][language] = {name: part for name, part in parts.items() if known.get(name) != part}
    return json.dumps(frame, ensure_ascii=False)


def _words(language: str, wall: events.WallParts, snapshot: dict[str, Any]) -> dict[str, str]:
    set_language(language if language in LANGUAGES else "en")
    made = {name: str(render(make(wall, snapshot))) for name, make in PARTS.items()}
    return made | {"lang": html_language(language), "live": t("Live"), "stale": t("as of")}


PARTS: dict[str, Callable[[events.WallParts, dict[str, Any]], Any]] = {
    "notice": lambda wall, snapshot: None if wall.event.livemode else test_notice(wall.event.simulated),
    "brand": lambda wall, snapshot: _together.brand(wall),
    "title": lambda wall, snapshot: _layouts.title(wall.event),
    "code": lambda wall, snapshot: _layouts.code(wall.event),
    "share": lambda wall, snapshot: _figures.share_words(snapshot),
    "share-closing": lambda wall, snapshot: _figures.share_words(snapshot, over=True),
    "kpis": lambda wall, snapshot: _figures.kpis(snapshot),
    "categories": lambda wall, snapshot: _figures.categories(snapshot),
    "origins": lambda wall, snapshot: _figures.origins(snapshot),
    "turns": lambda wall, snapshot: _figures.boards(snapshot, wall.event.texts.get("session_short", {})),
    "ticker": lambda wall, snapshot: _figures.ticker(snapshot, wall.event.timezone),
    "steps": lambda wall, snapshot: _layouts.steps(wall.event),
    "waiting": lambda wall, snapshot: _layouts.waiting(wall.event),
    "people": lambda wall, snapshot: _layouts.people(snapshot),
    "final": lambda wall, snapshot: _moments.final(wall.event, snapshot),
    "extra": lambda wall, snapshot: _moments.extra(wall.event, snapshot),
    "thanks": lambda wall, snapshot: _together.thanks(wall, snapshot),
    "rose": lambda wall, snapshot: _layouts.large_rose(snapshot),
    "far": lambda wall, snapshot: _layouts.rose_words(snapshot),
    "boards": lambda wall, snapshot: _layouts.boards(snapshot, wall.event.texts.get("session_short", {})),
    "pledges": lambda wall, snapshot: _together.pledges(wall),
    "sign": lambda wall, snapshot: _together.sign_code(wall),
    "intent": lambda wall, snapshot: _together.pledge_sum(wall),
    "passed-people": lambda wall, snapshot: _moments.people_passed(snapshot),
    "passed-covered": lambda wall, snapshot: _moments.covered_passed(wall.event, snapshot),
}


def offered(wall: events.WallParts) -> list[str]:
    """Layouts that have something to show; one without takes no turn."""
    return [name for name in events.LAYOUTS if name != "pledges" or wall.has_pledges]


def build() -> str:
    """Which scripts and styles a screen needs; it loads itself anew once they are others."""
    return " ".join(asset_url(name).rsplit("/", 1)[-1] for name in (*STYLES, *SCRIPTS))


def _document(found: events.Screen, request: Request, stream_path: str, preview: bool = False) -> str:
    address = current_language()
    first = languages_of(found.state, address)[0]
    asked = request.query_params.get("theme", "")
    told = found.state.theme if found.state.theme in THEMES else asked if asked in THEMES else "dark"
    set_language(first if first in LANGUAGES else "en")
    snapshot = events.HUB.newest(found.event_id)
    made = _made_of(found.event_id, snapshot)
    wall, event, words = made.wall, made.wall.event, dict(made.said(first))
    if found.state.ticker_paused:
        words["ticker"] = ""
    told_of = {
        "data_stream": f"{stream_path}?lang={address}", "data_theme": asked if asked in THEMES else "dark",
        "data_live": t("Live"), "data_stale": t("as of"), "data_version": str(snapshot["version"]),
        "data_zone": event.timezone, "data_build": build(), "data_layout": found.state.layout,
        "data_offered": " ".join(offered(wall)), "data_preview": True if preview else None,
    }  # fmt: skip
    inside = _layouts.shell(words, snapshot, event, found.state.layout)
    look = "fz-wall fz-wall-waiting" if waits(event) and not preview else "fz-wall"
    body = tag("div", *inside, class_=look, id="wall", **told_of)
    links = "".join(f'<link rel="stylesheet" href="{asset_url(name)}">' for name in STYLES)
    links += f'<link rel="stylesheet" id="wall-look" href="{wall.look}">' if wall.look else ""
    links += f"<style>{font_faces('mr')}</style>"  # a file of it comes only where a machine has none and shows Marathi
    scripts = "".join(f'<script src="{asset_url(name)}" defer></script>' for name in SCRIPTS)
    return (
        f'<!doctype html><html lang="{html_language(first)}" data-theme="{told}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{render(pick(dict(event.names)))}</title><link rel="icon" href="/assets/icon.svg">{links}</head>'
        f"<body>{body}{scripts}</body></html>"
    )
