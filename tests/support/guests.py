"""A guest of a served event: told and ordered by the API, then at a browser on the device that is theirs."""

from __future__ import annotations

import json
from typing import Any

import httpx
from playwright.sync_api import Page


class Guest:
    """A guest who flew from Beijing and has told so."""

    def __init__(self, url: str, slug: str = "chengdu-2021", project: str = "cdcer-other", company: str = "") -> None:
        self.api = httpx.Client(base_url=url + "/api/v1", timeout=30)
        self.slug, self.project = slug, project
        started = self.api.post(f"/events/{slug}/participations", json={"company": company} if company else {}).json()
        self.id, self.secret = started["participation_id"], started["secret"]
        self.proof = {"Authorization": f"Bearer {self.secret}"}
        self.total_g = self.tell()

    def tell(self, nights: int = 0) -> int:
        """Their footprint in grams, with nights at a hotel."""
        body: dict[str, Any] = {"trips": [{"from": "iata:PEK", "mode": "plane", "round_trip": True}]}
        if nights:
            body["stays"] = [{"country": "CN", "nights": nights, "rooms": 1, "guests": 1}]
        answer = self.api.put(f"/participations/{self.id}/footprint", json=body, headers=self.proof)
        assert answer.status_code == 200, answer.text
        self.total_g = int(answer.json()["total_g"])
        return self.total_g

    def order(self, share: int, outcome: str = "", project: str = "") -> dict[str, Any]:
        """An order of theirs, paid or otherwise ended as asked."""
        body = {"project": project or self.project, "share_percent": share}
        placed = self.api.post(f"/participations/{self.id}/orders", json=body, headers=self.proof)
        assert placed.status_code == 201, placed.text
        return self.pay(placed.json()["order_id"], outcome) if outcome else self.seen(placed.json()["order_id"])

    def pay(self, order_id: str, outcome: str = "succeeded") -> dict[str, Any]:
        """The order after the demo provider's button."""
        answer = self.api.post(f"/demo-payments/{order_id}", json={"outcome": outcome})
        assert answer.status_code == 202, answer.text
        return self.seen(order_id)

    def seen(self, order_id: str) -> dict[str, Any]:
        """An order as it stands."""
        return dict(self.api.get(f"/orders/{order_id}").json())

    def enter(self, page: Page, path: str) -> None:
        """Opens a page on the device that is theirs."""
        page.goto(f"/e/{self.slug}")
        kept = json.dumps({"participation_id": self.id, "secret": self.secret})
        page.evaluate("([slug, kept]) => localStorage.setItem('fz.' + slug, kept)", [self.slug, kept])
        page.goto(path)
