"""Who asks: set by the middleware for each request, read wherever something is allowed or refused."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """``roles`` are triples (role, event_id, company_id); '' stands for the whole installation. ``login_id`` names the
    session or token, ``has_factor`` says that it was begun with a second factor's code."""

    kind: str  # anonymous, person, program, system
    person_id: str = ""
    name: str = ""
    roles: frozenset[tuple[str, str, str]] = frozenset()
    login_id: str = ""
    has_factor: bool = False

    @property
    def label(self) -> str:
        """How audit trails name this actor."""
        return f"{self.kind}:{self.person_id}" if self.person_id else self.kind


ANONYMOUS = Actor("anonymous")
SYSTEM = Actor("system", name="Forum Zero")
_current: ContextVar[Actor] = ContextVar("forum_zero_actor", default=ANONYMOUS)
_again: ContextVar[Callable[[], Actor]] = ContextVar("forum_zero_actor_again", default=_current.get)


def current_actor() -> Actor:
    """The actor of this request."""
    return _current.get()


def actor_by_now() -> Actor:
    """The same as it stands at this moment: for what lasts longer than a request, sessions end and roles are taken."""
    return _again.get()()


def set_actor(actor: Actor, again: Callable[[], Actor] | None = None) -> None:
    """Sets the actor of this request (context-local); ``again`` asks anew who that is."""
    _current.set(actor)
    _again.set(again or _current.get)
