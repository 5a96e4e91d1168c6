"""Secrets stay secret: in files, in the store, in the log, in answers; and test money stays off where it is off."""

from __future__ import annotations

import logging
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import accounts
import events
import offsetting
from data.install import keep
from data.settings import get_settings
from data.store import schema as s
from data.store.engine import Store, get_store, open_store
from data.store.migrate import upgrade
from tests.support.api import V1, begin, buy, client, open_forum, pay


def test_the_store_and_the_log_hold_no_secret(
    sqlite_store: Store, own_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    forum, api = open_forum(), client()
    key = {"Idempotency-Key": "a key of sixteen letters"}
    begun = api.post(f"{V1}/events/{forum.slug}/participations", json={}, headers=key).json()
    assert api.post(f"{V1}/events/{forum.slug}/participations", json={}, headers=key).json() == begun
    guest = begin(api)
    pay(api, buy(guest, forum)["order_id"])
    password = "a password nobody guesses"
    person = accounts.create_person("ada@example.org", "Ada", password, ("organiser",))
    program = accounts.create_program_token(person, "test")
    told = {"email": "ada@example.org", "password": password}
    home = {"Origin": "http://testserver"}
    api.post("/sign-in", data=told, headers=home, follow_redirects=False)
    session = api.cookies["fz_session"]
    wrong = api.post("/sign-in", data=told | {"password": "a wrong password"}, headers=home)
    secrets = [begun["secret"], guest.secret, password, program, session, "a wrong password"]
    with get_store().write() as conn:
        conn.exec_driver_sql("select 1")
    kept = b"".join(path.read_bytes() for path in own_folder.rglob("*") if path.is_file())
    logged = caplog.text
    for secret in secrets:
        assert secret.encode() not in kept
        assert secret not in logged
        assert secret not in wrong.text
    refused = api.put(f"{V1}/participations/{guest.participation_id}/footprint", json={},
                      headers={"Authorization": f"Bearer {begun['secret']}"})  # fmt: skip
    assert refused.status_code == 401 and begun["secret"] not in refused.text


def test_what_an_install_keeps_is_its_owner_s_alone(sqlite_store: Store, own_folder: Path) -> None:
    keep("password:ada@example.org", "x")
    get_settings().secret()
    offsetting.did_document()
    fresh = open_store(f"sqlite:///{own_folder / 'fresh.sqlite3'}")
    upgrade(fresh)
    fresh.dispose()
    for name in ("install.json", "secret_key", "signing_key.pem", "fresh.sqlite3"):
        assert stat.S_IMODE((own_folder / name).stat().st_mode) == 0o600, name


def test_demo_payments_that_are_off_are_off_everywhere(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    forum, api = open_forum(), client()
    guest = begin(api)
    order = buy(guest, forum)
    monkeypatch.setenv("DEMO_PAYMENTS", "false")
    get_settings.cache_clear()
    url = f"{V1}/demo-payments/{order['order_id']}"
    assert api.post(url, json={"outcome": "succeeded"}).status_code == 404
    asked = {"order_id": order["order_id"], "outcome": "succeeded"}
    api.post("/_dash-update-component", json={
        "output": "pay-answer.data", "outputs": {"id": "pay-answer", "property": "data"}, "state": [],
        "inputs": [{"id": "pay-ask", "property": "data", "value": asked}], "changedPropIds": ["pay-ask.data"],
    })  # fmt: skip
    assert api.post("/webhooks/demo", content=b"{}").status_code == 404
    assert api.get(f"/pay/{order['order_id']}").status_code == 404
    assert guest.order({"project": forum.project, "share_percent": 25}).status_code == 404
    assert api.get(f"{V1}/orders/{order['order_id']}").json()["state"] == "held"


def test_a_guess_at_a_secret_is_counted_and_a_right_one_is_not(sqlite_store: Store) -> None:
    open_forum()
    guest = begin(client())
    for _ in range(events.participations.WRONG_SECRETS):
        with pytest.raises(events.Unauthenticated):
            events.guest(guest.participation_id, "wrong")
    with pytest.raises(accounts.TooMany) as refused:
        events.guest(guest.participation_id, "wrong")
    assert refused.value.retry_after_s >= 1
    assert events.guest(guest.participation_id, guest.secret).participation_id == guest.participation_id


def test_counters_and_keys_do_not_pile_up(store: Store) -> None:
    accounts.throttle("old", 5, 60)
    accounts.throttle("new", 5, 60)
    accounts.once("s", "old", b"", lambda: (200, {}))
    accounts.once("s", "new", b"", lambda: (200, {}))
    long_ago = datetime.now(UTC) - timedelta(days=8)
    with get_store().write() as conn:
        conn.execute(sa.update(s.throttle).where(s.throttle.c.name == "old").values(expires_at=long_ago))
        conn.execute(sa.update(s.idempotency).where(s.idempotency.c.key == "old").values(created_at=long_ago))
    accounts.sweep()
    with get_store().read() as conn:
        assert conn.execute(sa.select(s.throttle.c.name)).scalars().all() == ["new"]
        assert conn.execute(sa.select(s.idempotency.c.key)).scalars().all() == ["new"]
