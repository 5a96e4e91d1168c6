"""The second factor: set up by its first code, asked at the door, each code once, and needed where the setting says."""

from __future__ import annotations

import time

import pyotp
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

import accounts
from accounts import ANONYMOUS, Actor, Conflict, Forbidden, TooMany, Unauthenticated
from calculations.model import InputError
from data.settings import get_settings
from data.store import schema as s
from data.store.engine import Store, get_store
from tests.support.api import client, open_forum
from tests.support.people import PASSWORD, actor, person, session

HERE = {"Origin": "http://testserver"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of codes, which goes on by hand."""
    return Clock(monkeypatch)


class Clock:
    """Steps of thirty seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.step = int(time.time()) // 30
        monkeypatch.setattr("accounts.second_factor.step_now", lambda: self.step)

    def code(self, secret: str, later: int = 0) -> str:
        """The code that a device shows."""
        return pyotp.TOTP(secret).generate_otp(self.step + later)


def _set_up(email: str, clock: Clock) -> tuple[str, list[str], Actor]:
    """A factor that is on: its secret, the recovery codes, and the session it was set up in."""
    _, me = session(email)
    secret = accounts.begin_factor(me, PASSWORD).secret
    codes = accounts.confirm_factor(me, clock.code(secret))
    clock.step += 1
    return secret, codes, me


def test_a_code_is_the_standard_s() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B, the SHA-1 rows
    for at, wanted in ((59, "94287082"), (1111111109, "07081804"), (20000000000, "65353130")):
        assert pyotp.TOTP(secret, digits=8).at(at) == wanted


def test_it_is_on_after_its_first_code_and_asked_from_then_on(sqlite_store: Store, clock: Clock) -> None:
    _, email = person("exchange")
    before, me = session(email)
    other, _ = session(email)
    with pytest.raises(InputError):
        accounts.begin_factor(me, "not the password")
    secret = accounts.begin_factor(me, PASSWORD).secret
    with pytest.raises(Unauthenticated):
        accounts.confirm_factor(me, "000000" if clock.code(secret) != "000000" else "000001")
    assert not accounts.sign_in(email, PASSWORD).needs_code, "not on yet"
    codes = accounts.confirm_factor(me, clock.code(secret))
    assert len(set(codes)) == 10 and accounts.own_account(me).recovery_left == 10
    assert accounts.actor_of(before).has_factor and accounts.actor_of(other) == ANONYMOUS
    waiting = accounts.sign_in(email, PASSWORD)
    assert waiting.needs_code and accounts.actor_of(waiting.token) == ANONYMOUS
    clock.step += 1
    entered = accounts.finish_sign_in(waiting.token, clock.code(secret))
    assert accounts.actor_of(entered.token).has_factor
    with pytest.raises(Unauthenticated):
        accounts.finish_sign_in(waiting.token, clock.code(secret, 1))  # the wait is over
    with pytest.raises(Conflict):
        accounts.begin_factor(me, PASSWORD)


def test_no_code_is_taken_twice_and_none_of_another_time(sqlite_store: Store, clock: Clock) -> None:
    _, email = person("exchange")
    secret, _, _ = _set_up(email, clock)
    code = clock.code(secret)
    accounts.finish_sign_in(accounts.sign_in(email, PASSWORD).token, code)
    for bad in (code, clock.code(secret, -1), clock.code(secret, 5)):
        with pytest.raises(Unauthenticated):
            accounts.finish_sign_in(accounts.sign_in(email, PASSWORD).token, bad)
    assert accounts.finish_sign_in(accounts.sign_in(email, PASSWORD).token, clock.code(secret, 1)).token


def test_a_recovery_code_opens_once_and_new_ones_replace_the_old(sqlite_store: Store, clock: Clock) -> None:
    _, email = person("exchange")
    secret, codes, me = _set_up(email, clock)
    typed = codes[0].upper().replace("-", " ")
    assert accounts.finish_sign_in(accounts.sign_in(email, PASSWORD).token, typed).token
    with pytest.raises(Unauthenticated):
        accounts.finish_sign_in(accounts.sign_in(email, PASSWORD).token, codes[0])
    fresh = accounts.fresh_recovery_codes(me, clock.code(secret))
    with pytest.raises(Unauthenticated):
        accounts.finish_sign_in(accounts.sign_in(email, PASSWORD).token, codes[1])
    assert accounts.finish_sign_in(accounts.sign_in(email, PASSWORD).token, fresh[1]).token
    with get_store().read() as conn:
        kept = str([conn.execute(sa.select(table)).all() for table in (s.recovery_code, s.second_factor)])
    assert secret not in kept and fresh[2].replace("-", "") not in kept


def test_guesses_are_throttled_over_all_waits(sqlite_store: Store, clock: Clock) -> None:
    _, email = person("exchange")
    secret, _, _ = _set_up(email, clock)
    waiting = accounts.sign_in(email, PASSWORD).token
    with pytest.raises(TooMany):
        for number in range(10):
            with pytest.raises(Unauthenticated):
                accounts.finish_sign_in(waiting, f"{number:06}x")
    with pytest.raises(TooMany):
        accounts.finish_sign_in(accounts.sign_in(email, PASSWORD).token, clock.code(secret))


def test_it_is_taken_off_by_a_code_or_by_an_administrator(sqlite_store: Store, clock: Clock) -> None:
    person_id, email = person("exchange")
    secret, _, me = _set_up(email, clock)
    with pytest.raises(Unauthenticated):
        accounts.drop_factor(me, "123", PASSWORD)
    with pytest.raises(InputError):
        accounts.drop_factor(me, clock.code(secret), "left open")
    accounts.drop_factor(me, clock.code(secret), PASSWORD)
    assert not accounts.sign_in(email, PASSWORD).needs_code
    clock.step += 2
    _set_up(email, clock)
    admin = actor("administrator")
    with pytest.raises(Conflict):
        accounts.reset_factor(admin, admin.person_id)
    accounts.reset_factor(admin, person_id)
    assert not accounts.sign_in(email, PASSWORD).needs_code


def _setting(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SECOND_FACTOR", value)
    get_settings.cache_clear()


def test_where_it_is_required_money_credits_and_people_wait_for_it(
    sqlite_store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, email = person("exchange", "administrator")
    _, without = session(email)
    token = accounts.make_token(without, "made without")
    _setting(monkeypatch, "required")
    for action in ("retire", "orders.refund", "credits.manage", "people.manage"):
        with pytest.raises(Forbidden, match="second factor"):
            accounts.require(without, action)
        with pytest.raises(Forbidden, match="second factor"):
            accounts.require(accounts.actor_of(token), action)
    accounts.require(without, "credits.view")
    _set_up(email, clock)
    proved = accounts.actor_of(session_with(email, clock))
    accounts.require(proved, "retire")
    accounts.require(accounts.actor_of(accounts.make_token(proved, "made with")), "retire")
    _setting(monkeypatch, "off")
    assert not accounts.sign_in(email, PASSWORD).needs_code
    accounts.require(without, "retire")


def session_with(email: str, clock: Clock) -> str:
    """A session that a recovery code of a fresh set opened."""
    waiting = accounts.sign_in(email, PASSWORD).token
    with get_store().read() as conn:
        row = conn.execute(sa.select(s.second_factor)).mappings().one()
    from accounts.sealing import unseal

    secret = unseal("second-factor", row["sealed_secret"])
    assert secret is not None
    return accounts.finish_sign_in(waiting, clock.code(secret)).token


def test_the_door_asks_for_the_code_before_it_gives_a_session(sqlite_store: Store, clock: Clock) -> None:
    open_forum()
    _, email = person("organiser")
    secret, _, _ = _set_up(email, clock)
    api: TestClient = client()
    told = {"email": email, "password": PASSWORD, "next": "/desk/account"}
    answer = api.post("/sign-in", data=told, headers=HERE, follow_redirects=False)
    assert answer.headers["location"] == "/sign-in/code" and "fz_session" not in api.cookies
    assert "HttpOnly" in answer.headers["set-cookie"] and "Path=/sign-in" in answer.headers["set-cookie"]
    assert api.get("/desk", follow_redirects=False).status_code == 303
    wrong = api.post("/sign-in/code", data={"code": "12"}, headers=HERE, follow_redirects=False)
    assert wrong.status_code == 401 and "does not fit" in wrong.text
    good = api.post("/sign-in/code", data={"code": clock.code(secret)}, headers=HERE, follow_redirects=False)
    assert good.status_code == 303 and good.headers["location"] == "/desk/account"
    assert api.get("/desk", follow_redirects=False).status_code == 200
