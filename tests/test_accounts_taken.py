"""Accounts opened with somebody else's email: whoever shows that it is theirs has them, and nothing is told before."""

from __future__ import annotations

import pytest

import accounts
from accounts import ANONYMOUS, Conflict, Unauthenticated
from calculations.model import InputError
from data.store.engine import Store
from gateways.openid import Identity
from tests.support.people import PASSWORD, actor, deliver, link_in, person, session
from tests.support.people import cheap_hashes as cheap_hashes

OWN = "a password of the owner's"
VICTIM = "ada@example.org"


@pytest.fixture
def thief(sqlite_store: Store) -> tuple[str, str]:
    """Somebody has registered a company with Ada's email: their session and a program's token of theirs."""
    accounts.register_company("Squat Ltd", "Ada", VICTIM, PASSWORD)
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
    opened = accounts.register_company("Alpha Works", "Cy", "cy@example.org", PASSWORD)
    accounts.invite_colleague(session("cy@example.org")[1], opened.company_id, VICTIM, "Ada")
    deliver()
    with pytest.raises(InputError):
        accounts.accept_colleague(link_in(caplog.text), "")
    accounts.accept_colleague(link_in(caplog.text), OWN)
    assert _is_out(thief)
    assert ("company", "", opened.company_id) in session(VICTIM, OWN)[1].roles


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
    alpha = accounts.register_company("Alpha Works", "Cy", "cy@example.org", PASSWORD)
    beta = accounts.register_company("Beta Works", "Bo", "bo@example.org", PASSWORD)
    person_id, email = person("auditor")
    cy, bo = session("cy@example.org")[1], session("bo@example.org")[1]
    accounts.invite_colleague(cy, alpha.company_id, email, "Whoever")
    deliver()
    link = link_in(caplog.text)
    accounts.remove_colleague(bo, beta.company_id, person_id)
    waiting = [each for each in accounts.company_account(cy, alpha.company_id).colleagues if each.waits]
    assert [(each.name, each.email) for each in waiting] == [("", email)]
    accounts.accept_colleague(link, "")
    accounts.invite_colleague(bo, beta.company_id, email, "Whoever")
    accounts.remove_colleague(bo, beta.company_id, person_id)
    assert not any(each.waits for each in accounts.company_account(bo, beta.company_id).colleagues)
