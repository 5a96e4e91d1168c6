"""Retirement: instructions, four eyes, what is retired by the gram, what is carried over; on both stores."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest

import offsetting
from accounts import SYSTEM, Actor, set_actor
from calculations import instruction_states as states
from calculations.model import InputError
from data.store import rollups
from data.store import schema as s
from data.store.engine import get_store
from offsetting import claiming, retiring
from tests.support.retirement import EVIDENCE, FIRST, SECOND, WHOM, enter, pick_of, sent
from tests.support.shop import NOW, Shop, add_guest, open_shop, pay, prove, rows, set_lines

pytestmark = pytest.mark.usefixtures("store")
ADMINISTRATOR = Actor("person", "root", "Administrator", frozenset({("administrator", "", "")}))


@pytest.fixture(autouse=True)
def reader() -> Any:
    """What is read is read by the system."""
    set_actor(SYSTEM)
    yield
    set_actor(Actor("anonymous"))


def sell(shop: Shop, *lines: int) -> offsetting.Order:
    """A paid order of a guest for all of these lines."""
    return pay(offsetting.place_order(add_guest(shop, lines), shop.project, share_percent=100, now=NOW))


def serial_of(order: offsetting.Order) -> str:
    """The serial number of the only credit that an order has grams of."""
    return f"DEMO-forum-2020-{order.allocations[0].from_g // 1_000_000 + 1:06d}"


def tally(shop: Shop) -> dict[str, int]:
    """The event's sums."""
    with get_store().read() as conn:
        found = rollups.read(conn, rollups.TALLY, shop.event_id)
    return {name: sum(row[i] for row in found.values()) for i, name in enumerate(rollups.TALLY.measures)}


def test_the_whole_way() -> None:
    shop = open_shop(credit_count=2)
    order = sell(shop, 600_000, 400_000)
    drafted = offsetting.draft_instruction(FIRST, [pick_of(shop)], f"  {WHOM}  ", "for the forum", now=NOW)
    assert (drafted.number, drafted.state, drafted.beneficiary) == ("TEST-RI-2021-0001", "drafted", WHOM)
    assert [(run.serials, run.sold_g, run.surplus_g) for run in drafted.runs] == [(serial_of(order), 1_000_000, 0)]
    assert offsetting.send_instruction(FIRST, drafted.number, now=NOW).state == "sent"
    assert enter(drafted.number).state == "entered"
    assert offsetting.get_order(order.order_id).state == "pooled"
    done = offsetting.confirm_retirement(SECOND, drafted.number, now=NOW)
    assert done.order_ids == (order.order_id,)
    found = offsetting.get_instruction(drafted.number)
    assert [step.state for step in found.steps] == ["drafted", "sent", "entered", "confirmed"]
    assert found.steps[-1].actor == SECOND.label
    row = rows(s.retirement)[0]
    assert (row["entered_by"], row["confirmed_by"]) == (FIRST.label, SECOND.label)
    assert row["evidence_sha256"] == hashlib.sha256(EVIDENCE).hexdigest()
    assert offsetting.retirement_evidence(row["evidence_sha256"]).content == EVIDENCE
    assert offsetting.certificate_evidence(order.certificate_number, row["evidence_sha256"]).name == "receipt.pdf"
    assert [entry["kind"] for entry in rows(s.log_entry, subject=row["retirement_id"])] == ["retirement"]
    assert offsetting.certificate(order.certificate_number).state == "retired"
    prove(shop)


@pytest.mark.parametrize("who", [FIRST, ADMINISTRATOR, SYSTEM])
def test_nobody_confirms_what_they_entered(who: Actor) -> None:
    shop = open_shop(credit_count=1)
    sell(shop, 1_000_000)
    number = sent(shop)
    enter(number, who)
    as_program = Actor("program", who.person_id, who.name, who.roles) if who.person_id else who
    for same in (who, as_program):
        with pytest.raises(offsetting.Forbidden, match="a second person of the exchange has to confirm it"):
            offsetting.confirm_retirement(same, number, now=NOW)
    assert rows(s.retirement) == []
    assert offsetting.get_instruction(number).state == "entered"
    offsetting.confirm_retirement(SECOND, number, now=NOW)
    prove(shop)


def test_what_was_entered_goes_back_with_a_reason_and_may_then_be_confirmed_by_the_first() -> None:
    shop = open_shop(credit_count=1)
    sell(shop, 1_000_000)
    number = sent(shop)
    enter(number)
    with pytest.raises(InputError):
        offsetting.return_retirement(SECOND, number, "  ", now=NOW)
    back = offsetting.return_retirement(SECOND, number, "the page names another day", now=NOW)
    assert (back.state, back.steps[-1].reason) == ("sent", "the page names another day")
    with pytest.raises(offsetting.Conflict):
        offsetting.confirm_retirement(FIRST, number, now=NOW)
    enter(number, SECOND, link="https://registry.example/2")
    with pytest.raises(offsetting.Forbidden):
        offsetting.confirm_retirement(SECOND, number, now=NOW)
    offsetting.confirm_retirement(FIRST, number, now=NOW)
    assert [entry.link[-1] for entry in offsetting.get_instruction(number).entries] == ["2", "1"]
    assert rows(s.retirement)[0]["link"] == "https://registry.example/2"
    prove(shop)


def test_credits_of_an_open_instruction_are_kept_from_another() -> None:
    shop = open_shop(credit_count=2)
    sell(shop, 1_300_000)
    number = sent(shop, 1)
    for partly in (False, True):
        with pytest.raises(offsetting.Conflict, match="whole credits are ready"):
            offsetting.draft_instruction(FIRST, [pick_of(shop, 2, partly)], WHOM, now=NOW)
    row = offsetting.retirement_desk(shop.slug)[0]
    assert (row.ready_count, row.begun_count, row.instructed_count, row.remainder_g) == (0, 1, 1, 300_000)
    offsetting.withdraw_instruction(FIRST, number, "the registry is closed", now=NOW)
    assert offsetting.draft_instruction(FIRST, [pick_of(shop)], WHOM, now=NOW).number.endswith("0002")
    prove(shop)


def test_a_withdrawn_instruction_puts_unsold_grams_back_on_offer() -> None:
    shop = open_shop(credit_count=1)
    sell(shop, 250_000)
    number = sent(shop, 1, partly=True)
    assert offsetting.offers(shop.slug)[0].available_g == 0
    with pytest.raises(offsetting.Conflict):
        offsetting.place_order(add_guest(shop, (1_000,)), shop.project, share_percent=100, now=NOW)
    prove(shop)
    offsetting.withdraw_instruction(FIRST, number, "not now", now=NOW)
    assert offsetting.offers(shop.slug)[0].available_g == 750_000
    assert offsetting.withdraw_instruction(FIRST, number, "again", now=NOW).state == "withdrawn"
    sell(shop, 750_000)
    assert offsetting.retirement_desk(shop.slug)[0].ready_count == 1
    prove(shop)


def test_what_is_left_of_a_credit_is_carried_over_to_the_gram() -> None:
    shop = open_shop(credit_count=2)
    first = sell(shop, 1_234_567)
    number = sent(shop)
    enter(number)
    offsetting.confirm_retirement(SECOND, number, now=NOW)
    pool = offsetting.pools(NOW)[0]
    assert (pool.sold_g, pool.remainder_g, pool.ready_count) == (234_567, 234_567, 0)
    last = sell(shop, 765_433)
    assert offsetting.pools(NOW)[0].ready_count == 1
    number = sent(shop)
    enter(number)
    done = offsetting.confirm_retirement(SECOND, number, now=NOW)
    assert set(done.order_ids) == {first.order_id, last.order_id}
    assert offsetting.pools(NOW)[0].sold_g == 0
    prove(shop)


def test_what_is_retired_counts_by_the_gram_line_by_line() -> None:
    shop = open_shop(credit_count=3)
    sell(shop, 1_000_003, 1_000_004, 700_000)
    number = sent(shop, 1)
    enter(number)
    offsetting.confirm_retirement(SECOND, number, now=NOW)
    sums = tally(shop)
    assert (sums["reserved_g"], sums["retired_g"]) == (1_700_007, 1_000_000)
    with get_store().read() as conn:
        cube = rollups.as_rows(rollups.CUBE, rollups.read(conn, rollups.CUBE, shop.event_id))
    by_line = {row["category"]: row["retired_g"] for row in cube if row["reserved_g"] or row["retired_g"]}
    exact = {"travel": 1_000_003, "local": 1_000_004, "stay": 700_000}
    assert all(abs(by_line[name] - grams * 1_000_000 / 2_700_007) < 1 for name, grams in exact.items())
    prove(shop)


def test_a_footprint_that_changes_takes_what_is_retired_along() -> None:
    shop = open_shop(credit_count=3)
    guest = add_guest(shop, (1_500_000, 900_000))
    order = pay(offsetting.place_order(guest, shop.project, share_percent=100, now=NOW))
    number = sent(shop, 1)
    enter(number)
    offsetting.confirm_retirement(SECOND, number, now=NOW)
    for lines in ((600_000,), (5_000_000, 7), (1_100_001, 1_100_000, 199_998)):
        set_lines(shop, guest, lines)
        prove(shop)
    assert tally(shop)["retired_g"] + tally(shop)["reserved_g"] == 2_399_999
    number = sent(shop, 1)
    enter(number)
    offsetting.confirm_retirement(SECOND, number, now=NOW)
    prove(shop)
    number = sent(shop, 1, partly=True)
    enter(number)
    offsetting.confirm_retirement(SECOND, number, now=NOW)
    assert offsetting.get_order(order.order_id).state == "retired"
    assert tally(shop)["retired_g"] == 2_399_999
    prove(shop)


def test_an_order_in_an_open_instruction_is_not_refunded() -> None:
    shop = open_shop(credit_count=1)
    order = sell(shop, 1_000_000)
    number = sent(shop)
    with pytest.raises(offsetting.Conflict, match=r"retirement instruction .*Withdraw the instruction first"):
        offsetting.refund_order(order.order_id, "sorry", FIRST, now=NOW)
    assert offsetting.get_order(order.order_id).state == "pooled"
    offsetting.withdraw_instruction(SECOND, number, "a refund comes first", now=NOW)
    assert offsetting.refund_order(order.order_id, "sorry", FIRST, now=NOW).state == "refunded"
    prove(shop)


def test_a_process_that_ends_in_the_middle_leaves_nothing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop(credit_count=1)
    order = sell(shop, 1_000_000)
    number = sent(shop)
    for module, name, act in (
        (retiring.rows, "add_entry", lambda: enter(number)),
        (claiming, "write_shift", lambda: offsetting.confirm_retirement(SECOND, number, now=NOW)),
        (retiring.log, "append", lambda: offsetting.confirm_retirement(SECOND, number, now=NOW)),
        (retiring.live, "add_ticker", lambda: offsetting.confirm_retirement(SECOND, number, now=NOW)),
    ):
        if name == "write_shift":
            enter(number)
        before = offsetting.get_instruction(number).state
        with monkeypatch.context() as cut:
            cut.setattr(module, name, lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                act()
        assert offsetting.get_instruction(number).state == before
        assert rows(s.retirement) == []
        assert offsetting.get_order(order.order_id).state == "pooled"
        prove(shop)
    offsetting.confirm_retirement(SECOND, number, now=NOW)
    prove(shop)


def test_of_two_who_confirm_at_once_one_does() -> None:
    shop = open_shop(credit_count=1)
    sell(shop, 1_000_000)
    number = sent(shop)
    enter(number)
    done: list[object] = []
    start = threading.Barrier(2)

    def confirm(actor: Actor) -> None:
        start.wait()
        try:
            done.append(offsetting.confirm_retirement(actor, number, now=NOW))
        except offsetting.Conflict as error:
            done.append(error)

    threads = [threading.Thread(target=confirm, args=(actor,)) for actor in (SECOND, ADMINISTRATOR)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Retirement"]
    assert len(rows(s.retirement)) == 1
    prove(shop)


def test_of_two_who_draft_at_once_one_has_the_credits() -> None:
    shop = open_shop(credit_count=1)
    sell(shop, 1_000_000)
    done: list[object] = []
    start = threading.Barrier(2)

    def draft(actor: Actor) -> None:
        start.wait()
        try:
            done.append(offsetting.draft_instruction(actor, [pick_of(shop)], WHOM, now=NOW))
        except offsetting.Conflict as error:
            done.append(error)

    threads = [threading.Thread(target=draft, args=(actor,)) for actor in (FIRST, SECOND)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Instruction"]
    assert [row["number"] for row in rows(s.instruction)] == ["TEST-RI-2021-0001"]


def test_one_instruction_for_two_events() -> None:
    shop = open_shop(credit_count=1)
    sell(shop, 1_000_000)
    other = open_shop(slug="other", credit_count=1)
    sell(other, 1_000_000)
    with pytest.raises(offsetting.Conflict, match="one project, vintage and registry"):
        offsetting.draft_instruction(FIRST, [pick_of(shop), pick_of(other)], WHOM, now=NOW)
    offsetting.add_batch("C", shop.project, vintage="2020", credit_count=2, serial_prefix="C-", now=NOW)
    tranche = offsetting.assign_tranche(other.event_id, "C", 2_000_000, now=NOW)
    offsetting.open_offering(other.event_id, shop.project, 4500, "CNY", [{"to": "project_owner", "share": 1}])
    order = offsetting.place_order(add_guest(other, (1_000_000,)), shop.project, share_percent=100, now=NOW)
    pay(order)
    pool = next(pool for pool in offsetting.pools(NOW) if pool.project_id == shop.project)
    assert (pool.sold_g, pool.ready_count, len(pool.rows)) == (2_000_000, 2, 2)
    picks = offsetting.picks_of(pool, 2)
    assert {(pick.event_id, pick.tranche_id) for pick in picks} == {
        (shop.event_id, shop.tranche_id), (other.event_id, tranche),
    }  # fmt: skip
    number = offsetting.draft_instruction(FIRST, picks, WHOM, now=NOW).number
    one_event = Actor("person", "e", "One event's", frozenset({("exchange", shop.event_id, "")}))
    with pytest.raises(offsetting.Forbidden):
        offsetting.send_instruction(one_event, number, now=NOW)
    offsetting.send_instruction(FIRST, number, now=NOW)
    enter(number)
    assert len(offsetting.confirm_retirement(SECOND, number, now=NOW).order_ids) == 2
    assert {row["event_id"] for row in rows(s.retirement)} == {shop.event_id, other.event_id}
    prove(shop, other)


ACTS: dict[str, Any] = {
    "send": lambda number: offsetting.send_instruction(FIRST, number, now=NOW),
    "enter": lambda number: enter(number),
    "confirm": lambda number: offsetting.confirm_retirement(SECOND, number, now=NOW),
    "return": lambda number: offsetting.return_retirement(SECOND, number, "so", now=NOW),
    "withdraw": lambda number: offsetting.withdraw_instruction(FIRST, number, "so", now=NOW),
}
LEADS = {  # state → act → state; what is not here is refused, what leads to the same state changes nothing
    "drafted": {"send": "sent", "withdraw": "withdrawn"},
    "sent": {"send": "sent", "return": "sent", "enter": "entered", "withdraw": "withdrawn"},
    "entered": {"return": "sent", "confirm": "confirmed"},
    "confirmed": {},
    "withdrawn": {"withdraw": "withdrawn"},
}
WAYS = {
    "drafted": [], "sent": ["send"], "entered": ["send", "enter"], "confirmed": ["send", "enter", "confirm"],
    "withdrawn": ["withdraw"],
}  # fmt: skip


@pytest.mark.parametrize("state", states.STATES)
def test_every_transition_of_the_table_and_no_other(state: str) -> None:
    shop = open_shop(credit_count=len(ACTS))
    sell(shop, len(ACTS) * 1_000_000)
    for name, act in ACTS.items():
        number = offsetting.draft_instruction(FIRST, [pick_of(shop)], WHOM, now=NOW).number
        for step in WAYS[state]:
            ACTS[step](number)
        step_count = len(offsetting.get_instruction(number).steps)
        to = LEADS[state].get(name)
        if to is None:
            with pytest.raises(offsetting.Conflict):
                act(number)
        else:
            act(number)
        found = offsetting.get_instruction(number)
        assert found.state == (to or state), name
        assert len(found.steps) == step_count + (to not in (None, state)), name
        assert to in (None, state) or (state, to) in states.TRANSITIONS
    prove(shop)


def test_the_documents_table_is_the_codes() -> None:
    assert states.table() in (Path(__file__).parent.parent / "docs" / "retirement.md").read_text(encoding="utf-8")


SPOILT = [
    ("what is retired is", "UPDATE retirement SET to_g = to_g + 1000000"),
    ("what is retired is", "DELETE FROM retirement"),
    ("what is retired is", "UPDATE retirement SET confirmed_by = entered_by"),
    ("what is retired is", "UPDATE allocation SET state = 'surplus', order_id = '' WHERE state = 'set_aside'"),
    ("no credit is in two", "UPDATE instruction_run SET from_g = 0, to_g = 1000000"),
    ("no credit is in two", "UPDATE instruction SET state = 'withdrawn'"),
    ("no credit is in two", "UPDATE instruction SET state = 'confirmed'"),
    ("no credit is in two", "UPDATE allocation SET state = 'free' WHERE state = 'set_aside'"),
]


@pytest.mark.parametrize(("name", "spoil"), SPOILT)
def test_a_spoilt_retirement_is_found(name: str, spoil: str) -> None:
    shop = open_shop(credit_count=2)
    sell(shop, 1_300_000)
    number = sent(shop)
    enter(number)
    offsetting.confirm_retirement(SECOND, number, now=NOW)
    sent(shop, 1, partly=True)
    prove(shop)
    with get_store().write() as conn:
        assert conn.exec_driver_sql(spoil).rowcount > 0
    wrong = [finding for finding in offsetting.audit() if not finding.ok]
    assert any(finding.name.startswith(name) and finding.detail for finding in wrong), wrong
