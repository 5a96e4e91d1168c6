"""Use cases of people: roles and permissions, sign-in, companies, consent, deletion."""

from accounts.actor import ANONYMOUS, SYSTEM, Actor, current_actor, set_actor
from accounts.companies import (
    NO_CODE,
    Invitation,
    Registered,
    WaitingCompany,
    approve_company,
    check_live,
    code_hash,
    invitations,
    invite_by_link,
    invite_by_list,
    name_key,
    own_companies,
    register_company,
    waiting_companies,
    withdraw_invitation,
)
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
    "ANONYMOUS", "NO_CODE", "ROLES", "SYSTEM", "TABLE", "Actor", "Conflict", "DomainError", "Forbidden",
    "InstallPerson", "Invitation", "NotFound", "Registered", "SignedIn", "TooMany", "Unauthenticated",
    "WaitingCompany", "actor_of", "approve_company", "check_live", "code_hash", "create_person",
    "create_program_token", "current_actor", "ensure_install_people", "invitations", "invite_by_link",
    "invite_by_list", "may", "name_key", "once", "own_companies", "record", "register_company", "require",
    "roles_for", "set_actor", "sign_in", "sign_out", "sweep", "throttle", "waiting_companies",
    "withdraw_invitation",
]  # fmt: skip
