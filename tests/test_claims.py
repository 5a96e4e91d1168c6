"""Claim sentences, the whole table walked: neutral only where the law lets it, at 100 %, with its state beside it."""

import itertools

import pytest

from calculations.claims import (
    EVIDENCE,
    STATES,
    SUBJECTS,
    Circumstance,
    bold_parts,
    jurisdiction_of,
    plain,
    sentence,
    table_of,
    wording,
)
from data.claims import load_claims
from locales import COMPLETE, catalogue
from offsetting import claims

TABLE = load_claims()
SHARES = (None, 0, 1, 2_500, 9_999, 10_000, 20_000)
ALL = [
    Circumstance(where, share, state, evidence, subject, live)
    for where, share, state, evidence, subject, live in itertools.product(
        TABLE.jurisdictions, SHARES, STATES, EVIDENCE, SUBJECTS, (True, False)
    )
]
TEST_ONLY = {"test.across", "test.stamp"}


def said(what: Circumstance) -> dict[str, str]:
    keys = [key for key in TABLE.rules if not (key in TEST_ONLY and what.livemode)]
    return {key: sentence(TABLE, key, what).msgid for key in keys}


def words_of_neutrality(text: str) -> bool:
    quoted = text.replace("“neutral” means", "“NEUTRAL” means")
    return "neutral" in quoted.lower() or "中和" in text


def test_every_circumstance_has_every_sentence() -> None:
    for what in ALL:
        assert all(said(what).values())


def test_neutral_is_said_only_where_it_may_be() -> None:
    seen = 0
    for what in ALL:
        may = (
            TABLE.jurisdictions[what.jurisdiction].neutral and what.evidence == "credits" and what.state != "revoked"
            and (what.share_bp is None or what.share_bp >= 10_000)
        )  # fmt: skip
        for key, text in said(what).items():
            both = text + catalogue("zh").get(text, "")
            if words_of_neutrality(both):
                seen += 1
                assert may, (key, text, what)
    assert seen > 100, "and where it may be, it is said"


def test_europe_and_unread_laws_never_say_it() -> None:
    for code in ("EU", "DE", "fr", "other", "US", "", "xx"):
        for share in SHARES:
            assert wording(TABLE, Circumstance(code, share, "retired")) == "contribution"
    assert jurisdiction_of(TABLE, "cn").code == "CN"
    assert jurisdiction_of(TABLE, "IT").code == "EU"
    assert jurisdiction_of(TABLE, "IS").code == "other"


@pytest.mark.parametrize(
    ("share", "where", "title"),
    [
        (10_000, "CN", "Carbon Neutral Certificate of Honour"),
        (20_000, "CN", "Carbon Neutral Certificate of Honour"),
        (9_999, "CN", "Certificate of Honour of Contribution"),
        (10_000, "EU", "Certificate of Honour of Contribution"),
        (10_000, "other", "Certificate of Honour of Contribution"),
    ],
)
def test_titles(share: int, where: str, title: str) -> None:
    assert claims.say("certificate.title", "en", share_bp=share, jurisdiction=where, state="reserved") == title


def test_the_state_stands_beside_the_claim() -> None:
    for state, word in (("reserved", "reserved"), ("retired", "retired")):
        for share in (5_000, 10_000):
            what = Circumstance("CN", share, state)
            for key in ("certificate.body", "share.text"):
                assert word in sentence(TABLE, key, what).msgid
    body = sentence(TABLE, "certificate.body", Circumstance("CN", 10_000, "reserved")).msgid
    assert "not yet retired" in plain(body)
    assert "neutralised" not in body


def test_buttons_and_test_words() -> None:
    assert claims.say("button.start", "en", jurisdiction="CN") == "I want to be carbon neutral"
    assert claims.say("button.start", "zh", jurisdiction="CN") == "我要碳中和"
    assert "中和" not in claims.say("button.start", "zh", jurisdiction="EU")
    assert claims.say("test.across", "zh", livemode=False) == "测试 · 无效力"
    with pytest.raises(LookupError):
        claims.say("test.across", "en", livemode=True)
    with pytest.raises(LookupError):
        claims.say("no.such.key")


def test_complete_languages_have_every_sentence_with_the_same_parameters() -> None:
    for rules in TABLE.rules.values():
        for rule in rules:
            for language in COMPLETE[1:]:
                text = catalogue(language).get(rule.text)
                assert text, f"{language} lacks {rule.text!r}"
                assert {p for p in ("{emitted}", "{share}", "{date}", "{extra}", "{event}", "{mass}") if p in text} == {
                    p for p in ("{emitted}", "{share}", "{date}", "{extra}", "{event}", "{mass}") if p in rule.text
                }
                assert text.count("**") == rule.text.count("**")


def test_a_table_with_a_slip_is_refused() -> None:
    base = {"edition": "x", "jurisdiction": {"other": {"neutral": False, "countries": [], "source": "", "note": ""}}}
    for slip in ({"state": "sold"}, {"colour": "red"}, {"livemode": "no"}):
        with pytest.raises(ValueError, match="means nothing"):
            table_of({**base, "sentence": [{"key": "k", "text": "t", **slip}]})


def test_bold_parts() -> None:
    assert bold_parts("a **b** c") == [("a ", False), ("b", True), (" c", False)]
    assert plain("a **b**") == "a b"
    assert claims.subject_of("conference") == "person"
    assert claims.subject_of("hotel") == "visit"
    assert claims.subject_of("hotel", "organiser") == "event"
