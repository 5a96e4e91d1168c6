"""Bad input at every field of every route, on both stores: a 4xx with a sentence in the reader's language."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from data.store.engine import get_store
from tests.support.api import V1, Forum, Guest, begin, buy, client, open_forum, prove, token

CJK = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
NASTY: list[str] = [  # as JSON, so that what no serialiser writes can be sent as well
    "null", '""', '" "', '"x"', r'"\u0000"', r'"a\u0000b"', r'"\ud800"', '"💥"', '"\\u202e"',
    "-1", "0", "1.5", "1e999", "-1e999", "NaN",
    str(10**30), str(2**63), "true", "[]", "{}", "[[]]", '{"a": 1}', json.dumps("x" * 10_000),
    "[null]", '"../../etc/passwd"',
    '"\' OR 1=1 --"', '"<script>alert(1)</script>"', '"{field}"', '"{0.__class__}"',
]  # fmt: skip
FOOTPRINT = {
    "trips": [{"from": "geo:1816670", "to": {"lat": 30.7, "lon": 104.1}, "via": ["geo:1796236"], "mode": "plane",
               "cabin": "economy", "people": 1, "round_trip": True, "count": 1},
              {"from": "geo:1816670", "mode": "car", "fuel": "petrol", "people": 2, "round_trip": False}],
    "stays": [{"country": "CN", "nights": 2, "rooms": 1, "guests": 1, "kind": "hotel"}],
    "meals": [{"diet": "average", "count": 1}],
    "other": [{"activity": "remote_participation", "quantity": 1.0, "unit": "hour"}],
}  # fmt: skip
START = {"session": "main", "company": "Panda", "display": {"pseudonym": "Ada", "consent": True}}
ORDER = {"project": "cdcer-hall-2026", "share_percent": 100, "gift": False, "locale": "en"}
EVENT_ORDER = {"project": "cdcer-hall-2026", "grams": 1000, "covers": "residual", "company": "x"}


@pytest.fixture
def api(store: object) -> TestClient:
    return client()


@pytest.fixture
def forum(store: object) -> Forum:
    return open_forum()


def told_well(answer: Response, what: str, language: str = "en") -> None:
    """A 4xx is a problem with a sentence, and says which fields are wrong."""
    assert answer.status_code < 500, (what, answer.status_code, answer.text)
    if answer.status_code < 400:
        return
    assert answer.headers["content-type"] == "application/problem+json", what
    problem = answer.json()
    assert set(problem) >= {"type", "title", "status", "detail"}, what
    assert problem["status"] == answer.status_code, what
    assert len(problem["detail"]) > 8, what
    for said in (problem["title"], problem["detail"]):
        assert bool(CJK.search(said)) == (language == "zh"), (what, said)
    for error in problem.get("errors", []):
        assert set(error) == {"field", "value", "message"}, what
        assert not set(PLACEHOLDER.findall(error["message"])) - {"{field}"}, (what, error["message"])


def mutations(valid: Any) -> Iterator[tuple[str, str]]:
    """Each field of a body with each nasty value in its place, without it, and with one more beside it; as JSON."""
    for path in _paths(valid):
        for nasty in NASTY:
            yield f"{path} = {nasty[:40]}", _with(valid, path, nasty)
        yield f"{path} missing", _without(valid, path)
    yield "one more", json.dumps(valid | {"one_more": 1})


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _paths(inner, (*at, key))


def _with(valid: Any, path: tuple[Any, ...], raw: str) -> str:
    changed = copy.deepcopy(valid)
    _parent(changed, path)[path[-1]] = "@@"
    return json.dumps(changed).replace('"@@"', raw)


def _without(valid: Any, path: tuple[Any, ...]) -> str:
    changed = copy.deepcopy(valid)
    del _parent(changed, path)[path[-1]]
    return json.dumps(changed)


def _parent(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        value = value[key]
    return value


def routes(forum: Forum, guest: Guest, order_id: str) -> list[tuple[str, str, Any, dict[str, str]]]:
    """Method, path, a body that would do, and who may send it."""
    mine, organiser = f"{V1}/participations/{guest.participation_id}", token("organiser", "exchange")
    return [
        ("POST", f"{V1}/events/{forum.slug}/participations", START, {}),
        ("PUT", f"{mine}/footprint", FOOTPRINT, guest.proof),
        ("POST", f"{mine}/orders", ORDER, guest.proof),
        ("POST", f"{V1}/events/{forum.slug}/orders", EVENT_ORDER, organiser),
        ("POST", f"{V1}/demo-payments/{order_id}", {"outcome": "failed"}, {}),
        ("POST", f"{V1}/orders/{order_id}/cancel", {"reason": "x"}, guest.proof),
        ("POST", f"{V1}/orders/{order_id}/refund", {"reason": "x"}, organiser),
    ]


BODIES: list[tuple[str, bytes]] = [
    ("nothing", b""), ("text", b"hello"), ("half", b'{"a":'), ("not UTF-8", b'{"session": "\xff\xfe"}'),
    ("NUL", b"\x00"),
    ("deep", b"[" * 30_000), ("deep object", b'{"a":' * 9000 + b"1" + b"}" * 9000), ("null", b"null"),
    ("list", b"[]"),
    ("number", b"1"), ("huge number", b"9" * 60_000), ("BOM", b"\xef\xbb\xbf{}"), ("doubled", b'{"a":1,"a":2}'),
]  # fmt: skip


def test_each_field_of_each_body(api: TestClient, forum: Forum) -> None:
    guest, language = begin(api), "zh" if get_store().is_sqlite else "en"
    order_id = buy(guest, forum)["order_id"]
    for method, url, valid, proof in routes(forum, guest, order_id):
        headers = proof | {"Accept-Language": language, "Content-Type": "application/json"}
        for what, sent in mutations(valid):
            answer = api.request(method, url, content=sent.encode("utf-8", "surrogatepass"), headers=headers)
            told_well(answer, f"{method} {url} {what}", language)
        for what, raw in BODIES:
            answer = api.request(method, url, content=raw, headers=headers)
            told_well(answer, f"{method} {url} {what}", language)
            assert answer.status_code >= 400 or what == "BOM", what
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            answer = api.request(method, url, content=json.dumps(valid), headers=headers | {"Content-Type": kind})
            told_well(answer, f"{method} {url} {kind}", language)
        large = api.request(method, url, content=b" " * 70_000, headers=headers)
        assert (large.status_code, "65536" in large.json()["detail"]) == (413, True)
        told_well(large, "large", language)
    prove(forum.slug)


REFUSED: list[tuple[tuple[Any, ...], str, str]] = [
    (("trips", 0, "mode"), '"teleport"', "trips[0].mode"), (("trips", 0, "from"), '"geo:0"', "trips[0].from"),
    (("trips", 0, "from"), '{"lat": 91, "lon": 0}', "trips[0].from"), (("trips", 1, "people"),
    "0", "trips[1].people"),
    (("trips", 0, "cabin"), '"cargo"', "trips[0].cabin"), (("trips", 0, "count"), "1.5", "trips[0].count"),
    (("trips", 0, "via", 0), '"nowhere"', "trips[0].via"), (("stays", 0, "nights"), "-2", "stays[0].nights"),
    (("stays", 0, "country"), '"Atlantis"', "stays[0].country"), (("meals", 0, "diet"), '"air"', "meals[0].diet"),
    (("meals", 0, "count"), str(10**30), "meals[0].count"), (("other", 0, "activity"), '"x"', "other[0].activity"),
    (("other", 0, "unit"), '"kg"', "other[0].unit"), (("trips",), '"x"', "trips"),
]  # fmt: skip


def test_what_is_mutated_would_do(api: TestClient, forum: Forum) -> None:
    told = begin(api).tell(FOOTPRINT)
    assert (told.status_code, len(told.json()["lines"]) > 4) == (200, True), told.text
    assert begin(api, **START)


def test_the_sentence_names_field_value_and_what_would_be_right(api: TestClient, forum: Forum) -> None:
    guest = begin(api)
    for language in ("en", "zh"):
        headers = guest.proof | {"Accept-Language": language, "Content-Type": "application/json"}
        for path, raw, field in REFUSED:
            url = f"{V1}/participations/{guest.participation_id}/footprint"
            answer = api.put(url, content=_with(FOOTPRINT, path, raw), headers=headers)
            assert answer.status_code == 422, (path, raw, answer.text)
            errors = answer.json()["errors"]
            assert field in [error["field"][: len(field)] for error in errors], (path, raw, errors)
            assert all(len(error["message"]) > 8 for error in errors)
            told_well(answer, str(path), language)


@pytest.mark.parametrize("part", ["trips", "stays", "meals", "other"])
def test_more_than_two_hundred_lines_name_the_limit(api: TestClient, forum: Forum, part: str) -> None:
    guest = begin(api)
    answer = guest.tell({part: FOOTPRINT[part][:1] * 201})
    assert answer.status_code == 422
    assert "200" in answer.json()["detail"]


QUERIES: list[tuple[str, dict[str, str]]] = [
    ("/events", {"page": "0"}), ("/events", {"page": "x"}), ("/events", {"size": "1001"}),
    ("/events", {"q": "x" * 201}),
    ("/events", {"page": str(10**30)}), ("/places", {"limit": "51"}), ("/places", {"q": "x" * 201}),
    ("/places", {"limit": "1.5"}), ("/certificates", {}), ("/certificates", {"number": "x" * 101}),
    ("/events/hall-2026/leaderboards/people", {"page": "-1"}), ("/events/hall-2026/leaderboards/x", {}),
    ("/events/hall-2026/leaderboards/people", {"participation": "x" * 65}),
]  # fmt: skip
NASTY_TEXT = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "%",
    "_",
    "\\",
    "💥",
    "\u202e",
    "'",
    '"',
    "*",
    "(",
    "x" * 200,
    "geo:",
    "iata:",
    "iata:CTU",
]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_queries(api: TestClient, forum: Forum, language: str) -> None:
    headers = {"Accept-Language": language}
    for path, query in QUERIES:
        answer = api.get(V1 + path, params=query, headers=headers)
        assert answer.status_code == 422, (path, query, answer.text)
        assert answer.json()["errors"]
        told_well(answer, path, language)
    for path, name in [
        ("/events", "q"),
        ("/events", "scenario"),
        ("/places", "q"),
        ("/places", "lang"),
        ("/certificates", "number"),
    ]:
        for text in NASTY_TEXT:
            told_well(api.get(V1 + path, params={name: text}, headers=headers), f"{path} {name}={text!r}", language)
    for raw in ("?q=%ff", "?q=%00", "?" + "&".join(f"a{i}=1" for i in range(3000)), "?%", "?q[]=1", "?page=1&page=x"):
        told_well(api.get(V1 + "/events" + raw, headers=headers), raw[:40], language)


def test_every_number_of_every_query_may_be_any_number(api: TestClient, forum: Forum) -> None:
    asked = 0
    for path, methods in api.get(V1 + "/openapi.json").json()["paths"].items():
        filled = re.sub(r"\{[a-z_0-9]+\}", "x", path.replace("{slug}", forum.slug).replace("{kind}", "people"))
        told = methods.get("get", {}).get("parameters", [])
        numbers = [each["name"] for each in told if each["in"] == "query" and "integer" in json.dumps(each["schema"])]
        needed = {each["name"]: "1" for each in told if each["in"] == "query" and each.get("required")}
        for name in numbers:
            for value in (str(10**30), str(2**63), "-1", "1e308", "NaN"):
                answer = api.get(filled, params={**needed, name: value})
                assert answer.status_code < 500, (path, name, value)
                asked += 1
    assert asked > 30


def test_no_address_raises_what_a_body_may_have(api: TestClient, forum: Forum) -> None:
    for path in ("/e/imports/fund", "/order/imports/receipt", V1 + "/events/imports/participations", "/sign-in"):
        assert api.post(path, content=b"x" * 70_000).status_code == 413, path


PATHS = [
    "/api", "/api/v1", "/api/v1/", "/api/v2/events", "/api/v1/event", "/api/v1/events/none",
    "/api/v1/events/none/totals",
    "/api/v1/events/none/live", "/api/v1/events/none/projects", "/api/v1/events/none/leaderboards/people",
    "/api/v1/orders/none", "/api/v1/orders/%00", "/api/v1/orders/%ff", "/api/v1/events/%00",
    "/api/v1/events/%F0%9F%92%A5",
    "/api/v1/events/" + "x" * 3000, "/api/v1/certificates/none", "/api/v1/certificates/%00", "/nowhere", "/e",
    "/webhooks",
    "/.well-known", "/.env", "/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/..%2fapp.py", "/static/none.js",
    "/_dash-component-suites/os/path.py", "/_dash-component-suites/dash/../app.py", "/%2e%2e/%2e%2e/etc/passwd",
    "/_dash-nothing", "/admin", "/index.php", "/api/v1/participations", "/openapi.json", "/docs", "/redoc",
]  # fmt: skip


def test_unknown_paths_are_404(api: TestClient, forum: Forum) -> None:
    for path in PATHS:
        for accept in ("application/json", "text/html"):
            answer = api.get(path, headers={"Accept": accept})
            assert answer.status_code == 404, (path, answer.status_code, answer.text[:200])
        if path.startswith("/api/"):
            told_well(answer, path)


def test_a_person_is_told_in_a_page_and_a_program_in_json(api: TestClient, forum: Forum) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml"}
    for path, status in (("/screen/none", 404), ("/screen/none/stream", 404), ("/order/none/receipt.pdf", 404)):
        page = api.get(path, headers=browser)
        assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8"), path
        assert "Back to the start" in page.text
        told_well(api.get(path, headers={"Accept": "text/event-stream, */*"}), path)
    inside = api.get("/desk/e/hall-2026/codes.zip", headers=browser, follow_redirects=False)
    assert (inside.status_code, inside.headers["location"].split("?")[0]) == (303, "/sign-in")


def test_another_method_is_405(api: TestClient, forum: Forum) -> None:
    for path in (
        "/api/v1/events",
        "/api/v1/scenarios",
        "/api/v1/events/hall-2026/totals",
        "/healthz",
        "/api/v1/places",
    ):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = api.request(method, path, json={})
            assert answer.status_code == 405, (method, path)
            assert "GET" in answer.headers["allow"]
            told_well(answer, path)
    for path in ("/api/v1/demo-payments/x", "/webhooks/demo", "/api/v1/events/hall-2026/orders"):
        assert api.get(path).status_code == 405, path


def test_hostile_headers(api: TestClient, forum: Forum) -> None:
    guest = begin(api)
    secrets = [
        "Bearer",
        "Bearer ",
        "bearer x",
        "Basic eDp4",
        "Bearer " + "x" * 5000,
        "Bearer fzp_",
        "Bearer \xff",
        "\x01",
    ]
    for value in secrets:
        headers = [(b"authorization", value.encode("latin-1"))]
        answer = api.get(f"{V1}/participations/{guest.participation_id}/footprint", headers=headers)
        assert answer.status_code == 401, (value, answer.text)
        told_well(answer, value)
    for name, value in [("Accept-Language", "\xff;q=x,,;"),
    ("Cookie", "fz_lang=\x01; =; fz_session=" + "x" * 9000), ("Accept", ",;"),
                        ("Accept-Language", "zh" * 4000), ("Referer", "http://[::bad"),
                        ("Origin", "null")]:  # fmt: skip
        answer = api.get(f"{V1}/events", headers=[(name.encode(), value.encode("latin-1"))])
        assert answer.status_code < 500, (name, value, answer.text)


def test_a_foreign_page_changes_nothing_with_somebodys_cookie(api: TestClient, forum: Forum) -> None:
    url, mine = f"{V1}/events/{forum.slug}/participations", {"Cookie": "fz_session=somebody"}
    foreign = [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}, {},
               {"Origin": "http://testserver", "Sec-Fetch-Site": "same-site"}]  # fmt: skip
    for headers in foreign:
        assert api.post(url, json={}, headers=mine | headers).status_code == 403, headers
    assert api.post(url, json={}, headers=mine | {"Origin": "http://testserver"}).status_code == 201
