"""Batches by serial range from a file: looked at first, then all in or all out."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, dcc, html

import offsetting
from accounts import DomainError, current_actor, may
from calculations.model import InputError
from locales import formats as f
from locales import t
from offsetting.batch_imports import COLUMNS, MOST_BYTES, BatchPreview, past_imports
from pages._parts.desk import button_link, frame, panel
from pages._parts.desk_form import button, bytes_of, done, labelled, told_of, upload
from pages._parts.pieces import empty
from pages.registry import page

page(
    "/desk/exchange/batches", kind="desk", title="Batches from a file", permission="credits.view",
    scripts=("js/desk.js",), styles=("css/desk-more.css", "css/inventory.css", "css/stock.css"),
)  # fmt: skip
SHOWN = 200


def layout(**_: Any) -> html.Div:
    """The form, what the file would bring, and the files that came before."""
    manage = may(current_actor(), "credits.manage")
    form = _form() if manage else html.P(t("Your role may look, not bring in."), className="fz-small")
    grid = [
        html.Div([panel(t("A file of batches"), form), panel(t("Files that came in"), _past())],
                 className="fz-5 fz-column-stack"),
        panel(t("What it would bring"), html.Div(_before(), id="batches-seen", role="status"), span=7),
    ]  # fmt: skip
    acts = [button_link(t("Projects"), "/desk/exchange/projects", "back")]
    subtitle = t("All rows come in, or none. A batch is never changed once it is in.")
    return frame(html.Div(grid, className="fz-grid"), "batches", t("Batches from a file"), subtitle=subtitle,
                 actions=acts)  # fmt: skip


def _form() -> html.Div:
    example = "cdcer-other,2020,demo,X-2020-000001,X-2020-000500,500,issue.pdf"
    return html.Div(
        [
            html.P(t("CSV or XLSX with the columns {columns}.", columns=", ".join(COLUMNS)), className="fz-small"),
            html.Pre(example, className="fz-mono fz-hash"),
            labelled("batches", "file", t("File"), upload("batches", "file", t("Choose a file"), MOST_BYTES)),
            html.Div([button("batches-bring", t("Bring these in"), "check", main=True)], id="batches-act", hidden=True),
            html.Div(id="batches-told", role="status"),
            dcc.Store(id="batches-sum"),
        ],
        className="fz-form",
    )


def _before() -> Any:
    return html.P(t("Choose a file: it is read, and nothing is stored yet."), className="fz-small")


def _past() -> Any:
    rows = [
        html.Li([html.B(row["name"]), " ", t("{count} credits in {batches} batches", count=f.number(
            row["credit_count"]), batches=f.number(len(row["batch_ids"]))), html.Br(),
            html.Span(f"{f.date_text(row['at'].date())} · {row['actor']}", className="fz-note"), html.Br(),
            html.Span(row["sha256"], className="fz-mono fz-hash")])
        for row in past_imports()
    ]  # fmt: skip
    return html.Ul(rows, className="fz-versions") if rows else html.P(t("None yet."), className="fz-small")


@callback(
    Output("batches-seen", "children"), Output("batches-act", "hidden"), Output("batches-file-file", "children"),
    Output("batches-sum", "data"), Output("batches-told", "children"), Input("batches-file", "contents"),
    State("batches-file", "filename"), prevent_initial_call=True,
)  # fmt: skip
def look(contents: Any, filename: Any) -> tuple[Any, ...]:
    """What the file would bring, or every row that does not fit."""
    name = str(filename or "")[:120]
    try:
        seen = offsetting.preview_batches(current_actor(), bytes_of(contents), name)
    except (InputError, DomainError) as error:
        return told_of(error, {"file": t("File")}), True, name or t("Choose a file"), None, None
    return _seen(seen), bool(seen.errors or seen.known), name, seen.sha256, None


def _seen(seen: BatchPreview) -> Any:
    if seen.known:
        return html.P(t("This very file is in already: it brings nothing new."), className="fz-told")
    if seen.errors:
        head = html.P(t("{count} places do not fit; nothing comes in.", count=f.number(len(seen.errors))))
        return html.Div([head, *told_of(InputError(list(seen.errors)))])
    if not seen.batches:
        return empty(t("There are no rows."))
    told = t("{count} credits in {batches} batches; every row fits.", count=f.number(seen.credit_count),
             batches=f.number(len(seen.batches)))  # fmt: skip
    words = (t("Row"), t("Project"), t("Vintage"), t("Registry"), t("Serial numbers"), t("Credits"))
    head = html.Tr([html.Th(word, scope="col", className="fz-right" if i == 5 else "") for i, word in enumerate(words)])
    rows = [
        html.Tr([
            html.Td(f.number(row.row_no)), html.Td(row.project_id), html.Td(row.vintage), html.Td(row.registry),
            html.Td(html.Span(f"{row.serial_from} – {row.serial_to}", className="fz-mono fz-serials")),
            html.Td(f.number(row.credit_count), className="fz-right"),
        ])
        for row in seen.batches[:SHOWN]
    ]  # fmt: skip
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="fz-table fz-wide-table")
    return html.Div([html.P(told), html.Div(table, className="fz-scroll", tabIndex="0")])


@callback(
    Output("batches-told", "children", allow_duplicate=True), Output("batches-act", "hidden", allow_duplicate=True),
    Input("batches-bring", "n_clicks"), State("batches-file", "contents"), State("batches-file", "filename"),
    prevent_initial_call=True,
)  # fmt: skip
def bring(_clicks: int, contents: Any, filename: Any) -> tuple[Any, bool]:
    """All in, or all out."""
    try:
        found = offsetting.import_batches(current_actor(), bytes_of(contents), str(filename or "")[:120])
    except (InputError, DomainError) as error:
        return told_of(error, {"file": t("File")}), True
    if found.already:
        return done(t("This very file is in already: it brings nothing new.")), True
    told = t("{count} credits in {batches} batches are in. Assign them to events under Exchange.",
             count=f.number(found.credit_count), batches=f.number(len(found.batch_ids)))  # fmt: skip
    return done(told), True
