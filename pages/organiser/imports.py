"""Data in: a file is chosen, its columns are mapped, its rows looked at; all come in or none; an import is undone."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from fastapi import APIRouter
from fastapi.responses import Response

import events
from accounts import Conflict, TooMany, current_actor, may
from calculations.event_states import permits
from calculations.event_states import refusal as refused_for
from calculations.model import InputError
from data.table_forms import kinds
from data.table_staged import MOST_BYTES, MOST_ROWS
from events import Going, Looked
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, event_line, event_notice, frame, panel
from pages._parts.desk_form import bytes_of, done, labelled, told_of, too_large, upload
from pages.organiser import _imports_parts as parts
from pages.organiser._imports_going import going_list, refusal
from pages.registry import page

page(
    "/desk/e/<slug>/import", kind="desk", title="Data in", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/inventory.css", "css/imports.css"),
)  # fmt: skip
POLL_MS = 700
router = APIRouter(include_in_schema=False)


def layout(slug: str = "", **_: Any) -> html.Div:
    """Choosing a file, what it holds, and what came in before."""
    event = events.get_event(slug)
    manage = _manages(event)
    cards, works = events.imports_of(slug), events.going_of(slug)
    grid = [
        panel(t("A file"), _form() if manage else html.P(_why_not(event), className="fz-small"), span=5),
        panel(t("What came in"), [html.Div(going_list(works, manage), id="import-going", role="status"),
                                  html.Div(parts.listed(cards, manage), id="import-list")],
              span=7),
        html.Div(id="import-told", role="status", className="fz-12"),
        html.Div(id="import-work", className="fz-12 fz-grid"),
    ]  # fmt: skip
    newest = next((each for each in works if not each.is_over), None)
    data = {"slug": slug, "token": "", "reading": {}, "work": newest.work_id if newest else ""}
    kept = dcc.Store(id="import-kept", data=data)
    poll = dcc.Interval(id="import-poll", interval=POLL_MS, disabled=newest is None)
    head = {"subtitle": f"{pick(dict(event.names))} · {event_line(event)}"}
    acts = [button_link(t("Inventory"), f"/desk/e/{slug}/inventory", "back")]
    body = [kept, poll, html.Div(grid, className="fz-grid")]
    return frame(body, "import", t("Data in"), slug=slug, actions=acts, **head, **event_notice(event))


def _manages(event: events.Event) -> bool:
    """Whether files may be brought in, or taken back, by who asks and now."""
    return may(current_actor(), "event.import", event.event_id) and permits(event.state, "import")


def _why_not(event: events.Event) -> str:
    refused = refused_for(event.state, "import")
    return t(refused) if refused else t("Your role may look, not bring in.")


def _form() -> html.Div:
    names = " · ".join(pick(dict(kind.names)) for kind in kinds().values())
    limits = t("CSV or XLSX, up to {mb} MB and {rows} rows. {kinds}.", mb=MOST_BYTES // 1_000_000,
               rows=f.number(MOST_ROWS), kinds=names)  # fmt: skip
    privacy = t(
        "Names are kept only of people who agree to be named, mails never. The file itself is dropped once it is in, "
        "and after two hours at the latest; its hash stays."
    )
    box = html.Div([upload("import", "file", t("Choose a file"), MOST_BYTES), too_large(MOST_BYTES)])
    return html.Div(
        [html.P(limits, className="fz-small"), labelled("import", "file", t("File"), box),
         html.P(privacy, className="fz-note")],
        className="fz-form",
    )  # fmt: skip


def _names(slug: str) -> dict[str, str]:
    return {each.key: pick(dict(each.names)) for each in events.activities(slug)}


def _shown(seen: Looked) -> tuple[list[Any], dict[str, Any]]:
    names = _names(seen.event.slug)
    kept = {"slug": seen.event.slug, "token": seen.token, "reading": seen.reading.as_json(), "sheet": seen.sheet}
    return parts.work(seen, names), kept


def _slug(kept: Any) -> str:
    return str(kept.get("slug", "")) if isinstance(kept, dict) else ""


def _token(kept: Any) -> str:
    return str(kept.get("token", "")) if isinstance(kept, dict) else ""


@callback(
    Output("import-work", "children"), Output("import-kept", "data"), Output("import-told", "children"),
    Output("import-file-file", "children"), Output("import-file", "contents"), Input("import-file", "contents"),
    State("import-file", "filename"), State("import-kept", "data"), prevent_initial_call=True,
)  # fmt: skip
def choose(contents: Any, filename: Any, kept: Any) -> Any:
    """Takes a file in and shows how it would be read. The browser forgets it, so that it can be chosen once more."""
    name = str(filename or "")[:120]
    if not contents:
        return *[no_update] * 4, None
    try:
        seen = events.receive_file(_slug(kept), name, bytes_of(contents))
    except (InputError, Conflict, TooMany) as error:
        return no_update, no_update, html.Div(told_of(error, {"file": t("File")})), name, None
    return *_shown(seen), None, name, None


@callback(
    Output("import-work", "children", allow_duplicate=True), Output("import-kept", "data", allow_duplicate=True),
    Output("import-told", "children", allow_duplicate=True),
    Input("import-kind", "value"), Input("import-decimal", "value"), Input("import-days", "value"),
    Input("import-planned", "value"), Input("import-apart", "value"),
    Input({"type": "import-field", "at": ALL}, "value"),
    Input({"type": "import-fixed", "field": ALL}, "value"), Input({"type": "import-place", "text": ALL}, "value"),
    State({"type": "import-field", "at": ALL}, "id"), State({"type": "import-fixed", "field": ALL}, "id"),
    State({"type": "import-place", "text": ALL}, "id"), State("import-kept", "data"), prevent_initial_call=True,
)  # fmt: skip
def change(kind: Any, decimal: Any, days: Any, planned: Any, apart: Any, *given: Any) -> Any:
    """Reads the file as it is mapped now."""
    fields, fixed, places, field_ids, fixed_ids, place_ids, kept = given
    if not _token(kept):
        return no_update, no_update, no_update
    before = kept.get("reading") or {}
    kind = _chosen(kind)
    if kind != before.get("kind"):
        told: dict[str, Any] = {"kind": kind}
    else:
        chosen = {i["text"]: value for i, value in zip(place_ids, places, strict=False) if _chosen(value)}
        told = {
            "kind": kind, "columns": _columns(fields, field_ids),
            "fixed": {i["field"]: value for i, value in zip(fixed_ids, fixed, strict=False) if _chosen(value)},
            "decimal": decimal, "day_first": days != "month", "planned": planned == "planned",
            "apart": apart == "apart", "places": {**(before.get("places") or {}), **chosen},
        }  # fmt: skip
        if _same(told, before, chosen):
            return no_update, no_update, no_update
    try:
        seen = events.look_at(_slug(kept), _token(kept), told)
    except (InputError, Conflict, TooMany) as error:
        return no_update, no_update, html.Div(told_of(error, {"file": t("File")}))
    return *_shown(seen), None


@callback(
    Output("import-work", "children", allow_duplicate=True), Output("import-kept", "data", allow_duplicate=True),
    Output("import-told", "children", allow_duplicate=True), Input("import-sheet", "value"),
    State("import-kept", "data"), prevent_initial_call=True,
)  # fmt: skip
def choose_sheet(sheet: Any, kept: Any) -> Any:
    """Reads another sheet of the workbook."""
    if not _token(kept) or not sheet or sheet == kept.get("sheet"):
        return no_update, no_update, no_update
    try:
        seen = events.choose_sheet(_slug(kept), _token(kept), str(sheet))
    except (InputError, Conflict, TooMany) as error:
        return no_update, no_update, html.Div(told_of(error, {"file": t("File"), "sheet": t("Sheet of the workbook")}))
    return *_shown(seen), None


def _chosen(value: Any) -> str:
    """What was chosen; '' for nothing."""
    return "" if value in (None, parts.NONE) else str(value)


def _columns(fields: Any, ids: Any) -> dict[str, int]:
    """Field → column; a field that was just given to a column is taken from the one that had it."""
    newest = ctx.triggered_id.get("at") if isinstance(ctx.triggered_id, dict) else None
    pairs = [(i["at"], value) for i, value in zip(ids, fields, strict=False) if _chosen(value)]
    pairs.sort(key=lambda pair: pair[0] == newest)
    return {str(value): at for at, value in pairs}


def _same(told: dict[str, Any], before: dict[str, Any], chosen: dict[str, str]) -> bool:
    """Whether nothing was changed; places that are shown as taken are no choice of the person's yet."""
    names = ("kind", "columns", "fixed", "decimal", "day_first", "planned", "apart")
    triggered = isinstance(ctx.triggered_id, dict) and ctx.triggered_id.get("type") == "import-place"
    return all(told[name] == before.get(name) for name in names) and not (triggered and chosen)


@callback(
    Output("import-going", "children"), Output("import-kept", "data", allow_duplicate=True),
    Output("import-told", "children", allow_duplicate=True), Output("import-poll", "disabled"),
    Output("import-work", "children", allow_duplicate=True), Input("import-bring", "n_clicks"),
    State("import-kept", "data"), prevent_initial_call=True,
)  # fmt: skip
def bring(clicks: Any, kept: Any) -> Any:
    """Puts a file in line: all of it comes in, or none."""
    if not clicks or not _token(kept):
        return no_update, no_update, no_update, no_update, no_update
    slug = _slug(kept)
    try:
        going = events.start_import(slug, _token(kept), kept.get("reading"))
    except (InputError, Conflict, TooMany) as error:
        return no_update, no_update, html.Div(told_of(error, {"file": t("File")})), no_update, no_update
    return _going(slug), {**kept, "work": going.work_id}, None, False, []


def _going(slug: str) -> Any:
    manage = _manages(events.get_event(slug))
    return going_list(events.going_of(slug), manage)


@callback(
    Output("import-going", "children", allow_duplicate=True), Output("import-kept", "data", allow_duplicate=True),
    Output("import-told", "children", allow_duplicate=True), Output("import-poll", "disabled", allow_duplicate=True),
    Output("import-work", "children", allow_duplicate=True), Output("import-list", "children"),
    Output("import-file-file", "children", allow_duplicate=True),
    Input("import-poll", "n_intervals"), State("import-kept", "data"), prevent_initial_call=True,
)  # fmt: skip
def follow(_ticks: Any, kept: Any) -> Any:
    """How far it is; how it ended, where this page began it."""
    slug = _slug(kept)
    works = events.going_of(slug)
    manage = _manages(events.get_event(slug))
    left = any(not each.is_over for each in works)
    mine = next((each for each in works if each.work_id == kept.get("work") and each.is_over), None)
    cards = parts.listed(events.imports_of(slug), manage)
    if mine is None:
        shown = no_update if left else cards
        return going_list(works, manage), no_update, no_update, not left, no_update, shown, no_update
    work, told, data, label = no_update, _ended(slug, mine), {**kept, "work": ""}, no_update
    if mine.outcome in ("failed", "cancelled") and mine.token:
        work, data = _again(slug, mine.token, kept)
    elif mine.token:
        data, label = {"slug": slug, "token": "", "reading": {}}, t("Choose a file")
    return going_list(works, manage), data, told, not left, work, cards, label


def _again(slug: str, token: str, kept: Any) -> tuple[Any, Any]:
    """The file as it waits still, with every bad row that was found."""
    try:
        return _shown(events.look_at(slug, token, kept.get("reading") or None))
    except (InputError, Conflict, TooMany):
        return [], {"slug": slug, "token": "", "reading": {}}


def _ended(slug: str, mine: Going) -> Any:
    if mine.outcome == "undone":
        return done(t("It is undone: what held before holds again."))
    if mine.outcome != "in":
        return refusal(mine, _names(slug))
    if mine.note.get("already"):
        return done(t("This very file is in already: it brings nothing new."))
    card = next(each for each in events.imports_of(slug) if each.import_id == mine.import_id)
    words = t("{count} rows are in: {new} new, {changed} changed, {known} known before.",
              count=f.number(card.row_count), new=f.number(card.new_count),
              changed=f.number(card.changed_count), known=f.number(card.known_count))  # fmt: skip
    where, label = ("expected", t("Who is expected")) if "expected" in card.detail else ("inventory", t("Inventory"))
    link = html.A(label, href=f"/desk/e/{slug}/{where}", className="fz-link")
    return done(f"{words} {parts.brought(card.detail)}".strip(), link)


@callback(
    Output("import-told", "children", allow_duplicate=True), Output("import-going", "children", allow_duplicate=True),
    Output("import-poll", "disabled", allow_duplicate=True), Input({"type": "import-cancel", "id": ALL}, "n_clicks"),
    State("import-kept", "data"), prevent_initial_call=True,
)  # fmt: skip
def cancel(clicks: Any, kept: Any) -> Any:
    """Leaves a file out that is on its way."""
    asked = ctx.triggered_id
    if not isinstance(asked, dict) or not any(clicks or ()):
        return no_update, no_update, no_update
    try:
        events.cancel_import(_slug(kept), str(asked.get("id", "")))
    except (InputError, Conflict, TooMany) as error:
        return html.Div(told_of(error)), no_update, False
    return None, _going(_slug(kept)), False


@callback(
    Output("import-work", "children", allow_duplicate=True), Output("import-kept", "data", allow_duplicate=True),
    Output("import-file-file", "children", allow_duplicate=True),
    Input("import-forget", "n_clicks"), State("import-kept", "data"), prevent_initial_call=True,
)  # fmt: skip
def forget(clicks: Any, kept: Any) -> Any:
    """Drops the waiting file."""
    if not clicks or not _token(kept):
        return no_update, no_update, no_update
    try:
        events.forget_file(_slug(kept), _token(kept))
    except InputError:
        pass  # it waits no longer: that is what was asked
    return [], {"slug": _slug(kept), "token": "", "reading": {}}, t("Choose a file")


@callback(
    Output("import-kept", "data", allow_duplicate=True), Output("import-told", "children", allow_duplicate=True),
    Output("import-going", "children", allow_duplicate=True), Output("import-poll", "disabled", allow_duplicate=True),
    Input({"type": "import-undo", "id": ALL}, "n_clicks"), State("import-kept", "data"), prevent_initial_call=True,
)  # fmt: skip
def undo(clicks: Any, kept: Any) -> Any:
    """Takes an import back, or says why it stays."""
    asked = ctx.triggered_id
    if not isinstance(asked, dict) or not any(clicks or ()):
        return no_update, no_update, no_update, no_update
    slug = _slug(kept)
    try:
        going = events.start_undo(slug, str(asked.get("id", "")))
    except (InputError, Conflict, TooMany) as error:
        return no_update, html.Div(told_of(error)), no_update, no_update
    return {**kept, "work": going.work_id}, None, _going(slug), False


@router.get("/desk/e/{slug}/import/bad.csv")
def bad(slug: str, file: str = "") -> Response:
    """The bad rows of a waiting file with what is wrong with each."""
    text = events.bad_rows_csv(slug, file, parts.sentence)
    headers = {"Content-Disposition": f'attachment; filename="{slug}-bad-rows.csv"', "Cache-Control": "no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
