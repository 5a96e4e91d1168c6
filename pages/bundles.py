"""Which scripts and style sheets a page is sent: one bundle for guests, the framework's own files for desks."""

from __future__ import annotations

import pkgutil
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dash import Dash, _dash_renderer, dcc, html
from dash.fingerprint import check_fingerprint
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

import events
import offsetting
from accounts import DomainError, Forbidden, NotFound, Unauthenticated
from locales import current_language, t
from pages import doors, registry
from pages._parts.html_text import document
from pages._parts.shell import guest_shell
from pages._parts.styles import style_text

STYLES = {
    "guest": ("css/tokens.css", "css/base.css", "css/icons.css", "css/guest.css"),
    "desk": ("css/tokens.css", "css/base.css", "css/icons.css", "css/desk.css"),
    "wall": ("css/tokens.css", "css/base.css", "css/icons.css", "css/wall.css"),
}
_START = b"\n;window.__renderer = new DashRenderer();\n"
_GENERATORS = Path(__file__).resolve().parent.parent / "assets" / "js" / "generators.js"  # instead of the polyfill
_GUEST_PARTS = (
    ("dash", "deps/react@18.3.1.min.js"),
    ("dash", "deps/react-dom@18.3.1.min.js"),
    ("dash", "deps/prop-types@15.8.1.min.js"),
    ("dash", "dash-renderer/build/dash_renderer.min.js"),
    ("dash", "html/dash_html_components.min.js"),
    ("dash", "dcc/dash_core_components.js"),
)


def _source(package: str, path: str) -> bytes:
    data = pkgutil.get_data(package, path)
    if data is None:
        raise FileNotFoundError(f"{package}: {path}")
    return data


def _inline(app: Dash) -> bytes:
    """The client-side callbacks' functions, which the framework would write into the page as inline scripts."""
    return ("\n;".join(app._inline_scripts)).encode()


def make(app: Dash, shelf: Any) -> None:
    """Puts the bundles on the shelf and tells documents what they may preload."""
    parts = [_GENERATORS.read_bytes(), *(_source(package, path) for package, path in _GUEST_PARTS)]
    guest = shelf.add("/static/guest.js", b"\n;".join([*parts, _inline(app)]) + _START)
    start = shelf.add("/static/start.js", _inline(app) + _START)
    registry.set_bundle_url("guest", guest)
    registry.set_bundle_url("start", start)


def links(app: Dash, spec: registry.PageSpec, shelf: Any) -> tuple[list[str], list[str]]:
    """The style sheets and scripts of a page, in order, each fingerprinted."""
    styles = [shelf.asset(name) for name in (*STYLES[spec.kind], *spec.styles)]
    own = [shelf.asset(name) for name in spec.scripts]
    if spec.kind != "desk":
        return styles, [*own, registry.bundle_url("guest")]
    return styles, [shelf.asset("js/refused.js"), *own, *_suites(app), registry.bundle_url("start")]


def _suites(app: Dash) -> list[str]:
    """What the framework would list itself, as URLs with its fingerprints."""
    resources = app.scripts._resources
    dependencies = [
        {key: value["prod"] if isinstance(value, dict) else value for key, value in item.items()}
        for item in _dash_renderer._js_dist_dependencies
    ]
    found = app._collect_and_register_resources(resources._filter_resources(dependencies))
    found += app._collect_and_register_resources(
        app.scripts.get_all_scripts()
        + resources._filter_resources(_dash_renderer._js_dist)
        + resources._filter_resources(dcc._js_dist)
        + resources._filter_resources(html._js_dist)
    )
    return list(dict.fromkeys(src["src"] if isinstance(src, dict) else src for src in found))


def suites_router(app: Dash, shelf: Any) -> APIRouter:
    """The framework's own files, compressed once and kept for a year where the address carries a fingerprint."""
    router = APIRouter()

    @router.get("/_dash-component-suites/{package}/{path:path}", include_in_schema=False)
    def suite(request: Request, package: str, path: str) -> Response:
        inner, fingerprinted = check_fingerprint(path)
        if (
            package not in app.registered_paths
            or inner not in app.registered_paths[package]
            or package not in sys.modules
        ):
            return Response(status_code=404)
        key = f"/_dash-component-suites/{package}/{inner}"
        if shelf.find(key) is None:
            shelf.add(key, _source(package, inner))
        return shelf.answer(key, request, forever=fingerprinted)

    return router


def look_of(request: Request, spec: registry.PageSpec) -> list[str]:
    """The style sheet of the event that a guest's page or a big screen is of; none where it has no look of its own."""
    if spec.kind == "desk":
        return []
    given = request.path_params
    try:
        slug = given.get("slug") or (events.screen_event(given["token"]).slug if "token" in given else "")
        if not slug and "order_id" in given:
            slug = events.event_by_id(offsetting.get_order(given["order_id"]).event_id).slug
        href = events.look_href(slug) if slug else ""
    except DomainError:
        return []
    return [href] if href else []


def refused(request: Request, spec: registry.PageSpec) -> Response | None:
    """Why a person may not see a page: to sign in first, 403 for another role, 404 for what is not there; None where
    it may be sent. Its permission is asked at the event and the company of its address (`pages.doors`); where more is
    to be asked, its module has ``check(**path)``, which raises the errors of its domain."""
    try:
        doors.ask(spec, request.path_params)
        if check := getattr(sys.modules[spec.module], "check", None):
            check(**request.path_params)
    except Unauthenticated:
        return to_sign_in(request)
    except (Forbidden, NotFound) as error:
        status = 403 if isinstance(error, Forbidden) else 404
        return _refusal(status, t(error.message, **error.params), home="/desk" if spec.kind == "desk" else "/")
    return None


def nothing_there(request: Request) -> Response | None:
    """The page of an address that leads nowhere, for a person; None for a program, which is told as programs are."""
    if not _by_person(request):
        return None
    return _refusal(404, t("There is nothing at {path}.", path=request.url.path[:80]))


def told_in_a_page(request: Request, status: int, title: str, sentence: str) -> Response | None:
    """The page of a file or stream that a person's browser asked for and does not get; None for a program."""
    if not _by_person(request):
        return None
    return to_sign_in(request) if status == 401 else _refusal(status, sentence, title)


def _by_person(request: Request) -> bool:
    programs = ("/api/", "/_dash", "/assets/", "/static/", "/.well-known/", "/webhooks/")
    asks_a_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    return asks_a_page and not request.url.path.startswith(programs)


def _refusal(status: int, sentence: str, title: str = "", home: str = "/") -> HTMLResponse:
    title = title or (t("Not allowed") if status == 403 else t("Not found"))
    way = html.A(t("Back to the start"), href="/desk" if status == 403 else home, className="fz-button")
    body = guest_shell(html.Div([html.H1(title), html.P(sentence), way], className="fz-stack"), notice_kind=None)
    text = document(f"{title} · Forum Zero", body, language=current_language(), css=style_text("guest"))
    return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})


def to_sign_in(request: Request) -> Response:
    """Where somebody who is not signed in is sent, and back from there."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/sign-in?next=" + quote(path, safe=""), 303, headers={"Cache-Control": "no-store"})
