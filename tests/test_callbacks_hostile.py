"""A callback is a public endpoint: whatever any of them is sent, it answers 200 or 4xx, never 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from data.store.engine import get_store
from pages import registry
from tests.support.api import Forum, begin, buy, client, open_forum, prove, token

UPDATE = "/_dash-update-component"
VALUES: list[Any] = [
    None, "", "x", "\x00", "\ud800", -1, 0, 1, 1.5, 10**30, True, [], {}, [[]], [None], [{"a": 1}], {"a": [1]},
    "x" * 5000,
    "?lang=zh", "/e/hall-2026/footprint", {"participation_id": "x", "secret": "y"}, {"trips": "x"}, [1, "x", None],
    "{}",
    json.dumps({"fz": 1}), {"__proto__": 1}, "2026-13-45", "'; DROP TABLE event; --",
]  # fmt: skip


@pytest.fixture
def api(store: object) -> TestClient:
    return client()


@pytest.fixture
def forum(store: object) -> Forum:
    return open_forum()


@pytest.fixture
def callbacks(api: TestClient, forum: Forum) -> list[dict[str, Any]]:
    """Every callback that is not run in the browser."""
    known = api.get("/_dash-dependencies").json()
    assert len(known) > 10
    return [item for item in known if not item.get("clientside_function")]


def sent(api: TestClient, body: Any, **headers: str) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return api.post(UPDATE, content=raw, headers={"Content-Type": "application/json"} | headers)


def fine(answer: Response, what: Any) -> None:
    assert answer.status_code in (200, 204) or 400 <= answer.status_code < 500, (
        what,
        answer.status_code,
        answer.text[:300],
    )


def outputs_of(output: str) -> Any:
    """The outputs as the page's renderer names them."""
    many = output.startswith("..")
    names = output.strip(".").split("...") if many else [output]
    parts = [name.split("@")[0].rsplit(".", 1) for name in names]
    told = [{"id": _id(part[0], "x"), "property": part[1]} for part in parts]
    return told if many else told[0]


def _id(text: str, filled: Any) -> Any:
    """A component's id; a pattern with something in its wildcards."""
    if not text.startswith("{"):
        return text
    parts = json.loads(text).items()
    return {key: filled if isinstance(value, list) else value for key, value in parts}


def well_formed(item: dict[str, Any], value: Any) -> dict[str, Any]:
    """A call as a page would send it, with one value everywhere."""

    def given(want: dict[str, Any]) -> Any:
        single = {"id": _id(want["id"], 0), "property": want["property"], "value": value}
        return [single] if '["ALL"]' in want["id"] else single

    changed = [f"{want['id']}.{want['property']}" for want in item["inputs"]][:1]
    return {
        "output": item["output"], "outputs": outputs_of(item["output"]), "changedPropIds": changed,
        "inputs": [given(want) for want in item["inputs"]], "state": [given(want) for want in item["state"]],
    }  # fmt: skip


def deformed(item: dict[str, Any]) -> Iterator[Any]:
    """The same call with parts missing or of other types."""
    call = well_formed(item, "x")
    for part in call:
        yield {key: value for key, value in call.items() if key != part}
        for wrong in (
            None,
            "x",
            1,
            [],
            {},
            [None],
            [[None]],
            [{}],
            [{"id": {}}],
            [{"id": 1, "property": 2}],
            {"id": "x"},
        ):
            yield call | {part: wrong}
    yield call | {"inputs": call["inputs"] * 2}
    yield call | {"outputs": [call["outputs"]] * 50}
    yield call | {"changedPropIds": ["nothing.value", "{}.x", "{.y", ""]}
    yield call | {"changedPropIds": [1]}


BODIES: list[tuple[str, bytes]] = [
    ("{}", b"{}"), ("[]", b"[]"), ("text", b'"x"'), ("null", b"null"), ("nothing", b""), ("half", b'{"output":'),
    ("unknown", b'{"output": "nobody.children", "inputs": [], "state": []}'), ("latin", b'{"output": "\xff"}'),
    ("deep", b'{"output":' * 20_000), ("deep list", b"[" * 100_000), ("number", b"1e999"),
    ("huge", b'"' + b"x" * 300_000 + b'"'),
    ("dunder", b'{"output": "__class__", "inputs": [], "state": []}'),
    ("list output", b'{"output": ["a"], "inputs": []}'),
]  # fmt: skip


def test_bodies_that_no_page_sends(api: TestClient, forum: Forum) -> None:
    for what, raw in BODIES:
        answer = sent(api, raw)
        assert 400 <= answer.status_code < 500, (what, answer.status_code)
        assert len(answer.json()["detail"]) > 8, what
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        assert api.post(UPDATE, content=b"{}", headers={"Content-Type": kind}).status_code == 415, kind
    for method in ("GET", "PUT", "DELETE"):
        assert api.request(method, UPDATE).status_code == 405, method
    chinese = sent(api, b"{}", **{"Accept-Language": "zh"}).json()["detail"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)


def test_every_callback_with_every_value(api: TestClient, callbacks: list[dict[str, Any]], forum: Forum) -> None:
    guest = begin(api)
    buy(guest, forum)
    values = VALUES if get_store().is_sqlite else VALUES[:12]
    for item in callbacks:
        for value in values:
            fine(sent(api, well_formed(item, value)), (item["output"], value))
        stored = {"participation_id": guest.participation_id, "secret": guest.secret, "draft": "x", "order_id": 1}
        fine(sent(api, well_formed(item, stored)), (item["output"], "a guest's store"))
        fine(sent(api, well_formed(item, json.dumps(stored))), (item["output"], "the same as text"))
    prove(forum.slug)


def test_every_callback_with_every_part_wrong(api: TestClient, callbacks: list[dict[str, Any]]) -> None:
    if not get_store().is_sqlite:
        callbacks = callbacks[::7]
    for item in callbacks:
        for call in deformed(item):
            fine(sent(api, call), (item["output"], call))


DESKS = ("/desk", "/company", "/reports")


def test_no_callback_of_a_desk_answers_a_stranger(
    api: TestClient, callbacks: list[dict[str, Any]], forum: Forum
) -> None:
    """Called right, by nobody in particular and by somebody of another event: nothing of this event is told."""
    outside = token("company", company_id="another")
    desks = [
        callback["output"]
        for spec in registry.PAGES
        if spec.permission
        for callback in spec.callbacks
        if not callback.get("clientside_function")
    ]
    assert len(desks) >= 5
    for item in callbacks:
        if item["output"] in desks:
            for headers in ({}, outside):
                answer = sent(api, well_formed(item, forum.slug), **headers)
                told = answer.text.replace(forum.slug, "")
                assert forum.event_id not in told, (item["output"], answer.text[:300])
                fine(answer, item["output"])


def paths() -> list[str]:
    """Each page, with an event that is there where it takes one."""
    given = {"slug": "hall-2026", "number": "TEST-0000-0000-0000-0000", "order_id": "abcdefgh-x", "token": "x"}
    return [
        registry._PARAMETER.sub(lambda found: given.get(found.group(1), "x"), spec.template) for spec in registry.PAGES
    ]


@pytest.mark.parametrize("role", ["", "organiser", "exchange", "sustainability", "administrator"])
def test_every_page_and_its_layout_answers(api: TestClient, forum: Forum, role: str) -> None:
    headers = token(role) if role else {}
    for path in paths():
        for language in ("en", "zh"):
            page = api.get(path, headers=headers | {"Accept-Language": language}, follow_redirects=False)
            assert page.status_code in (200, 303, 403, 404), (path, page.status_code, page.text[:300])
            layout = api.get("/_dash-layout", headers=headers | {"Referer": f"http://testserver{path}"})
            assert layout.status_code in (200, 401, 403, 404), (path, layout.status_code, layout.text[:300])
            if page.status_code == 200:
                assert layout.status_code == 200, (path, layout.text[:300])
    for referer in ("", "http://testserver/nowhere", "http://[::bad", "http://testserver/e/%00/footprint", "x" * 5000):
        layout = api.get("/_dash-layout", headers={"Referer": referer})
        assert layout.status_code < 500, (referer, layout.text[:300])
        assert api.get("/_dash-dependencies", headers={"Referer": referer}).status_code < 500, referer


def test_a_page_of_an_event_that_is_not_there_is_404(api: TestClient, forum: Forum) -> None:
    for spec in registry.PAGES:
        if "<slug>" in spec.template and not spec.permission:
            answer = api.get(spec.template.replace("<slug>", "no-such-event"))
            assert answer.status_code == 404, (spec.template, answer.status_code)
