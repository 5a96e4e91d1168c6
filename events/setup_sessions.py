"""The programme: sessions in their order, typed one by one or pasted as a list; one that is in use is not deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from calculations.event_states import refusal
from calculations.model import FieldError, InputError
from data.store import setup as rows
from events.catalogue import ORGANISER_NAMES, slug_of
from events.model import ORGANISER_SESSION, Event
from events.setup_fields import Form, local
from events.setup_model import LANGUAGES

KINDS = ("main", "parallel", "other")
MOST_SESSIONS = 200
_HOUR = (
    r"\d{1,2}(?:(?:[:：]\d{2}|[.h][0-5]\d)(?:\s*[ap]\.?m\b\.?)?|\s*[ap]\.?m\b\.?)"  # 09:00, 9.00, 9h00, 9:00 pm, 9 pm
)
_LINE = re.compile(
    rf"(?:(?P<day>\d{{4}}-\d{{2}}-\d{{2}})\s+)?"
    rf"(?:(?P<start>{_HOUR})(?:\s*(?:[-–—~～至]|to|bis)\s*(?P<end>{_HOUR}))?(?:\s*Uhr\b)?\s+)?(?P<names>.+)",
    re.IGNORECASE,
)
_TOLD_HOUR = re.compile(r"(\d+)(?:[^\d\s](\d+))?\s*([ap]?)", re.IGNORECASE)
_HAN = re.compile(r"[㐀-鿿]")
Row = dict[str, Any]


def session_values(event: Event) -> list[dict[str, str]]:
    """The sessions as the rows of the form."""
    zone = event.timezone
    return [
        {"id": each.session_id, "kind": each.kind, "starts": local(each.starts_at, zone),
         "ends": local(each.ends_at, zone), **{code: each.names.get(code, "") for code in LANGUAGES}}
        for each in event.sessions
    ]  # fmt: skip


def keep_sessions(form: Form, event: Event | None) -> dict[str, Any]:
    """The rows of the form, in their order, and the lines of the pasted list behind them. A row without any name is
    left out: a session that is in use is not (it is named instead)."""
    if event is None:
        return {}
    if said := refusal(event.state, "words"):
        form.wrong("sessions", "", said)
    told = form.body.get("sessions")
    typed = [row for row in told if isinstance(row, Mapping)] if isinstance(told, list | tuple) else []
    made = [row for number, each in enumerate(typed, 1) if (row := _row(form, event, each, number))]
    made += pasted(form, event, str(form.body.get("paste") or ""), any(row["kind"] == "main" for row in made))
    _check(form, made)
    _number(event, made)
    gone = {each.session_id for each in event.sessions} - {row["session_id"] for row in made}
    return {"then": partial(_put, event.event_id, made, gone)}


def _row(form: Form, event: Event, told: Mapping[str, Any], number: int) -> Row | None:
    """One row; None where it has no name."""
    part = Form({key: told.get(key) for key in (*LANGUAGES, "kind", "starts", "ends")})
    names = {code: words for code in LANGUAGES if (words := part.text(code))}
    starts, ends = part.at("starts", event.timezone), part.at("ends", event.timezone)
    kind = part.one_of("kind", KINDS, "other")
    if starts and ends and ends < starts:
        part.wrong("ends", told.get("ends"), "{field}: the end {value} lies before the start.")
    form.errors += [FieldError(f"session_{number}_{e.field}", e.value, e.message, e.params) for e in part.errors]
    if not names:
        return None
    return {"session_id": str(told.get("id") or ""), "names": names, "kind": kind, "starts_at": starts, "ends_at": ends}


def pasted(form: Form, event: Event, text: str, has_main: bool) -> list[Row]:
    """Sessions from lines like ``2026-09-07 09:00-12:00 Main forum | 主论坛``: day and hours may be left out, the names
    are split by | or tab. The first is the main forum where there is none yet, the others are parallel ones."""
    made: list[Row] = []
    lines = [line.strip(" \t-*•·") for line in text.replace("\r", "").split("\n")]
    for number, line in enumerate((line for line in lines if line), 1):
        found = _LINE.fullmatch(line)
        names = _names(found["names"]) if found else {}
        try:
            starts, ends = _hours(event, found) if found else (None, None)
        except ValueError:
            form.wrong(
                "paste", line, "{field}, line {number}: {value} holds no day or hour that exists.", number=number
            )
            continue
        if starts and ends and ends < starts:
            form.wrong("paste", line, "{field}, line {number}: {value} ends before it starts.", number=number)
            continue
        if not names or any(len(each) > 160 for each in names.values()):
            message = "{field}, line {number}: {value} is no session; write 09:00-12:00 Main forum | 主论坛."
            form.wrong("paste", line, message, number=number)
            continue
        kind = "main" if not has_main and not made else "parallel"
        made.append({"session_id": "", "names": names, "kind": kind, "starts_at": starts, "ends_at": ends})
    return made


def _names(text: str) -> dict[str, str]:
    """Names by language: those with Chinese letters are Chinese, the others English; several of one stay together."""
    names: dict[str, list[str]] = {}
    for part in (" ".join(each.split()) for each in re.split(r"[|｜\t]", text)):
        if part:
            names.setdefault("zh" if _HAN.search(part) else "en", []).append(part)
    return {language: " · ".join(parts) for language, parts in names.items()}


def _hours(event: Event, found: re.Match[str]) -> tuple[datetime | None, datetime | None]:
    """A line's hours on its day, or on the event's first."""
    if not found["start"]:
        return None, None
    zone = ZoneInfo(event.timezone)
    day = datetime.fromisoformat(found["day"]).date() if found["day"] else event.starts_at.astimezone(zone).date()
    start, end = (_instant(day, found[name], zone) if found[name] else None for name in ("start", "end"))
    return start, end


def _instant(day: date, hour: str, zone: ZoneInfo) -> datetime:
    """An hour of a day. Raises ValueError where the day has no such hour, also by the twelve of a clock's face."""
    told = _TOLD_HOUR.match(hour)
    if told is None:
        raise ValueError(hour)
    hours, minutes, half = int(told[1]), int(told[2] or 0), told[3].lower()
    if half and not 1 <= hours <= 12:
        raise ValueError(hour)
    if half:
        hours = hours % 12 + (12 if half == "p" else 0)
    return datetime.combine(day, time(hours, minutes), zone).astimezone(UTC)


def _check(form: Form, made: list[Row]) -> None:
    if len(made) > MOST_SESSIONS:
        form.wrong("sessions", len(made), "{field}: at most {limit} sessions; these are {value}.", limit=MOST_SESSIONS)


def _number(event: Event, made: list[Row]) -> None:
    """Gives new sessions an id of their name's; those that are there keep theirs."""
    known = {each.session_id for each in event.sessions}
    taken = {row["session_id"] for row in made if row["session_id"] in known} | {ORGANISER_SESSION}
    for number, row in enumerate(made, 1):
        if row["session_id"] in known:
            continue
        base = slug_of(row["names"].get("en", ""))[:32].strip("-") or f"s{number}"
        row["session_id"] = next(n for n in (base, *(f"{base}-{k}" for k in range(2, 999))) if n not in taken)
        taken.add(row["session_id"])


def _put(event_id: str, made: list[Row], gone: set[str], conn: sa.Connection) -> None:
    """Writes them, the organiser's own last. Raises InputError naming what goes and is in use."""
    if used := sorted(gone & rows.used_sessions(conn, event_id)):
        message = "{field}: guests have chosen “{value}”; it can be renamed and not deleted."
        raise InputError([FieldError("sessions", ", ".join(used)[:100], message)])
    own = {"session_id": ORGANISER_SESSION, "names": ORGANISER_NAMES, "kind": "organiser"}
    rows.put_sessions(conn, event_id, [*made, own | {"starts_at": None, "ends_at": None}])
