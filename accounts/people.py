"""People: making them, those of the demonstration, and who changed what."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.actor import Actor
from accounts.errors import Conflict
from accounts.passwords import hash_password, password_errors
from accounts.permissions import ROLES
from calculations.model import FieldError, InputError
from data.store import idempotency, sign_ins
from data.store import people as rows
from data.store.engine import get_store
from data.store.ids import new_row_id

_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f<>\"(),:;\[\]\\]+@[^@\s\x00-\x1f\x7f<>\"(),:;\[\]\\]+")
MOST_NAME = 80
KEY_DAYS = 7
LINK_DAYS = 30

INSTALL_PEOPLE = (
    ("organiser@forum-zero.example", "Demo organiser", ("organiser",)),
    ("exchange@forum-zero.example", "Demo exchange desk", ("exchange",)),
    ("exchange-2@forum-zero.example", "Demo exchange desk, second person", ("exchange",)),
    ("reports@forum-zero.example", "Demo sustainability team", ("sustainability",)),
    ("auditor@forum-zero.example", "Demo auditor", ("auditor",)),
    ("admin@forum-zero.example", "Demo administrator", ("administrator",)),
)


@dataclass(frozen=True, slots=True)
class InstallPerson:
    """Somebody made for this install; ``password`` only in the run that made them."""

    email: str
    name: str
    role: str
    password: str | None


def sweep() -> None:
    """Forgets counters whose windows are over, idempotency keys after a week, used-up links and letters after a month;
    any worker may, at any time."""
    now = datetime.now(UTC)
    with get_store().write() as conn:
        rows.sweep_throttles(conn, now)
        idempotency.sweep(conn, now - timedelta(days=KEY_DAYS))
        sign_ins.sweep(conn, now - timedelta(days=LINK_DAYS))


def tidy_name(name: str) -> str:
    """A name in one line, of letters that can be seen and those that join them: it stands in letters and files."""
    return " ".join("".join(c for c in name if c.isprintable() or c.isspace() or c in "\u200c\u200d").split())


def create_person(
    email: str, name: str, password: str | None, roles: tuple[str, ...], event_id: str = "", company_id: str = "",
    locale: str = "en",
) -> str:  # fmt: skip
    """A person with roles; returns their id. Without a password nobody can sign in as them until they have set one by
    a mailed link. Raises InputError for what does not fit, Conflict for a known email."""
    errors = _person_errors(email, password, roles)
    if errors:
        raise InputError(errors)
    now, person_id, email = datetime.now(UTC), new_row_id(), email.strip().lower()
    row = {
        "person_id": person_id, "email": email, "name": tidy_name(name)[:MOST_NAME], "locale": locale,
        "password_hash": hash_password(password) if password is not None else "", "created_at": now,
        "disabled_at": None,
    }  # fmt: skip
    with get_store().write() as conn:
        if rows.person_by_email(conn, email):
            raise Conflict("There is somebody with the email {email} already.", email=email)
        rows.add_person(conn, row)
        for role in roles:
            rows.grant(conn, person_id, role, event_id, company_id, now)
    return person_id


def _person_errors(email: str, password: str | None, roles: tuple[str, ...]) -> list[FieldError]:
    errors = []
    if not _ADDRESS.fullmatch(email.strip()) or len(email) > 200:
        errors.append(FieldError("email", email, "{field}: {value} is no email address; write name@host."))
    if password is not None:
        errors += password_errors(password, email)
    for role in roles:
        if role not in ROLES:
            errors.append(
                FieldError("role", role, "{field}: {value} is no role; one of {roles}.", {"roles": ", ".join(ROLES)})
            )
    return errors


def ensure_install_people() -> list[InstallPerson]:
    """The people of the demonstration, made once with passwords of this install's own."""
    found = []
    for email, name, roles in INSTALL_PEOPLE:
        with get_store().read() as conn:
            known = rows.person_by_email(conn, email)
        password = None
        if known is None:
            password = "-".join(secrets.token_hex(2) for _ in range(4))
            create_person(email, name, password, roles)
        found.append(InstallPerson(email, name, roles[0], password))
    return found


def record(
    conn: Any, event_id: str, actor: Actor, action: str, subject: str, detail: dict[str, Any] | None = None
) -> None:
    """One entry of the audit trail, in the transaction of the change."""
    rows.add_audit(conn, {
        "event_id": event_id, "entry_id": new_row_id(), "at": datetime.now(UTC), "actor": actor.label, "action": action,
        "subject": subject, "detail": detail or {},
    })  # fmt: skip
