"""Guests under a storm: some pay by a provider that calls twice, late and in the wrong order, some never pay.

The calls are the demo provider's own, signed with the server's secret, and posted again until they are answered 200, as
providers do.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from benchmarks.client import Connection, Refused, Times
from benchmarks.walk import Walker
from gateways.demo import DemoPayment, DemoProvider

SECRET_KEY = "a storm's own key, of more than thirty-two letters"
OUTCOMES = ("succeeded", "doubled", "late", "posted", "posted", "posted", "left")
ROUNDS, PATIENCE = 1500, 40


@dataclass
class Post:
    """The provider's calls: each at a time of its own, over a connection of its own."""

    url: str
    provider: DemoProvider = field(default_factory=lambda: DemoProvider(SECRET_KEY, lambda order_id, now: None))
    running: set[asyncio.Task[None]] = field(default_factory=set)
    answers: list[str] = field(default_factory=list)

    def send(self, order: dict[str, Any], chance: random.Random) -> None:
        """A success, told twice, and sometimes a failure of the same order before or after it."""
        success = f"evt_{secrets.token_hex(12)}"
        calls = [("succeeded", success), ("succeeded", success)]
        if chance.random() < 0.4:
            calls.append(("failed", f"evt_{secrets.token_hex(12)}"))
        for kind, number in calls:
            payment = DemoPayment(number, kind, order["order_id"], order["amount_minor"], order["currency"])
            task = asyncio.ensure_future(self._call(payment, chance.uniform(0, 1.5)))
            self.running.add(task)
            task.add_done_callback(self.running.discard)

    async def _call(self, payment: DemoPayment, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        connection = Connection(self.url)
        for _ in range(ROUNDS):
            headers, body = self.provider.webhook(payment, datetime.now(UTC))
            headers.pop("content-type")
            try:
                answer = await connection.ask("webhook", "POST", "/webhooks/demo", body, headers)
            except (OSError, asyncio.IncompleteReadError, Refused):
                await asyncio.sleep(0.1)
                continue
            self.answers.append(answer["outcome"] if isinstance(answer, dict) else str(answer))
            break
        connection.close()

    async def all_sent(self) -> None:
        """Until the last call is answered."""
        while self.running:
            await asyncio.gather(*list(self.running))


@dataclass
class StormWalker(Walker):
    """A guest who may pay by post, or leave without paying."""

    post: Post | None = None
    posted: set[str] = field(default_factory=set)
    left: list[str] = field(default_factory=list)

    async def _pay(self, order_id: str, outcome: str, me: dict[str, str]) -> None:
        if outcome == "left":
            self.left.append(order_id)
        elif outcome == "posted":
            assert self.post is not None
            order = await self._steadily("look", "GET", f"/api/v1/orders/{order_id}", None, me)
            self.posted.add(order_id)
            self.post.send(order, self.chance)
        else:
            await super()._pay(order_id, outcome, me)

    async def _paid(self, order_id: str, me: dict[str, str]) -> dict[str, Any]:
        """The order once it is paid. Whoever waits long presses the button again, as a person would; who pays by post
        waits for a success that is still on its way, even after a failure."""
        if order_id in self.left:
            return {"state": "held"}
        for number in range(1, ROUNDS):
            order = await self._steadily("look", "GET", f"/api/v1/orders/{order_id}", None, me)
            if order["state"] == "pooled":
                return dict(order)
            if number % PATIENCE == 0 and order_id not in self.posted:
                await self._pay(order_id, "succeeded", me)
            await asyncio.sleep(0.05)
        raise Refused(f"the order {order_id} was never paid")


async def walk_until(
    url: str, at_once: int, times: Times, slug: str, project: str, is_over: Callable[[], bool]
) -> tuple[list[StormWalker], list[str]]:
    """Guests, `at_once` at a time, who go on coming until it is over and then finish; (walkers, webhooks' answers)."""
    post, coming = Post(url), itertools.takewhile(lambda _: not is_over(), itertools.count())
    walkers = [
        StormWalker(Connection(url, times), slug, project, random.Random(number), 1000, OUTCOMES, post=post)
        for number in range(at_once)
    ]

    async def work(walker: StormWalker) -> None:
        for _ in coming:
            try:
                await walker.walk()
            except Refused as refusal:
                times.errors.append(str(refusal))
        walker.connection.close()

    await asyncio.gather(*(work(walker) for walker in walkers))
    await post.all_sent()
    return walkers, post.answers
