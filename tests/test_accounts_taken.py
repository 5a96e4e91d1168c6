"""Accounts opened with somebody else's email: whoever shows that it is theirs has them, and nothing is told before."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher

import accounts
from accounts import ANONYMOUS, Conflict, Unauthenticated
from calculations.model import InputError
from data.store.engine import Store
from gateways.openid import Identity
from tests.support.people import (
    PASSWORD,
    actor,
    deliver,
    link_in,
    open_company,
    opened_formerly,
    person,
    session,
    written,
)

OWN = "a password of the owner's"
VICTIM = "ada@example.org"


@pytest.fixture
def thief(sqlite_store: Store) -> tuple[str, str]:
    """Somebody has registered a company with Ada's email: their session and a program's token of theirs."""
    opened_formerly("Squat Ltd", VICTIM)
    token, actor = session(VICTIM)
    return token, accounts.make_token(actor, "kept")


def _is_out(thief: tuple[str, str]) -> bool:
    with pytest.raises(Unauthenticated):
        accounts.sign_in(VICTIM, PASSWORD)
    return all(accounts.actor_of(token) == ANONYMOUS for token in thief)


def test_an_issuer_s_verified_email_ends_what_a_stranger_opened(thief: tuple[str, str]) -> None:
    from accounts import openid

    who = Identity("https://issuer.example", "subject-1", VICTIM, True, "Ada")
    assert openid._person_of(who)[1] == "Ada"
    assert _is_out(thief)
    accounts.ask_reset(VICTIM)
    assert openid._person_of(who)[1] == "Ada"


def test_a_reset_ends_a_stranger_s_tokens_too(thief: tuple[str, str], caplog: pytest.LogCaptureFixture) -> None:
    accounts.ask_reset(VICTIM)
    deliver()
    accounts.set_password_by_link(link_in(caplog.text), OWN)
    assert _is_out(thief)
    mine = accounts.make_token(session(VICTIM, OWN)[1], "mine")
    accounts.ask_reset(VICTIM)
    deliver()
    accounts.set_password_by_link(link_in(caplog.text), f"{OWN} again")
    assert accounts.actor_of(mine) != ANONYMOUS, "who has proved the email keeps their programs"


def test_a_stranger_gets_no_role_that_its_owner_is_asked_to(
    thief: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    company_id = open_company("Alpha Works", "cy@example.org")
    accounts.invite_colleague(session("cy@example.org")[1], company_id, VICTIM, "Ada")
    deliver()
    with pytest.raises(InputError):
        accounts.accept_colleague(link_in(caplog.text), "")
    accounts.accept_colleague(link_in(caplog.text), OWN)
    assert _is_out(thief)
    assert ("company", "", company_id) in session(VICTIM, OWN)[1].roles


def test_no_role_is_given_before_the_email_is_proved(thief: tuple[str, str], caplog: pytest.LogCaptureFixture) -> None:
    admin, person_id = actor("administrator"), accounts.actor_of(thief[0]).person_id
    with pytest.raises(Conflict, match="mail them a link"):
        accounts.grant_role(admin, person_id, "exchange")
    accounts.invite_again(admin, person_id)
    deliver()
    accounts.set_password_by_link(link_in(caplog.text), OWN)
    accounts.grant_role(admin, person_id, "exchange")
    assert _is_out(thief) and ("exchange", "", "") in session(VICTIM, OWN)[1].roles


def test_one_company_ends_no_other_s_invitation_and_learns_no_name(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    alpha, beta = open_company("Alpha Works", "cy@example.org"), open_company("Beta Works", "bo@example.org", "Bo")
    person_id, email = person("auditor")
    cy, bo = session("cy@example.org")[1], session("bo@example.org")[1]
    accounts.invite_colleague(cy, alpha, email, "Whoever")
    deliver()
    link = link_in(caplog.text)
    accounts.remove_colleague(bo, beta, person_id)
    waiting = [each for each in accounts.company_account(cy, alpha).colleagues if each.waits]
    assert [(each.name, each.email) for each in waiting] == [("", email)]
    accounts.accept_colleague(link, "")
    accounts.invite_colleague(bo, beta, email, "Whoever")
    accounts.remove_colleague(bo, beta, person_id)
    assert not any(each.waits for each in accounts.company_account(bo, beta).colleagues)


def test_whether_an_email_is_known_is_told_by_no_answer(sqlite_store: Store) -> None:
    _, known = person("auditor")
    disabled_id, disabled = person("auditor")
    accounts.set_disabled(actor("administrator"), disabled_id, True)
    for number, email in enumerate((known, disabled, "nobody@example.org")):
        accounts.register_company(f"Works {number}", "Eve", email)
        accounts.ask_reset(email)
    assert [f"Works {number}" in written() for number in range(3)] == [True, False, True]
    for number in range(3):  # nobody has shown an email yet: each company is still free, whoever was named
        accounts.register_company(f"works-{number}", "Fay", f"fay-{number}@example.org")
    with pytest.raises(Unauthenticated):
        accounts.sign_in("nobody@example.org", PASSWORD)


def test_who_has_an_account_opens_a_company_with_it_and_the_first_to_use_the_link_has_it(sqlite_store: Store) -> None:
    _, known = person("auditor")
    company_id = accounts.register_company("Alpha Works", "Eve", known)
    mine = link_in(written())
    assert accounts.register_company("Alpha  works", "Fay", "fay@example.org") == company_id
    late = link_in(written())
    accounts.accept_colleague(mine, "")
    assert ("company", "", company_id) in session(known)[1].roles
    with pytest.raises(Conflict, match="has an account already"):
        accounts.accept_colleague(late, OWN)
    with pytest.raises(Unauthenticated):
        accounts.sign_in("fay@example.org", OWN)
    entry = accounts.read_trail(actor("administrator"), action="company.reg").entries
    assert [each.action for each in entry] == ["company.register", "company.register-asked", "company.register-asked"]


@pytest.mark.parametrize(
    "email", ["eve\r\nBcc: all@example.org", "e\x01e@example.org", "eve@example.org,a@b.c", "<e@x>"]
)
def test_a_letter_goes_to_one_address(sqlite_store: Store, email: str) -> None:
    with pytest.raises(InputError):
        accounts.register_company("Alpha Works", "Eve", email)
    assert written() == ""


def test_a_stranger_writes_no_letter_of_their_own(sqlite_store: Store) -> None:
    words = "Ada,\r\n\r\nyou have won\u2028https://evil.example " + "x" * 200
    accounts.register_company("Alpha\r\nBcc: a@b.c\x01\u202e Works", words, "ada@example.org")
    lines = [line for line in written().splitlines() if line]
    assert lines[0].startswith("Hello Ada, you have won https://evil.example xxx") and len(lines[0]) < 90
    assert "account of Alpha Bcc: a@b.c Works." in lines[1] and "/company/colleague#" in lines[2]


def test_a_password_costs_the_same_whoever_it_is_tried_for(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, known = person("auditor")
    invited = accounts.create_person("invited@example.org", "Invited", None, ())
    asked: list[str] = []
    looker = SimpleNamespace(verify=lambda kept, _: asked.append(kept), hash=PasswordHasher().hash)
    monkeypatch.setattr("accounts.passwords._hasher", looker)
    for email in (known, "invited@example.org", "nobody@example.org"):
        with contextlib.suppress(Unauthenticated):
            accounts.sign_in(email, "wrong password")
    assert invited and len(asked) == 3 and all(kept.startswith("$argon2id$") for kept in asked)
