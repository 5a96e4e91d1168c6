"""What the roll-ups should be, computed from lines, claims, orders, journal and participations.

This is the definition of every measure:

* cube: lines of the current version of each participation; reserved_g and retired_g are claims on lines: of an order
  that is retired all are retired_g, of a paid or pooled one as many grams as its allocations have retired, laid on its
  claims (extra contributions too) in their proportion (``retired_parts``), the rest reserved_g.
* tally: participation_count those who began, answered_count those with a footprint, people_count the people they stand
  for (the organiser's own inventory counts none of the three, who is left out no people); low_g, total_g, high_g of
  current footprints; reserved_g and retired_g claims on lines, extra_g claims without one (line_no −1; those on the
  plan, −2, are none of the three), under the participation that is covered (session '' and the order's company where
  none is); order_count all orders but gifts, paid_order_count those in paid, pooled or retired, certificate_count those
  not revoked, paid_minor what buyers (gifts too) have paid less what they got back, under the order's participation or
  company.
* money: the journal's balance of each account but the buyer's, of what orders posted (payments out are none).
* spread: what is uncertain in the same lines, by category and source of error: ``sd_low_cg`` and ``sd_high_cg`` sum
  contribution × standard deviation of ln (0.01 g), ``variance_hi`` and ``variance_lo`` the variance of quantities that
  err independently (``calculations.propagation``), ``quality_g`` grams × data quality over the ``scored_g`` grams.
* strata: people who answered and their grams by origin region, way and company of their participation (the organiser's
  own is none of them); ``square_t2`` and ``square_g2`` are Σ people × (grams per person)², as whole t² and the rest in
  g² (``calculations.strata.square_parts``, each answer on its own).
* channel: by code, scan_count its scans; of the participations that came by it participation_count, answered_count,
  people_count and total_g as in the tally, paid_order_count and certificate_count of their own orders.
* forest: by forestry plan, covered_g its claims on lines, extra_g those on none (line_no −1), measured_g and lost_g
  what confirmed monitoring says (``calculations.forestry.sink_of``).
* pledge: by pledge, signature_count those who signed it and have not taken that back.
* origin: people by the place they came from; air_count by plane, rail_count by high-speed or conventional rail.
* facet: lines as in the cube by session, company, code, place and ``began`` of their participation too ('' where none
  is known), and person_count, how many participations but the organiser's own have a line of exactly that key. Rows
  of category '' are of persons as a whole: the tally's counts, extra_g and paid_minor, and person_count, those with a
  footprint that counts people. A participation stands under one choice of the five keys of persons; those behind any
  group of cells are therefore at least Σ over these keys of the most that one cell of them holds
  (``reports.dashboard_cells``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from calculations.propagation import spread_rows
from calculations.slicing import proportion
from calculations.strata import square_parts
from calculations.who_counts import UNCOUNTED
from data.store import claims, rollups
from data.store import schema as s
from data.store.rebuild_apart import (
    PAID_STATES,
    as_dicts,
    channel_orders,
    channel_people,
    channel_scans,
    counted,
    forest_claims,
    forest_sinks,
    pledges,
    same,
    state_sum,
)  # fmt: skip
from data.store.rollups import Key, Measures

RAIL_MODES = ("high_speed_rail", "rail")
PASSING = ("buyer", "to_give_back")  # what buyers paid is what they paid less what goes back to them
LINES_AT_ONCE = 2000
LINE_MASSES = ("low_g", "total_g", "high_g", "non_co2_g", "upstream_g")


def rebuild(conn: sa.Connection, event_id: str) -> dict[str, dict[Key, Measures]]:
    """Every roll-up of an event from its rows: roll-up name → key → measures."""
    partly = list(_partly_retired(conn, event_id))
    people = [row for part in PEOPLE for row in part(conn, event_id)]
    lines = [*_cube_lines(conn, event_id), *_cube_claims(conn, event_id), *partly]
    parts = {
        "cube": lines,
        "tally": [*people, *partly],
        "facet": [*lines, *map(rollups.of_whole, people)],
        "money": list(_money(conn, event_id)),
        "origin": list(_origin(conn, event_id)),
        "spread": _spread(conn, event_id),
        "strata": _strata(conn, event_id),
        "channel": [
            *channel_scans(conn, event_id), *channel_people(conn, event_id), *channel_orders(conn, event_id),
        ],
        "pledge": list(pledges(conn, event_id)),
        "forest": [*forest_claims(conn, event_id), *forest_sinks(conn, event_id)],
    }  # fmt: skip
    return {name: rollups.summed(rollups.ALL[name], rows) for name, rows in parts.items()}


def of_participation(conn: sa.Connection, event_id: str, participation_id: str) -> dict[str, list[dict[str, Any]]]:
    """What one participation, with its own orders and the claims on its lines, adds to the tally, the strata and the
    facet: the roll-ups that know its company. Rows of deltas."""
    people = [row for part in PEOPLE for row in part(conn, event_id, participation_id)]
    partly = list(_partly_retired(conn, event_id, participation_id))
    lines = [*_cube_lines(conn, event_id, participation_id), *_cube_claims(conn, event_id, participation_id), *partly]
    return {
        "tally": [*people, *partly],
        "strata": list(_strata(conn, event_id, participation_id)),
        "facet": [*lines, *map(rollups.of_whole, people)],
    }


def _only(table: sa.Table, participation_id: str) -> list[sa.ColumnElement[bool]]:
    return [table.c.participation_id == participation_id] if participation_id else []


def _facet_keys(line: sa.Table) -> tuple[sa.ColumnElement[str], ...]:
    return (*rollups.person_columns(), *[line.c[name] for name in s.KEYS_LINE])


def _cube_lines(conn: sa.Connection, event_id: str, only: str = "") -> Iterator[dict[str, Any]]:
    line, part = s.emission_line, s.participation
    keys = _facet_keys(line)
    grams = [sa.func.sum(line.c[m]).label(m) for m in LINE_MASSES]
    guest = sa.case((part.c.kind != "organiser", part.c.participation_id))
    query = (
        sa.select(
            *keys, sa.func.count().label("line_count"), sa.func.count(guest.distinct()).label("person_count"), *grams
        )
        .join(part, same(line, part) & (line.c.version == part.c.footprint_version))
        .where(*_only(part, only), line.c.event_id == event_id)
        .group_by(*keys)
    )
    return as_dicts(conn, query)


def _cube_claims(conn: sa.Connection, event_id: str, only: str = "") -> Iterator[dict[str, Any]]:
    claim, line, part, order = s.claim, s.emission_line, s.participation, s.orders
    keys = _facet_keys(line)
    on_line = same(line, claim) & (line.c.version == claim.c.version) & (line.c.line_no == claim.c.line_no)
    on_order = (order.c.event_id == claim.c.event_id) & (order.c.order_id == claim.c.order_id)
    retired = order.c.state == "retired"
    query = (
        sa.select(
            *keys,
            state_sum(claim.c.grams, sa.not_(retired)).label("reserved_g"),
            state_sum(claim.c.grams, retired).label("retired_g"),
        )
        .select_from(claim)
        .join(line, on_line)
        .join(part, same(claim, part))
        .join(order, on_order)
        .where(*_only(claim, only), claim.c.event_id == event_id)
        .group_by(*keys)
    )
    return as_dicts(conn, query)


def retired_parts(net: Sequence[Mapping[Any, Any]], retired_g: int) -> list[tuple[Mapping[Any, Any], int]]:
    """How many of an order's ``retired_g`` grams lie on each of its claims (``net``, added up by line): in proportion,
    by cumulative rounding (``calculations.slicing.proportion``), in the order of participation, line and version."""
    rows = sorted(net, key=lambda row: (row["participation_id"], row["line_no"], row["version"]))
    return list(zip(rows, proportion(retired_g, [int(row["grams"]) for row in rows]), strict=True))


def _partly_retired(conn: sa.Connection, event_id: str, only: str = "") -> Iterator[dict[str, Any]]:
    """Of orders that are not retired as a whole: what is retired on each line is no longer reserved."""
    order, a = s.orders.c, s.allocation.c
    query = (
        sa.select(order.order_id, sa.func.sum(a.to_g - a.from_g))
        .join(s.allocation, (a.event_id == order.event_id) & (a.order_id == order.order_id) & (a.state == "retired"))
        .where(order.event_id == event_id, order.state != "retired")
        .group_by(order.order_id)
    )
    if only:
        c = s.claim.c
        mine = sa.select(c.order_id).where(c.event_id == event_id, c.participation_id == only)
        query = query.where(order.order_id.in_(mine))
    for order_id, grams in conn.execute(query).all():
        for row, part in retired_parts(claims.net_of_order(conn, event_id, order_id), int(grams)):
            if row["line_no"] >= 0 and only in ("", row["participation_id"]):
                yield {**row, "reserved_g": -part, "retired_g": part}


def _tally_people(conn: sa.Connection, event_id: str, only: str = "") -> Iterator[dict[str, Any]]:
    part, foot = s.participation, s.footprint
    guest = part.c.kind != "organiser"
    answered = sa.case((guest & (part.c.footprint_version > 0), 1), else_=0)
    query = (
        sa.select(
            *rollups.person_columns(),
            sa.func.sum(sa.case((guest, 1), else_=0)).label("participation_count"),
            sa.func.sum(answered).label("answered_count"),
            sa.func.sum(sa.case((counted(part, answered) > 0, 1), else_=0)).label("person_count"),
            sa.func.sum(counted(part, answered)).label("people_count"),
            *[sa.func.sum(sa.func.coalesce(foot.c[m], 0)).label(m) for m in ("low_g", "total_g", "high_g")],
        )
        .select_from(part)
        .outerjoin(foot, same(foot, part) & (foot.c.version == part.c.footprint_version))
        .where(*_only(part, only), part.c.event_id == event_id)
        .group_by(*rollups.person_columns())
    )
    return as_dicts(conn, query)


def _group(order: sa.Table) -> list[sa.ColumnElement[str]]:
    """The participation's keys, or the order's company where it has none."""
    other = {"company_id": order.c.company_id}
    return [
        sa.func.coalesce(column.element, other.get(column.name, "")).label(column.name)
        for column in rollups.person_columns()
    ]


def _tally_claims(conn: sa.Connection, event_id: str, only: str = "") -> Iterator[dict[str, Any]]:
    claim, part, order = s.claim, s.participation, s.orders
    group = _group(order)
    retired, extra, on_line = order.c.state == "retired", claim.c.line_no == -1, claim.c.line_no >= 0
    query = (
        sa.select(
            *group,
            state_sum(claim.c.grams, on_line & sa.not_(retired)).label("reserved_g"),
            state_sum(claim.c.grams, on_line & retired).label("retired_g"),
            state_sum(claim.c.grams, extra).label("extra_g"),
        )
        .select_from(claim)
        .join(order, (order.c.event_id == claim.c.event_id) & (order.c.order_id == claim.c.order_id))
        .outerjoin(part, same(claim, part))
        .where(*_only(claim, only), claim.c.event_id == event_id)
        .group_by(*group)
    )
    return as_dicts(conn, query)


def _tally_orders(conn: sa.Connection, event_id: str, only: str = "") -> Iterator[dict[str, Any]]:
    order, part, cert = s.orders, s.participation, s.certificate
    group = _group(order)
    paid = sa.case((order.c.state.in_(PAID_STATES), 1), else_=0)
    certified = sa.case((cert.c.number.is_not(None), 1), else_=0)
    on_cert = (
        (cert.c.event_id == order.c.event_id) & (cert.c.order_id == order.c.order_id) & cert.c.revoked_at.is_(None)
    )
    query = (
        sa.select(
            *group,
            sa.func.count().label("order_count"),
            sa.func.sum(paid).label("paid_order_count"),
            sa.func.sum(certified).label("certificate_count"),
        )
        .select_from(order)
        .outerjoin(part, same(order, part))
        .outerjoin(cert, on_cert)
        .where(*_only(order, only), order.c.event_id == event_id, order.c.buyer != "gift")
        .group_by(*group)
    )  # fmt: skip
    return as_dicts(conn, query)


def _tally_money(conn: sa.Connection, event_id: str, only: str = "") -> Iterator[dict[str, Any]]:
    entry, order, part = s.journal, s.orders, s.participation
    group = _group(order)
    query = (
        sa.select(*group, (-sa.func.sum(entry.c.amount_minor)).label("paid_minor"))
        .select_from(entry)
        .join(order, (order.c.event_id == entry.c.event_id) & (order.c.order_id == entry.c.order_id))
        .outerjoin(part, same(order, part))
        .where(*_only(order, only), entry.c.event_id == event_id, entry.c.account.in_(PASSING))
        .group_by(*group)
    )
    return as_dicts(conn, query)


PEOPLE = (_tally_people, _tally_claims, _tally_orders, _tally_money)


def _money(conn: sa.Connection, event_id: str) -> Iterator[dict[str, Any]]:
    entry = s.journal.c
    keys = (entry.account, entry.project_id, entry.currency)
    query = (
        sa.select(entry.account.label("recipient"), *keys[1:], sa.func.sum(entry.amount_minor).label("amount_minor"))
        .where(entry.event_id == event_id, entry.account.not_in(PASSING), entry.order_id != "")
        .group_by(*keys)
    )
    return as_dicts(conn, query)


def _origin(conn: sa.Connection, event_id: str) -> Iterator[dict[str, Any]]:
    part = s.participation
    people = part.c.people_count
    query = (
        sa.select(
            part.c.origin_place_id.label("place_id"),
            sa.func.sum(people).label("people_count"),
            state_sum(people, part.c.main_mode == "plane").label("air_count"),
            state_sum(people, part.c.main_mode.in_(RAIL_MODES)).label("rail_count"),
        )
        .where(
            part.c.event_id == event_id,
            part.c.kind != "organiser",
            part.c.footprint_version > 0,
            part.c.origin_place_id != "",
        )
        .group_by(part.c.origin_place_id)
    )
    return as_dicts(conn, query)


def _spread(conn: sa.Connection, event_id: str) -> Iterator[dict[str, Any]]:
    line, part = s.emission_line, s.participation
    query = (
        sa.select(line.c.category, line.c.total_g, line.c.quality, line.c.trace)
        .join(part, same(line, part) & (line.c.version == part.c.footprint_version))
        .where(line.c.event_id == event_id)
    )
    for row in conn.execute(query.execution_options(yield_per=LINES_AT_ONCE)):
        yield from spread_rows(row.category, row.total_g, row.quality, row.trace)


def _strata(conn: sa.Connection, event_id: str, only: str = "") -> Iterator[dict[str, Any]]:
    part, foot = s.participation, s.footprint
    columns = (part.c.origin_region, part.c.way, part.c.company_id, part.c.people_count, foot.c.total_g)
    query = (
        sa.select(*columns)
        .join(foot, same(foot, part) & (foot.c.version == part.c.footprint_version))
        .where(*_only(part, only), part.c.event_id == event_id, part.c.kind != "organiser")
        .where(part.c.way != UNCOUNTED)
    )
    for row in conn.execute(query.execution_options(yield_per=LINES_AT_ONCE)):
        tonnes, rest = square_parts(row.people_count, row.total_g)
        yield {
            "region": row.origin_region, "way": row.way, "company_id": row.company_id, "people_count": row.people_count,
            "total_g": row.total_g, "square_t2": tonnes, "square_g2": rest,
        }  # fmt: skip


def differences(conn: sa.Connection, event_id: str) -> list[str]:
    """Where the roll-ups (with what is not folded yet) differ from the rows; empty when they agree."""
    wanted, found = rebuild(conn, event_id), {n: rollups.read(conn, r, event_id) for n, r in rollups.ALL.items()}
    lines: list[str] = []
    for name, rollup in rollups.ALL.items():
        for key in sorted(set(wanted[name]) | set(found[name])):
            lines.extend(_compare(name, rollup.measures, key, wanted[name], found[name]))
    return lines


def _compare(
    name: str, measures: tuple[str, ...], key: Key, wanted: Mapping[Key, Measures], found: Mapping[Key, Measures]
) -> Iterator[str]:
    zeros = (0,) * len(measures)
    for measure, right, seen in zip(measures, wanted.get(key, zeros), found.get(key, zeros), strict=True):
        if right != seen:
            yield f"{name} {'/'.join(key)} {measure}: rolled up {seen}, from the rows {right}"
