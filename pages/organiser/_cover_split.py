"""Who covered how much of an event: guests, companies, the organiser; extra contributions and the plan beside it."""

from __future__ import annotations

from typing import Any

from dash import html

from locales import formats as f
from locales import t
from offsetting import CoverageSplit
from pages._parts.desk import panel
from pages._parts.pieces import empty, swatch


def cover_split(split: CoverageSplit, total_g: int, open_g: int, span: int = 6) -> html.Section:
    """Rows of grams and their share of what was emitted; extra contributions and the plan stand apart: they cover
    nothing."""
    whole, unit = max(1, total_g), f.mass_unit(total_g)
    names = {"guest": t("By guests"), "company": t("By companies"), "organiser": t("By the organiser")}
    tints = enumerate(names.items(), 1)  # whose money it was; reserved and retired together
    rows = [_row(str(i), name, split.covered_g.get(key, 0), whole, unit) for i, (key, name) in tints]
    rows.append(_row("open", t("Still open"), open_g, whole, unit))
    extra = sum(split.extra_g.values())
    if extra:
        parts = [t("{who} {mass}", who=names[key], mass=f.mass_text(grams))
                 for key, grams in split.extra_g.items() if grams]  # fmt: skip
        rows.append(_row("extra", t("Extra contributions"), extra, 0, unit, t(", ").join(parts)))
    if split.planned_g:
        rows.append(_row("extra", t("On the plan, not settled"), split.planned_g, 0, unit))
    if not any(split.covered_g.values()) and not extra and not split.planned_g:
        return panel(t("Who covered what"), empty(t("Nobody has covered anything yet.")), span=span)
    table = html.Table(html.Tbody(rows), className="fz-table")
    return panel(t("Who covered what"), html.Div(table, className="fz-scroll", tabIndex="0"), span=span)


def _row(kind: str, name: str, grams: int, whole: int, unit: str, note: str = "") -> html.Tr:
    words: list[Any] = [swatch(kind), html.Span(name)]
    share = f.percent(grams / whole) if whole else "–"
    small = html.Div(note, className="fz-small") if note else None
    return html.Tr([
        html.Td([html.Span(words, className="fz-state"), small]),
        html.Td(f.mass_text(grams, unit=unit), className="fz-right"), html.Td(share, className="fz-right"),
    ])  # fmt: skip
