"""Pools: what is sold by project and vintage and waits for its retirement, and the instructions to registries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

import offsetting
from accounts import current_actor, may
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, frame, panel
from pages._parts.icons import icon
from pages._parts.pieces import empty, facts, swatch, table
from pages.exchange._words import deadline_text, names_of, state_mark
from pages.registry import page

page(
    "/desk/exchange/pools",
    kind="desk",
    title="Retirement",
    permission="credits.view",
    scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/retire.css"),
)


def layout(**_: Any) -> html.Div:
    """Pools with grams waiting, then instructions."""
    found = [pool for pool in offsetting.pools() if pool.sold_g]
    listed = offsetting.instructions()
    body: list[Any] = [html.Div([_pool(pool) for pool in found], className="fz-grid")]
    if not found:
        body = [html.Div(empty(t("Nothing waits: all that is sold is retired.")), className="fz-card")]
    body.append(html.Div(_instructions(listed), className="fz-grid mt-3"))
    notice = {"notice_kind": "tests"} if any(not p.livemode for p in found) else {}
    back = html.A([icon("back"), html.Span(t("Exchange"))], href="/desk/exchange", className="fz-link")
    subtitle = t("What is sold is retired in whole credits, within twelve months of its event.")
    return frame(body, "exchange", t("Retirement"), subtitle=subtitle, actions=[back], **notice)


def _pool(pool: offsetting.Pool) -> html.Section:
    title = f"{pick(dict(pool.project_names))} · {pool.vintage}"
    kind = t("live") if pool.livemode else t("test")
    known = facts(
        [
            (t("Sold, to be retired"), f.mass_text(pool.sold_g, unit="t")),
            (t("Whole credits ready"), f.number(pool.ready_count)),
            (t("In open instructions"), t("{count} credits", count=f.number(pool.instructed_count))),
            (t("Carried over"), _carried(pool)),
            (t("Oldest payment waiting"), f.date_text(pool.oldest_at.date()) if pool.oldest_at else "–"),
            (t("To be retired by"), deadline_text(pool.retire_by, pool.days_left)),
        ]
    )
    aside = t("registry {registry} · {kind}", registry=pool.registry, kind=kind)
    act = None
    if may(current_actor(), "retire") and (pool.ready_count or pool.begun_count):
        act = button_link(
            t("Draft an instruction"), f"/desk/exchange/pools/{pool.key}", "seal", "fz-button-main fz-button-small"
        )
    several = sum(row.sold_g > 0 for row in pool.rows) > 1
    return panel(title, [_fill(pool), known, _by_event(pool) if several else None, act], aside, span=6)


def _carried(pool: offsetting.Pool) -> str:
    if not pool.remainder_g:
        return t("nothing")
    return t("{mass}, until its credits are sold out", mass=f.mass_text(pool.remainder_g))


def _fill(pool: offsetting.Pool) -> html.Div:
    """In instructions, ready and carried over, as one bar of what is sold."""
    ready_g = sum(row.ready_count for row in pool.rows) * 1_000_000
    parts = (
        ("fz-cover-instructed", max(0, pool.sold_g - ready_g - pool.remainder_g)),
        ("fz-cover-reserved", ready_g),
        ("", pool.remainder_g),
    )
    bars = [
        html.I(className=look, style={"--fz-w": f"{100 * g / pool.sold_g:.2f}%"})
        for look, g in parts
        if g > 0
    ]  # fmt: skip
    key = [
        html.Span([swatch("extra"), t("in instructions")]),
        html.Span([swatch("reserved"), t("ready")]),
        html.Span([swatch("open"), t("carried over")]),
    ]
    bar = html.Span(bars, className="fz-cover fz-cover-whole fz-pool-bar", **{"aria-hidden": "true"})
    return html.Div([bar, html.Div(key, className="fz-legend")])


def _by_event(pool: offsetting.Pool) -> html.Div:
    rows = [
        [
            pick(dict(row.event_names)), *f.mass_parts([row.sold_g, row.remainder_g], unit="t")[0],
            f.number(row.ready_count), f.date_text(row.retire_by.date(), style="short") if row.retire_by else "–",
        ]
        for row in pool.rows if row.sold_g
    ]  # fmt: skip
    return table([t("Event"), t("Sold (t)"), t("Carried (t)"), t("Ready"), t("By")], rows)


def _instructions(found: Sequence[offsetting.Instruction]) -> html.Section:
    title = t("Instructions to registries")
    if not found:
        return panel(title, empty(t("None yet. Draft one from a pool with whole credits that are ready.")))
    rows = [
        [
            html.A(one.number, href=f"/desk/exchange/instructions/{one.number}", className="fz-mono fz-number"),
            html.Span([html.B(f"{pick(dict(one.project_names))} · {one.vintage}"), html.Br(),
                       html.Span(names_of(one), className="fz-note")]),
            state_mark(one.state), f.number(one.credit_count), f.date_text(one.drafted_at.date(), style="short"),
        ]
        for one in found
    ]  # fmt: skip
    head = [t("Number"), t("Project and events"), t("State"), t("Credits"), t("Drafted")]
    return panel(title, table(head, rows, text_columns=3), t("open ones first"), flush=True)
