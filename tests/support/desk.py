"""People with a role in a served store, and the door of the desks."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

import accounts
from data.store.engine import open_store, set_store
from tests.support.server import Server

PASSWORD = "a password of the tests"
_numbers = itertools.count(1)


@contextmanager
def store_of(server: Server) -> Iterator[None]:
    """Within it ``get_store()`` is the served store: what no page does can be done beside the server."""
    store = open_store(f"sqlite:///{server.data_dir / 'forumzero.sqlite3'}")
    set_store(store)
    try:
        yield
    finally:
        set_store(None)
        store.dispose()


def add_person(server: Server, role: str, event_id: str = "", company_id: str = "") -> str:
    """Somebody with a role, of one event or company or of all; their email."""
    email = f"{role}-{next(_numbers)}@people.example.org"
    with store_of(server):
        accounts.create_person(email, "Somebody", PASSWORD, (role,), event_id, company_id)
    return email


def mailed(server: Server, email: str) -> str:
    """The token of the newest link in a letter to somebody, once it stands in the served product's log."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        letters = server.log.split(f"To: {email}")[1:]
        found = re.findall(r"/(?:reset|company/colleague)#([A-Za-z0-9_-]{40,})", letters[-1]) if letters else []
        if found:
            return str(found[0])
        time.sleep(0.05)
    raise AssertionError(f"no letter to {email}:\n{server.log[-2000:]}")


@pytest.fixture
def person(server: Server) -> Callable[[str], str]:
    """Makes somebody with a role in the served store; their email. Import it to use it."""
    return lambda role: add_person(server, role)


def enter(page: Page, path: str, email: str) -> None:
    """Asks for a page, is sent to the door, signs in and comes back."""
    page.goto(path)
    page.locator("#sign-in-email").fill(email)
    page.locator("#sign-in-password").fill(PASSWORD)
    page.locator("form button[type=submit]").click()
    page.wait_for_selector(".fz-desk-main")


def drawn_anew(page: Page) -> None:
    """A live figure arrives, and the dashboard's body is made of new elements."""
    page.evaluate("""() => {
      window.before = document.getElementById("organiser-filter");
      window.dash_clientside.set_props("organiser-version", { data: 1e9 });
    }""")
    page.wait_for_function("""() => {
      const bar = document.getElementById("organiser-filter");
      return bar && bar !== window.before;
    }""")
