"""Which lines an order neutralises: claim rows, the roll-ups' deltas that go with them, boards and certificates.

Everything here runs in the caller's write transaction. reserved_g becomes retired_g by the gram (`by_gram`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from calculations.order_states import RETIRED, SCOPES, SOLD
from calculations.slicing import EXTRA_LINE, PLAN_LINE, Hold, open_beside, relay, slice_beside, slice_order
from data.store import boards, claims, orders, rollups
from offsetting import certificates, planting, restating
from offsetting.by_gram import RetiredGrams, followed, write_shift

Row = Mapping[Any, Any]
Deltas = tuple[list[dict[str, Any]], list[dict[str, Any]]]
BATCH = 500


def scope_of(order: Row) -> tuple[list[str] | None, str]:
    """Whose lines an order of a company or the organiser covers: a list of participations or None for all, and the
    company they must be of ('' any)."""
    covers = order["covers"] or {}
    if covers.get("kind") == "participations":
        return list(covers["ids"]), ""
    return None, str(covers.get("company_id") or "")


def scope_name(order: Row) -> str:
    """Whom an order is for: guest, participations, company, residual, or plan."""
    return "guest" if order["participation_id"] else str((order["covers"] or {}).get("kind", "residual"))


def holds_on(lines: Sequence[Row], held: Iterable[Row], scope: str, apart: str = "") -> list[Hold]:
    """What held orders, but that of id ``apart``, hold over lines: as far as an order of this scope leaves it them."""
    wide = SCOPES.index(scope)
    own: dict[str, list[int]] = {}
    for i, line in enumerate(lines):
        own.setdefault(line["participation_id"], []).append(i)
    found: list[Hold] = []
    for order in held:
        name = scope_name(order)
        if order["order_id"] == apart or name not in SCOPES or SCOPES.index(name) > wide:
            continue
        found.append((_positions(order, name, own, lines), int(order["grams"])))
    return found


def _positions(order: Row, name: str, own: Mapping[str, list[int]], lines: Sequence[Row]) -> list[int]:
    if name == "guest":
        return own.get(order["participation_id"], [])
    if name == "participations":
        return [i for participation_id in order["covers"]["ids"] for i in own.get(participation_id, [])]
    if name == "company":
        return [i for i, line in enumerate(lines) if line["company_id"] == order["company_id"]]
    return list(range(len(lines)))


def open_of(lines: Sequence[Row]) -> list[int]:
    """Grams of lines that no paid order covers."""
    return [max(0, int(line["total_g"]) - int(line["covered_g"])) for line in lines]


def left_open(conn: Connection, event_id: str, lines: Sequence[Row]) -> list[int]:
    """Grams of lines that nothing covers and no order holds."""
    return open_beside(open_of(lines), holds_on(lines, claims.held_orders(conn, event_id), "residual"))


def claim(conn: Connection, order: Row, now: datetime) -> list[dict[str, Any]]:
    """Lays a paid order's grams over what is open of its lines, the rest as an extra contribution; those of an order on
    the plan wait on no line until it is settled. Writes claims and cube deltas; returns the tally's for the caller to
    write, the first of them that of the order's own group."""
    event_id, mine = order["event_id"], order["participation_id"]
    if scope_name(order) == "plan":
        claims.add(conn, order, [("", 0, PLAN_LINE, order["grams"])], now)
        return [group(conn, order)]
    if mine:
        claims.lock_participation(conn, event_id, mine)
        lines = claims.lines_of(conn, event_id, mine)
        slices = slice_order(order["grams"], open_of(lines))
    else:
        lines = claims.take_lines(conn, event_id, *scope_of(order))
        holds = holds_on(lines, claims.held_orders(conn, event_id), scope_name(order), order["order_id"])
        slices = slice_beside(order["grams"], open_of(lines), holds)
    sliced = [(line, grams) for line, grams in zip(lines, slices.grams, strict=True) if grams]
    entries = [(line["participation_id"], line["version"], line["line_no"], grams) for line, grams in sliced]
    claims.add(conn, order, [*entries, (mine, 0, EXTRA_LINE, slices.extra_g)], now)
    cube, tally = line_deltas(sliced, "reserved_g")
    rollups.add_cube(conn, event_id, cube)
    own = {name: lines[0][name] for name in rollups.PERSON_KEYS} if mine and lines else group(conn, order)
    return [own | {"extra_g": slices.extra_g}, *tally]


def settle(
    conn: Connection, order: Row, waiting: Mapping[int, int], locked: frozenset[str] | None, now: datetime
) -> tuple[int, int]:  # fmt: skip
    """Lays what a paid order on the plan has on no line (``waiting``: grams by line number, −1 and −2) over what is
    open of the event's lines and nobody holds; what is over is an extra contribution. The order and the participations
    (``locked``) are the caller's. Returns grams laid and grams extra; writes nothing where nothing changes."""
    event_id, whole = order["event_id"], sum(waiting.values())
    lines = claims.those_of(claims.lines_in_scope(conn, event_id, None, ""), locked)
    holds = holds_on(lines, claims.held_orders(conn, event_id), "residual", order["order_id"])
    slices = slice_order(whole, open_beside(open_of(lines), holds))
    if PLAN_LINE not in waiting and slices.extra_g == whole:
        return 0, slices.extra_g
    sliced = [(line, grams) for line, grams in zip(lines, slices.grams, strict=True) if grams]
    gone = [("", 0, line_no, -grams) for line_no, grams in waiting.items()]
    entries = [(line["participation_id"], line["version"], line["line_no"], grams) for line, grams in sliced]
    with followed(conn, event_id, [order]):
        claims.add(conn, order, [*gone, *entries, ("", 0, EXTRA_LINE, slices.extra_g)], now)
    cube, tally = line_deltas(sliced, "retired_g" if order["state"] == RETIRED else "reserved_g")
    rollups.add_cube(conn, event_id, cube)
    more = group(conn, order) | {"extra_g": slices.extra_g - waiting.get(EXTRA_LINE, 0)}
    rollups.add_tally(conn, event_id, [more, *tally])
    refresh_boards(conn, order, now)
    certificates.reissue(conn, event_id, order["certificate_number"], "claim changed", now)
    return whole - slices.extra_g, slices.extra_g


def line_deltas(sliced: Iterable[tuple[Row, int]], measure: str) -> Deltas:
    """Deltas of signed grams on lines: those of the cube, those of the tally."""
    rows = [{name: line[name] for name in rollups.FACET.keys} | {measure: grams} for line, grams in sliced]
    return rows, list(rows)


def group(conn: Connection, order: Row) -> dict[str, str]:
    """Under which session and company an order's own figures stand."""
    if not order["participation_id"]:
        return {"session_id": "", "company_id": order["company_id"]}
    return orders.group_of(conn, order["event_id"], order["participation_id"])


def _net_deltas(net: Sequence[Row], order: Row, measure: str, sign: int) -> Deltas:
    """Deltas that add (sign 1) or take away (−1) what claims of an order add up to."""
    on_lines = [(row, sign * int(row["grams"])) for row in net if row["line_no"] >= 0]
    cube, tally = line_deltas(on_lines, measure)
    for row in net:
        if row["line_no"] == EXTRA_LINE:
            own = {name: row[name] for name in rollups.PERSON_KEYS}
            own |= {} if row["participation_id"] else {"company_id": order["company_id"]}
            tally.append({**own, "extra_g": sign * int(row["grams"])})
    return cube, tally


def unclaim(conn: Connection, order: Row, now: datetime) -> list[dict[str, Any]]:
    """Takes back all claims of a refunded order (reserved ones), and lets other orders' extra contributions cover the
    lines that are open then; returns the tally's deltas."""
    event_id = order["event_id"]
    freed = claims.covered_participations(conn, event_id, [order["order_id"]])
    for start in range(0, len(freed), BATCH):
        claims.lock_scope(conn, event_id, freed[start : start + BATCH], "")
    net = claims.net_of_order(conn, event_id, order["order_id"])
    claims.add(
        conn, order, [(r["participation_id"], r["version"], r["line_no"], -int(r["grams"])) for r in net], now
    )  # fmt: skip
    cube, tally = _net_deltas(net, order, "reserved_g", -1)
    rollups.add_cube(conn, event_id, cube)
    for start in range(0, len(freed), BATCH):
        fill(conn, event_id, freed[start : start + BATCH], now)
    return tally


def fill(conn: Connection, event_id: str, freed: Sequence[str], now: datetime) -> int:
    """Extra contributions, the oldest order's first, cover what is open of lines that have just become so (those of
    ``freed`` participations, locked by the caller); certificates follow. One that lies on a participation covers that
    one's lines, any other those in its order's scope that nobody holds. Gives the grams laid."""
    known = claims.extras(conn, event_id, freed)
    found = orders.many(conn, event_id, sorted({row["order_id"] for row in known}), lock=True) if known else []
    oldest_first = [o for o in sorted(found, key=lambda o: (o["paid_at"], o["order_id"])) if o["state"] in SOLD]
    laid: dict[str, int] = {}
    with followed(conn, event_id, oldest_first):
        extras = claims.extras(conn, event_id, freed) if oldest_first else []  # as they are now that orders are locked
        for order in oldest_first:
            own = [row for row in extras if row["order_id"] == order["order_id"]]
            laid[order["order_id"]] = sum(_lay_extra(conn, order, row, freed, now) for row in own)
    for order in oldest_first:
        if laid[order["order_id"]] and order["certificate_number"]:
            certificates.reissue(conn, event_id, order["certificate_number"], "claim changed", now)
    return sum(laid.values())


def _lay_extra(conn: Connection, order: Row, extra: Row, freed: Sequence[str], now: datetime) -> int:
    """An extra contribution goes over what it finds open of freed lines; its grams that do."""
    event_id, whose = order["event_id"], extra["participation_id"]
    lines, holds = _freed_lines(conn, order, whose, freed)
    slices = slice_order(int(extra["grams"]), open_beside(open_of(lines), holds))
    sliced = [(line, grams) for line, grams in zip(lines, slices.grams, strict=True) if grams]
    if not sliced:
        return 0
    laid = sum(slices.grams)
    entries = [(line["participation_id"], line["version"], line["line_no"], grams) for line, grams in sliced]
    claims.add(conn, order, [*entries, (whose, extra["version"], EXTRA_LINE, -laid)], now)
    cube, tally = line_deltas(sliced, "retired_g" if order["state"] == RETIRED else "reserved_g")
    rollups.add_cube(conn, event_id, cube)
    own = orders.group_of(conn, event_id, whose) if whose else group(conn, order)
    rollups.add_tally(conn, event_id, [own | {"extra_g": -laid}, *tally])
    return laid


def _freed_lines(conn: Connection, order: Row, whose: str, freed: Sequence[str]) -> tuple[list[Row], list[Hold]]:
    """Freed lines that an extra contribution of an order may cover, and what others hold over them."""
    if whose:
        return claims.lines_of(conn, order["event_id"], whose), []
    ids, company_id = scope_of(order)
    reach = freed if ids is None else sorted({*ids}.intersection(freed))
    lines = claims.lines_in_scope(conn, order["event_id"], reach, company_id)
    name = "residual" if scope_name(order) == "plan" else scope_name(order)
    return lines, holds_on(lines, claims.held_orders(conn, order["event_id"]), name, order["order_id"])


def take(conn: Connection, event_id: str, order_ids: Iterable[str], beside: Iterable[str] = ()) -> list[Row]:
    """Orders in the order of their ids, locked with those whose lines they cover and with orders ``beside``, in the
    order in which whoever answers takes them: first everybody, then every order by its id. Nobody lays their grams
    elsewhere until the transaction ends."""
    covered = {each for part in _parts(order_ids) for each in claims.covered_participations(conn, event_id, part)}
    claims.lock_scope(conn, event_id, sorted(covered), "")
    parts = _parts({*order_ids, *beside})
    return [order for part in parts for order in orders.many(conn, event_id, part, lock=True)]


def _parts(order_ids: Iterable[str]) -> list[list[str]]:
    ids = sorted(set(order_ids))
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


def retire(conn: Connection, event_id: str, changes: Sequence[RetiredGrams], now: datetime) -> None:
    """Grams of orders that have just been retired: reserved → retired in the roll-ups, by the gram; boards of orders
    that have turned to retired, and the certificates of all whose retired grams are others now, anew."""
    for start in range(0, len(changes), BATCH):
        part = changes[start : start + BATCH]
        ids = sorted(change.order["order_id"] for change in part)
        covered = claims.covered_participations(conn, event_id, ids)
        if covered:
            claims.lock_scope(conn, event_id, covered, "")
        write_shift(conn, event_id, part)
        whole = [change.order["order_id"] for change in part if change.whole]
        if whole:
            boards.refresh_people(conn, event_id, claims.covered_participations(conn, event_id, whole), now)
    for change in changes:
        if change.order["certificate_number"] and change.after_g != change.before_g:
            reason = "retired" if change.whole else "partly retired"
            certificates.reissue(conn, event_id, change.order["certificate_number"], reason, now)


def refresh_boards(conn: Connection, order: Row, now: datetime) -> None:
    """The board's rows of everybody whose lines an order has claimed."""
    if order["participation_id"]:
        boards.refresh_person(conn, order["event_id"], order["participation_id"], now)
        return
    covered = claims.covered_participations(conn, order["event_id"], [order["order_id"]])
    boards.refresh_people(conn, order["event_id"], covered, now)


def reslice(
    conn: Connection, event_id: str, participation_id: str, version: int, lines: object = None,
    now: datetime | None = None,
) -> int:  # fmt: skip
    """Claims follow a participation's new version, whose lines are written and current: each order on it, the oldest
    first, keeps its grams and is laid anew over the lines; what they don't hold becomes an extra contribution. Roll-
    ups, the board and the certificates' statements follow. Returns how many orders that were.

    ``lines`` is not needed: they are read from the store.
    """
    net = claims.net_of_participation(conn, event_id, participation_id)
    if not net:
        planting.follow(conn, event_id, participation_id, now)
        return 0
    at = now or datetime.now(UTC)
    claims.take_orders_on(conn, event_id, participation_id)  # before a job of theirs is
    found = orders.many(conn, event_id, sorted({row["order_id"] for row in net}))
    oldest_first = [o for o in sorted(found, key=lambda o: (o["paid_at"], o["order_id"])) if o["state"] in SOLD]
    with followed(conn, event_id, oldest_first, [participation_id]):
        _lay_anew(conn, participation_id, version, net, oldest_first, at)
    planting.follow(conn, event_id, participation_id, at)
    boards.refresh_person(conn, event_id, participation_id, at)
    for order in oldest_first:
        if scope_name(order) == "plan":  # it is for everybody: each who tells anew would wait for its signature
            restating.later(conn, order, at)
        elif order["certificate_number"]:
            certificates.reissue(conn, event_id, order["certificate_number"], "claim changed", at)
    return len(oldest_first)


def plans(conn: Connection, event_id: str) -> list[str]:
    """Orders of companies and the host with grams on no line: who takes one of them takes all, in the order of ids."""
    return sorted({row["order_id"] for row in claims.on_no_line(conn, event_id)})


def _lay_anew(
    conn: Connection, participation_id: str, version: int, net: Sequence[Row], oldest_first: Sequence[Row],
    now: datetime,
) -> None:  # fmt: skip
    event_id = oldest_first[0]["event_id"]
    lines = claims.lines_of(conn, event_id, participation_id)
    old = {order["order_id"]: [row for row in net if row["order_id"] == order["order_id"]] for order in oldest_first}
    grams = {order_id: sum(int(row["grams"]) for row in rows) for order_id, rows in old.items()}
    laid = relay(grams, [line["total_g"] for line in lines])
    cube: list[dict[str, Any]] = []
    tally: list[dict[str, Any]] = []
    for order in oldest_first:
        rows, slices = old[order["order_id"]], laid[order["order_id"]]
        measure = "retired_g" if order["state"] == RETIRED else "reserved_g"
        new = [dict(line) | {"grams": part} for line, part in zip(lines, slices.grams, strict=True)]
        group = orders.group_of(conn, event_id, participation_id)
        new.append(group | {
            "participation_id": participation_id, "version": 0, "line_no": EXTRA_LINE, "grams": slices.extra_g,
        })  # fmt: skip
        claims.add(conn, order, [
            (row["participation_id"], row["version"], row["line_no"], sign * int(row["grams"]))
            for sign, entries in ((-1, rows), (1, new)) for row in entries
        ], now)  # fmt: skip
        for sign, entries in ((-1, rows), (1, new)):
            on_cube, on_tally = _net_deltas(entries, order, measure, sign)
            cube, tally = cube + on_cube, tally + on_tally
    rollups.add_cube(conn, event_id, cube)
    rollups.add_tally(conn, event_id, tally)
