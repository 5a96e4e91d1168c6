"""Credentials, status lists and badges hold for packages that share no code with ours, and what is altered does not.

The packages (tests/independent) come from npm once and are kept in var/; without Node or npm the tests are skipped.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

import offsetting
from accounts import SYSTEM
from data.store.engine import Store
from offsetting import signing
from tests.support.independent import verdicts
from tests.support.shop import Shop, add_guest, open_shop, pay

pytestmark = pytest.mark.usefixtures("sqlite_store")


@pytest.fixture
def shop(sqlite_store: Store) -> Shop:
    return open_shop()


def _told(shop: Shop, number: str) -> dict[str, Any]:
    return {
        "did": offsetting.did_document(), "credential": offsetting.certificate_credential(number),
        "statusList": offsetting.status_list(f"{shop.event_id}-0"), "badge": offsetting.open_badge(number),
    }  # fmt: skip


def _order(shop: Shop) -> offsetting.Order:
    return pay(offsetting.place_order(add_guest(shop), shop.project, share_percent=100))


def test_a_certificate_its_status_list_and_its_badge_hold(shop: Shop) -> None:
    order = _order(shop)
    told = _told(shop, order.certificate_number)
    found = verdicts(told)
    for what in ("credential", "meaning", "statusList", "badge", "badgeMeaning"):
        assert found[what]["ok"], (what, found[what]["why"])
    assert found["credential"]["status"] == [False]
    claim = json.loads(told["credential"])["credentialSubject"]
    assert found["badge"]["payload"]["credentialSubject"]["carbonClaim"] == claim


def test_what_is_altered_does_not_hold(shop: Shop) -> None:
    told = _told(shop, _order(shop).certificate_number)
    listed = json.loads(told["statusList"])
    listed["validFrom"] = "2020-01-01T00:00:00Z"
    found = verdicts(told | {
        "credential": told["credential"].replace("Quiet Magpie", "Quiet Magpye"), "statusList": json.dumps(listed),
        "badge": told["badge"][:-2] + ("AA" if told["badge"][-2:] != "AA" else "BA"),
    })  # fmt: skip
    assert not any(found[what]["ok"] for what in ("credential", "statusList", "badge")), found


def test_a_refund_is_seen_in_the_status_list(shop: Shop) -> None:
    order = _order(shop)
    early = _told(shop, order.certificate_number)
    offsetting.refund_order(order.order_id, "asked for", SYSTEM)
    late = early | {"statusList": offsetting.status_list(f"{shop.event_id}-0")}
    assert verdicts(early)["credential"]["status"] == [False]
    found = verdicts(late)
    assert found["credential"]["status"] == [True] and found["statusList"]["ok"], found["credential"]


def test_what_was_signed_before_a_rotation_still_holds_and_a_strangers_key_does_not(shop: Shop) -> None:
    told = _told(shop, _order(shop).certificate_number)
    before = told["did"]
    offsetting.rotate_key()
    found = verdicts(told | {"did": offsetting.did_document()})
    assert found["credential"]["ok"] and found["badge"]["ok"], found
    stranger = signing.did_document_of(before["id"], [signing.get_signer().key_id])
    found = verdicts(told | {"did": stranger})
    assert not found["credential"]["ok"] and not found["badge"]["ok"]
