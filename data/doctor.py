"""What `cli.py doctor` looks at below the domain: settings, SQLite's release, store, disk, clock, keys, factors."""

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from calculations.deadlines import NOTICE_DAYS, days_left
from calculations.forestry import AGREED, owed, sink_of, standing_g
from data.library import load_factor_set, load_scenarios, verify_factor_set
from data.payment_facts import NEEDED, missing_settings
from data.settings import Settings
from data.store import forestry, retirements
from data.store.backup import examine_files, lacking
from data.store.engine import SAFE_WAL_VERSION, Store, journal_mode, sqlite_library
from data.store.migrate import newest_revision, revision
from data.store.schema import job, webhook_event

LEAST_FREE_BYTES = 1_000_000_000
SHIPPED_ON = datetime(2026, 1, 1, tzinfo=UTC)
FACTOR_YEARS = 5
LATE_AFTER = timedelta(minutes=10)
REFUSED_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Check:
    """One line of the doctor's report."""

    name: str
    ok: bool
    detail: str


def examine(settings: Settings, store: Store) -> Iterator[Check]:
    """Every check in turn; one that can't be made counts as failed."""
    checks: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("settings", lambda: _settings(settings)),
        ("store", lambda: _store(store)),
        ("durability", lambda: _durability(store)),
        ("disk", lambda: _disk(settings.data_dir)),
        ("clock", lambda: _clock(store)),
        ("keys", lambda: _keys(settings)),
        ("payments", lambda: _payments(settings, store)),
        ("factors", _factors),
        ("scenarios", _scenarios),
        ("deferred work", lambda: _deferred(store)),
        ("retirement", lambda: _retirement(store)),
        ("planting", lambda: _planting(store)),
        ("evidence", lambda: _evidence(store)),
    )
    for name, check in checks:
        try:
            yield check()
        except (OSError, SQLAlchemyError, ValueError) as error:
            yield Check(name, False, str(error).splitlines()[0])


def _scenarios() -> Check:
    try:
        return Check("scenarios", True, ", ".join(load_scenarios()))
    except LookupError as error:
        return Check("scenarios", False, str(error))


def _settings(settings: Settings) -> Check:
    public = settings.host not in ("127.0.0.1", "localhost", "::1")
    if public and not settings.public_url:
        return Check("settings", True, f"PUBLIC_URL is not set: links and QR codes carry {settings.base_url}")
    if settings.is_secure and settings.demo_payments:
        return Check("settings", True, f"{settings.base_url}; DEMO_PAYMENTS is on: test money can be paid here")
    return Check("settings", True, settings.base_url)


def _store(store: Store) -> Check:
    with store.read() as connection:
        found = revision(connection)
    wanted = newest_revision()
    detail = f"{store.url.render_as_string(hide_password=True)}, tables of revision {found}"
    return Check("store", found == wanted, detail if found == wanted else f"{detail}; run cli.py migrate ({wanted})")


def _durability(store: Store) -> Check:
    if not store.is_sqlite:
        with store.read() as connection:
            values = [
                str(connection.execute(text(f"SHOW {name}")).scalar()) for name in ("fsync", "synchronous_commit")
            ]
        return Check(
            "durability", values[0] == "on" and values[1] != "off", f"fsync {values[0]}, synchronous_commit {values[1]}"
        )
    release = sqlite_library().sqlite_version
    if journal_mode() == "wal":
        return Check("durability", True, f"SQLite {release}, WAL, synchronous FULL")
    safe = ".".join(map(str, SAFE_WAL_VERSION))
    return Check(
        "durability", True, f"SQLite {release} is older than {safe}: the rollback journal is used, which is slower"
    )


def _disk(folder: Path) -> Check:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    writable = os.access(there, os.W_OK)
    detail = f"{free / 1e9:.1f} GB free at {folder}" + ("" if writable else ", which can't be written to")
    return Check("disk", writable and free >= LEAST_FREE_BYTES, detail)


def _clock(store: Store) -> Check:
    now = datetime.now(UTC)
    if now < SHIPPED_ON:
        return Check("clock", False, f"it says {now:%Y-%m-%d}, before this release was made: set the clock")
    if store.is_sqlite:
        return Check("clock", True, f"{now:%Y-%m-%d %H:%M:%S} UTC")
    with store.read() as connection:
        theirs = float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    apart = abs(theirs - time.time())
    return Check("clock", apart < 5, f"{now:%Y-%m-%d %H:%M:%S} UTC, {apart:.1f} s from PostgreSQL's")


def _keys(settings: Settings) -> Check:
    paths = [settings.data_dir / "secret_key", settings.signing_key_file or settings.data_dir / "signing_key.pem"]
    open_to_others = [path.name for path in paths if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_to_others:
        return Check("keys", False, f"others may read {', '.join(open_to_others)}: chmod 600")
    made = ", ".join(path.name for path in paths if path.exists()) or "none made yet"
    return Check("keys", True, f"{made}; back them up apart from the store")


def _payments(settings: Settings, store: Store) -> Check:
    """Which providers are on, which lack a key, what of late fits no order, and what could not be sent back."""
    known = {name: missing_settings(name, settings) for name in NEEDED}
    lacks = {name: [setting.upper() for setting in missing] for name, missing in known.items() if missing is not None}
    left = (job.c.kind == "refund", job.c.done_at.is_not(None), job.c.last_error != "")
    came = (webhook_event.c.outcome.like("refused:%"), webhook_event.c.received_at > datetime.now(UTC) - REFUSED_FOR)
    with store.read() as connection:
        refused = connection.execute(select(func.count()).where(*came)).scalar_one()
        kept = connection.execute(select(func.count()).where(*left)).scalar_one()
    wrong = [f"{name} is off: {', '.join(missing)} not set" for name, missing in lacks.items() if missing]
    if refused:
        wrong.append(f"{refused} payments of 30 days fit no order, or were told of with two sums: see docs/payments.md")
    if kept:
        wrong.append(f"{kept} refunds were given up by their providers: see /desk/exchange/settlements")
    on = [name for name, missing in lacks.items() if not missing] + ["demo"] * settings.demo_payments
    return Check("payments", not wrong, "; ".join(wrong) or f"on: {', '.join(on) or 'none'}")


def _factors() -> Check:
    factors = load_factor_set()
    wrong = verify_factor_set(factors.factor_set_id)
    if wrong:
        return Check("factors", False, "; ".join(wrong[:3]))
    oldest = datetime.now(UTC).year - FACTOR_YEARS
    years = [int(factor.year[:4]) for factor in factors.factors.values() if factor.year[:4].isdigit()]
    past = sum(year < oldest for year in years)
    return Check(
        "factors", True, f"edition {factors.factor_set_id}, {len(factors.factors)} factors, {past} from before {oldest}"
    )


def _deferred(store: Store) -> Check:
    late = select(func.count()).where(job.c.done_at.is_(None), job.c.due_at < datetime.now(UTC) - LATE_AFTER)
    with store.read() as connection:
        count = connection.execute(late).scalar_one()
    return Check(
        "deferred work", count == 0, f"{count} jobs are more than ten minutes late" if count else "nothing is late"
    )


def _retirement(store: Store) -> Check:
    """Live credits that are sold and were to be retired by now; what is near is told."""
    now = datetime.now(UTC)
    with store.read() as connection:
        waiting = [row for row in retirements.waiting(connection) if row["livemode"]]
    left = {row["slug"]: days_left(row["ends_at"], now) for row in waiting}
    late = sorted(slug for slug, days in left.items() if days < 0)
    if late:
        return Check("retirement", False, f"twelve months have passed since {', '.join(late[:5])}: credits still wait")
    near = sorted(slug for slug, days in left.items() if days <= max(NOTICE_DAYS))
    soon = f"; due within {max(NOTICE_DAYS)} days: {', '.join(near[:5])}" if near else ""
    return Check("retirement", True, f"live credits of {len(left)} events wait, none late{soon}")


def _evidence(store: Store) -> Check:
    """Whether every kept file that a row names is there, and all are as they were kept."""
    with store.read() as conn:
        whole, missing, altered = examine_files(conn)
    wrong = " ".join(lacking(missing, altered))
    mend = " A restore of a backup that holds them puts them back." if wrong else ""
    return Check("evidence", not wrong, f"{wrong}{mend}" or f"{whole} kept files, all as they were kept")


def _planting(store: Store) -> Check:
    """What live events' plantings owe by a day that has passed; what is near is told."""
    today = datetime.now(UTC).date()
    with store.read() as conn:
        plans = [plan for plan in forestry.plans(conn, None) if plan["livemode"] and plan["state"] == AGREED]
        due = [
            (day, f"{plan['slug']}: {what} by {day.isoformat()}") for plan in plans for what, day in _owed(conn, plan)
        ]
    late = [told for day, told in sorted(due) if day < today]
    if late:
        return Check("planting", False, f"passed: {'; '.join(late[:5])}")
    near = [told for day, told in sorted(due) if (day - today).days <= max(NOTICE_DAYS)]
    soon = f"; due within {max(NOTICE_DAYS)} days: {'; '.join(near[:5])}" if near else ""
    return Check("planting", True, f"{len(plans)} live plans, none late{soon}")


def _owed(conn: Connection, plan: Mapping[Any, Any]) -> list[tuple[str, date]]:
    """What a plan owes by which day."""
    records = forestry.confirmed_records(conn, plan["event_id"], plan["plan_id"]).get(plan["plan_id"], [])
    sink = sink_of((row["kind"], row["grams"]) for row in records)
    short_g = standing_g(plan["state"], plan["expected_g"], sink) - sink.measured_g
    days = [date.fromisoformat(day) for day in plan["checks"]]
    seen = [(row["kind"], row["observed_on"].date()) for row in records]
    return owed(plan["planted_by"].date(), days, plan["sink_due_on"].date(), seen, short_g)
