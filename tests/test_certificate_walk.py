"""The check of a certificate walks from link to link, each with a state of its own; files and languages of its page."""

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

import offsetting
from accounts import SYSTEM
from data.store import schema as s
from data.store.engine import Store
from locales import LANGUAGES, catalogue, set_language, translate
from offsetting.bundle import verify_file
from offsetting.certificates import certificate
from pages.documents import certificate as certificate_page
from pages.documents import verify as verify_page
from pages.documents._certificate_pdf import certificate_pdf
from pages.documents._certificate_words import words_of
from tests.support.api import client
from tests.support.retirement import FIRST, SECOND, retire_credits
from tests.support.server import PROJECT_DIR
from tests.support.shop import TOTAL_G, Shop, add_guest, open_shop, pay, set_lines


@pytest.fixture
def get(sqlite_store: Store) -> Callable[..., object]:
    app = FastAPI()
    app.include_router(certificate_page.router)
    app.include_router(verify_page.router)
    client = TestClient(app, follow_redirects=False)

    def ask(path: str, language: str = "", **headers: str) -> object:
        """As the middleware would: a language that is asked for stands in the address."""
        set_language(language or "en")
        asked = f"{'&' if '?' in path else '?'}lang={language}" if language else ""
        try:
            return client.get(path + asked, headers=headers)
        finally:
            set_language("en")

    return ask


# ------------------------------------------------------------------ the walk, with an order of the whole way
@pytest.fixture
def shop(sqlite_store: Store) -> Shop:
    return open_shop(credit_count=4)


def _certified(shop: Shop, locale: str = "en", **asked: Any) -> str:
    number = pay(offsetting.place_order(add_guest(shop), shop.project, locale=locale, **asked)).certificate_number
    assert number
    return number


def _retire(shop: Shop) -> None:
    """One credit, which holds all of the first order and a part of the second."""
    retire_credits(
        shop, FIRST, SECOND, 1, link="https://registry.example/r/7", evidence=b"%PDF", evidence_name="receipt.pdf",
        retired_on=date(2021, 9, 7), beneficiary="Guests of the forum",
    )  # fmt: skip


def states_of(text: str) -> list[str]:
    """good, waiting or bad of every link of the chain, in order."""
    return re.findall(r'<li class="fz-chain-(good|waiting|bad)"', text)


def told_of(text: str) -> str:
    """The masses below the strip of how far it is retired."""
    return re.findall(r'class="fz-parts-told">(.*?)</div>', text)[0]


def test_every_link_has_a_state_of_its_own(shop: Shop, get: Callable) -> None:
    whole, part = _certified(shop, grams=700_000), _certified(shop, grams=1_300_000)
    _retire(shop)
    gone = pay(offsetting.place_order(add_guest(shop), shop.project, grams=5000))
    offsetting.refund_order(gone.order_id, "a sentence for nobody else", SYSTEM)
    retired, partly, revoked = (get(f"/verify/{n}").text for n in (whole, part, gone.certificate_number))
    assert states_of(retired) == ["good"] * 6
    assert states_of(partly) == ["good", "good", "good", "waiting", "good", "good"]
    assert states_of(revoked) == ["bad", "bad", "bad", "bad", "good", "good"]
    assert "700.0\u202fkg CO₂e" in retired and "reserved" not in told_of(retired)
    told = told_of(partly)
    assert "0.30\u202ft CO₂e" in told and "1.00\u202ft CO₂e" in told, "they add up to 1.3 t"
    evidence = certificate(part).retirements[0].evidence_sha256
    assert f'href="/certificate/{part}/evidence/{evidence}"' in partly
    assert client().get(f"/certificate/{part}/evidence/{evidence}").content == b"%PDF"
    assert "300,000 g" in partly and "https://registry.example/r/7" in partly and "receipt.pdf" in partly
    assert "Partly retired, the rest reserved" in partly
    assert "Revocation" in revoked and "Paid back" in revoked and "is set: revoked" in revoked
    assert "a sentence for nobody else" not in revoked
    for text in (retired, partly, revoked):
        assert "<script" not in text and "Transparency log" in text and "lead to the checkpoint" in text


def test_a_partly_retired_certificate_says_how_far_it_is(shop: Shop, get: Callable) -> None:
    _certified(shop, grams=700_000)
    number = _certified(shop, grams=1_300_000)
    before = certificate(number)
    _retire(shop)
    view = certificate(number)
    assert (view.state, view.retired_g, view.reserved_g, view.is_partly_retired) == (
        "reserved",
        300_000,
        1_000_000,
        True,
    )
    assert (before.retired_g, before.reserved_g) == (0, 1_300_000)
    assert view.version_key != before.version_key, "its picture is drawn anew"
    told = view.as_json()
    assert (told["retired_g"], told["reserved_g"]) == (300_000, 1_000_000) and told["retirements"][0][
        "grams"
    ] == 300_000
    assert [step["state"] for step in told["order"]["states"]] == ["quote", "held", "paid", "pooled"]
    page = get(f"/certificate/{number}").text
    assert "300.0\u202fkg retired so far, 1.00\u202ft reserved" in page
    assert "artly retired" in words_of(view, "en").state_line
    assert certificate_pdf(view, "en") != certificate_pdf(before, "en")


def test_what_the_log_tells_otherwise_is_seen(shop: Shop, get: Callable, sqlite_store: Store) -> None:
    number = _certified(shop, grams=1000)
    assert "proofs checked just now" in get(f"/verify/{number}").text
    with sqlite_store.write() as conn:
        body = conn.scalar(sa.select(s.log_entry.c.body)).replace('"grams":1000', '"grams":900')
        conn.execute(sa.update(s.log_entry).values(body=body))
    text = get(f"/verify/{number}").text
    assert states_of(text)[4] == "bad" and "Genuine" not in text
    assert "The log has another number of grams than the certificate." in text


def test_the_files_of_the_page_check_out_in_an_empty_folder(shop: Shop, get: Callable, tmp_path: Path) -> None:
    number = _certified(shop, grams=1000)
    text = get(f"/verify/{number}").text
    _certified(shop, grams=2000)  # the log grows after the page was read
    command = re.findall(r"fz-code[^>]*>([^<]+)<", text)[0].replace("\\\n", "").split()
    assert command[:3] == ["python", "cli.py", "verify"]
    api = client()
    for name, href in re.findall(r'<a download="([^"]+)" href="([^"]+)"', text):
        answer = api.get(href.replace("&amp;", "&"))
        assert answer.status_code == 200, href
        (tmp_path / name).write_bytes(answer.content)
    assert {p.suffix for p in tmp_path.iterdir() if number in p.name} == {".json", ".jwt", ".pdf", ".png"}
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "none")}
    run = [sys.executable, str(PROJECT_DIR / "cli.py"), *command[2:]]
    done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.startswith("Valid"), done.stdout + done.stderr
    for name in (f"{number}.credential.json", f"{number}.jwt"):
        given = [*run[:3], name, "--keys", "did.json", "--status", "status-list.json"]
        assert subprocess.run(given, cwd=tmp_path, env=environment, capture_output=True, check=False).returncode == 0


def test_what_was_issued_before_a_rotation_holds_on_every_page_and_in_every_file(shop: Shop, get: Callable) -> None:
    number = _certified(shop, grams=1000)
    old_file, old_badge = (get(f"/certificate/{number}.{ending}").text for ending in ("json", "jwt"))
    old_key = offsetting.did_document()["verificationMethod"][0]["publicKeyMultibase"]
    new_key = offsetting.rotate_key()
    keys, text = json.dumps(offsetting.did_document()), get(f"/verify/{number}").text
    assert states_of(text)[5] == "good" and old_key in text and new_key not in text
    for file in (old_file, old_badge, *(get(f"/certificate/{number}.{ending}").text for ending in ("json", "jwt"))):
        assert verify_file(file, keys).ok
    newer = _certified(shop, grams=1000)
    assert new_key in get(f"/verify/{newer}").text
    assert verify_file(get(f"/certificate/{newer}.json").text, keys).ok


# ------------------------------------------------------------------ languages
def test_a_certificate_speaks_its_orders_language_until_another_is_chosen(shop: Shop, get: Callable) -> None:
    number = _certified(shop, "is", grams=1000)
    for path in (f"/certificate/{number}", f"/certificate/{number}.pdf"):
        assert "Cookie" in get(path).headers["vary"]
    assert '<html lang="is"' in get(f"/certificate/{number}").text
    assert '<html lang="mr"' in get(f"/certificate/{number}", "mr").text
    assert '<html lang="zh-Hans"' in get(f"/certificate/{number}", Cookie="fz_lang=zh").text
    tags = [get(f"/certificate/{number}.pdf", language).headers["etag"] for language in ("", "is", "mr")]
    assert tags[0] == tags[1] != tags[2]
    api, asked = client(), {"Accept": "application/pdf"}
    api.headers.pop("accept-language", None)
    bodies = [
        api.get(f"/api/v1/certificates/{number}{query}", headers=asked).content
        for query in ("", "?lang=is", "?lang=en")
    ]
    assert bodies[0] == bodies[1] != bodies[2]
    page = get(f"/certificate/{number}").text
    assert f'property="og:image:alt" content="{html.escape(words_of(certificate(number), "is").title)}' in page
    assert all(f'href="?lang={code}"' in page for code in LANGUAGES)
    spoken = re.sub(r"<[^>]*>", " ", page.split("</head>")[1])
    assert (
        translate("is", "Certificate of Honour of Contribution").split()[-1] in spoken and "Certificate" not in spoken
    )


@pytest.mark.parametrize("path", ["certificate", "verify"])
@pytest.mark.parametrize("language", ["zh", "mr", "is"])
def test_no_sentence_of_ours_is_left_in_english(shop: Shop, get: Callable, path: str, language: str) -> None:
    number = _certified(shop, language, grams=1000)
    text = re.sub(r"<style>.*?</style>|<head>.*?</head>|<svg.*?</svg>", " ", get(f"/{path}/{number}", language).text)
    shown = {html.unescape(piece).strip() for piece in re.findall(r">([^<>]+)<", text)}
    ours = {msgid for msgid, said in catalogue("zh").items() if len(msgid) > 3 and said != msgid}
    same = {msgid for msgid, said in catalogue(language).items() if said == msgid} | {"English", "Forum"}
    assert not (shown & ours) - same


def test_a_claim_that_changes_is_stated_anew_everywhere(shop: Shop, get: Callable) -> None:
    guest = add_guest(shop)
    number = pay(offsetting.place_order(guest, shop.project, share_percent=100)).certificate_number
    early = {ending: get(f"/certificate/{number}.{ending}").text for ending in ("json", "jwt")}
    set_lines(shop, guest, (100_000, 7_056))  # the guest emits less: what is over is an extra contribution
    view, text = certificate(number), get(f"/verify/{number}").text
    assert (view.covered_g, view.extra_g, view.statement_version) == (107_056, TOTAL_G - 107_056, 2)
    assert "The claim changed" in text and states_of(text)[0] == "good"
    keys = json.dumps(offsetting.did_document())
    for ending, before in early.items():
        late = verify_file(get(f"/certificate/{number}.{ending}").text, keys)
        assert late.ok and late.subject["extraGrams"] == view.extra_g and late.subject["statementVersion"] == 2
        assert verify_file(before, keys).subject["extraGrams"] == 0, "what was said then is still what was signed"
