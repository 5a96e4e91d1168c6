"""Rows of certificates, their signed statements and the issuer's public keys; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from sqlalchemy.dialects import postgresql, sqlite

from data.store.schema import (
    allocation,
    certificate,
    certificate_number,
    certificate_statement,
    claim,
    company,
    credit_batch,
    emission_line,
    event,
    footprint,
    issuer_key,
    order_transition,
    orders,
    participation,
    project,
    retirement,
    tranche,
)

_ADD, _ADD_NUMBER = sa.insert(certificate), sa.insert(certificate_number)
_ADD_STATEMENT = sa.insert(certificate_statement)


def has_key(conn: Connection, key_id: str) -> bool:
    """Whether the store knows this public key."""
    return conn.execute(_key(), {"key_id": key_id}).first() is not None


@cache
def _key() -> sa.Select[Any]:
    return sa.select(issuer_key.c.key_id).where(issuer_key.c.key_id == sa.bindparam("key_id"))


def add_key(conn: Connection, key_id: str, public_multibase: str, now: datetime) -> None:
    """Keeps a public key; one that is there stays as it is."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    values = {"key_id": key_id, "public_multibase": public_multibase, "created_at": now}
    conn.execute(insert(issuer_key).values(values).on_conflict_do_nothing())


def retire_key(conn: Connection, key_id: str, now: datetime) -> None:
    """Marks a key as no longer signing."""
    conn.execute(sa.update(issuer_key).where(issuer_key.c.key_id == key_id).values(retired_at=now))


def key_ids(conn: Connection) -> list[str]:
    """Every public key, the newest first."""
    found = sa.select(issuer_key.c.public_multibase).order_by(issuer_key.c.created_at.desc(), issuer_key.c.key_id)
    return list(conn.scalars(found))


def add_certificate(conn: Connection, values: dict[str, Any]) -> None:
    """A certificate (event_id, number, order_id, locale, livemode, issued_at) and its number's signpost."""
    conn.execute(_ADD, {"statement_version": 0, "revoked_at": None, **values})
    signpost = {name: values[name] for name in ("number", "event_id", "order_id")}
    conn.execute(_ADD_NUMBER, signpost)


def add_statement(conn: Connection, values: dict[str, Any]) -> None:
    """A signed statement (event_id, number, version, credential, reason, signed_at), which counts from now on."""
    conn.execute(_ADD_STATEMENT, values)
    conn.execute(_current(), {"e": values["event_id"], "n": values["number"], "new_version": values["version"]})


@cache
def _current() -> sa.Update:
    where = (certificate.c.event_id == sa.bindparam("e"), certificate.c.number == sa.bindparam("n"))
    return sa.update(certificate).where(*where).values(statement_version=sa.bindparam("new_version"))


def revoke_certificate(conn: Connection, event_id: str, number: str, now: datetime) -> None:
    """Marks a certificate as revoked."""
    where = _is(certificate, {"event_id": event_id, "number": number})
    conn.execute(sa.update(certificate).where(*where).values(revoked_at=now))


def _is(table: sa.Table, values: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [table.c.event_id == values["event_id"], table.c.number == values["number"]]


def find_number(conn: Connection, numbers: Sequence[str]) -> RowMapping | None:
    """number, event_id and order_id of the first of these numbers that exists."""
    found = conn.execute(sa.select(certificate_number).where(certificate_number.c.number.in_(numbers)))
    return found.mappings().first()


def number_of_order(conn: Connection, event_id: str, order_id: str) -> str:
    """The certificate of an order, '' where there is none."""
    return conn.scalar(_number_of_order(), {"event_id": event_id, "order_id": order_id}) or ""


@cache
def _number_of_order() -> sa.Select[Any]:
    return sa.select(certificate.c.number).where(*_of_order(certificate))


def _of_order(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    return [table.c.event_id == sa.bindparam("event_id"), table.c.order_id == sa.bindparam("order_id")]


def get_certificate(conn: Connection, event_id: str, number: str, lock: bool = False) -> RowMapping | None:
    """The certificate with its order's state, buyer and times; taken for this transaction where ``lock``."""
    query = _certificate().with_for_update(of=certificate) if lock else _certificate()
    return conn.execute(query, {"event_id": event_id, "number": number}).mappings().first()


@cache
def _certificate() -> sa.Select[Any]:
    return (
        sa.select(
            certificate, orders.c.state, orders.c.buyer, orders.c.paid_at, orders.c.participation_id, event.c.slug,
            event.c.timezone, event.c.simulated,
        )
        .join(orders, (orders.c.event_id == certificate.c.event_id) & (orders.c.order_id == certificate.c.order_id))
        .join(event, event.c.event_id == certificate.c.event_id)
        .where(
            certificate.c.event_id == sa.bindparam("event_id"), certificate.c.number == sa.bindparam("number")
        )
    )  # fmt: skip


def statements(conn: Connection, event_id: str, number: str) -> list[RowMapping]:
    """Every statement of a certificate, the newest first."""
    return list(conn.execute(_statements(), {"e": event_id, "n": number}).mappings())


def newest_statement(conn: Connection, event_id: str, number: str) -> RowMapping:
    """The statement of a certificate that counts."""
    return conn.execute(_statements().limit(1), {"e": event_id, "n": number}).mappings().one()


@cache
def _statements() -> sa.Select[Any]:
    row = certificate_statement.c
    where = (row.event_id == sa.bindparam("e"), row.number == sa.bindparam("n"))
    return sa.select(certificate_statement).where(*where).order_by(row.version.desc())


def transitions(conn: Connection, event_id: str, order_id: str) -> list[RowMapping]:
    """state and at of each step of an order, in order."""
    return list(conn.execute(_transitions(), {"event_id": event_id, "order_id": order_id}).mappings())


@cache
def _transitions() -> sa.Select[Any]:
    steps = order_transition.c
    return sa.select(steps.state, steps.at).where(*_of_order(order_transition)).order_by(steps.seq)


def order_facts(conn: Connection, event_id: str, order_id: str) -> RowMapping | None:
    """The order with its event, project, company, participation and current footprint, in one row."""
    return conn.execute(_order_facts(), {"event_id": event_id, "order_id": order_id}).mappings().first()


@cache
def _order_facts() -> sa.Select[Any]:
    return (
        sa.select(
            orders, event.c.slug, event.c.scenario, event.c.names.label("event_names"), event.c.place,
            event.c.starts_at, event.c.ends_at, event.c.timezone, event.c.jurisdiction, event.c.simulated,
            project.c.names.label("project_names"), project.c.type.label("project_type"),
            project.c.kind.label("project_kind"), project.c.methodology, project.c.registry.label("project_registry"),
            project.c.place.label("project_place"),
            participation.c.pseudonym, participation.c.display_name, participation.c.display_consent,
            participation.c.deleted_at, participation.c.people_count, company.c.names.label("company_names"),
            footprint.c.version, footprint.c.low_g, footprint.c.total_g, footprint.c.high_g,
        )
        .join(event, event.c.event_id == orders.c.event_id)
        .join(project, project.c.project_id == orders.c.project_id)
        .outerjoin(company, company.c.company_id == orders.c.company_id)
        .outerjoin(
            participation,
            (participation.c.event_id == orders.c.event_id)
            & (participation.c.participation_id == orders.c.participation_id),
        )
        .outerjoin(
            footprint,
            (footprint.c.event_id == orders.c.event_id)
            & (footprint.c.participation_id == orders.c.participation_id)
            & (footprint.c.version == participation.c.footprint_version),
        )
        .where(*_of_order(orders))
    )  # fmt: skip


def emissions_of_footprint(conn: Connection, event_id: str, participation_id: str, version: int) -> dict[str, int]:
    """Grams by category of one version of a footprint."""
    key = {"event_id": event_id, "participation_id": participation_id, "version": version}
    return {category: int(grams) for category, grams in conn.execute(_emissions_of_footprint(), key) if grams}


@cache
def _emissions_of_footprint() -> sa.Select[Any]:
    line = emission_line.c
    keys = [line[name] == sa.bindparam(name) for name in ("event_id", "participation_id", "version")]
    return sa.select(line.category, sa.func.sum(line.total_g)).where(*keys).group_by(line.category)


def claimed(conn: Connection, event_id: str, order_id: str) -> tuple[int, int]:
    """Grams that an order claims of emission lines, and its extra contribution."""
    covered_g, extra_g = conn.execute(_claimed(), {"event_id": event_id, "order_id": order_id}).one()
    return int(covered_g or 0), int(extra_g or 0)


@cache
def _claimed() -> sa.Select[Any]:
    of_lines = sa.func.sum(sa.case((claim.c.line_no >= 0, claim.c.grams), else_=0))
    extra = sa.func.sum(sa.case((claim.c.line_no == -1, claim.c.grams), else_=0))
    return sa.select(of_lines, extra).where(*_of_order(claim))


def emissions_of_claims(conn: Connection, event_id: str, order_id: str) -> list[tuple[str, int, int, int]]:
    """category, low, central and high grams of the emission lines that an order claims something of."""
    keys = ("participation_id", "version", "line_no")
    lines = (
        sa.select(*[claim.c[key] for key in keys])
        .where(claim.c.event_id == event_id, claim.c.order_id == order_id, claim.c.line_no >= 0)
        .group_by(*[claim.c[key] for key in keys])
        .having(sa.func.sum(claim.c.grams) > 0)
        .subquery()
    )
    line = emission_line.c
    found = (
        sa.select(line.category, *[sa.func.sum(line[name]) for name in ("low_g", "total_g", "high_g")])
        .join(lines, sa.and_(*[line[key] == lines.c[key] for key in keys]))
        .where(line.event_id == event_id)
        .group_by(line.category)
    )
    return [(category, int(low), int(central), int(high)) for category, low, central, high in conn.execute(found)]


def serial_intervals(conn: Connection, event_id: str, order_id: str) -> list[RowMapping]:
    """The order's intervals of grams in their batch, with how the batch writes its serial numbers."""
    return list(conn.execute(_serial_intervals(), {"event_id": event_id, "order_id": order_id}).mappings())


@cache
def _serial_intervals() -> sa.Select[Any]:
    return (
        sa.select(
            allocation.c.from_g, allocation.c.to_g, credit_batch.c.batch_id, credit_batch.c.vintage,
            credit_batch.c.registry, credit_batch.c.serial_prefix, credit_batch.c.serial_first,
            credit_batch.c.serial_digits,
        )
        .join(
            tranche,
            (tranche.c.event_id == allocation.c.event_id) & (tranche.c.tranche_id == allocation.c.tranche_id),
        )
        .join(credit_batch, credit_batch.c.batch_id == tranche.c.batch_id)
        .where(
            *_of_order(allocation), allocation.c.state.in_(("sold", "retired", "held")),
        )
        .order_by(credit_batch.c.batch_id, allocation.c.from_g)
    )  # fmt: skip


def retirements_of(conn: Connection, event_id: str, batch_id: str, from_g: int, to_g: int) -> list[RowMapping]:
    """Retirements of an event that take in grams of this interval of a batch."""
    key = {"e": event_id, "b": batch_id, "from": from_g, "to": to_g}
    return list(conn.execute(_retirements_of(), key).mappings())


@cache
def _retirements_of() -> sa.Select[Any]:
    row = retirement.c
    where = (
        row.event_id == sa.bindparam("e"), row.batch_id == sa.bindparam("b"), row.from_g < sa.bindparam("to"),
        row.to_g > sa.bindparam("from"),
    )  # fmt: skip
    return sa.select(retirement).where(*where).order_by(row.from_g)
