"""Setting up an event, step by step: a draft is there from the first step on, each step is kept as one goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from accounts import Conflict, NotFound, current_actor, may, may_now, organise, record, require
from calculations.model import Place
from data.library import DEFAULT_EDITION, list_editions, load_factor_set
from data.store import events as event_rows
from data.store import live
from data.store import setup as rows
from data.store.engine import get_store
from data.store.ids import new_row_id
from events.catalogue import put_event, read_event, search_text, slug_of
from events.model import Event, EventCard, EventDraft, place_json
from events.setup_credits import offer_choices, requests_of
from events.setup_fields import Form
from events.setup_gaps import gaps_of
from events.setup_look import logo_of
from events.setup_model import STEPS, SetupView, fingerprint
from events.setup_steps import KEEPERS, values_of
from events.spots import place_words

FIRST, LAST = STEPS[0], STEPS[-1]
MOST_SLUG = 56  # of a proposed address: room for a number behind it, and for a poster
NOWHERE = Place("", {}, 0.0, 0.0, "", "", "unset")


def start_setup(body: Mapping[str, Any]) -> Event:
    """Makes a draft of what the first step tells (scenario, names, introduction, host). Needs event.create; whoever
    makes it organises it. Raises InputError naming each field, Forbidden, Unauthenticated."""
    actor, now = current_actor(), datetime.now(UTC)
    require(actor, "event.create")
    form = Form(body)
    about = KEEPERS[FIRST](form, None)
    form.check()
    start = (now + timedelta(days=30)).replace(hour=9, minute=0, second=0, microsecond=0)
    with get_store().write() as conn:
        made = put_event(
            conn,
            EventDraft(
                slug=free_slug(conn, slug_of(about["names"].get("en") or "")), scenario=about["scenario"],
                names=about["names"], place=NOWHERE, starts_at=start, ends_at=start + timedelta(hours=8),
                timezone="UTC", currency="CNY", livemode=False, texts=about["texts"], state="draft",
                defaults={"round_trip": True, "nights": 1}, created_at=now,
            ),
            load_factor_set(DEFAULT_EDITION),
        )  # fmt: skip
        begin(conn, made, [FIRST], "", now)
    return made


def begin(conn: sa.Connection, made: Event, done: list[str], copied_from: str, now: datetime) -> None:
    """A draft's set-up begins; who made it may go on with it."""
    actor = current_actor()
    values = {"done": done, "made_by": actor.label, "copied_from": copied_from, "made_at": now}
    rows.put_setup(conn, {"event_id": made.event_id, **values})
    if actor.person_id and not may(actor, "event.edit", made.event_id):
        organise(conn, actor, made.event_id)
    record(conn, made.event_id, actor, "event.create", made.slug, {"copied_from": copied_from})


def free_slug(conn: sa.Connection, wished: str) -> str:
    """The wished address, cut after a whole word, or the first like it that nobody has; one of its own where nothing
    was wished."""
    whole = wished if len(wished) <= MOST_SLUG else wished[: MOST_SLUG + 1].rpartition("-")[0] or wished[:MOST_SLUG]
    base = whole.strip("-") or f"event-{new_row_id()[-6:].lower()}"
    tried = [base, *[f"{base}-{n}" for n in range(2, 200)]]
    taken = event_rows.slugs(conn, tried)
    return next(each for each in tried if each not in taken)


def setup_view(slug: str) -> SetupView:
    """What the set-up's pages show. Needs event.view. Raises NotFound, Forbidden."""
    actor = current_actor()
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(actor, "event.view", event.event_id)
        kept = rows.setup(conn, event.event_id)
        offers, asked = offer_choices(conn, event), requests_of(conn, event.event_id)
        view = SetupView(
            event=event, done=tuple(kept["done"]) if kept else STEPS[:-1], gaps=gaps_of(conn, event),
            used=frozenset(rows.used_sessions(conn, event.event_id)), logo=logo_of(conn, event.event_id),
            offers=offers, requests=asked, may_assign=may_now(actor, "credits.manage", event.event_id),
            may_edit=may(actor, "event.edit", event.event_id), people=rows.people_count(conn, event.event_id),
            copied_from=kept["copied_from"] if kept else "", values={},
        )  # fmt: skip
    return replace(view, values=values_of(view.event, view.done))


def save_step(slug: str, step: str, body: Mapping[str, Any], seen: str = "") -> Event:
    """Keeps what a step tells and returns the event, whose address may be another now. Needs event.edit. Raises
    InputError naming each field (nothing of the step is kept then), Conflict for what its state does not permit, or
    where somebody has kept the step otherwise since it was ``seen`` (`SetupView.seen`; '' keeps it anyhow)."""
    if step not in KEEPERS:
        raise NotFound("There is no step “{step}”.", step=step[:20])
    with get_store().write() as conn:
        event_id = _id_of(conn, slug)
        if step == "projects":  # who pays: answers under way come before it, all others after it
            event_rows.take_state(conn, event_id)
        if rows.locked(conn, event_id) is None:
            raise NotFound("There is no event “{event}”.", event=slug[:64])
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.edit", event.event_id)
        _check_seen(conn, event, step, seen)
        form = Form(body)
        changed = KEEPERS[step](form, event)
        _check_slug(conn, form, event, changed)
        form.check()
        _keep(conn, event, step, changed)
        return read_event(conn, event_id=event.event_id)


def _check_seen(conn: sa.Connection, event: Event, step: str, seen: str) -> None:
    kept = rows.setup(conn, event.event_id)
    now = fingerprint(values_of(event, kept["done"] if kept else STEPS[:-1]), step)
    if seen and seen != now:
        message = (
            "Somebody else has kept this step since you opened it. Nothing is lost: what you typed stands here. "
            "Keep it once more to put yours in place of theirs, or load the page anew to see theirs."
        )
        raise Conflict(message)


def _id_of(conn: sa.Connection, slug: str) -> str:
    found = event_rows.by_slug(conn, slug)
    return str(found["event_id"]) if found is not None else ""


def _check_slug(conn: sa.Connection, form: Form, event: Event, changed: Mapping[str, Any]) -> None:
    wished = changed.get("slug", event.slug)
    if wished != event.slug and event_rows.slugs(conn, [wished]):
        form.wrong("slug", wished, "The address “{value}” is taken by another event.")


def _keep(conn: sa.Connection, event: Event, step: str, changed: dict[str, Any]) -> None:
    """Writes what has changed, notes the step as kept, leaves an entry in the audit trail."""
    after = changed.pop("then", None)
    if changed:
        rows.update_event(conn, event.event_id, changed)
    if after is not None:
        after(conn)
    row = event_rows.by_id(conn, event.event_id)
    if row is not None:
        found_by = search_text(row["names"], row["place"].get("names", {}), row["starts_at"].year, row["slug"])
        rows.update_event(conn, event.event_id, {"search_text": found_by})
    mark_done(conn, event.event_id, step)
    live.touch(conn, event.event_id)
    detail = {"step": step, "fields": sorted(changed), **_moved(event, changed.get("place"))}
    record(conn, event.event_id, current_actor(), "event.setup", event.slug, detail)


def _moved(event: Event, place: dict[str, Any] | None) -> dict[str, Any]:
    """Of a place that was changed: from where, to where, with coordinates."""
    before = place_json(event.place)
    if place is None or place == before:
        return {}
    return {"from": {"place": place_words(before) if event.place.names else ""}, "to": {"place": place_words(place)}}


def mark_done(conn: sa.Connection, event_id: str, step: str) -> None:
    """Notes a step as kept; an event that was made otherwise has no set-up to note it in."""
    kept = rows.setup(conn, event_id)
    if kept is not None and step not in kept["done"]:
        done = [each for each in STEPS if each in {*kept["done"], step}]
        rows.put_setup(conn, {**kept, "done": done})


def drafts() -> list[EventCard]:
    """Drafts that this person may see, newest first."""
    actor = current_actor()
    with get_store().read() as conn:
        found = [row for row in rows.drafts(conn) if may(actor, "event.view", row["event_id"])]
        return [read_event(conn, event_id=row["event_id"]) for row in found]


def editions() -> list[str]:
    """The factor sets that are installed, the newest last."""
    return list_editions()
