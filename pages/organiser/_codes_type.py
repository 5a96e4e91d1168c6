"""Letters of printed codes: measured, broken into lines and drawn as outlines with the fonts that PDFs embed.

Lengths are in the unit of ``size``: the height of an em. Outlines need no font where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import uharfbuzz as hb

from pages._parts.pdf_fonts import FONT_DIR, FONT_FILES, serif_family

FALLBACKS = ("sans-sc", "sans-deva", "serif-sc", "serif-deva")
_CLOSING = "，。、；：！？）】》」』”’,.;:!?)]}%"
_OPENING = "（【《「『“‘([{"


@dataclass(frozen=True, slots=True)
class Voice:
    """A family and its style, as the PDF's fonts are called: ("sans", "B")."""

    family: str = "sans"
    style: str = ""


def serif(language: str) -> Voice:
    """The voice of titles."""
    return Voice(serif_family(language))


@lru_cache(maxsize=16)
def _font(family: str, style: str) -> Any:
    name = next((n for f, st, n in FONT_FILES if f == family and st == style), "") or next(
        n for f, _, n in FONT_FILES if f == family
    )
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(FONT_DIR / name))))


def runs(text: str, voice: Voice) -> Iterator[tuple[str, str]]:
    """Pieces of a text with the first family that has their letters."""
    families = (voice.family, *FALLBACKS)
    piece, current = "", families[0]
    for letter in text:
        own = current if letter in " \u200d\u200c" and piece else next(
            (one for one in families if _font(one, voice.style).get_nominal_glyph(ord(letter))), families[0]
        )  # fmt: skip
        if own != current and piece:
            yield current, piece
            piece = ""
        current, piece = own, piece + letter
    if piece:
        yield current, piece


def _shaped(text: str, voice: Voice) -> Iterator[tuple[Any, Any, Any]]:
    for family, piece in runs(text, voice):
        font = _font(family, voice.style)
        buffer = hb.Buffer()
        buffer.add_str(piece)
        buffer.guess_segment_properties()
        hb.shape(font, buffer)
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            yield font, info, place


@lru_cache(maxsize=4096)
def _width_em(text: str, voice: Voice) -> float:
    return sum(float(place.x_advance) / font.face.upem for font, _, place in _shaped(text, voice))


def width(text: str, size: float, voice: Voice) -> float:
    """How long a line is."""
    return _width_em(text, voice) * size


def outline(text: str, x: float, y: float, size: float, voice: Voice) -> str:
    """The path (SVG) of a line that begins at ``x`` on the baseline ``y``, y down."""
    parts: list[str] = []
    for font, info, place in _shaped(text, voice):
        scale = size / font.face.upem
        font.draw_glyph(
            info.codepoint, _funcs(), (parts, x + place.x_offset * scale, y - place.y_offset * scale, scale)
        )
        x += place.x_advance * scale
    return "".join(parts)


@lru_cache(maxsize=1)
def _funcs() -> Any:
    funcs = hb.DrawFuncs()
    funcs.set_move_to_func(lambda x, y, to: _put(to, "M", x, y))
    funcs.set_line_to_func(lambda x, y, to: _put(to, "L", x, y))
    funcs.set_quadratic_to_func(lambda cx, cy, x, y, to: _put(to, "Q", cx, cy, x, y))
    funcs.set_cubic_to_func(lambda ax, ay, bx, by, x, y, to: _put(to, "C", ax, ay, bx, by, x, y))
    funcs.set_close_path_func(lambda to: to[0].append("Z"))
    return funcs


def _put(to: tuple[list[str], float, float, float], letter: str, *points: float) -> None:
    parts, x, y, scale = to
    at = (x + value * scale if i % 2 == 0 else y - value * scale for i, value in enumerate(points))
    parts.append(letter + " ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in at))


def lines_of(text: str, room: float, size: float, voice: Voice) -> list[str]:
    """The text broken into lines no longer than ``room``: between words, and between Chinese characters."""
    lines, line = [], ""
    for part in _parts(text):
        if line and width((line + part).rstrip(), size, voice) > room:
            lines.append(line.rstrip())
            line = part.lstrip()
        else:
            line += part
    return [*lines, line.rstrip()] if line.strip() else lines


def fitted(
    text: str, room: float, size: float, voice: Voice, most: int, least: float = 0.35
) -> tuple[list[str], float]:
    """Lines and their size: smaller until they are at most ``most`` and none is too long; at ``least`` of the size what
    is over is cut with an ellipsis."""
    now = size
    while now > size * least:
        found = lines_of(text, room, now, voice)
        if len(found) <= most and all(width(line, now, voice) <= room for line in found):
            return balanced(text, found, room, now, voice), now
        now *= 0.95
    found = lines_of(text, room, now, voice)[:most]
    return [_cut(line, room, now, voice) for line in found], now


def balanced(text: str, found: list[str], room: float, size: float, voice: Voice) -> list[str]:
    """As many lines, about as long as each other: no word stands alone on the last."""
    least, most = (width(text, size, voice) / len(found), room) if len(found) > 1 else (room, room)
    while most - least > 0.02 * room:
        middle = (least + most) / 2
        tried = lines_of(text, middle, size, voice)
        if len(tried) == len(found) and all(width(line, size, voice) <= middle for line in tried):
            found, most = tried, middle
        else:
            least = middle
    return found


def in_more_lines(text: str, room: float, size: float, voice: Voice, most: int) -> int:
    """In how many lines a long text reads best: two, or up to ``most`` rather than in letters under ¾ of the size."""
    for count in range(2, most):
        if fitted(text, room, size, voice, count, 0.72)[1] > 0.76 * size:
            return count
    return most


def _cut(line: str, room: float, size: float, voice: Voice) -> str:
    while line and width(line + "…", size, voice) > room:
        line = line[:-1]
    return line + "…"


def _parts(text: str) -> Iterator[str]:
    """Pieces between which a line may break; spaces stay at a piece's end."""
    piece = ""
    for i, letter in enumerate(text):
        piece += letter
        after = text[i + 1] if i + 1 < len(text) else ""
        if not after or letter in " -‐–/" or (
            (_is_wide(letter) or _is_wide(after)) and after not in _CLOSING and letter not in _OPENING and after != " "
        ):  # fmt: skip
            yield piece
            piece = ""


def _is_wide(letter: str) -> bool:
    return "\u2e80" <= letter <= "\ua4cf" or "\uff00" <= letter <= "\uffef"
