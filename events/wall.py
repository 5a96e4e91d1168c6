"""What a big screen shows beside the live snapshot: the event's own look, its wall of pledges and whom it thanks.

It is read once for each frame, never for each screen: every change of it raises the event's live version.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image

from accounts import SYSTEM
from data import evidence as files
from data.store import forum as rows
from data.store.engine import get_store
from events.catalogue import read_event
from events.model import Event, Names
from events.pledges import read_pledge_board
from events.setup_look import logo_of, look_href_of
from events.setup_model import Logo

LIGHT_GROUND, DARK_GROUND = 0.91, 0.007  # relative luminance of `paper` in the two themes
LEAST_CONTRAST, MOST_UNSEEN = 2.0, 0.15
SAMPLE_PX = 96


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo as it is served: ``on_dark`` and ``on_light`` say whether it is seen there without a plate below it."""

    href: str
    width_px: int
    height_px: int
    on_dark: bool
    on_light: bool


@dataclass(frozen=True, slots=True)
class Thanked:
    """A sponsor as thanked on a screen; ``picture`` None where there is no logo."""

    names: Names
    kind: str
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class WallParts:
    """``look`` is the address of the event's style sheet, '' where it has the house's look; ``pledges`` is
    `pledge_board`'s."""

    event: Event
    logo: Picture | None
    look: str
    pledges: Mapping[str, Any]
    sponsors: tuple[Thanked, ...]

    @property
    def has_pledges(self) -> bool:
        """Whether there is a wall of pledges to be shown."""
        return bool(self.pledges["pledges"])


def wall_parts(event_id: str) -> WallParts:
    """What stands on an event's screens beside the snapshot, for who has asked who looks: of drafts too. Raises
    NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, event_id=event_id, actor=SYSTEM)
        logo = logo_of(conn, event_id)
        sponsors = tuple(_thanked(event, row) for row in rows.sponsors(conn, event_id))
        pledges = read_pledge_board(conn, event)
    return WallParts(event, _own(event, logo), look_href_of(event, logo), pledges, sponsors)


def _own(event: Event, logo: Logo | None) -> Picture | None:
    return _picture(f"/e/{event.slug}/logo/", logo.sha256, logo.width_px, logo.height_px) if logo else None


def _thanked(event: Event, row: Mapping[Any, Any]) -> Thanked:
    picture = None
    if row["sha256"]:
        picture = _picture(f"/e/{event.slug}/thanks/", row["sha256"], row["width_px"], row["height_px"])
    return Thanked(row["names"], row["kind"], picture)


def _picture(folder: str, sha256: str, width_px: int, height_px: int) -> Picture:
    return Picture(folder + sha256, width_px, height_px, *seen_on(sha256))


@lru_cache(maxsize=512)  # a picture is known by what is in it
def seen_on(sha256: str) -> tuple[bool, bool]:
    """Whether a kept picture is seen on the dark and on the light ground: nearly all of what is not transparent stands
    out from it. One that can't be read is taken to need a plate on both."""
    try:
        with Image.open(io.BytesIO(files.read(sha256))) as picture:
            return seen(picture)
    except (LookupError, ValueError, OSError):
        return False, False


def seen(picture: Image.Image) -> tuple[bool, bool]:
    """The same of an open picture; one that fills its frame brings its own ground."""
    small = picture.convert("RGBA")
    small.thumbnail((SAMPLE_PX, SAMPLE_PX))
    pixels = [small.getpixel((x, y)) for x in range(small.width) for y in range(small.height)]
    drawn = [_luminance(pixel) for pixel in pixels if isinstance(pixel, tuple) and pixel[3] > 127]
    if len(drawn) > 0.97 * len(pixels):
        return True, True
    return _stands_out(drawn, DARK_GROUND), _stands_out(drawn, LIGHT_GROUND)


def _luminance(pixel: tuple[int, ...]) -> float:
    red, green, blue = (float((c / 255) ** 2.2) for c in pixel[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _stands_out(drawn: list[float], ground: float) -> bool:
    unseen = sum((max(one, ground) + 0.05) / (min(one, ground) + 0.05) < LEAST_CONTRAST for one in drawn)
    return unseen <= MOST_UNSEEN * max(1, len(drawn))
