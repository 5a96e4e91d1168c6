"""What is owed to recipients, and settlements: which rows of the journal each settles, what was paid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from calculations.money import NOT_OWED
from data.store import schema as s

Row = Mapping[Any, Any]
_j, _l, _s, _k = s.journal.c, s.settlement_line.c, s.settlement.c, s.settlement_look.c
_SETTLED = sa.exists().where(_l.event_id == _j.event_id, _l.posting_id == _j.posting_id, _l.seq == _j.seq)
_OPEN = sa.and_(_j.settlement_id == "", _j.account.not_in(NOT_OWED), sa.not_(_SETTLED))


@dataclass(frozen=True, slots=True)
class Account:
    """Whose money: the journal's account, of one project or ('') of all, in one currency, live or test."""

    account: str
    project_id: str
    currency: str
    livemode: bool

    def holds(self, columns: Any) -> list[sa.ColumnElement[bool]]:
        """The conditions on a table that has these four."""
        found = [
            columns.account == self.account, columns.currency == self.currency, columns.livemode.is_(self.livemode)
        ]  # fmt: skip
        return found + ([columns.project_id == self.project_id] if self.project_id else [])


def earned_sums(conn: sa.Connection) -> list[Row]:
    """By account, project, currency and livemode what orders have brought it, from the roll-up of money: as many rows
    as events have recipients, however many orders there were."""
    e, found = s.event.c, list[Row]()
    for table in (s.money, s.money_delta):
        m = table.c
        keys = (m.recipient.label("account"), m.project_id, m.currency, e.livemode)
        query = sa.select(*keys, sa.func.sum(m.amount_minor).label("amount_minor"))
        query = query.join(s.event, e.event_id == m.event_id).where(m.recipient.not_in(NOT_OWED))
        found += conn.execute(query.group_by(m.recipient, *keys[1:])).mappings()
    return found


def paid_out_sums(conn: sa.Connection) -> list[Row]:
    """By the account, project, currency and livemode of settlements what was paid out and has not come back."""
    keys = (_s.account, _s.project_id, _s.currency, _s.livemode)
    back = sa.exists().where(_k.settlement_id == _s.settlement_id, _k.kind == "returned")
    query = sa.select(*keys, sa.func.sum(_s.amount_minor).label("amount_minor")).where(sa.not_(back)).group_by(*keys)
    return list(conn.execute(query).mappings())


def settled_until(conn: sa.Connection) -> list[Row]:
    """By the account, project, currency and livemode of settlements the end of the last period that was settled."""
    keys = (_s.account, _s.project_id, _s.currency, _s.livemode)
    query = sa.select(*keys, sa.func.max(_s.until_at).label("until_at")).group_by(*keys)
    return list(conn.execute(query).mappings())


def last_until(conn: sa.Connection, whose: Account) -> datetime | None:
    """The end of the last period that was settled."""
    query = sa.select(sa.func.max(_s.until_at)).where(*whose.holds(_s), _s.project_id == whose.project_id)
    found: datetime | None = conn.execute(query).scalar()
    return found


def take_lines(conn: sa.Connection, settlement_id: str, whose: Account, until: datetime) -> None:
    """What is open of an account before ``until`` becomes the settlement's; a row that is another's can't."""
    taken = sa.select(_j.event_id, _j.posting_id, _j.seq, sa.literal(settlement_id))
    taken = taken.where(_OPEN, *whose.holds(_j), _j.at < until)
    names = ["event_id", "posting_id", "seq", "settlement_id"]
    conn.execute(sa.insert(s.settlement_line).from_select(names, taken))


def line_sums(conn: sa.Connection, settlement_id: str) -> list[Row]:
    """What a settlement settles by event and project: amount and rows."""
    query = (
        sa.select(
            _j.event_id, _j.project_id, sa.func.sum(_j.amount_minor).label("amount_minor"),
            sa.func.count().label("line_count"),
        )
        .join(s.settlement_line, _same_line())
        .where(_l.settlement_id == settlement_id)
        .group_by(_j.event_id, _j.project_id)
        .order_by(_j.event_id, _j.project_id)
    )  # fmt: skip
    return list(conn.execute(query).mappings())


def _same_line() -> sa.ColumnElement[bool]:
    return sa.and_(_l.event_id == _j.event_id, _l.posting_id == _j.posting_id, _l.seq == _j.seq)


def add(conn: sa.Connection, values: Row) -> None:
    """A settlement, written once."""
    conn.execute(sa.insert(s.settlement).values(**values))


def _lines() -> sa.Select[Any]:
    """Rows of the journal with the terms of their order."""
    o = s.orders.c
    return (
        sa.select(
            _j.event_id, _j.posting_id, _j.seq, _j.at, _j.amount_minor, _j.memo, _j.project_id, _j.order_id, o.grams,
            o.price_minor_per_tonne, o.amount_minor.label("order_minor"), o.split,
        )
        .outerjoin(s.orders, (o.event_id == _j.event_id) & (o.order_id == _j.order_id))
        .order_by(_j.at, _j.event_id, _j.posting_id, _j.seq)
    )  # fmt: skip


def open_lines(conn: sa.Connection, whose: Account, until: datetime) -> list[Row]:
    """What is open of an account before ``until``, in order of time."""
    return list(conn.execute(_lines().where(_OPEN, *whose.holds(_j), _j.at < until)).mappings())


def lines_of(conn: sa.Connection, settlement_id: str) -> list[Row]:
    """What a settlement settles, in order of time."""
    query = _lines().join(s.settlement_line, _same_line()).where(_l.settlement_id == settlement_id)
    return list(conn.execute(query).mappings())


def settled_before(conn: sa.Connection, whose: Account, order_ids: list[str], but: str) -> dict[str, str]:
    """Of these orders those that an earlier settlement of this account has: order → that settlement's number."""
    found: dict[str, str] = {}
    for start in range(0, len(order_ids), 500):
        query = (
            sa.select(_j.order_id, sa.func.min(_s.number))
            .join(s.settlement_line, _same_line())
            .join(s.settlement, _s.settlement_id == _l.settlement_id)
            .where(_j.order_id.in_(order_ids[start : start + 500]), *whose.holds(_j), _s.settlement_id != but)
            .where(_j.amount_minor > 0)
            .group_by(_j.order_id)
        )
        found |= dict(conn.execute(query).tuples().all())
    return found


def history(conn: sa.Connection, limit: int) -> list[Row]:
    """Settlements, the newest first."""
    return list(conn.execute(sa.select(s.settlement).order_by(_s.entered_at.desc()).limit(limit)).mappings())


def get(conn: sa.Connection, number: str, lock: bool = False) -> Row | None:
    """A settlement by its number."""
    query = sa.select(s.settlement).where(_s.number == number)
    return conn.execute(query.with_for_update() if lock else query).mappings().first()


def looks(conn: sa.Connection, settlement_ids: list[str]) -> list[Row]:
    """What was said of settlements after they were written: checked, returned."""
    query = sa.select(s.settlement_look).where(_k.settlement_id.in_(settlement_ids)).order_by(_k.at)
    return list(conn.execute(query).mappings())


def add_look(conn: sa.Connection, values: Row) -> None:
    """A second look, or that the payment out came back: once each."""
    conn.execute(sa.insert(s.settlement_look).values(**values))


def event_names(conn: sa.Connection, event_ids: set[str]) -> dict[str, Mapping[str, str]]:
    """The names of events."""
    e = s.event.c
    query = sa.select(e.event_id, e.names).where(e.event_id.in_(sorted(event_ids)))
    return dict(conn.execute(query).tuples().all())


def project_names(conn: sa.Connection) -> dict[str, Mapping[str, str]]:
    """The names of all projects."""
    return dict(conn.execute(sa.select(s.project.c.project_id, s.project.c.names)).tuples().all())


RETURNED = "returned: "
"""How the memo of a posting begins that puts back what came back: then the settlement's number."""


def forget_events(conn: sa.Connection, event_ids: list[str]) -> None:
    """Before test events are dropped: test settlements of their orders go with them, and those that settled what came
    back of these; what else they had is open again. Live settlements are left alone."""
    ids: set[str] = set()
    more = _test_settlements(conn, _l.event_id.in_(event_ids))
    while more - ids:
        ids |= more
        numbers = conn.execute(sa.select(_s.number).where(_s.settlement_id.in_(ids))).scalars()
        came_back = sa.and_(_j.order_id == "", _j.memo.in_([RETURNED + number for number in numbers]))
        more = _test_settlements(conn, came_back)
        conn.execute(sa.delete(s.settlement_line).where(_l.settlement_id.in_(ids)))
        conn.execute(sa.delete(s.journal).where(sa.or_(came_back, _j.settlement_id.in_(ids))))
    for table in (s.settlement_line, s.settlement_look, s.settlement):
        conn.execute(sa.delete(table).where(table.c.settlement_id.in_(ids)))


def _test_settlements(conn: sa.Connection, lines: sa.ColumnElement[bool]) -> set[str]:
    query = (
        sa.select(_l.settlement_id)
        .join(s.journal, _same_line())
        .join(s.settlement, _s.settlement_id == _l.settlement_id)
        .where(lines, _s.livemode.is_(False))
    )
    return set(conn.execute(query.distinct()).scalars())
