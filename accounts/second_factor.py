"""The second factor: codes of a device that change with time (RFC 6238), and recovery codes for when it is lost."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp
from sqlalchemy import Connection

from accounts.errors import Conflict, Unauthenticated
from accounts.sealing import seal, unseal
from accounts.throttles import throttle
from data.store import sign_ins as rows
from data.store.engine import get_store

STEP_S = 30
DRIFT_STEPS = 1  # a device's clock may be half a minute wrong either way
RECOVERY_CODES = 10
TRIES, WINDOW_S = 6, 300
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
WRONG = "This code does not fit, or was used before; wait for the next one."


@dataclass(frozen=True, slots=True)
class Setup:
    """A factor that is being set up: the secret to type in, and the address that a QR code shows."""

    secret: str
    uri: str


def is_on(person_id: str) -> bool:
    """Whether somebody has a second factor."""
    with get_store().read() as conn:
        found = rows.factor(conn, person_id)
    return bool(found and found["confirmed_at"])


def begin_setup(person_id: str, email: str) -> Setup:
    """A new secret that counts once a code of it was given. Raises Conflict where one is on already."""
    with get_store().write() as conn:
        found = rows.factor(conn, person_id)
        if found and found["confirmed_at"]:
            raise Conflict("A second factor is on already; take it off first.")
        secret = pyotp.random_base32()
        rows.begin_factor(conn, person_id, seal("second-factor", secret), datetime.now(UTC))
    return Setup(secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Forum Zero"))


def confirm_setup(person_id: str, code: str) -> list[str]:
    """Switches the factor on by its first code; the recovery codes, which are shown once. Raises Unauthenticated for a
    wrong code, Conflict where none was begun, TooMany."""
    _count(person_id)
    now = datetime.now(UTC)
    with get_store().write() as conn:
        found = rows.factor(conn, person_id)
        if found is None or found["confirmed_at"]:
            raise Conflict("No second factor is being set up; begin again.")
        if not _takes(conn, person_id, found["sealed_secret"], code):
            raise Unauthenticated(WRONG)
        rows.confirm_factor(conn, person_id, now)
        return _fresh_codes(conn, person_id)


def prove(person_id: str, code: str) -> None:
    """Takes a code of the device, or a recovery code, once. Raises Unauthenticated, TooMany after six tries in five
    minutes."""
    _count(person_id)
    now, bare = datetime.now(UTC), "".join(code[:40].split()).replace("-", "").lower()
    with get_store().write() as conn:
        found = rows.factor(conn, person_id)
        on = found is not None and found["confirmed_at"] is not None
        good = found is not None and on and _takes(conn, person_id, found["sealed_secret"], bare)
        if not good and not (on and rows.use_recovery_code(conn, person_id, _hash(person_id, bare), now)):
            raise Unauthenticated(WRONG)


def new_recovery_codes(person_id: str) -> list[str]:
    """Ten fresh ones instead of those there were. Raises Conflict where no factor is on."""
    if not is_on(person_id):
        raise Conflict("No second factor is on.")
    with get_store().write() as conn:
        return _fresh_codes(conn, person_id)


def recovery_left(person_id: str) -> int:
    """How many recovery codes were not used."""
    with get_store().read() as conn:
        return rows.recovery_left(conn, person_id)


def step_now() -> int:
    """The step of time that a code belongs to."""
    return int(datetime.now(UTC).timestamp()) // STEP_S


def _fresh_codes(conn: Connection, person_id: str) -> list[str]:
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    rows.replace_recovery_codes(conn, person_id, [_hash(person_id, code) for code in codes])
    return ["-".join(code[i : i + 4] for i in range(0, 12, 4)) for code in codes]


def _hash(person_id: str, code: str) -> str:
    return hashlib.sha256(f"{person_id}|{code}".encode()).hexdigest()


def _takes(conn: Connection, person_id: str, sealed: str, code: str) -> bool:
    secret = unseal("second-factor", sealed)
    bare = "".join(code[:40].split())
    if secret is None or not (len(bare) == 6 and bare.isascii() and bare.isdecimal()):
        return False
    step, otp = step_now(), pyotp.TOTP(secret)
    for each in range(step - DRIFT_STEPS, step + DRIFT_STEPS + 1):
        if secrets.compare_digest(otp.generate_otp(each), bare):
            return rows.use_step(conn, person_id, each)
    return False


def _count(person_id: str) -> None:
    throttle(f"second-factor:{person_id}", TRIES, WINDOW_S)
