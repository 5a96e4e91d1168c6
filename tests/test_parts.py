"""The design system: tokens, figures as SVG, pieces as components and as text, style sheets within their budgets."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import brotli
import numpy as np
import pytest
from dash import html

from locales import catalogue, set_language
from pages._parts import bars, pieces, qr, ring, rose, rosette, shell, steps, styles
from pages._parts.html_text import Raw, document, render, tag
from pages._parts.icons import PATHS, icon, icon_svg, style_sheet
from pages._parts.logo import logo
from pages._parts.palette import CATEGORIES, palette
from pages._parts.svg import data_uri, hatch, svg_img, themed_svg
from tests.support.sources import msgids

ROOT = Path(__file__).resolve().parents[1]
NUMBER = "TEST-7KQ4-M2XW-9RBD-0HVE"


def parse(picture: str) -> ET.Element:
    """The picture as a tree: it must be well-formed XML to stand in a data address."""
    return ET.fromstring(picture)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("voice", ["ink", "ink-2", "ink-3", "jade-ink", "amber-ink", "sky-ink", "seal-ink"])
@pytest.mark.parametrize("ground", ["paper", "sunk", "card"])
def test_every_voice_can_be_read_on_every_ground(theme: str, voice: str, ground: str) -> None:
    colours = palette(theme)
    assert contrast(colours[voice], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["jade", "amber", "seal"])
def test_inks_can_be_read_on_their_wash_and_buttons_too(theme: str, name: str) -> None:
    colours = palette(theme)
    assert contrast(colours[f"{name}-ink"], colours[f"{name}-wash"]) >= 4.5
    assert contrast(colours["on-button"], colours["button"]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_borders_of_fields_and_categories_stand_out(theme: str) -> None:
    colours = palette(theme)
    assert contrast(colours["line-strong"], colours["card"]) >= 2.5
    assert all(contrast(colours[name], colours["paper"]) >= 3.0 for name in CATEGORIES)


def test_both_themes_name_the_same_colours_and_the_preference_agrees() -> None:
    dark = palette("dark")
    assert set(palette("light")) - set(dark) == {"ink-ground"}
    preferred = (ROOT / "assets/css/tokens.css").read_text().split("@media (prefers-color-scheme: dark)")[1]
    assert all(f"--fz-{name}: {value};" in preferred for name, value in dark.items())


@pytest.mark.parametrize("kind", styles.SHEETS)
def test_sheets_are_small_and_ask_no_other_host(kind: str) -> None:
    text = styles.style_text(kind)
    assert len(brotli.compress(text.encode())) < 12_000
    assert "http" not in text
    assert "@import" not in text
    assert text.count("{") == text.count("}")


def test_every_variable_in_use_is_a_token() -> None:
    everything = "".join(styles.style_text(kind) for kind in styles.SHEETS)
    given = set(re.findall(r"(--fz-[a-z0-9-]+):", everything))
    used = set(re.findall(r"var\((--fz-[a-z0-9-]+)", everything))
    assert used - given <= {"--fz-w", "--fz-i", "--fz-n", "--fz-fit", "--fz-link"}, "set where they are used"


def turns(picture: str, colour: str) -> float:
    """How many degrees of the ring a colour takes, gaps given back."""
    for node in parse(picture).iter("{http://www.w3.org/2000/svg}path"):
        if node.get("fill") == colour:
            numbers = [float(n) for n in re.findall(r"-?\d*\.?\d+", node.get("d", ""))]
            if "a" in node.get("d", ""):
                return 360.0
            x0, y0, _, _, _, wide, _, x1, y1 = numbers[:9]
            return _degrees(picture, x0, y0, x1, y1, bool(wide))
    return 0.0


def _degrees(picture: str, x0: float, y0: float, x1: float, y1: float, wide: bool) -> float:
    centre = float(parse(picture).get("width", "0")) / 2
    angles = [math.degrees(math.atan2(x - centre, centre - y)) % 360 for x, y in ((x0, y0), (x1, y1))]
    turn = (angles[1] - angles[0]) % 360
    assert (turn > 180) == wide
    return turn


def test_ring_shows_the_shares() -> None:
    colours = palette("light")
    picture = ring.ring(96_000_000, 41_730_000, 239_400_000, size=200, alt="57.5 % covered")
    assert turns(picture, colours["jade"]) == pytest.approx(360 * 96 / 239.4, abs=3)
    assert turns(picture, hatch("light", max(1.0, 200 / 185))[1]) == pytest.approx(360 * 41.73 / 239.4, abs=3)
    assert parse(picture).get("aria-label") == "57.5 % covered"


def test_ring_of_nothing_is_open_and_a_whole_one_closed() -> None:
    colours = palette("light")
    assert turns(ring.ring(0, 0, 0), colours["track"]) == 360
    whole = ring.ring(5, 0, 5)
    assert turns(whole, colours["jade"]) == 360
    assert colours["track"] not in whole


def test_what_is_over_stands_outside_the_ring() -> None:
    colours = palette("light")
    over = ring.ring(0, 200, 100, size=60)
    assert colours["sky"] in over
    assert colours["track"] not in over
    assert colours["sky"] not in ring.ring(0, 100, 100, size=60)


def test_logo_is_two_pieces_and_one_colour_when_asked() -> None:
    assert parse(logo()).get("viewBox") == "0 0 48 48"
    assert palette("light")["amber"] not in logo(one_colour=True)


@pytest.mark.parametrize("name", PATHS)
def test_icons_are_drawn_within_their_grid(name: str) -> None:
    picture = parse(icon_svg(name))
    assert picture.get("stroke") == "currentColor"
    starts = re.findall(r"M(-?[\d.]+) (-?[\d.]+)", PATHS[name])
    assert starts
    assert all(0 <= float(value) <= 24 for pair in starts for value in pair)


def test_rosette_follows_the_published_algorithm() -> None:
    for band, (radius, amplitude, p0, _p1, q0, q1) in zip(rosette.bands(NUMBER), rosette.BANDS, strict=True):
        assert q0 <= band.q <= q1
        assert band.p >= p0
        assert math.gcd(band.p, band.q) == 1
        points = rosette.curve(band, 1)
        assert len(points) == 420 * band.q + 1
        np.testing.assert_allclose(points[0], points[-1], atol=1e-9)
        distance = np.hypot(points[:, 0], points[:, 1])
        assert distance.max() <= radius + amplitude + 1e-9
        assert distance.min() >= radius - amplitude - 1e-9


def test_rosette_is_the_numbers_own_and_always_the_same() -> None:
    first, again, other = (rosette.rosette(n) for n in (NUMBER, NUMBER, NUMBER[:-1] + "F"))
    assert first == again != other
    assert parse(first).get("aria-hidden") == "true"
    assert len(re.findall(r"\.\d\d", " ".join(rosette.curve_paths(NUMBER)))) == 0, "rounded to .1"


def test_rosette_path_ends_where_it_began() -> None:
    path = rosette.curve_paths(NUMBER, 450)[0]
    x0, y0 = (float(n) for n in re.match(r"M([\d.]+) ([\d.]+)l", path).groups())  # type: ignore[union-attr]
    steps_ = [float(n) for n in re.findall(r"-?(?:\d+\.\d|\.\d|\d+)", path.split("l", 1)[1])]
    band = rosette.bands(NUMBER)[0]
    assert len(steps_) == 2 * (420 * band.q - 1)
    last = rosette.curve(band, 0)[-2]
    assert x0 + sum(steps_[::2]) == pytest.approx((last[0] + 1) * 225, abs=0.06)
    assert y0 + sum(steps_[1::2]) == pytest.approx((last[1] + 1) * 225, abs=0.06)


def test_rosette_is_hatched_until_it_is_retired() -> None:
    assert "<pattern" in rosette.rosette(NUMBER)
    retired = rosette.rosette(NUMBER, state="retired", percent="100", word="retired")
    assert "<pattern" not in retired
    assert palette("light")["jade"] in retired
    assert palette("light")["jade"] not in rosette.rosette(NUMBER, state="revoked")


def test_qr_path_is_the_codes_modules() -> None:
    text = f"https://zero.example/verify/{NUMBER}"
    modules = qr.matrix(text)
    picture = qr.qr_svg(text, alt="Code of the certificate")
    path = parse(picture).findall("{http://www.w3.org/2000/svg}path")[0].get("d", "")
    dark = sum(int(width) for width in re.findall(r"h(\d+)v1", path))
    assert dark == sum(map(sum, modules))
    assert parse(picture).get("viewBox") == f"0 0 {len(modules) + 8} {len(modules) + 8}"


ROWS = [
    bars.BarRow("travel", "Travel & co", 168_420_000, 135_000_000, 209_000_000),
    bars.BarRow("waste", "Waste", 940_000),
]


def test_category_bars_keep_one_unit_and_their_order() -> None:
    words = [node.text for node in parse(bars.category_bars(ROWS, language="en")).iter() if node.text]
    assert words == ["Travel & co", "168.42", "135–209", "Waste", "0.94"]
    assert "Travel & co 168.42 t; Waste 0.94 t" in parse(bars.category_bars(ROWS, language="en")).get("aria-label", "")


def test_bars_do_without_rows() -> None:
    parse(bars.category_bars([], language="en"))


def test_range_scale_marks_other_rows_as_hollow_circles() -> None:
    picture = parse(bars.range_scale(290_000, 339_800, 405_000, [231_000, 392_000, 714_000], language="en"))
    assert len(picture.findall("{http://www.w3.org/2000/svg}circle")) == 3


ORIGINS = [
    rose.Origin("Beijing", 42, 1516, 84),
    rose.Origin("Wuhan", 88, 980, 11, rail=True),
    rose.Origin("Kunming", 191, 640, 9),
    rose.Origin("Hiddenham", 10, 500, 4),
]


def test_rose_draws_no_group_under_five() -> None:
    shown, hidden = rose.shown_origins(ORIGINS)
    assert (len(shown), hidden) == (3, 4)
    picture = rose.rose(ORIGINS, language="en")
    assert "Hiddenham" not in picture
    assert "Beijing" in picture
    parse(picture)


def test_rose_reaches_further_for_far_guests() -> None:
    picture = rose.rose([rose.Origin("Boston", 60, 5800, 120)], language="en")
    assert "10,000 km" in picture
    assert "2,000 km" in rose.rose(ORIGINS, language="en")


WESTERN = [
    rose.Origin(name, azimuth, km, guests)
    for name, azimuth, km, guests in (
        ("Lhasa", 268, 1250, 9), ("Delhi", 271, 2600, 14), ("Mumbai", 258, 3500, 6), ("Paris", 316, 8300, 8),
        ("London", 320, 8300, 6), ("Berlin", 317, 7300, 5), ("Istanbul", 300, 6600, 5), ("Moscow", 322, 5600, 7),
    )
]  # fmt: skip


def _boxes_of(picture: str) -> list[tuple[str, rose.Box]]:
    """The labels of a rose by what they say, with the near room that each takes."""
    labels = [node for node in parse(picture).iter("{http://www.w3.org/2000/svg}text") if len(node)]
    found = []
    for node in labels:
        words = " ".join(node.itertext())
        at = (float(node.get("x", "")), float(node.get("y", "")))
        found.append((words, rose._box(*at, words, node.get("text-anchor", ""), float(node.get("font-size", "")))))
    return found


def test_names_in_the_west_never_touch() -> None:
    """Beside their dots those that have room are named; in a column of their own all are, north to south."""
    alone, crowd = WESTERN[:1], [*WESTERN, *ORIGINS]
    assert rose.has_room([*alone, *ORIGINS], 9, rose.FIT)
    assert not rose.has_room(crowd, 9, rose.FIT)
    columns = rose.Fit(west_room=118.0)
    for fit, least in ((rose.FIT, 4), (columns, 9)):
        boxes = _boxes_of(rose.rose(crowd, language="en", fit=fit))
        assert len(boxes) >= least
        for i, (_, box) in enumerate(boxes):
            assert box[0] >= 0 and box[1] >= 0 and box[3] <= rose.HEIGHT
            assert rose._is_free(box, [other for _, other in boxes[i + 1 :]])
    named = [words for words, box in boxes if box[2] < columns.x0 - rose.REACH]
    assert len(named) == 7 and named[0].startswith("London") and named[-1].startswith("Kunming")


def test_steps_rise_at_once_and_tell_the_last_figures() -> None:
    moments = [
        steps.Moment(0, 100_000_000, 90_000_000, 120_000_000, 0, 20_000_000),
        steps.Moment(3600, 200_000_000, 180_000_000, 240_000_000, 50_000_000, 10_000_000),
    ]
    words = steps.StepWords("Emitted", "Retired", "Reserved")
    picture = steps.steps(moments, words, [(0, "08:00")], language="en")
    parse(picture)
    assert "200.00\u202ft" in picture
    assert steps._stairs([0, 1], [5, 3]) == [(0, 5), (1, 5), (1, 3)]
    parse(steps.steps([], words, []))


def test_names_beside_lines_never_touch() -> None:
    heights = steps._spread([100, 101, 102], 34, 12, 160)
    assert all(b - a >= 34 for a, b in pairwise(heights))
    assert heights[-1] <= 160


def test_pictures_in_dash_are_data_addresses_and_themed_twice() -> None:
    assert svg_img(logo(), "Forum Zero").src == data_uri(logo())
    both = themed_svg(logo)
    assert [image.className for image in both.children] == ["fz-light-only", "fz-dark-only"]
    assert len(themed_svg(logo, on_ink=True).children) == 1


def test_text_is_escaped_and_raw_is_not() -> None:
    node = html.Div(["<b>", Raw("<i></i>"), None, html.A("x", href='"&', **{"aria-label": "y"})], className="k")
    assert render(node) == '<div class="k">&lt;b&gt;<i></i><a href="&quot;&amp;" aria-label="y">x</a></div>'
    assert tag("input", name="q", value="<", required=True) == '<input name="q" value="&lt;" required>'
    assert render(html.Div(icon("plane"), style={"marginTop": "1px"})).startswith('<div style="margin-top:1px">')


def test_document_is_a_whole_page_without_script() -> None:
    page = document("Zero & co", html.P("hall"), language="zh", css="p{margin:0}")
    assert page.startswith('<!doctype html><html lang="zh-Hans">')
    assert "Zero &amp; co" in page
    assert "<script" not in page


def _rendered() -> str:
    parts = [
        shell.guest_shell(
            [pieces.category_strip({"travel": 339_782, "local": 7_100}), pieces.empty("Be among the first five.")],
            "c21",
            "pay",
            hrefs={"footprint": "/e/c21/footprint"},
            bar=shell.total_bar(pieces.mass_number(453_856, 1)),
        ),
        shell.desk_shell(
            pieces.kpi("retired", "Retired", "96.00", "t", "40.1 %", "k"),
            [shell.NavItem("event", "Event", "/desk/e/c21", "event", "This event")], "event", "Someone",
            notice_kind="test", title="Forum",
        ),
        pieces.state_chip("retired", "3 Oct"), pieces.state_chip("reserved"), pieces.state_chip("revoked"),
        pieces.split_bar([pieces.SplitPart("Owner", 8400, "¥17.17"), pieces.SplitPart("Exchange", 1600, "¥3.26")]),
        pieces.split_bar([pieces.SplitPart("Owner", 8400), pieces.SplitPart("Exchange", 1600)]),
        pieces.board_row("7=", "Magpie", retired_share=0, reserved_share=1, norm_percent=98, mode="rail", me=True),
        pieces.equation([("3,112.70", "km"), ("0.10916", "kg a km"), ("339.782", "kg")]),
        pieces.table(["Event", "t"], [["A", "1.00"]], ["All", "1.00"]), pieces.facts([("Source", "x")]),
        pieces.timeline([("Paid", "now", True)]), pieces.sheet("How", "x", "close"), pieces.loading(),
        pieces.filter_bar(["Show", html.B("t")]), pieces.range_text(1, 2), pieces.stale_note("16:40"),
        pieces.field_error("Wrong", "e"),
    ]  # fmt: skip
    return render(parts)


def test_pieces_render_and_use_known_classes_alone() -> None:
    text = _rendered()
    used = {name for group in re.findall(r'class="([^"]*)"', text) for name in group.split() if name.startswith("fz-")}
    sheets = [*(styles.style_text(kind) for kind in styles.SHEETS), style_sheet()]
    known = set(re.findall(r"\.(fz-[a-z0-9_-]+)", "".join(sheets)))
    plain = {"fz-step", "fz-figure", "fz-swatch", "fz-state", "fz-split", "fz-ring-box"}
    assert used - known - plain == set()


def test_pieces_speak_chinese() -> None:
    set_language("zh")
    try:
        text = _rendered()
    finally:
        set_language("en")
    assert "算碳" in text
    assert "已预留，尚未注销" in text
    assert "Reserved" not in text


def test_strip_numbers_add_up() -> None:
    text = render(pieces.category_strip({"travel": 339_749, "stay": 107_049, "local": 7_102}))
    assert sum(float(n) for n in re.findall(r"(\d+\.\d)</span>", text)) == pytest.approx(453.9)


def test_every_sentence_of_the_parts_has_its_chinese() -> None:
    words = catalogue("zh")
    for path in (ROOT / "pages/_parts").glob("*.py"):
        for sentence, line in msgids(path):
            assert sentence in words, f"{path.name}:{line}: {sentence}"


def test_plotly_templates_take_the_tokens() -> None:
    from pages._parts.plotly_templates import template

    built = template("dark")
    assert built.layout.colorway[0] == palette("dark")["travel"]
    assert built.layout.showlegend is False


def test_the_sheet_of_icons_is_what_the_icons_draw() -> None:
    sheet = ROOT / "assets/css/icons.css"
    assert sheet.read_text(encoding="utf-8") == style_sheet()
    assert icon("plane").className == "fz-icon fz-i-plane" and not hasattr(icon("plane"), "style")
