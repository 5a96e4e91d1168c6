"""Tables of the exchange's pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from pages._parts.pieces import head_cell


def table(words: Sequence[str], rows: Sequence[Any], right: Sequence[int], wide: bool = True) -> html.Div:
    """Rows under their heads, of which those at ``right`` are set to the right; it scrolls where it is too wide."""
    head = [head_cell(word, "fz-right" if i in right else "") for i, word in enumerate(words)]
    inside = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)],
                        className="fz-table" + (" fz-wide-table" if wide else ""))  # fmt: skip
    return html.Div(inside, className="fz-scroll", tabIndex="0")
