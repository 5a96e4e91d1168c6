"""No page asks another host for anything: each request of a browser on each page, each address in what is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from pages import registry
from tests.support.browser import Visit
from tests.support.server import PROJECT_DIR, Server

SLUG = "chengdu-2021"
DOCUMENTS = ["/", "/?scenario=conference", "/life", f"/e/{SLUG}", "/verify", "/verify/TEST-0000-0000-0000-0000",
             "/sign-in", "/api/v1/docs"]  # fmt: skip
LOADS = re.compile(
    r"""(?:src|href|srcset|poster|data|action)\s*=\s*["']?\s*((?:https?:)?//[^"'\s>]+)"""
    r"""|url\(\s*["']?((?:https?:)?//[^"')]+)|@import\s+["']([^"']+)""",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def paths(server: Server) -> list[str]:
    """Every page with something to show, the certificate of a fresh order among them."""
    with httpx.Client(base_url=f"{server.url}/api/v1") as api:
        begun = api.post(f"/events/{SLUG}/participations", json={}).json()
        proof = {"Authorization": f"Bearer {begun['secret']}"}
        mine = f"/participations/{begun['participation_id']}"
        told = {"trips": [{"from": "geo:1816670", "mode": "rail", "round_trip": True}]}
        api.put(f"{mine}/footprint", json=told, headers=proof)
        project = api.get(f"/events/{SLUG}/projects").json()["items"][0]["id"]
        order = api.post(f"{mine}/orders", json={"project": project, "share_percent": 100}, headers=proof).json()
        api.post(f"/demo-payments/{order['order_id']}", json={"outcome": "succeeded"})
        number = api.get(f"/orders/{order['order_id']}").json()["certificate"]
    import app  # noqa: F401  (registers the pages)

    given = {"slug": SLUG, "number": number, "order_id": order["order_id"], "token": "none"}
    templates = [spec.template for spec in registry.PAGES]
    dash_pages = [registry._PARAMETER.sub(lambda f: given.get(f.group(1), "none"), each) for each in templates]
    return [*DOCUMENTS, f"/certificate/{number}", f"/verify/{number}", *dash_pages]


def test_every_page_asks_this_host_alone(open_window: Callable[..., Visit], paths: list[str]) -> None:
    """On a phone, of somebody unknown, to whom all desks are one: the door. What a page asks of those whom it is for is
    looked at in tests/test_axe.py. `open_window` fails where a request went elsewhere; a policy's complaint would be a
    request that was stopped."""
    window = open_window("phone")
    for path in [path for path in paths if not path.startswith("/desk/")]:
        window.page.goto(path, wait_until="load")
        window.page.wait_for_selector(".fz-loading", state="detached")
    stopped = [text for text in window.complaints if "Content Security Policy" in text or "Refused to" in text]
    assert stopped == []
    assert len(window.requests) > len(paths)


def strangers(text: str, server: Server) -> list[str]:
    """Addresses of other hosts that a browser would load."""
    found = ["".join(groups) for groups in LOADS.findall(text)]
    return [address for address in found if re.match(r"(https?:)?//", address) and not address.startswith(server.url)]


def test_no_document_or_style_names_another_host_to_load_from(server: Server, paths: list[str]) -> None:
    with httpx.Client(base_url=server.url) as web:
        for path in paths:
            sent = web.get(path)
            loaded = re.sub(r"<a\b[^>]*>", "", sent.text)  # a link is followed by a person, not by the page
            assert strangers(loaded, server) == [], path
            policy = sent.headers["content-security-policy"]
            assert "default-src 'self'" in policy and "http" not in policy, path
    for file in [*Path(PROJECT_DIR, "assets").rglob("*.css"), *Path(PROJECT_DIR, "assets").rglob("*.svg")]:
        text = file.read_text(encoding="utf-8")
        assert strangers(re.sub(r'xmlns[:a-z]*="[^"]*"', "", text), server) == [], file
