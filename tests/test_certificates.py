"""Certificates: issued once, signed whole, found as typed, stated anew, revoked; checked off line to the byte."""

import hashlib
import json
import stat
import threading

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accounts.errors import NotFound
from calculations.serials import serial_runs
from data.settings import get_settings
from data.store import schema as s
from data.store.engine import Store
from offsetting import signing
from offsetting.certificates import (
    certificate,
    certificate_credential,
    find_certificate,
    issue,
    possible_numbers,
    reissue,
    revoke,
)
from offsetting.verification import from_multibase, multibase, signed_bytes, verify_document
from tests.support.certified import EVENT_ID, ORDER_ID, PAID_AT, TOTAL_G, paid_order, retire

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def issued(store: Store, **order: object) -> str:
    with store.write() as conn:
        paid_order(conn, **order)  # type: ignore[arg-type]
        return issue(conn, EVENT_ID, ORDER_ID, PAID_AT)


# ------------------------------------------------------------------ the signature
W3C_SIGNED = """{
  "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
  "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
  "type": ["VerifiableCredential", "AlumniCredential"],
  "name": "Alumni Credential",
  "description": "A minimum viable example of an Alumni Credential.",
  "issuer": "https://vc.example/issuers/5678",
  "validFrom": "2023-01-01T00:00:00Z",
  "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
  "proof": {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": "https://vc.example/issuers/5678#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    "proofPurpose": "assertionMethod",
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "proofValue": "z63t83Y53KfzJ5ZosfKTnqfMcKB2dmTrfjSaQjeNNjAD5srBowQfmWqeRb8rRjmeEuCBEsddF9LsVogtuTsijJKh4"
  }
}"""  # the published test vector of W3C vc-di-eddsa, eddsa-jcs-2022


def test_published_vector_holds() -> None:
    document = json.loads(W3C_SIGNED)
    method = document["proof"]["verificationMethod"]
    keys = signing.did_document_of(*method.split("#")[:1], [method.split("#")[1]])
    found = verify_document(json.dumps(document), keys)
    assert found.ok, found.reasons
    proof = document.pop("proof")
    doc_hash = signed_bytes(document, proof)[32:]
    assert doc_hash.hex() == "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"


def test_multibase_round_trip() -> None:
    for data in (b"", b"\0", b"\0\0a", bytes(range(64)), b"\xff" * 34):
        assert from_multibase(multibase(data)) == data
    assert multibase(b"Hello World!") == "z2NEpo7TZRRrLZSi2U"
    for text in ("", "m123", "z0", "zl", "z" + "1" * 300):
        with pytest.raises(ValueError):
            from_multibase(text)


def independent_check(text: str, keys: dict) -> None:
    """The hash path again, from the Recommendation's words, sharing no code: raises where it does not hold."""
    document = json.loads(text)
    proof = document.pop("proof")
    value = proof.pop("proofValue")

    def canonical(data: object) -> bytes:  # RFC 8785 for ASCII member names, strings, integers and booleans
        return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    digest = hashlib.sha256(canonical(proof)).digest() + hashlib.sha256(canonical(document)).digest()
    method = next(m for m in keys["verificationMethod"] if m["id"] == proof["verificationMethod"])

    def decode(base58: str, length: int) -> bytes:
        number = sum(ALPHABET.index(c) * 58**i for i, c in enumerate(reversed(base58[1:])))
        return number.to_bytes(length, "big")

    raw = decode(method["publicKeyMultibase"], 34)
    assert raw[:2] == b"\xed\x01"
    Ed25519PublicKey.from_public_bytes(raw[2:]).verify(decode(value, 64), digest)


def test_credential_checks_without_our_code(store: Store) -> None:
    text = certificate_credential(issued(store))
    keys = signing.did_document()
    independent_check(text, keys)
    with pytest.raises(InvalidSignature):
        independent_check(text.replace("Quiet Magpie", "Quiet Magpye"), keys)


def test_any_altered_byte_fails(sqlite_store: Store) -> None:
    text = certificate_credential(issued(sqlite_store)).encode()
    keys = signing.did_document()
    assert verify_document(text, keys).ok
    for position in range(len(text)):
        for flip in (0x01, 0x20):
            altered = bytearray(text)
            altered[position] ^= flip
            found = verify_document(bytes(altered), keys)
            assert not found.ok and found.reasons, (position, flip, text[position - 20 : position + 20])
    for position in range(0, len(text), 7):
        assert not verify_document(text[:position] + text[position + 1 :], keys).ok
        assert not verify_document(text[:position] + b" " + text[position:], keys).ok


def test_common_layouts_of_the_same_file_hold(sqlite_store: Store) -> None:
    document = json.loads(certificate_credential(issued(sqlite_store)))
    keys = json.dumps(signing.did_document())
    for text in (json.dumps(document), json.dumps(document, indent=2, ensure_ascii=False) + "\n"):
        assert verify_document(text, keys).ok
    assert not verify_document(json.dumps(document, indent=3), keys).ok
    forged = verify_document(json.dumps({**document, "validFrom": "2021-01-01T00:00:00Z"}), keys)
    assert forged.reasons == ("The signature does not fit: the certificate was changed after it was signed.",)


def test_what_is_no_certificate_is_refused_with_a_reason(sqlite_store: Store) -> None:
    text = certificate_credential(issued(sqlite_store))
    keys = signing.did_document()
    document = json.loads(text)
    stranger = signing.did_document_of(signing.issuer_did(), [])
    unsigned = {k: v for k, v in document.items() if k != "proof"}
    other_issuer = {**document, "issuer": {"id": "did:web:evil.example", "name": "Forum Zero"}}
    cases: list[tuple[str | bytes, object]] = [
        ("", keys), ("[]", keys), ("null", keys), ("{}", keys), (b"\xff\xfe", keys), ("[" * 20_000, keys),
        ('{"a":1,"a":1}', keys), (json.dumps(unsigned), keys), (json.dumps(other_issuer), keys), (text, stranger),
        (text, {}), (text, "not json"), (text, {"verificationMethod": [1], "assertionMethod": [None]}),
        (json.dumps({**document, "proof": {**document["proof"], "created": 5}}), keys),
        (json.dumps({**document, "proof": {**document["proof"], "proofPurpose": "authentication"}}), keys),
        (json.dumps({**document, "x": float("nan")}), keys), (json.dumps({**document, "x": 2**60}), keys),
        ('{"\\ud800":1}', keys),
    ]  # fmt: skip
    for given, with_keys in cases:
        found = verify_document(given, with_keys)  # type: ignore[arg-type]
        assert not found.ok and all(isinstance(reason, str) and reason for reason in found.reasons), given


def test_key_is_its_owners_alone_and_made_once(sqlite_store: Store) -> None:
    keys: list[str] = []
    started = threading.Barrier(8)

    def ask() -> None:
        started.wait()
        keys.append(signing.get_signer().key_id)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    path = signing.key_path()
    assert len(set(keys)) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(p.name for p in path.parent.glob("signing_key*")) == ["signing_key.pem"]


def test_rotation_keeps_old_certificates_good(store: Store) -> None:
    number = issued(store)
    first = certificate_credential(number)
    new_key = signing.rotate_key()
    with store.write() as conn:
        assert reissue(conn, EVENT_ID, number, "holder changed") == 1, "it would say the same"
        conn.execute(sa.update(s.participation).values(pseudonym="Calm Heron"))
        assert reissue(conn, EVENT_ID, number, "holder changed") == 2
    keys = signing.did_document()
    assert next(m["publicKeyMultibase"] for m in keys["verificationMethod"]) == new_key
    assert len(keys["verificationMethod"]) == 4, "each key as Multikey and as JSON Web Key"
    second = certificate_credential(number)
    assert verify_document(first, keys).ok
    assert verify_document(second, keys).ok
    assert json.loads(first)["proof"]["verificationMethod"] != json.loads(second)["proof"]["verificationMethod"]
    with store.read() as conn:
        retired = conn.execute(sa.select(s.issuer_key.c.retired_at).order_by(s.issuer_key.c.created_at)).scalars().all()
    assert [at is None for at in retired] == [False, True]


def test_did_follows_the_public_address(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert signing.did_of("https://zero.example.org") == "did:web:zero.example.org"
    assert signing.did_of("http://127.0.0.1:8050") == "did:web:127.0.0.1%3A8050"
    text = certificate_credential(issued(sqlite_store))
    monkeypatch.setenv("PUBLIC_URL", "https://zero.example.org")
    get_settings.cache_clear()
    found = verify_document(text, signing.did_document())
    assert found.ok and found.notes, "the same key under a new address still proves it, and the reader is told"


# ------------------------------------------------------------------ issuing
def test_issued_once_with_all_it_says(store: Store) -> None:
    number = issued(store)
    with store.write() as conn:
        assert issue(conn, EVENT_ID, ORDER_ID, PAID_AT) == number
    view = certificate(number)
    assert number.startswith("TEST-")
    assert len(number) == 24
    assert (view.state, view.livemode, view.share_bp) == ("reserved", False, 10_000)
    assert (view.covered_g, view.extra_g, view.emitted_g) == (TOTAL_G, 0, TOTAL_G)
    assert list(view.by_category.items()) == [("travel", 339_800), ("stay", 107_000), ("local", 7_056)]
    assert (view.low_g, view.high_g, view.amount_minor, view.currency) == (396_000, 528_000, 2043, "CNY")
    assert view.paid_at == PAID_AT
    assert view.holder_names == {"en": "Quiet Magpie"}
    assert view.holder_kind == "pseudonym"
    run = view.serials[0].runs[0]
    assert (run.serial_from, run.first_g, run.last_g) == ("DEMO-CDCER-2020-000140", 546_145, 1_000_000)
    subject = json.loads(certificate_credential(number))["credentialSubject"]
    assert subject["claim"]["en"] == "Carbon Neutral Certificate of Honour · reserved"
    assert subject["claim"]["zh"] == "碳中和荣誉证书 · 已预留"
    assert ORDER_ID not in json.dumps(subject)
    assert view.as_json()["allocations"][0]["serial_from_g"] == 139_546_144


def test_live_number_and_extra_and_part(sqlite_store: Store) -> None:
    number = issued(sqlite_store, livemode=True, share_percent=200)
    view = certificate(number)
    assert not number.startswith("TEST")
    assert len(number) == 19
    assert (view.covered_g, view.extra_g, view.share_bp) == (TOTAL_G, TOTAL_G, 10_000)


def test_part_is_a_contribution(sqlite_store: Store) -> None:
    view = certificate(issued(sqlite_store, share_percent=25))
    assert view.share_bp in (2499, 2500)
    assert view.covered_g == TOTAL_G // 4
    assert "eutral" not in json.loads(certificate_credential(view.number))["credentialSubject"]["claim"]["en"]


def test_order_over_lines_of_many(sqlite_store: Store) -> None:
    view = certificate(issued(sqlite_store, buyer="organiser"))
    assert (view.about, view.holder_kind, view.emitted_g, view.share_bp) == ("event", "organiser", TOTAL_G, 10_000)
    assert sum(view.by_category.values()) == TOTAL_G


@pytest.mark.parametrize(
    ("holder", "kind", "names"),
    [
        ({"display_name": "Li Hua", "display_consent": True}, "name", {"en": "Li Hua"}),
        ({"display_name": "Li Hua", "display_consent": False}, "pseudonym", {"en": "Quiet Magpie"}),
        ({"display_name": "Li Hua", "display_consent": True, "deleted_at": PAID_AT}, "none", {}),
    ],
)
def test_a_name_only_by_consent(sqlite_store: Store, holder: dict, kind: str, names: dict) -> None:
    number = issued(sqlite_store, holder=holder)
    view = certificate(number)
    assert (view.holder_kind, view.holder_names) == (kind, names)
    assert ("Li Hua" in certificate_credential(number)) == (kind == "name")


def test_retired_by_the_order_with_its_evidence(store: Store) -> None:
    number = issued(store)
    with store.write() as conn:
        retire(conn)
        reissue(conn, EVENT_ID, number, "retired")
    view = certificate(number)
    assert view.state == "retired"
    assert view.retired_on is not None
    assert view.retired_on.isoformat()[:10] == "2021-10-03"
    assert view.retirements[0].link == "https://registry.example/r/1"
    assert [(x.version, x.reason) for x in view.statements] == [(2, "retired"), (1, "issued")]
    assert json.loads(certificate_credential(number))["credentialSubject"]["state"] == "retired"
    assert json.loads(certificate_credential(number, 1))["credentialSubject"]["state"] == "reserved"


def test_claim_that_changed_is_stated_anew(sqlite_store: Store) -> None:
    number = issued(sqlite_store)
    with sqlite_store.write() as conn:
        conn.execute(sa.insert(s.claim).values(
            event_id=EVENT_ID, claim_id="x", order_id=ORDER_ID, participation_id="", version=1, line_no=0,
            grams=-100_000, livemode=False, at=PAID_AT,
        ))  # fmt: skip
        conn.execute(sa.insert(s.claim).values(
            event_id=EVENT_ID, claim_id="y", order_id=ORDER_ID, participation_id="", version=1, line_no=-1,
            grams=100_000, livemode=False, at=PAID_AT,
        ))  # fmt: skip
        reissue(conn, EVENT_ID, number, "claim changed")
    view = certificate(number)
    assert (view.covered_g, view.extra_g, view.grams) == (TOTAL_G - 100_000, 100_000, TOTAL_G)
    assert view.share_bp < 10_000


def test_revoked_says_so_and_stays_so(store: Store) -> None:
    number = issued(store)
    with store.write() as conn:
        conn.execute(sa.update(s.orders).values(state="refunded"))
        conn.execute(sa.update(s.allocation).values(state="free", order_id=""))
        assert revoke(conn, EVENT_ID, number, "refunded") == 2
        assert revoke(conn, EVENT_ID, number, "refunded") == 2
        assert reissue(conn, EVENT_ID, number, "claim changed") == 2
    view = certificate(number)
    assert view.state == "revoked" and view.serials, "what it once stood for can still be read"
    newest = certificate_credential(number)
    assert json.loads(newest)["credentialSubject"]["state"] == "revoked"
    assert "eutral" not in json.loads(newest)["credentialSubject"]["claim"]["en"]
    assert verify_document(newest, signing.did_document()).ok


# ------------------------------------------------------------------ numbers as people type them
def test_numbers_are_found_however_typed(sqlite_store: Store) -> None:
    number = issued(sqlite_store)
    bare = number.replace("-", "")
    confused = number[5:].replace("0", "O").replace("1", "l")
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    typed = (
        number, number.lower(), bare, f"  {bare.lower()} ", number.replace("-", " "), number[5:], confused,
        number.replace("-", "–"), wide, f"https://zero.example/verify/{number}?lang=zh#x", f"/certificate/{number}.pdf",
    )  # fmt: skip
    for text in typed:
        assert find_certificate(text) == number, text


@pytest.mark.parametrize(
    "text", ["", "x", "TEST-", "7KQ4-M2XW-9RBD", "🙂" * 30, "7KQ4-M2XW-9RBD-0HVE-1", "\0", "a" * 5000]
)
def test_what_is_no_number_gets_a_sentence(sqlite_store: Store, text: str) -> None:
    with pytest.raises(NotFound, match="certificate"):
        certificate(text)


def test_unknown_number_gets_a_sentence(sqlite_store: Store) -> None:
    with pytest.raises(NotFound, match="7KQ4-M2XW-9RBD-0HVE"):
        certificate("7KQ4-M2XW-9RBD-0HVE")
    assert possible_numbers("7kq4m2xw9rbdohve") == ["7KQ4-M2XW-9RBD-0HVE", "TEST-7KQ4-M2XW-9RBD-0HVE"]


def test_serial_runs_tile_the_interval() -> None:
    cases = [(0, 1), (0, 1_000_000), (546_144, 1_000_000), (999_999, 3_000_001), (1_000_000, 4_000_000), (5, 6)]
    for from_g, to_g in cases:
        runs = serial_runs(from_g, to_g, "P-", 1, 3)
        count = sum((int(r.serial_to[2:]) - int(r.serial_from[2:]) + 1) * (r.last_g - r.first_g + 1) for r in runs)
        assert count == to_g - from_g
        assert len(runs) <= 3
    (first, middle, last) = serial_runs(999_999, 3_000_001, "P-", 1, 3)
    assert (first.serial_from, first.first_g, first.last_g, first.whole) == ("P-001", 1_000_000, 1_000_000, False)
    assert (middle.serial_from, middle.serial_to, middle.whole) == ("P-002", "P-003", True)
    assert (last.serial_from, last.first_g, last.last_g) == ("P-004", 1, 1)
    with pytest.raises(ValueError):
        serial_runs(5, 5, "P-", 1, 3)
