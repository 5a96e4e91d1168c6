"""Use cases of people: roles and permissions, sign-in, companies, consent, deletion."""

from accounts.actor import ANONYMOUS, SYSTEM, Actor, current_actor, set_actor
from accounts.errors import Conflict, DomainError, Forbidden, NotFound, TooMany, Unauthenticated
from accounts.idempotency import once
from accounts.people import (
    InstallPerson,
    SignedIn,
    actor_of,
    create_person,
    create_program_token,
    ensure_install_people,
    record,
    sign_in,
    sign_out,
    sweep,
    throttle,
)
from accounts.permissions import ROLES, TABLE, may, require, roles_for

__all__ = [
    "ANONYMOUS", "ROLES", "SYSTEM", "TABLE", "Actor", "Conflict", "DomainError", "Forbidden", "InstallPerson",
    "NotFound", "SignedIn", "TooMany", "Unauthenticated", "actor_of", "create_person", "create_program_token",
    "current_actor",
    "ensure_install_people", "may", "once", "record", "require", "roles_for", "set_actor", "sign_in", "sign_out",
    "sweep", "throttle",
]  # fmt: skip
