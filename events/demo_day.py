"""The simulated day of the demonstration's forum: who comes when, how, and who pays. The same every time it is made.

Guests, orders and retirements go through the same functions as anybody's, at simulated times; every five minutes of
the day are folded, so that the day has a course.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from calculations.model import ORGANISER, Answers, OtherActivity
from data.store import participations as rows
from data.store import rollups
from data.store.engine import get_store
from data.store.ids import new_id
from events import demo_codes, demo_credits, demo_planting
from events.catalogue import event_by_id
from events.footprints import compute_answers, compute_for, start_inventory, store_version
from events.live import BUCKET, fold_in
from events.model import Event
from events.participations import ROW, began_of, company_of
from events.pseudonyms import new_pseudonym

SHARES = ((100, 80), (50, 10), (25, 5), (200, 5))
DIETS = (("average", 45), ("chicken", 20), ("vegetarian", 18), ("beef", 9), ("fish", 5), ("vegan", 3))
PEAKS = (
    (0.0, 0.03, 12),
    (0.03, 0.16, 8),
    (0.16, 0.42, 30),
    (0.42, 0.50, 18),
    (0.50, 0.78, 24),
    (0.78, 1.0, 8),
)  # from, to, weight
AIRPORT = "iata:CTU"
Step = tuple[datetime, int, Callable[[], None]]


@dataclass
class Guest:
    """One simulated guest; what is '' or 0 does not happen."""

    at: datetime
    session: str
    company: str
    body: dict[str, Any] | None
    share: int
    project: str
    locale: str
    participation_id: str = ""
    code_id: str = ""


def simulate(forum: Mapping[str, Any]) -> None:
    """Plays the whole day."""
    told, event = forum["simulation"], event_by_id(forum["event_id"])
    chance = random.Random(told["seed"])
    companies = _companies(told["companies"])
    guests = _guests(told, event, chance)
    start = told["first"].astimezone(UTC)
    steps: list[Step] = [(start, 0, partial(_inventory, event, forum["inventory"], start))]
    codes = demo_codes.make_codes(event, told, told["seed"])
    for guest in guests:
        guest.code_id = codes.came_by(guest.at, guest.session)
        steps.append((guest.at, 1, partial(_begin, event, guest, companies, chance)))
        if guest.share:
            pays = min(guest.at + timedelta(minutes=2), told["last"].astimezone(UTC))
            steps.append((pays, 2, partial(_pay, guest, pays)))
    steps += codes.steps(event.event_id)
    steps += _of_the_desk(event, told, companies)
    _play(event, sorted(steps, key=lambda step: step[:2]))


def _play(event: Event, steps: list[Step]) -> None:
    """Each step at its time, with a fold whenever five minutes are over."""
    edge = steps[0][0] + 3 * BUCKET
    for at, _, act in steps:
        if at >= edge:
            _fold(event, at)
            edge = at + BUCKET
        act()
    _fold(event, steps[-1][0] + timedelta(minutes=1))


def _fold(event: Event, at: datetime) -> None:
    with get_store().write() as conn:
        fold_in(conn, event.event_id, at - timedelta(seconds=1))


def _companies(told: list[list[Any]]) -> dict[str, str]:
    """English name → id."""
    now = datetime.now(UTC)
    with get_store().write() as conn:
        return {en: company_of(conn, en, now, {"en": en, "zh": zh}) for en, zh, _ in told}


def _guests(told: Mapping[str, Any], event: Event, chance: random.Random) -> list[Guest]:
    """All guests in the order they come, with what each will do."""
    bodies = [_body(origin, event, chance) for origin in told["origin"] for _ in range(origin["people"])]
    chance.shuffle(bodies)
    sessions = [sid for sid, count in told["sessions"].items() for _ in range(count)]
    companies = [name for name, _, count in told["companies"] for _ in range(count)]
    companies += [""] * (len(bodies) - len(companies))
    chance.shuffle(sessions)
    chance.shuffle(companies)
    paying = [True] * told["paid"] + [False] * (len(bodies) - told["paid"])
    chance.shuffle(paying)
    found = [
        Guest(_moment(told, chance), session, company, body, _chosen(SHARES, chance) if pays else 0,
              "greenway-woodland" if chance.random() < 0.12 else "cdcer-other", "zh" if chance.random() < 0.8 else "en")
        for body, session, company, pays in zip(bodies, sessions, companies, paying, strict=True)
    ]  # fmt: skip
    found += [
        Guest(_moment(told, chance), chance.choice(sessions), "", None, 0, "", "zh") for _ in range(told["began_only"])
    ]
    return sorted(found, key=lambda guest: guest.at)


def _moment(told: Mapping[str, Any], chance: random.Random) -> datetime:
    """A second of the day, near its peaks."""
    first: datetime = told["first"].astimezone(UTC)
    last: datetime = told["last"].astimezone(UTC) - timedelta(minutes=3)
    start, end, _ = chance.choices(PEAKS, weights=[peak[2] for peak in PEAKS])[0]
    return first + timedelta(seconds=round((last - first).total_seconds() * chance.uniform(start, end)))


def _chosen(weighted: Any, chance: random.Random) -> Any:
    return chance.choices([value for value, _ in weighted], weights=[weight for _, weight in weighted])[0]


def _body(origin: Mapping[str, Any], event: Event, chance: random.Random) -> dict[str, Any]:
    """What a guest from there tells: the way, the way from the airport, nights and meals."""
    mode = _chosen(list(origin["modes"].items()), chance)
    trips: list[dict[str, Any]] = [
        {"from": origin["place"] or _point(event, mode, chance), "mode": mode, "round_trip": True}
    ]
    if mode == "car":
        trips[0] |= {"people": chance.choice((1, 1, 2, 3)), "fuel": chance.choice(("petrol", "petrol", "electric"))}
    if mode == "taxi":
        trips[0] |= {"people": 1, "fuel": "electric"}
    if mode == "plane":
        trips[0] |= {"cabin": "business" if chance.random() < 0.06 else "economy"}
        trips.append({"from": AIRPORT, "mode": chance.choice(("metro", "metro", "taxi")), "round_trip": True})
    nights = chance.choices(range(len(origin["nights"])), weights=origin["nights"])[0]
    guests = 2 if chance.random() < 0.2 else 1
    stays = [{"country": "CN", "nights": nights, "rooms": 1, "guests": guests}] if nights else []
    meals = [{"diet": _chosen(DIETS, chance), "count": 1 + 2 * nights}]
    return {"trips": trips, "stays": stays, "meals": meals, "other": []}


def _point(event: Event, mode: str, chance: random.Random) -> dict[str, float]:
    """A point of the town, nearer for those who walk."""
    reach = {"walk": 0.015, "bicycle": 0.035, "bus": 0.06}.get(mode, 0.11)
    lat, lon = event.place.lat + chance.uniform(-reach, reach), event.place.lon + chance.uniform(-reach, reach)
    return {"lat": round(lat, 2), "lon": round(lon, 2)}


def _inventory(event: Event, told: list[Mapping[str, Any]], at: datetime) -> None:
    """The organiser's own lines."""
    others = tuple(
        OtherActivity(
            line["activity"], float(line["quantity"]), line["unit"], line["category"], line.get("factor", ""),
            line.get("by_region", ""), line.get("times", ""), region=event.place.region,
        )
        for line in told
    )  # fmt: skip
    done = compute_answers(event, Answers(other=others, role=ORGANISER))
    with get_store().write() as conn:
        participation_id = start_inventory(conn, event, at)
        store_version(conn, event, participation_id, done, {"inventory": [dict(line) for line in told]}, at)


def _begin(event: Event, guest: Guest, companies: Mapping[str, str], chance: random.Random) -> None:
    """Begins, and answers in the same transaction where there is an answer."""
    done = compute_for(event, guest.body) if guest.body else None
    guest.participation_id = new_id(event.event_id)
    with get_store().write() as conn:
        _start(conn, event, guest, companies, chance)
        if done is not None:
            store_version(conn, event, guest.participation_id, done, guest.body, guest.at)


def _start(
    conn: sa.Connection, event: Event, guest: Guest, companies: Mapping[str, str], chance: random.Random
) -> None:
    company_id = companies.get(guest.company, "")
    key = {"session_id": guest.session, "company_id": company_id, "code_id": guest.code_id}
    began = began_of(event, guest.at)
    row = ROW | key | {
        "event_id": event.event_id, "participation_id": guest.participation_id, "secret_hash": "",
        "pseudonym": new_pseudonym(chance), "created_at": guest.at, "began": began,
    }  # fmt: skip
    rows.insert(conn, [row])
    rollups.add_tally(conn, event.event_id, [key | {"began": began, "participation_count": 1}])


def _pay(guest: Guest, at: datetime) -> None:
    demo_credits.pay_share(guest.participation_id, guest.project, guest.share, guest.locale, at)


def _of_the_desk(event: Event, told: Mapping[str, Any], companies: Mapping[str, str]) -> list[Step]:
    """The organiser's order, a company's, the exchange's retirements, and the planting that is agreed."""
    organiser, company = told["organiser_order"], told["company_order"]
    first, second = organiser["at"].astimezone(UTC), company["at"].astimezone(UTC)
    covers = {"company": companies[company["company"]]}
    ask = partial(demo_credits.pay_event, event.slug)
    steps: list[Step] = [
        (first, 3, partial(ask, organiser["project"], "residual", organiser["grams"], first)),
        (second, 3, partial(ask, company["project"], covers, None, second)),
    ]
    for told_at in told["retire_at"]:
        at = told_at.astimezone(UTC)
        steps.append((at, 4, partial(demo_credits.retire, event.event_id, event.slug, event.names["zh"], at)))
    steps.append((demo_planting.agreed_at(), 5, partial(demo_planting.agree, event.slug)))
    return steps
