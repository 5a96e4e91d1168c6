"""The nouns of setting up an event: its steps, what a form shows, what is missing before it opens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calculations import who_counts
from events.model import Event

STEPS = ("about", "place", "programme", "boundary", "projects", "look", "privacy", "review")
"""The steps in their order. The first makes the draft; the last keeps nothing, it shows what is missing and opens."""
LANGUAGES = ("en", "zh", "mr", "is")
PAYERS = ("guest", "company", "host_residual", "host_all")
"""Who pays: guests for themselves; companies for their people; guests, and the host what is left; the host for all."""
WHO = who_counts.WHO
JURISDICTIONS = ("CN", "EU", "other")


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a step still lacks (an English msgid); ``needed``: the event can't open without it."""

    step: str
    message: str
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Logo:
    """An event's logo, kept under its SHA-256."""

    sha256: str
    media_type: str
    size_bytes: int
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class CreditRequest:
    """Grams (0 = new terms only) that an organiser asked of the exchange, at a price a tonne. ``place_names`` is empty
    while the event has neither place nor days."""

    event_id: str
    slug: str
    event_names: Mapping[str, str]
    request_id: str
    project_id: str
    project_names: Mapping[str, str]
    grams: int
    price_minor_per_tonne: int
    currency: str
    note: str
    state: str
    asked_by: str
    asked_at: datetime
    answer: str
    livemode: bool
    place_names: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class OfferChoice:
    """A project that may be offered: its terms here (or those it has elsewhere), what the event holds of it and what
    nobody holds; ``waiting_g`` is asked of the exchange and not answered."""

    project_id: str
    names: Mapping[str, str]
    kind: str
    type: str
    is_open: bool
    price_minor_per_tonne: int
    currency: str
    given_g: int
    free_g: int
    waiting_g: int


FIELDS: Mapping[str, tuple[str, ...]] = {
    "about": ("scenario", "host", "names", "intro", "theme", "venue", "notice"),
    "place": (
        "place", "spot", "timezone", "address", "slug", "starts", "ends", "opens_at", "closes_at", "pay_until",
        "books_by",
    ),
    "programme": ("sessions",),
    "boundary": ("categories", "flags", "electricity", "who", "people", "factor_set", "flight_method"),
    "projects": ("payer", "currency", "payments", "gift"), "look": ("look",),
    "privacy": ("privacy", "jurisdiction", "livemode"),
}  # fmt: skip
"""What each step keeps, by the names of its fields (words by language without the language)."""


def fingerprint(values: Mapping[str, Any], step: str) -> str:
    """A short hash of what a step's fields hold."""
    own: dict[str, Any] = {}
    for name in FIELDS.get(step, ()):
        own |= {key: values[key] for key in (name, *(f"{name}_{code}" for code in LANGUAGES)) if key in values}
    return hashlib.sha256(json.dumps(own, sort_keys=True, default=str).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class SetupView:
    """What the pages of an event's set-up show. ``done`` are the steps kept at least once; ``used`` the sessions that
    somebody's answer names; ``values`` what the forms' fields hold."""

    event: Event
    done: tuple[str, ...]
    gaps: tuple[Gap, ...]
    used: frozenset[str]
    logo: Logo | None
    offers: tuple[OfferChoice, ...]
    requests: tuple[CreditRequest, ...]
    may_assign: bool
    may_edit: bool
    people: int
    copied_from: str
    values: Mapping[str, Any]

    def seen(self, step: str) -> str:
        """A fingerprint of what a step holds: who keeps it tells which they have seen."""
        return fingerprint(self.values, step)

    @property
    def next_step(self) -> str:
        """The first step that was not kept yet."""
        return next((step for step in STEPS if step not in self.done), STEPS[-1])
