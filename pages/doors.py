"""Who may come in: a page's permission, asked at the event and the company of its address, before a page is sent, its
layout made or one of its callbacks run. A callback is closed until it is known which event it is of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import events
from accounts import Forbidden, current_actor, require
from pages import registry

# The stores that carry a page's address to its callbacks: the text of its first parameter, a list of them in order, or
# an object by their names.
CARRIES_ADDRESS = re.compile(r"-(slug|what|who|kept|where|account)$")
PLACES = ("slug", "company_id")


def ask(spec: registry.PageSpec, values: Mapping[str, Any]) -> None:
    """Asks for the page's permission at the event and the company among ``values``, its path's parameters. Raises
    Unauthenticated, Forbidden, or NotFound where there is no such event."""
    if not spec.permission:
        return
    require(current_actor(), spec.permission)
    if not (places := places_of(spec)):
        return
    if any(not isinstance(values.get(name), str) or not values[name] for name in places):
        raise Forbidden("The page did not tell what this is of; reload it and try again.")
    event_id = events.get_event(values["slug"]).event_id if "slug" in places else ""
    require(current_actor(), spec.permission, event_id, values["company_id"] if "company_id" in places else "")


def ask_callback(spec: registry.PageSpec, body: Mapping[str, Any], asked: Mapping[str, str]) -> None:
    """The same for a callback: what its stores name counts, and ``asked``, the address of the page that asks, only for
    what they leave out. Raises as `ask`; Forbidden where neither tells."""
    named = list(_named(spec, body))
    for values in named or [{}]:
        ask(spec, {**asked, **values})


def places_of(spec: registry.PageSpec) -> list[str]:
    """Which parameters of a page's path say where its permission is asked."""
    return [name for name in registry.parameters(spec.template) if name in PLACES]


def _named(spec: registry.PageSpec, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    names = registry.parameters(spec.template)
    for item in (*body.get("inputs", ()), *body.get("state", ())):
        if not isinstance(item, dict) or item["property"] != "data" or not _carries(item["id"]):
            continue
        told = item.get("value")
        if isinstance(told, dict):
            yield {name: told[name] for name in names if name in told}
        else:
            yield dict(zip(names, told if isinstance(told, list) else [told], strict=False))


def _carries(dom_id: Any) -> bool:
    return isinstance(dom_id, str) and CARRIES_ADDRESS.search(dom_id) is not None
