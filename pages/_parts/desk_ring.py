"""The ring of a desk's panel: of an event, or of a company at one."""

from __future__ import annotations

from typing import Any

from dash import html

from locales import formats as f
from locales import t
from pages._parts.ring import ring
from pages._parts.svg import themed_svg


def covered_ring(retired_g: int, reserved_g: int, total_g: int, extra_g: int, covered_bp: int) -> html.Span:
    """The ring with its share (basis points) in the middle, and the same in words for those who can't see it."""
    share = covered_bp / 10_000

    def draw(theme: Any) -> str:
        return ring(
            retired_g, reserved_g, total_g, extra_g, size=196, theme=theme, number=f.percent_number(share), unit="%",
            caption=t("covered"),
        )  # fmt: skip

    said = t(
        "{share} covered: {retired} retired, {reserved} reserved",
        share=f.percent(share),
        retired=f.mass_text(retired_g),
        reserved=f.mass_text(reserved_g),
    )
    return themed_svg(draw, said, "fz-figure-own")
