"""Use cases of people: roles and permissions, sign-in, companies, consent, deletion."""

from accounts.actor import ANONYMOUS, SYSTEM, Actor, actor_by_now, current_actor, set_actor
from accounts.administration import (
    GRANTED,
    Grant,
    PersonView,
    end_sessions_of,
    find_people,
    grant_role,
    invite_again,
    invite_person,
    person_view,
    reset_factor,
    set_disabled,
    take_role,
)
from accounts.colleagues import CompanyAccount, company_account, invite_colleague, remove_colleague
from accounts.companies import (
    NO_CODE,
    Invitation,
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
from accounts.letters import MAIL_JOB, deliver_letter, mail_is_sent
from accounts.links import (
    COLLEAGUE,
    REGISTER,
    OpenLink,
    accept_colleague,
    ask_reset,
    company_of_link,
    open_link,
    set_password_by_link,
)
from accounts.openid import begin_openid, finish_openid, openid_name
from accounts.organising import organise
from accounts.own import (
    Account,
    Session,
    begin_factor,
    change_own,
    change_password,
    confirm_factor,
    drop_factor,
    end_other_sessions,
    end_session,
    fresh_recovery_codes,
    make_token,
    own_account,
)
from accounts.people import InstallPerson, create_person, ensure_install_people, record, sweep
from accounts.permissions import ROLES, TABLE, may, may_now, require, roles_for, where_may
from accounts.sessions import SignedIn, actor_of, create_program_token, finish_sign_in, sign_in, sign_out
from accounts.throttles import throttle
from accounts.trail import Entry, Trail, read_trail, reasons_of, recorded_actions, sees_all, trail_csv
from accounts.trail_words import AREAS, action_words, detail_words

__all__ = [
    "ANONYMOUS", "AREAS", "COLLEAGUE", "GRANTED", "MAIL_JOB", "NO_CODE", "REGISTER", "ROLES", "SYSTEM", "TABLE",
    "Account", "Actor", "CompanyAccount", "Conflict", "DomainError", "Entry", "Forbidden", "Grant", "InstallPerson",
    "Invitation", "NotFound", "OpenLink", "PersonView", "Session", "SignedIn", "TooMany", "Trail", "Unauthenticated",
    "WaitingCompany", "accept_colleague", "action_words", "actor_by_now", "actor_of", "approve_company", "ask_reset",
    "begin_factor", "begin_openid", "change_own", "change_password", "check_live", "code_hash", "company_account",
    "company_of_link",
    "confirm_factor", "create_person", "create_program_token", "current_actor", "deliver_letter", "detail_words",
    "drop_factor", "end_other_sessions", "end_session", "end_sessions_of", "ensure_install_people",
    "find_people", "finish_openid",
    "finish_sign_in", "fresh_recovery_codes", "grant_role", "invitations", "invite_again", "invite_by_link",
    "invite_by_list", "invite_colleague", "invite_person", "mail_is_sent", "make_token", "may", "may_now", "name_key",
    "once", "open_link", "openid_name", "organise", "own_account", "own_companies", "person_view", "read_trail",
    "reasons_of", "record", "recorded_actions", "register_company", "remove_colleague", "require", "reset_factor",
    "roles_for", "sees_all", "set_actor", "set_disabled", "set_password_by_link", "sign_in", "sign_out", "sweep",
    "take_role", "throttle", "trail_csv", "waiting_companies", "where_may", "withdraw_invitation",
]  # fmt: skip
