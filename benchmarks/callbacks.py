"""Whole journeys a second through the pages' callbacks, as browsers make them: `python -m benchmarks.callbacks`.

A journey is the landing, the calculator's page with its layout, three looks at the moving total, saving, the share, the
order, the payment, the order's page and the certificate's page. Scripts and style sheets are not asked for: a browser
keeps them, and pages.py measures them.
"""

import argparse
import asyncio
import itertools
import random
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.client import Connection, Refused, Times
from benchmarks.journey import PROJECT, SLUG
from benchmarks.walk import CITIES
from tests.support.server import Server

UPDATE = "/_dash-update-component"
STEPS = ("landing", "page", "layout", "preview", "save", "share", "order", "pay", "look", "certificate")
OUTPUT = re.compile(r"([a-z0-9-]+)\.([a-zA-Z_]+)")


class Visitor:
    """A browser without a screen: sends what the pages' scripts would send."""

    def __init__(self, connection: Connection, chance: random.Random) -> None:
        self.connection = connection
        self.chance = chance
        self.numbers = itertools.count(1)

    async def walk(self) -> None:
        """One journey."""
        await self.connection.ask("landing", "GET", f"/e/{SLUG}")
        await self.connection.ask("page", "GET", f"/e/{SLUG}/footprint")
        referer = {"Referer": f"{self._origin()}/e/{SLUG}/footprint"}
        await self.connection.ask("layout", "GET", "/_dash-layout", None, referer)
        draft = self._draft()
        for _ in range(3):
            await self._call("preview", PREVIEW, "calc-draft", {"slug": SLUG, "draft": draft})
        device = (await self._save(draft, {}))["device"]
        await self._save(draft, device)
        await self._call("share", SHARE, "neu-device", {"slug": SLUG, "device": device})
        choice = {"project": PROJECT, "share": 25, "gift": False}
        asked = {"slug": SLUG, "device": device, "choice": choice}
        order_id = (await self._call("order", "neu-placed.data", "neu-ask", asked))["neu-placed"]["data"]["order_id"]
        await self._call("pay", "pay-answer.data", "pay-ask", {"order_id": order_id, "outcome": "succeeded"})
        await self._certificate(order_id)

    async def _certificate(self, order_id: str) -> None:
        for _ in range(400):
            answer = await self._call("look", LOOK, "order-ask", {"order_id": order_id})
            found = re.search(r"/certificate/[A-Z0-9-]+", str(answer))
            if found:
                await self.connection.ask("certificate", "GET", found.group())
                return
            await asyncio.sleep(0.02)
        raise Refused(f"the order {order_id} was never paid")

    async def _save(self, draft: dict[str, Any], device: dict[str, Any]) -> dict[str, Any]:
        asked = {"slug": SLUG, "draft": draft, "device": device}
        saved: dict[str, Any] = (await self._call("save", "calc-saved.data", "calc-ask", asked))["calc-saved"]["data"]
        if saved.get("errors") or saved.get("general"):
            raise Refused(str(saved))
        return saved

    async def _call(self, step: str, output: str, component: str, value: dict[str, Any]) -> dict[str, Any]:
        """Ask one callback, whose only input is the `data` of `component`."""
        outputs = [{"id": one, "property": prop} for one, prop in OUTPUT.findall(output)]
        body = {
            "output": output,
            "outputs": outputs if output.startswith("..") else outputs[0],
            "inputs": [{"id": component, "property": "data", "value": {**value, "seq": next(self.numbers)}}],
            "changedPropIds": [f"{component}.data"],
        }
        answer = await self.connection.ask(step, "POST", UPDATE, body, {"Origin": self._origin()})
        found: dict[str, Any] = answer["response"]
        return found

    def _origin(self) -> str:
        return f"http://{self.connection.host}:{self.connection.port}"

    def _draft(self) -> dict[str, Any]:
        trip = {"mode": "plane", "from": {"id": self.chance.choice(CITIES)}, "cabin": "economy", "people": 1}
        stay = {"nights": 2, "rooms": 1, "guests": 1, "kind": "hotel"}
        return {
            "trips": [{**trip, "round_trip": True, "count": 1, "via": []}],
            "stays": [stay],
            "meals": {"average": 3},
        }


PREVIEW = "..calc-answer.data...calc-strip.children...calc-total.children...calc-year.children...calc-levers.children.."
SHARE = "..neu-home.children...neu-side.children...neu-bar.children.."
LOOK = "..order-answer.data...order-home.children.."


async def walk_many(url: str, count: int, at_once: int, times: Times) -> None:
    """`count` journeys, `at_once` at a time; what went wrong stands in `times.errors`."""
    left = iter(range(count))

    async def work(number: int) -> None:
        visitor = Visitor(Connection(url, times), random.Random(number))
        for _ in left:
            try:
                await visitor.walk()
            except Refused as refusal:
                times.errors.append(str(refusal))
        visitor.connection.close()

    await asyncio.gather(*(work(number) for number in range(at_once)))


def main() -> None:
    """Serve with a store of its own and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), workers=arguments.workers)
        server.cli("demo")
        server.start()
        try:
            asyncio.run(walk_many(server.url, arguments.at_once, arguments.at_once, Times()))
            times, start = Times(), time.perf_counter()
            asyncio.run(walk_many(server.url, arguments.count, arguments.at_once, times))
            rate = arguments.count / (time.perf_counter() - start)
        finally:
            server.stop()
    print(f"{rate:.1f} journeys/s through the pages, {len(times.errors)} errors")
    for step in STEPS:
        print(f"  {step:<12} p50 {times.quantile_ms(step, 0.5):7.1f} ms   p95 {times.quantile_ms(step, 0.95):7.1f} ms")
    for error in times.errors[:3]:
        print(f"  {error}")


if __name__ == "__main__":
    main()
