"""How the first pages are sent: only the style rules that they use, compressed for phones on slow halls' networks."""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from typing import Any

import brotli
from fastapi import Request
from fastapi.responses import Response

from locales import current_language
from pages._parts.html_text import document, render
from pages._parts.styles import style_text
from pages.registry import asset_url, preload_urls

_CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
_SPLIT = re.compile(r",(?![^(]*\))")  # between selectors, not within :not(…)
_USED = re.compile(r'class="([^"]*)"')


def send(
    request: Request, title: str, body: Any, status: int = 200, preload: bool = False, description: str = "",
    look: str = "",
) -> Response:  # fmt: skip
    """A document as an answer; ``preload`` lets the calculator's files come while this page is read, ``look`` is the
    address of its event's own style sheet."""
    shown = render(body)
    text = document(
        title, shown, language=current_language(), css=style_of(shown, "document"), description=description,
        head=(preloads() if preload else "") + (f'<link rel="stylesheet" href="{look}">' if look else ""),
    )  # fmt: skip
    return compressed(request, text, status)


def style_of(shown: str, kind: str, *more: str) -> str:
    """The rules of a kind's sheets whose classes a document's markup has, or that are named in ``more``."""
    names = frozenset(name for found in _USED.findall(shown) for name in found.split()) | {"fz-document", *more}
    return trimmed(style_text(kind), names)


def compressed(request: Request, text: str, status: int = 200) -> Response:
    """A page as an answer, compressed as the browser takes it; not kept without asking again."""
    raw, headers = text.encode(), {"Vary": "Accept-Encoding, Accept-Language, Cookie", "Cache-Control": "no-cache"}
    accepted = request.headers.get("accept-encoding", "")
    if "br" in accepted:
        raw, headers["Content-Encoding"] = brotli.compress(raw, quality=5), "br"
    elif "gzip" in accepted:
        raw, headers["Content-Encoding"] = gzip.compress(raw, 6), "gzip"
    return Response(raw, status, headers, media_type="text/html; charset=utf-8")


def preloads() -> str:
    """Links that fetch the calculator's bundle, scripts and sheets once this page stands."""
    scripts = [*preload_urls(), *[asset_url(f"js/{name}.js") for name in ("guest", "guest-places", "guest-calculator")]]
    sheets = [asset_url(f"css/{name}.css") for name in ("tokens", "base", "guest", "guest-form")]
    return "".join(f'<link rel="prefetch" href="{url}">' for url in [*scripts, *sheets])


@lru_cache(maxsize=64)
def trimmed(css: str, names: frozenset[str]) -> str:
    """``css`` without the rules whose classes a page does not have (rules within @media alike)."""
    kept = []
    for head, body in _rules(css):
        if head.startswith(("@media", "@supports")):
            inside = trimmed(body, names)
            kept.append(f"{head}{{{inside}}}" if inside else "")
        elif head.startswith("@"):
            kept.append(f"{head}{{{body}}}")
        else:
            wanted = [part for part in _SPLIT.split(head) if set(_CLASS.findall(part)) <= names]
            kept.append(f"{','.join(wanted)}{{{body}}}" if wanted else "")
    return "".join(kept)


def _rules(css: str) -> list[tuple[str, str]]:
    """(selector or at-rule, what is between its braces), in order."""
    found, at = [], 0
    while (start := css.find("{", at)) >= 0:
        depth, end = 1, start + 1
        while depth and end < len(css):
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        found.append((css[at:start].strip(), css[start + 1 : end - 1]))
        at = end
    return found
