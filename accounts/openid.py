"""Signing in with another issuer's account: linked by an email that the issuer has verified."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from accounts.actor import Actor
from accounts.errors import NotFound, Unauthenticated
from accounts.links import told_of_change
from accounts.people import create_person, record
from accounts.sealing import seal, unseal
from accounts.sessions import SignedIn, begin, forget
from accounts.throttles import throttle
from accounts.unproved import end_all, is_unproved
from data.settings import Settings, get_settings
from data.store import people, sign_ins
from data.store.engine import get_store, joined
from gateways.openid import Identity, OpenIdClient, OpenIdError

RETURN_PATH = "/sign-in/openid/back"
WAIT_S = 600
NOT_NOW = "Signing in there did not work this time; try again, or use your password."
UNKNOWN = "Nobody here has this email. Ask the administrator of this installation for an account."
UNVERIFIED = "The issuer has not verified your email, so it can’t tell who you are here."
_log = logging.getLogger("forum_zero.openid")


def openid_name() -> str:
    """What the button calls the issuer; '' where signing in there is off."""
    told = get_settings()
    if not (told.openid_issuer and told.openid_client_id and told.openid_client_secret):
        return ""
    return told.openid_name or urlsplit(told.openid_issuer).hostname or told.openid_issuer


@lru_cache(maxsize=1)
def _client(settings: Settings) -> OpenIdClient:
    return OpenIdClient(
        settings.openid_issuer, settings.openid_client_id, settings.openid_client_secret,
        settings.base_url + RETURN_PATH,
    )  # fmt: skip


def begin_openid(next_path: str, address: str = "") -> tuple[str, str]:
    """Where to send the browser, and what its cookie keeps (sealed) until it comes back. Raises NotFound where this is
    off, Unauthenticated where the issuer can't be reached, TooMany."""
    if not openid_name():
        raise NotFound("Signing in with another issuer is not switched on here.")
    throttle(f"openid-from:{address}", 30, 300)
    try:
        begun = _client(get_settings()).begin()
    except OpenIdError as error:
        _log.warning("%s", error)
        raise Unauthenticated(NOT_NOW) from None
    kept = json.dumps([begun.state, begun.nonce, begun.verifier, next_path])
    return begun.url, seal("openid", kept)


def finish_openid(kept: str, query: str, address: str = "", agent: str = "") -> tuple[SignedIn, str]:
    """The session of who has come back, and where they wanted to go. Raises Unauthenticated, TooMany."""
    told = unseal("openid", kept, WAIT_S)
    if told is None or not openid_name():
        raise Unauthenticated(NOT_NOW)
    throttle(f"openid-from:{address}", 30, 300)
    state, nonce, verifier, next_path = json.loads(told)
    settings = get_settings()
    try:
        returned = f"{settings.base_url}{RETURN_PATH}?{query}"
        identity = _client(settings).finish(returned, state, nonce, verifier)
    except OpenIdError as error:
        _log.warning("%s", error)
        raise Unauthenticated(NOT_NOW) from None
    person_id, name = _person_of(identity)
    return begin(person_id, name, address, agent), next_path


def _person_of(identity: Identity) -> tuple[str, str]:
    """The person of an identity: known from before, linked by verified email, or made without roles where the setting
    says so. Raises Unauthenticated."""
    with joined(get_store(), lambda conn: None) as joint:
        conn = joint.begin()
        known = sign_ins.identity(conn, identity.issuer, identity.subject)
        person = people.person(conn, known["person_id"]) if known else _linked(conn, identity)
        if person is None or person["disabled_at"]:
            raise Unauthenticated(UNKNOWN)
        return str(person["person_id"]), str(person["name"])


def _linked(conn: Connection, identity: Identity) -> Any:
    if not identity.is_verified or not identity.email:
        raise Unauthenticated(UNVERIFIED)
    person = people.person_by_email(conn, identity.email)
    if person is None and get_settings().openid_new_people == "make":
        name = identity.name or identity.email.partition("@")[0]
        person = people.person(conn, create_person(identity.email, name, None, ()))
    if person is None or person["disabled_at"]:
        return None
    now, person_id = datetime.now(UTC), str(person["person_id"])
    if person["password_hash"] and is_unproved(conn, person_id):
        people.set_password(conn, person_id, "")
        forget(end_all(conn, person_id, now))
        told_of_change(conn, person)
    sign_ins.add_identity(conn, {
        "issuer": identity.issuer, "subject": identity.subject, "person_id": person_id, "email": identity.email,
        "linked_at": now,
    })  # fmt: skip
    record(conn, "", Actor("person", person_id), "account.openid-linked", person_id, {"issuer": identity.issuer})
    return person
