"""A served product with events of its own and time that can be moved, for walks through the states of orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

import accounts
import offsetting
from accounts import Actor
from data.store import schema as s
from data.store.engine import get_store
from offsetting import forestry
from offsetting.forestry import PlanFacts, RecordFacts
from tests.support.api import Forum, open_forum, prove
from tests.support.browser import Visit, visit
from tests.support.desk import PASSWORD, add_person, store_of
from tests.support.guests import Guest
from tests.support.retirement import FIRST, WHOM
from tests.support.server import Server
from tests.support.shop import SPLIT

SLUG, OTHER, SMALL = "states-2026", "elsewhere-2026", "cdcer-small"
ORGANISER = Actor("person", "o", "Organiser", frozenset({("organiser", "", "")}))
PLANTING = PlanFacts(
    title="Agreed wood", place="Hill", planter="Station", area_m2=33_000, species=(("Spruce", 2_000),),
    planted_by=date(2027, 1, 1), checks=(date(2028, 1, 1),), survival_percent=90, sink_due_on=date(2030, 1, 1),
    method="Plots", expected_g=1000,
)  # fmt: skip
Open = Callable[..., Visit]


@dataclass
class House:
    """A served product with two events of its own, the first with a small project beside the large one."""

    server: Server
    forum: Forum
    other: Forum
    entered_by: str = ""

    def guest(self, company: str = "") -> Guest:
        """Somebody who flew to the first event and has told so."""
        return Guest(self.server.url, SLUG, self.forum.project, company)

    def person(self, role: str, event_id: str = "", company_id: str = "") -> str:
        """The email of somebody with a role."""
        return add_person(self.server, role, event_id, company_id)

    def expire(self, order_id: str) -> datetime:
        """The order's time is up; when that was."""
        with store_of(self.server):
            until = offsetting.get_order(order_id).expires_at
            offsetting.expire_due(until + timedelta(milliseconds=1))
        return until

    def ends(self, forum: Forum, after: timedelta) -> None:
        """The event is over so long from now."""
        where = s.event.c.event_id == forum.event_id
        with store_of(self.server), get_store().write() as conn:
            conn.execute(sa.update(s.event).where(where).values(ends_at=datetime.now(UTC) + after))

    def calls(self, at: datetime) -> None:
        """What the demo provider meant to call by this time is called."""
        with store_of(self.server):
            offsetting.run_due(at)

    def sell_out(self, project: str) -> None:
        """Somebody buys all that is left of a project."""
        with store_of(self.server):
            offers = {offer.project_id: offer.available_g for offer in offsetting.offers(SLUG)}
        if offers[project]:
            buyer = self.guest()
            body = {"project": project, "grams": offers[project]}
            placed = buyer.api.post(f"/participations/{buyer.id}/orders", json=body, headers=buyer.proof).json()
            assert buyer.pay(placed["order_id"])["state"] == "pooled"

    def by_organiser(self, covers: Any, grams: int | None = None, slug: str = SLUG, paid: bool = True) -> str:
        """An order of the organiser's, paid; its id."""
        with store_of(self.server):
            project = self.forum.project if slug == SLUG else self.other.project
            order = offsetting.place_event_order(ORGANISER, slug, project, covers, grams=grams)
            if paid:
                offsetting.demo_payment(order.order_id, "succeeded")
        return order.order_id

    def instructed(self, forum: Forum) -> str:
        """The number of an instruction for the first credit of a forum, which has gone to the registry."""
        with store_of(self.server):
            number = offsetting.draft_instruction(FIRST, [offsetting.Pick(*tranche_of(forum), 1, True)], WHOM).number
            offsetting.send_instruction(FIRST, number)
        return number

    def planting(self, forum: Forum, email: str) -> tuple[str, str]:
        """A drafted planting, and an agreed one of which this person has entered what was found; its ids."""
        self.entered_by = email
        with store_of(self.server):
            actor = accounts.actor_of(accounts.sign_in(email, PASSWORD, "127.0.0.1").token)
            forestry.draft_plan(actor, forum.slug, replace(PLANTING, title="Draft wood"))
            plan_id = forestry.draft_plan(actor, forum.slug, PLANTING)
            forestry.agree_plan(actor, plan_id, b"%PDF agreement", "agreement.pdf")
            facts = RecordFacts("planted", date(2026, 6, 1), evidence=b"%PDF report", evidence_name="report.pdf")
            return plan_id, forestry.enter_record(actor, plan_id, facts)

    def trail(self) -> list[int]:
        """How much has been done: rows of what acts leave behind."""
        left = (s.audit_trail, s.orders, s.order_transition, s.claim, s.settlement, s.forestry_plan, s.tranche)
        with store_of(self.server), get_store().read() as conn:
            return [conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in left]


def tranche_of(forum: Forum) -> tuple[str, str]:
    """Event and tranche of the forum's project."""
    t = s.tranche.c
    where = (t.event_id == forum.event_id, t.batch_id != "DEMO-small-2020")
    with get_store().read() as conn:
        return forum.event_id, str(conn.execute(sa.select(t.tranche_id).where(*where)).scalar_one())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Served to the walks of this file; afterwards every proof holds."""
    server = Server(tmp_path_factory.mktemp("states"))
    server.start()
    with store_of(server):
        forums = open_forum(SLUG), open_forum(OTHER)
        offsetting.add_project(SMALL, {"en": "Small wood", "zh": "小林"}, type="forest", kind="removal",
                               methodology="plots", registry="demo", livemode=False)  # fmt: skip
        offsetting.add_batch("DEMO-small-2020", SMALL, vintage="2020", credit_count=1, serial_prefix="DEMO-small-")
        offsetting.assign_tranche(forums[0].event_id, "DEMO-small-2020", 1_000_000)
        offsetting.open_offering(forums[0].event_id, SMALL, 9000, "CNY", SPLIT, position=1)
    yield House(server, *forums)
    with store_of(server):
        for forum in forums:
            prove(forum.slug)
    server.stop()


@pytest.fixture
def window(browser: Browser, house: House) -> Iterator[Open]:
    """Windows on the house; none asks another host or complains of anything but what was refused."""
    opened: list[Visit] = []

    def make(size: str = "phone", locale: str = "en", theme: str = "light") -> Visit:
        opened.append(visit(browser, size, locale, theme, house.server.url))
        return opened[-1]

    yield make
    hosts = {host for each in opened for host in each.hosts}
    complaints = [text for each in opened for text in each.complaints if " 403 " not in text]
    for each in opened:
        each.context.close()
    assert {host for host in hosts if not host.startswith("127.0.0.1:")} == set()
    assert complaints == []


def held_by_organiser(house: House, forum: Forum) -> str:
    """The order of the organiser that waits for its payment."""
    with store_of(house.server), get_store().read() as conn:
        o = s.orders.c
        where = (o.event_id == forum.event_id, o.state == "held", o.buyer == "organiser")
        return str(conn.execute(sa.select(o.order_id).where(*where)).scalar_one())
