"""Signing in with another issuer: code flow, PKCE, state and nonce, every claim checked, linked by verified email."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient

import accounts
from accounts import Unauthenticated
from data.settings import get_settings
from data.store.engine import Store
from gateways.openid import OpenIdClient, OpenIdError
from tests.support.api import client, open_forum
from tests.support.people import person
from tests.support.simulators.issuer import Issuer

BACK = "http://testserver/sign-in/openid/back"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.stop()


@pytest.fixture
def here(issuer: Issuer) -> OpenIdClient:
    """This server at the issuer."""
    return OpenIdClient(issuer.url, issuer.client_id, issuer.client_secret, BACK)


def _finish(here: OpenIdClient, issuer: Issuer) -> Any:
    begun = here.begin()
    return here.finish(f"{BACK}?{issuer.agree(begun.url)}", begun.state, begun.nonce, begun.verifier)


def test_who_comes_back_is_who_the_issuer_says(issuer: Issuer, here: OpenIdClient) -> None:
    who = _finish(here, issuer)
    assert (who.issuer, who.subject, who.email, who.is_verified) == (issuer.url, "subject-1", "ada@example.org", True)


@pytest.mark.parametrize(
    "claims",
    [{"iss": "https://other.example"}, {"aud": "another"}, {"aud": None}, {"nonce": "x"}, {"nonce": None},
     {"exp": 1}, {"exp": None}, {"sub": None}, {"sub": ""}, {"iat": None}, {"azp": "another"},
     {"nbf": 4_102_444_800}],
    ids=lambda claims: f"{claims}",
)  # fmt: skip
def test_a_token_with_one_wrong_claim_is_not_believed(
    issuer: Issuer, here: OpenIdClient, claims: dict[str, Any]
) -> None:
    issuer.claims = claims
    with pytest.raises(OpenIdError):
        _finish(here, issuer)


def test_another_state_verifier_code_or_issuer_is_refused(issuer: Issuer, here: OpenIdClient) -> None:
    begun = here.begin()
    back = f"{BACK}?{issuer.agree(begun.url)}"
    for url, state, verifier in (
        (back, "another", begun.verifier), (back.replace("state=", "stat="), begun.state, begun.verifier),
        (f"{back}&iss=https://evil.example", begun.state, begun.verifier),
        (f"{BACK}?error=access_denied&state={begun.state}", begun.state, begun.verifier),
        (back, begun.state, "another verifier of forty-three characters at least"),
        (back, begun.state, begun.verifier),  # the code was used by the attempt before
    ):  # fmt: skip
        with pytest.raises(OpenIdError):
            here.finish(url, state, begun.nonce, verifier)


def test_keys_that_change_are_fetched_again_and_a_stranger_s_are_not_believed(
    issuer: Issuer, here: OpenIdClient
) -> None:
    _finish(here, issuer)
    issuer.key = RSAKey.generate_key(2048, {"kid": "two"}, private=True)
    issuer.published = [issuer.key.as_dict(private=False)]
    assert _finish(here, issuer).subject == "subject-1"
    issuer.key = RSAKey.generate_key(2048, {"kid": "two"}, private=True)
    with pytest.raises(OpenIdError):
        _finish(here, issuer)


def test_a_token_signed_with_a_shared_secret_is_not_believed(issuer: Issuer, here: OpenIdClient) -> None:
    issuer.metadata["id_token_signing_alg_values_supported"] = ["HS256", "none", "RS256"]
    issuer.algorithm = "HS256"
    issuer.key = OctKey.import_key(issuer.client_secret * 3, {"kid": "one"})  # type: ignore[assignment]
    with pytest.raises(OpenIdError):
        _finish(here, issuer)


@pytest.mark.parametrize(
    "metadata", [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}, {"jwks_uri": ""}]
)
def test_an_issuer_that_calls_itself_otherwise_or_wants_open_lines_is_not_asked(
    issuer: Issuer, here: OpenIdClient, metadata: dict[str, Any]
) -> None:
    issuer.metadata = metadata
    with pytest.raises(OpenIdError):
        here.begin()


# ---------------------------------------------------------------- through the door
@pytest.fixture
def api(sqlite_store: Store, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The application with this issuer switched on."""
    for name, value in (("ISSUER", issuer.url), ("CLIENT_ID", issuer.client_id),
                        ("CLIENT_SECRET", issuer.client_secret), ("NAME", "The university")):  # fmt: skip
        monkeypatch.setenv(f"OPENID_{name}", value)
    monkeypatch.setenv("PUBLIC_URL", "http://testserver")
    get_settings.cache_clear()
    open_forum()
    return client()


def _enter(api: TestClient, issuer: Issuer) -> Any:
    gone = api.get("/sign-in/openid?next=/desk/account", follow_redirects=False)
    assert gone.status_code == 303 and gone.headers["location"].startswith(issuer.url)
    query = issuer.agree(gone.headers["location"])
    return api.get(f"/sign-in/openid/back?{query}", follow_redirects=False)


def test_a_person_is_linked_by_verified_email_and_known_from_then_on(api: TestClient, issuer: Issuer) -> None:
    assert "Sign in with The university" in api.get("/sign-in").text
    person("auditor", email="ada@example.org")
    answer = _enter(api, issuer)
    assert answer.status_code == 303 and answer.headers["location"] == "/desk/account"
    assert accounts.actor_of(api.cookies["fz_session"]).roles == {("auditor", "", "")}
    issuer.claims = {"email": "moved@example.org", "email_verified": False}
    api.cookies.clear()
    assert _enter(api, issuer).status_code == 303, "the subject is known, whatever the email is now"


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": "true"}, {"email": ""}])
def test_an_email_that_is_not_verified_opens_nobody_s_account(
    api: TestClient, issuer: Issuer, claims: dict[str, Any]
) -> None:
    person("administrator", email="ada@example.org")
    issuer.claims = claims
    answer = _enter(api, issuer)
    assert answer.status_code == 401 and "fz_session" not in api.cookies


def test_who_is_not_known_is_refused_or_made_without_roles(
    api: TestClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _enter(api, issuer).status_code == 401
    monkeypatch.setenv("OPENID_NEW_PEOPLE", "make")
    get_settings.cache_clear()
    assert _enter(api, issuer).status_code == 303
    made = accounts.actor_of(api.cookies["fz_session"])
    assert (made.name, made.roles) == ("Ada", frozenset())
    assert api.get("/desk/account", follow_redirects=False).status_code == 200
    assert api.get("/desk", follow_redirects=False).status_code == 403


def test_a_way_back_without_its_cookie_opens_nothing(api: TestClient, issuer: Issuer) -> None:
    person("auditor", email="ada@example.org")
    gone = api.get("/sign-in/openid", follow_redirects=False)
    query = issuer.agree(gone.headers["location"])
    api.cookies.clear()
    assert api.get(f"/sign-in/openid/back?{query}", follow_redirects=False).status_code == 401
    with pytest.raises(Unauthenticated):
        accounts.finish_openid("", query)


def test_where_it_is_off_it_is_not_there(sqlite_store: Store) -> None:
    api = client()
    assert "university" not in api.get("/sign-in").text
    assert api.get("/sign-in/openid", follow_redirects=False).status_code == 404
    assert api.get("/sign-in/openid/back?code=x&state=y", follow_redirects=False).status_code == 401
