"""Codes as files to print: ``/desk/e/<slug>/codes/<code>/<kind>.pdf`` and ``.svg``, and the event's own poster."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

import events
from accounts import Unauthenticated, current_actor, require
from locales import LANGUAGES, current_language, pick, set_language
from pages._parts.sent import sent
from pages.bundles import to_sign_in
from pages.organiser import _codes_files as files
from pages.organiser._codes_bundle import bundle
from pages.organiser._codes_designs import KINDS, MOST_NAME, MOST_NAMES, POSTERS, draw
from pages.organiser._codes_words import piece_of

MOST_LETTERS = MOST_NAMES * (MOST_NAME + 2)

router = APIRouter(include_in_schema=False)


def _languages(language: str, second: str) -> list[str]:
    """One language or two, of those we have; the reader's own where none is asked for."""
    first = language if language in LANGUAGES else current_language()
    return [first, second] if second in LANGUAGES and second != first else [first]


def _size(size: str) -> str:
    if size not in POSTERS:
        message = "There is no poster of size {size}; there are {known}."
        raise events.NotFound(message, size=size[:20], known=", ".join(reversed(POSTERS)))
    return size


@router.get("/desk/e/{slug}/poster.pdf")
def poster(slug: str, request: Request, size: str = "A4", language: str = "", second: str = "") -> Response:
    """The event's own poster as PDF; ``size`` A4 to A1, ``language`` (or ``lang``) as asked, else the reader's."""
    event = events.get_event(slug)
    try:
        require(current_actor(), "event.poster", event.event_id)
    except Unauthenticated:
        return to_sign_in(request)
    code = events.default_code(event, "poster")
    return _file(event, code, "poster", "pdf", _size(size), _languages(language, second))


@router.get("/desk/e/{slug}/codes/{code_id}/{kind}.{ending}")
def file(
    slug: str, code_id: str, kind: str, ending: str, request: Request, size: str = "A4", language: str = "",
    second: str = "",
) -> Response:  # fmt: skip
    """A code's poster, cards, badges, slide or the code alone."""
    event = events.get_event(slug)
    try:
        code = events.get_code(slug, code_id)
    except Unauthenticated:
        return to_sign_in(request)
    if kind not in KINDS or ending not in ("pdf", "svg"):
        raise events.NotFound("There is no file “{name}” of a code.", name=f"{kind}.{ending}"[:40])
    return _file(event, code, kind, ending, _size(size), _languages(language, second))


@router.get("/desk/e/{slug}/codes.zip")
def everything(slug: str, request: Request, size: str = "A4", language: str = "", second: str = "") -> Response:
    """All that is to print of the event's codes, hall by hall."""
    event = events.get_event(slug)
    try:
        codes = events.list_codes(slug)
    except Unauthenticated:
        return to_sign_in(request)
    languages, paper = _languages(language, second), _size(size)
    set_language(languages[0])
    name = "-".join([event.slug, "codes", *languages])
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "no-store"}
    return Response(bundle(event, codes, paper, languages), media_type="application/zip", headers=headers)


@router.post("/desk/e/{slug}/codes/{code_id}/badges.pdf")
async def badges(slug: str, code_id: str, request: Request, language: str = "", second: str = "") -> Response:
    """Badges with names, one a line of the form's field ``names``: drawn, sent and forgotten."""
    event = events.get_event(slug)
    code = events.get_code(slug, code_id)
    form = await sent(request, most=MOST_LETTERS)
    lines = [" ".join(line.split())[:MOST_NAME] for line in form.get("names", "").splitlines()]
    names = tuple(line for line in lines if line)[:MOST_NAMES]
    return await run_in_threadpool(_file, event, code, "badges", "pdf", "A4", _languages(language, second), names)


def _file(
    event: events.Event, code: events.Code | None, kind: str, ending: str, size: str, languages: list[str],
    names: tuple[str, ...] = (),
) -> Response:  # fmt: skip
    set_language(languages[0])
    drawn = draw(kind, piece_of(event, code, languages), size, names)
    title = f"{pick(dict(event.names), languages[0])} · Forum Zero"
    paper = f"-{size}" if kind == "poster" else ""
    name = "-".join([event.slug, *([code.code_id] if code else []), kind + paper, *languages])
    headers = {"Content-Disposition": f'inline; filename="{name}.{ending}"', "Cache-Control": "no-store"}
    if ending == "svg":
        return Response(files.svg(drawn.sheets[0], title), media_type="image/svg+xml", headers=headers)
    return Response(files.pdf(drawn.sheets, title, languages[0]), media_type="application/pdf", headers=headers)
