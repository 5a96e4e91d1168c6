"""Which page answers which path. A page module calls ``page(...)`` once and has ``layout(**path and query)``."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from dash import _callback

KINDS = ("guest", "desk", "wall")
_PARAMETER = re.compile(r"<([a-z_]+)>")


@dataclass(slots=True)
class PageSpec:
    """A page: its path template (``/e/<slug>/rank``), the kind that chooses scripts and style sheets, its title (an
    English msgid), the module that holds ``layout``, and the callbacks that module registered."""

    template: str
    kind: str
    title: str
    module: str
    permission: str | None = None
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    callbacks: list[dict[str, Any]] = field(default_factory=list)

    @property
    def route(self) -> str:
        """The template in the web framework's notation."""
        return _PARAMETER.sub(r"{\1}", self.template)

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("^" + _PARAMETER.sub(r"(?P<\1>[^/]{1,200})", self.template) + "/?$")

    @property
    def layout_function(self) -> Callable[..., Any]:
        layout: Callable[..., Any] = sys.modules[self.module].layout
        return layout


PAGES: list[PageSpec] = []


def page(
    template: str,
    kind: str,
    title: str,
    permission: str | None = None,
    styles: tuple[str, ...] = (),
    scripts: tuple[str, ...] = (),
) -> PageSpec:
    """Registers the calling module as the page of ``template``. ``permission`` names the action of the table that opens
    it (None: everybody). ``styles`` and ``scripts`` are further files under assets/, such as ``js/guest.js``."""
    module = sys._getframe(1).f_globals["__name__"]
    spec = PageSpec(template, kind, title, module, permission, styles, scripts)
    PAGES.append(spec)
    return spec


def parameters(template: str) -> list[str]:
    """The names of a template's parameters, in order."""
    return _PARAMETER.findall(template)


def match(path: str) -> tuple[PageSpec, dict[str, str]] | None:
    """The page of a path and the path's parameters."""
    for spec in PAGES:
        if found := spec.pattern.match(path):
            return spec, found.groupdict()
    return None


def query_of(search: str) -> dict[str, str]:
    """The query's parameters; the last of a name counts, and names that are no identifiers are left out."""
    pairs = parse_qsl(search.lstrip("?"), max_num_fields=100) if search.count("&") < 100 else []
    return {name: value for name, value in pairs if name.isidentifier() and not name.startswith("_")}


def load_pages() -> list[Any]:
    """Imports every module under pages/ and returns the web framework routers (``router``) of those that have one.
    Callbacks a module registers are remembered with its page, so that a page is sent its own alone."""
    import pages

    routers: list[Any] = []
    for info in pkgutil.walk_packages(pages.__path__, "pages."):
        if info.ispkg or "._parts" in info.name or info.name.rsplit(".", 1)[-1].startswith("_"):
            continue
        before, pages_before = len(_callback.GLOBAL_CALLBACK_LIST), len(PAGES)
        module = importlib.import_module(info.name)
        added = _callback.GLOBAL_CALLBACK_LIST[before:]
        for spec in PAGES[pages_before:]:
            spec.callbacks = added
        if (router := getattr(module, "router", None)) is not None:
            routers.append(router)
    return routers


_bundle_urls: dict[str, str] = {}


def set_bundle_url(name: str, url: str) -> None:
    """Told once by the assembly: where the scripts of a kind are served."""
    _bundle_urls[name] = url


def preload_urls() -> tuple[str, ...]:
    """What a document may preload so that the calculator opens at once: its one bundle of scripts."""
    return tuple(url for name, url in _bundle_urls.items() if name == "guest")


def bundle_url(name: str) -> str:
    """The address of a bundle made at start."""
    return _bundle_urls[name]


_asset_urls: list[Callable[[str], str]] = []


def set_asset_urls(fingerprinted: Callable[[str], str]) -> None:
    """Told once by the assembly: how a file under assets/ is addressed."""
    _asset_urls[:] = [fingerprinted]


def asset_url(name: str) -> str:
    """The address of a file under assets/ (``css/wall.css``), with its fingerprint where the assembly has told how."""
    return _asset_urls[0](name) if _asset_urls else f"/assets/{name}"
