"""Every page of the product, who looks at it and on what, and what axe-core finds there.

A new page gets a row in PAGES: the template as the registry or the web framework has it, and how to look at it. What a
row names in braces is filled from `make_world`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as Late

import accounts
import events
import offsetting
import reports
from accounts import SYSTEM, Actor, set_actor
from accounts.sessions import begin
from data.settings import get_settings
from events import books, evaluation, plans
from tests.support.browser import SIZES, Visit, visit
from tests.support.desk import PASSWORD, store_of
from tests.support.events import body, draft, trip
from tests.support.events import guests as make_guests
from tests.support.guests import Guest
from tests.support.looking import begin_axe, end_axe, settle, too_wide
from tests.support.permissions import things
from tests.support.server import Server

SLUG, HALL = "chengdu-2021", "axe-hall"
LONG = {
    "en": "International Dialogue on the Digital Measurement of Carbon in Cities and Halls",
    "zh": "城市与场馆碳排放数字化计量及核算方法国际对话会暨成渝双城绿色低碳会展合作论坛",
}
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
LANES = 2  # pages at a time: the browser and the server have work while a page is looked at
# What is like what was looked at: a list's later rows; and the rail, which is the same on every desk and looked at
# where the dark is looked at too.
ALIKE = ("tbody > tr:nth-child(n+9)", ".fz-board-row:nth-child(n+9)")
RAIL_OF_DESKS = ".fz-rail"
DOORS = ("/sign-in", "/sign-in/code")  # pages of the door; the walk of permissions leaves them out
FILES = r"\.(pdf|png|svg|xlsx|csv|css|md|json|jwt|zip|\{suffix\}|\{kind\}|\{ending\})$|\{sha256\}$|\{name:path\}$"
NO_PAGES = re.compile(FILES + r"|/stream$|^/api/v1(?!/docs)")
OTHERS = {"/healthz", "/readyz", "/metrics", "/s/", "/s/{code}"}  # for programs, or the way to a page of the list


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at a page, at which address and on what; ``dark``: its contrasts are looked at in the dark as well."""

    who: str = ""
    path: str = ""
    size: str = "desktop"
    ready: str = "h1"
    dark: bool = True
    status: int = 200


def _phone(path: str = "", **more: Any) -> Look:
    return Look("guest", path, "phone", **more)


def _desk(who: str, path: str = "", **more: Any) -> Look:
    return Look(who, path, ready=".fz-desk-main h1", **{"dark": False, **more})


RAIL = {"kind": "computed", "ask": "rail=2000", "words": "Trains below 2,000 km"}
BADGES = {"kind": "typed", "words": "Badges of paper", "saved_g": 40_000, "source": "The maker's data sheet"}
CREDITS = {"way": "credits", "grams": 12_000_000, "by": "2026-12-31", "words": "CDCER"}
PLAN = {"text": "We go by train.", "assumed": {}, "measures": [RAIL, BADGES], "offset": [CREDITS]}
REPORT = {"texts": {"sources": "Meters.", "deviations": "None.", "conclusion": "Less than planned."}}
_HALL = "/desk/e/{hall}"
PAGES: dict[str, Look] = {
    # documents
    "/": _phone(),
    "/life": _phone(),
    "/e/{slug}": _phone(),
    "/s": _phone(),
    "/method": _phone("/method?event={slug}"),
    "/verify": _phone(),
    "/verify/{number}": _phone("/verify/{certificate}"),
    "/certificate/{number}": _phone("/certificate/{certificate}"),
    "/order/{order_id}/receipt": _phone(),
    "/project/{project_id}": _phone(),
    "/e/{slug}/forestry": _phone(),
    "/e/{slug}/fund": _phone(),
    "/ambassador/{number}": _phone("/ambassador/{ambassador}"),
    "/e/{slug}/memoranda": _phone(),
    "/e/{slug}/thanks": _phone(),
    "/e/{slug}/plan": _phone("/e/{hall}/plan"),
    "/e/{slug}/report": _phone("/e/{hall}/report"),
    "/statement/{slug}": _phone("/statement/{hall}"),
    "/api/v1/docs": Look(),
    # the door
    "/sign-in": Look(),
    "/sign-in/code": Look("waiting"),
    "/forgot": _phone(),
    "/reset": _phone(),
    "/company/register": Look(),
    "/company/colleague": Look(),
    # guests
    "/e/<slug>/footprint": _phone(ready="#calc-home form, #calc-home .fz-card"),
    "/e/<slug>/neutralise": _phone(ready=".fz-project"),
    "/e/<slug>/me": _phone(),
    "/e/<slug>/rank": _phone(),
    "/e/<slug>/join": _phone(),
    "/e/<slug>/pledges": _phone(),
    "/pay/<order_id>": _phone("/pay/{held}"),
    "/order/<order_id>": _phone(),
    # desks of everybody
    "/desk": _desk("organiser", dark=True),
    "/desk/account": _desk("organiser"),
    "/desk/people": _desk("administrator"),
    "/desk/people/<person_id>": _desk("administrator"),
    "/desk/trail": _desk("administrator"),
    "/desk/audit": _desk("auditor"),
    "/desk/reports": _desk("sustainability", dark=True),
    # companies
    "/desk/company": _desk("company", dark=True),
    "/desk/company/<company_id>": _desk("company"),
    "/desk/company/<company_id>/<slug>": _desk("company"),
    "/desk/company/<company_id>/<slug>/people": _desk("company"),
    # the exchange
    "/desk/exchange": _desk("exchange", dark=True),
    "/desk/exchange/batches": _desk("exchange"),
    "/desk/exchange/projects": _desk("exchange"),
    "/desk/exchange/pools": _desk("exchange"),
    "/desk/exchange/pools/<key>": _desk("exchange"),
    "/desk/exchange/instructions/<number>": _desk("exchange"),
    "/desk/exchange/instructions/<number>/confirm": _desk("exchange", "/desk/exchange/instructions/{entered}/confirm"),
    "/desk/exchange/settlements": _desk("exchange"),
    # an event
    "/desk/new": _desk("organiser"),
    "/desk/e/<slug>": _desk("organiser", dark=True),
    "/desk/e/<slug>/setup": _desk("organiser", dark=True),
    "/desk/e/<slug>/boundary": _desk("organiser", dark=True),
    "/desk/e/<slug>/method": _desk("organiser"),
    "/desk/e/<slug>/expected": _desk("organiser", _HALL + "/expected"),
    "/desk/e/<slug>/plan": _desk("organiser", _HALL + "/plan"),
    "/desk/e/<slug>/inventory": _desk("organiser", _HALL + "/inventory"),
    "/desk/e/<slug>/inventory/line/<line_id>": _desk("organiser", _HALL + "/inventory/line/{line_id}"),
    "/desk/e/<slug>/import": _desk("organiser"),
    "/desk/e/<slug>/orders": _desk("organiser"),
    "/desk/e/<slug>/orders/<order_id>": _desk("organiser"),
    "/desk/e/<slug>/boards": _desk("organiser"),
    "/desk/e/<slug>/codes": _desk("organiser", dark=True),
    "/desk/e/<slug>/poster": _desk("organiser"),
    "/desk/e/<slug>/forum": _desk("organiser"),
    "/desk/e/<slug>/screens": _desk("organiser", dark=True),
    "/desk/e/<slug>/what-if": _desk("organiser"),
    "/desk/e/<slug>/forestry": _desk("organiser"),
    "/desk/e/<slug>/books": _desk("organiser", _HALL + "/books"),
    "/desk/e/<slug>/evaluation": _desk("organiser", _HALL + "/evaluation"),
    # big screens
    "/screen/{token}": Look(size="wall", ready="main"),
    "/desk/e/{slug}/screens/{screen_id}/preview": Look("organiser", size="wall", ready="main"),
}
# Pages in other states: nothing there, refused, not one's own.
STATES: dict[str, Look] = {
    "nothing there": _phone("/nowhere", status=404),
    "no such certificate": _phone("/certificate/TEST-0000-0000-0000-0000", status=404),
    "no such event": Look("organiser", "/desk/e/nowhere", ready="body", status=404),
    "not for me": Look("company", "/desk/exchange", ready="body", status=403),
    "before any answer": Look("", "/e/{slug}/footprint", "phone"),
    "nothing told yet": Look("", "/e/{slug}/neutralise", "phone"),
    "no answers at all": _desk("organiser", "/desk/e/{empty}"),
}

# In parts, so that several processes can look: public pages, desks and other states, desks of an event.
PARTS: dict[str, dict[str, Look]] = {
    "public": {name: look for name, look in PAGES.items() if not name.startswith("/desk")},
    "desks": {name: look for name, look in PAGES.items() if re.match(r"/desk(?!/e/)", name)} | STATES,
    "event": {name: look for name, look in PAGES.items() if name.startswith("/desk/e/")},
}


@dataclass
class World:
    """What the pages are of, and the cookies of who looks."""

    values: dict[str, str]
    cookies: dict[str, str]
    guest: Guest
    axe: Axe = field(default_factory=Axe)

    def address(self, look: Look, template: str) -> str:
        """The path of a page of this world."""
        path = re.sub(r"<([a-z_]+)>", r"{\1}", look.path or template)
        return path.format(**self.values)


def pages_there() -> set[str]:
    """The templates of everything that a person may open in a browser."""
    asked = {name if kind == "page" else name.removeprefix("GET ") for kind, name, _ in things() if "POST" not in name}
    asked = {name for name in asked if not re.match(r"(PUT|DELETE|PATCH) ", name)}
    return {name for name in asked if not NO_PAGES.search(name)} - OTHERS | set(DOORS)


# ---------------------------------------------------------------- what the pages are of
def make_world(server: Server) -> World:
    """The demonstration, with a guest who has paid, and an event with long names whose books are closed."""
    guest = Guest(server.url)
    paid, held = guest.order(50, "succeeded"), guest.order(25)
    with served_settings(server), store_of(server), _as(SYSTEM):
        values = {"slug": SLUG, "hall": HALL, "order_id": paid["order_id"], "held": held["order_id"]}
        values |= {"certificate": paid["certificate"], "company_id": reports.companies_at_events()[0].company_id}
        values |= _hall() | _screen() | _exchange() | {"ambassador": _ambassador()}
        values["empty"] = events.create_event(draft("axe-empty", names=LONG)).slug
        cookies, values["person_id"] = _people(values["company_id"])
    return World(values, cookies, guest)


@contextmanager
def served_settings(server: Server) -> Iterator[None]:
    """Within it what is signed is signed with the served product's own key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(server.data_dir))
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()


@contextmanager
def _as(actor: Actor) -> Iterator[None]:
    set_actor(actor)
    try:
        yield
    finally:
        set_actor(accounts.ANONYMOUS)


def _hall() -> dict[str, str]:
    """An event that is over: planned, its books closed, its report published."""
    events.create_event(draft(HALL, names=LONG))
    events.set_expected(HALL, {"people": 40, "region": {"CN-11": 30, "CN-31": 10}})
    plans.save_plan(HALL, PLAN)
    plans.publish_plan(HALL)
    make_guests(HALL, 6)
    events.save_inventory(HALL, {"other": [{"activity": "electricity", "quantity": 1200, "unit": "kWh"}]})
    line = events.inventory_view(HALL).lines[0]
    after = datetime(2026, 6, 1, tzinfo=UTC)
    events.change_state(HALL, "closed")
    books.close_books(HALL, "", [check.key for check in books.books_view(HALL, after).checks], now=after)
    books.publish_books(HALL, 1)
    _report()
    return {"line_id": line.line_id}


def _report() -> None:
    """The report, which takes three people."""
    roles = frozenset({("administrator", "", "")})
    writer, *readers = (Actor("person", f"axe-{number}", f"Somebody {number}", roles) for number in range(3))
    evaluation.save_evaluation(HALL, REPORT)
    states = ("submitted", "reviewed", "approved", "published")
    for actor, state in zip((writer, *readers, writer), states, strict=True):
        with _as(actor):
            current = evaluation.evaluation_view(HALL).current
            assert current is not None
            evaluation.move_evaluation(HALL, current.version, state, current.sha256, "")
    set_actor(SYSTEM)


def _ambassador() -> str:
    """The number of the certificate of a guest whose link brought five others."""
    me = events.start_participation(SLUG).participation_id
    code = events.ambassador(me).code
    for _ in range(5):
        other = events.start_participation(SLUG).participation_id
        events.came_by_link(other, code)
        events.save_footprint(other, body(trip("high_speed_rail")))
    return events.ambassador(me).number


def _screen() -> dict[str, str]:
    token = events.screen_token(SLUG, "Foyer")
    return {"token": token, "screen_id": events.screen_id_of(token)}


def _exchange() -> dict[str, str]:
    """A pool with credits to retire, and an instruction whose retirement waits for a second person."""
    first = Actor("person", "axe-first", "First", frozenset({("exchange", "", "")}))
    row = next(row for row in offsetting.retirement_desk(SLUG) if row.sold_g)
    pool = next(pool for pool in offsetting.pools() if pool.ready_count)
    number = offsetting.draft_instruction(
        first, [offsetting.Pick(row.event_id, row.tranche_id, 1, True)], "Guests of the forum", "sold"
    ).number
    offsetting.send_instruction(first, number)
    offsetting.enter_retirement(
        first, number, link="https://registry.example.org/1", evidence=b"%PDF receipt", evidence_name="receipt.pdf",
        retired_on=datetime.now(UTC).date(), beneficiary="Guests of the forum",
    )  # fmt: skip
    return {"key": pool.key, "number": number, "entered": number, "project_id": pool.project_id}


def _people(company_id: str) -> tuple[dict[str, str], str]:
    """A session of each role, and the id of one of them."""
    cookies, person = {}, ""
    for role in ("organiser", "exchange", "auditor", "sustainability", "administrator", "company"):
        person = accounts.create_person(
            f"{role}@axe.example.org", "Somebody", PASSWORD, (role,), "", company_id if role == "company" else ""
        )
        cookies[role] = begin(person, role).token
    return cookies, person


# ---------------------------------------------------------------- looking
@dataclass
class Windows:
    """A phone and a desk, each several windows side by side, handed from person to person. While one page is looked at
    the next ones load: a page waits for itself alone."""

    browser: Browser
    url: str
    world: World
    opened: dict[tuple[str, int], Page] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)

    def close(self) -> None:
        """Ends them all."""
        for window in self.visits:
            window.context.close()

    def asked(self) -> list[str]:
        """Other hosts that a page asked so far, and what a policy stopped, which would have been asked."""
        hosts = {host for window in self.visits for host in window.hosts if not host.startswith("127.0.0.1:")}
        told = {text for window in self.visits for text in window.complaints}
        return sorted(hosts) + [each for each in sorted(told) if "Content Security" in each or "Refused to" in each]

    def look_at(self, rows: Mapping[str, Look]) -> list[str]:
        """Opens pages, several at a time, and tells what is wrong with them, a sentence each; empty when nothing is."""
        waiting, wrong = iter(rows.items()), list[str]()
        lanes: dict[int, Iterator[list[str]]] = dict.fromkeys(range(LANES), iter(()))
        while lanes:
            for number, lane in list(lanes.items()):
                found = next(lane, None)
                wrong += found or []
                if found is None and (row := next(waiting, None)) is not None:
                    lanes[number] = self._look(number, *row)
                elif found is None:
                    del lanes[number]
        return wrong

    def _page(self, lane: int, look: Look) -> Page:
        """A page for a look. Lanes share the context, and what it has loaded, but where people take turns at a desk."""
        size = "phone" if look.size == "phone" else "desktop"
        kind = f"stranger's {size}" if not look.who else size if size == "phone" else f"desk {lane}"
        if (kind, lane) not in self.opened:
            others = [page.context for (other, _), page in self.opened.items() if other == kind]
            self.opened[kind, lane] = others[0].new_page() if others else self._first(size, look.who == "guest")
        page = self.opened[kind, lane]
        if look.who in self.world.cookies:
            cookie = {"name": "fz_session", "value": self.world.cookies[look.who], "url": self.url}
            page.context.add_cookies([cookie])  # type: ignore[list-item]
        return page

    def _first(self, size: str, is_guest: bool) -> Page:
        self.visits.append(visit(self.browser, size, "en", "light", self.url))
        if is_guest:
            self.world.guest.enter(self.visits[-1].page, f"/e/{SLUG}")
        return self.visits[-1].page

    def _look(self, lane: int, template: str, look: Look) -> Iterator[list[str]]:
        """The steps of a look; between them other pages have their turn."""
        page, path = self._page(lane, look), self.world.address(look, template)
        width, height = SIZES[look.size]
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(path, wait_until="commit")
        status = answer.status if answer else 0
        yield [] if status == look.status else [f"{path}: answered {status}"]
        try:
            settle(page, look.ready)
        except Late as error:
            yield [f"{path}: {error}"]
            return
        begin_axe(page, self.world.axe, RULES, but=ALIKE if look.dark else (*ALIKE, RAIL_OF_DESKS))
        yield []
        yield [f"{path}: {each}" for each in end_axe(page)]
        if look.dark:
            page.emulate_media(color_scheme="dark")
            begin_axe(page, self.world.axe, rules=("color-contrast",), but=ALIKE)
            yield []
            wrong = end_axe(page)
            page.emulate_media(color_scheme="light")
            yield [f"{path} (dark): {each}" for each in wrong]
        yield [f"{path}: {each}" for each in too_wide(page)] if look.size != "wall" else []
