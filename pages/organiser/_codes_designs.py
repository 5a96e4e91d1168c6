"""Posters, table cards, badges, slides and the bare code: how each is drawn, in millimetres.

How far off a code is read: about ten times its width is a rule of thumb among printers, no standard; try a print.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from pages._parts.palette import palette
from pages.organiser._codes_sheet import Canvas, Point, Sheet
from pages.organiser._codes_type import Voice, fitted, in_more_lines, serif
from pages.organiser._codes_words import Piece, Words

DISTANCE_PER_WIDTH = 10  # the rule of thumb
POSTERS = {"A4": (210, 297), "A3": (297, 420), "A2": (420, 594), "A1": (594, 841)}  # ISO 216
A4 = POSTERS["A4"]
SLIDE = (338.67, 190.5)  # 13⅓ × 7½ inches, 16:9
CARD, CARDS = (90.0, 130.0), (2, 2)
BADGE, BADGES = (90.0, 55.0), (2, 5)
BARE = (70.0, 84.0)
KINDS = ("poster", "cards", "badges", "slide", "code")
LEAST_RING = 58.0  # of an A4: a smaller code is read from less far than a poster should be
LEAST_CARD_RING = 28.0  # of a table card: a code of some 26 mm
MOST_NAMES, MOST_NAME = 1000, 60
BOLD = Voice("sans", "B")
_INK = palette("light")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Sheets, and how wide the dark part of their code is on paper (``code_mm``)."""

    sheets: tuple[Sheet, ...]
    code_mm: float


def draw(kind: str, piece: Piece, size: str = "A4", names: Sequence[str] = ()) -> Drawn:
    """The sheets of a kind; ``size`` is a poster's, ``names`` what badges say (none: a line to write on)."""
    if kind == "poster":
        return _alone(_poster, piece, POSTERS[size], A4)
    if kind == "cards":
        return _many(_card, piece, CARD, CARDS, [""])
    if kind == "badges":
        return _many(_badge, piece, BADGE, BADGES, names or [""])
    return _alone(_slide, piece, SLIDE, SLIDE) if kind == "slide" else _alone(_bare, piece, BARE, BARE)


def code_mm(kind: str, piece: Piece, size: str = "A4") -> float:
    """How wide the dark part of a kind's code is."""
    return draw(kind, piece, size).code_mm


def _alone(work: Callable[[Canvas, Piece, str], float], piece: Piece, paper: Point, own: Point) -> Drawn:
    sheet = Sheet(*paper)
    return Drawn((sheet,), work(Canvas(sheet, *own, scale=paper[0] / own[0]), piece, ""))


def _many(
    work: Callable[[Canvas, Piece, str], float], piece: Piece, size: Point, grid: tuple[int, int], names: Sequence[str]
) -> Drawn:  # fmt: skip
    """Pieces side by side on A4 with cut marks; one name alone fills the sheet, more names take as many sheets."""
    places = grid[0] * grid[1]
    said = list(names) * places if len(names) == 1 and not names[0] else list(names)
    left, top = (A4[0] - grid[0] * size[0]) / 2, (A4[1] - grid[1] * size[1]) / 2
    sheets, width = [], 0.0
    for start in range(0, len(said), places):
        sheet = Sheet(*A4)
        sheets.append(sheet)
        for i, name in enumerate(said[start : start + places]):
            at = (left + i % grid[0] * size[0], top + i // grid[0] * size[1])
            width = work(Canvas(sheet, *size, *at), piece, name)
        Canvas(sheet, grid[0] * size[0], grid[1] * size[1], left, top).cut_marks()
        _inner_marks(sheet, size, grid, (left, top))
    return Drawn(tuple(sheets), width)


def _inner_marks(sheet: Sheet, size: Point, grid: tuple[int, int], corner: Point) -> None:
    """Marks at the edge of the paper for cuts between pieces."""
    for column in range(1, grid[0]):
        for y in (corner[1] - 5, corner[1] + grid[1] * size[1] + 1):
            Canvas(sheet, 0, 0).box(corner[0] + column * size[0] - 0.05, y, 0.1, 4, _INK["graphite"])
    for row in range(1, grid[1]):
        for x in (corner[0] - 5, corner[0] + grid[0] * size[0] + 1):
            Canvas(sheet, 0, 0).box(x, corner[1] + row * size[1] - 0.05, 4, 0.1, _INK["graphite"])


def _strip(on: Canvas, piece: Piece, height: float, size: float, margin: float, whole: bool = True) -> float:
    """The strip of test events in each language; its height."""
    if not piece.is_test:
        return 0.0
    height = height if len(piece.words) == 1 or not whole else height * 0.68
    tall = height * len(piece.words) if whole else height
    inset = margin / 2  # clear of cuts and of what printers leave white: no bleed is needed anywhere
    on.box(inset, inset, on.width - 2 * inset, tall, _INK["seal-wash"])
    room = on.width - 2 * margin
    if not whole:
        tag = " · ".join(dict.fromkeys(one.test for one in piece.words))
        on.text(margin, inset + (tall - size * 1.25) / 2, room, tag, size, _INK["seal-ink"], BOLD, most=1)
        return inset + tall
    for i, one in enumerate(piece.words):
        words, y = f"{one.test}  ·  {one.notice}", inset + i * height + (height - size * 1.25) / 2
        on.text(margin, y, room, words, size, _INK["seal-ink"], BOLD, most=1)
    return inset + tall


def _logo(on: Canvas, piece: Piece, x: float, y: float, most: Point, centred: bool = True) -> float:
    """The event's logo within ``most``; the y below it."""
    if piece.logo is None:
        return y
    media_type, content, ratio = piece.logo
    height = min(most[1], most[0] / ratio)
    width = height * ratio
    on.picture(x + (most[0] - width) / 2 if centred else x, y, width, height, content, media_type)
    return y + height


def _code_in_ring(on: Canvas, piece: Piece, centre: Point, outer: float) -> float:
    """The code with its quiet zone within the ring; how wide it is on paper."""
    stroke = outer * 0.139
    tint, fine = _tint(piece.accent), max(0.09, outer / 420)
    on.rosette(centre, (outer - stroke) * 0.965, piece.seed, tint, 170 if outer > 50 else 90, fine)
    on.ring(centre, outer, stroke, piece.accent, _INK["amber"])
    side = (outer - stroke) * 1.4
    return on.code(centre[0] - side / 2, centre[1] - side / 2, side, piece.link, _INK["ink"])


def _tint(colour: str, share: float = 0.42) -> str:
    """A colour thinned with white."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * share):02x}" for part in parts)


def _title(on: Canvas, piece: Piece, at: tuple[float, float, float], sizes: Point, centred: bool = True,
           colour: str = "ink") -> float:  # fmt: skip
    """The event's name in each language that has its own, long ones in more lines; ``at`` is x, y and room. The y
    below."""
    x, y, room = at
    for i, one in enumerate(_named(piece)):
        voice, size = serif(one.language), sizes[min(i, 1)]
        most = in_more_lines(one.name, room, size, voice, 4)
        y = on.text(x, y, room, one.name, size, _INK[colour], voice, 1.2, most, centred) + size * 0.06
    return y


def _halls(on: Canvas, piece: Piece, at: tuple[float, float, float], size: float, centred: bool = True) -> float:
    """The hall in each language, a line or two each; the y below."""
    x, y, room = at
    halls = dict.fromkeys(one.hall for one in piece.words if one.hall)
    for hall in halls:
        y = on.text(x, y, room, hall, size * (1 if len(halls) == 1 else 0.86), piece.accent_ink, BOLD, 1.2, 2, centred)
    return y


def _named(piece: Piece) -> list[Words]:
    """The words by language, those left out that would say the event's name once more."""
    return list({one.name: one for one in reversed(piece.words)}.values())[::-1]


def _poster(on: Canvas, piece: Piece, _: str) -> float:
    """Name, place and hall, the code in its ring, the claim's words; long names give way to the code."""
    margin, room = 18.0, 174.0
    foot = _poster_foot(on, piece, margin, room)
    head = partial(_poster_head, piece=piece, margin=margin, room=room)
    y = _headed(on, head, foot - 12 - 2 * LEAST_RING, (1.0, 0.82, 0.66, 0.54))
    outer = min(79.0, (foot - y - 12) / 2)
    return _code_in_ring(on, piece, (on.width / 2, (y + foot) / 2), outer)


def _headed(on: Canvas, head: Callable[..., float], most: float, shares: Sequence[float]) -> float:
    """Draws what stands above a code in the largest letters with which it ends at ``most`` or above, else the
    smallest; where it ends."""

    def ends(share: float) -> float:
        return head(Canvas(Sheet(on.width, on.height), on.width, on.height), share=share)

    return head(on, share=next((share for share in shares[:-1] if ends(share) <= most), shares[-1]))


def _poster_head(on: Canvas, piece: Piece, margin: float, room: float, share: float) -> float:
    """What stands above the code, in letters of a share of their size; where it ends."""
    y = _strip(on, piece, 13, 3.6, margin) + 11 * share
    if piece.logo:
        y = _logo(on, piece, margin + 52, y, (70, 17 * share)) + 4
    y = _title(on, piece, (margin, y, room), (11.5 * share, 8 * share))
    for where in dict.fromkeys(one.where for one in piece.words):
        y = on.text(margin, y + 1.2, room, where, 4.6 * max(share, 0.82), _INK["ink-2"], most=1)
    return _halls(on, piece, (margin, y + 2, room), 6 * max(share, 0.7))


def _poster_foot(on: Canvas, piece: Piece, margin: float, room: float) -> float:
    """Words of the claim and the address, up from the paper's lower edge; where they begin."""
    two = len(piece.words) > 1
    heads = [11.0, 8.5] if two else [11.0]
    body = 3.9 if two else 4.6
    parts = []
    for one, head in zip(piece.words, heads, strict=False):
        parts.append((one.heading, head, _INK["ink"], BOLD, 1, 1.2))
        parts.append((one.body, body, _INK["ink-2"], Voice(), 3, 1.4))
    parts.append((piece.address, 5.6, piece.accent_ink, BOLD, 1, 1.25))
    measured = [(part, fitted(part[0], room, part[1], part[3], part[4])) for part in parts]
    heights = [len(lines) * size * part[5] + 2.2 for part, (lines, size) in measured]
    top = y = on.height - 13 - sum(heights)
    for (words, size, colour, voice, most, lead), height in zip(parts, heights, strict=True):
        on.text(margin, y, room, words, size, colour, voice, lead, most)
        y += height
    return top


def _card(on: Canvas, piece: Piece, _: str) -> float:
    """The same on a table; long names give way to the code."""
    margin, room = 7.0, on.width - 14.0
    foot = on.height - (23 if len(piece.words) > 1 else 18)
    head = partial(_card_head, piece=piece, margin=margin, room=room)
    y = _headed(on, head, foot - 5 - 2 * LEAST_CARD_RING, (1.0, 0.84, 0.7, 0.58))
    outer = min(36.0, (foot - y - 5) / 2)
    width = _code_in_ring(on, piece, (on.width / 2, (y + foot) / 2), outer)
    for i, one in enumerate(piece.words):
        foot = on.text(margin, foot, room, one.heading, 5 if i == 0 else 4, _INK["ink"], BOLD, most=1)
    on.text(margin, foot + 0.8, room, piece.address, 3.3, piece.accent_ink, BOLD, most=1)
    return width


def _card_head(on: Canvas, piece: Piece, margin: float, room: float, share: float) -> float:
    """What stands above the code of a card, in letters of a share of their size; where it ends."""
    y = _strip(on, piece, 6, 2.8, margin, whole=False) + 5 * share
    if piece.logo:
        y = _logo(on, piece, margin + 20, y, (room - 40, 8 * share)) + 2 * share
    y = _title(on, piece, (margin, y, room), (5 * share, 3.8 * max(share, 0.66)))
    return _halls(on, piece, (margin, y + 0.8, room), 3.2 * max(share, 0.82))


def _badge(on: Canvas, piece: Piece, name: str) -> float:
    margin, side = 6.0, 36.0
    room = on.width - side - margin - 6
    y = _strip(on, piece, 5, 2.4, margin, whole=False) + (3 if piece.is_test else 6)
    right = on.width - side - 3
    if piece.logo:
        y = _logo(on, piece, margin, y, (room, 6), centred=False) + 1.5
    named = _named(piece)
    lines = 5 - len(named) - (piece.logo is not None)
    for one in named:
        voice, size = serif(one.language), 3.2 if one is piece.words[0] else 2.8
        most = in_more_lines(one.name, room, size, voice, lines)
        y = on.text(margin, y, room, one.name, size, _INK["ink-2"], voice, 1.2, most, centred=False)
    if name:
        most, top = in_more_lines(name, room, 8.5, BOLD, 3), max(y + 1.5, 20)
        size = min(8.5, (on.height - 12 - top) / most / 1.15)
        on.text(margin, top, room, name, size, _INK["ink"], BOLD, 1.15, most, centred=False)
    else:
        on.box(margin, 36, room, 0.2, _INK["line-strong"])
    if hall := piece.words[0].hall:
        on.text(margin, on.height - 11, room, hall, 2.8, piece.accent_ink, BOLD, 1.2, 2, centred=False)
    top = 6.5
    width = on.code(right, top, side, piece.link, _INK["ink"])
    words = piece.words[0].heading
    end = on.text(right, top + side - 1, side, words, 2.8, _INK["ink"], BOLD, most=1)
    on.text(right, end + 0.4, side, piece.address, 2.6, piece.accent_ink, most=1)
    return width


def _slide(on: Canvas, piece: Piece, _: str) -> float:
    """Words left, the code in its ring right; long names give way to the claim's words."""
    margin, room = 20.0, 148.0
    top = _strip(on, piece, 12, 5, margin)
    centre = (on.width - 88, (on.height + top) / 2)
    width = _code_in_ring(on, piece, centre, min(72.0, (on.height - top) / 2 - 12))
    share = 1.0
    for share in (1.0, 0.8, 0.66, 0.54):
        tried = Canvas(Sheet(on.width, on.height), on.width, on.height)
        if _slide_words(tried, piece, margin, room, top, share) <= on.height - 26:
            break
    _slide_words(on, piece, margin, room, top, share)
    on.text(margin, on.height - 20, room, piece.address, 9, piece.accent_ink, BOLD, most=1, centred=False)
    return width


def _slide_words(on: Canvas, piece: Piece, margin: float, room: float, top: float, share: float) -> float:
    """Name, hall and the claim's words, the former in letters of a share of their size; where they end."""
    two = len(piece.words) > 1
    y = top + (12 if two else 20) * share
    if piece.logo:
        y = _logo(on, piece, margin, y, (70, 16 * share), centred=False) + 5
    y = _title(on, piece, (margin, y, room), (9.5 * share, 7.5 * share) if two else (11 * share, 8), centred=False)
    y = _halls(on, piece, (margin, y + 1, room), 6 * max(share, 0.75), centred=False)
    y = max(y + 6 * share, on.height * (0.5 if share == 1 else 0))
    for i, one in enumerate(piece.words):  # of two languages the headings alone: a slide is read in a moment
        size = (13 if i == 0 else 10.5) if two else 15
        y = on.text(margin, y, room, one.heading, size, _INK["ink"], BOLD, 1.2, 2, centred=False) + 1
        if not two:
            y = on.text(margin, y, room, one.body, 6.5, _INK["ink-2"], lead=1.35, most=3, centred=False)
    return y


def _bare(on: Canvas, piece: Piece, _: str) -> float:
    top = _strip(on, piece, 6, 2.8, 3, whole=False)
    side = on.width - 4
    width = on.code(2, top + 1, side, piece.link, _INK["ink"])
    on.text(3, top + side + 1, on.width - 6, piece.address, 4, piece.accent_ink, BOLD, most=1)
    return width


def metres(width_mm: float) -> float:
    """From how far off it is read, by the rule of thumb: in metres, to ten centimetres, down."""
    return math.floor(width_mm * DISTANCE_PER_WIDTH / 100) / 10
