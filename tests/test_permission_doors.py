"""A desk's callback is asked at the event of its page: by what its stores name, and else by the page that asks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from pages import doors, registry
from tests.support.api import Forum, client, open_forum, token
from tests.test_callbacks_hostile import sent, well_formed


@pytest.fixture
def api(sqlite_store: object) -> TestClient:
    return client()


@pytest.fixture
def forums(api: TestClient) -> tuple[Forum, Forum]:
    return open_forum(), open_forum("elsewhere")


def of_events(api: TestClient) -> list[tuple[registry.PageSpec, dict[str, Any]]]:
    """Callbacks of desks' pages that are of one event."""
    return [
        (spec, json.loads(json.dumps(item, default=str)))
        for spec in registry.PAGES if spec.permission and "slug" in registry.parameters(spec.template)
        for item in api.get("/_dash-dependencies", headers={"Referer": at(spec, "hall-2026")}).json()
        if not item.get("clientside_function") and "house-page" not in item["output"]
    ]  # fmt: skip


def at(spec: registry.PageSpec, slug: str) -> str:
    return "http://testserver" + registry._PARAMETER.sub("x", spec.template.replace("<slug>", slug))


def names_none(item: dict[str, Any]) -> bool:
    asked = [*item["inputs"], *item["state"]]
    return not any(one["property"] == "data" and doors.CARRIES_ADDRESS.search(one["id"]) for one in asked)


def test_a_callback_is_closed_where_neither_store_nor_page_tells_its_event(
    api: TestClient, forums: tuple[Forum, Forum]
) -> None:
    known, held = of_events(api), token("administrator")
    assert len(known) > 60
    for _, item in known:
        for value in (None, [], {}, 1):
            answer = sent(api, well_formed(item, value), **held)
            assert answer.status_code == 403, (item["output"], value, answer.text[:200])
            assert "reload" in answer.json()["detail"]


def test_another_events_organiser_is_refused_whatever_page_asks(api: TestClient, forums: tuple[Forum, Forum]) -> None:
    forum, other = forums
    outside = token("organiser", event_id=other.event_id)
    for spec, item in of_events(api):
        own, foreign = at(spec, other.slug), at(spec, forum.slug)
        if not names_none(item):
            lied = sent(api, well_formed(item, forum.slug), Referer=own, **outside)
            assert lied.status_code == 403, (item["output"], lied.text[:200])
        answer = sent(api, well_formed(item, None), Referer=foreign, **outside)
        assert answer.status_code == 403, (item["output"], answer.text[:200])
