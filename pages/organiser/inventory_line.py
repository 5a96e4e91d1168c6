"""What is done beside a line of the inventory, and its files: comments, evidence, the list as CSV and XLSX."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dash import ALL, Input, Output, State, callback, ctx, html, no_update
from fastapi import APIRouter, Request
from fastapi.responses import Response

import events
from accounts import Conflict, TooMany, Unauthenticated
from calculations.model import InputError
from events.inventory import comment_line, prove_line
from events.inventory_board import InventoryFilter, inventory_board
from events.inventory_notes import evidence_file, withdraw_comment, withdraw_evidence
from locales import t
from pages._parts.desk_form import bytes_of, done, told_of
from pages.bundles import to_sign_in
from pages.organiser._inventory_files import inventory_csv, inventory_xlsx
from pages.organiser._inventory_line import line_page, notes_of
from pages.registry import page

page(
    "/desk/e/<slug>/inventory/line/<line_id>", kind="desk", title="Inventory", permission="event.view",
    scripts=("js/desk.js",), styles=("css/desk-more.css", "css/inventory.css", "css/stock.css"),
)  # fmt: skip
router = APIRouter(include_in_schema=False)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def layout(slug: str = "", line_id: str = "", **_: Any) -> html.Div:
    """How the line was computed, what was said of it, the files that prove it."""
    names = {each.key: each for each in events.inventory_choices(slug)}
    return line_page(events.inventory_view(slug), line_id, names)


@router.get("/desk/e/{slug}/inventory.{suffix}")
def table(slug: str, suffix: str, request: Request) -> Response:
    """All lines one may see, as the address asks for them: csv or xlsx."""
    try:
        chosen = InventoryFilter.from_url(dict(request.query_params), events.get_event(slug).sessions)
        board = inventory_board(slug, chosen)
        names = {each.key: each for each in events.inventory_choices(slug)}
    except Unauthenticated:
        return to_sign_in(request)
    if suffix not in ("csv", "xlsx"):
        raise events.NotFound("There is no file .{value}; there are csv and xlsx.", value=suffix[:10])
    body = inventory_csv(board, names) if suffix == "csv" else inventory_xlsx(board, names)
    media_type = "text/csv; charset=utf-8" if suffix == "csv" else XLSX
    headers = {"Content-Disposition": f'attachment; filename="{slug}-inventory.{suffix}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)


@router.get("/desk/e/{slug}/inventory/evidence/{sha256}")
def evidence(slug: str, sha256: str, request: Request) -> Response:
    """A file that proves a line, as a download whatever it holds."""
    try:
        found, content = evidence_file(slug[:100], sha256[:64])
    except Unauthenticated:
        return to_sign_in(request)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in found.name) or "document"
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}",
        "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox",
    }  # fmt: skip
    return Response(content, media_type=found.media_type, headers=headers)


@callback(Output("line-file-file", "children"), Input("line-file", "filename"), prevent_initial_call=True)
def named(name: Any) -> Any:
    """The name of the file that was chosen."""
    return str(name)[:120] if name else t("Choose a document")


@callback(
    Output("line-notes", "children"), Output("line-told", "children"), Output("line-comment", "value"),
    Output("line-file", "contents"), Output("line-file", "filename"),
    Input("line-say", "n_clicks"), Input("line-prove", "n_clicks"),
    Input({"type": "line-withdraw", "kind": ALL, "key": ALL}, "n_clicks"), State("line-kept", "data"),
    State("line-comment", "value"), State("line-file", "contents"), State("line-file", "filename"),
    prevent_initial_call=True,
)  # fmt: skip
def act(_say: Any, _prove: Any, clicks: Any, kept: Any, text: Any, contents: Any, name: Any) -> Any:
    """Adds or withdraws a comment or a file; who may is asked by the use case. What was typed stays if it is wrong."""
    asked = ctx.triggered_id
    if not isinstance(kept, dict) or (isinstance(asked, dict) and not any(clicks or [])):
        return [no_update] * 5
    slug, line_id = str(kept.get("slug", "")), str(kept.get("line", ""))
    try:
        words = _done(asked, slug, line_id, str(text or ""), bytes_of(contents), str(name or ""))
    except (InputError, Conflict, TooMany) as error:
        return no_update, told_of(error, {"comment": t("Comment"), "evidence": t("Evidence")}), *[no_update] * 3
    said = "" if asked == "line-say" else no_update
    file = None if asked == "line-prove" else no_update
    return notes_of(events.inventory_view(slug), line_id), done(words), said, file, file


def _done(asked: Any, slug: str, line_id: str, text: str, content: bytes, name: str) -> str:
    """Does what was asked and says so."""
    if asked == "line-say":
        comment_line(slug, line_id, text)
        return t("It is said.")
    if asked == "line-prove":
        sha256 = prove_line(slug, line_id, name, content)
        return t("The file is kept: SHA-256 {hash}.", hash=sha256)
    key = str(asked.get("key", "")) if isinstance(asked, dict) else ""
    if isinstance(asked, dict) and asked.get("kind") == "comment":
        withdraw_comment(slug, key)
    else:
        withdraw_evidence(slug, line_id, key)
    return t("It is withdrawn, and stays to be seen.")
