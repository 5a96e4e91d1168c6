"""Who may come in: foreign pages, wrong roles, odd addresses and headers are refused, and nothing leaks on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

import accounts
from accounts.permissions import TABLE
from accounts.sessions import actor_of
from api.static import Shelf
from data.settings import get_settings
from data.store.engine import Store
from pages import registry
from pages.account._entering import path_of
from tests.support import asyncs
from tests.support.api import application, client, open_forum, token

HERE = {"Origin": "http://testserver"}
PASSWORD = "a long password"


@pytest.fixture
def api(sqlite_store: Store) -> TestClient:
    """The application over an open event."""
    open_forum()
    return client()


def _signed_in(api: TestClient, *roles: str, event_id: str = "", name: str = "ada") -> dict[str, str]:
    accounts.create_person(f"{name}@example.org", "Ada", PASSWORD, roles, event_id)
    answer = api.post(
        "/sign-in", data={"email": f"{name}@example.org", "password": PASSWORD}, headers=HERE, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return {"Cookie": f"fz_session={api.cookies['fz_session']}"}


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-out", "/_dash-update-component", "/api/v1/events/x/participations"]
)
@pytest.mark.parametrize(
    "foreign",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://["},
     {"Sec-Fetch-Site": "same-site"}, {"Origin": "testserver"}],
)  # fmt: skip
def test_a_foreign_page_changes_nothing_with_or_without_a_cookie(
    api: TestClient, path: str, foreign: dict[str, str]
) -> None:
    assert api.post(path, json={}, headers=foreign).status_code == 403
    for more in ({"Cookie": "fz_session=x"}, {"Authorization": "Basic eDp5"}):
        assert api.post(path, json={}, headers=foreign | more).status_code == 403


def test_proof_of_its_own_needs_no_origin(api: TestClient) -> None:
    foreign = {"Origin": "https://evil.example", "Cookie": "fz_session=x"}
    assert api.post("/webhooks/demo", content=b"{}", headers=foreign).status_code == 400
    refund = api.post("/api/v1/orders/x/refund", json={"reason": ""}, headers=foreign | token("exchange"))
    assert refund.status_code == 404
    assert api.post("/api/v1/orders/x/refund", json={"reason": ""}, headers={"Cookie": "a=b"}).status_code == 403


def test_a_bearer_does_not_borrow_the_cookie_s_person(api: TestClient) -> None:
    cookie = _signed_in(api, "administrator")
    assert api.get("/desk/reports.csv", headers=cookie, follow_redirects=False).status_code == 200
    bare = cookie | {"Authorization": "Bearer some-guests-secret"}
    assert api.get("/desk/reports.csv", headers=bare, follow_redirects=False).status_code == 303


def test_an_odd_cookie_beside_it_does_not_sign_out(api: TestClient) -> None:
    cookie = _signed_in(api, "organiser")
    odd = {"Cookie": f'a[b]="x; c:d={{}}; {cookie["Cookie"]}'}
    assert api.get("/desk", headers=odd, follow_redirects=False).status_code == 200


@pytest.mark.parametrize(("public", "secure"), [("https://zero.example", True), ("http://zero.example", False)])
def test_cookies_are_kept_from_scripts_and_from_plain_lines(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, public: str, secure: bool
) -> None:
    monkeypatch.setenv("PUBLIC_URL", public)
    get_settings.cache_clear()
    accounts.create_person("ada@example.org", "Ada", PASSWORD, ("organiser",))
    told = {"email": "ada@example.org", "password": PASSWORD}
    for origin in (public, "http://testserver"):
        answer = api.post("/sign-in?lang=zh", data=told, headers={"Origin": origin}, follow_redirects=False)
        cookies = answer.headers.get_list("set-cookie")
        assert answer.status_code == 303 and len(cookies) == 2
        api.cookies.clear()
        for cookie in cookies:
            assert "httponly" in cookie.lower() and "samesite=lax" in cookie.lower()
            assert ("secure" in cookie.lower().split("; ")) is secure
        assert ("strict-transport-security" in answer.headers) is secure


def test_every_answer_carries_the_headers_and_none_is_kept_unasked(api: TestClient) -> None:
    order = api.get("/api/v1/orders/x")
    for path in ("/", "/sign-in", "/desk", "/api/v1/events", "/nothing-here", "/assets/icon.svg", "/healthz"):
        answer = api.get(path, follow_redirects=False)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "cache-control" in answer.headers
    assert order.headers["cache-control"] == "no-store"


# pages and callbacks


def _private() -> list[registry.PageSpec]:
    application()
    return [spec for spec in registry.PAGES if spec.template.startswith("/desk")]


def _called(callback: dict[str, Any], value: Any) -> dict[str, Any]:
    """What the renderer would send for a callback."""

    def outputs(text: str) -> Any:
        if text.startswith(".."):
            return [outputs(one) for one in text.strip(".").split("...")]
        name, prop = text.rsplit(".", 1)
        return {"id": name, "property": prop.split("@")[0]}

    given = [
        [{"id": one["id"], "property": one["property"], "value": value} for one in callback[part]]
        for part in ("inputs", "state")
    ]
    return {
        "output": callback["output"], "outputs": outputs(callback["output"]), "inputs": given[0], "state": given[1],
        "changedPropIds": [f"{callback['inputs'][0]['id']}.{callback['inputs'][0]['property']}"],
    }  # fmt: skip


def test_every_desk_page_names_its_permission_and_sends_others_away(api: TestClient) -> None:
    pages = _private()
    assert len(pages) >= 8
    for spec in pages:
        assert spec.permission in TABLE, spec.template
        path = spec.template.replace("<slug>", "hall-2026").replace("<key>", "k").replace("<number>", "n")
        path = path.replace("<company_id>", "c")
        answer = api.get(path, follow_redirects=False)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=%2Fdesk"), path
        laid = api.get("/_dash-layout", headers={"Referer": f"http://testserver{path}"})
        assert laid.status_code == 401, path
        assert api.get(path, headers=token("guest"), follow_redirects=False).status_code == 403, path


def test_no_desk_callback_answers_those_who_may_not_open_its_page(api: TestClient) -> None:
    callbacks = [(spec, callback) for spec in _private() for callback in spec.callbacks]
    callbacks = [(spec, one) for spec, one in callbacks if not one.get("clientside_function")]
    assert len(callbacks) >= 6
    nobody, guest = {}, token("guest")
    for spec, callback in callbacks:
        for value in (None, "hall-2026", ["hall-2026", "hall-2026"], 1):
            for who, status in ((nobody, 401), (guest, 403)):
                sent = api.post("/_dash-update-component", json=_called(callback, value), headers=who)
                assert sent.status_code == status, (spec.template, callback["output"], sent.text)
                assert "hall" not in sent.text


def test_a_role_at_one_event_sees_no_other(api: TestClient) -> None:
    other = open_forum("other-hall")
    mine = token("organiser", event_id=other.event_id)
    assert api.get("/desk/e/other-hall", headers=mine).status_code == 200
    for path in ("", "/orders", "/boards", "/poster", "/screens", "/poster.pdf"):
        answer = api.get(f"/desk/e/hall-2026{path}", headers=mine, follow_redirects=False)
        assert answer.status_code == 403, path
        if not path.endswith(".pdf"):
            laid = api.get("/_dash-layout", headers=mine | {"Referer": f"http://testserver/desk/e/hall-2026{path}"})
            assert laid.status_code == 403, path
    for spec in _private():
        for callback in spec.callbacks:
            if "<slug>" in spec.template and "company" not in spec.template:
                sent = api.post("/_dash-update-component", json=_called(callback, "hall-2026"), headers=mine)
                if sent.status_code == 200:  # it tells what it was told, as of a hall that does not exist
                    none = api.post("/_dash-update-component", json=_called(callback, "no-hall"), headers=mine)
                    assert sent.text.replace("hall-2026", "") == none.text.replace("no-hall", ""), callback["output"]
                else:
                    assert sent.status_code in (403, 400, 404), callback["output"]
    seen = api.get("/_dash-layout", headers=mine | {"Referer": "http://testserver/desk"}).text
    assert "other-hall" in seen and "hall-2026" not in seen
    orders = {"project": "cdcer-hall-2026", "share_percent": 100, "covers": "residual"}
    assert api.post("/api/v1/events/hall-2026/orders", json=orders, headers=mine).status_code == 403
    report = api.get("/desk/reports.csv?kind=test&by=event&event=hall-2026", headers=mine)
    assert report.status_code == 422 and "Emitted" not in report.text


# addresses, headers, throttles


@pytest.mark.parametrize(
    "path",
    ["/assets/" + "a" * 300, "/assets/" + "%E4%B8%AD" * 90, "/assets/%00", "/assets/..%2fapp.py", "/assets//etc/passwd",
     "/assets/..%5c..%5capp.py", "/assets/%2e%2e/app.py", "/assets/css/%2e/base.css", "/assets/css%2f%2fbase.css",
     "/static/..%2fapp.py", "/_dash-component-suites/dash/..%2f..%2fapp.py", "/e/%FF", "/screen/%00/stream"],
)  # fmt: skip
def test_odd_addresses_find_nothing(api: TestClient, path: str) -> None:
    assert api.get(path, follow_redirects=False).status_code == 404


def test_a_file_is_kept_once_whatever_it_is_called(tmp_path: Any) -> None:
    (tmp_path / "assets" / "css").mkdir(parents=True)
    (tmp_path / "assets" / "css" / "a.css").write_text("a{}")
    (tmp_path / "secret.txt").write_text("s")
    shelf = Shelf(tmp_path / "assets", tmp_path / "kept")
    names = [
        "css/./a.css",
        "css//a.css",
        "css/../css/a.css",
        "./css/a.css",
        "../secret.txt",
        "/css/a.css",
        "css/a.css/",
    ]
    assert [shelf.find(f"/assets/{name}") for name in names] == [None] * len(names)
    assert shelf.find("/assets/css/a.css") is not None and len(shelf._items) == 1


def test_a_half_character_as_a_field_s_name_is_told_like_any_other(api: TestClient) -> None:
    begun = api.post("/api/v1/events/hall-2026/participations", json={}).json()
    path = f"/api/v1/participations/{begun['participation_id']}/footprint"
    answer = api.put(path, content=b'{"\\ud800": 1}', headers={
        "Authorization": f"Bearer {begun['secret']}", "Content-Type": "application/json"})  # fmt: skip
    assert answer.status_code == 422 and answer.json()["errors"]


@pytest.mark.parametrize("header", [{"Referer": "http://["}, {"Origin": "http://["}, {"Cookie": b"=;;a[]=\xff"}])
def test_broken_headers_break_nothing(api: TestClient, header: dict[str, Any]) -> None:
    for path in ("/_dash-layout", "/_dash-dependencies", "/"):
        assert api.get(path, headers=header).status_code < 500
    assert api.post("/sign-in", data={"email": "a\0b@c"}, headers=header).status_code < 500


@pytest.mark.parametrize(
    "asked", ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "evil", "/\n/e", "",
              "/a\\b", "javascript:alert(1)"]
)  # fmt: skip
def test_signing_in_leads_to_no_other_host(api: TestClient, asked: str) -> None:
    assert path_of(asked) == "/desk"
    accounts.create_person("ada@example.org", "Ada", PASSWORD, ("organiser",))
    told = {"email": "ada@example.org", "password": PASSWORD, "next": asked}
    assert api.post("/sign-in", data=told, headers=HERE, follow_redirects=False).headers["location"] == "/desk"
    again = api.get("/sign-in", params={"next": asked}, headers=HERE, follow_redirects=False)
    assert again.headers["location"] == "/desk"


def test_who_sees_no_event_comes_to_their_company(api: TestClient) -> None:
    accounts.create_person("bob@example.org", "Bob", PASSWORD, ("company",), "", "a-company")
    told = {"email": "bob@example.org", "password": PASSWORD, "next": "/desk"}
    asked = [api.post("/sign-in", data=told | more, headers=HERE, follow_redirects=False)
             for more in ({}, {"next": "/desk/account"})]  # fmt: skip
    assert [each.headers["location"] for each in asked] == ["/desk/company", "/desk/account"]


def test_a_stranger_uses_up_their_own_tries_and_not_those_of_who_they_guess_at(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = "ada@example.org"
    accounts.create_person(email, "Ada", PASSWORD, ("organiser",))
    monkeypatch.setattr("accounts.sessions.matches", lambda _, password: password == PASSWORD)
    monkeypatch.setattr("accounts.throttles.time", SimpleNamespace(time=lambda: 1_800_000_000.0))  # in one window

    def tried(password: str, address: str) -> str:
        try:
            accounts.sign_in(email, password, address)
        except accounts.DomainError as error:
            return type(error).__name__
        return ""

    for network in ("192.0.2.7", "2001:db8:1:2::{}"):  # who has an IPv6 connection has all addresses of its network
        told = [tried("guess", network.format(number + 1)) for number in range(15)]
        assert told == ["Unauthenticated"] * 10 + ["TooMany"] * 5
    assert tried(PASSWORD, "192.0.2.7") == "TooMany"  # nor do they learn whether it would have been right
    assert tried(PASSWORD, "198.51.100.4") == tried(PASSWORD, "2001:db8:1:3::1") == ""
    many = [tried("guess", f"203.0.113.{number}") for number in range(200)]
    assert many.count("Unauthenticated") == 200 - 22 and many[-1] == "TooMany"  # over all networks together


def test_the_sentence_is_the_same_for_every_reason_and_tries_are_counted_by_true_address(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "1")
    get_settings.cache_clear()
    accounts.create_person("ada@example.org", "Ada", PASSWORD, ("organiser",))
    told = []
    for email in ("ada@example.org", "nobody@example.org"):
        answer = api.post("/sign-in", data={"email": email, "password": "wrong wrong"}, headers=HERE)
        told.append((answer.status_code, answer.text.replace(email, "")))
    assert told[0] == told[1] and told[0][0] == 401
    seen: list[tuple[str, int]] = []
    monkeypatch.setattr("accounts.sessions.matches", lambda *_: False)
    for number in range(32):  # what a client writes in front of its own address counts for nothing
        headers = HERE | {"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.7"}
        answer = api.post("/sign-in", data={"email": f"n{number}@example.org", "password": "x"}, headers=headers)
        seen.append((answer.headers.get("retry-after", ""), answer.status_code))
    assert seen[-1][1] == 429 and int(seen[-1][0]) >= 1
    other = HERE | {"X-Forwarded-For": "10.0.0.1, 192.0.2.8"}
    assert api.post("/sign-in", data={"email": "z@example.org", "password": "x"}, headers=other).status_code == 401


def test_what_signs_out_is_out_in_the_store(api: TestClient) -> None:
    cookie = _signed_in(api, "organiser")
    secret = cookie["Cookie"].removeprefix("fz_session=")
    assert actor_of(secret).kind == "person"
    assert api.post("/sign-out", headers=cookie | HERE, follow_redirects=False).status_code == 303
    assert actor_of(secret) == accounts.ANONYMOUS


def test_no_websocket_is_spoken(api: TestClient) -> None:
    from starlette.websockets import WebSocketDisconnect

    for path in ("/_dash-ws", "/api/v1/events/hall-2026/live"):
        with pytest.raises(WebSocketDisconnect) as refused, api.websocket_connect(path):
            pass
        assert refused.value.code == 1008


def test_nothing_private_is_told_before_anybody_has_proved_who_they_are(api: TestClient) -> None:
    told = json.dumps(api.get("/_dash-dependencies").json()) + api.get("/_dash-layout").text
    assert "example.org" not in told and "secret_hash" not in told


def test_a_body_of_no_told_length_is_cut_off_at_the_limit(api: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(300):
            yield b"a" * 1024

    for path in ("/api/v1/events/hall-2026/participations", "/webhooks/demo", "/sign-in", "/_dash-update-component"):
        sent = api.post(path, content=pieces(), headers={"Content-Type": "application/json"})
        assert sent.status_code == 413 and "bytes" in sent.json()["detail"], path


def test_a_stream_that_breaks_off_is_answered_once(api: TestClient) -> None:
    from api.middleware import Guard

    sent: list[str] = []

    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("cut")

    async def send(message: Any) -> None:
        sent.append(message["type"])

    scope = {"type": "http", "method": "GET", "path": "/x", "query_string": b"", "headers": []}
    with pytest.raises(RuntimeError):
        asyncs.run(Guard(breaks)(scope, lambda: None, send))
    assert sent == ["http.response.start"]
