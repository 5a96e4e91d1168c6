"""What is said on printed codes, by language: the event's name, place and days, the claim module's words; channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import events
from events import Code, Event
from locales import current_language, pick, set_language, t, translate
from offsetting import claims
from pages._parts.desk import event_days
from pages._parts.palette import palette


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words on a piece."""

    language: str
    name: str
    where: str
    hall: str
    heading: str
    body: str
    test: str
    notice: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What a drawing is made of: the code's link, words in one language or two, the event's look."""

    link: str
    words: tuple[Words, ...]
    is_test: bool
    accent: str
    accent_ink: str
    logo: tuple[str, bytes, float] | None  # media type, content, width over height
    seed: str = ""  # of the fine lines around the code

    @property
    def address(self) -> str:
        """What one may type."""
        return self.link.split("://", 1)[-1]


def piece_of(event: Event, code: Code | None, languages: Sequence[str]) -> Piece:
    """The piece of a code (None: the event's introduction) in one language or two."""
    look: Mapping[str, str] = event.defaults.get("look") or {}
    colours = palette("light")
    link = code.link if code else events.default_link(event, "poster")
    words = tuple(_words(event, code, language) for language in dict.fromkeys(languages[:2]))
    return Piece(link, words, not event.livemode, look.get("button_light") or colours["jade"],
                 look.get("words_light") or colours["jade-ink"], _logo(event), event.event_id)  # fmt: skip


def _logo(event: Event) -> tuple[str, bytes, float] | None:
    logo = events.event_logo(event.slug)
    if logo is None:
        return None
    try:
        media_type, content = events.logo_file(event.slug, logo.sha256)
    except events.NotFound:
        return None
    return media_type, content, logo.width_px / max(1, logo.height_px)


def _words(event: Event, code: Code | None, language: str) -> Words:
    before = current_language()
    set_language(language)
    try:
        days = event_days(event)
    finally:
        set_language(before)
    facts = {"jurisdiction": event.jurisdiction, "livemode": event.livemode,
             "subject": claims.subject_of(event.scenario)}  # fmt: skip
    notices = dict(event.texts.get("notice") or {})
    own = notices.get(language) or ("" if event.simulated else pick(notices, language))
    said = translate(
        language, "Independent demonstration. Attendance, trips, batches and prices are made up; endorsed by nobody."
    )
    return Words(
        language, pick(dict(event.names), language), f"{pick(dict(event.place.names), language)} · {days}",
        hall_name(event, code.session_id, language) if code else "",
        claims.say("poster.heading", language, **facts), claims.plain(claims.say("poster.body", language, **facts)),
        translate(language, "Test event"), own or (said if event.simulated else _test_words(language)),
    )  # fmt: skip


def _test_words(language: str) -> str:
    return translate(language, "A trial: nothing paid or certified here is real.")


def hall_name(event: Event, session_id: str, language: str | None = None) -> str:
    """The name of a hall; '' for the whole event."""
    names = {one.session_id: one.names for one in event.sessions}
    return pick(dict(names[session_id]), language) if session_id in names else ""


def channel_names() -> dict[str, str]:
    """What the channels are called."""
    return {
        "poster": t("Poster"), "table_card": t("Table card"), "badge": t("Badge"), "slide": t("Slide"),
        "mail": t("Mail"), "social": t("Social media"), "wall": t("Big screen"), "own": t("Elsewhere"),
    }  # fmt: skip


def code_name(event: Event, code: Code) -> str:
    """What a code is called: its label, or its channel; with its hall."""
    name = code.label or channel_names().get(code.channel, code.channel)
    hall = hall_name(event, code.session_id)
    return f"{name} · {hall}" if hall else name
