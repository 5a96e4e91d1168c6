"""Script-free documents: Dash's own component trees rendered to HTML text, escaped by default.

A document is written with ``dash.html`` and the parts of this folder, like any page, and turned into text by
``render``. Inline SVG and other trusted markup goes in as ``Raw``; everything else is escaped.
"""

from __future__ import annotations

from html import escape
from typing import Any

from dash.development.base_component import Component

from pages._parts.styles import font_faces

VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
NAMES = {"className": "class", "htmlFor": "for", "httpEquiv": "http-equiv", "charSet": "charset"}
SAME = frozenset({"viewBox"})
SKIP = frozenset({"children", "n_clicks", "disable_n_clicks", "n_clicks_timestamp", "key", "loading_state"})


class Raw(str):
    """Markup of ours that is inserted as it is: SVG strings, rendered parts. Never text that came from outside."""


def render(node: Any) -> Raw:
    """HTML of a Dash component, a list of nodes, text (escaped), ``Raw`` (as it is), a number or None (nothing)."""
    if node is None or node is False:
        return Raw("")
    if isinstance(node, Raw):
        return node
    if isinstance(node, Component):
        return _component(node)
    if isinstance(node, list | tuple):
        return Raw("".join(render(child) for child in node))
    return Raw(escape(str(node), quote=False))


def _component(node: Component) -> Raw:
    name = node._type.lower()
    opening = f"<{name}{''.join(_attribute(key, value) for key, value in _properties(node).items())}>"
    if name in VOID:
        return Raw(opening)
    return Raw(f"{opening}{render(getattr(node, 'children', None))}</{name}>")


def _properties(node: Component) -> dict[str, Any]:
    return {key: value for key, value in node.to_plotly_json()["props"].items() if key not in SKIP}


def _attribute(key: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    name = NAMES.get(key, key if key in SAME else key.lower())
    if value is True:
        return f" {name}" if not name.startswith("aria-") else f' {name}="true"'
    shown = _style(value) if key == "style" else str(value)
    return f' {name}="{escape(shown)}"'


def _style(style: dict[str, Any]) -> str:
    return ";".join(f"{_kebab(key)}:{value}" for key, value in style.items())


def _kebab(name: str) -> str:
    if name.startswith("--"):
        return name
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)


def tag(name: str, /, *children: Any, **attributes: Any) -> Raw:
    """An element that ``dash.html`` has not (input, svg): ``tag("input", name="q", className="fz-input")``."""
    opening = f"<{name}{''.join(_attribute(_plain(key), value) for key, value in attributes.items())}>"
    return Raw(opening) if name in VOID else Raw(f"{opening}{render(children)}</{name}>")


def _plain(key: str) -> str:
    return key if key in NAMES or key in SAME else key.rstrip("_").replace("_", "-")


def document(
    title: str,
    body: Any,
    *,
    language: str,
    css: str,
    description: str = "",
    head: str = "",
    body_class: str = "fz-document",
) -> str:
    """A whole page without script: ``css`` inline, ``head`` trusted extra tags (preloads, alternate languages)."""
    about = f'<meta name="description" content="{escape(description)}">' if description else ""
    return (
        f'<!doctype html><html lang="{escape(html_language(language))}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover">'
        f"<title>{escape(title)}</title>"
        f'{about}<meta name="color-scheme" content="light dark"><link rel="icon" href="/assets/icon.svg">'
        f"{head}<style>{font_faces(language)}{css}</style></head>"
        f'<body class="{escape(body_class)}">{render(body)}</body></html>'
    )


def html_language(language: str) -> str:
    """The ``lang`` of a page: zh is Simplified Chinese."""
    return {"zh": "zh-Hans"}.get(language, language)
