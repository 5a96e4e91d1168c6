"""Assembly: one FastAPI application with the API, the documents, the pages and the live stream. No rule, no query."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import HTMLResponse, Response

import api
from api import problems, static
from api.background import start_background
from api.middleware import Guard
from data.settings import get_settings
from pages import bundles, house, registry

ROOT = Path(__file__).parent


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with start_background():
        yield


def _api_routers() -> list[Any]:
    modules = [importlib.import_module(f"api.{info.name}") for info in pkgutil.iter_modules(api.__path__)]
    return [module.router for module in modules if hasattr(module, "router")]


def _page_route(app: FastAPI, dash_app: Any, spec: registry.PageSpec, shelf: static.Shelf) -> None:
    styles, scripts = bundles.links(dash_app, spec, shelf)

    def show(request: Request) -> Response:
        if refused := bundles.refused(request, spec):
            return refused
        sheets = [*styles, *bundles.look_of(request, spec)]
        return HTMLResponse(house.index_html(dash_app, spec, sheets, scripts), headers={"Cache-Control": "no-store"})

    app.add_api_route(spec.route, show, methods=["GET"], include_in_schema=False, name=spec.module)


def build() -> FastAPI:
    """The whole application."""
    settings = get_settings()
    app = FastAPI(
        title="Forum Zero", version="1", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None,
        lifespan=_lifespan,
    )  # fmt: skip
    problems.install(app)
    app.state.nothing_there = bundles.nothing_there
    app.state.told_in_a_page = bundles.told_in_a_page
    routers = [*_api_routers(), *registry.load_pages()]
    dash_app = house.build_dash(app)  # before the others: its callbacks are asked most, and routes are tried in order
    for router in routers:
        app.include_router(router)
    shelf = static.Shelf(ROOT / "assets", Path(settings.data_dir) / "static")
    app.include_router(static.router_for(shelf))
    app.include_router(bundles.suites_router(dash_app, shelf))
    bundles.make(dash_app, shelf)
    registry.set_asset_urls(shelf.asset)
    for spec in registry.PAGES:
        _page_route(app, dash_app, spec, shelf)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)
    app.add_middleware(Guard)
    return app


server = build()
