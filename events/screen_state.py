"""What a big screen is told to show: layout, rotation, languages, theme, ticker, quiet hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from calculations.model import FieldError, InputError
from locales import LANGUAGES

LAYOUTS = ("hall", "foyer", "closing", "origins", "boards", "pledges")
THEMES = ("", "dark", "light", "clock")
QUIET = ("clock", "dim")
LEAST_SECONDS, MOST_SECONDS = 5, 3_600
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_ONE_OF = "{field}: {value} is not known; choose one of {choices}."
_SECONDS = "{field}: {value} does not fit; write whole seconds from {least} to {most}."
_TIME = "{field}: {value} is no time of day; write it as 22:00."


@dataclass(frozen=True, slots=True)
class ScreenState:
    """``layout`` stands unless ``rotating``, when those of ``rotation`` take turns for their seconds. No ``languages``
    or theme: those of the screen's address. Times are of the event's zone, as HH:MM; no ``quiet_from``: no quiet
    hours. ``quiet_shows`` is clock (only clock and name) or dim (the picture, dimmed)."""

    layout: str = "hall"
    rotating: bool = False
    rotation: tuple[tuple[str, int], ...] = (("hall", 40), ("foyer", 20), ("origins", 20), ("boards", 20))
    languages: tuple[str, ...] = ()
    language_seconds: int = 20
    theme: str = ""
    light_from: str = "07:00"
    light_to: str = "19:00"
    ticker_paused: bool = False
    quiet_from: str = ""
    quiet_to: str = ""
    quiet_shows: str = "clock"

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, as the store keeps them and a screen reads them."""
        told = asdict(self)
        return told | {"rotation": [list(turn) for turn in self.rotation], "languages": list(self.languages)}


def read_state(kept: Mapping[str, Any] | None) -> ScreenState:
    """A state as the store keeps it; null is the one a new screen has, fields that are missing as well."""
    known = {field.name for field in fields(ScreenState)}
    told = {name: value for name, value in (kept or {}).items() if name in known}
    for name in ("rotation", "languages"):
        if name in told:
            told[name] = tuple(tuple(part) if isinstance(part, list) else part for part in told[name])
    return replace(ScreenState(), **told)


def parse_state(told: Mapping[str, Any]) -> ScreenState:
    """A state that somebody asks for, all fields of `ScreenState.as_json` with plain values; what is missing stays as a
    new screen has it. Raises InputError with every field that is wrong."""
    errors: list[FieldError] = []
    new = ScreenState().as_json() | {name: value for name, value in told.items() if value is not None}
    for name, choices in (("layout", LAYOUTS), ("theme", THEMES), ("quiet_shows", QUIET)):
        if new[name] not in choices:
            errors.append(_choice(name, new[name], choices))
    rotation = _rotation(new["rotation"], errors)
    if new["rotating"] and not rotation and not errors:
        errors.append(FieldError("rotation", "", "{field}: nothing is chosen; choose at least one picture.", {}))
    languages = tuple(new["languages"]) if isinstance(new["languages"], list | tuple) else ("?",)
    errors += [_choice("languages", code, LANGUAGES) for code in languages if code not in LANGUAGES]
    seconds = _seconds("language_seconds", new["language_seconds"], errors)
    clocks = {name: _clock(name, new[name], errors) for name in ("light_from", "light_to", "quiet_from", "quiet_to")}
    for one, other in (("quiet_from", "quiet_to"), ("quiet_to", "quiet_from"), ("light_from", "light_to")):
        if clocks[one] and not clocks[other]:
            errors.append(FieldError(other, "", "{field}: it is empty; write when it ends or begins, as 06:00.", {}))
    if errors:
        raise InputError(errors)
    return ScreenState(
        layout=new["layout"], rotating=bool(new["rotating"]), rotation=rotation,
        languages=tuple(dict.fromkeys(languages)), language_seconds=seconds, theme=new["theme"],
        light_from=clocks["light_from"], light_to=clocks["light_to"], ticker_paused=bool(new["ticker_paused"]),
        quiet_from=clocks["quiet_from"], quiet_to=clocks["quiet_to"], quiet_shows=new["quiet_shows"],
    )  # fmt: skip


def _choice(name: str, value: Any, choices: tuple[str, ...]) -> FieldError:
    shown = ", ".join(choice for choice in choices if choice)
    return FieldError(name, str(value)[:40], _ONE_OF, {"choices": shown})


def _rotation(told: Any, errors: list[FieldError]) -> tuple[tuple[str, int], ...]:
    turns: dict[str, int] = {}
    for part in told if isinstance(told, list | tuple) else ["?"]:
        layout, seconds = (part[0], part[1]) if isinstance(part, list | tuple) and len(part) == 2 else (part, None)
        if layout not in LAYOUTS:
            errors.append(_choice("rotation", layout, LAYOUTS))
        else:
            turns[layout] = _seconds(f"seconds_{layout}", seconds, errors)
    return tuple(turns.items())


def _seconds(name: str, value: Any, errors: list[FieldError]) -> int:
    whole = value if isinstance(value, int) and not isinstance(value, bool) else None
    if whole is None and isinstance(value, float) and value.is_integer():
        whole = int(value)
    if whole is None or not LEAST_SECONDS <= whole <= MOST_SECONDS:
        shown = "" if value is None else str(value)[:40]
        errors.append(FieldError(name, shown, _SECONDS, {"least": LEAST_SECONDS, "most": MOST_SECONDS}))
        return LEAST_SECONDS
    return whole


def _clock(name: str, value: Any, errors: list[FieldError]) -> str:
    text = str(value or "").strip()[:40]
    if text and not _CLOCK.fullmatch(text):
        errors.append(FieldError(name, text, _TIME, {}))
    return text
