"""The Dash application: one renderer for all pages, each sent only its own scripts, styles and callbacks.

The framework's index page, catch-all route and websocket are off: pages are routes of their own (an unknown path is
404), scripts come as one compressed bundle per kind, and a callback runs in a thread: live streams never wait for it.
"""

from __future__ import annotations

import html as text
import inspect
import json
import logging
from contextvars import copy_context
from typing import Any
from urllib.parse import urlsplit

import anyio.to_thread
import dash
from dash import Dash, dcc, html
from dash._utils import to_json
from dash.backends._fastapi import FastAPIDashServer, get_current_request, reset_current_request, set_current_request
from dash.exceptions import DashException, PreventUpdate
from fastapi import Request
from fastapi.responses import JSONResponse, Response

from accounts import current_actor, may, require
from locales import current_language, t
from pages import doors, registry
from pages._parts.styles import font_faces

log = logging.getLogger("forum_zero")
MAX_CALLBACK_BYTES = 256 * 1024
MAX_EVIDENCE_BYTES = 32 * 1024 * 1024  # a registry's document, or a file of data, of 20 MB as base64


class HouseBackend(FastAPIDashServer):
    """The FastAPI backend without index, catch-all and websockets, and with callbacks that are checked and threaded."""

    websocket_capability = False

    def setup_index(self, dash_app: Dash) -> None:
        """Pages are routes of their own."""

    def _setup_catchall(self) -> None:
        """An unknown path is 404."""

    def register_assets_blueprint(self, blueprint_name: str, assets_url_path: str, assets_folder: str) -> None:
        """Assets are served compressed, by ``api.static``."""

    def setup_component_suites(self, dash_app: Dash) -> None:
        """Served compressed, by ``api.static``."""

    def setup_backend(self, dash_app: Dash) -> None:
        """Only the request's context; the framework's own middleware would read bodies before anybody checks them."""
        self.server.add_middleware(_RequestContext)

    def serve_callback(self, dash_app: Dash) -> Any:
        async def dispatch(request: Request) -> Response:
            body = await _callback_body(request)
            if isinstance(body, Response):
                return body
            spec = _page_of(dash_app, body)
            if spec is not None and spec.permission:
                require(current_actor(), spec.permission)
            if problem := _wrong_shape(dash_app, body):
                return _refusal(400, problem)
            get_current_request().state.json_body = body
            try:
                if spec is not None and doors.places_of(spec):
                    await anyio.to_thread.run_sync(copy_context().run, doors.ask_callback, spec, body, _asked_of(spec))
                context = dash_app._initialize_context(body)
                function = dash_app._prepare_callback(context, body)
                values = dash_app._inputs_to_vals(context.inputs_list + context.states_list)
                run = dash_app._execute_callback(function, values, context.outputs_list, context)
                answer = await anyio.to_thread.run_sync(copy_context().run, run)
                if inspect.iscoroutine(answer):
                    answer = await answer
            except PreventUpdate:
                return Response(status_code=204)
            except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, DashException) as error:
                log.error("a callback could not use what it was sent: %s", body["output"][:200], exc_info=error)
                return _refusal(400, t("The page sent something that can't be used; reload it and try again."))
            return context.dash_response.set_response(data=answer)

        return dispatch


class _RequestContext:
    """ASGI middleware: lets the page framework find the request that it answers."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/_dash-"):
            await self.app(scope, receive, send)
            return
        token = set_current_request(Request(scope, receive))
        try:
            await self.app(scope, receive, send)
        finally:
            reset_current_request(token)


def _refusal(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"title": "callback refused", "status": status, "detail": sentence}, status_code=status)


async def _callback_body(request: Request) -> Any:
    if not request.headers.get("content-type", "").startswith("application/json"):
        return _refusal(415, t("A callback is application/json."))
    raw = await request.body()
    sends_files = may(current_actor(), "retire") or may(current_actor(), "event.import")
    most = MAX_EVIDENCE_BYTES if sends_files else MAX_CALLBACK_BYTES
    if len(raw) > most:
        return _refusal(413, t("A callback has at most {limit} bytes.", limit=most))
    try:
        if b"\\u0000" in raw:  # no store keeps NUL
            raise ValueError("NUL")
        return json.loads(raw)
    except (ValueError, RecursionError):
        return _refusal(400, t("The body is not JSON."))


def _page_of(dash_app: Dash, body: Any) -> registry.PageSpec | None:
    """The page a callback belongs to: whoever may not open the page may not call it either. None for the shell's."""
    owners: dict[str, registry.PageSpec] | None = getattr(dash_app, "_fz_owners", None)
    if owners is None:
        owners = {item["output"]: spec for spec in registry.PAGES for item in spec.callbacks}
        dash_app._fz_owners = owners
    output = body.get("output") if isinstance(body, dict) else None
    return owners.get(output) if isinstance(output, str) else None


def _asked_of(spec: registry.PageSpec) -> dict[str, str]:
    """The address of the page that asks, where its module owns the callback; nothing where none is told."""
    found = _asked()
    return found[1] if found and found[0].module == spec.module else {}


def _wrong_shape(dash_app: Dash, body: Any) -> str | None:
    """Why a callback's body can't be one that our pages send, or None."""
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return t("A callback is an object that names its output.")
    known = dash_app.callback_map.get(body["output"])
    if known is None or body["output"] not in _specs(dash_app):
        return t("There is no such callback here.")
    spec = _specs(dash_app)[body["output"]]
    for name, wanted in (("inputs", spec["inputs"]), ("state", spec["state"])):
        given = body.get(name, [])
        if not isinstance(given, list) or len(given) != len(wanted):
            return t("The callback's {name} are not those of the page.", name=name)
        if not all(_fits(item, want) for item, want in zip(given, wanted, strict=True)):
            return t("The callback's {name} are not those of the page.", name=name)
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(item, str) for item in changed):
        return t("The callback's {name} are not those of the page.", name="changedPropIds")
    return (
        None
        if _outputs_fit(body["output"], body.get("outputs"))
        else t("The callback's {name} are not those of the page.", name="outputs")
    )


def _outputs_fit(output: str, outputs: Any) -> bool:
    many = output.startswith("..")
    if many != isinstance(outputs, list) or (many and len(outputs) != len(output.strip(".").split("..."))):
        return False
    items = outputs if many else [outputs]
    if "{" not in output and any(isinstance(item, list) for item in items):
        return False  # only a pattern stands for several
    flat = [one for item in items for one in (item if isinstance(item, list) else [item])]
    return all(one is None or (isinstance(one, dict) and "id" in one and "property" in one) for one in flat)


def _fits(item: Any, wanted: dict[str, Any]) -> bool:
    """An input names its component and property as registered; a pattern's item is a list of such."""
    if isinstance(item, list):
        return wanted["id"].startswith("{") and all(_named(one, wanted["property"]) for one in item)
    return _named(item, wanted["property"]) and (wanted["id"].startswith("{") or item["id"] == wanted["id"])


def _named(item: Any, prop: str) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), str | dict) and item.get("property") == prop


def _specs(dash_app: Dash) -> dict[str, dict[str, Any]]:
    cached = getattr(dash_app, "_fz_specs", None)
    if cached is None or len(cached) != len(dash_app._callback_list):
        cached = {item["output"]: item for item in dash_app._callback_list}
        dash_app._fz_specs = cached
    return cached


def _asked() -> tuple[registry.PageSpec, dict[str, str]] | None:
    """The page whose renderer asks, by its Referer (same origin by our referrer policy)."""
    try:
        parts = urlsplit(get_current_request().headers.get("referer", ""))
    except (RuntimeError, ValueError):  # outside a request, or with a Referer that no browser sends
        return None
    found = registry.match(parts.path)
    return (found[0], {**registry.query_of(parts.query), **found[1]}) if found else None


def page_layout() -> Any:
    """The layout of the page that asks; without a Referer a shell that fills itself from the address."""
    asked = _asked()
    if asked is None:
        return html.Div([dcc.Location(id="house-where"), html.Div(id="house-page")])
    spec, values = asked
    return html.Div(_guarded(spec, values), id="house-page")


def _guarded(spec: registry.PageSpec, values: dict[str, str]) -> Any:
    doors.ask(spec, values)
    accepted = inspect.signature(spec.layout_function).parameters
    takes_all = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in accepted.values())
    return spec.layout_function(**{k: v for k, v in values.items() if takes_all or k in accepted})


def _fill(pathname: str, search: str) -> Any:
    found = registry.match(pathname or "/")
    if found is None:
        return t("There is no page here.")
    return _guarded(found[0], {**registry.query_of(search or ""), **found[1]})


def _backend_on(server: Any) -> type[HouseBackend]:
    """The backend bound to an application of ours (given one directly, the framework would choose its own backend)."""
    return type("Backend", (HouseBackend,), {"create_app": staticmethod(lambda *_, **__: server)})


def build_dash(server: Any) -> Dash:
    """One Dash application on a FastAPI application; call after ``registry.load_pages()``."""
    app = Dash(
        "forum_zero", backend=_backend_on(server), use_pages=False, include_assets_files=False,
        suppress_callback_exceptions=True, update_title=None, title="Forum Zero", compress=False, enable_mcp=False,
        add_log_handler=False,
    )  # fmt: skip
    app.layout = page_layout
    app.callback(
        dash.Output("house-page", "children"),
        dash.Input("house-where", "pathname"),
        dash.Input("house-where", "search"),
    )(_fill)
    app._setup_server()
    _own_dependencies(app)
    return app


def _own_dependencies(app: Dash) -> None:
    """A page's renderer is told of its own callbacks (and the shell's), not of every page's."""
    own = {spec.module: json.loads(to_json(spec.callbacks)) for spec in registry.PAGES}
    whole = json.loads(to_json(app._callback_list))
    shell = [item for item in whole if "house-where" in str(item["inputs"])]

    def dependencies() -> Response:
        asked = _asked()
        chosen = whole if asked is None else own[asked[0].module] + shell
        return Response(json.dumps(chosen), media_type="application/json")

    for route in app.server.router.routes:
        if getattr(route, "path", "") == "/_dash-dependencies":
            app.server.router.routes.remove(route)
            break
    app.server.add_api_route("/_dash-dependencies", _in_context(dependencies), methods=["GET"], include_in_schema=False)


def _in_context(view: Any) -> Any:
    async def wrapped(request: Request) -> Response:
        return view()

    return wrapped


def _public_config(app: Dash) -> dict[str, Any]:
    """What the renderer needs to know; versions stay here, and nothing is asked of another host."""
    config = json.loads(to_json(app._config()))
    for name in ("python_version", "dash_version_url", "plotly_version", "ddk_version"):
        config.pop(name, None)
    children = {
        space: {name: props for name, props in components.items() if props}
        for space, components in config["children_props"].items()
    }
    return {**config, "children_props": children, "disable_version_check": True}


def index_html(app: Dash, spec: registry.PageSpec, styles: list[str], scripts: list[str]) -> str:
    """The page's own HTML: style sheets, one bundle, no inline script; the words come with the layout."""
    language = current_language()
    config = json.dumps(_public_config(app)).replace("<", "\\u003c")
    links = "".join(f'<link rel="stylesheet" href="{href}">' for href in styles)
    tags = "".join(f'<script src="{src}" defer></script>' for src in scripts)
    title = text.escape(t(spec.title))
    faces = f"<style>{found}</style>" if (found := font_faces(language)) else ""
    return (
        f'<!doctype html><html lang="{"zh-Hans" if language == "zh" else language}" data-kind="{spec.kind}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f'<title>{title} · Forum Zero</title><link rel="icon" href="/assets/icon.svg" type="image/svg+xml">'
        f'{faces}{links}</head><body class="fz-{spec.kind}"><div id="react-entry-point">'
        '<div class="fz-loading" aria-busy="true"></div></div>'
        f'<script id="_dash-config" type="application/json">{config}</script>{tags}</body></html>'
    )
