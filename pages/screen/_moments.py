"""Moments of a forum on its big screen: the closing ceremony, and milestones that are passed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

import events
from locales import formats, pick, t
from offsetting import claims
from pages._parts.html_text import Raw, tag
from pages._parts.pieces import swatch
from pages.screen import _figures

Snapshot = Mapping[str, Any]


def said(event: events.Event, snapshot: Snapshot) -> str:
    """What may be said of the event as it stands, by the claim table, the extra contribution apart; '' where nothing
    may be."""
    emitted, covered = snapshot["emitted"]["total"], snapshot["covered"]
    if not emitted:
        return ""
    try:
        return claims.whole_claim(
            "event", event.jurisdiction, event.livemode, pick(dict(event.names)), emitted_g=emitted,
            reserved_g=covered["reserved"] or 0, retired_g=covered["retired"] or 0,
        )  # fmt: skip
    except claims.ClaimRefused:
        return ""


def final(event: events.Event, snapshot: Snapshot) -> list[Any]:
    """The final count, the claim in words, and the extra contribution apart."""
    if snapshot["hidden"]:
        least = snapshot["smallest_group"]
        return [html.H2(t("The final count")), html.P(t("It is shown once {count} people have counted.", count=least))]
    count = formats.number(snapshot["participants"])
    kpis = tag("div", _figures.kpis(snapshot), class_="fz-wall-kpis fz-wall-kpis-row")
    counted = t("{count} people counted", count=count)
    parts: list[Any] = [html.H2([t("The final count"), html.Small(counted)]), kpis]
    if words := said(event, snapshot):
        parts.append(html.P(words, className="fz-wall-claim"))
    return parts


def extra(event: events.Event, snapshot: Snapshot) -> list[Any]:
    """What is over: in its own words, never in the ring."""
    if not snapshot["extra"]:
        return []
    words = claims.say(
        "claim.extra", subject="event", jurisdiction=event.jurisdiction, extra=formats.mass_text(snapshot["extra"])
    )
    return [html.P([swatch("extra"), html.Span(words)])]


def people_passed(snapshot: Snapshot) -> Raw:
    """So many guests, large."""
    count = (snapshot["milestones"] or {}).get("people", 0)
    return _large(formats.number(count), "", t("guests have counted their part"))


def covered_passed(event: events.Event, snapshot: Snapshot) -> Raw:
    """So many tonnes covered, large, with the claim that goes with them."""
    count = (snapshot["milestones"] or {}).get("covered_t", 0)
    return _large(formats.number(count), "t", said(event, snapshot))


def _large(number: str, unit: str, words: str) -> Raw:
    small = tag("small", "\u202f" + unit) if unit else None
    return tag("div", tag("p", number, small, class_="fz-num"), tag("p", words))
