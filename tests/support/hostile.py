"""An event whose every word came from somebody who means harm: `python -m tests.support.hostile` prints where it is."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import accounts
import events
import offsetting
from accounts import SYSTEM, Actor, set_actor
from events import SessionDraft
from tests.support.events import body, draft, trip
from tests.support.shop import SPLIT

BAD = "\"'><script>window.pwned=1</script><img src=x onerror=window.pwned=1>{0.__class__}"
NAMES = {"en": f"=Event {BAD}", "zh": f"论坛{BAD}"}
PASSWORD = "a long password"


def make(slug: str = "hostile") -> dict[str, Any]:
    """The event with six guests of one company, two paid orders, one retired, and its screen; what leads to them."""
    set_actor(SYSTEM)
    texts = {"intro": NAMES, "venue": NAMES, "notice": NAMES, "session_short": {"main": NAMES, "life": NAMES}}
    sessions = (SessionDraft("main", NAMES, "main"), SessionDraft("life", NAMES, "parallel"))
    event = events.create_event(draft(slug, names=NAMES, texts=texts, sessions=sessions))
    project, batch = f"p-{slug}", f"B-{slug}"
    about: dict[str, Any] = {"type": "mixed", "kind": "reduction", "methodology": BAD, "registry": BAD}
    offsetting.add_project(project, NAMES, **about, texts=NAMES, livemode=False)
    offsetting.add_batch(batch, project, vintage="2020", credit_count=20, serial_prefix="<b>S-")
    tranche = offsetting.assign_tranche(event.event_id, batch, 20_000_000)
    offsetting.open_offering(event.event_id, project, 4500, "CNY", SPLIT)
    orders = [_guest(slug, project, number) for number in range(6)]
    held = orders.pop()
    for order in orders:
        offsetting.demo_payment(order.order_id, "succeeded")
    at = datetime(2026, 11, 1, tzinfo=UTC)
    drafted = offsetting.draft_instruction(SYSTEM, [offsetting.Pick(event.event_id, tranche, 1, True)], BAD, BAD, at)
    offsetting.send_instruction(SYSTEM, drafted.number, at)
    link = "https://registry.example/?q=\"'><script>"
    offsetting.enter_retirement(SYSTEM, drafted.number, link, b"evidence", BAD, date(2026, 5, 4), BAD, at)
    offsetting.confirm_retirement(Actor("system", "second"), drafted.number, at)
    events.fold(event.event_id)
    accounts.create_person("mallory@example.org", BAD, PASSWORD, ("administrator",))
    numbers = [offsetting.get_order(order.order_id).certificate_number for order in orders]
    company = events.leaderboard(slug, "companies").rows[0].key
    return {
        "slug": slug, "event_id": event.event_id, "instruction": drafted.number, "numbers": numbers,
        "held": held.order_id, "order": orders[0].order_id, "screen": events.screen_token(slug), "company": company,
    }  # fmt: skip


def _guest(slug: str, project: str, number: int) -> offsetting.Order:
    display = {"pseudonym": f"{'=+-@'[number % 4]}<i onclick=a>{number}{BAD}"[:80], "consent": True}
    begun = events.start_participation(slug, "main", BAD[:80], display)
    events.save_footprint(begun.participation_id, body(trip(), nights=1))
    return offsetting.place_order(begun.participation_id, project, share_percent=200)


if __name__ == "__main__":
    print(json.dumps(make()))
