"""The layouts of a big screen: where its parts stand, and the parts of foyer, origins and boards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import html

import events
from calculations.event_states import DRAFT
from locales import formats, pick, t
from offsetting import claims
from pages._parts.html_text import Raw, tag
from pages._parts.logo import logo
from pages._parts.qr import qr_svg
from pages._parts.ring import mini_ring, ring
from pages._parts.taking_part import over
from pages.screen import _figures

Snapshot = Mapping[str, Any]
BOARD_ROWS = 5
ROSE_LABELS, ROSE_PX, ROSE_TEXT_PX = 13, 1180.0, 29.0
FIT = {"data-fit": "0.74"}
TIGHT = {"data-fit": "0.79"}


def shell(words: Mapping[str, str], snapshot: Snapshot, event: events.Event, layout: str) -> list[Raw]:
    """Everything in the document: the notice, the header, every layout on one stage, and what may lie over it."""
    made = {"hall": _hall, "foyer": _foyer, "closing": _closing, "origins": _origins, "boards": _boards,
            "pledges": _pledges}  # fmt: skip
    stages = [
        tag("section", *make(words, snapshot), data_layout=name, class_=_look(name, layout))
        for name, make in made.items()
    ]
    live = tag("p", f"{words['live']} {clock(snapshot, event.timezone)}", class_="fz-wall-live", id="wall-live")
    head = tag(
        "header",
        Raw(logo("css")),
        _slot("brand", words, "fz-wall-brand"),
        _slot("title", words),
        live,
        class_="fz-wall-head",
    )
    strip = [_slot("notice", words, "fz-wall-notice")] if not event.livemode else []
    return [*strip, head, tag("main", *stages, class_="fz-wall-stage"), *_overlays(words)]


def _look(name: str, layout: str) -> str:
    return f"fz-wall-layout fz-wall-{name}" + (" fz-on" if name == layout else "")


def _slot(name: str, words: Mapping[str, str], look: str = "") -> Raw:
    return tag("div", Raw(words[name]), data_part=name, class_=look or None)


def _ring(words: Mapping[str, str], snapshot: Snapshot, inside: str = "share") -> Raw:
    picture = _figures.ring_picture(_figures.ring_shares(snapshot))
    return tag("div", picture, _slot(inside, words), class_="fz-wall-ring")


def _hall(words: Mapping[str, str], snapshot: Snapshot) -> list[Raw]:
    middle = tag("div", _slot("kpis", words, "fz-wall-kpis"), _slot("categories", words))
    right = tag("div", _slot("code", words, "fz-wall-code"), _slot("origins", words))
    return [
        tag("div", _ring(words, snapshot), middle, right, class_="fz-wall-main"),
        _slot("turns", words, "fz-wall-board"),
        _slot("ticker", words, "fz-wall-ticker"),
    ]


def _foyer(words: Mapping[str, str], snapshot: Snapshot) -> list[Raw]:
    left = _slot("code", words, "fz-wall-code fz-wall-code-large")
    right = tag("div", _slot("steps", words), _slot("people", words, "fz-wall-people"))
    return [tag("div", left, right, class_="fz-wall-foyer-main"), _slot("ticker", words, "fz-wall-ticker")]


def _closing(words: Mapping[str, str], snapshot: Snapshot) -> list[Raw]:
    right = tag("div", _slot("final", words), _slot("thanks", words, "fz-wall-thanks"))
    left = tag("div", _ring(words, snapshot, "share-closing"), _slot("extra", words, "fz-wall-extra"))
    return [left, right]


def _origins(words: Mapping[str, str], _: Snapshot) -> list[Raw]:
    right = tag("div", _slot("far", words), _slot("code", words, "fz-wall-code"))
    return [_slot("rose", words, "fz-wall-large-rose"), right]


def _boards(words: Mapping[str, str], _: Snapshot) -> list[Raw]:
    foot = tag("div", _slot("people", words, "fz-wall-people"), _slot("code", words, "fz-wall-code"))
    return [_slot("boards", words, "fz-wall-columns"), foot]


def _pledges(words: Mapping[str, str], _: Snapshot) -> list[Raw]:
    right = tag("div", _slot("sign", words, "fz-wall-code"), _slot("intent", words, "fz-wall-intents"))
    return [_slot("pledges", words), right]


def _overlays(words: Mapping[str, str]) -> list[Raw]:
    """A milestone, the screen's own name, quiet hours: each lies over the stage when it is time."""
    passed = [tag("div", Raw(words[name]), data_part=name, hidden=True) for name in ("passed-people", "passed-covered")]
    rest = tag("div", tag("p", id="wall-quiet-clock"), _slot("title", words), _slot("waiting", words))
    return [
        tag("div", Raw(_figures.closed_ring()), *passed, class_="fz-wall-over fz-wall-passed", id="wall-passed"),
        tag("div", tag("p", id="wall-name-words"), class_="fz-wall-over fz-wall-name", id="wall-name"),
        tag("div", rest, class_="fz-wall-over fz-wall-rest", id="wall-quiet"),
    ]


def clock(snapshot: Snapshot, zone: str) -> str:
    """When the figures were made, in the event's zone."""
    return datetime.fromisoformat(snapshot["as_of"]).astimezone(ZoneInfo(zone)).strftime("%H:%M")


def title(event: events.Event) -> list[Any]:
    """The event's name, place and days."""
    zone = ZoneInfo(event.timezone)
    days = formats.date_range_text(event.starts_at.astimezone(zone).date(), event.ends_at.astimezone(zone).date())
    name = pick(dict(event.names))
    return [html.H1(name, title=name, **{"data-fit": "0.62"}), html.P(f"{pick(dict(event.place.names))} · {days}")]


def waiting(event: events.Event) -> list[Any]:
    """What a screen says before its event is open; nothing afterwards."""
    if event.state != "draft":
        return []
    return [html.P(t("Not open yet. This screen begins by itself once the event is open."))]


def code(event: events.Event) -> list[Any]:
    """The code to scan, and its short link for those who type."""
    link = events.default_link(event, "wall")
    short = [part for piece in link.split("://", 1)[1].split("/") for part in (piece, "/", html.Wbr())][:-2]
    call = [t("Count your trip."), html.Br(), t("Close the ring.")] if _invites(event) else [t("See the figures.")]
    words = html.Div([html.B(call, **TIGHT), html.Span(short)])
    return [Raw(qr_svg(link, size=234, alt=t("Code to scan"), radius=0.05)), words]


def _invites(event: events.Event) -> bool:
    """Whether guests answer, or will: a preview shows a draft as it will be."""
    return event.state == DRAFT or not over(event)


def steps(event: events.Event) -> list[Any]:
    """How it works, in three steps; that it is over once answers are no longer taken."""
    if not _invites(event):
        return [html.H2(over(event))]
    call = claims.say("button.neutralise", jurisdiction=event.jurisdiction)
    rows = (
        (t("Scan the code"), t("With the camera of your phone; no app, no account.")),
        (t("Tell how you came"), t("Trip, nights and meals; you see what they emit, and how it was computed.")),
        (call, t("Choose a share and a project; your certificate can be checked by anyone.")),
    )
    items = [
        html.Li([html.I(str(i)), html.Div([html.B(name, **FIT), html.Span(words)])])
        for i, (name, words) in enumerate(rows, 1)
    ]
    return [html.H2(t("How it works")), html.Ol(items, className="fz-wall-steps")]


def people(snapshot: Snapshot) -> list[Any]:
    """How many have counted so far, beside a small ring; under five one sentence."""
    covered, total = snapshot["covered"], snapshot["emitted"]["total"]
    picture = ring(covered["retired"] or 0, covered["reserved"] or 0, total or 0, size=150, theme="css")
    if snapshot["hidden"]:
        return [Raw(picture), html.P(t("Be among the first {count}", count=snapshot["smallest_group"]))]
    people = snapshot["participants"]
    number = tag("span", formats.number(people), class_="fz-num", **_figures.counting("people", people))
    share = t("{share} of emissions covered", share=formats.percent(snapshot["share_bp"] / 10_000))
    return [Raw(picture), tag("div", number, tag("p", t("people have counted so far"))), html.P(share)]


def large_rose(snapshot: Snapshot) -> Raw:
    """The compass rose, large; an open one where no place has five guests yet."""
    return _figures.rose_picture(_figures.places_of(snapshot), ROSE_LABELS, ROSE_PX, ROSE_TEXT_PX, scale=3)


def rose_words(snapshot: Snapshot) -> list[Any]:
    """What the rose says, beside it: how many from how many places, how far, and what its lines mean."""
    known, places = snapshot["origins"], _figures.places_of(snapshot)
    heading = html.H2(t("Where we came from"))
    if not places:
        least = snapshot["smallest_group"]
        return [heading, html.P(t("Places are shown once {count} guests have come from one.", count=least))]
    far = max(places, key=lambda place: place.distance_km)
    rows = [
        (formats.number(sum(place.guests for place in places)), t("guests from {count} places", count=len(places))),
        (f"{formats.number(round(far.distance_km))}\u202fkm", t("the furthest, {place}", place=far.label)),
    ]
    if known["local"]:
        rows.append((formats.number(known["local"]), t("are local")))
    if known["few"]:
        rows.append((formats.number(known["few"]), t("from places with fewer than five")))
    facts = [html.Li([html.B(number, className="fz-num"), html.Span(words)]) for number, words in rows]
    keys = [
        html.Li([html.I(className="fz-wall-stem"), t("most came by air")]),
        html.Li([html.I(className="fz-wall-stem fz-wall-stem-rail"), t("most came by rail")]),
    ]
    return [heading, html.Ul(facts, className="fz-wall-facts"), html.Ul(keys, className="fz-wall-keys")]


def boards(snapshot: Snapshot, shorts: Mapping[str, Mapping[str, str]]) -> list[Any]:
    """Sub-forums, companies and people by share covered, five of each, and how they are ranked."""
    columns = [
        (t("Sub-forums"), [_session(row, shorts) for row in _figures.sessions_by_share(snapshot)]),
        (t("Companies"), [_row(row) for row in snapshot["boards"]["companies"]]),
        (t("People"), [_row(row) for row in snapshot["boards"]["people"]]),
    ]
    shown = [_column(name, rows[:BOARD_ROWS]) for name, rows in columns if rows]
    if not shown:
        picture = mini_ring(0, 0, 0, size=200, theme="css")
        return [html.Div([Raw(picture), html.P(t("Be among the first five on the boards"))], className="fz-wall-none")]
    return [*shown, html.P(claims.say("board.note"), className="fz-wall-note")]


def _column(name: str, rows: list[Any]) -> html.Div:
    return html.Div([html.H2([name, html.Small(t("by share covered"))]), html.Ol(rows)])


def _session(row: Mapping[str, Any], shorts: Mapping[str, Mapping[str, str]]) -> html.Li:
    picture = mini_ring(row["retired_g"], row["reserved_g"], row["emitted_g"], size=56, theme="css")
    return _entry(picture, pick(shorts.get(row["id"], row["names"])), row["share_bp"])


def _row(row: Mapping[str, Any]) -> html.Li:
    retired, reserved = row["retired_bp"], row["share_bp"] - row["retired_bp"]
    return _entry(mini_ring(retired, reserved, 10_000, size=56, theme="css"), pick(row["display"]), row["share_bp"])


def _entry(picture: str, name: str, share_bp: int) -> html.Li:
    share = html.B([formats.percent_number(share_bp / 10_000), html.Small("\u202f%")])
    return html.Li([Raw(picture), html.Span(name, title=name, **FIT), share])
