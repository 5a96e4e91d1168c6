"""Rows of people, their roles, sign-ins, throttles and the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s


def _insert(conn: sa.Connection, table: sa.Table) -> Any:
    return (postgresql if conn.dialect.name == "postgresql" else sqlite).insert(table)


def person_by_email(conn: sa.Connection, email: str) -> sa.RowMapping | None:
    return conn.execute(sa.select(s.person).where(s.person.c.email == email)).mappings().first()


def add_person(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    conn.execute(sa.insert(s.person).values(**row))


def set_password(conn: sa.Connection, person_id: str, password_hash: str) -> None:
    conn.execute(sa.update(s.person).where(s.person.c.person_id == person_id).values(password_hash=password_hash))


def grant(conn: sa.Connection, person_id: str, role: str, event_id: str, company_id: str, now: datetime) -> None:
    """Idempotent."""
    values = {"person_id": person_id, "role": role, "event_id": event_id, "company_id": company_id, "granted_at": now}
    conn.execute(_insert(conn, s.role_grant).values(**values).on_conflict_do_nothing())


def roles_of(conn: sa.Connection, person_id: str) -> list[tuple[str, str, str]]:
    columns = (s.role_grant.c.role, s.role_grant.c.event_id, s.role_grant.c.company_id)
    return [tuple(row) for row in conn.execute(sa.select(*columns).where(s.role_grant.c.person_id == person_id))]


def add_login(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    conn.execute(sa.insert(s.login).values(**row))


def login_of(conn: sa.Connection, token_hash: str, now: datetime) -> sa.RowMapping | None:
    """The live sign-in of a token with its person's name."""
    return conn.execute(_login_of(), {"token": token_hash, "now": now}).mappings().first()


@cache
def _login_of() -> sa.Select[Any]:
    login = s.login.c
    return (
        sa.select(s.login, s.person.c.name, s.person.c.disabled_at)
        .join(s.person, s.person.c.person_id == login.person_id)
        .where(login.token_hash == sa.bindparam("token"), login.ended_at.is_(None))
        .where(login.expires_at > sa.bindparam("now", type_=login.expires_at.type), s.person.c.disabled_at.is_(None))
    )


def end_login(conn: sa.Connection, token_hash: str, now: datetime) -> None:
    conn.execute(sa.update(s.login).where(s.login.c.token_hash == token_hash).values(ended_at=now))


def hit(conn: sa.Connection, name: str, window: str, expires_at: datetime) -> int:
    """Counts one more in a window and returns how many there are now."""
    row = {"name": name, "window": window, "hits": 1, "expires_at": expires_at}
    return int(conn.execute(_hit(conn.dialect.name), row).scalar_one())


@cache
def _hit(dialect: str) -> Any:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(s.throttle)
    once_more = insert.on_conflict_do_update(
        index_elements=["name", "window"], set_={"hits": s.throttle.c.hits + 1}
    )  # fmt: skip
    return once_more.returning(s.throttle.c.hits)


def sweep_throttles(conn: sa.Connection, now: datetime) -> None:
    conn.execute(sa.delete(s.throttle).where(s.throttle.c.expires_at < now))


def add_audit(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    conn.execute(sa.insert(s.audit_trail).values(**row))


def installation_value(conn: sa.Connection, name: str) -> Any:
    return conn.execute(sa.select(s.installation.c.value).where(s.installation.c.name == name)).scalar()


def set_installation_value(conn: sa.Connection, name: str, value: Any) -> None:
    statement = _insert(conn, s.installation).values(name=name, value=value)
    conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
