"""The host's grams on the plan: certificates that follow, guests of files, what goes back to guests and from them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

import events
import offsetting
from cli import app
from data.store import boards
from data.store import schema as s
from data.store.engine import Store, get_store
from tests.support.events import trip
from tests.support.hosting import HOST, NOW, PROJECT, SLUG, answer, buy, confirm, entered, holds, open_hosted
from tests.support.load import EXCHANGE
from tests.support.shop import rows

AFTER = NOW + timedelta(days=2)
PEOPLE = "ID,City,Travel mode\n" + "".join(f"R{n},北京,plane\n" for n in range(3))


@pytest.fixture
def event(sqlite_store: Store) -> events.Event:
    """An event whose host pays for everybody."""
    return open_hosted()


def versions(order: offsetting.Order) -> list[str]:
    """Why each statement of an order's certificate was made, the first first."""
    kept = rows(s.certificate_statement, number=order.certificate_number)
    return [row["reason"] for row in sorted(kept, key=lambda row: row["version"])]


def waits() -> list[bool]:
    """Whether each statement that was asked for is still to be made."""
    return [row["done_at"] is None for row in rows(s.job, kind="restate")]


def test_one_statement_follows_all_who_answered_until_then(event: events.Event) -> None:
    _, plane_g = answer(trip("plane"))
    order = buy(9 * plane_g)
    before = versions(order)
    guest, _ = answer(trip("rail"))
    answer(trip("rail"))
    answer(trip("plane"), of=guest)
    assert (versions(order), waits()) == (before, [True])
    assert offsetting.run_due() >= 1
    assert (versions(order), waits()) == ([*before, "claim changed"], [False])
    answer(trip("rail"), of=guest)
    assert waits() == [True]
    offsetting.run_due()
    assert len(versions(order)) == len(before) + 2
    told, cover = offsetting.certificate(order.certificate_number), offsetting.host_cover(event.event_id)
    assert (told.covered_g, told.planned_g, told.extra_g) == (cover.covered_g, cover.planned_g, 0)
    holds(event.event_id)


def test_nothing_is_stated_anew_of_a_certificate_that_was_revoked(event: events.Event) -> None:
    _, plane_g = answer(trip("plane"))
    order = buy(3 * plane_g)
    answer(trip("rail"))
    offsetting.refund_order(order.order_id, "asked for", EXCHANGE)
    offsetting.run_due()
    assert versions(order)[-1].startswith("refund") and waits() == [False]
    assert not offsetting.host_cover(event.event_id).bought
    holds(event.event_id)


def test_who_came_in_by_a_file_waits_for_the_settling(event: events.Event) -> None:
    guest, plane_g = answer(trip("plane"))
    events.bring_in(SLUG, events.receive_file(SLUG, "people.csv", PEOPLE.encode()).token)
    brought = [row["participation_id"] for row in rows(s.participation) if row["import_id"]]
    assert len(brought) == 3
    order = buy(9 * plane_g)
    assert offsetting.coverage_of(guest).by_others_g == plane_g
    assert [offsetting.coverage_of(each).covered_g for each in brought] == [0, 0, 0]
    holds(event.event_id)
    offsetting.settle_plan(HOST, SLUG, AFTER)
    whole = [offsetting.coverage_of(each) for each in brought]
    assert all(seen.by_others_g == seen.total_g > 0 for seen in whole)
    assert versions(order)[-1] == "claim changed"
    holds(event.event_id)


@pytest.mark.parametrize("how", ["refunded", "cancelled", "expired"])
def test_the_plan_covers_again_what_a_guests_own_order_leaves(
    sqlite_store: Store, event: events.Event, how: str
) -> None:  # fmt: skip
    guest, total_g = answer(trip("plane"))
    own = offsetting.place_order(guest, PROJECT, share_percent=100)
    if how == "refunded":
        offsetting.demo_payment(own.order_id, "succeeded")
    order = buy(2 * total_g)
    assert offsetting.coverage_of(guest).by_others_g == 0
    if how == "refunded":
        offsetting.refund_order(own.order_id, "asked for", EXCHANGE)
    elif how == "cancelled":
        offsetting.cancel_order(own.order_id, "asked for")
    else:
        offsetting.run_due(NOW + timedelta(hours=3))
    assert offsetting.coverage_of(guest).by_others_g == total_g
    assert versions(order)[-1] == "claim changed"
    holds(event.event_id)


def test_a_host_who_pays_otherwise_covers_nobody_on_its_own(event: events.Event) -> None:
    with get_store().write() as conn:
        conn.execute(sa.update(s.event).values(defaults={"payer": "host_residual"}))
    guest, total_g = answer(trip("plane"))
    buy(2 * total_g)
    own = offsetting.place_order(guest, PROJECT, share_percent=100)
    offsetting.cancel_order(own.order_id, "asked for")
    assert offsetting.coverage_of(guest).covered_g == 0
    assert offsetting.host_cover(event.event_id).planned_g == 2 * total_g
    holds(event.event_id)


def test_a_host_who_decides_to_pay_for_everybody_covers_who_has_answered(event: events.Event) -> None:
    with get_store().write() as conn:
        conn.execute(sa.update(s.event).values(defaults={"payer": "guest"}))
    guest, total_g = answer(trip("plane"))
    order = buy(2 * total_g)
    assert offsetting.coverage_of(guest).covered_g == 0
    kept = {"project": PROJECT, "open": True, "price": "45.00", "tonnes": ""}
    events.save_step(SLUG, "projects", {"payer": "host_all", "flags": ["payments"], "offers": [kept]})
    assert offsetting.coverage_of(guest).by_others_g == total_g
    assert versions(order)[-1] == "claim changed"
    holds(event.event_id)


def test_the_board_of_many_is_that_of_each(event: events.Event) -> None:
    told = [answer(trip(mode)) for mode in ("plane", "rail", "plane")]
    order = buy(9 * told[0][1])
    many = board()
    assert len(many) == 3 and {share for _, share, _ in many} == {10_000}
    with get_store().write() as conn:
        for guest, _ in told:
            boards.refresh_person(conn, event.event_id, guest, NOW)
    assert board() == many
    offsetting.refund_order(order.order_id, "asked for", EXCHANGE)
    assert board() == []


def board() -> list[tuple[str, int, int]]:
    """Who is on the board, with share and grams."""
    found = rows(s.board_person)
    return sorted((row["participation_id"], row["share_bp"], row["grams_g"]) for row in found)


BREAKS = {
    "a gram neutralised twice": (
        "UPDATE claim SET grams = grams {sign} 1 WHERE claim_id = (SELECT max(claim_id) FROM claim WHERE line_no = 0)",
        "claims never exceed a line and are an order's grams",
    ),
    "a gram sold twice": (
        "UPDATE allocation SET to_g = to_g {sign} 1 WHERE state = 'sold'",
        "batches are tiled by allocations and what no event has",
    ),
    "what is paid called retired": (
        "UPDATE facet SET reserved_g = reserved_g {back} 1, retired_g = retired_g {sign} 1 WHERE reserved_g > 1",
        "roll-ups equal a rebuild from the rows",
    ),
}


def test_the_audit_command_tells_each_thing_that_is_broken(event: events.Event) -> None:
    guest, plane_g = answer(trip("plane"))
    order = buy(9 * plane_g)
    confirm(entered(rows(s.tranche, event_id=event.event_id)[0]["tranche_id"], event.event_id, 1))
    answer(trip("rail"), of=guest)
    answer(trip("plane"))
    offsetting.run_due()
    events.fold_due()
    told = json.loads(offsetting.certificate_credential(order.certificate_number))["credentialSubject"]
    assert (told["state"], told["retiredGrams"]) == ("partly_retired", 1_000_000)
    assert audited() == []
    for statement, name in BREAKS.values():
        for sign, back, wrong in (("+", "-", [name]), ("-", "+", [])):
            with get_store().write() as conn:
                assert conn.execute(sa.text(statement.format(sign=sign, back=back))).rowcount
            assert set(wrong) <= set(audited()) and bool(wrong) == bool(audited()), name
    holds(event.event_id)


def audited() -> list[str]:
    """What `audit` finds wrong; it ends with 1 where it does."""
    done = CliRunner().invoke(app, ["audit", "--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == (0 if found["ok"] else 1)
    return [each["name"] for each in found["findings"] if not each["ok"]]
