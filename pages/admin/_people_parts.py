"""What the pages of people share: roles in words, the fields that choose one."""

from __future__ import annotations

from typing import Any

from dash import html

from accounts import GRANTED, Grant, PersonView
from locales import pick, t
from pages._parts.desk_form import chosen, labelled, typed
from pages._parts.instants import instant


def role_names() -> dict[str, str]:
    """Roles by their key."""
    return {
        "company": t("Company"), "organiser": t("Organiser"), "exchange": t("Exchange"), "auditor": t("Auditor"),
        "sustainability": t("Sustainability team"), "administrator": t("Administrator"),
    }  # fmt: skip


def grant_words(grant: Grant) -> str:
    """A role and what it is of."""
    name = role_names().get(grant.role, grant.role)
    if grant.company_id:
        return t("{role} of {what}", role=name, what=pick(dict(grant.company_names or {})) or grant.company_id)
    if grant.event_id:
        return t("{role} of {what}", role=name, what=grant.slug or grant.event_id)
    return name


def roles(person: PersonView) -> Any:
    """Every role as a chip."""
    if not person.grants:
        return html.Span(t("no role"), className="fz-muted")
    chips = [html.Span(grant_words(each), className="fz-role") for each in person.grants]
    return html.Div(chips, className="fz-people-roles")


def state_words(person: PersonView) -> str:
    """Whether somebody can sign in, and when they were last here."""
    if person.disabled_at:
        return t("disabled {when}", when=instant(person.disabled_at))
    if person.waits and person.seen_at is None:
        return t("invited, no password yet")
    return instant(person.seen_at) if person.seen_at else t("never here")


def labels() -> dict[str, str]:
    """The fields' names, for labels and sentences."""
    return {
        "name": t("Name"), "email": t("Email"), "role": t("Role"), "event": t("Event (its address), or empty"),
        "company": t("Company (its name), or empty"),
    }  # fmt: skip


def role_fields(prefix: str) -> list[Any]:
    """Role, and the event or company that it is of."""
    names = role_names()
    options = [(role, names[role]) for role in GRANTED]
    return [
        labelled(prefix, "role", labels()["role"], chosen(prefix, "role", options, "organiser")),
        labelled(prefix, "event", labels()["event"], typed(prefix, "event", "", maxLength=300)),
        labelled(prefix, "company", labels()["company"], typed(prefix, "company", "", maxLength=80)),
    ]
