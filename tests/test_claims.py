"""Claim sentences, the whole table walked: neutral only where the law lets it, at 100 %, with its state beside it."""

import itertools
import re
import string
from collections.abc import Iterator

import pytest

from calculations.claims import (
    EVIDENCE,
    EVIDENCE_STATES,
    STATES,
    SUBJECTS,
    Circumstance,
    ClaimRefused,
    bold_parts,
    jurisdiction_of,
    plain,
    refused,
    sentence,
    standing,
    table_of,
    wording,
)
from data.claims import as_markdown, load_claims
from locales import LANGUAGES, catalogue
from offsetting import claims
from tests.support.server import PROJECT_DIR
from tests.support.sources import modules as source_modules
from tests.support.sources import msgids, relative

TABLE = load_claims()
SHARES = (None, 0, 1, 2_500, 9_999, 10_000, 20_000)
ALL = [
    Circumstance(where, share, state, evidence, subject, live)
    for where, share, state, evidence, subject, live in itertools.product(
        TABLE.jurisdictions, SHARES, STATES, EVIDENCE, SUBJECTS, (True, False)
    )
]
TEST_ONLY = {"test.across", "test.stamp"}
NEUTRAL = re.compile(r"neutral|offset|中和|तटस्थ|hlutlaus|hlutleys|kolefnisja|kolefnisjö", re.IGNORECASE)
# What tells the state beside a claim, by language.
STATE_WORDS = {
    "open": {"en": "open", "zh": "尚", "mr": "उरलेले", "is": "opi"},
    "reserved": {"en": "not yet retired", "zh": "尚未注销", "mr": "अजून वापरातून काढले", "is": "ekki enn afskrá"},
    "partly_retired": {"en": "reserved", "zh": "已预留", "mr": "राखीव", "is": "frátek"},
    "retired": {"en": "retired", "zh": "注销", "mr": "वापरातून काढली", "is": "afskrá"},
    "revoked": {"en": "revoked", "zh": "撤销", "mr": "रद्द", "is": "afturk"},
    "promised": {"en": "not yet there", "zh": "尚未形成", "mr": "अजून झालेले नाही", "is": "ekki orði"},
    "confirmed": {"en": "confirm", "zh": "确认", "mr": "निश्चित", "is": "staðfest"},
}
GIVEN = {"event": "E1", "name": "N1"}


def may_be_neutral(what: Circumstance) -> bool:
    return (
        what.subject in TABLE.jurisdictions[what.jurisdiction].neutral and what.evidence == "credits"
        and what.state != "revoked" and (what.share_bp is None or what.share_bp >= 10_000)
    )  # fmt: skip


def said(what: Circumstance) -> Iterator[tuple[str, str]]:
    """(key, English sentence) of everything that may be stated in a circumstance."""
    for key in TABLE.rules:
        if not (key in TEST_ONLY and what.livemode) and not (key in TABLE.stating and refused(TABLE, what)):
            yield key, sentence(TABLE, key, what).msgid


def words(text: str, language: str) -> str:
    return text if language == "en" else catalogue(language)[text]


def state_key(what: Circumstance) -> str:
    if what.evidence == "forestry" and what.state in ("reserved", "retired"):
        return {"reserved": "promised", "retired": "confirmed"}[what.state]
    return what.state


def test_every_circumstance_is_told_or_refused_by_rule() -> None:
    refusals = 0
    for what in ALL:
        reason = refused(TABLE, what)
        refusals += bool(reason)
        assert all(text for _, text in said(what))
        for key in TABLE.stating if reason else ():
            with pytest.raises(ClaimRefused, match=re.escape(reason)):
                sentence(TABLE, key, what)
    assert 0 < refusals < len(ALL) / 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_cross_product_in_each_language(language: str) -> None:
    """Share, evidence state, subject and jurisdiction: a whole sentence each, filled in, or a refusal with a reason."""
    told = 0
    for where, share, (name, facts), subject in itertools.product(
        TABLE.jurisdictions, (0, 5_000, 10_000, 12_000), EVIDENCE_STATES.items(), SUBJECTS
    ):
        what = Circumstance(**{"jurisdiction": where, "share_bp": share, "subject": subject} | dict(facts))
        if reason := claims.refused(what):
            assert reason.endswith(".")
            continue
        text = claims.claim(
            what, "E1", name="N1", mass_g=250_000, emitted_g=500_000, retired_g=100_000, extra_g=7_000,
            language=language,
        )  # fmt: skip
        told += 1
        assert text.strip(), (name, what)
        assert not set("{}*") & set(text), text
        assert "N1" in text or subject not in ("company", "product")
        assert "E1" in text
        assert STATE_WORDS[state_key(what)][language] in text, (name, text)
        assert what.livemode or words("TEST · of no value", language) in text
        if NEUTRAL.search(text):
            assert may_be_neutral(what), text
            assert what.share_bp is not None
            assert what.share_bp >= 10_000
    assert told > 500


@pytest.mark.parametrize("language", LANGUAGES)
def test_neutral_is_said_only_where_it_may_be(language: str) -> None:
    seen = 0
    for what in ALL:
        for key, text in said(what):
            if NEUTRAL.search(words(text, language)):
                seen += 1
                assert may_be_neutral(what) or key == "landing.limit", (key, text, what)
    assert seen > 100, "and where it may be, it is said"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_state_stands_beside_the_claim(language: str) -> None:
    for what in ALL:
        for key, text in said(what):
            if key in ("claim", "share.text", "certificate.body"):
                spoken = plain(words(text, language)).lower()
                if state_key(what) == "confirmed" and key == "share.text":
                    continue  # "taken up by trees planted for it": done, and so said
                assert any(
                    word[language].lower() in spoken
                    for name, word in STATE_WORDS.items()
                    if name == state_key(what) or (name in ("promised", "confirmed") and what.evidence == "forestry")
                ), (key, what, spoken)


def test_europe_and_unread_laws_never_say_it() -> None:
    for code, subject in itertools.product(("EU", "DE", "fr", "other", "US", "IS", "", "xx"), SUBJECTS):
        for share in SHARES:
            assert wording(TABLE, Circumstance(code, share, "retired", subject=subject)) == "contribution"
    assert wording(TABLE, Circumstance("CN", 10_000, "retired", subject="product")) == "contribution"
    assert jurisdiction_of(TABLE, "cn").code == "CN"
    assert jurisdiction_of(TABLE, "IT").code == "EU"
    assert jurisdiction_of(TABLE, "IS").code == "other"


def test_where_it_may_not_be_said_no_effect_on_the_emissions_is_claimed() -> None:
    """In the EU neither a neutral nor a reduced impact: nothing is covered, matched or made good."""
    for what in ALL:
        if what.jurisdiction == "EU" and what.evidence == "credits" and what.state not in ("open", "revoked"):
            for key, text in said(what):
                if key in ("claim", "certificate.body", "share.text", "landing.body", "poster.body", "screen.call"):
                    assert not re.search(r"covered|matched|neutral|offset", text), (key, text)


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


def test_reserved_is_not_called_neutralised() -> None:
    body = sentence(TABLE, "certificate.body", Circumstance("CN", 10_000, "reserved")).msgid
    assert "not yet retired" in plain(body)
    assert "neutralised" not in body


def test_what_is_over_is_extra_and_named_apart() -> None:
    over = Circumstance("CN", 15_000, "retired", subject="company")
    text = claims.claim(over, "Forum", name="Acme", mass_g=2_000_000, emitted_g=2_000_000, extra_g=1_000_000)
    assert text.startswith("The people of Acme, Forum: carbon neutral. All 2.00\u202ft CO₂e counted")
    assert text.endswith("retired. 1.00\u202ft CO₂e more are an extra contribution, counted apart.")
    none = Circumstance("CN", 0, "retired", subject="company")
    assert "extra contribution of 1.00" in claims.claim(none, "Forum", name="Acme", mass_g=1_000_000, extra_g=1_000_000)


def test_buttons_and_test_words() -> None:
    assert claims.say("button.start", "en", jurisdiction="CN") == "I want to be carbon neutral"
    assert claims.say("button.start", "zh", jurisdiction="CN") == "我要碳中和"
    assert "中和" not in claims.say("button.start", "zh", jurisdiction="EU")
    assert claims.say("test.across", "zh", livemode=False) == "测试 · 无效力"
    with pytest.raises(LookupError):
        claims.say("test.across", "en", livemode=True)
    with pytest.raises(LookupError):
        claims.say("no.such.key")


def test_a_sentence_to_share_says_that_the_money_was_a_test() -> None:
    facts = {"jurisdiction": "CN", "share_bp": 10_000, "state": "retired", "event": "E1", "mass": "1 kg"}
    assert claims.say("share.text", "en", livemode=False, **facts).startswith("TEST · of no value · Carbon neutral")
    assert claims.say("share.text", "en", livemode=True, **facts).startswith("Carbon neutral")


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_every_sentence_with_the_same_parameters(language: str) -> None:
    for rule in itertools.chain(*TABLE.rules.values()):
        text = catalogue(language).get(rule.text)
        assert text, f"{language} lacks {rule.text!r}"
        assert _fields(text) <= _fields(rule.text)
        assert _fields(rule.text) - _fields(text) <= {"share"}, f"{language}: {text!r}"
        assert text.count("**") == rule.text.count("**"), f"{language}: {text!r}"


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_can_be_reached() -> None:
    reached = {text for what in ALL for _, text in said(what)}
    assert {rule.text for rule in itertools.chain(*TABLE.rules.values())} == reached


def test_claim_words_stand_in_the_table_alone() -> None:
    """No page, mail or export says "neutral" of emissions in words of its own."""
    stray = [
        f"{relative(path)}:{line}: {text}"
        for path in source_modules("pages", "api", "events", "offsetting", "accounts", "reports", "gateways")
        for text, line in msgids(path)
        if re.search(r"neutral|offset\b|offsetting|climate[- ]positive|net[- ]zero", text, re.IGNORECASE)
        or re.search(r"中和|抵消|零排放", catalogue("zh").get(text, ""))
    ]
    assert not stray, "\n".join(stray)


def test_the_table_for_a_lawyer_is_the_table_in_force() -> None:
    assert (PROJECT_DIR / "docs" / "claims.md").read_text(encoding="utf-8") == as_markdown(), (
        "python -m data.claims > docs/claims.md"
    )
    for jurisdiction in TABLE.jurisdictions.values():
        assert set(jurisdiction.why) == set(SUBJECTS)
        assert jurisdiction.sources or not jurisdiction.neutral, "nothing is allowed without a source"


def test_a_table_with_a_slip_is_refused() -> None:
    base = {"edition": "x", "jurisdiction": {"other": {"neutral": [], "countries": [], "sources": [], "note": ""}}}
    for slip in ({"state": "sold"}, {"colour": "red"}, {"livemode": "no"}):
        with pytest.raises(ValueError, match="means nothing"):
            table_of({**base, "sentence": [{"key": "k", "text": "t", **slip}]})
    for part in ({"neutral": ["planet"]}, {"sources": ["hearsay"]}):
        other = {"other": base["jurisdiction"]["other"] | part}
        with pytest.raises(ValueError, match="means nothing"):
            table_of({"edition": "x", "jurisdiction": other, "sentence": []})


def test_bold_parts() -> None:
    assert bold_parts("a **b** c") == [("a ", False), ("b", True), (" c", False)]
    assert plain("a **b**") == "a b"
    assert claims.subject_of("conference") == "person"
    assert claims.subject_of("hotel") == "visit"
    assert claims.subject_of("hotel", "organiser") == "event"


@pytest.mark.parametrize(
    ("grams", "share_bp", "state"),
    [
        ((1_000, 0, 0, 0), 0, "open"),
        ((1_000, 400, 0, 0), 4_000, "reserved"),
        ((1_000, 400, 599, 0), 9_990, "partly_retired"),
        ((30_001, 0, 30_000, 9), 9_999, "retired"),
        ((1_000, 0, 1_000, 0), 10_000, "retired"),
        ((1_000, 1, 999, 5), 10_001, "partly_retired"),
        ((1_000, 0, 0, 5), 0, "reserved"),
        ((0, 0, 0, 0), 0, "open"),
    ],
)
def test_how_a_whole_stands(grams: tuple[int, int, int, int], share_bp: int, state: str) -> None:
    assert standing(*grams) == (share_bp, state)


def test_what_may_be_said_of_an_event_as_it_stands() -> None:
    grams = {"emitted_g": 2_000_000, "reserved_g": 500_000, "retired_g": 1_500_000}
    told = claims.whole_claim("event", "CN", True, "Forum", **grams)
    assert told.startswith("Forum: carbon neutral. All 2.00\u202ft CO₂e")
    assert "1.50\u202ft CO₂e are retired and the rest reserved, not yet retired" in told
    assert "neutral" not in claims.whole_claim("event", "EU", True, "Forum", **grams)
    assert "neutral" not in claims.whole_claim("event", "CN", True, "Forum", **(grams | {"emitted_g": 2_000_001}))
    assert claims.whole_claim("event", "CN", False, "Forum", **grams).startswith("TEST · of no value · Forum")
