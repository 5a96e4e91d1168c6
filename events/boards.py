"""Boards of people, sub-forums and companies; one's own place; why one is not listed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

import sqlalchemy as sa

from accounts import NotFound, current_actor, require
from calculations.ranking import share_bp, shown_groups, standings
from data.store import boards as person_rows
from data.store import events as event_rows
from data.store import live, participations, rollups
from data.store.engine import get_store
from data.store.ids import event_of
from events.board_names import shown_name
from events.catalogue import read_event
from events.model import ORGANISER_SESSION, SMALLEST_GROUP, Board, BoardRow, Event
from events.pseudonyms import spoken
from events.totals import read_totals
from locales import t

KINDS = ("people", "sessions", "companies")
MAX_PAGE_SIZE = 1000


def leaderboard(slug: str, kind: str = "people", page: int = 1, size: int = 100, me: str | None = None) -> Board:
    """A page of a board, with the row of participation ``me`` (or of its session or company) wherever it stands.
    Raises NotFound for an unknown event or kind."""
    if kind not in KINDS:
        raise NotFound("There is no board “{board}”; there are people, sessions and companies.", board=kind[:40])
    page, size = max(1, page), max(1, min(size, MAX_PAGE_SIZE))
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        mine = participations.get(conn, event.event_id, me) if me and event_of(me) == event.event_id else None
        rows, total = board_rows(conn, event, kind, (page - 1) * size, size, mine)
        own, equals = _own(conn, event, kind, mine)
        why_not = _why_not(conn, event, kind, mine, own, total)
    return Board(kind, rows, own, why_not, total, page, size, equals)


def rank_of_certificate(number: str) -> Board:
    """The board of people around the holder of a certificate: its own row, none of the others. Raises NotFound."""
    with get_store().read() as conn:
        found = participations.of_certificate(conn, number.strip().upper()[:40])
        if found is None:
            raise NotFound("There is no certificate “{number}”.", number=number[:40])
        event_id, participation_id = found
        slug = read_event(conn, event_id=event_id).slug
    return leaderboard(slug, "people", 1, 1, participation_id)


def board_rows(
    conn: sa.Connection, event: Event, kind: str, offset: int, limit: int, mine: Mapping[Any, Any] | None = None
) -> tuple[list[BoardRow], int]:
    """Rows of a board from ``offset`` and how many it has; none while fewer than five people are on it."""
    if kind != "people":
        rows = _groups(conn, event, kind, mine)
        return rows[offset : offset + limit], len(rows)
    total = person_rows.people_count(conn, event.event_id)
    if total < SMALLEST_GROUP:
        return [], total
    me = mine["participation_id"] if mine is not None else ""
    return [_person(event, row, me) for row in person_rows.people(conn, event.event_id, offset, limit)], total


def top_people(conn: sa.Connection, event: Event, limit: int) -> list[BoardRow]:
    """The first rows of the board of people, found without looking at the others; none while fewer than five people
    are on it."""
    found = live.top_people(conn, event.event_id, max(limit, SMALLEST_GROUP))
    return [_person(event, row, "") for row in found[:limit]] if len(found) >= SMALLEST_GROUP else []


def board_among(slug: str, where: Mapping[str, Sequence[Collection[str]]], limit: int) -> list[BoardRow]:
    """The first rows of the board of people whose participation has accepted values in its columns (session_id,
    company_id, code_id, began), with their names as the organiser let them stand. ``where``: column → what was chosen,
    each with the values that it accepts. None while fewer than five of them are on it, or where another such board less
    this one would be of fewer than five. Needs event.view. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        if _tells_of_few(conn, event.event_id, where):
            return []
        rows, total = person_rows.among(conn, event.event_id, _accepted(where), limit)
    return [_person(event, row, "") for row in rows] if total >= SMALLEST_GROUP else []


def _accepted(where: Mapping[str, Sequence[Collection[str]]]) -> dict[str, set[str]]:
    return {name: {value for each in chosen for value in each} for name, chosen in where.items()}


def _tells_of_few(conn: sa.Connection, event_id: str, where: Mapping[str, Sequence[Collection[str]]]) -> bool:
    """Whether one to four are between two boards of some of these conditions, the one with a condition more."""

    def count(asked: Mapping[str, Sequence[Collection[str]]]) -> int:
        return person_rows.among(conn, event_id, _accepted(asked), 1)[1]

    for name, chosen in where.items():
        others = [other for other in where if other != name]
        for some in (part for size in range(len(others) + 1) for part in combinations(others, size)):
            rest = {other: where[other] for other in some}
            between = [count(rest) - count({**rest, name: chosen})]
            between += [count({**rest, name: [each]}) for each in chosen] if len(chosen) > 1 else []
            if any(0 < each < SMALLEST_GROUP for each in between):
                return True
    return False


def _person(event: Event, row: Mapping[str, Any], me: str) -> BoardRow:
    shown = shown_name(event, row["participation_id"], row["display"])
    return BoardRow(
        row["rank"], row["equals"] > 1, spoken(shown), row["share_bp"], row["grams_g"], row["norm_bp"],
        row["mode"], row["state"], row["participation_id"] == me, row["participation_id"],
        row["share_bp"] if row["state"] == "retired" else 0,
    )  # fmt: skip


def _groups(conn: sa.Connection, event: Event, kind: str, mine: Mapping[Any, Any] | None) -> list[BoardRow]:
    """Sessions or companies that may be shown (five people and more), ranked by share, then by grams a person. A
    session's share is of all it emits, guests who have not answered included: what totals and live views show."""
    column = "session_id" if kind == "sessions" else "company_id"
    sums = _sums(conn, event.event_id, column)
    of_none = sums.pop("", {"people_count": 0})["people_count"]
    shown = shown_groups({key: row["people_count"] for key, row in sums.items()}, of_none)
    if kind == "sessions":
        figures = [figure for figure in read_totals(conn, event).sessions if figure.session_id in sums]
        shown = frozenset(figure.session_id for figure in figures if not figure.hidden)
        for figure in figures:
            sums[figure.session_id]["total_g"] = figure.mass.total_g
    names = _names(conn, event, kind, list(sums))
    keys = [key for key in sums if key in names and key in shown]
    covered = {key: sums[key]["reserved_g"] + sums[key]["retired_g"] for key in keys}
    order = [(share_bp(covered[k], sums[k]["total_g"]), sums[k]["total_g"] // sums[k]["people_count"]) for k in keys]
    own = mine[column] if mine is not None else None
    rows = [
        BoardRow(
            place.rank, place.tied, names[key], share, covered[key], None, "", _state(sums[key]), key == own, key,
            share_bp(sums[key]["retired_g"], sums[key]["total_g"]),
        )
        for key, (share, _), place in zip(keys, order, standings(order), strict=True)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.rank, row.key))


def _sums(conn: sa.Connection, event_id: str, column: str) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = {}
    for row in rollups.as_rows(rollups.TALLY, rollups.read(conn, rollups.TALLY, event_id, unfolded=True)):
        if row["session_id"] == ORGANISER_SESSION:
            continue
        entry = sums.setdefault(row[column], dict.fromkeys(rollups.TALLY.measures, 0))
        for measure in entry:
            entry[measure] += row[measure]
    return sums


def _names(conn: sa.Connection, event: Event, kind: str, keys: list[str]) -> dict[str, dict[str, str]]:
    if kind == "companies":
        return participations.company_names(conn, keys)
    rows = event_rows.sessions(conn, event.event_id)
    return {row["session_id"]: row["names"] for row in rows if row["kind"] != "organiser"}


def _state(sums: Mapping[str, int]) -> str:
    if sums["reserved_g"] > 0:
        return "reserved"
    return "retired" if sums["retired_g"] > 0 else ""


def _own(conn: sa.Connection, event: Event, kind: str, mine: Mapping[Any, Any] | None) -> tuple[BoardRow | None, int]:
    if mine is None:
        return None, 0
    if kind == "people":
        row = person_rows.person(conn, event.event_id, mine["participation_id"])
        return (_person(event, row, mine["participation_id"]), row["equals"] - 1) if row else (None, 0)
    rows = _groups(conn, event, kind, mine)
    own = next((row for row in rows if row.is_me), None)
    return own, sum(row.rank == own.rank for row in rows) - 1 if own else 0


def _why_not(
    conn: sa.Connection, event: Event, kind: str, mine: Mapping[Any, Any] | None, own: BoardRow | None, total: int
) -> str:
    """A sentence in the reader's language; '' where one is listed."""
    if kind == "people" and total < SMALLEST_GROUP:
        return t("The board opens with five people: be among the first five.")
    if own is not None:
        return ""
    if mine is None:
        return "" if total else t("No group of five people yet: be among the first five.")
    return _why_no_row(conn, event, kind, mine)


def _why_no_row(conn: sa.Connection, event: Event, kind: str, mine: Mapping[Any, Any]) -> str:
    if kind == "sessions":
        if not mine["session_id"]:
            return t("You have not chosen a sub-forum, so none of them is yours.")
        return t("Your sub-forum is not shown yet: in it, or in one beside it, fewer than five people have answered.")
    if kind == "companies":
        if not mine["company_id"]:
            return t("You have not named a company, so none of them is yours.")
        return t("Your company is not shown yet: in it, or in one beside it, fewer than five people have answered.")
    if not mine["footprint_version"]:
        return t("You are not listed yet: your footprint is missing.")
    if not participations.paid_orders(conn, event.event_id, mine["participation_id"]):
        return t("You are not listed yet: nothing of your footprint has been paid for.")
    return t("You are not listed: your payment covers no line of your footprint, it is an extra contribution.")
