"""Codes that guests scan: short links ``/s/<code>`` by hall and channel, their scans, and what each brought.

A code is 7 characters of Crockford's base32 (35 random bits): nobody finds others' by trying. Typed by hand, capitals,
spaces and dashes don't matter, o is read as 0, i and l as 1. A scan is a link that a person's browser opened: it is
counted by code and five minutes, with nothing of who it was. A participation keeps the code it came by.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from accounts import Conflict, NotFound, current_actor, record, require
from calculations.model import FieldError, InputError
from data.settings import get_settings
from data.store import codes as rows
from data.store import imports, people, rollups
from data.store.engine import get_store
from events.bringing_in_model import PEOPLE
from events.catalogue import read_event
from events.code_figures import Brought, ScanTimes, scan_times, tell, total
from events.code_figures import ChannelFigures as ChannelFigures
from events.model import ORGANISER_SESSION, Event

CHANNELS = ("poster", "table_card", "badge", "slide", "mail", "social", "wall", "own")
MOST_LABEL, MOST_CODES = 60, 500
MOST_SCANS_A_MINUTE = 600  # of one code; more is no hall of people
log = logging.getLogger("forum_zero")
_FOLDED = str.maketrans("oil", "011", " -\t")


@dataclass(frozen=True, slots=True)
class Code:
    """A code of an event. ``session_id`` '' is the whole event; ``is_default`` one that the event was made with."""

    code_id: str
    event_id: str
    session_id: str
    channel: str
    label: str
    is_default: bool
    made_by: str
    made_at: datetime
    revoked_at: datetime | None = None

    @property
    def link(self) -> str:
        """What the picture holds and what one may type."""
        return f"{get_settings().base_url}/s/{self.code_id}"


@dataclass(frozen=True, slots=True)
class Scanned:
    """Where a code leads: the event, and the hall it stands in ('' the whole event)."""

    slug: str
    code_id: str
    session_id: str
    revoked: bool


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """Figures of one code (``code``), or of all codes of a channel or a hall (``key``)."""

    key: str
    figures: ChannelFigures
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class ChannelBoard:
    """Where people scanned: by code (revoked ones that brought somebody too), by channel in the order of `CHANNELS`,
    by hall (session id, '' the whole event), all codes together, who came without any, and scans over time."""

    codes: tuple[ChannelRow, ...]
    channels: tuple[ChannelRow, ...]
    halls: tuple[ChannelRow, ...]
    together: ChannelFigures
    without: ChannelFigures
    times: ScanTimes


def fold_typed(text: str) -> str:
    """The code as it is kept, of what somebody typed or pasted with its whole link; '' where it can be none."""
    typed = text[:300].rpartition("/s/")[2].partition("?")[0].strip("/ ")
    folded = typed[:40].casefold().translate(_FOLDED)
    return folded if rows.FORM.fullmatch(folded) else ""


def find_code(typed: str) -> Code:
    """The code of what was typed, revoked ones too. Raises NotFound."""
    with get_store().read() as conn:
        return _found(conn, typed)


def _found(conn: sa.Connection, typed: str) -> Code:
    code_id = fold_typed(typed)
    row = rows.find(conn, code_id) if code_id else None
    if row is None:
        raise NotFound("There is no code “{code}”. A code has seven letters and digits; type it as it is printed.",
                       code=typed[:40])  # fmt: skip
    return _code(row)


def scan(typed: str, counted: bool) -> Scanned:
    """Where a code leads; where ``counted``, a person's scan of it is kept. Raises NotFound, also for codes of a draft
    where its event may not be seen."""
    with get_store().read() as conn:
        code = _found(conn, typed)
        event = read_event(conn, event_id=code.event_id)
    revoked = code.revoked_at is not None
    if counted and not revoked and event.state == "open":
        try:
            _keep_scan(code, datetime.now(UTC))
        except sa.exc.OperationalError as error:  # a busy store loses a scan, never a guest
            log.warning("a scan could not be kept: %s", type(error).__name__)
    return Scanned(event.slug, code.code_id, code.session_id, revoked)


def _keep_scan(code: Code, now: datetime) -> None:
    bucket = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    minute = now.replace(second=0, microsecond=0)
    with get_store().write() as conn:
        ends = minute + timedelta(minutes=2)
        hits = people.hit(conn, f"scan:{code.code_id}", minute.isoformat(), ends)
        if hits <= MOST_SCANS_A_MINUTE:
            rows.add_scan(conn, code.event_id, code.code_id, bucket)


def code_at(conn: sa.Connection, event_id: str, typed: str) -> Code | None:
    """The code of this event that a device tells it scanned, None where there is none: revoked since or not."""
    code_id = fold_typed(typed)
    row = rows.find(conn, code_id) if code_id else None
    return _code(row) if row is not None and row["event_id"] == event_id else None


def scanned_at(event: Event, typed: object) -> Code | None:
    """The same in a transaction of its own."""
    if not isinstance(typed, str) or not fold_typed(typed):
        return None
    with get_store().read() as conn:
        return code_at(conn, event.event_id, typed)


def default_code(event: Event, channel: str) -> Code | None:
    """The code an event was made with for ``poster`` or ``wall``; None once it is revoked."""
    with get_store().read() as conn:
        row = rows.default(conn, event.event_id, channel)
        return None if row is None else _code(row)


def default_link(event: Event, channel: str) -> str:
    """The short link of that code; the address of the introduction where it is revoked."""
    code = default_code(event, channel)
    return code.link if code else f"{get_settings().base_url}/e/{event.slug}"


def list_codes(slug: str, revoked: bool = False) -> list[Code]:
    """The codes of an event in the order they were made. Needs event.poster. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.poster", event.event_id)
        found = [_code(row) for row in rows.of_event(conn, event.event_id)]
    return [code for code in found if revoked or code.revoked_at is None]


def get_code(slug: str, code_id: str) -> Code:
    """One of them that is not revoked. Needs event.poster. Raises NotFound."""
    for code in list_codes(slug):
        if code.code_id == fold_typed(code_id):
            return code
    raise NotFound("This event has no code “{code}” that is in use.", code=code_id[:40])


def make_code(slug: str, channel: str, session_id: str = "", label: str = "") -> Code:
    """A new code of a channel in a hall ('' the whole event). Needs codes.manage. Raises NotFound, InputError,
    Conflict (too many)."""
    now = datetime.now(UTC)
    with get_store().write() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "codes.manage", event.event_id)
        tidy = _checked(event, channel, session_id, label)
        if rows.count(conn, event.event_id) >= MOST_CODES:
            raise Conflict("An event has at most {most} codes.", most=MOST_CODES)
        row = rows.new(conn, event.event_id, channel, now, session_id, tidy, by=current_actor().label)
        detail = {"channel": channel, "session": session_id, "label": tidy}
        record(conn, event.event_id, current_actor(), "codes.make", row["code_id"], detail)
    return Code(**row)


def rename_code(slug: str, code_id: str, label: str) -> None:
    """Another name for a code; its link stays. Needs codes.manage. Raises NotFound, InputError."""
    code = get_code(slug, code_id)
    with get_store().write() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "codes.manage", event.event_id)
        tidy = _checked(event, code.channel, code.session_id, label)
        _change(conn, code, label=tidy)
        record(conn, event.event_id, current_actor(), "codes.rename", code.code_id, {"before": code.label, "to": tidy})


def revoke_code(slug: str, code_id: str) -> None:
    """A code's link leads on no more, at once and for good; what it brought stays. Needs codes.manage. NotFound."""
    code = get_code(slug, code_id)
    require(current_actor(), "codes.manage", code.event_id)
    with get_store().write() as conn:
        _change(conn, code, revoked_at=datetime.now(UTC))
        record(conn, code.event_id, current_actor(), "codes.revoke", code.code_id, {"label": code.label})


def registered_names(slug: str) -> list[str]:
    """Names from the event's registrations of those who agreed that theirs is shown, in their order, for badges. Needs
    codes.manage. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "codes.manage", event.event_id)
        told = [row["content"] for row in imports.current(conn, event.event_id, PEOPLE).values()]
    agreed = [one for one in told if one.get("consent") and one.get("state") != "cancelled"]
    return sorted((str(one["name"]) for one in agreed if one.get("name")), key=str.casefold)


def _change(conn: sa.Connection, code: Code, **values: Any) -> None:
    if not rows.update(conn, code.event_id, code.code_id, **values):
        raise NotFound("This event has no code “{code}” that is in use.", code=code.code_id)


def _checked(event: Event, channel: str, session_id: str, label: str) -> str:
    """The tidy label. Raises InputError."""
    errors: list[FieldError] = []
    if channel not in CHANNELS:
        message = "{field}: there is no channel {value}; choose one of {known}."
        errors.append(FieldError("channel", str(channel)[:40], message, {"known": ", ".join(CHANNELS)}))
    halls = [one.session_id for one in event.sessions]
    if session_id and session_id not in halls:
        message = "{field}: this event has no session {value}; choose one of {known}."
        errors.append(FieldError("session", str(session_id)[:40], message, {"known": ", ".join(halls) or "—"}))
    tidy = " ".join("".join(c for c in str(label) if c.isprintable() or c.isspace()).split())
    if len(tidy) > MOST_LABEL:
        message = "{field}: {value} is too long; write at most {most} characters."
        errors.append(FieldError("label", tidy[:40], message, {"most": MOST_LABEL}))
    if channel == "own" and not tidy:
        errors.append(FieldError("label", "", "{field}: write where this code will stand.", {}))
    if errors:
        raise InputError(errors)
    return tidy


def _code(row: sa.RowMapping) -> Code:
    return Code(**row)


def channel_board(slug: str) -> ChannelBoard:
    """Where people scanned and what came of it, from the roll-up. Needs event.view. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        return read_board(conn, event)


def read_board(conn: sa.Connection, event: Event) -> ChannelBoard:
    """The same within a transaction; who asks is the caller's to check."""
    codes = {row["code_id"]: _code(row) for row in rows.of_event(conn, event.event_id)}
    found = {key[0]: sums for key, sums in rollups.read(conn, rollups.CHANNEL, event.event_id).items()}
    brought = {code_id: Brought(code.channel, code.session_id, _figures(found.get(code_id)))
               for code_id, code in codes.items() if code.revoked_at is None or code_id in found}  # fmt: skip
    told = tell(brought, _without(conn, event.event_id, total(one.figures for one in brought.values())))
    halls = ["", *[one.session_id for one in event.sessions if one.session_id != ORGANISER_SESSION]]
    scans = [(codes[code_id].channel, at, number) for code_id, at, number in rows.scans_by_time(conn, event.event_id)]
    return ChannelBoard(
        codes=tuple(ChannelRow(code_id, figures, codes[code_id]) for code_id, figures in told.codes.items()),
        channels=tuple(ChannelRow(key, told.channels[key]) for key in CHANNELS if key in told.channels),
        halls=tuple(ChannelRow(key, told.halls[key]) for key in halls if key in told.halls),
        together=told.together, without=told.without,
        times=scan_times(scans, event.starts_at, event.ends_at, ZoneInfo(event.timezone)),
    )  # fmt: skip


def _figures(sums: Sequence[int] | None) -> ChannelFigures:
    told = dict(zip(rollups.CHANNEL.measures, sums or (), strict=False))
    return ChannelFigures(
        told.get("scan_count", 0), told.get("participation_count", 0), told.get("answered_count", 0),
        told.get("paid_order_count", 0), told.get("certificate_count", 0), told.get("total_g", 0),
    )  # fmt: skip


def _without(conn: sa.Connection, event_id: str, together: ChannelFigures) -> ChannelFigures:
    """Those of the event who came by no code."""
    names = ("participation_count", "answered_count", "paid_order_count", "certificate_count")
    places = [rollups.TALLY.measures.index(name) for name in names]
    tally = rollups.read(conn, rollups.TALLY, event_id).values()
    whole = [sum(sums[place] for sums in tally) for place in places]
    known = (together.began, together.footprint, together.paid, together.certificate)
    rest = [max(0, total - (part or 0)) for total, part in zip(whole, known, strict=True)]
    began, footprint, paid, certificate = rest
    return ChannelFigures(0, began, footprint, paid, certificate, None)
