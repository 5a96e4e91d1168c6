"""A guest's whole way through the API: footprint, order, payment, certificate; for benchmarks and the storm test."""

import asyncio
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from benchmarks.client import Connection, Refused, Times

CITIES = ("iata:PEK", "iata:SHA", "iata:CAN", "iata:SZX", "iata:XIY", "iata:KMG", "iata:HKG", "iata:NRT", "iata:LHR")
WAYS = ("plane", "high_speed_rail", "rail", "coach", "car")
OUTCOMES = ("succeeded", "succeeded", "succeeded", "doubled", "late")
WAIT_ROUNDS = 6000


@dataclass
class Walker:
    """A guest who goes the whole way, again and again, over one connection."""

    connection: Connection
    slug: str
    project: str
    chance: random.Random
    grams: int | None = 1000
    outcomes: tuple[str, ...] = ("succeeded",)
    certificates: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    async def walk(self) -> str:
        """One journey; returns the certificate's number, or how it ended without one."""
        started = await self._steadily("start", "POST", f"/api/v1/events/{self.slug}/participations", {})
        me = {"Authorization": f"Bearer {started['secret']}"}
        mine = f"/api/v1/participations/{started['participation_id']}"
        await self._steadily("footprint", "PUT", f"{mine}/footprint", self._answers(), me)
        share = {"grams": self.grams} if self.grams else {"share_percent": self.chance.choice((25, 50, 100, 200))}
        order = await self._steadily("order", "POST", f"{mine}/orders", {"project": self.project, **share}, me)
        outcome = self.chance.choice(self.outcomes)
        await self._pay(order["order_id"], outcome, me)
        if outcome == "late":  # the call comes when the order has expired
            self.late.append(order["order_id"])
            return outcome
        paid = await self._paid(order["order_id"], me)
        number = str(paid.get("certificate") or "")
        if number:
            await self._steadily("certificate", "GET", f"/api/v1/certificates/{number}", None)
            self.certificates.append(number)
        return number or str(paid["state"])

    async def _pay(self, order_id: str, outcome: str, me: dict[str, str]) -> None:
        try:
            await self._steadily("pay", "POST", f"/api/v1/demo-payments/{order_id}", {"outcome": outcome}, me)
        except Refused as refusal:  # it was paid, and the answer was cut off
            if "is paid already" not in str(refusal):
                raise

    async def _steadily(
        self, step: str, method: str, path: str, body: Any, headers: dict[str, str] | None = None
    ) -> Any:
        """A request that, when it is cut off, is sent again with the same key, as a careful client does."""
        key = {"Idempotency-Key": uuid.uuid4().hex}
        for _ in range(WAIT_ROUNDS):
            try:
                return await self.connection.ask(step, method, path, body, {**(headers or {}), **key})
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.05)
            except Refused as refusal:
                if not str(refusal).startswith("503") and "still being worked on" not in str(refusal):
                    raise
                await asyncio.sleep(0.05)
        raise Refused(f"no answer from {path}")

    async def _paid(self, order_id: str, me: dict[str, str]) -> dict[str, Any]:
        """The order once its payment is dealt with."""
        for _ in range(WAIT_ROUNDS):
            order = await self._steadily("look", "GET", f"/api/v1/orders/{order_id}", None, me)
            if order["state"] not in ("held", "quote"):
                return dict(order)
            await asyncio.sleep(0.02)
        raise Refused(f"the order {order_id} was never paid")

    def _answers(self) -> dict[str, Any]:
        trip = {"from": self.chance.choice(CITIES), "mode": self.chance.choice(WAYS), "round_trip": True}
        if trip["mode"] != "plane":
            trip["from"] = self.chance.choice(CITIES[:6])
        stay = {"country": "CN", "nights": self.chance.randint(1, 3), "rooms": 1, "guests": 1}
        return {"trips": [trip], "stays": [stay], "meals": [{"diet": "average", "count": 3}], "other": []}


async def walk_many(
    url: str, count: int, at_once: int, times: Times, slug: str, project: str,
    outcomes: tuple[str, ...] = ("succeeded",),
    grams: int | None = 1000,
) -> list[Walker]:  # fmt: skip
    """`count` journeys, `at_once` at a time; what went wrong stands in `times.errors`."""
    left = iter(range(count))
    walkers = [
        Walker(Connection(url, times), slug, project, random.Random(number), grams, outcomes)
        for number in range(at_once)
    ]

    async def work(walker: Walker) -> None:
        for _ in left:
            try:
                await walker.walk()
            except Refused as refusal:
                times.errors.append(str(refusal))
        walker.connection.close()

    await asyncio.gather(*(work(walker) for walker in walkers))
    return walkers
