"""Contrast of colours after WCAG 2.2, and the nearest colour of the same hue that is contrasted enough.

Relative luminance and ratio are those of WCAG (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio); "nearest" is measured
in OKLab (Björn Ottosson, 2020, https://bottosson.github.io/posts/oklab/), whose steps look
alike. Colours are written "#rrggbb".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TEXT_RATIO = 4.5
UI_RATIO = 3.0
STEPS = 400
_HEX = re.compile(r"#[0-9a-f]{6}")
Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Need:
    """What a colour is held against: at least ``ratio`` to every one of ``grounds``, or to the best of them."""

    grounds: tuple[str, ...]
    ratio: float
    best: bool = False  # one of the grounds is enough (words on a button are white or ink, whichever is read better)


@dataclass(frozen=True, slots=True)
class Found:
    """Whether a colour passes; else its poorest ratio, what was needed, and the nearest that passes ('' = none)."""

    ok: bool
    ratio: float
    needed: float
    nearest: str


def is_colour(text: str) -> bool:
    """Whether it is written as #rrggbb in small letters."""
    return bool(_HEX.fullmatch(text))


def ratio(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def best_on(ground: str, words: Sequence[str]) -> str:
    """Which of the colours is read best on a ground."""
    return max(words, key=lambda word: ratio(word, ground))


def check(colour: str, needs: Iterable[Need]) -> Found:
    """Holds a colour to its needs; where it fails, the need that it misses by most is told."""
    wanted = tuple(needs)
    short = [
        (value / need.ratio, value, need.ratio) for need in wanted if (value := least_of(colour, need)) < need.ratio
    ]
    if not short:
        return Found(True, min((least_of(colour, need) for need in wanted), default=21.0), 0.0, colour)
    _, value, needed = min(short)
    return Found(False, value, needed, nearest(colour, wanted))


def nearest(colour: str, needs: Sequence[Need]) -> str:
    """The colour of the same hue, lighter or darker, that passes and looks most like it; '' where none passes."""
    lightness, a, b = _oklab(colour)
    chroma = math.hypot(a, b)
    found: list[tuple[float, str]] = []
    for step in range(STEPS + 1):
        light = step / STEPS
        for share in (1.0, 0.85, 0.7, 0.5, 0.25, 0.0):
            tried = (light, a * share, b * share)
            if (written := _written(tried)) is None:
                continue
            if all(least_of(written, need) >= need.ratio for need in needs):
                found.append((math.hypot(light - lightness, chroma * (1 - share)), written))
            break
    return min(found)[1] if found else ""


def least_of(colour: str, need: Need) -> float:
    """What a colour comes to where it is held to a need: its poorest ground, or its best where one is enough."""
    ratios = [ratio(colour, ground) for ground in need.grounds]
    return max(ratios) if need.best else min(ratios)


def _linear(colour: str) -> Triple:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def _oklab(colour: str) -> Triple:
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _written(lab: Triple) -> str | None:
    """#rrggbb of an OKLab colour; None where no screen shows it."""
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    parts = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    if not all(-0.0005 <= part <= 1.0005 for part in parts):
        return None
    return "#" + "".join(f"{round(255 * _coded(min(1.0, max(0.0, part)))):02x}" for part in parts)


def _coded(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * float(part ** (1 / 2.4)) - 0.055
