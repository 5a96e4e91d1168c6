"""People and their accounts: sessions that end, roles given and taken, mailed links, the trail of who changed what."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

import accounts
from accounts import ANONYMOUS, Actor, Conflict, Forbidden, NotFound, TooMany, Unauthenticated
from calculations.model import InputError
from data.store import schema as s
from data.store.engine import Store, get_store
from tests.support.api import open_forum
from tests.support.people import PASSWORD, actor, deliver, link_in, open_company, person, session

NEW = "another good password"


def _fields(raised: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [error.field for error in raised.value.errors]


def _alive(token: str) -> bool:
    return accounts.actor_of(token) != ANONYMOUS


# ---------------------------------------------------------------- one's own account
def test_sessions_tell_device_and_coarse_place_and_end_one_by_one_or_all_others(sqlite_store: Store) -> None:
    _, email = person("organiser")
    (one, me), (two, _), (three, _) = session(email), session(email), session(email)
    account = accounts.own_account(me)
    assert [each.is_this for each in account.sessions].count(True) == 1
    assert {(each.device, each.seen_from) for each in account.sessions} == {("Firefox · Linux", "203.0.113.0/24")}
    ended = next(each for each in account.sessions if not each.is_this)
    accounts.end_session(me, ended.session_id)
    assert [_alive(token) for token in (one, two, three)].count(True) == 2 and _alive(one)
    assert accounts.end_other_sessions(me) == 1
    assert [_alive(token) for token in (one, two, three)] == [True, False, False]
    other = actor("organiser")
    accounts.end_session(other, me.login_id)
    assert _alive(one), "nobody ends another's session"


def test_a_password_is_changed_by_the_old_one_and_ends_the_other_sessions(sqlite_store: Store) -> None:
    _, email = person("organiser")
    (one, me), (two, _) = session(email), session(email)
    with pytest.raises(InputError) as wrong:
        accounts.change_password(me, "not the password", NEW)
    assert _fields(wrong) == ["old"]
    for bad in ("short", "aaaaaaaaaaaaaa", email, "x" * 201):
        with pytest.raises(InputError) as wrong:
            accounts.change_password(me, PASSWORD, bad)
        assert _fields(wrong) == ["new"], bad
    accounts.change_password(me, PASSWORD, NEW)
    assert _alive(one) and not _alive(two)
    with pytest.raises(Unauthenticated):
        accounts.sign_in(email, PASSWORD)
    assert accounts.sign_in(email, NEW).token


def test_guesses_at_the_old_password_are_throttled(sqlite_store: Store) -> None:
    me = actor("organiser")
    with pytest.raises(TooMany):
        for _ in range(12):
            with pytest.raises(InputError):
                accounts.change_password(me, "guess", NEW)


def test_a_token_acts_until_it_is_revoked_and_never_for_the_account_itself(sqlite_store: Store) -> None:
    me = actor("auditor")
    token = accounts.make_token(me, "  nightly   export ")
    program = accounts.actor_of(token)
    assert (program.kind, program.roles) == ("program", me.roles)
    with pytest.raises(Forbidden):
        accounts.own_account(program)
    with pytest.raises(Forbidden):
        accounts.make_token(program, "a child")
    listed = accounts.own_account(me).tokens
    assert [each.label for each in listed] == ["nightly export"]
    accounts.end_session(me, listed[0].session_id)
    assert not _alive(token)
    with pytest.raises(InputError):
        accounts.make_token(me, " ")


def test_a_name_and_language_are_kept_and_odd_ones_refused(sqlite_store: Store) -> None:
    me = actor("organiser")
    accounts.change_own(me, "  Ada   Lovelace ", "zh")
    account = accounts.own_account(me)
    assert (account.name, account.locale) == ("Ada Lovelace", "zh")
    with pytest.raises(InputError) as wrong:
        accounts.change_own(me, " ", "klingon")
    assert _fields(wrong) == ["name", "locale"]


# ---------------------------------------------------------------- mailed links
def test_a_reset_says_the_same_for_nobody_and_sets_a_password_once(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    _, email = person("organiser")
    before, _ = session(email)
    accounts.ask_reset("nobody@example.org")
    accounts.ask_reset(f"  {email.upper()} ")
    assert deliver() == 1 and "MAIL_URL is not set" in caplog.text
    link = link_in(caplog.text)
    assert accounts.open_link(link).email == email
    with pytest.raises(InputError):
        accounts.set_password_by_link(link, "short")
    assert accounts.set_password_by_link(link, NEW) == email
    assert not _alive(before), "every session ends"
    with pytest.raises(NotFound):
        accounts.set_password_by_link(link, "yet another password")
    assert accounts.sign_in(email, NEW).token
    with get_store().read() as conn:
        kept = str([conn.execute(sa.select(table)).all() for table in (s.mailed_link, s.letter, s.job)])
    assert link not in kept and email not in kept


def test_only_the_newest_link_opens_and_none_after_its_time(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    _, email = person("organiser")
    links = []
    for _ in range(2):
        accounts.ask_reset(email)
        deliver()
        links.append(link_in(caplog.text))
    with pytest.raises(NotFound):
        accounts.open_link(links[0])
    with get_store().write() as conn:
        conn.execute(sa.update(s.mailed_link).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    with pytest.raises(NotFound):
        accounts.set_password_by_link(links[1], NEW)
    for odd in ("", "x", "#" * 300):
        with pytest.raises(NotFound):
            accounts.open_link(odd)


def test_asking_again_and_again_is_throttled(sqlite_store: Store) -> None:
    with pytest.raises(TooMany):
        for _ in range(7):
            accounts.ask_reset("somebody@example.org")


def test_two_who_use_a_link_at_once_are_one(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    _, email = person("organiser")
    accounts.ask_reset(email)
    deliver()
    link, done = link_in(caplog.text), []

    def use(number: int) -> None:
        try:
            done.append(accounts.set_password_by_link(link, f"{NEW} {number}"))
        except NotFound:
            done.append("")

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["", "", "", email]


# ---------------------------------------------------------------- administration
def test_an_administrator_invites_and_the_invited_sets_a_password(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    forum, admin = open_forum(), actor("administrator")
    person_id = accounts.invite_person(admin, "Bea@Example.org", "Bea", "organiser", forum.slug)
    with pytest.raises(Unauthenticated):
        accounts.sign_in("bea@example.org", "")
    deliver()
    accounts.set_password_by_link(link_in(caplog.text), NEW)
    bea = session("bea@example.org", NEW)[1]
    assert bea.roles == {("organiser", forum.event_id, "")}
    view = accounts.person_view(admin, person_id)
    assert [(each.role, each.slug) for each in view.grants] == [("organiser", forum.slug)] and not view.waits
    with pytest.raises(Conflict):
        accounts.invite_person(admin, "bea@example.org", "Bea again", "auditor")
    found, has_more = accounts.find_people(admin, "BEA")
    assert [each.email for each in found] == ["bea@example.org"] and not has_more
    assert accounts.find_people(admin, "", "auditor") == ([], False)


@pytest.mark.parametrize(
    ("role", "slug", "company", "field"),
    [("guest", "", "", "role"), ("owner", "", "", "role"), ("company", "", "", "company"),
     ("auditor", "", "Alpha", "company"), ("administrator", "hall-2026", "", "event")],
)  # fmt: skip
def test_a_role_that_can_not_be_is_refused_and_nobody_is_made(
    sqlite_store: Store, role: str, slug: str, company: str, field: str
) -> None:
    open_forum()
    admin = actor("administrator")
    with pytest.raises(InputError) as wrong:
        accounts.invite_person(admin, "new@example.org", "New", role, slug, company)
    assert _fields(wrong) == [field]
    assert accounts.find_people(admin, "new@example.org")[0] == []


def test_roles_are_given_and_taken_and_count_at_once(sqlite_store: Store) -> None:
    forum, admin = open_forum(), actor("administrator")
    person_id, email = person()
    token, nobody = session(email)
    assert not accounts.may(nobody, "event.edit", forum.event_id)
    accounts.grant_role(admin, person_id, "organiser", forum.slug)
    accounts.grant_role(admin, person_id, "organiser", forum.slug)
    assert accounts.may(accounts.actor_of(token), "event.edit", forum.event_id)
    accounts.take_role(admin, person_id, "organiser", forum.event_id)
    assert not accounts.may(accounts.actor_of(token), "event.edit", forum.event_id)
    with pytest.raises(NotFound):
        accounts.take_role(admin, person_id, "organiser", forum.event_id)
    company = open_company("Alpha Works", "cy@example.org")
    accounts.grant_role(admin, person_id, "company", "", "alpha  works")
    assert accounts.actor_of(token).roles == {("company", "", company)}


def test_somebody_disabled_is_out_with_sessions_and_tokens(sqlite_store: Store) -> None:
    admin = actor("administrator")
    person_id, email = person("organiser")
    token, me = session(email)
    program = accounts.make_token(me, "export")
    accounts.set_disabled(admin, person_id, True)
    assert not _alive(token) and not _alive(program)
    with pytest.raises(Unauthenticated):
        accounts.sign_in(email, PASSWORD)
    accounts.set_disabled(admin, person_id, False)
    assert accounts.sign_in(email, PASSWORD).token
    assert not _alive(token) and not _alive(program), "what has ended stays so"


def test_the_last_administrator_can_not_be_locked_out(store: Store) -> None:
    first, second = actor("administrator"), actor("administrator")
    accounts.create_person("invited@example.org", "Invited", None, ("administrator",))
    accounts.take_role(first, second.person_id, "administrator")
    for refused in (
        lambda: accounts.take_role(first, first.person_id, "administrator"),
        lambda: accounts.set_disabled(first, first.person_id, True),
    ):
        with pytest.raises(Conflict):
            refused()
    assert accounts.may(session(_email(first))[1], "people.manage")


def test_two_administrators_who_take_one_another_out_leave_one(store: Store) -> None:
    both = [actor("administrator"), actor("administrator")]
    refused = []

    def take(number: int) -> None:
        try:
            accounts.set_disabled(both[number], both[1 - number].person_id, True)
        except Conflict:
            refused.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


def _email(who: Actor) -> str:
    with get_store().read() as conn:
        query = sa.select(s.person.c.email).where(s.person.c.person_id == who.person_id)
        return str(conn.execute(query).scalar_one())


@pytest.mark.parametrize("role", [role for role in accounts.ROLES if role != "administrator"])
def test_nobody_else_manages_people(sqlite_store: Store, role: str) -> None:
    somebody = actor(role)
    victim, _ = person("organiser")
    for act in (
        lambda: accounts.invite_person(somebody, "x@example.org", "X", "administrator"),
        lambda: accounts.grant_role(somebody, somebody.person_id, "administrator"),
        lambda: accounts.take_role(somebody, victim, "organiser"),
        lambda: accounts.set_disabled(somebody, victim, True),
        lambda: accounts.reset_factor(somebody, victim),
        lambda: accounts.invite_again(somebody, victim),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_role_at_one_event_is_none_of_the_installation(sqlite_store: Store) -> None:
    forum = open_forum()
    local = actor("administrator", event_id=forum.event_id)
    with pytest.raises(Forbidden):
        accounts.find_people(local)
    with pytest.raises(Forbidden):
        accounts.grant_role(local, local.person_id, "administrator")


# ---------------------------------------------------------------- companies
def test_a_colleague_joins_by_mail_and_the_last_one_stays(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    company_id = open_company("Alpha Works", "cy@example.org")
    cy = session("cy@example.org")[1]
    accounts.invite_colleague(cy, company_id, "dee@example.org", "Dee")
    waiting = accounts.company_account(cy, company_id).colleagues
    assert [(each.name, each.waits) for each in waiting] == [("Cy", False), ("", True)]
    deliver()
    assert "Alpha Works" in caplog.text
    link = link_in(caplog.text)
    with pytest.raises(NotFound):
        accounts.set_password_by_link(link, NEW)  # this link is for something else
    assert accounts.company_of_link(link) == "Alpha Works"
    with pytest.raises(InputError):
        accounts.accept_colleague(link, "")
    accounts.accept_colleague(link, NEW)
    with pytest.raises(NotFound):
        accounts.company_of_link(link)  # it was used
    dee = session("dee@example.org", NEW)[1]
    assert accounts.may(dee, "company.order", "", company_id)
    accounts.remove_colleague(dee, company_id, cy.person_id)
    with pytest.raises(Conflict):
        accounts.remove_colleague(dee, company_id, dee.person_id)
    stranger = actor("company", company_id="another")
    for act in (
        lambda: accounts.company_account(stranger, company_id),
        lambda: accounts.invite_colleague(stranger, company_id, "e@example.org", "E"),
        lambda: accounts.remove_colleague(stranger, company_id, dee.person_id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_who_has_an_account_joins_with_it_and_keeps_the_password(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    company_id = open_company("Alpha Works", "cy@example.org")
    _, email = person("auditor")
    accounts.invite_colleague(session("cy@example.org")[1], company_id, email, "Whoever")
    deliver()
    accounts.accept_colleague(link_in(caplog.text), "ignored password")
    assert ("company", "", company_id) in session(email)[1].roles


# ---------------------------------------------------------------- the trail
def test_the_trail_tells_who_changed_what_to_those_who_may_read_it(store: Store) -> None:
    forum, other = open_forum(), open_forum("elsewhere")
    admin, mine = actor("administrator"), actor("organiser", event_id=forum.event_id)
    person_id, _ = person()
    for slug in (forum.slug, other.slug):
        accounts.grant_role(admin, person_id, "auditor", slug)
    accounts.set_disabled(admin, person_id, True)
    auditor = actor("auditor")
    told = accounts.read_trail(auditor, person=admin.person_id)
    assert [(each.action, each.slug) for each in told.entries] == [
        ("person.disable", ""), ("person.grant", "elsewhere"), ("person.grant", forum.slug)
    ]  # fmt: skip
    assert told.entries[0].who == admin.name and told.entries[0].subject == person_id
    assert {each.slug for each in accounts.read_trail(mine).entries} == {forum.slug}
    with pytest.raises(Forbidden):
        accounts.read_trail(mine, other.slug)
    for role in ("exchange", "sustainability", "company"):
        with pytest.raises(Forbidden):
            accounts.read_trail(actor(role))
    everywhere = accounts.read_trail(actor("organiser")).entries
    assert {each.slug for each in everywhere} == {forum.slug, "elsewhere"}, "an organiser reads no account's entries"


def test_the_trail_goes_on_page_by_page_and_by_action(sqlite_store: Store) -> None:
    admin = actor("administrator")
    person_id, _ = person()
    for disabled in (True, False, True):
        accounts.set_disabled(admin, person_id, disabled)
    first = accounts.read_trail(admin, size=2)
    rest = accounts.read_trail(admin, before=first.next_before, size=2)
    told = [each.action for each in first.entries + rest.entries]
    assert told == ["person.disable", "person.enable", "person.disable"]
    assert rest.next_before == ""
    assert [each.action for each in accounts.read_trail(admin, action="person.en").entries] == ["person.enable"]
    assert accounts.read_trail(admin, person="nobody like this").entries == ()


def test_the_trail_s_file_holds_no_formula(sqlite_store: Store) -> None:
    admin = actor("administrator")
    accounts.change_own(admin, "=HYPERLINK(1)", "en")
    text = accounts.trail_csv(admin)
    assert "'=HYPERLINK(1)" in text and ",=" not in text and "\n=" not in text
