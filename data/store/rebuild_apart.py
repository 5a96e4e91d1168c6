"""What the roll-ups of codes, pledges and forestry plans should be, from the rows: a part of `data.store.rebuild`,
whose head defines every measure; and what queries of both are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from calculations.forestry import sink_of
from calculations.who_counts import UNCOUNTED
from data.store import forestry
from data.store import schema as s

PAID_STATES = ("paid", "pooled", "retired")


def as_dicts(conn: sa.Connection, query: sa.Select[*tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """Rows of a query as mappings of column names."""
    for row in conn.execute(query).mappings():
        yield {str(name): value for name, value in row.items()}


def same(left: sa.Table, part: sa.Table) -> sa.ColumnElement[bool]:
    """Whether a row is of this participation."""
    return (left.c.event_id == part.c.event_id) & (left.c.participation_id == part.c.participation_id)


def state_sum(grams: sa.ColumnElement[int], wanted: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """Grams added up where ``wanted`` holds."""
    return sa.func.sum(sa.case((wanted, grams), else_=0))


def counted(part: sa.Table, answered: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """The people a participation stands for, once it has answered; none where the boundary leaves them out."""
    return sa.case((part.c.way == UNCOUNTED, 0), else_=answered * part.c.people_count)


def channel_scans(conn: sa.Connection, event_id: str) -> Iterator[dict[str, Any]]:
    """Scans by code."""
    scan = s.code_scan.c
    query = sa.select(scan.code_id, sa.func.count().label("scan_count")).where(scan.event_id == event_id)
    return as_dicts(conn, query.group_by(scan.code_id))


def channel_people(conn: sa.Connection, event_id: str) -> Iterator[dict[str, Any]]:
    """Participations that came by a code, by code."""
    part, foot = s.participation, s.footprint
    answered = sa.case((part.c.footprint_version > 0, 1), else_=0)
    query = (
        sa.select(
            part.c.code_id,
            sa.func.count().label("participation_count"),
            sa.func.sum(answered).label("answered_count"),
            sa.func.sum(counted(part, answered)).label("people_count"),
            sa.func.sum(sa.func.coalesce(foot.c.total_g, 0)).label("total_g"),
        )
        .select_from(part)
        .outerjoin(foot, same(foot, part) & (foot.c.version == part.c.footprint_version))
        .where(part.c.event_id == event_id, part.c.code_id != "")
        .group_by(part.c.code_id)
    )
    return as_dicts(conn, query)


def channel_orders(conn: sa.Connection, event_id: str) -> Iterator[dict[str, Any]]:
    """Their orders, by code."""
    order, part, cert = s.orders, s.participation, s.certificate
    on_cert = (
        (cert.c.event_id == order.c.event_id) & (cert.c.order_id == order.c.order_id) & cert.c.revoked_at.is_(None)
    )
    query = (
        sa.select(
            part.c.code_id,
            sa.func.sum(sa.case((order.c.state.in_(PAID_STATES), 1), else_=0)).label("paid_order_count"),
            sa.func.sum(sa.case((cert.c.number.is_not(None), 1), else_=0)).label("certificate_count"),
        )
        .select_from(order)
        .join(part, same(order, part))
        .outerjoin(cert, on_cert)
        .where(order.c.event_id == event_id, part.c.code_id != "")
        .group_by(part.c.code_id)
    )
    return as_dicts(conn, query)


def pledges(conn: sa.Connection, event_id: str) -> Iterator[dict[str, Any]]:
    """Signatures by pledge."""
    signed = s.pledge_signature.c
    query = sa.select(signed.pledge_id, sa.func.count().label("signature_count")).where(signed.event_id == event_id)
    return as_dicts(conn, query.group_by(signed.pledge_id))


def forest_claims(conn: sa.Connection, event_id: str) -> Iterator[dict[str, Any]]:
    """Claims by forestry plan."""
    claim = s.forestry_claim.c
    on_line = claim.line_no >= 0
    query = sa.select(
        claim.plan_id,
        state_sum(claim.grams, on_line).label("covered_g"),
        state_sum(claim.grams, sa.not_(on_line)).label("extra_g"),
    ).where(claim.event_id == event_id)
    return as_dicts(conn, query.group_by(claim.plan_id))


def forest_sinks(conn: sa.Connection, event_id: str) -> Iterator[dict[str, Any]]:
    """What was measured and lost by forestry plan."""
    for plan_id, records in forestry.confirmed_records(conn, event_id).items():
        sink = sink_of((row["kind"], row["grams"]) for row in records)
        yield {"plan_id": plan_id, "measured_g": sink.measured_g, "lost_g": sink.lost_g}
