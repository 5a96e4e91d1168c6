"""Words for people: gettext catalogues, one folder a language, one .po file a domain, merged at start.

Msgids are the English sentences themselves with ``{named}`` parameters. ``locales/zh/guest.po``, ``desk.po`` … are read
once per process (no compiled files). ``t`` speaks the language of the current request.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = ("en", "zh", "mr", "is")
COMPLETE = ("en", "zh")
NATIVE_NAMES = {"en": "English", "zh": "中文", "mr": "मराठी", "is": "Íslenska"}
_current: ContextVar[str] = ContextVar("forum_zero_language", default="en")


def current_language() -> str:
    """The language of this request: en, zh, mr or is."""
    return _current.get()


def set_language(language: str) -> None:
    """Sets the language of this request (context-local); an unknown one becomes English."""
    _current.set(language if language in LANGUAGES else "en")


def negotiate(asked: str | None, cookie: str | None, accept_language: str | None) -> str:
    """The first of ?lang=, cookie and Accept-Language that we speak, else English."""
    for wish in (asked, cookie):
        if wish and (code := _known(wish)):
            return code
    for part in sorted(_accepted(accept_language or ""), key=lambda p: -p[1]):
        if code := _known(part[0]):
            return code
    return "en"


def _accepted(header: str) -> list[tuple[str, float]]:
    wishes = []
    for part in header[:500].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((tag, float(quality or 1)))
        except ValueError:
            continue
    return wishes


def _known(tag: str) -> str | None:
    code = tag.strip().lower().replace("_", "-").split("-")[0]
    return code if code in LANGUAGES else None


@cache
def catalogue(language: str) -> dict[str, str]:
    """msgid → msgstr of a language, all its domains merged; empty and fuzzy strings are left out."""
    words: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / language).glob("*.po")):
        with path.open("rb") as handle:
            for message in read_po(handle):
                if message.id and message.string and not message.fuzzy and isinstance(message.id, str):
                    words[message.id] = str(message.string)
    return words


def translate(language: str, msgid: str, **params: Any) -> str:
    """``msgid`` in ``language`` (English where a catalogue lacks it), its ``{named}`` parameters filled in."""
    text = msgid if language == "en" else catalogue(language).get(msgid, msgid)
    return text.format(**params) if params else text


def t(msgid: str, **params: Any) -> str:
    """``translate`` in the language of the current request."""
    return translate(current_language(), msgid, **params)


def pick(names: dict[str, str] | Any, language: str | None = None) -> str:
    """The name in a language from a ``{language: name}`` mapping, else English, else any."""
    code = language or current_language()
    if not names:
        return ""
    return names.get(code) or names.get("en") or next(iter(names.values()))
