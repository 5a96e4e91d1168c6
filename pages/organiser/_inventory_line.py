"""One line of the inventory with how it was computed, what was said of it and the files that prove it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

import events
from events.inventory_notes import LineComment, LineFile
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, event_line, event_notice, frame, panel
from pages._parts.desk_form import area, button, labelled, too_large, upload
from pages._parts.pieces import category_name, empty, mass_number, range_text, swatch
from pages.organiser._inventory_lines import about_line, opened, title_of

MOST_BYTES = 10_000_000


def line_page(view: events.InventoryView, line_id: str, names: Mapping[str, events.InventoryChoice]) -> html.Div:
    """The page of one line, or that it is not there."""
    slug, each = view.event.slug, view.line(line_id)
    head: dict[str, Any] = {"subtitle": f"{pick(dict(view.event.names))} · {event_line(view.event)}"}
    back = [button_link(t("All lines"), f"/desk/e/{slug}/inventory", "back")]
    if each is None:
        body: list[Any] = [empty(t("This line is not in the inventory; it may have been deleted meanwhile."))]
        title = t("Inventory")
    else:
        kept = dcc.Store(id="line-kept", data={"slug": slug, "line": line_id})
        left = html.Div([_facts(view, each)], className="fz-6 fz-column-stack")
        notes = html.Div(notes_of(view, line_id), id="line-notes", className="fz-column-stack")
        right = html.Div([notes, *_forms(view)], className="fz-6 fz-column-stack")
        body = [kept, html.Div([left, right], className="fz-grid")]
        title = title_of(each, names)
    return frame(body, "inventory", title, slug=slug, actions=back, **head, **event_notice(view.event))


def _facts(view: events.InventoryView, each: events.InventoryLine) -> html.Section:
    about = html.P(about_line(view, each), className="fz-small")
    line = each.line
    if line is None:
        return panel(t("How it was computed"), [about, html.P(t("not counted by the boundary"))])
    mass = html.P([mass_number(line.total_g, 1), " ", range_text(line.low_g, line.high_g, f.mass_unit(line.total_g))],
                  className="fz-inventory-sum")  # fmt: skip
    category = html.P([swatch(line.category), category_name(line.category)], className="fz-inventory-name")
    return panel(t("How it was computed"), [category, mass, about, opened(line)])


def notes_of(view: events.InventoryView, line_id: str) -> list[html.Section]:
    """Comments and files of a line: the cards that a callback fills anew."""
    each = view.line(line_id)
    if each is None:
        return []
    said = [_comment(view, one) for one in each.comments]
    proofs = [_file(view, one) for one in each.files]
    none_said = html.P(t("Nobody has said anything of this line."), className="fz-small")
    none_there = html.P(t("No file proves this line yet."), className="fz-small")
    return [
        panel(t("Evidence"), html.Ul(proofs, className="fz-line-notes") if proofs else none_there),
        panel(t("Comments"), html.Ol(said, className="fz-line-notes") if said else none_said),
    ]


def _when(view: events.InventoryView, by: str, at: Any) -> str:
    return f"{by} · {f.datetime_text(at, view.event.timezone)}"


def _comment(view: events.InventoryView, one: LineComment) -> html.Li:
    parts: list[Any] = [html.P(html.Del(one.text) if one.withdrawn_at else one.text, className="fz-line-said")]
    parts.append(html.Small(_when(view, one.by, one.at)))
    if one.withdrawn_at is not None:
        parts.append(html.Small(t("withdrawn by {who}", who=_when(view, one.withdrawn_by, one.withdrawn_at))))
    elif view.may_edit:
        parts.append(_withdraw("comment", one.comment_id))
    return html.Li(parts)


def _file(view: events.InventoryView, one: LineFile) -> html.Li:
    href = f"/desk/e/{view.event.slug}/inventory/evidence/{one.sha256}"
    name = html.A(one.name, href=href, className="fz-link", download=one.name)
    size = t("{size} kB", size=f.number(max(1, round(one.size_bytes / 1000))))
    parts: list[Any] = [html.P(html.Del(name) if one.withdrawn_at else name, className="fz-line-said")]
    parts.append(html.Small(f"{size} · {_when(view, one.by, one.at)}"))
    parts.append(html.Small(f"SHA-256 {one.sha256}", className="fz-mono fz-line-hash"))
    if one.withdrawn_at is not None:
        parts.append(html.Small(t("withdrawn by {who}", who=_when(view, one.withdrawn_by, one.withdrawn_at))))
    elif view.may_edit and view.event.state != "settled":
        parts.append(_withdraw("file", one.sha256))
    return html.Li(parts)


def _withdraw(kind: str, key: str) -> html.Button:
    return html.Button(t("Withdraw"), id={"type": "line-withdraw", "kind": kind, "key": key}, n_clicks=0, type="button",
                       className="fz-button fz-button-small")  # fmt: skip


def _forms(view: events.InventoryView) -> list[Any]:
    """What may be added; hidden from who may only look."""
    told = html.Div(id="line-told", role="status")
    frozen = view.event.state == "settled"
    proof = [
        labelled("line", "file", t("A file that proves it: PDF, PNG, JPEG, XLSX or CSV, at most 10 MB"),
                 html.Div([upload("line", "file", t("Choose a document"), MOST_BYTES), too_large(MOST_BYTES)])),
        button("line-prove", t("Keep this file"), "upload", main=True),
    ]  # fmt: skip
    words = html.P(t("The books are closed: no file is added or taken away."), className="fz-small")
    comment = [labelled("line", "comment", t("Comment"), area("line", "comment")),
               button("line-say", t("Add the comment"), "plus")]  # fmt: skip
    forms = panel(t("Add to this line"), [
        html.Div(proof, className="fz-form", hidden=frozen), words if frozen else None,
        html.Div(comment, className="fz-form mt-3"),
    ])  # fmt: skip
    return [html.Div(forms, hidden=not view.may_edit), told]
