"""Rows of people, their roles, sign-ins, throttles and the audit trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def person(conn: sa.Connection, person_id: str) -> sa.RowMapping | None:
    return conn.execute(sa.select(s.person).where(s.person.c.person_id == person_id)).mappings().first()


def change_person(conn: sa.Connection, person_id: str, **values: Any) -> bool:
    """Sets columns of a person; False where there is none."""
    return conn.execute(sa.update(s.person).where(s.person.c.person_id == person_id).values(**values)).rowcount == 1


def set_password(conn: sa.Connection, person_id: str, password_hash: str) -> None:
    conn.execute(sa.update(s.person).where(s.person.c.person_id == person_id).values(password_hash=password_hash))


def grant(conn: sa.Connection, person_id: str, role: str, event_id: str, company_id: str, now: datetime) -> None:
    """Idempotent."""
    values = {"person_id": person_id, "role": role, "event_id": event_id, "company_id": company_id, "granted_at": now}
    conn.execute(_insert(conn, s.role_grant).values(**values).on_conflict_do_nothing())


def roles_of(conn: sa.Connection, person_id: str) -> list[tuple[str, str, str]]:
    columns = (s.role_grant.c.role, s.role_grant.c.event_id, s.role_grant.c.company_id)
    return [tuple(row) for row in conn.execute(sa.select(*columns).where(s.role_grant.c.person_id == person_id))]


def take(conn: sa.Connection, person_id: str, role: str, event_id: str, company_id: str) -> bool:
    """Ends a role; False where there is none."""
    g = s.role_grant.c
    key = (g.person_id == person_id, g.role == role, g.event_id == event_id, g.company_id == company_id)
    return conn.execute(sa.delete(s.role_grant).where(*key)).rowcount == 1


def grants_of(conn: sa.Connection, person_ids: Sequence[str]) -> list[sa.RowMapping]:
    """The roles of several people, in the order in which they are told."""
    g = s.role_grant.c
    query = sa.select(s.role_grant).where(g.person_id.in_(person_ids))
    return list(conn.execute(query.order_by(g.person_id, g.role, g.event_id, g.company_id)).mappings())


def people_with(conn: sa.Connection, role: str, company_id: str = "", lock: bool = False) -> list[sa.RowMapping]:
    """Everybody who may sign in and has a role of the installation, or of a company; ``lock`` until the end."""
    g, p = s.role_grant.c, s.person.c
    query = sa.select(s.person, g.granted_at).join(s.role_grant, g.person_id == p.person_id)
    query = query.where(g.role == role, g.event_id == "", g.company_id == company_id, p.disabled_at.is_(None))
    query = query.order_by(p.person_id)
    return list(conn.execute(query.with_for_update() if lock else query).mappings())


def find_people(conn: sa.Connection, wanted: str, role: str, offset: int, limit: int) -> list[sa.RowMapping]:
    """People whose name or email has ``wanted`` in it (lower case) and who have ``role``, by name."""
    p, g = s.person.c, s.role_grant.c
    query = sa.select(s.person)
    if wanted:
        like = f"%{_escaped(wanted)}%"
        query = query.where(sa.or_(p.email.like(like, escape="\\"), sa.func.lower(p.name).like(like, escape="\\")))
    if role:
        query = query.where(sa.exists().where(g.person_id == p.person_id, g.role == role))
    query = query.order_by(sa.func.lower(p.name), p.person_id).offset(offset).limit(limit)
    return list(conn.execute(query).mappings())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


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


def logins_of(conn: sa.Connection, person_id: str, kind: str, now: datetime) -> list[sa.RowMapping]:
    """The sign-ins of a person that are alive, newest first."""
    login = s.login.c
    query = sa.select(s.login).where(login.person_id == person_id, login.kind == kind)
    query = query.where(login.ended_at.is_(None), login.expires_at > now)
    return list(conn.execute(query.order_by(login.created_at.desc(), login.token_hash)).mappings())


def last_seen(conn: sa.Connection, person_ids: Sequence[str]) -> dict[str, datetime]:
    """When people were last here."""
    login = s.login.c
    query = sa.select(login.person_id, sa.func.max(sa.func.coalesce(login.seen_at, login.created_at)))
    query = query.where(login.person_id.in_(person_ids), login.kind == "session").group_by(login.person_id)
    return {row[0]: row[1] for row in conn.execute(query)}


def end_logins(
    conn: sa.Connection, person_id: str, now: datetime, *, kind: str = "", starting: str = "", but: str = ""
) -> list[str]:
    """Ends a person's sign-ins of a kind, those whose hash begins with ``starting``, all but one; their hashes."""
    login = s.login.c
    query = sa.select(login.token_hash).where(login.person_id == person_id, login.ended_at.is_(None))
    query = query.where(login.kind == kind) if kind else query
    query = query.where(login.token_hash.startswith(starting, autoescape=True)) if starting else query
    found = [row[0] for row in conn.execute(query) if not (but and row[0].startswith(but))]
    conn.execute(sa.update(s.login).where(login.token_hash.in_(found)).values(ended_at=now))
    return found


def change_login(conn: sa.Connection, token_hash: str, **values: Any) -> None:
    conn.execute(sa.update(s.login).where(s.login.c.token_hash == token_hash).values(**values))


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


def trail(
    conn: sa.Connection, *, event_ids: Sequence[str] | None, actors: Sequence[str], action: str, before: str,
    limit: int, is_whole: bool = False, days: tuple[datetime, datetime] | None = None, subject: str = "",
) -> list[sa.RowMapping]:  # fmt: skip
    """Entries of the audit trail, newest first, older than the entry ``before``. ``event_ids`` None is everything, ''
    among them what is of no event; ``action`` is the beginning of an action's name, or all of it; ``days`` from the
    first instant until before the second."""
    a = s.audit_trail.c
    query = sa.select(s.audit_trail)
    query = query if event_ids is None else query.where(a.event_id.in_(event_ids))
    query = query.where(a.actor.in_(actors)) if actors else query
    name = a.action == action if is_whole else a.action.startswith(action, autoescape=True)
    query = query.where(name) if action else query
    query = query.where(a.at >= days[0], a.at < days[1]) if days else query
    query = query.where(a.subject == subject) if subject else query
    query = query.where(a.entry_id < before) if before else query
    return list(conn.execute(query.order_by(a.entry_id.desc(), a.event_id).limit(limit)).mappings())


def trail_actions(conn: sa.Connection) -> list[str]:
    """Every action that the trail has."""
    return sorted(row[0] for row in conn.execute(sa.select(s.audit_trail.c.action).distinct()))


def names_of(conn: sa.Connection, person_ids: Sequence[str]) -> dict[str, str]:
    """Names of people by their id."""
    query = sa.select(s.person.c.person_id, s.person.c.name).where(s.person.c.person_id.in_(person_ids))
    return {row[0]: row[1] for row in conn.execute(query)}


def event_slugs(conn: sa.Connection, event_ids: Sequence[str]) -> dict[str, str]:
    """Slugs of events by their id."""
    query = sa.select(s.event.c.event_id, s.event.c.slug).where(s.event.c.event_id.in_(event_ids))
    return {row[0]: row[1] for row in conn.execute(query)}


def installation_value(conn: sa.Connection, name: str) -> Any:
    return conn.execute(sa.select(s.installation.c.value).where(s.installation.c.name == name)).scalar()


def set_installation_value(conn: sa.Connection, name: str, value: Any) -> None:
    statement = _insert(conn, s.installation).values(name=name, value=value)
    conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
