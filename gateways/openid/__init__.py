"""OpenID Connect: people of another issuer sign in with their account there."""

from gateways.openid.provider import Begun, Identity, OpenIdClient, OpenIdError

__all__ = ["Begun", "Identity", "OpenIdClient", "OpenIdError"]
