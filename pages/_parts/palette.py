"""The colours of assets/css/tokens.css as values, for figures that cannot read CSS variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Theme = Literal["light", "dark", "css"]
CATEGORIES = ("travel", "stay", "food", "local", "energy", "materials", "freight", "waste", "digital")
TOKENS = Path(__file__).resolve().parents[2] / "assets" / "css" / "tokens.css"
BLOCKS = {"light": ":root {", "dark": ':root[data-theme="dark"], .fz-on-ink {'}
GOLD: Mapping[str, str] = {"light": "#b98420", "dark": "#d9b452", "css": "#b98420"}  # second line of the rosette
SANS = (
    "system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','HarmonyOS Sans SC',MiSans,'Microsoft YaHei',"
    "'Noto Sans CJK SC','Noto Sans SC','Kohinoor Devanagari','Nirmala UI','Noto Sans Devanagari',sans-serif"
)


@cache
def palette(theme: Theme) -> Mapping[str, str]:
    """Colour by token name: values for light and dark, ``var(--fz-…)`` for SVG that stands inline in a page."""
    if theme == "css":
        return {name: f"var(--fz-{name})" for name in palette("light")}
    block = TOKENS.read_text(encoding="utf-8").split(BLOCKS[theme], 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--fz-([a-z0-9-]+): (#[0-9a-f]{6});", block))
