"""What people do together, on the big screen: the wall of pledges, and thanks to sponsors and companies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

import events
from data.settings import get_settings
from locales import formats, pick, t
from offsetting import claims
from pages._parts.html_text import Raw, tag
from pages._parts.qr import qr_svg
from pages._parts.ring import mini_ring
from pages.screen._figures import counting

Snapshot = Mapping[str, Any]
PLEDGE_ROWS = 5
NAMES_SHOWN = 24
SPONSORS_A_ROW = 4
COMPANIES_A_ROW = 3
COMPANY_ROWS, COMPANY_ROWS_BELOW = 4, 2  # beside one row of sponsors, and below two
COUNT_ROOM = 4.2  # digits and marks of a count at full size
LOGO_HEIGHT = 64  # in pixels of a screen 1920 wide
WIDEST_LOGO = 230
FLOOR = {"data-fit": "0.74"}


def pledges(wall: events.WallParts) -> list[Any]:
    """The pledges that most have signed, with their counts from five on, and what one stands for."""
    known = wall.pledges["pledges"]
    heading = html.H2([t("Action proposal"), html.Small(t("what people here intend to do"))])
    if not known:
        return [heading, html.P(t("The organiser has not written any pledge yet."))]
    shown = sorted(known, key=lambda row: -(row["count"] or 0))[:PLEDGE_ROWS]
    more = len(known) - len(shown)
    least = wall.pledges["smallest_group"]
    rows = [_pledge(row, least) for row in shown]
    note = [html.P(t("and {count} more", count=formats.number(more)), className="fz-wall-note")] if more else []
    return [heading, html.Ol(rows, className="fz-wall-pledge-list"), *note]


def _pledge(row: Mapping[str, Any], least: int) -> html.Li:
    name = pick(row["names"])
    stands = t("stands for {mass} CO₂e a year, for one person", mass=formats.mass_text(row["change_g"]))
    if row["count"] is None:
        count: list[Any] = [Raw(mini_ring(0, 0, 0, size=76, theme="css"))]
        below = t("Be among the first {count}", count=least)
    else:
        number = formats.number(row["count"])
        fit = {"--fz-fit": f"{min(1.0, COUNT_ROOM / len(number)):.3f}"}
        counts = counting(f"pledge-{row['pledge_id']}", row["count"])
        count = [tag("b", number, class_="fz-num", style=fit, **counts)]
        below = t("have signed")
    words = html.Div([html.B(name, title=name, **FLOOR), html.Span(stands)])
    return html.Li([html.Div([*count, html.Span(below)], className="fz-wall-signed"), words])


def pledge_sum(wall: events.WallParts) -> list[Any]:
    """What all of it would come to and what that means, in the claim table's words, and who signed by name."""
    parts: list[Any] = []
    if wall.pledges["sum_g"]:
        told = claims.say("pledge.sum", mass=formats.mass_text(wall.pledges["sum_g"]),
                          count=formats.number(wall.pledges["signatures"]))  # fmt: skip
        parts.append(html.P(told, className="fz-wall-claim fz-wall-intent"))
    if wall.has_pledges:
        parts.append(html.P(claims.say("pledge.note"), className="fz-wall-note"))
    names = _names(wall.pledges["pledges"])
    if names:
        parts += [html.H3(t("They signed by name")), html.P(t(", ").join(names), className="fz-wall-names")]
    return parts


def _names(known: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each name once, taken from the pledges by turns."""
    lists = [row["signed_names"] for row in known]
    mixed = [names[i] for i in range(max(map(len, lists), default=0)) for names in lists if i < len(names)]
    return list(dict.fromkeys(mixed))[:NAMES_SHOWN]


def sign_code(wall: events.WallParts) -> list[Any]:
    """The code that leads to the pledges."""
    link = f"{get_settings().base_url}/e/{wall.event.slug}/pledges"
    words = html.Div(
        [
            html.B(t("Scan and sign."), **{"data-fit": "0.8"}),
            html.Span(t("One tap each, to be taken back at any time.")),
        ]
    )
    return [Raw(qr_svg(link, size=234, alt=t("Code to scan"), radius=0.05)), words]


def brand(wall: events.WallParts) -> Raw:
    """The event's own logo beside its name; nothing where it has none."""
    return picture(wall.logo, height=84, widest=300) if wall.logo else Raw("")


def picture(logo: events.Picture, height: float = LOGO_HEIGHT, widest: float = WIDEST_LOGO, alt: str = "") -> Raw:
    """A logo in a box of its own shape, with a plate below it in the theme whose ground would hide it."""
    shape = logo.width_px / max(1, logo.height_px)
    width = min(widest, height * shape)
    look = "fz-wall-logo" + ("" if logo.on_dark else " fz-plate-dark") + ("" if logo.on_light else " fz-plate-light")
    size = {"--w": f"{width:.1f}", "--h": f"{min(height, width / max(shape, 0.01)):.1f}"}
    inside = html.Img(src=logo.href, alt=alt)
    return tag("span", inside, class_=look, style=size)


def thanks(wall: events.WallParts, snapshot: Snapshot) -> list[Any]:
    """Sponsors with their logos and companies whose people have covered something; nothing where none may be named."""
    known, parts = snapshot["thanks"], []
    shown = wall.sponsors[: SPONSORS_A_ROW * (2 if known["names"] else 3)]
    if shown:
        heading = html.H2([t("Our thanks to"), _more(len(wall.sponsors) - len(shown))])
        parts += [heading, html.Ul(list(map(_sponsor, shown)), className="fz-wall-sponsors")]
    rows = COMPANY_ROWS if len(shown) <= SPONSORS_A_ROW else COMPANY_ROWS_BELOW
    names = known["names"][: rows * COMPANIES_A_ROW]
    if names:
        more = _more(known["more"] + len(known["names"]) - len(names))
        heading = html.H2([t("Our thanks to the companies whose people contributed"), more])
        items = [html.Li(pick(display), title=pick(display), **{"data-fit": "0.86"}) for display in names]
        parts += [heading, html.Ul(items, className="fz-wall-companies")]
    return parts


def _more(count: int) -> Any:
    return html.Small(t("and {count} more", count=formats.number(count))) if count else None


def _sponsor(sponsor: events.Thanked) -> html.Li:
    name = pick(dict(sponsor.names))
    if sponsor.picture is None:
        return html.Li(html.B(name, title=name, **FLOOR))
    return html.Li([picture(sponsor.picture), html.Span(name, title=name, **{"data-fit": "0.92"})])
