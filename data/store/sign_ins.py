"""Rows of second factors, recovery codes, mailed links, outside identities and letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

Row = Mapping[Any, Any]


def _insert(conn: sa.Connection, table: sa.Table) -> Any:
    return (postgresql if conn.dialect.name == "postgresql" else sqlite).insert(table)


# ---------------------------------------------------------------- second factors
def factor(conn: sa.Connection, person_id: str) -> Row | None:
    query = sa.select(s.second_factor).where(s.second_factor.c.person_id == person_id)
    return conn.execute(query).mappings().first()


def with_factor(conn: sa.Connection, person_ids: Sequence[str]) -> set[str]:
    """Those of several people who have one that is on."""
    f = s.second_factor.c
    query = sa.select(f.person_id).where(f.person_id.in_(person_ids), f.confirmed_at.is_not(None))
    return {row[0] for row in conn.execute(query)}


def begin_factor(conn: sa.Connection, person_id: str, sealed_secret: str, now: datetime) -> None:
    """A new secret that is not on yet, instead of an earlier one that never was."""
    f = s.second_factor.c
    conn.execute(sa.delete(s.second_factor).where(f.person_id == person_id, f.confirmed_at.is_(None)))
    row = {"person_id": person_id, "sealed_secret": sealed_secret, "last_step": 0, "created_at": now}
    conn.execute(_insert(conn, s.second_factor).values(**row).on_conflict_do_nothing())


def use_step(conn: sa.Connection, person_id: str, step: int) -> bool:
    """Takes a code's step of time; False where it, or a later one, was taken before."""
    f = s.second_factor.c
    changed = sa.update(s.second_factor).where(f.person_id == person_id, f.last_step < step)
    return conn.execute(changed.values(last_step=step)).rowcount == 1


def confirm_factor(conn: sa.Connection, person_id: str, now: datetime) -> None:
    key = s.second_factor.c.person_id == person_id
    conn.execute(sa.update(s.second_factor).where(key).values(confirmed_at=now))


def drop_factor(conn: sa.Connection, person_id: str) -> bool:
    """Forgets a second factor and its recovery codes."""
    conn.execute(sa.delete(s.recovery_code).where(s.recovery_code.c.person_id == person_id))
    return conn.execute(sa.delete(s.second_factor).where(s.second_factor.c.person_id == person_id)).rowcount == 1


def replace_recovery_codes(conn: sa.Connection, person_id: str, hashes: Sequence[str]) -> None:
    conn.execute(sa.delete(s.recovery_code).where(s.recovery_code.c.person_id == person_id))
    conn.execute(sa.insert(s.recovery_code), [{"person_id": person_id, "code_hash": each} for each in hashes])


def use_recovery_code(conn: sa.Connection, person_id: str, code_hash: str, now: datetime) -> bool:
    r = s.recovery_code.c
    key = (r.person_id == person_id, r.code_hash == code_hash, r.used_at.is_(None))
    return conn.execute(sa.update(s.recovery_code).where(*key).values(used_at=now)).rowcount == 1


def recovery_left(conn: sa.Connection, person_id: str) -> int:
    r = s.recovery_code.c
    query = sa.select(sa.func.count()).where(r.person_id == person_id, r.used_at.is_(None))
    return int(conn.execute(query).scalar_one())


# ---------------------------------------------------------------- mailed links
def add_link(conn: sa.Connection, row: Row) -> None:
    conn.execute(sa.insert(s.mailed_link).values(**row))


def link(conn: sa.Connection, link_hash: str, now: datetime) -> Row | None:
    """A link that can still be used, with its person's name and email."""
    k, p = s.mailed_link.c, s.person.c
    query = sa.select(s.mailed_link, p.name, p.email, p.password_hash, p.locale)
    query = query.join(s.person, p.person_id == k.person_id)
    query = query.where(k.link_hash == link_hash, k.used_at.is_(None), k.expires_at > now, p.disabled_at.is_(None))
    return conn.execute(query).mappings().first()


def use_link(conn: sa.Connection, link_hash: str, now: datetime) -> bool:
    k = s.mailed_link.c
    changed = sa.update(s.mailed_link).where(k.link_hash == link_hash, k.used_at.is_(None), k.expires_at > now)
    return conn.execute(changed.values(used_at=now)).rowcount == 1


def end_links(conn: sa.Connection, person_id: str, now: datetime, purpose: str = "") -> None:
    """Links of a person, of one purpose, that were not used can't be any more."""
    k = s.mailed_link.c
    changed = sa.update(s.mailed_link).where(k.person_id == person_id, k.used_at.is_(None))
    changed = changed.where(k.purpose == purpose) if purpose else changed
    conn.execute(changed.values(used_at=now))


def waiting_links(conn: sa.Connection, purpose: str, now: datetime) -> list[Row]:
    """Links of a purpose that can still be used, with their person."""
    k, p = s.mailed_link.c, s.person.c
    query = sa.select(s.mailed_link, p.name, p.email).join(s.person, p.person_id == k.person_id)
    query = query.where(k.purpose == purpose, k.used_at.is_(None), k.expires_at > now)
    return list(conn.execute(query.order_by(k.created_at)).mappings())


# ---------------------------------------------------------------- outside identities
def identity(conn: sa.Connection, issuer: str, subject: str) -> Row | None:
    o = s.outside_identity.c
    query = sa.select(s.outside_identity).where(o.issuer == issuer, o.subject == subject)
    return conn.execute(query).mappings().first()


def add_identity(conn: sa.Connection, row: Row) -> None:
    conn.execute(_insert(conn, s.outside_identity).values(**row).on_conflict_do_nothing())


def identities_of(conn: sa.Connection, person_id: str) -> list[Row]:
    query = sa.select(s.outside_identity).where(s.outside_identity.c.person_id == person_id)
    return list(conn.execute(query).mappings())


# ---------------------------------------------------------------- letters
def add_letter(conn: sa.Connection, letter_id: str, kind: str, sealed: str, now: datetime) -> None:
    row = {"letter_id": letter_id, "kind": kind, "sealed": sealed, "created_at": now, "sent_at": None, "sent_by": ""}
    conn.execute(sa.insert(s.letter).values(**row))


def letter(conn: sa.Connection, letter_id: str) -> Row | None:
    return conn.execute(sa.select(s.letter).where(s.letter.c.letter_id == letter_id)).mappings().first()


def letter_sent(conn: sa.Connection, letter_id: str, now: datetime, sent_by: str) -> None:
    """What stood in it is forgotten."""
    key = s.letter.c.letter_id == letter_id
    conn.execute(sa.update(s.letter).where(key).values(sent_at=now, sent_by=sent_by, sealed=""))


def sweep(conn: sa.Connection, before: datetime) -> None:
    """Forgets links and letters whose time is over."""
    conn.execute(sa.delete(s.mailed_link).where(s.mailed_link.c.expires_at < before))
    conn.execute(sa.delete(s.letter).where(s.letter.c.created_at < before))
