"""A certificate as an Open Badge: the same facts as its credential, signed whole, checked off line to the byte."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import offsetting
from accounts import SYSTEM
from data.store import schema as s
from data.store.engine import Store
from offsetting import signing
from offsetting.bundle import NOT_IN_LOG, verify_file
from offsetting.certificates import issue, reissue
from offsetting.open_badges import badge_of, is_jwt, payload_of, sign_jwt, verify_jwt
from offsetting.status_check import REVOKED
from tests.support.api import client
from tests.support.certified import EVENT_ID, ORDER_ID, PAID_AT, paid_order, retire
from tests.support.server import PROJECT_DIR
from tests.support.shop import Shop, add_guest, open_shop, pay


@pytest.fixture
def shop(store: Store) -> Shop:
    return open_shop()


def _paid(shop: Shop) -> offsetting.Order:
    return pay(offsetting.place_order(add_guest(shop), shop.project, grams=1000))


def _issued(store: Store, **order: Any) -> str:
    with store.write() as conn:
        paid_order(conn, **order)
        return issue(conn, EVENT_ID, ORDER_ID, PAID_AT)


def _part(text: str, at: int) -> dict[str, Any]:
    part = text.split(".")[at]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _token(header: dict[str, Any], badge: dict[str, Any]) -> str:
    """Signed with the issuer's own key, whatever it says."""
    packed = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, badge)]
    signature = signing.get_signer().private.sign(".".join(packed).encode())
    return ".".join([*packed, base64.urlsafe_b64encode(signature).rstrip(b"=").decode()])


def test_a_badge_says_what_its_credential_says(store: Store) -> None:
    number = _issued(store)
    credential = json.loads(offsetting.certificate_credential(number))
    text = offsetting.open_badge(number)
    assert text == offsetting.open_badge(number), "the same statement gives the same bytes"
    header, badge = _part(text, 0), _part(text, 1)
    issuer = signing.issuer_did()
    assert header == {"alg": "EdDSA", "kid": f"{issuer}#{signing.get_signer().key_id}-jwk", "typ": "JWT"}
    assert badge["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert badge["credentialSubject"]["carbonClaim"] == credential["credentialSubject"]
    assert badge["credentialStatus"] == credential["credentialStatus"]
    assert (badge["iss"], badge["jti"]) == (issuer, badge["id"]) and badge["issuer"]["id"] == issuer
    assert badge["sub"] == badge["credentialSubject"]["id"]
    assert badge["nbf"] == datetime.fromisoformat(badge["validFrom"]).timestamp() == PAID_AT.timestamp()
    assert badge["name"] == "Carbon Neutral Certificate of Honour · reserved"
    asked = {one["id"]: one["resultType"] for one in badge["credentialSubject"]["achievement"]["resultDescription"]}
    told = {asked[one["resultDescription"]]: one for one in badge["credentialSubject"]["result"]}
    assert told["Percent"]["value"] == "100" and told["Status"]["status"] == "Provisional"
    assert "evidence" not in badge and "OF NO VALUE" in badge["credentialSubject"]["achievement"]["description"]
    assert verify_jwt(text, signing.did_document()).subject == credential["credentialSubject"]


def test_under_full_share_and_abroad_it_is_a_contribution(sqlite_store: Store) -> None:
    text = offsetting.open_badge(_issued(sqlite_store, share_percent=50, jurisdiction="EU"))
    badge = _part(text, 1)
    spoken = json.dumps([badge["name"], badge["credentialSubject"]["achievement"]])
    assert badge["name"] == "Certificate of Honour of Contribution · reserved"
    assert "eutral" not in re.sub(r"First China Digital Carbon Neutrality Forum", "", spoken)
    assert badge["credentialSubject"]["result"][0]["value"] in ("50", "49.99")


def test_a_retired_badge_names_its_evidence_and_follows_the_orders_language(sqlite_store: Store) -> None:
    number = _issued(sqlite_store)
    with sqlite_store.write() as conn:
        retire(conn)
        conn.execute(sa.update(s.certificate).values(locale="zh"))
        reissue(conn, EVENT_ID, number, "retired")
    badge = _part(offsetting.open_badge(number), 1)
    assert badge["name"] == "碳中和荣誉证书 · 已注销"
    assert (
        badge["evidence"][0]["id"] == "https://registry.example/r/1" and "ab" * 32 in badge["evidence"][0]["narrative"]
    )
    assert badge["credentialSubject"]["result"][3]["status"] == "Completed"
    assert badge["id"].endswith("#badge-2")


def test_what_is_on_the_plan_is_a_result_of_its_own(sqlite_store: Store) -> None:
    credential = json.loads(offsetting.certificate_credential(_issued(sqlite_store)))
    credential["credentialSubject"] |= {"coveredGrams": 0, "shareBasisPoints": 0, "plannedGrams": 5000}
    badge = badge_of(credential, [], "en")["credentialSubject"]
    asked = badge["achievement"]["resultDescription"][6]
    assert asked["name"].startswith("Grams CO₂e on the plan") and badge["result"][6]["value"] == "5000"
    assert badge["result"][6]["resultDescription"] == asked["id"] and len(badge["result"]) == 7


def test_any_altered_byte_fails(sqlite_store: Store) -> None:
    text, keys = offsetting.open_badge(_issued(sqlite_store)).encode(), json.dumps(signing.did_document())
    assert verify_file(text, keys).ok and verify_file(text + b"\n", keys).ok
    for at in range(len(text)):
        for flip in (0x01, 0x20):
            altered = bytearray(text)
            altered[at] ^= flip
            found = verify_file(bytes(altered), keys)
            assert not found.ok and found.reasons, (at, flip)
    same_bytes = text[:-1] + bytes([text[-1] + 1])  # the last letter's spare bits: it decodes to the same signature
    assert not verify_file(same_bytes, keys).ok
    for at in range(0, len(text), 11):
        assert not verify_file(text[:at] + text[at + 1 :], keys).ok
        assert not verify_file(text[:at] + b"A" + text[at:], keys).ok


def test_what_another_signed_or_says_of_itself_is_refused(sqlite_store: Store, tmp_path: Path) -> None:
    text, keys = offsetting.open_badge(_issued(sqlite_store)), signing.did_document()
    badge = payload_of(text)
    signing.keep_new_key(tmp_path / "other.pem", replace=False)
    other = signing.load_key(tmp_path / "other.pem")
    assert "not among the issuer's keys" in verify_jwt(sign_jwt(badge, other), keys).reasons[0]
    header = {"alg": "EdDSA", "kid": _part(text, 0)["kid"], "typ": "JWT"}
    assert verify_jwt(_token(header, badge), keys).ok
    for name, value in (
        ("type", ["VerifiableCredential"]), ("iss", "did:web:elsewhere"), ("nbf", badge["nbf"] + 1), ("sub", "x"),
        ("jti", badge["id"] + "1"), ("validFrom", "yesterday"), ("issuer", "did:web:elsewhere"),
    ):  # fmt: skip
        assert not verify_jwt(_token(header, badge | {name: value}), keys).ok, name
    for name, value in (("alg", "none"), ("typ", "JOSE"), ("crit", ["x"]), ("kid", "did:web:elsewhere")):
        assert not verify_jwt(_token(header | {name: value}, badge), keys).ok, name
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for wrong in ("", "a.b", "a.b.c", f"{head}.{text.split('.')[1]}.", f"{head}.{text.split('.', 1)[1]}", text + "."):
        assert not verify_jwt(wrong, keys).ok, wrong
    assert not is_jwt("{}") and not verify_jwt(text, "not json").ok and not verify_jwt(text, {}).ok


def test_a_statement_that_was_tampered_with_is_not_signed_again(sqlite_store: Store) -> None:
    number = _issued(sqlite_store)
    with sqlite_store.write() as conn:
        kept = conn.scalar(sa.select(s.certificate_statement.c.credential)).replace("Quiet Magpie", "Loud Magpie")
        conn.execute(sa.update(s.certificate_statement).values(credential=kept))
    with pytest.raises(offsetting.Conflict):
        offsetting.open_badge(number)


def test_a_refund_sets_the_same_bit_for_the_badge(shop: Shop) -> None:
    order = _paid(shop)
    early, keys = offsetting.open_badge(order.certificate_number), json.dumps(offsetting.did_document())
    assert verify_file(early, keys, None, offsetting.status_list(f"{shop.event_id}-0")).ok
    offsetting.refund_order(order.order_id, "asked for", SYSTEM)
    assert verify_file(early, keys, None, offsetting.status_list(f"{shop.event_id}-0")).reasons == (REVOKED,)
    late = payload_of(offsetting.open_badge(order.certificate_number))
    assert "evidence" not in late and late["credentialSubject"]["result"][3]["status"] == "Withdrew"
    assert "evoked" in late["name"] or late["name"].endswith("revoked")


def test_badges_outlive_a_rotation_of_keys(store: Store) -> None:
    number = _issued(store)
    first = offsetting.open_badge(number)
    offsetting.rotate_key()
    second, keys = offsetting.open_badge(number), json.dumps(offsetting.did_document())
    assert first != second and verify_file(first, keys).ok and verify_file(second, keys).ok
    assert NOT_IN_LOG in verify_file(first, keys, "a checkpoint").reasons


def test_by_the_api_and_by_the_command_in_an_empty_folder(shop: Shop, tmp_path: Path) -> None:
    number, api = _paid(shop).certificate_number, client()
    answer = api.get(f"/api/v1/certificates/{number}", headers={"Accept": "application/vc+jwt"})
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/vc+jwt")
    assert "Accept" in answer.headers["vary"]
    (tmp_path / "badge.jwt").write_bytes(answer.content)
    (tmp_path / "did.json").write_bytes(api.get("/.well-known/did.json").content)
    given = [sys.executable, str(PROJECT_DIR / "cli.py"), "verify", "badge.jwt", "--keys", "did.json"]
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "none")}
    run = subprocess.run(given, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0 and run.stdout.startswith("Valid") and number in run.stdout, run.stdout + run.stderr
    (tmp_path / "badge.jwt").write_bytes(answer.content[:-1] + (b"A" if answer.content[-1:] != b"A" else b"B"))
    run = subprocess.run(given, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1 and "NOT VALID" in run.stdout
    assert not (tmp_path / "none").exists()
