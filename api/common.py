"""What the routes share: the guest's proof, the idempotency key, strict bodies and lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Header
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

import events
from accounts import ANONYMOUS, Unauthenticated, current_actor, once
from calculations.model import FieldError, InputError

PREFIX = "/api/v1"
Key = Annotated[
    str | None, Header(alias="Idempotency-Key", description="The same key and body give the same answer again.")
]
Secret = Annotated[str | None, Header(alias="Authorization", description="Bearer and the participation's secret.")]


def _storable(text: str) -> str:
    """JSON can carry what no store keeps: NUL, and halves of characters."""
    if "\0" in text:
        raise PydanticCustomError("no_nul", "NUL can't be kept")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("string_unicode", "not Unicode") from None
    return text


Text = Annotated[str, AfterValidator(_storable)]


class Strict(BaseModel):
    """A body: unknown fields are an error, and types are not guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


def listed(items: list[Any], next_path: str | None = None) -> dict[str, Any]:
    """The form of every list."""
    return {"items": items, "next": next_path}


def bearer(authorization: str | None) -> str:
    """The secret of an Authorization header. Raises Unauthenticated."""
    scheme, _, secret = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated("Send the participation's secret: Authorization: Bearer …")
    return secret.strip()[:200]


def guest(participation_id: str, authorization: str | None) -> events.Participation:
    """The participation that the header's secret proves. Raises Unauthenticated."""
    return events.guest(participation_id, bearer(authorization))


def changed(
    scope: str, key: str | None, body: Any, command: Callable[[], tuple[int, Any]], shortest: int = 8
) -> JSONResponse:
    """Runs a command, exactly once where a key was given."""
    if key is None:
        status, answer = command()
    else:
        _check_key(key, shortest)
        raw = json.dumps(body.model_dump() if isinstance(body, BaseModel) else body, sort_keys=True, default=str)
        status, answer = once(scope, key, raw.encode(), command)
    return JSONResponse(answer, status)


def _check_key(key: str, shortest: int) -> None:
    if not (shortest <= len(key) <= 200 and key.isprintable()):
        message = "{field}: {value} does not fit; write {shortest} to 200 random characters."
        raise InputError([FieldError("Idempotency-Key", key, message, {"shortest": shortest})])


def signed_in() -> bool:
    """Whether a person or a program asks."""
    return current_actor() != ANONYMOUS
