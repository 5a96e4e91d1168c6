"""An administrator over other people's accounts: sessions that are ended, events told by a pasted link."""

from __future__ import annotations

import pytest

import accounts
from accounts import ANONYMOUS, Forbidden, NotFound
from data.store.engine import Store
from pages.account import _account_parts as parts
from pages.account import account as page
from tests.support.api import open_forum
from tests.support.people import PASSWORD, actor, person


def test_somebodys_sessions_end_and_they_may_come_again(sqlite_store: Store) -> None:
    admin = actor("administrator")
    person_id, email = person("organiser")
    first, second = (accounts.sign_in(email, PASSWORD, "10.0.0.1") for _ in range(2))
    assert accounts.actor_of(first.token).person_id == person_id
    with pytest.raises(Forbidden):
        accounts.end_sessions_of(actor("organiser"), person_id)
    with pytest.raises(NotFound):
        accounts.end_sessions_of(admin, "nobody")
    assert accounts.end_sessions_of(admin, person_id) == 2
    assert accounts.actor_of(first.token) == accounts.actor_of(second.token) == ANONYMOUS
    assert accounts.actor_of(accounts.sign_in(email, PASSWORD, "10.0.0.1").token).person_id == person_id
    told = accounts.read_trail(admin, action="person.sessions").entries[0]
    assert (told.action, told.subject, told.detail["count"]) == ("person.sessions-ended", person_id, 2)


@pytest.mark.parametrize("told", [" hall-2026 ", "https://zero.example/e/hall-2026/?lang=zh", "/e/hall-2026/rank"])
def test_the_event_of_a_role_is_told_by_its_address_or_link(sqlite_store: Store, told: str) -> None:
    forum, admin = open_forum(), actor("administrator")
    person_id, _ = person()
    accounts.grant_role(admin, person_id, "auditor", told)
    assert [each.slug for each in accounts.person_view(admin, person_id).grants] == [forum.slug]


def test_a_press_on_one_card_of_the_account_leaves_what_stands_in_the_others(sqlite_store: Store) -> None:
    account = accounts.own_account(actor("organiser"))
    shown = str(page._inside(account, "factor", "done", typed=parts.Typed("Half a na", "zh", "my program")))
    assert "Half a na" in shown and "my program" in shown and "value='zh'" in shown
    assert account.name in str(page._inside(account))
