"""The one table of roles and permissions. Deny by default: what no row names is refused."""

from __future__ import annotations

from accounts.actor import Actor
from accounts.errors import Forbidden, Unauthenticated
from data.settings import get_settings

ROLES = ("guest", "company", "organiser", "exchange", "auditor", "sustainability", "administrator")
_DESK = frozenset({"organiser", "exchange", "auditor", "sustainability", "administrator"})
_READERS = frozenset({"organiser", "auditor", "sustainability", "administrator"})

TABLE: dict[str, frozenset[str]] = {
    # what anybody may do needs no row here: public pages, a guest's own participation (by its secret)
    "desk.open": _DESK | {"company"},
    "event.view": _READERS | {"exchange"},
    "event.create": frozenset({"organiser", "administrator"}),
    "event.edit": frozenset({"organiser", "administrator"}),
    "event.reopen": frozenset({"administrator"}),
    "evaluation.write": frozenset({"organiser", "administrator"}),
    "evaluation.review": frozenset({"organiser", "sustainability", "administrator"}),
    "event.import": frozenset({"organiser", "administrator"}),
    "event.order": frozenset({"organiser", "administrator"}),
    "event.poster": frozenset({"organiser", "auditor", "administrator"}),
    "codes.manage": frozenset({"organiser", "administrator"}),
    "screen.manage": frozenset({"organiser", "administrator"}),
    "boards.moderate": frozenset({"organiser", "administrator"}),
    "orders.view": _READERS | {"exchange"},
    "orders.cancel": frozenset({"organiser", "exchange", "administrator"}),
    "orders.refund": frozenset({"exchange", "administrator"}),
    "credits.view": frozenset({"exchange", "auditor", "administrator"}),
    "credits.manage": frozenset({"exchange", "administrator"}),
    "forestry.view": _READERS | {"exchange"},
    "forestry.manage": frozenset({"organiser", "administrator"}),
    "forestry.confirm": frozenset({"exchange", "administrator"}),
    "retire": frozenset({"exchange", "administrator"}),
    "reports.view": frozenset({"organiser", "sustainability", "auditor", "administrator"}),
    "company.view": frozenset({"company", "auditor", "administrator"}),
    "company.order": frozenset({"company", "administrator"}),
    "company.invite": frozenset({"company", "administrator"}),
    "people.manage": frozenset({"administrator"}),
    "people.view": frozenset({"administrator", "auditor"}),
    "trail.view": frozenset({"organiser", "auditor", "administrator"}),
    "account.own": frozenset(ROLES),
    "audit.run": frozenset({"auditor", "administrator", "exchange"}),
}

# What touches money, credits or people: where SECOND_FACTOR is required, a session without its code is refused.
PROVEN = frozenset({"retire", "orders.refund", "credits.manage", "forestry.confirm", "people.manage", "event.reopen"})
# What is the whole installation's: a role at one event or for one company does not open it.
WHOLE = frozenset({"people.manage", "people.view", "event.reopen"})
NEEDS_FACTOR = "This needs a code of your second factor. Set one up on your account’s page, or sign in again with it."


def roles_for(actor: Actor, event_id: str = "", company_id: str = "") -> frozenset[str]:
    """The roles an actor has here: those of the installation, of this event, of this company."""
    return frozenset(
        role for role, event, company in actor.roles if event in ("", event_id) and company in ("", company_id)
    )


def may(actor: Actor, action: str, event_id: str = "", company_id: str = "") -> bool:
    """Whether the table allows it. An action that is not in the table is refused. Asked for no event in particular,
    a role at any event counts (each event's own check follows)."""
    if actor.kind == "system":
        return True
    allowed = TABLE.get(action, frozenset())
    if action == "account.own":  # a person's own account, with whatever roles; never a program's
        return actor.kind == "person"
    if action in WHOLE:
        return bool(allowed & roles_for(actor))
    held = roles_for(actor, event_id, company_id) if event_id or company_id else {role for role, _, _ in actor.roles}
    return bool(allowed & frozenset(held))


def where_may(actor: Actor, action: str) -> frozenset[str] | None:
    """Ids of the events at which the table allows it by roles held there; None where it does at every event."""
    if may(actor, action, "-"):  # at an event that nobody has a role of
        return None
    return frozenset(event for _, event, _ in actor.roles if event and may(actor, action, event))


def require(actor: Actor, action: str, event_id: str = "", company_id: str = "") -> None:
    """Raises Unauthenticated where nobody is signed in, Forbidden where the table does not allow it, or where it needs
    a second factor's code that this session was begun without."""
    if may(actor, action, event_id, company_id):
        if action in PROVEN and lacks_factor(actor):
            raise Forbidden(NEEDS_FACTOR)
        return
    if actor.kind == "anonymous":
        raise Unauthenticated("Sign in to do this.")
    raise Forbidden("Your role does not allow this ({action}).", action=action)


def may_now(actor: Actor, action: str, event_id: str = "", company_id: str = "") -> bool:
    """Whether `require` lets it pass: the table allows it, and the second factor was given where it is asked for. For
    what is done at once by who may, and otherwise asked of somebody else."""
    return may(actor, action, event_id, company_id) and not (action in PROVEN and lacks_factor(actor))


def lacks_factor(actor: Actor) -> bool:
    """Whether the setting asks for a second factor that this person or program has not proved."""
    return actor.kind != "system" and not actor.has_factor and get_settings().second_factor == "required"
