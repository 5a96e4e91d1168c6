"""The action proposal as a wall of pledges: what each stands for, who signed, what it would come to.

A pledge is what people intend, never what has been reduced: its grams are a change a person and year, computed by the
event's own factors from what one does instead or typed with a source, and stand in no total of what is covered.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from pyproj import Geod

from accounts import Conflict, NotFound, current_actor, record, require, throttle
from calculations.model import CATEGORIES, FieldError, InputError
from data.store import forum as rows
from data.store import live, rollups
from data.store.engine import get_store, run_write
from data.store.ids import event_of, new_row_id
from events.catalogue import read_event
from events.footprints import compute_for
from events.forum_files import moved
from events.model import SMALLEST_GROUP, Event, Names, line_json
from events.participations import guest, tidy_name

TRAIN, MEALS, POWER, TYPED = "train", "meals", "power", "typed"
KINDS = (TRAIN, MEALS, POWER, TYPED)
OPEN, WITHDRAWN = "open", "withdrawn"
MOST_PLEDGES, MOST_NAME, MOST_TEXT, MOST_SOURCE = 30, 120, 600, 300
MOST_CHANGE_G = 100_000_000  # 100 t a person and year: more than nearly anybody emits
MOST_KM, MOST_TIMES, MOST_MEALS, MOST_KWH = 5000, 200, 1100, 20_000
NAMES_SHOWN = 60
NAMES_ON_BOARD = 24
SIGNS_A_MINUTE = 60  # of one address: a hall behind one router signs together
_EARTH = Geod(ellps="WGS84")
_EAST = 90.0


@dataclass(frozen=True, slots=True)
class PledgeDraft:
    """A pledge as its organiser writes it. ``kind`` says what ``amount`` and ``times`` are: train: km one way and
    journeys there and back a year; meals: vegetarian meals a year; power: kWh a year; typed: grams a year, with a
    ``source``."""

    names: Names
    texts: Names
    kind: str
    amount: float
    times: int = 1
    source: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class Pledge:
    """A pledge on the wall. ``count`` and ``sum_g`` are None where fewer than five signed; ``computed`` holds kind,
    amount, times and, but for typed ones, the lines before and after with their traces."""

    pledge_id: str
    names: Names
    texts: Names
    change_g: int
    computed: Mapping[str, Any]
    source: str
    position: int
    state: str
    count: int | None
    signed_names: tuple[str, ...] = ()
    is_mine: bool = False
    my_name: str = ""
    is_signed: bool = False  # told to the event's desk alone: words and figure stay

    @property
    def sum_g(self) -> int | None:
        """What it would come to in a year, should all who signed keep to it; never anything achieved."""
        return None if self.count is None else self.count * self.change_g


@dataclass(frozen=True, slots=True)
class PledgeWall:
    """An event's pledges in the organiser's order; ``signatures`` and ``sum_g`` are of those that show a count."""

    event: Event
    pledges: tuple[Pledge, ...]

    @property
    def signatures(self) -> int:
        """Signatures under pledges that five and more have signed."""
        return sum(each.count or 0 for each in self.pledges)

    @property
    def sum_g(self) -> int:
        """Count × change, added up over those."""
        return sum(each.sum_g or 0 for each in self.pledges)


@dataclass(frozen=True, slots=True)
class Change:
    """What a pledge changes for one person in a year: ``change_g`` = before − after, each line with its trace."""

    change_g: int
    told: Mapping[str, Any] = field(default_factory=dict)


def compute_change(event: Event, draft: PledgeDraft) -> Change:
    """The change a pledge stands for, by the event's factor set and all categories. Raises InputError."""
    told = {"kind": draft.kind, "amount": draft.amount, "times": draft.times}
    if draft.kind == TYPED:
        return Change(round(draft.amount), told)
    wide = replace(event, boundary=replace(event.boundary, categories=CATEGORIES))
    before, after = (compute_for(wide, body).result if body else None for body in _bodies(event, draft))
    lines = {"before": before, "after": after}
    shown = {name: [line_json(line) for line in found.lines] if found else [] for name, found in lines.items()}
    change_g = (before.total_g if before else 0) - (after.total_g if after else 0)
    return Change(change_g, told | shown | {"factor_set": event.factor_set_id})


def _bodies(event: Event, draft: PledgeDraft) -> tuple[Any, Any]:
    """What is done now, and what is done instead, as answers of a year."""
    if draft.kind == TRAIN:
        lon, lat, _ = _EARTH.fwd(event.place.lon, event.place.lat, _EAST, draft.amount * 1000)
        trip = {"from": {"lat": lat, "lon": lon}, "round_trip": True, "count": draft.times}
        trip["to"] = {"lat": event.place.lat, "lon": event.place.lon}
        return {"trips": [trip | {"mode": "plane"}]}, {"trips": [trip | {"mode": "high_speed_rail"}]}
    if draft.kind == MEALS:
        count = round(draft.amount)
        return {"meals": [{"diet": "average", "count": count}]}, {"meals": [{"diet": "vegetarian", "count": count}]}
    return {"other": [{"activity": "electricity", "quantity": draft.amount, "unit": "kWh"}]}, None


def _check(draft: PledgeDraft) -> None:
    errors = []
    if not any(text.strip() for text in draft.names.values()):
        errors.append(FieldError("names", "", "{field}: write a name in at least one language."))
    for name, texts, most in (("names", draft.names, MOST_NAME), ("texts", draft.texts, MOST_TEXT)):
        if any(len(text) > most for text in texts.values()):
            errors.append(FieldError(name, "", "{field}: write at most {most} characters.", {"most": most}))
    if draft.kind not in KINDS:
        message = "{field}: {value} is not known; one of {known}."
        errors.append(FieldError("kind", draft.kind[:40], message, {"known": ", ".join(KINDS)}))
    limits = {TRAIN: MOST_KM, MEALS: MOST_MEALS, POWER: MOST_KWH, TYPED: MOST_CHANGE_G}
    most = limits.get(draft.kind, MOST_CHANGE_G)
    if not 0 < draft.amount <= most:
        message = "{field}: {value} does not fit; write a number over 0 and at most {most}."
        errors.append(FieldError("amount", draft.amount, message, {"most": most}))
    if not 1 <= draft.times <= MOST_TIMES:
        message = "{field}: {value} does not fit; write a whole number from 1 to {most}."
        errors.append(FieldError("times", draft.times, message, {"most": MOST_TIMES}))
    if draft.kind == TYPED and not draft.source.strip():
        errors.append(FieldError("source", "", "{field}: say where this number comes from."))
    if len(draft.source) > MOST_SOURCE:
        errors.append(FieldError("source", "", "{field}: write at most {most} characters.", {"most": MOST_SOURCE}))
    if errors:
        raise InputError(errors)


def preview_pledge(slug: str, draft: PledgeDraft) -> Change:
    """What a pledge would stand for; stores nothing. Needs event.view. Raises NotFound, InputError."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(current_actor(), "event.view", event.event_id)
    _check(draft)
    return _positive(compute_change(event, draft))


def _positive(change: Change) -> Change:
    if change.change_g <= 0:
        message = "{field}: {value} saves nothing by this event’s factors; write another change."
        raise InputError([FieldError("amount", change.told.get("amount"), message)])
    return change


def save_pledge(slug: str, draft: PledgeDraft, pledge_id: str = "", now: datetime | None = None) -> str:
    """Keeps a pledge, new or changed; its id. Once somebody has signed it only its place may change: people signed
    those words and that figure. Needs event.edit. Raises NotFound, InputError, Conflict."""
    actor, at = current_actor(), now or datetime.now(UTC)
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(actor, "event.edit", event.event_id)
    _check(draft)
    change = _positive(compute_change(event, draft))

    def work(conn: sa.Connection) -> str:
        kept = rows.pledge(conn, event.event_id, pledge_id, lock=True) if pledge_id else None
        if pledge_id and kept is None:
            raise NotFound("There is no pledge {value} here.", value=pledge_id[:40])
        if kept is None and len(rows.pledges(conn, event.event_id)) >= MOST_PLEDGES:
            raise Conflict("An event takes at most {limit} pledges.", limit=MOST_PLEDGES)
        values: dict[str, Any] = {
            "event_id": event.event_id, "pledge_id": pledge_id or new_row_id(), "names": _told(draft.names),
            "texts": _told(draft.texts), "change_g": change.change_g, "computed": dict(change.told),
            "source": draft.source.strip(), "position": draft.position, "state": kept["state"] if kept else OPEN,
            "made_by": actor.label, "made_at": kept["made_at"] if kept else at,
        }  # fmt: skip
        if kept is not None and _counts(conn, event.event_id).get(pledge_id) and _differs(kept, values):
            raise Conflict("People have signed this pledge as it is: withdraw it, and write another.")
        rows.put_pledge(conn, values)
        live.touch(conn, event.event_id)
        detail = {"names": values["names"], "change_g": change.change_g}
        record(conn, event.event_id, actor, "forum.pledge", values["pledge_id"], detail)
        return str(values["pledge_id"])

    return run_write(get_store(), work)


def _told(texts: Names) -> dict[str, str]:
    return {language: text.strip() for language, text in texts.items() if text.strip()}


def _differs(kept: Mapping[Any, Any], values: Mapping[str, Any]) -> bool:
    return any(kept[name] != values[name] for name in ("names", "texts", "change_g", "source"))


def set_pledge_state(slug: str, pledge_id: str, state: str) -> None:
    """Withdraws a pledge from the wall, or puts it back; its signatures stay. Needs event.edit. Raises NotFound."""
    actor = current_actor()

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        kept = rows.pledge(conn, event.event_id, pledge_id, lock=True)
        if kept is None or state not in (OPEN, WITHDRAWN):
            raise NotFound("There is no pledge {value} here.", value=pledge_id[:40])
        rows.put_pledge(conn, dict(kept) | {"state": state})
        live.touch(conn, event.event_id)
        record(conn, event.event_id, actor, "forum.pledge.state", pledge_id, {"state": state})

    run_write(get_store(), work)


def move_pledge(slug: str, pledge_id: str, earlier: bool) -> None:
    """Puts a pledge one place earlier or later on the wall, whether signed or not. Needs event.edit. Raises
    NotFound."""
    actor = current_actor()

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        places = moved([(row["pledge_id"], row["position"]) for row in rows.pledges(conn, event.event_id)], pledge_id,
                       earlier)  # fmt: skip
        if places is None:
            raise NotFound("There is no pledge {value} here.", value=pledge_id[:40])
        for row_id, position in places:
            rows.place(conn, "pledge", event.event_id, row_id, position)
        live.touch(conn, event.event_id)
        live.touch(conn, event.event_id)
        record(conn, event.event_id, actor, "forum.pledge.place", pledge_id, {"earlier": earlier})

    run_write(get_store(), work)


def pledge_wall(slug: str, signer: str = "", with_withdrawn: bool = False) -> PledgeWall:
    """An event's pledges with their counts, five and more; ``signer`` is whose signatures are marked. Withdrawn ones
    only for who may see the event's desk. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        if with_withdrawn:
            require(current_actor(), "event.view", event.event_id)
        return _wall(conn, event, signer, with_withdrawn)


def _wall(conn: sa.Connection, event: Event, signer: str = "", with_withdrawn: bool = False) -> PledgeWall:
    counts = _counts(conn, event.event_id)
    mine = rows.signed_by(conn, event.event_id, signer) if signer else {}
    kept = [row for row in rows.pledges(conn, event.event_id) if with_withdrawn or row["state"] == OPEN]
    shown = tuple(_pledge(conn, row, counts.get(row["pledge_id"], 0), mine) for row in kept)
    if with_withdrawn:
        shown = tuple(replace(each, is_signed=bool(counts.get(each.pledge_id))) for each in shown)
    return PledgeWall(event, shown)


def _counts(conn: sa.Connection, event_id: str) -> dict[str, int]:
    return {key[0]: sums[0] for key, sums in rollups.read(conn, rollups.PLEDGE, event_id).items()}


def _pledge(conn: sa.Connection, row: Mapping[Any, Any], count: int, mine: Mapping[str, str]) -> Pledge:
    pledge_id = row["pledge_id"]
    enough = count >= SMALLEST_GROUP
    names = tuple(rows.names_under(conn, row["event_id"], pledge_id, NAMES_SHOWN)) if enough else ()
    same = ("names", "texts", "change_g", "computed", "source", "position", "state")
    return Pledge(
        pledge_id, **{name: row[name] for name in same}, count=count if enough else None, signed_names=names,
        is_mine=pledge_id in mine, my_name=mine.get(pledge_id, ""),
    )  # fmt: skip


def pledge_board(slug: str) -> dict[str, Any]:
    """The wall's block for big screens, as plain JSON values: pledges with what each stands for (``change_g`` a person
    and year), ``count`` and ``sum_g`` (None under five), both over all, and the newest names shown by consent (none
    under five). Raises NotFound."""
    with get_store().read() as conn:
        return read_pledge_board(conn, read_event(conn, slug=slug))


def read_pledge_board(conn: sa.Connection, event: Event) -> dict[str, Any]:
    """The same within a transaction."""
    wall = _wall(conn, event)
    pledges = [
        {"pledge_id": each.pledge_id, "names": dict(each.names), "change_g": each.change_g, "count": each.count,
         "sum_g": each.sum_g, "signed_names": list(each.signed_names[:NAMES_ON_BOARD])}
        for each in wall.pledges
    ]  # fmt: skip
    return {"pledges": pledges, "signatures": wall.signatures, "sum_g": wall.sum_g, "smallest_group": SMALLEST_GROUP}


def signer_of(slug: str, participation_id: str = "", secret: str = "", pledger: str = "") -> str:
    """Who signs: the participation that the secret proves, else the device that keeps ``pledger``; '' where neither.
    Raises Unauthenticated for a wrong secret."""
    if participation_id and secret:
        return participation_id if guest(participation_id, secret).slug == slug else ""
    return "device-" + hashlib.sha256(pledger.encode()).hexdigest()[:40] if pledger else ""


def new_pledger() -> str:
    """What a device keeps that signs without a participation."""
    return secrets.token_urlsafe(32)


def sign_pledge(
    slug: str, pledge_id: str, signer: str, name: str = "", consent: bool = False, address: str = "",
    now: datetime | None = None,
) -> bool:  # fmt: skip
    """Signs a pledge once, whoever asks twice; whether the signature is new. ``signer`` is of `signer_of`. A name is
    shown with ``consent`` alone, and who signs without a participation has to give one. Raises NotFound, InputError,
    TooMany."""
    told = tidy_name(name)
    without = event_of(signer) == ""
    if not signer or (without and not (told and consent)):
        message = "{field}: write the name you sign with, and that it may be shown; or begin your part first."
        raise InputError([FieldError("name", told, message)])
    throttle(f"pledge:{address}", SIGNS_A_MINUTE, 60)
    at, shown = now or datetime.now(UTC), told if consent else ""

    def work(conn: sa.Connection) -> bool:
        event = read_event(conn, slug=slug)
        _signable(conn, event, pledge_id)
        values = {"event_id": event.event_id, "pledge_id": pledge_id, "signer": signer, "name": shown, "signed_at": at}
        if not rows.sign(conn, values):
            if rows.name_signer(conn, event.event_id, pledge_id, signer, shown):
                live.touch(conn, event.event_id)
            return False
        rollups.add_pledge(conn, event.event_id, [{"pledge_id": pledge_id, "signature_count": 1}])
        return True

    return run_write(get_store(), work)


def sign_pledges(slug: str, pledge_id: str, signers: Sequence[tuple[str, datetime]]) -> int:
    """Many signatures without names at once, of made-up signers at an event of test data; how many are new."""

    def work(conn: sa.Connection) -> int:
        event = read_event(conn, slug=slug)
        _signable(conn, event, pledge_id)
        if event.livemode:
            raise Conflict("Made-up signatures are for test events alone.")
        key = {"event_id": event.event_id, "pledge_id": pledge_id, "name": ""}
        new = sum(rows.sign(conn, key | {"signer": signer, "signed_at": at}) for signer, at in signers)
        rollups.add_pledge(conn, event.event_id, [{"pledge_id": pledge_id, "signature_count": new}])
        return new

    return run_write(get_store(), work)


def _signable(conn: sa.Connection, event: Event, pledge_id: str) -> None:
    kept = rows.pledge_to_sign(conn, event.event_id, pledge_id)
    if kept is None or kept["state"] != OPEN:
        raise NotFound("There is no pledge {value} here.", value=pledge_id[:40])


def take_pledge_back(slug: str, pledge_id: str, signer: str) -> bool:
    """Takes a signature back; whether there was one. Raises NotFound."""

    def work(conn: sa.Connection) -> bool:
        event = read_event(conn, slug=slug)
        if not signer or not rows.take_back(conn, event.event_id, pledge_id, signer):
            return False
        rollups.add_pledge(conn, event.event_id, [{"pledge_id": pledge_id, "signature_count": -1}])
        return True

    return run_write(get_store(), work)
