"""Positions as people write them and as map programs' links carry them, in degrees on WGS84.

Read are decimal degrees, degrees with minutes, and with seconds, with or without N, E, S, W; and links that hold a
position themselves. Latitude comes first; where the first of two bare numbers can be none, they are taken the other way
round. Known to the fifth decimal, about a metre."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from calculations.distance import WGS84, bearing_degrees, geodesic_km
from calculations.model import Place

FURTHEST_KM = 100.0  # of an exact spot from the town or airport that names it
DECIMALS = 5
MOST_LINK, MOST_TYPED = 2000, 120
DIRECTIONS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
Position = tuple[float, float]  # latitude, longitude

_MARKS = str.maketrans({
    "º": "°", "˚": "°", "度": "°", "′": "'", "’": "'", "‘": "'", "´": "'", "分": "'", "″": '"', "”": '"', "“": '"',
    "秒": '"', "−": "-", "–": "-", "，": ",", "、": ",", "；": ";", "：": ":", "（": "(", "）": ")", "＋": "+",
    "．": ".",
})  # fmt: skip
_LETTERS = (
    ("北纬", "N"),
    ("南纬", "S"),
    ("东经", "E"),
    ("西经", "W"),
    ("北緯", "N"),
    ("南緯", "S"),
    ("東經", "E"),
    ("西經", "W"),
)
_NUMBER = r"[+-]?\d{1,3}(?:\.\d{1,15})?"
_PAIR = rf"({_NUMBER}),\s*({_NUMBER})"
# In a link, the most exact first: the pin of a place, what was asked for, then the middle of what is shown.
_LINKS = tuple(re.compile(each, re.IGNORECASE) for each in (
    rf"!3d({_NUMBER})!4d({_NUMBER})",
    rf"[?&#]mlat=({_NUMBER})&mlon=({_NUMBER})",
    rf"[?&#](?:q|query|ll|sll|daddr|destination|coordinate|center)=(?:loc:)?\s*{_PAIR}(?![\d.])",
    rf"[?&#]lat(?:itude)?=({_NUMBER})&(?:lon|lng|longitude)=({_NUMBER})",
    rf"^geo:{_PAIR}(?![\d.])",
    rf"#(?:map=)?\d{{1,2}}(?:\.\d+)?/({_NUMBER})/({_NUMBER})",
    rf"/(?:place|search|dir)/{_PAIR}(?![\d.])",
    rf"@{_PAIR}(?![\d.])",
))  # fmt: skip
_LINK = re.compile(r"geo:|[?&#@]|\.{3}|[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9}/", re.IGNORECASE)
_ANGLES = tuple(
    rf"([NSEW]?)\s*([+-]?)\s*{parts}\s*([NSEW]?)"
    for parts in (
        r"(\d{1,3}(?:\.\d{1,15})?)\s*°?",
        r"(\d{1,3})\s*[°:\s]\s*(\d{1,2}(?:\.\d{1,15})?)\s*'?",
        r"(\d{1,3})\s*[°:\s]\s*(\d{1,2})\s*[':\s]\s*(\d{1,2}(?:\.\d{1,15})?)\s*(?:\"|'')?",
    )
)
_TYPED = tuple(re.compile(rf"\(?\s*{each}\s*[,;/\s]\s*{each}\s*\)?", re.IGNORECASE) for each in _ANGLES)
_COMMAS = re.compile(r"[^\d.]*\d{1,3},\d+[^\d.]*[;\s/][^\d.]*\d{1,3},\d+[^\d.]*")  # 30,5728 104,0668


def read_position(text: str) -> Position | None:
    """Latitude and longitude in degrees, or None where the text holds no position."""
    plain = " ".join(text[:MOST_LINK].translate(_MARKS).split())
    for words, letter in _LETTERS:
        plain = plain.replace(words, letter)
    return next((found for found in (*_linked(plain), _typed(plain)) if found is not None), None)


def _linked(text: str) -> Iterator[Position | None]:
    link = unquote_plus(text)
    if "://" not in link and not _LINK.match(link):
        return
    for form in _LINKS:
        match = form.search(link)
        if match and (match[1], match[2]) != ("0", "0"):  # geo:0,0?q=… says nothing of itself
            yield _ordered(float(match[1]), float(match[2]))


def _typed(text: str) -> Position | None:
    if len(text) > MOST_TYPED:
        return None
    if _COMMAS.fullmatch(text):
        text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    for form in _TYPED:
        match = form.fullmatch(text)
        if match:
            parts, half = match.groups(), len(match.groups()) // 2
            return _of_angles(_angle(parts[:half]), _angle(parts[half:]))
    return None


def _angle(parts: tuple[str, ...]) -> tuple[str, float] | None:
    """(letter or '', degrees) of one angle's parts; None where they are none."""
    before, sign, *numbers, behind = parts
    letter = (before or behind).upper()
    minutes = [float(each) for each in numbers[1:]]
    if (before and behind) or (sign and letter) or any(each >= 60 for each in minutes):
        return None
    degrees = float(numbers[0]) + sum(each / 60**power for power, each in enumerate(minutes, 1))
    return letter, -degrees if sign == "-" or letter in ("S", "W") else degrees


def _of_angles(first: tuple[str, float] | None, second: tuple[str, float] | None) -> Position | None:
    if first is None or second is None:
        return None
    axes = ["NS".find(each[0]) >= 0 if each[0] else None for each in (first, second)]
    if axes == [None, None]:
        return _ordered(first[1], second[1])
    if axes == [True, False]:
        return _checked(first[1], second[1])
    return _checked(second[1], first[1]) if axes == [False, True] else None


def _ordered(first: float, second: float) -> Position | None:
    return _checked(second, first) if abs(first) > 90 else _checked(first, second)


def _checked(lat: float, lon: float) -> Position | None:
    if abs(lat) > 90 or abs(lon) > 180:
        return None
    return round(lat, DECIMALS) + 0.0, round(lon, DECIMALS) + 0.0


def position_text(lat: float, lon: float) -> str:
    """The same as a field holds it: "30.57280, 104.06680"."""
    return f"{lat:.{DECIMALS}f}, {lon:.{DECIMALS}f}"


def direction_of(from_lat: float, from_lon: float, lat: float, lon: float) -> str:
    """Which of the eight `DIRECTIONS` the second point lies in, seen from the first."""
    return DIRECTIONS[round(bearing_degrees(from_lat, from_lon, lat, lon) / 45) % 8]


def moved(lat: float, lon: float, azimuth_deg: float, distance_km: float) -> Position:
    """The point so far away in a direction, degrees clockwise from north."""
    east, north, _ = WGS84.fwd(lon, lat, azimuth_deg, distance_km * 1000)
    return round(float(north), DECIMALS) + 0.0, round(float(east), DECIMALS) + 0.0


def within_reach(lat: float, lon: float, town: Place) -> bool:
    """Whether a spot is near enough to a town to be called by it."""
    return geodesic_km(lat, lon, town.lat, town.lon) <= FURTHEST_KM
