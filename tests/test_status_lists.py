"""Status lists: a bit of its own for each certificate, set on revocation, in a list that the issuer has signed."""

from __future__ import annotations

import json

import pytest

import offsetting
from accounts import SYSTEM
from data.store import statuses as rows
from data.store.engine import Store
from offsetting import statuses
from offsetting.bundle import verify_file
from offsetting.status_check import REVOKED, is_set
from offsetting.verification import STATUS_BITS, verify_document
from tests.support.api import client
from tests.support.shop import Shop, add_guest, open_shop, pay


@pytest.fixture
def shop(store: Store) -> Shop:
    return open_shop()


def _paid(shop: Shop) -> offsetting.Order:
    return pay(offsetting.place_order(add_guest(shop), shop.project, grams=1000))


def _status(order: offsetting.Order) -> dict[str, str]:
    found: dict[str, str] = json.loads(offsetting.certificate_credential(order.certificate_number))["credentialStatus"]
    return found


def test_bits_go_in_and_come_out_at_their_places() -> None:
    wanted = {0, 7, 8, 1234, STATUS_BITS - 1}
    text = statuses.encoded(wanted)
    for bit in (*wanted, 1, 6, 9, 1233, STATUS_BITS - 2):
        assert is_set(text, bit) is (bit in wanted)
    assert statuses.encoded([]) != text and len(text) < 200
    for wrong in ("", "x" + text[1:], "u!!!", "uAAAA"):
        with pytest.raises(ValueError):
            is_set(wrong, 0)
    with pytest.raises(ValueError, match="no bit"):
        is_set(text, STATUS_BITS)


def test_a_refund_sets_its_bit_and_no_other(shop: Shop) -> None:
    kept, gone = _paid(shop), _paid(shop)
    before, entry = offsetting.status_list(f"{shop.event_id}-0"), _status(gone)
    offsetting.refund_order(gone.order_id, "asked for", SYSTEM)
    after, keys = offsetting.status_list(f"{shop.event_id}-0"), json.dumps(offsetting.did_document())
    assert verify_document(after, keys).ok
    credentials = {
        order.order_id: json.loads(offsetting.certificate_credential(order.certificate_number))
        for order in (kept, gone)
    }
    assert _status(gone) == entry and entry["statusPurpose"] == "revocation"
    assert offsetting.wrong_status(credentials[gone.order_id], before, keys) is None
    assert offsetting.wrong_status(credentials[gone.order_id], after, keys) == REVOKED
    assert offsetting.wrong_status(credentials[kept.order_id], after, keys) is None


def test_a_file_is_held_to_the_status_list_that_is_given(shop: Shop) -> None:
    order = _paid(shop)
    text, keys = offsetting.certificate_file(order.certificate_number), json.dumps(offsetting.did_document())
    before = offsetting.status_list(f"{shop.event_id}-0")
    offsetting.refund_order(order.order_id, "asked for", SYSTEM)
    assert verify_file(text, keys, None, before).ok
    assert verify_file(text, keys, None, offsetting.status_list(f"{shop.event_id}-0")).reasons == (REVOKED,)


def test_a_list_that_is_changed_foreign_or_another_is_refused(shop: Shop) -> None:
    order = _paid(shop)
    text, keys = offsetting.status_list(f"{shop.event_id}-0"), json.dumps(offsetting.did_document())
    credential = json.loads(offsetting.certificate_credential(order.certificate_number))
    forged = json.loads(text)
    forged["credentialSubject"]["encodedList"] = statuses.encoded([5])
    assert "not signed" in str(offsetting.wrong_status(credential, json.dumps(forged), keys))
    other = credential | {"credentialStatus": credential["credentialStatus"] | {"statusListCredential": "elsewhere"}}
    assert "another one" in str(offsetting.wrong_status(other, text, keys))
    assert offsetting.wrong_status(credential, offsetting.certificate_credential(order.certificate_number), keys)
    assert offsetting.wrong_status(credential, "not json", keys)


def test_each_certificate_has_a_bit_of_its_own_even_where_a_list_is_crowded(
    shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statuses.secrets, "randbelow", lambda _: 17)
    first, second = _paid(shop), _paid(shop)
    with store.read() as conn:
        assert rows.of(conn, shop.event_id, first.certificate_number) == (0, 17)
        assert rows.of(conn, shop.event_id, second.certificate_number) == (1, 17)
    offsetting.refund_order(first.order_id, "asked for", SYSTEM)
    assert is_set(json.loads(offsetting.status_list(f"{shop.event_id}-0"))["credentialSubject"]["encodedList"], 17)
    assert not is_set(json.loads(offsetting.status_list(f"{shop.event_id}-1"))["credentialSubject"]["encodedList"], 17)


def test_lists_by_the_api(shop: Shop) -> None:
    order, api = _paid(shop), client()
    address = _status(order)["statusListCredential"]
    answer = api.get(address[address.index("/api/v1/") :])
    assert answer.status_code == 200 and answer.json()["id"] == address
    for wrong in (f"{shop.event_id}-1", f"{shop.event_id}-x", f"{shop.event_id}-00", "nothing", "abcdefgh-0"):
        refused = api.get(f"/api/v1/status-lists/{wrong}")
        assert refused.status_code == 404 and refused.json()["detail"], wrong
