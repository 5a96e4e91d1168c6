"""Rows of what forums have of their own: pledges and who signed, memoranda, thanks, the fund, shared links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s
from data.store.ids import new_row_id

Row = Mapping[Any, Any]
_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_g, _a, _r, _k, _m = s.pledge_signature.c, s.ambassador.c, s.referral.c, s.referral_code.c, s.money.c
_o = s.orders.c
_GAVE = sa.text("gift_minor > 0")  # as the index of orders that gave something says it
PAID_STATES = ("paid", "pooled", "retired")
GONE = "gone-"
"""How the signer of somebody who deleted their part begins: it counts, and leads to nobody."""


def _put(conn: sa.Connection, table: sa.Table, values: Row) -> None:
    """A row by its key: made, or all of it written anew."""
    keys = [column.name for column in table.primary_key]
    insert = _INSERTS[conn.dialect.name](table).values(**values)
    changed = {name: value for name, value in values.items() if name not in keys}
    conn.execute(insert.on_conflict_do_update(index_elements=keys, set_=changed))


def _add(conn: sa.Connection, table: sa.Table, values: Row) -> bool:
    """Whether the row is new."""
    insert = _INSERTS[conn.dialect.name](table).values(**values).on_conflict_do_nothing()
    return conn.execute(insert.returning(table.c.event_id)).first() is not None


def _one(conn: sa.Connection, table: sa.Table, lock: bool = False, **where: Any) -> Row | None:
    query = sa.select(table).where(*[table.c[name] == value for name, value in where.items()])
    return conn.execute(query.with_for_update() if lock else query).mappings().first()


# ---------------------------------------------------------------- pledges
def pledges(conn: sa.Connection, event_id: str) -> list[Row]:
    """All pledges of an event, withdrawn ones among them, in the organiser's order."""
    p = s.pledge.c
    query = sa.select(s.pledge).where(p.event_id == event_id).order_by(p.position, p.made_at, p.pledge_id)
    return list(conn.execute(query).mappings())


def pledge(conn: sa.Connection, event_id: str, pledge_id: str, lock: bool = False) -> Row | None:
    """One pledge, taken for this transaction where ``lock``."""
    return _one(conn, s.pledge, lock, event_id=event_id, pledge_id=pledge_id)


def pledge_to_sign(conn: sa.Connection, event_id: str, pledge_id: str) -> Row | None:
    """One pledge that stays as it is until the transaction ends; others may sign it at the same time."""
    p = s.pledge.c
    query = sa.select(s.pledge).where(p.event_id == event_id, p.pledge_id == pledge_id).with_for_update(read=True)
    return conn.execute(query).mappings().first()


def put_pledge(conn: sa.Connection, values: Row) -> None:
    """A pledge as it is now."""
    _put(conn, s.pledge, values)


def sign(conn: sa.Connection, values: Row) -> bool:
    """Whether the signature is new: one of a signer under a pledge."""
    return _add(conn, s.pledge_signature, values)


def name_signer(conn: sa.Connection, event_id: str, pledge_id: str, signer: str, name: str) -> bool:
    """The name beside a signature, '' for none; whether it is another than before."""
    where = (_g.event_id == event_id, _g.pledge_id == pledge_id, _g.signer == signer, _g.name != name)
    return conn.execute(sa.update(s.pledge_signature).where(*where).values(name=name)).rowcount > 0


def take_back(conn: sa.Connection, event_id: str, pledge_id: str, signer: str) -> bool:
    """Whether there was a signature; it is gone."""
    where = (_g.event_id == event_id, _g.pledge_id == pledge_id, _g.signer == signer)
    return conn.execute(sa.delete(s.pledge_signature).where(*where).returning(_g.pledge_id)).first() is not None


def signed_by(conn: sa.Connection, event_id: str, signer: str) -> dict[str, str]:
    """What a signer has signed: pledge → the name that is shown."""
    query = sa.select(_g.pledge_id, _g.name).where(_g.event_id == event_id, _g.signer == signer)
    return {row.pledge_id: row.name for row in conn.execute(query)}


def names_under(conn: sa.Connection, event_id: str, pledge_id: str, limit: int) -> list[str]:
    """Names shown by consent, the newest first."""
    query = sa.select(_g.name).where(_g.event_id == event_id, _g.pledge_id == pledge_id, _g.name != "")
    return list(conn.execute(query.order_by(_g.signed_at.desc(), _g.signer).limit(limit)).scalars())


def unlink_signer(conn: sa.Connection, event_id: str, signer: str) -> None:
    """Signatures of somebody who is gone count on and lead to nobody."""
    where = (_g.event_id == event_id, _g.signer == signer)
    conn.execute(sa.update(s.pledge_signature).where(*where).values(signer=GONE + new_row_id(), name=""))


# ---------------------------------------------------------------- memoranda, thanks, the fund
def memoranda(conn: sa.Connection, event_id: str) -> list[Row]:
    """An event's memoranda, by the day they were signed."""
    m = s.memorandum.c
    query = sa.select(s.memorandum).where(m.event_id == event_id).order_by(m.signed_on, m.made_at, m.memorandum_id)
    return list(conn.execute(query).mappings())


def memorandum(conn: sa.Connection, event_id: str, memorandum_id: str) -> Row | None:
    """One of them."""
    return _one(conn, s.memorandum, event_id=event_id, memorandum_id=memorandum_id)


def put_memorandum(conn: sa.Connection, values: Row) -> None:
    """A memorandum as it is now."""
    _put(conn, s.memorandum, values)


def sponsors(conn: sa.Connection, event_id: str) -> list[Row]:
    """Whom the organiser thanks, in the organiser's order."""
    p = s.sponsor.c
    query = sa.select(s.sponsor).where(p.event_id == event_id).order_by(p.position, p.made_at, p.sponsor_id)
    return list(conn.execute(query).mappings())


def sponsor(conn: sa.Connection, event_id: str, sponsor_id: str) -> Row | None:
    """One of them."""
    return _one(conn, s.sponsor, event_id=event_id, sponsor_id=sponsor_id)


def put_sponsor(conn: sa.Connection, values: Row) -> None:
    """A sponsor as it is now."""
    _put(conn, s.sponsor, values)


def drop(conn: sa.Connection, table: str, event_id: str, row_id: str) -> bool:
    """Takes a memorandum or a sponsor out; whether it was there."""
    found = {"memorandum": s.memorandum, "sponsor": s.sponsor}[table]
    where = (found.c.event_id == event_id, found.c[f"{table}_id"] == row_id)
    return conn.execute(sa.delete(found).where(*where).returning(found.c.event_id)).first() is not None


def place(conn: sa.Connection, table: str, event_id: str, row_id: str, position: int) -> None:
    """The place of a pledge or a sponsor in the organiser's order."""
    found = {"pledge": s.pledge, "sponsor": s.sponsor}[table]
    where = (found.c.event_id == event_id, found.c[f"{table}_id"] == row_id)
    conn.execute(sa.update(found).where(*where).values(position=position))


def thanked_companies(conn: sa.Connection, event_id: str) -> set[str]:
    """Companies that let themselves be named."""
    c = s.company_thanks.c
    return set(conn.execute(sa.select(c.company_id).where(c.event_id == event_id, c.consent)).scalars())


def put_consent(conn: sa.Connection, values: Row) -> None:
    """A company's word."""
    _put(conn, s.company_thanks, values)


def fund(conn: sa.Connection, event_id: str) -> Row | None:
    """What an event's fund is told to be."""
    return _one(conn, s.special_fund, event_id=event_id)


def put_fund(conn: sa.Connection, values: Row) -> None:
    """The fund as it is told now."""
    _put(conn, s.special_fund, values)


def fund_sums(conn: sa.Connection, event_id: str, account: str) -> dict[str, int]:
    """By currency what an account of an event has, from the roll-up of money."""
    sums: dict[str, int] = {}
    for table in (s.money, s.money_delta):
        m = table.c
        query = sa.select(m.currency, sa.func.sum(m.amount_minor)).where(m.event_id == event_id, m.recipient == account)
        for currency, amount in conn.execute(query.group_by(m.currency)):
            sums[currency] = sums.get(currency, 0) + int(amount)
    return {currency: amount for currency, amount in sums.items() if amount}


def gift_count(conn: sa.Connection, event_id: str, at_most: int) -> int:
    """How many paid orders gave something, gifts of their own among them; counted no further than ``at_most``."""
    some = sa.select(_o.order_id).where(_o.event_id == event_id, _GAVE, _o.state.in_(PAID_STATES)).limit(at_most)
    return int(conn.execute(sa.select(sa.func.count()).select_from(some.subquery())).scalar_one())


def gifts(conn: sa.Connection, event_id: str, limit: int) -> list[Row]:
    """Gifts of their own, the newest first."""
    query = sa.select(s.orders).where(_o.event_id == event_id, _GAVE, _o.buyer == "gift")
    return list(conn.execute(query.order_by(_o.created_at.desc(), _o.order_id).limit(limit)).mappings())


def payouts(conn: sa.Connection, event_id: str, account: str) -> list[Row]:
    """What settlements paid out of an event's part of an account: number, day, amount, whether it came back."""
    j, line, out, look = s.journal.c, s.settlement_line.c, s.settlement.c, s.settlement_look.c
    same = (j.event_id == line.event_id) & (j.posting_id == line.posting_id) & (j.seq == line.seq)
    back = sa.exists().where(look.settlement_id == out.settlement_id, look.kind == "returned")
    query = (
        sa.select(
            out.number, out.paid_on, out.currency, sa.func.sum(j.amount_minor).label("amount_minor"),
            back.label("came_back"),
        )
        .select_from(s.settlement_line)
        .join(s.journal, same)
        .join(s.settlement, out.settlement_id == line.settlement_id)
        .where(line.event_id == event_id, j.account == account)
        .group_by(out.number, out.paid_on, out.currency, out.settlement_id)
        .order_by(out.paid_on, out.number)
    )  # fmt: skip
    return list(conn.execute(query).mappings())


# ---------------------------------------------------------------- shared links and ambassadors
def code_of(conn: sa.Connection, event_id: str, participation_id: str) -> str:
    """The code of a guest's shared link; '' before there is one."""
    query = sa.select(_k.code).where(_k.event_id == event_id, _k.participation_id == participation_id)
    return str(conn.execute(query).scalar() or "")


def add_code(conn: sa.Connection, values: Row) -> bool:
    """Whether the code is new, and its guest had none."""
    return _add(conn, s.referral_code, values)


def sharer(conn: sa.Connection, event_id: str, code: str) -> str:
    """Whose link a code is of; '' where there is none."""
    query = sa.select(_k.participation_id).where(_k.event_id == event_id, _k.code == code)
    return str(conn.execute(query).scalar() or "")


def add_referral(conn: sa.Connection, values: Row) -> bool:
    """By which link a participation came; the first counts."""
    return _add(conn, s.referral, values)


def referred_by(conn: sa.Connection, event_id: str, participation_id: str) -> str:
    """The code a participation came by; '' where it came another way."""
    query = sa.select(_r.code).where(_r.event_id == event_id, _r.participation_id == participation_id)
    return str(conn.execute(query).scalar() or "")


def brought(conn: sa.Connection, event_id: str, code: str) -> int:
    """How many who came by a code have finished a footprint; who has been unlinked since counts on."""
    p = s.participation.c
    same = (p.event_id == _r.event_id) & (p.participation_id == _r.participation_id)
    query = sa.select(sa.func.count()).select_from(s.referral).join(s.participation, same)
    query = query.where(_r.event_id == event_id, _r.code == code, p.footprint_version > 0)
    return int(conn.execute(query).scalar_one())


def forget_code(conn: sa.Connection, event_id: str, participation_id: str) -> None:
    """A shared link leads to nobody any more; who came by it stays counted under it."""
    where = (_k.event_id == event_id, _k.participation_id == participation_id)
    conn.execute(sa.delete(s.referral_code).where(*where))


def ambassador_of(conn: sa.Connection, event_id: str, participation_id: str) -> Row | None:
    """The standing certificate of an ambassador."""
    where = (_a.event_id == event_id, _a.participation_id == participation_id, _a.revoked_at.is_(None))
    return conn.execute(sa.select(s.ambassador).where(*where).limit(1)).mappings().first()


def ambassador(conn: sa.Connection, number: str) -> Row | None:
    """A certificate by its number, standing or revoked."""
    return conn.execute(sa.select(s.ambassador).where(_a.number == number)).mappings().first()


def add_ambassador(conn: sa.Connection, values: Row) -> None:
    """A certificate, written once."""
    conn.execute(sa.insert(s.ambassador).values(**values))


def revoke_ambassador(conn: sa.Connection, event_id: str, participation_id: str, reason: str, now: datetime) -> None:
    """Revokes what stands, and unlinks it from its guest."""
    where = (_a.event_id == event_id, _a.participation_id == participation_id, _a.revoked_at.is_(None))
    values = {"revoked_at": now, "reason": reason, "participation_id": ""}
    conn.execute(sa.update(s.ambassador).where(*where).values(**values))
