"""How an event looks: its logo, kept like evidence, and accent colours that are read well in both themes.

The colours become CSS variables of a style sheet of the event's own (`look_css`), addressed by what it holds."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from PIL import Image, UnidentifiedImageError

from accounts import NotFound, current_actor, record, require
from calculations.contrast import TEXT_RATIO, UI_RATIO, Need, best_on, check, is_colour, least_of
from calculations.event_states import refusal
from calculations.model import FieldError, InputError
from data import evidence as files
from data.store import live
from data.store import setup as rows
from data.store.engine import get_store
from events.catalogue import read_event
from events.model import Event
from events.setup_fields import Form
from events.setup_model import Logo
from events.states import hold_state, require_state

MOST_BYTES, MOST_PX, KEPT_PX = 200_000, 6000, 800
MOST_PIXELS = 16_000_000  # decoded they take four bytes each, twice over
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg"}
READ = (*FORMATS, "WEBP")  # a WebP is kept as PNG
# of assets/css/tokens.css; tests hold them together
GROUNDS = {"light": ("#fbfaf6", "#f2f0e8", "#ffffff"), "dark": ("#071512", "#0b1f1a", "#10261f")}
WORDS = {"light": ("#ffffff", "#0b1f1a"), "dark": ("#06231b", "#ffffff")}
COLOURS = ("button_light", "button_dark", "words_light", "words_dark")


def keep_look(form: Form, event: Event | None) -> dict[str, Any]:
    """Colours of buttons and of links, in the light and the dark theme; one left empty is the house's own."""
    if event is None:
        return {}
    if said := refusal(event.state, "words"):
        form.wrong("button_light", "", said)
    look = {}
    for name in COLOURS:
        colour = form.text(name).lower()
        colour = f"#{colour}" if is_colour(f"#{colour}") else colour
        if colour:
            _check_colour(form, name, colour)
            look[name] = colour
    for kind in ("button", "words"):
        for one, other in ((f"{kind}_light", f"{kind}_dark"), (f"{kind}_dark", f"{kind}_light")):
            if one in look and other not in look and (found := fitting(other, look[one])):
                look[other] = found  # a ground in ink is on light pages too: a colour of one theme needs the other's
    return {"defaults": {key: value for key, value in event.defaults.items() if key != "look"} | {"look": look}}


def needs_of(name: str) -> tuple[Need, ...]:
    """What a colour is held to: a button is seen beside the page and its words are read on it; links are read."""
    kind, theme = name.rsplit("_", 1)
    if kind == "words":
        return (Need(GROUNDS[theme], TEXT_RATIO),)
    return (Need(GROUNDS[theme], UI_RATIO), Need(WORDS[theme], TEXT_RATIO, best=True))


def _check_colour(form: Form, name: str, colour: str) -> None:
    if not is_colour(colour):
        form.wrong(name, colour, "{field}: {value} is no colour; write it as #0b7a5e.")
        return
    found = check(colour, needs_of(name))
    if not found.ok:
        message = (
            "{field}: {value} has a contrast of {ratio} : 1 where {needed} : 1 is needed;"
            " the nearest colour that passes is {nearest}."
        )
        short = min(found.ratio, found.needed - 0.01)  # never rounded up to what is needed
        form.wrong(name, colour, message, ratio=f"{short:.2f}", needed=f"{found.needed:g}", nearest=found.nearest)


def fitting(name: str, colour: str) -> str:
    """The colour where it passes, else the nearest that does: what is proposed for the other theme."""
    return check(colour, needs_of(name)).nearest if is_colour(colour) else ""


def contrasts(name: str, colour: str) -> tuple[tuple[float, float], ...]:
    """What a colour (#rrggbb) comes to and what is needed, both to 1: of a button beside the page and of its words on
    it, of a link on the page. Raises ValueError for what is no colour."""
    if not is_colour(colour):
        raise ValueError(f"{colour!r} is no colour")
    return tuple((least_of(colour, need), need.ratio) for need in needs_of(name))


def words_on(theme: str, ground: str) -> str:
    """Which of the theme's two inks is read best on a button."""
    return best_on(ground, WORDS[theme])


def set_logo(slug: str, content: bytes) -> Logo:
    """Keeps a PNG, JPEG or WebP of at most 200 KB as the event's logo: drawn anew, so that nothing but the picture is
    kept, and no larger than 800 pixels. Needs event.edit. Raises InputError, Conflict once the books are closed."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(current_actor(), "event.edit", event.event_id)
    require_state(event, "words")
    drawn, media_type, size = drawn_anew(content)
    sha256 = files.keep(drawn)
    now = datetime.now(UTC)
    values = {
        "event_id": event.event_id, "sha256": sha256, "media_type": media_type, "size_bytes": len(drawn),
        "width_px": size[0], "height_px": size[1], "actor": current_actor().label, "at": now,
    }  # fmt: skip
    with get_store().write() as conn:
        hold_state(conn, event.event_id, "words")
        rows.put_logo(conn, values)
        live.touch(conn, event.event_id)
        record(conn, event.event_id, current_actor(), "event.logo", event.slug, {"sha256": sha256})
    return Logo(sha256, media_type, len(drawn), *size)


def drop_logo(slug: str) -> None:
    """The event has no logo. Needs event.edit."""
    with get_store().write() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.edit", event.event_id)
        hold_state(conn, event.event_id, "words")
        rows.drop_logo(conn, event.event_id)
        live.touch(conn, event.event_id)
        record(conn, event.event_id, current_actor(), "event.logo", event.slug, {"sha256": ""})


def drawn_anew(content: bytes) -> tuple[bytes, str, tuple[int, int]]:
    """A picture decoded and encoded anew: its bytes, media type and size in pixels. Raises InputError."""
    if not 0 < len(content) <= MOST_BYTES:
        message = "{field}: a picture has 1 byte to {most} KB; this one has {value} bytes."
        raise InputError([FieldError("logo", len(content), message, {"most": MOST_BYTES // 1000})])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=READ) as picture:
                kind = (
                    "PNG" if picture.format in ("PNG", "WEBP") else "JPEG"
                )  # a phone's JPEG with more pictures in it is MPO
                if max(picture.size) > MOST_PX or picture.width * picture.height > MOST_PIXELS:
                    raise ValueError("too many pixels")
                picture.load()
                anew = picture.convert("RGBA" if kind == "PNG" else "RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError,
            Image.DecompressionBombWarning):  # fmt: skip
        message = "{field}: this is no PNG, JPEG or WebP that can be read, of at most {most} pixels a side."
        raise InputError([FieldError("logo", "", message, {"most": MOST_PX})]) from None
    anew.thumbnail((KEPT_PX, KEPT_PX))
    out = io.BytesIO()
    anew.save(out, kind, optimize=True)
    return out.getvalue(), FORMATS[kind], anew.size


def logo_of(conn: sa.Connection, event_id: str) -> Logo | None:
    """The event's logo, None where it has none."""
    row = rows.logo(conn, event_id)
    if row is None:
        return None
    return Logo(row["sha256"], row["media_type"], row["size_bytes"], row["width_px"], row["height_px"])


def event_logo(slug: str) -> Logo | None:
    """The same for whoever may see the event. Raises NotFound."""
    with get_store().read() as conn:
        return logo_of(conn, read_event(conn, slug=slug).event_id)


def logo_file(slug: str, sha256: str) -> tuple[str, bytes]:
    """(media type, bytes) of an event's logo, for whoever may see the event. Raises NotFound."""
    found = event_logo(slug)
    if found is None or found.sha256 != sha256:
        raise NotFound("There is no picture {value}.", value=sha256[:64])
    try:
        return found.media_type, files.read(sha256)
    except (LookupError, ValueError):
        raise NotFound("There is no picture {value}.", value=sha256[:64]) from None


def look_css(slug: str) -> str:
    """The style sheet of an event: its colours in both themes and on ink, its logo in the head of guests' pages and of
    big screens; '' where it has neither. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        return _css(event, logo_of(conn, event.event_id))


def look_href(slug: str) -> str:
    """The address of that style sheet with its fingerprint; '' where there is nothing in it. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        return look_href_of(event, logo_of(conn, event.event_id))


def look_href_of(event: Event, logo: Logo | None) -> str:
    """The same where both have been read."""
    css = _css(event, logo)
    return f"/e/{event.slug}/look.css?v={hashlib.sha256(css.encode()).hexdigest()[:16]}" if css else ""


def _css(event: Event, logo: Logo | None) -> str:
    look: Mapping[str, str] = event.defaults.get("look") or {}
    light, dark = (_variables(look, theme) for theme in ("light", "dark"))
    parts = []
    if light:
        parts.append(f"html:root{{{light}}}")
    if dark:
        parts.append(f'html:root[data-theme="dark"],html .fz-on-ink{{{dark}}}')
        parts.append(f'@media (prefers-color-scheme:dark){{html:root:not([data-theme="light"]){{{dark}}}}}')
    if logo is not None:
        parts.append(_logo_rule(event.slug, logo))
    return "".join(parts)


def _variables(look: Mapping[str, str], theme: str) -> str:
    button, words = look.get(f"button_{theme}"), look.get(f"words_{theme}")
    rules = [f"--fz-button:{button};--fz-on-button:{best_on(button, WORDS[theme])}"] if button else []
    if words:
        rules.append(f"--fz-link:{words}")
    return ";".join(rules)


def _logo_rule(slug: str, logo: Logo) -> str:
    """The logo stands on a light chip beside the house's own mark, so that it is seen on any ground."""
    width = round(28 * logo.width_px / max(1, logo.height_px))
    return (
        '.fz-header .fz-logo::after{content:"";display:inline-block;block-size:36px;'
        f"inline-size:{min(148, max(36, width + 16))}px;margin-inline-start:10px;border-radius:8px;"
        f'background:#fff url("/e/{slug}/logo/{logo.sha256}") center no-repeat;'
        "background-size:contain;background-origin:content-box;padding:4px 6px;box-sizing:border-box}"
    )
