"""Companies with accounts of their own, and the invitations by which guests become their people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.store import schema as s

Row = Mapping[Any, Any]
_k, _i = s.company.c, s.company_invitation.c


def get(conn: sa.Connection, company_id: str) -> Row | None:
    """One company."""
    return conn.execute(sa.select(s.company).where(_k.company_id == company_id)).mappings().first()


def by_key(conn: sa.Connection, name_key: str) -> Row | None:
    """The company of a normalised name."""
    return conn.execute(sa.select(s.company).where(_k.name_key == name_key)).mappings().first()


def register(conn: sa.Connection, company_id: str, now: datetime) -> bool:
    """Gives a company its account; False where it has one already."""
    free = (_k.company_id == company_id, _k.registered_at.is_(None))
    return conn.execute(sa.update(s.company).where(*free).values(registered_at=now)).rowcount == 1


def has_people(conn: sa.Connection, company_id: str) -> bool:
    """Whether somebody's role is this company's."""
    g = s.role_grant.c
    query = sa.select(g.person_id).where(g.company_id == company_id, g.role == "company").limit(1)
    return conn.execute(query).first() is not None


def approve(conn: sa.Connection, company_id: str, now: datetime) -> bool:
    """Lets a registered company act at live events too; False where nothing waits."""
    waits = (_k.company_id == company_id, _k.registered_at.is_not(None), _k.approved_at.is_(None))
    return conn.execute(sa.update(s.company).where(*waits).values(approved_at=now)).rowcount == 1


def waiting(conn: sa.Connection, limit: int) -> list[Row]:
    """Companies that wait to be approved, the longest first."""
    query = sa.select(s.company).where(_k.registered_at.is_not(None), _k.approved_at.is_(None))
    return list(conn.execute(query.order_by(_k.registered_at).limit(limit)).mappings())


def add_invitations(conn: sa.Connection, rows: Sequence[Row]) -> None:
    """New invitations."""
    if rows:
        conn.execute(sa.insert(s.company_invitation), [dict(row) for row in rows])


def invitations(conn: sa.Connection, event_id: str, company_id: str) -> list[Row]:
    """A company's invitations to an event, oldest first."""
    query = sa.select(s.company_invitation).where(_i.event_id == event_id, _i.company_id == company_id)
    return list(conn.execute(query.order_by(_i.created_at, _i.invitation_id)).mappings())


def invitation_of_code(conn: sa.Connection, event_id: str, code_hash: str) -> Row | None:
    """The invitation of a code, with its company's names."""
    query = (
        sa.select(s.company_invitation, _k.names)
        .join(s.company, _k.company_id == _i.company_id)
        .where(_i.event_id == event_id, _i.code_hash == code_hash)
    )
    return conn.execute(query).mappings().first()


def use(conn: sa.Connection, event_id: str, invitation_id: str, participation_id: str) -> bool:
    """Counts one use; False where it is withdrawn or used up."""
    left = sa.or_(_i.most_uses == 0, _i.use_count < _i.most_uses)
    key = (_i.event_id == event_id, _i.invitation_id == invitation_id, _i.withdrawn_at.is_(None), left)
    by = sa.case((_i.most_uses == 1, participation_id), else_="")
    changed = sa.update(s.company_invitation).where(*key).values(use_count=_i.use_count + 1, participation_id=by)
    return conn.execute(changed).rowcount == 1


def give_back(conn: sa.Connection, event_id: str, company_id: str, participation_id: str) -> None:
    """A personal invitation of somebody who has left can be used again."""
    key = (_i.event_id == event_id, _i.company_id == company_id, _i.participation_id == participation_id)
    changed = sa.update(s.company_invitation).where(*key, _i.use_count == 1)
    conn.execute(changed.values(use_count=0, participation_id=""))


def withdraw(conn: sa.Connection, event_id: str, company_id: str, invitation_id: str, now: datetime) -> bool:
    """Ends an invitation, and forgets whom it was for; False where it has ended or is none of this company's."""
    key = (_i.event_id == event_id, _i.company_id == company_id, _i.invitation_id == invitation_id)
    changed = sa.update(s.company_invitation).where(*key, _i.withdrawn_at.is_(None))
    label = sa.case((_i.most_uses == 1, ""), else_=_i.label)
    return conn.execute(changed.values(withdrawn_at=now, label=label)).rowcount == 1
