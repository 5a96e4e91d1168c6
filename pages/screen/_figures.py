"""The parts of the big screen over plain snapshot data, each a piece of HTML that the stream may send again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import html

from locales import formats, pick, t
from pages._parts.html_text import Raw, tag
from pages._parts.pieces import category_name, swatch
from pages._parts.ring import mini_ring
from pages._parts.rose import (
    EDGE,
    FIT,
    LEADER,
    Fit,
    Origin,
    em_width,
    has_room,
    is_west,
    label_words,
    rose,
    rose_sentence,
)
from pages._parts.svg import element, hatch

TOP_CATEGORIES = 4
ROOM = 5.1  # digits and marks of a figure at full size; a longer one is drawn smaller
LEAST_PX = 22.0  # the least size of words, on a screen 1920 wide
HALL_ROSE_PX, HALL_LABELS, LABEL_PITCH = 490.0, 7, 1.24
LABEL_SPACE, MOST_SHARE = 14.0, 0.56  # pixels between the name and its number; the most of a rose that labels take
WHOLE_TONNES_G = 10_000_000_000  # from here on a range has no decimals
Snapshot = Mapping[str, Any]


def ring_shares(snapshot: Snapshot) -> dict[str, float]:
    """Shares of the ring in per cent of what was emitted: retired, reserved, and extra on its own arc."""
    emitted, covered = snapshot["emitted"]["total"] or 0, snapshot["covered"]
    if not emitted:
        return {"retired": 0.0, "reserved": 0.0, "extra": 0.0}
    retired = min(100.0, 100 * (covered["retired"] or 0) / emitted)
    reserved = min(100.0 - retired, 100 * (covered["reserved"] or 0) / emitted)
    return {"retired": retired, "reserved": reserved, "extra": min(100.0, 100 * (snapshot["extra"] or 0) / emitted)}


def ring_picture(shares: Mapping[str, float]) -> Raw:
    """The ring as strokes whose dashes the page moves, so that it grows from its old end."""
    definition, fill = hatch("css", 3.4 * 100 / 630)
    look = {"cx": "50", "cy": "50", "fill": "none", "pathLength": "100"}
    parts = [
        element("circle", r="40.1", stroke="var(--fz-track)", stroke_width="17", **look),
        _arc("retired", shares["retired"], 0, "var(--fz-jade)", look),
        _arc("reserved", shares["reserved"], shares["retired"], fill, look),
        element(
            "circle", r="49.4", stroke="var(--fz-sky)", stroke_width="1.2", data_arc="extra",
            stroke_dasharray=f"{shares['extra']:.3f} 200", transform="rotate(-90 50 50)", **look,
        ),
    ]  # fmt: skip
    body = definition + "".join(parts)
    return Raw(element("svg", body, viewBox="-1 -1 102 102", aria_hidden="true", focusable="false"))


def _arc(name: str, share: float, start: float, stroke: str, look: Mapping[str, str]) -> str:
    return element(
        "circle", r="40.1", stroke=stroke, stroke_width="17", data_arc=name, stroke_dasharray=f"{share:.3f} 200",
        stroke_dashoffset=f"{-start:.3f}", transform="rotate(-90 50 50)", **look,
    )  # fmt: skip


def closed_ring() -> str:
    """A thin ring that draws itself to a close, behind a milestone."""
    look = {"cx": "50", "cy": "50", "r": "47", "fill": "none", "pathLength": "100", "stroke_width": "1.6"}
    track = element("circle", stroke="var(--fz-track)", **look)
    drawn = element("circle", stroke="var(--fz-jade)", cls="fz-wall-drawn", transform="rotate(-90 50 50)", **look)
    return element("svg", track + drawn, viewBox="0 0 100 100", aria_hidden="true", focusable="false")


def share_words(snapshot: Snapshot, over: bool = False) -> Raw:
    """The number in the ring, or that it is too early for one; ``over``: at a closing nobody is asked any more."""
    if snapshot["share_bp"] is None:
        least = snapshot["smallest_group"]
        few = t("Fewer than {count} people have counted", count=least)
        words = few if over else t("Be among the first {count}", count=least)
        return tag("div", tag("p", words), class_="fz-ring-words")
    shown = formats.percent_number(snapshot["share_bp"] / 10_000)
    counts = counting("share", snapshot["share_bp"], 100, 1)
    number = tag("span", shown, tag("small", "\u202f%"), class_="fz-num", **counts)
    return tag("div", number, tag("p", t("of emissions covered")), class_="fz-ring-words")


def counting(name: str, value: int | None, per: int = 1, decimals: int = 0) -> dict[str, Any]:
    """What lets a number count on from where it was, in whatever unit or language it stood there: its value, how much
    of it is one of what is shown, and the decimals of that."""
    known = None if value is None else str(value)
    return {"data_count": name, "data_value": known, "data_per": str(per), "data_decimals": str(decimals)}


def kpis(snapshot: Snapshot) -> Raw:
    """Emitted, retired, reserved, still open: one unit, so that they can be compared."""
    emitted, covered = snapshot["emitted"], snapshot["covered"]
    unit = formats.mass_unit(emitted["total"] or 0)
    low, high = emitted["low"], emitted["high"]
    decimals = 1 if high is None or high < WHOLE_TONNES_G else 0
    span = f"{formats.mass_range(low, high, unit=unit, decimals=decimals)}\u202f{unit}" if low is not None else ""
    rows = (
        ("emitted", t("Emitted"), emitted["total"], span),
        ("retired", t("Retired"), covered["retired"], _share(covered["retired"], emitted["total"])),
        ("reserved", t("Reserved"), covered["reserved"], _share(covered["reserved"], emitted["total"])),
        ("open", t("Still open"), snapshot["residual"], _share(snapshot["residual"], emitted["total"])),
    )
    numbers = [formats.mass(row[2], unit=unit)[0] if row[2] is not None else "–" for row in rows]
    fit = min(1.0, ROOM / max(map(_digits, numbers)))
    made = zip(rows, numbers, strict=True)
    return Raw("".join(_kpi(row, (number, unit), fit) for row, number in made))


def _digits(number: str) -> float:
    """How much room a number takes, in digits."""
    return sum(1.0 if mark.isdigit() else 0.45 for mark in number)


def _share(part: int | None, whole: int | None) -> str:
    return formats.percent(part / whole) if part is not None and whole else ""


def _kpi(row: tuple[str, str, int | None, str], figure: tuple[str, str], fit: float) -> Raw:
    (kind, name, grams, note), (number, unit) = row, figure
    counts = counting(kind, grams, formats.GRAMS_PER[unit], formats.DECIMALS[unit])
    small = tag("small", "\u202f" + unit) if number != "–" else None
    value = tag("span", number, small, class_="fz-num", style={"--fz-fit": f"{fit:.3f}"}, **counts)
    below = tag("p", note or Raw("&nbsp;"), data_fit="0.86")
    return tag("div", tag("p", swatch(kind), name), value, below, class_=f"fz-wall-kpi fz-wall-kpi-{kind}")


def categories(snapshot: Snapshot) -> Raw:
    """The largest categories and the rest as one, in tonnes or kilograms; moves once five more have come."""
    rows = sorted(snapshot["by_category"], key=lambda row: -row["total_g"])
    rows = [row for row in rows if row["total_g"] > 0]
    if not rows:
        words = t("Categories are shown once {count} people have come.", count=snapshot["smallest_group"])
        return tag("div", html.H2(t("What we emit")), tag("p", words, class_="fz-wall-wait"))
    top, rest = rows[:TOP_CATEGORIES], rows[TOP_CATEGORIES:]
    if len(rest) == 1:
        top, rest = rows, []
    values = [row["total_g"] for row in top] + ([sum(row["total_g"] for row in rest)] if rest else [])
    numbers, unit = formats.mass_parts(values)
    names = [category_name(row["category"]) for row in top] + [t("Other {count}", count=len(rest))] * bool(rest)
    kinds = [row["category"] for row in top] + ["emitted"] * bool(rest)
    largest = max(values)
    items = [
        html.Li(
            [
                html.Span(name, title=name, **{"data-fit": "0.79"}),
                html.Span([html.I(className=f"fz-swatch-{kind}", style={"--fz-n": f"{value / largest:.4f}"}), number]),
            ]
        )
        for name, kind, number, value in zip(names, kinds, numbers, values, strict=True)
    ]
    words = t("tonnes CO₂e") if unit == "t" else t("{unit} CO₂e", unit=unit)
    return tag("div", html.H2([t("What we emit"), html.Small(words)]), html.Ul(items, className="fz-wall-bars"))


def origins(snapshot: Snapshot) -> Raw:
    """The compass rose of places with five guests and more, beside how many are local; an open one until there are."""
    known, places = snapshot["origins"], places_of(snapshot)
    picture = rose_picture(places, HALL_LABELS, HALL_ROSE_PX, LEAST_PX)
    local = formats.number(known["local"]) if known["local"] else ""
    title = html.H2([t("Where we came from"), html.Small(t("{count} are local", count=local) if local else "")])
    least = t("Places are shown once {count} guests have come from one.", count=snapshot["smallest_group"])
    wait = [] if places else [tag("p", least, class_="fz-wall-wait")]
    return tag("div", title, *wait, picture, class_="fz-wall-rose" + ("" if places else " fz-wall-rose-open"))


def places_of(snapshot: Snapshot) -> list[Origin]:
    """The places of a snapshot as the rose takes them."""
    return [
        Origin(pick(p["names"]), p["azimuth"], p["distance_km"], p["people"], p["mostly"] == "rail")
        for p in snapshot["origins"]["places"]
    ]


def rose_picture(places: Sequence[Origin], labels: int, width_px: float, text_px: float, scale: float = 1.0) -> Raw:
    """The rose for so wide a place on a screen 1920 wide, its words ``text_px`` high; an open one without places."""
    fit = fit_of(places, labels, width_px, text_px)
    alt = rose_sentence(places) if places else t("No place with five guests yet")
    compass = (t("N"), t("E"), t("S"), t("W"))
    picture = rose(places, theme="css", scale=scale, compass=compass, labels=labels, alt=alt, fit=fit)
    return tag("div", Raw(picture), style={"--k": f"{fit.width / width_px:.4f}"})


def fit_of(places: Sequence[Origin], labels: int, width_px: float, text_px: float) -> Fit:
    """The room that the labels of a rose need when it is drawn so wide: a column in the east; one in the west too where
    they would touch each other beside their dots, as far as both leave room for the rings. The widths of words are near
    ones; what does not fit even so is cut on the screen."""
    named = sorted(places, key=lambda place: -place.guests)[:labels]
    west, east = (
        max([text_px * em_width(label_words(p)) + LABEL_SPACE for p in named if is_west(p) == side], default=0.0)
        for side in (True, False)
    )
    one = _fitted(0.0, max(east, west / 2), width_px, text_px)
    if has_room(places, labels, one) or west + east > MOST_SHARE * width_px:
        return one
    return _fitted(west, east, width_px, text_px)


def _fitted(west_px: float, east_px: float, width_px: float, text_px: float) -> Fit:
    """Columns of so many pixels each in units of the picture, which is as many units wide as leave room for them."""
    east_px = min(east_px, MOST_SHARE * width_px)
    alone = FIT.width - FIT.room + (LEADER - EDGE if west_px else 0.0)
    units = max(FIT.width, alone * width_px / (width_px - west_px - east_px)) / width_px
    west = west_px * units
    room = max(EDGE - LEADER, units * width_px - alone - west)
    return Fit(room, west, LABEL_PITCH * text_px * units, text_px * units)


def boards(snapshot: Snapshot, shorts: Mapping[str, Mapping[str, str]]) -> Raw:
    """The boards that take turns: sub-forums, companies, people, by share covered. ``shorts`` are short names by id."""
    sessions = sessions_by_share(snapshot)
    known = snapshot["boards"]
    shown = [
        _board(t("Sub-forums by share covered"), [_session_entry(row, shorts) for row in sessions[:3]]),
        _board(t("Companies by share covered"), [_entry(row) for row in known["companies"][:3]]),
        _board(t("People by share covered"), [_entry(row) for row in known["people"][:3]]),
    ]
    shown = [board for board in shown if board]
    return Raw("".join(shown)) if shown else tag("div", t("Be among the first five on the boards"), data_turn=True)


def sessions_by_share(snapshot: Snapshot) -> list[Mapping[str, Any]]:
    """Sub-forums that may be shown, the largest share covered first."""
    kinds = ("main", "parallel", "other")
    shown = [row for row in snapshot["by_session"] if row["emitted_g"] and row["kind"] in kinds]
    return sorted(shown, key=lambda row: -row["share_bp"])


def _board(title: str, entries: list[Raw]) -> str:
    return tag("div", html.H2(title), *entries, class_="fz-wall-turn", data_turn=True) if entries else ""


def _session_entry(row: Mapping[str, Any], shorts: Mapping[str, Mapping[str, str]]) -> Raw:
    picture = mini_ring(row["retired_g"], row["reserved_g"], row["emitted_g"], size=46, theme="css")
    return _named(picture, pick(shorts.get(row["id"], row["names"])), row["share_bp"])


def _entry(row: Mapping[str, Any]) -> Raw:
    retired, reserved = row["retired_bp"], row["share_bp"] - row["retired_bp"]
    return _named(mini_ring(retired, reserved, 10_000, size=46, theme="css"), pick(row["display"]), row["share_bp"])


def _named(picture: str, name: str, share_bp: int) -> Raw:
    share = html.B([formats.percent_number(share_bp / 10_000), html.Small("\u202f%")])
    return tag("div", Raw(picture), html.Span(name, title=name, **{"data-fit": "0.92"}), share)


def ticker(snapshot: Snapshot, zone: str) -> Raw:
    """What happened last, without grams, route or company."""
    words = {
        "footprint": t("A guest counted a trip"),
        "paid": t("A guest joined the ring"),
        "retired": t("A certificate turned to retired"),
        "milestone": "",
    }
    entries = [
        tag("span", formats.time_text(datetime.fromisoformat(row["at"]), zone), " ", words[row["kind"]] or _passed(row))
        for row in snapshot["ticker"]
        if row["kind"] in words
    ]
    return Raw("".join(entries[:3])) if entries else tag("span", t("Scan the code and be the first"))


def _passed(row: Mapping[str, Any]) -> str:
    count = row["params"].get("certificates", 0)
    return t("The forum passed {count} certificates", count=formats.number(count))
