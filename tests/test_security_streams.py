"""An open stream ends with the session, the account or the role that opened it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

import accounts
import events
from accounts import SYSTEM, Actor, set_actor
from accounts.sessions import begin
from data.store.engine import Store
from events import hub
from tests.support import asyncs
from tests.support.api import application
from tests.support.events import draft
from tests.support.people import person

LIMIT_S = 20.0
ADMIN = Actor("person", "admin", "Admin", frozenset({("administrator", "", "")}))


def told(path: str, session: str, then: Callable[[], None]) -> httpx.Response:
    """What a stream had told by its end, where ``then`` is done while it is watched."""

    async def whole() -> httpx.Response:
        transport = httpx.ASGITransport(app=application())
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as api:
            asked = asyncio.ensure_future(api.get(path, headers={"Cookie": f"fz_session={session}"}))
            while not events.HUB.channels and not asked.done():
                await asyncio.sleep(0.01)
            await asyncio.to_thread(then)
            return await asyncio.wait_for(asked, LIMIT_S)

    return asyncs.run(whole())


@pytest.mark.parametrize("how", ["disabled", "role", "session"])
@pytest.mark.parametrize("what", ["preview", "draft"])
def test_a_stream_ends_with_what_opened_it(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, what: str, how: str
) -> None:
    monkeypatch.setattr(hub, "ALLOWED_EVERY_SECONDS", 0.05)
    set_actor(SYSTEM)
    event = events.create_event(draft("hall-2026", state="draft" if what == "draft" else "open"))
    screen_id = events.screen_id_of(events.screen_token(event.slug))
    paths = {
        "preview": f"/desk/e/{event.slug}/screens/{screen_id}/stream",
        "draft": f"/api/v1/events/{event.slug}/live",
    }
    person_id, _ = person("organiser", event_id=event.event_id)
    session = begin(person_id, "Somebody").token
    ways = {
        "disabled": lambda: accounts.set_disabled(ADMIN, person_id, True),
        "role": lambda: accounts.take_role(ADMIN, person_id, "organiser", event.event_id),
        "session": lambda: accounts.sign_out(session),
    }
    answer = told(paths[what], session, ways[how])
    assert answer.status_code == 200 and answer.text.endswith("event: revoked\ndata: {}\n\n")
    assert events.HUB.channels == {}
