"""What is owed to each recipient of the money, and settlements: what was paid out of it, outside of here.

A settlement takes all that is open of an account up to the end of a day: each row of the journal once. It is written
when it has been paid out, with reference and day, and moves its sum to ``paid_out``. A refund after it is a negative
row, open until the next settlement takes it. A second person looks at it; a payment that came back opens its sum again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from accounts import TABLE, Actor, Conflict, Forbidden, NotFound, current_actor, record, require, roles_for
from calculations import money
from calculations.model import FieldError, InputError
from data.settings import get_settings
from data.store import journal
from data.store import settlements as rows
from data.store.engine import get_store, run_write
from data.store.ids import new_row_id
from data.store.receipts import next_number
from offsetting.statements import Owed, Settled, Statement, StatementLine, line_of

Row = Mapping[Any, Any]
Account = rows.Account
VIEW, MANAGE = "credits.view", "credits.manage"
CHECKED, GIVEN_BACK = "checked", "returned"
SERIES = {True: "settlement", False: "test settlement"}
MOST_REFERENCE, MOST_NOTE = 120, 500
NONE_SUCH = "There is no settlement {value}."


def _require_everywhere(actor: Actor, action: str) -> None:
    """The books are of the whole exchange: a role at one event does not open them."""
    require(actor, action)
    if actor.kind != "system" and not TABLE[action] & roles_for(actor):
        raise Forbidden("Your role does not allow this ({action}).", action=action)


def may_look() -> None:
    """Raises Forbidden or Unauthenticated where the current person may not see the books."""
    _require_everywhere(current_actor(), VIEW)


def owed() -> list[Owed]:
    """What is open by recipient: project owners by project, the others of all projects; live before test: what orders
    brought them, by the roll-up of money, less what was paid out and has not come back. Needs credits.view."""
    _require_everywhere(current_actor(), VIEW)
    with get_store().read() as conn:
        earned, paid = _by_account(rows.earned_sums(conn)), _by_account(rows.paid_out_sums(conn))
        until = {_account(row): row["until_at"] for row in rows.settled_until(conn)}
        names = rows.project_names(conn)
    made = [
        Owed(whose.account, whose.project_id, names.get(whose.project_id, {}), whose.currency, whose.livemode,
             earned.get(whose, 0) - paid.get(whose, 0), paid.get(whose, 0), until.get(whose))
        for whose in {**earned, **paid}
    ]  # fmt: skip
    return sorted(made, key=lambda o: (not o.livemode, o.account != money.PROJECT_OWNER, o.account, o.project_id))


def _by_account(found: list[Row]) -> dict[Account, int]:
    sums: dict[Account, int] = {}
    for row in found:
        sums[_account(row)] = sums.get(_account(row), 0) + int(row["amount_minor"])
    return sums


def _account(row: Row) -> Account:
    project_id = row["project_id"] if row["account"] == money.PROJECT_OWNER else ""
    return Account(row["account"], project_id, row["currency"], bool(row["livemode"]))


def statement(whose: Account, until: date | None = None, now: datetime | None = None) -> Statement:
    """What is open of an account up to the end of a day of the exchange's (today), not yet paid out. Needs
    credits.view. Raises NotFound where nothing was ever posted there."""
    _require_everywhere(current_actor(), VIEW)
    at = now or datetime.now(UTC)
    end = _end_of(until or at.astimezone(_zone()).date())
    with get_store().read() as conn:
        return _draft(conn, whose, end)


def _zone() -> ZoneInfo:
    return ZoneInfo(get_settings().exchange_timezone)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), _zone()).astimezone(UTC)


def _draft(conn: Connection, whose: Account, end: datetime) -> Statement:
    lines = _lines(conn, whose, rows.open_lines(conn, whose, end), "")
    names = rows.project_names(conn).get(whose.project_id, {})
    return Statement("", whose, names, rows.last_until(conn, whose), end, lines, _zone().key)


def _lines(conn: Connection, whose: Account, found: list[Row], settlement_id: str) -> tuple[StatementLine, ...]:
    takers = [row["order_id"] for row in found if row["amount_minor"] < 0 and row["order_id"]]
    before = rows.settled_before(conn, whose, sorted(set(takers)), settlement_id)
    names = rows.event_names(conn, {row["event_id"] for row in found})
    return tuple(
        line_of(row, whose.account, before.get(row["order_id"], ""), names.get(row["event_id"], {})) for row in found
    )


def settle(
    actor: Actor, whose: Account, until: date, expected_minor: int, reference: str, paid_on: date,
    now: datetime | None = None,
) -> str:  # fmt: skip
    """Enters that all that is open of an account up to the end of a day has been paid out; the settlement's number.

    ``expected_minor`` is the sum that was paid, as the statement said it: where something else is open by now, nothing
    is written. Needs credits.manage. Raises InputError, Conflict, Forbidden, Unauthenticated.
    """
    _require_everywhere(actor, MANAGE)
    at = now or datetime.now(UTC)
    reference = " ".join(reference.split())
    _check_settle(reference, until, paid_on, at.astimezone(_zone()).date())
    end, settlement_id = _end_of(until), new_row_id()

    def work(conn: Connection) -> str:
        year = at.astimezone(_zone()).year
        seq_no = next_number(conn, "", SERIES[whose.livemode], year)  # taken first: settlements come one at a time
        number = f"{'' if whose.livemode else 'TEST-'}S-{year}-{seq_no:04d}"
        from_at = rows.last_until(conn, whose)
        rows.take_lines(conn, settlement_id, whose, end)
        sums = rows.line_sums(conn, settlement_id)
        total = sum(int(row["amount_minor"]) for row in sums)
        _check_open(total, expected_minor, bool(sums))
        rows.add(conn, {
            "settlement_id": settlement_id, "number": number, "account": whose.account, "project_id": whose.project_id,
            "currency": whose.currency, "livemode": whose.livemode, "from_at": from_at, "until_at": end,
            "amount_minor": total, "line_count": sum(int(row["line_count"]) for row in sums), "reference": reference,
            "paid_on": datetime.combine(paid_on, time(), UTC), "entered_by": actor.name or actor.label,
            "entered_by_id": actor.label, "entered_at": at,
        })  # fmt: skip
        for row in sums:
            _post(conn, whose, row, -int(row["amount_minor"]), f"paid out: {number}", at, settlement_id)
        detail = {"number": number, "account": whose.account, "project": whose.project_id, "amount_minor": total}
        record(conn, "", actor, "settlement.enter", settlement_id, detail | {"reference": reference})
        return number

    try:
        return run_write(get_store(), work)
    except IntegrityError:
        raise Conflict("What is open has changed since you looked; look again.") from None


def _post(
    conn: Connection, whose: Account, row: Row, amount: int, memo: str, at: datetime, settlement_id: str = ""
) -> None:  # fmt: skip
    of = {
        "event_id": row["event_id"], "order_id": "", "project_id": row["project_id"], "currency": whose.currency,
        "livemode": whose.livemode,
    }  # fmt: skip
    journal.post(conn, of, {whose.account: amount, money.PAID_OUT: -amount}, memo, at, settlement_id)


def _check_settle(reference: str, until: date, paid_on: date, today: date) -> None:
    errors = []
    if not reference or len(reference) > MOST_REFERENCE:
        message = "{field}: write the bank's reference, in at most {most} characters."
        errors.append(FieldError("reference", reference[:60], message, {"most": MOST_REFERENCE}))
    if until > today:
        errors.append(FieldError("until", until.isoformat(), "{field}: {value} is still to come."))
    if paid_on > today:
        errors.append(FieldError("paid_on", paid_on.isoformat(), "{field}: {value} is still to come."))
    if errors:
        raise InputError(errors)


def _check_open(total: int, expected: int, any_line: bool) -> None:
    if not any_line:
        raise Conflict("Nothing is open here: it has been settled already.")
    if total != expected:
        raise Conflict("What is open has changed since you looked; look again.")
    if total <= 0:
        raise Conflict("Nothing is to be paid out: what is open is carried into the next settlement.")


def check_settlement(actor: Actor, number: str, note: str = "", now: datetime | None = None) -> None:
    """A second person has looked at a settlement. Needs credits.view, and nobody checks what they entered themselves.
    A second time changes nothing. Raises NotFound, Conflict."""
    _require_everywhere(actor, VIEW)

    def work(conn: Connection) -> None:
        known = _known(conn, number)
        if known["entered_by_id"] == actor.label:
            raise Conflict("A second person has to look: you entered this settlement yourself.")
        if CHECKED not in _looks(conn, known):
            _look(conn, known, actor, CHECKED, note, now)

    run_write(get_store(), work)


def return_payment(actor: Actor, number: str, note: str, now: datetime | None = None) -> None:
    """The payment out of a settlement came back: its sum is open again, as a row of its own in the next settlement.
    Needs credits.manage. A second time changes nothing. Raises NotFound, InputError."""
    _require_everywhere(actor, MANAGE)
    if not note.strip():
        raise InputError([FieldError("note", "", "{field}: write why it came back.")])

    def work(conn: Connection) -> None:
        known = _known(conn, number)
        if GIVEN_BACK in _looks(conn, known):
            return
        _look(conn, known, actor, GIVEN_BACK, note, now)
        for row in rows.line_sums(conn, known["settlement_id"]):
            memo = rows.RETURNED + number
            _post(conn, _account(known), row, int(row["amount_minor"]), memo, now or datetime.now(UTC))

    run_write(get_store(), work)


def _known(conn: Connection, number: str) -> Row:
    known = rows.get(conn, number, lock=True)
    if known is None:
        raise NotFound(NONE_SUCH, value=number[:60])
    return known


def _looks(conn: Connection, known: Row) -> set[str]:
    return {row["kind"] for row in rows.looks(conn, [known["settlement_id"]])}


def _look(conn: Connection, known: Row, actor: Actor, kind: str, note: str, now: datetime | None) -> None:
    said = " ".join(note.split())[:MOST_NOTE]
    rows.add_look(conn, {
        "settlement_id": known["settlement_id"], "kind": kind, "by": actor.name or actor.label, "note": said,
        "at": now or datetime.now(UTC),
    })  # fmt: skip
    record(conn, "", actor, f"settlement.{kind}", known["settlement_id"], {"number": known["number"], "note": said})


def settlements(limit: int = 100) -> list[Settled]:
    """Settlements, the newest first. Needs credits.view."""
    _require_everywhere(current_actor(), VIEW)
    with get_store().read() as conn:
        found = rows.history(conn, max(1, min(limit, 1000)))
        names = rows.project_names(conn)
        looks = rows.looks(conn, [row["settlement_id"] for row in found])
    return [_settled(row, names.get(row["project_id"], {}), looks) for row in found]


def _settled(row: Row, names: Mapping[str, str], looks: list[Row]) -> Settled:
    said = {look["kind"]: look for look in looks if look["settlement_id"] == row["settlement_id"]}
    checked, back = said.get(CHECKED), said.get(GIVEN_BACK)
    return Settled(
        number=row["number"], whose=_account(row), project_names=names, from_at=row["from_at"],
        until_at=row["until_at"], amount_minor=row["amount_minor"], line_count=row["line_count"],
        reference=row["reference"], paid_on=row["paid_on"].date(), entered_by=row["entered_by"],
        entered_at=row["entered_at"], checked_by=checked["by"] if checked else "",
        checked_at=checked["at"] if checked else None, returned_at=back["at"] if back else None,
        returned_note=back["note"] if back else "",
    )  # fmt: skip


def statement_of(number: str) -> Statement:
    """The statement of a settlement, the same whenever it is asked for. Needs credits.view. Raises NotFound."""
    _require_everywhere(current_actor(), VIEW)
    with get_store().read() as conn:
        known = rows.get(conn, number)
        if known is None:
            raise NotFound(NONE_SUCH, value=number[:60])
        whose = _account(known)
        lines = _lines(conn, whose, rows.lines_of(conn, known["settlement_id"]), known["settlement_id"])
        names = rows.project_names(conn).get(whose.project_id, {})
        settled = _settled(known, names, rows.looks(conn, [known["settlement_id"]]))
    return Statement(number, whose, names, known["from_at"], known["until_at"], lines, _zone().key, settled)
