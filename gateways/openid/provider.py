"""The authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0), through authlib.

What the issuer is asked is bounded in time and size; its identity token is checked for signature, issuer, audience,
time and nonce before anything of it is believed. authlib is imported inside the first call that needs it.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

TIMEOUT_S = 10.0
KEPT_S = 600.0
LEEWAY_S = 60
MOST_BYTES = 256 * 1024
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
OWN_MACHINE = ("127.0.0.1", "::1", "localhost")
WELL_KNOWN = "/.well-known/openid-configuration"


class OpenIdError(Exception):
    """An issuer that can't be reached or whose answer can't be believed. Its message is for the log alone."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was begun: ``url`` to send the browser to; the rest is kept by us until it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the issuer says it is. ``email`` counts only where ``is_verified``."""

    issuer: str
    subject: str
    email: str
    is_verified: bool
    name: str


class OpenIdClient:
    """This server at one issuer."""

    name = "openid"

    def __init__(self, issuer: str, client_id: str, client_secret: str, return_url: str) -> None:
        self.issuer, self.client_id, self.client_secret = issuer.rstrip("/"), client_id, client_secret
        self.return_url = return_url
        self._told: tuple[float, dict[str, Any]] | None = None

    def begin(self) -> Begun:
        """Where to send the browser. Raises OpenIdError."""
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        session = self._session(secrets.token_urlsafe(24))
        url, state = session.create_authorization_url(
            self._metadata()["authorization_endpoint"], state=session.state, code_verifier=verifier, nonce=nonce
        )
        return Begun(str(url), str(state), nonce, verifier)

    def finish(self, returned_url: str, state: str, nonce: str, verifier: str) -> Identity:
        """Who came back with ``returned_url`` (its whole address). Raises OpenIdError."""
        import requests
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError

        self._check_returned(returned_url, state)
        try:
            token = self._session(state).fetch_token(
                self._metadata()["token_endpoint"], authorization_response=returned_url, code_verifier=verifier,
                timeout=TIMEOUT_S, allow_redirects=False,
            )  # fmt: skip
            return self._identity(token, nonce)
        except (AuthlibBaseError, JoseError, requests.RequestException, ValueError, LookupError, TypeError) as error:
            raise OpenIdError(f"{type(error).__name__}: {error}") from None

    def _check_returned(self, returned_url: str, state: str) -> None:
        told = {name: values[-1] for name, values in parse_qs(urlsplit(returned_url).query).items()}
        if not secrets.compare_digest(told.get("state", "").encode(), state.encode()):
            raise OpenIdError("the state is not the one that was sent")
        if "error" in told or "code" not in told:
            raise OpenIdError(f"the issuer answered {told.get('error', 'without a code')[:60]}")
        if "iss" in told and told["iss"].rstrip("/") != self.issuer:  # RFC 9207
            raise OpenIdError("another issuer answered")

    def _session(self, state: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        ways = self._metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        way = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
        return OAuth2Session(
            self.client_id, self.client_secret, token_endpoint_auth_method=way, scope="openid email profile",
            state=state, redirect_uri=self.return_url, code_challenge_method="S256",
        )  # fmt: skip

    def _identity(self, token: Mapping[str, Any], nonce: str) -> Identity:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import InvalidKeyIdError

        try:
            read = self._decoded(str(token["id_token"]), self._keys())
        except (InvalidKeyIdError, ValueError):
            read = self._decoded(str(token["id_token"]), self._keys(again=True))
        exact: Any = {
            "iss": {"essential": True, "value": self._metadata()["issuer"]},
            "aud": {"essential": True, "value": self.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        params = {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(read.claims, read.header, exact, params)
        claims.validate(now=int(time.time()), leeway=LEEWAY_S)
        subject = str(claims["sub"])[:255]
        if not subject:
            raise ValueError("no subject")
        return Identity(
            self.issuer, subject, str(claims.get("email") or "").strip().lower()[:200],
            claims.get("email_verified") is True, str(claims.get("name") or "").strip()[:80],
        )  # fmt: skip

    def _decoded(self, id_token: str, keys: Any) -> Any:
        from joserfc import jwt
        from joserfc.jws import JWSRegistry

        wanted = self._metadata().get("id_token_signing_alg_values_supported") or ["RS256"]
        algorithms = [each for each in wanted if each in ALGORITHMS]
        return jwt.decode(id_token, keys, registry=JWSRegistry(algorithms=algorithms, strict_check_header=False))

    def _keys(self, again: bool = False) -> Any:
        from joserfc.jwk import KeySet

        told = self._metadata()
        if again or "jwks" not in told:
            told["jwks"] = _get(str(told["jwks_uri"]))
        return KeySet.import_key_set(told["jwks"])

    def _metadata(self) -> dict[str, Any]:
        """What the issuer tells of itself, kept for ten minutes."""
        if self._told is None or time.monotonic() - self._told[0] > KEPT_S:
            found = _get(self.issuer + WELL_KNOWN)
            if str(found.get("issuer", "")).rstrip("/") != self.issuer:
                raise OpenIdError("the issuer calls itself otherwise")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                _check_line(str(found.get(name) or ""))
            self._told = (time.monotonic(), found)
        return self._told[1]


def _check_line(url: str) -> None:
    """Only TLS, but for an issuer on this machine. Raises OpenIdError."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in OWN_MACHINE):
        raise OpenIdError(f"{url[:80] or 'an address that is missing'}: only https is asked")


def _get(url: str) -> dict[str, Any]:
    import requests

    _check_line(url)
    try:
        answer = requests.get(url, timeout=TIMEOUT_S, allow_redirects=False, stream=True)
        raw = answer.raw.read(MOST_BYTES + 1, decode_content=True)
        if answer.status_code != 200 or len(raw) > MOST_BYTES:
            raise OpenIdError(f"{url}: status {answer.status_code}, {len(raw)} bytes")
        found = json.loads(raw)
    except (requests.RequestException, ValueError, OSError) as error:
        raise OpenIdError(f"{url}: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise OpenIdError(f"{url}: not an object")
    return found
