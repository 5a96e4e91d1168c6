"""The whole application in this process, asked over HTTP, with an open forum to take part in."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from httpx import Response
from starlette.testclient import TestClient

import accounts
import events
import offsetting
from tests.support.events import body, draft, trip
from tests.support.shop import SPLIT

V1 = "/api/v1"
_numbers = itertools.count(1)


@lru_cache(maxsize=1)
def application() -> Any:
    """The product, assembled once a process; it finds the store of the test that asks."""
    import app

    return app.server


def client() -> TestClient:
    """Asks the application in this process; its background loops are off (`events.fold_due()` folds)."""
    return TestClient(application(), raise_server_exceptions=False)


@dataclass(frozen=True)
class Forum:
    """An open test event with a project on offer."""

    slug: str
    event_id: str
    project: str


def open_forum(slug: str = "hall-2026", credit_count: int = 50) -> Forum:
    """A test event of two sessions, and ``credit_count`` credits of one project to buy."""
    event = events.create_event(draft(slug))
    project, batch = f"cdcer-{slug}", f"DEMO-{slug}-2020"
    names = {"en": "CDCER other projects", "zh": "CDCER 其他项目"}
    offsetting.add_project(
        project, names, type="mixed", kind="reduction", methodology="CDCER", registry="demo", livemode=False
    )
    offsetting.add_batch(batch, project, vintage="2020", credit_count=credit_count, serial_prefix=f"{batch}-")
    offsetting.assign_tranche(event.event_id, batch, credit_count * 1_000_000)
    offsetting.open_offering(event.event_id, project, 4500, "CNY", SPLIT)
    return Forum(slug, event.event_id, project)


def token(*roles: str, event_id: str = "", company_id: str = "") -> dict[str, str]:
    """The header of a program that acts for somebody with these roles."""
    email = f"{'-'.join(roles) or 'nobody'}-{next(_numbers)}@example.org"
    person = accounts.create_person(email, "Somebody", "a long password", roles, event_id, company_id)
    return {"Authorization": f"Bearer {accounts.create_program_token(person, 'test')}"}


@dataclass
class Guest:
    """A guest on the way through; each step answers with the response."""

    api: TestClient
    participation_id: str
    secret: str

    @property
    def proof(self) -> dict[str, str]:
        """The header that proves who asks."""
        return {"Authorization": f"Bearer {self.secret}"}

    def tell(self, answers: dict[str, Any] | None = None, **headers: str) -> Response:
        """PUT of the footprint; by default two nights and a train ride there and back."""
        told = body(trip("high_speed_rail"), nights=2) if answers is None else answers
        return self.api.put(
            f"{V1}/participations/{self.participation_id}/footprint", json=told, headers=self.proof | headers
        )

    def order(self, order: dict[str, Any], **headers: str) -> Response:
        """POST of an order."""
        return self.api.post(
            f"{V1}/participations/{self.participation_id}/orders", json=order, headers=self.proof | headers
        )


def begin(api: TestClient, slug: str = "hall-2026", **told: Any) -> Guest:
    """A guest who has just begun."""
    answer = api.post(f"{V1}/events/{slug}/participations", json=told)
    assert answer.status_code == 201, answer.text
    return Guest(api, answer.json()["participation_id"], answer.json()["secret"])


def buy(guest: Guest, forum: Forum, share_percent: int = 100) -> dict[str, Any]:
    """A footprint and an order of a share of it, not yet paid."""
    assert guest.tell().status_code == 200
    answer = guest.order({"project": forum.project, "share_percent": share_percent})
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()
    return order


def pay(api: TestClient, order_id: str, outcome: str = "succeeded") -> dict[str, Any]:
    """The order after somebody pressed the demo provider's button."""
    answer = api.post(f"{V1}/demo-payments/{order_id}", json={"outcome": outcome})
    assert answer.status_code == 202, answer.text
    order: dict[str, Any] = api.get(f"{V1}/orders/{order_id}").json()
    return order


def prove(slug: str | None = None) -> None:
    """Every invariant of the design holds."""
    wrong = [finding for finding in events.audit(slug) if not finding.ok]
    assert not wrong, wrong


def layout(api: TestClient, path: str, held: dict[str, str], language: str = "en") -> str:
    """What the renderer of the page at ``path`` is sent, as one text."""
    headers = held | {"Referer": f"http://testserver{path}", "Accept-Language": language}
    answer = api.get("/_dash-layout", headers=headers)
    assert answer.status_code == 200, answer.text[:500]
    return json.dumps(answer.json(), ensure_ascii=False)
