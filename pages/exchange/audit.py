"""The auditor's page: every proof of the ledgers, run on demand, each with the query that would find what is wrong."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, callback, html

import events
from accounts import current_actor, require
from locales import formats as f
from locales import t
from offsetting.auditing import queries
from pages._parts.desk import frame, panel
from pages._parts.desk_form import button
from pages._parts.pieces import swatch
from pages.registry import page

page(
    "/desk/audit", kind="desk", title="Proofs", permission="audit.run", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/stock.css"),
)  # fmt: skip


def layout(**_: Any) -> html.Div:
    """The queries, and below each what it finds once they are run."""
    told = t("Each query gives what is wrong, and nothing when all is well. They only read.")
    act = button("audit-run", t("Run every proof"), "refresh", main=True)
    rows = [html.P(told, className="fz-small"), act, html.Div(_cold(), id="audit-found", role="status")]
    grid = html.Div(panel(t("Every gram and fen, from the rows"), rows), className="fz-grid")
    return frame(grid, "audit", t("Proofs"), subtitle=t("What no page can hide: the ledgers against themselves"))


def _cold() -> list[Any]:
    return [_row("open", t(name), "", query) for name, query in queries().items()]


def _row(look: str, name: str, detail: str, query: str) -> html.Div:
    head = html.P([swatch(look), html.B(name)], className="fz-state")
    text = html.P(detail, className="fz-note fz-hash") if detail else None
    shown = html.Details([html.Summary(t("The query")), html.Pre(query.strip(), className="fz-mono fz-query")])
    return html.Div([head, text, shown if query else None], className="fz-proof")


@callback(Output("audit-found", "children"), Input("audit-run", "n_clicks"), prevent_initial_call=True)
def run(_clicks: int) -> list[Any]:
    """Every finding, what is wrong first."""
    require(current_actor(), "audit.run")
    found, asked = events.audit(None), queries()
    wrong = sum(not finding.ok for finding in found)
    head = t("{count} proofs hold.", count=f.number(len(found)))
    if wrong:
        head = t("{wrong} of {count} proofs fail.", wrong=f.number(wrong), count=f.number(len(found)))
    rows = [
        _row("retired" if finding.ok else "revoked", t(finding.name), finding.detail or t("nothing is wrong"),
             asked.get(finding.name, ""))
        for finding in sorted(found, key=lambda each: each.ok)
    ]  # fmt: skip
    return [html.P(html.B(head), className="fz-told mt-3"), *rows]
