"""A certificate of which a part is retired states it, signed, in every file: reserved and retired grams apart."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from typer.testing import CliRunner

import cli
import offsetting
from accounts import SYSTEM, Actor, set_actor
from data.store import allocations
from data.store import schema as s
from data.store.engine import Store
from locales import LANGUAGES, translate
from offsetting import bundle, signing
from offsetting.bundle import verify_file
from offsetting.certificates import certificate, reissue
from offsetting.open_badges import payload_of
from pages.documents._certificate_words import words_of
from tests.support.api import client
from tests.support.retirement import SECOND, enter, sent
from tests.support.server import PROJECT_DIR
from tests.support.shop import NOW, Shop, add_guest, open_shop, pay, set_lines


@pytest.fixture
def shop(store: Store, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Its credits are sold from the first to the last on both stores: every buyer tries the first slot first."""
    monkeypatch.setattr(allocations, "crc32", lambda order_id: 0)
    return open_shop(credit_count=4)


def sell(shop: Shop, grams: int) -> str:
    return pay(offsetting.place_order(add_guest(shop), shop.project, grams=grams, now=NOW)).certificate_number


def retire(shop: Shop, credit_count: int = 1, partly: bool = False) -> None:
    number = sent(shop, credit_count, partly)
    enter(number)
    offsetting.confirm_retirement(SECOND, number, now=NOW)


def stated(number: str) -> dict[str, Any]:
    subject: dict[str, Any] = json.loads(offsetting.certificate_credential(number))["credentialSubject"]
    return subject


def parts(number: str) -> tuple[str, int, int, int]:
    subject = stated(number)
    return subject["state"], subject["reservedGrams"], subject["retiredGrams"], subject["statementVersion"]


def signed_anew(file: str, **changed: Any) -> str:
    """The file as its issuer would sign it with other grams."""
    document = json.loads(file)
    credential = document["credential"]
    credential.pop("proof")
    credential["credentialSubject"] |= changed
    return bundle.make_bundle(signing.sign(credential, signing.get_signer(), NOW), document["log"])


def test_each_part_that_is_retired_is_stated_once(shop: Shop) -> None:
    first, number, last = (sell(shop, grams) for grams in (700_000, 1_700_000, 200_000))
    assert [parts(one) for one in (first, number, last)] == [
        ("reserved", 700_000, 0, 1), ("reserved", 1_700_000, 0, 1), ("reserved", 200_000, 0, 1)
    ]  # fmt: skip
    retire(shop)
    assert parts(first) == ("retired", 0, 700_000, 2)
    assert parts(number) == ("partly_retired", 1_400_000, 300_000, 2)
    assert parts(last) == ("reserved", 200_000, 0, 1), "nothing of it is retired, so nothing is said anew"
    retire(shop)
    assert parts(number) == ("partly_retired", 400_000, 1_300_000, 3) and parts(first)[3] == 2
    retire(shop, partly=True)
    assert parts(number) == ("retired", 0, 1_700_000, 4) and parts(last) == ("retired", 0, 200_000, 2)
    told = [(one.version, one.reason) for one in certificate(number).statements]
    assert told == [(4, "retired"), (3, "partly retired"), (2, "partly retired"), (1, "issued")]


def test_what_says_nothing_new_is_not_stated_again(shop: Shop) -> None:
    guest = add_guest(shop, (900_000, 900_000))
    number = pay(offsetting.place_order(guest, shop.project, share_percent=100, now=NOW)).certificate_number
    retire(shop)
    with offsetting.certificates.get_store().write() as conn:
        for reason in ("partly retired", "claim changed", "holder changed"):
            assert reissue(conn, shop.event_id, number, reason) == 2
    set_lines(shop, guest, (900_000, 800_000))
    assert parts(number) == ("partly_retired", 800_000, 1_000_000, 3), "the claim changed, its grams did not"
    with offsetting.certificates.get_store().read() as conn:
        kinds = conn.execute(sa.select(s.log_entry.c.kind).order_by(s.log_entry.c.kind)).scalars().all()
    assert kinds == ["order", "retirement"], "a statement is no entry: the log has what it speaks of"


def test_the_file_proves_each_gram_that_it_says_is_retired(shop: Shop) -> None:
    sell(shop, 700_000)
    number = sell(shop, 1_700_000)
    early = offsetting.log_checkpoint()
    retire(shop)
    retire(shop)
    keys, note = json.dumps(offsetting.did_document()), offsetting.log_checkpoint()
    text = offsetting.certificate_file(number)
    found = verify_file(text, keys, note)
    assert found.ok and not found.notes, (found.reasons, found.notes)
    assert [proof["kind"] for proof in json.loads(text)["log"]] == ["order", "retirement", "retirement"]
    old = verify_file(offsetting.certificate_file(number, 2), keys, early)
    assert old.ok and old.notes == (bundle.UNPROVED,), "the log of that day knew no retirement"
    more = verify_file(signed_anew(text, reservedGrams=399_999, retiredGrams=1_300_001), keys, note)
    assert more.ok and more.notes == (bundle.UNPROVED,)
    for reserved_g, retired_g in ((400_001, 1_300_000), (-1, 1_700_001), ("400000", 1_300_000), (None, 1_300_000)):
        wrong = signed_anew(text, reservedGrams=reserved_g, retiredGrams=retired_g)
        assert verify_file(wrong, keys, note).reasons == (bundle.UNEVEN,)


def test_a_retirement_of_other_credits_is_no_proof(shop: Shop) -> None:
    number = sell(shop, 1_000_000)
    retire(shop)
    other = open_shop(slug="other")
    elsewhere = sell(other, 1_000_000)
    retire(other)
    own, strange = (json.loads(offsetting.certificate_file(one)) for one in (number, elsewhere))
    keys, credential = json.dumps(offsetting.did_document()), json.dumps(own["credential"])
    assert verify_file(bundle.make_bundle(credential, own["log"]), keys).ok
    found = verify_file(bundle.make_bundle(credential, [*own["log"], strange["log"][1]]), keys)
    assert found.reasons == ("An entry of the log is about other credits than the certificate's.",)


def test_badge_page_picture_and_command_say_it_too(shop: Shop, tmp_path: Path) -> None:
    sell(shop, 700_000)
    number = sell(shop, 1_300_000)
    retire(shop)
    badge = payload_of(offsetting.open_badge(number))
    asked = {one["id"]: one["name"] for one in badge["credentialSubject"]["achievement"]["resultDescription"]}
    told = {asked[one["resultDescription"]]: one for one in badge["credentialSubject"]["result"]}
    assert told["Grams CO₂e reserved, not yet retired"]["value"] == "1000000"
    assert told["Grams CO₂e retired"]["value"] == "300000"
    assert told["State of the credits"]["status"] == "InProgress" and badge["name"].endswith("partly retired")
    assert [one["id"] for one in badge["evidence"]] == ["https://registry.example/retirements/1"]
    view, api = certificate(number), client()
    assert view.stated_g == (1_000_000, 300_000)
    assert words_of(view, "en").parted == "300.0\u202fkg retired so far, 1.00\u202ft reserved"
    for language in ("zh", "mr", "is"):
        assert words_of(view, language).parted not in ("", words_of(view, "en").parted)
    assert "1,000,000 g reserved, 300,000 g retired" in api.get(f"/verify/{number}").text
    assert "A part of the credits was retired" in api.get(f"/verify/{number}").text
    (tmp_path / "c.json").write_text(offsetting.certificate_file(number), encoding="utf-8")
    (tmp_path / "did.json").write_text(json.dumps(offsetting.did_document()), encoding="utf-8")
    given = [sys.executable, str(PROJECT_DIR / "cli.py"), "verify", "c.json", "--keys", "did.json"]
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "none")}
    run = subprocess.run(given, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "1,000,000 g reserved, 300,000 g retired (partly_retired)" in run.stdout, run.stdout + run.stderr


def test_a_revoked_certificate_holds_no_gram_and_names_no_retirement_of_anothers(shop: Shop) -> None:
    order = pay(offsetting.place_order(add_guest(shop), shop.project, grams=1_000_000, now=NOW))
    offsetting.refund_order(order.order_id, "asked for", SYSTEM, now=NOW)
    sell(shop, 1_000_000)
    retire(shop)
    assert parts(order.certificate_number) == ("revoked", 0, 0, 2)
    assert certificate(order.certificate_number).retirements == (), "its credits were sold to another, and retired"


# ------------------------------------------------------------------ an order on the plan
ORGANISER = Actor("person", "o", "Organiser", frozenset({("organiser", "", "")}))


def planned(shop: Shop) -> offsetting.Order:
    """500 kg on the plan, paid the day before the event."""
    set_actor(ORGANISER)
    before = NOW - timedelta(days=1)
    order = offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "plan", grams=500_000, now=before)
    offsetting.demo_payment(order.order_id, "succeeded", now=before)
    return offsetting.get_order(order.order_id)


def test_an_order_on_the_plan_has_words_of_its_own(shop: Shop) -> None:
    order = planned(shop)
    number = order.certificate_number
    assert stated(number)["claim"]["en"] == "Certificate of Honour of Contribution · reserved"
    said = {language: words_of(certificate(number), language) for language in LANGUAGES}
    assert "paid for on the plan: **reserved** and **not yet retired**" in said["en"].body
    for language, words in said.items():
        assert words.lead == translate(language, "This certifies that ahead of the")
        told = " ".join((words.title, words.lead, words.body, words.extra, words.share_text)).lower()
        extra = translate(language, "extra contribution").lower()
        assert not re.search("neutral|中和|तटस्थ|hlutlaus|hlutleys|kolefnisj", told) and extra not in told, told
    badge = payload_of(offsetting.open_badge(number))
    assert "paid for on the plan" in badge["credentialSubject"]["achievement"]["description"]
    add_guest(shop, (300_000,))
    offsetting.settle_plan(ORGANISER, shop.slug, now=NOW)
    assert "extra contribution" in words_of(certificate(number), "en").extra, "what was emitted was less than planned"
    offsetting.refund_order(order.order_id, "asked for", SYSTEM, now=NOW)


def test_a_plan_that_is_paid_back_was_never_cover(shop: Shop) -> None:
    order = planned(shop)
    offsetting.refund_order(order.order_id, "asked for", SYSTEM, now=NOW)
    body = words_of(certificate(order.certificate_number), "en").body
    assert body.startswith("of reductions were paid for once, on the plan.") and "covered" not in body


# ------------------------------------------------------------------ another key, by the command
def test_after_a_rotation_by_the_command_old_files_hold_and_old_keys_do_not_know_the_new(
    shop: Shop, tmp_path: Path
) -> None:
    def command(*given: str) -> Result:
        return CliRunner().invoke(cli.app, list(given))

    def keep(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    number = sell(shop, 1_000_000)
    old_file, old_badge = (
        keep("a.json", offsetting.certificate_file(number)),
        keep("a.jwt", offsetting.open_badge(number)),
    )
    old_keys, old_note = keep("old.json", json.dumps(offsetting.did_document())), offsetting.log_checkpoint()
    assert command("keys", "rotate").exit_code == 0
    listed = command("keys", "list").stdout.split()
    assert len([word for word in listed if word.startswith("z")]) == 2
    retire(shop)  # stated anew, by the new key
    keys = keep("new.json", json.dumps(offsetting.did_document()))
    new_file, note = keep("b.json", offsetting.certificate_file(number)), keep("checkpoint", old_note)
    for given in (old_file, old_badge, new_file):
        assert command("verify", given, "--keys", keys).exit_code == 0, given
    assert command("verify", old_file, "--keys", keys, "--checkpoint", note).exit_code == 0
    assert command("verify", old_file, "--keys", old_keys).exit_code == 0
    refused = command("verify", new_file, "--keys", old_keys)
    assert refused.exit_code == 1 and "not among the issuer's keys" in refused.stdout
    assert parts(number) == ("retired", 0, 1_000_000, 2)
    assert "Genuine" in client().get(f"/verify/{number}").text
