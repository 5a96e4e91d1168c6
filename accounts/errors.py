"""What goes wrong, in words that the edges turn into answers. Messages are English msgids with parameters."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A refusal with a sentence (an English msgid with ``{named}`` parameters)."""

    def __init__(self, message: str, **params: Any):
        super().__init__(message.format(**params) if params else message)
        self.message = message
        self.params = params


class Unauthenticated(DomainError):
    """401: nobody has proved who asks."""


class Forbidden(DomainError):
    """403: the table of permissions does not allow it."""


class NotFound(DomainError):
    """404."""


class Conflict(DomainError):
    """409: the state of things does not allow it, or an idempotency key was used for something else."""


class TooMany(DomainError):
    """429: asked too often; ``retry_after_s`` says when again."""

    def __init__(self, message: str, retry_after_s: int, **params: Any):
        super().__init__(message, **params)
        self.retry_after_s = retry_after_s
