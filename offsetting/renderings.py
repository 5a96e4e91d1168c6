"""Certificates in other forms (PDF, picture), made by renderers that `pages` registers, so that the API needs no page.

Bytes are kept in a small cache per process, keyed by statement and language: a statement never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from accounts import NotFound
from offsetting.certificate_view import CertificateView
from offsetting.certificates import certificate

KEPT_COUNT = 64
KEPT_BYTES = 48 * 1024 * 1024
Renderer = Callable[[CertificateView, str], bytes]


@dataclass(frozen=True, slots=True)
class Rendering:
    """A certificate's bytes in a media type, and the number they belong to."""

    number: str
    media_type: str
    body: bytes


_renderers: dict[str, Renderer] = {}
_kept: OrderedDict[tuple[object, ...], Rendering] = OrderedDict()
_lock = Lock()


def register(media_type: str, renderer: Renderer) -> None:
    """Makes ``renderer(view, language)`` the one for a media type."""
    _renderers[media_type] = renderer


def media_types() -> tuple[str, ...]:
    """What can be rendered."""
    return tuple(_renderers)


def render(text: str, media_type: str, language: str) -> Rendering:
    """A certificate (its number as typed) in a media type; NotFound for an unknown number or type. Takes up to a second
    of a core the first time: call it in a thread."""
    view = certificate(text)
    renderer = _renderers.get(media_type)
    if renderer is None:
        raise NotFound("A certificate can't be had as {value}.", value=media_type)
    key = (*view.version_key, media_type, language)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = Rendering(view.number, media_type, renderer(view, language))
    _keep(key, made)
    return made


def _keep(key: tuple[object, ...], made: Rendering) -> None:
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT_COUNT or sum(len(r.body) for r in _kept.values()) > KEPT_BYTES:
            _kept.popitem(last=False)
