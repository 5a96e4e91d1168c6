"""The proofs find what is wrong: each ledger is spoilt once, and one finding says so."""

from __future__ import annotations

import pytest

import offsetting
from data.store import rollups
from data.store.engine import get_store
from offsetting import auditing
from tests.support.shop import NOW, Shop, add_guest, open_shop, pay, prove

pytestmark = pytest.mark.usefixtures("store")
SPOILT = [
    ("batches are tiled", "UPDATE allocation SET to_g = to_g - 1 WHERE state = 'free'"),
    ("batches are tiled", "UPDATE credit_batch SET credit_count = credit_count + 1"),
    ("batches are tiled", "DELETE FROM allocation WHERE state = 'sold'"),
    ("tranches are tiled", "UPDATE allocation SET from_g = from_g + 1 WHERE from_g = 0"),
    ("tranches are tiled", "UPDATE tranche SET to_g = to_g + 1"),
    ("orders have their grams", "UPDATE orders SET grams = grams + 1 WHERE state = 'held'"),
    ("orders have their grams", "UPDATE allocation SET state = 'held' WHERE state = 'sold'"),
    ("orders have their grams", "UPDATE allocation SET order_id = 'nobody' WHERE state = 'held'"),
    ("orders have their grams", "UPDATE allocation SET order_id = 'somebody' WHERE state = 'free'"),
    ("orders have their grams", "UPDATE allocation SET state = 'retired' WHERE state = 'sold'"),
    ("claims never exceed", "UPDATE claim SET grams = grams + 1 WHERE line_no = 0"),
    ("claims never exceed", "DELETE FROM claim WHERE line_no = 1"),
    ("claims never exceed", "UPDATE emission_line SET total_g = 1 WHERE line_no = 0"),
    ("claims never exceed", "UPDATE participation SET footprint_version = 9"),
    ("the journal balances", "UPDATE journal SET amount_minor = amount_minor + 1 WHERE account = 'exchange'"),
    ("the journal balances", "DELETE FROM journal"),
    ("every paid order", "UPDATE orders SET certificate_number = 'TEST-0' WHERE state = 'pooled'"),
    ("every paid order", "UPDATE certificate SET revoked_at = issued_at"),
    ("every paid order", "UPDATE orders SET state = 'refunded' WHERE state = 'pooled'"),
    ("test and live", "UPDATE orders SET livemode = {true} WHERE state = 'pooled'"),
    ("test and live", "UPDATE allocation SET livemode = {true} WHERE state = 'free'"),
    ("test and live", "UPDATE claim SET livemode = {true}"),
    ("test and live", "UPDATE certificate SET livemode = {true}"),
    ("test and live", "UPDATE credit_batch SET livemode = {true}"),
]


def traded() -> Shop:
    """A shop with a paid order and one that is held."""
    shop = open_shop(credit_count=3)
    pay(offsetting.place_order(add_guest(shop), shop.project, share_percent=100, now=NOW))
    offsetting.place_order(add_guest(shop), shop.project, share_percent=50, now=NOW)
    return shop


def test_all_is_well_at_first() -> None:
    prove(traded())
    assert len(offsetting.audit()) == len(auditing.PROOFS) + 1


def test_an_empty_store_is_well() -> None:
    prove()


@pytest.mark.parametrize(("name", "spoil"), SPOILT)
def test_a_spoilt_ledger_is_found(name: str, spoil: str) -> None:
    shop = traded()
    with get_store().write() as conn:
        changed = conn.exec_driver_sql(spoil.format(true="TRUE")).rowcount
    assert changed > 0
    wrong = [finding for finding in offsetting.audit() if not finding.ok]
    assert any(finding.name.startswith(name) and finding.detail for finding in wrong), wrong
    if "credit_batch" not in spoil:
        assert any(not finding.ok for finding in offsetting.audit(shop.event_id))
    assert all(finding.ok for finding in offsetting.audit("other") if not finding.name.startswith("batches"))


def test_the_roll_ups_are_those_of_the_rows_after_folding() -> None:
    shop = traded()
    with get_store().write() as conn:
        assert rollups.fold(conn, shop.event_id, NOW)
    prove(shop)
