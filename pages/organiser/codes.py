"""Codes of an event: where people scanned, short links by hall and channel, and what to print of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from dash import Input, Output, State, callback, ctx, dcc, html, no_update

import events
from accounts import Conflict, NotFound, TooMany, current_actor, may
from calculations.model import InputError
from locales import LANGUAGES, NATIVE_NAMES, current_language, pick, t
from locales import formats as f
from offsetting import claims
from pages._parts.desk import event_line, event_notice, frame, panel
from pages._parts.desk_form import button, chosen, done, labelled, told_of, typed
from pages._parts.icons import icon
from pages._parts.pieces import empty
from pages.organiser._codes_board import Asked, board, code_list
from pages.organiser._codes_designs import KINDS, POSTERS, code_mm, metres
from pages.organiser._codes_times import time_panel
from pages.organiser._codes_words import channel_names, code_name, hall_name, piece_of
from pages.registry import page

for template in ("/desk/e/<slug>/codes", "/desk/e/<slug>/poster"):
    page(template, kind="desk", title="Codes", permission="event.poster", scripts=("js/desk.js",),
         styles=("css/desk-more.css", "css/codes.css"))  # fmt: skip
REFRESH_MS = 10_000
USUAL = {"table_card": "cards", "badge": "badges", "slide": "slide", "mail": "code", "social": "code", "wall": "slide"}


def layout(slug: str = "", code: str = "", find: str = "", page: str = "1", **_: Any) -> html.Div:
    """Where people scanned, the codes, the prints of the chosen one, and a new one."""
    event = events.get_event(slug)
    known = events.list_codes(slug)
    wanted = events.fold_typed(code)
    one = next((each for each in known if each.code_id == wanted), known[0] if known else None)
    asked = Asked(find[:80].strip(), int(page) if page.isdecimal() and len(page) < 4 else 1)
    changing = may(current_actor(), "codes.manage", event.event_id)
    found = events.channel_board(slug)
    right = [_new(event), _chosen(event, one)] if changing else []
    body = [
        dcc.Store(id="codes-slug", data=slug), dcc.Store(id="codes-asked", data=[asked.find, asked.page]),
        dcc.Store(id="codes-chosen", data=one.code_id if one else ""),
        dcc.Location(id="codes-go", refresh=True), dcc.Interval(id="codes-tick", interval=REFRESH_MS),
        html.Div(html.Div(board(event, found), className="fz-grid"), id="codes-board"),
        html.Div(time_panel(event, found), className="fz-grid mt-3"),
        html.Div([html.Div(_to_print(event, one, changing), className="fz-8 fz-column-stack" if right else "fz-12"),
                  html.Div(right, className="fz-4 fz-column-stack")], className="fz-grid mt-3"),
        html.Div(html.Div(code_list(event, found, one.code_id if one else "", changing, asked), className="fz-grid"),
                 id="codes-list", className="mt-3"),
    ]  # fmt: skip
    head = {"subtitle": f"{pick(dict(event.names))} · {event_line(event)}"}
    return frame(body, "codes", t("Codes"), slug=slug, **head, **event_notice(event))


def _to_print(event: events.Event, code: events.Code | None, changing: bool) -> html.Section:
    if code is None:
        return panel(t("To print"), empty(t("Every code is revoked. Make a new one.")))
    kind, languages = USUAL.get(code.channel, "poster"), _names_of_languages()
    sizes, others = [(size, size) for size in POSTERS], [("-", t("None")), *languages]
    fields = [
        labelled("codes", "kind", t("What to print"), chosen("codes", "kind", _kinds(), kind)),
        html.Div(labelled("codes", "size", t("Size of the poster"), chosen("codes", "size", sizes, "A4")),
                 id="codes-size-field", hidden=kind != "poster"),
        labelled("codes", "language", t("Language"), chosen("codes", "language", languages, current_language())),
        labelled("codes", "second", t("Second language"), chosen("codes", "second", others, "-")),
    ]  # fmt: skip
    names = html.Form(
        [html.Label(t("First names, one a line"), htmlFor="codes-names", className="fz-label"),
         dcc.Textarea(id="codes-names", name="names", rows=4, className="fz-input", value=""),
         button("codes-registered", t("Names from the registrations"), "user") if changing else None,
         html.P(id="codes-named", role="status", className="fz-small"),
         html.P(t("They go into this PDF alone: nothing of them is kept. Leave it empty for a line to write on."),
                className="fz-small"),
         html.Button([icon("pdf"), html.Span(t("Badges with these names"))], type="submit", className="fz-button mt-2",
                     disable_n_clicks=True)],
        id="codes-names-form", method="post", target="_blank", action="", hidden=kind != "badges",
        className="fz-code-names",
    )  # fmt: skip
    shown = html.Div(_shown(event, code, kind, "A4", current_language(), ""), id="codes-shown")
    inside = html.Div([html.Div([html.Div(fields, className="fz-code-fields"), names], className="fz-stack"), shown],
                      className="fz-code-print")  # fmt: skip
    whole = html.Div(_whole(event, current_language(), ""), id="codes-whole", className="fz-code-whole")
    title = t("To print: {code}", code=code_name(event, code))
    return panel(title, [inside, whole], t("PDF with embedded fonts, or SVG"))


def _whole(event: events.Event, language: str, second: str, size: str = "A4") -> list[Any]:
    """Everything at once, in the languages that are chosen."""
    asked = {"language": language, "size": size} | ({"second": second} if second else {})
    words = t("Every code in use: PDFs by kind, hall by hall, each code as SVG and a list of the links")
    return [html.A([icon("download"), html.Span(t("Everything to print, as ZIP"))], download=True,
                   href=f"/desk/e/{event.slug}/codes.zip?{urlencode(asked)}", className="fz-button"),
            html.P(words, className="fz-small")]  # fmt: skip


def _kinds() -> list[tuple[str, str]]:
    names = {"poster": t("Poster"), "cards": t("Table cards, four a sheet"), "badges": t("Badges, ten a sheet"),
             "slide": t("Slide, 16:9"), "code": t("The code alone")}  # fmt: skip
    return [(kind, names[kind]) for kind in KINDS]


def _names_of_languages() -> list[tuple[str, str]]:
    return [(code, NATIVE_NAMES[code]) for code in LANGUAGES]


def _address(slug: str, code_id: str, kind: str, ending: str, size: str, language: str, second: str) -> str:
    asked = {"size": size, "language": language} | ({"second": second} if second else {})
    if kind != "poster":
        del asked["size"]
    return f"/desk/e/{slug}/codes/{code_id}/{kind}.{ending}?{urlencode(asked)}"


def _shown(
    event: events.Event, code: events.Code, kind: str, size: str, language: str, second: str
) -> list[Any]:  # fmt: skip
    """The picture, its files, the words on it, and from how far off it is read."""
    at = (event.slug, code.code_id, kind)
    rest = (size, language, second)
    facts = {"jurisdiction": event.jurisdiction, "livemode": event.livemode,
             "subject": claims.subject_of(event.scenario)}  # fmt: skip
    wide = code_mm(kind, piece_of(event, code, [language, *([second] if second else [])]), size)
    distance = t("The code is {width} mm wide: as a rule of thumb, no standard, it is read from about {distance} m, ten"
                 " times its width. Try a print before you hang many.", width=f.number(round(wide)),
                 distance=f.number(metres(wide), 1))  # fmt: skip
    if kind == "slide":
        distance = t("On a screen: as a rule of thumb, no standard, a code is read from about ten times its width.")
    said = claims.say("poster.heading", language, **facts)
    files = [html.A([icon("pdf"), html.Span(ending.upper())], href=_address(*at, ending, *rest), className="fz-button",
                    download=True) for ending in ("pdf", "svg")]  # fmt: skip
    return [
        html.A(html.Img(src=_address(*at, "svg", *rest), alt=t("Preview: {words}", words=said)),
               href=_address(*at, "pdf", *rest), target="_blank", className=f"fz-code-preview fz-code-{kind}"),
        html.P(said, className="visually-hidden"),
        html.Div(files, className="d-flex flex-wrap gap-2"), html.P(distance, className="fz-small"),
    ]  # fmt: skip


def _new(event: events.Event) -> html.Section:
    halls = [("-", t("Whole event")), *[(one.session_id, hall_name(event, one.session_id)) for one in event.sessions]]
    fields = [
        labelled("codes", "channel", t("Channel"), chosen("codes", "channel", list(channel_names().items()), "poster")),
        labelled("codes", "session", t("Hall"), chosen("codes", "session", halls, "-")),
        labelled("codes", "label", t("Where it stands"),
                 typed("codes", "label", maxlength=60, placeholder=t("By the cloakroom"))),
        button("codes-make", t("Make a code"), "plus", main=True), html.Div(id="codes-told", role="status"),
    ]  # fmt: skip
    words = t("Scans are told apart by code, so that you see what brings people: one for each place and channel.")
    return panel(t("A new code"), [html.P(words, className="fz-small"), html.Div(fields, className="fz-stack mt-2")])


def _chosen(event: events.Event, code: events.Code | None) -> Any:
    if code is None:
        return None
    name = typed("codes", "name", code.label, maxlength=60, placeholder=code_name(event, code))
    note = t("A revoked code leads on no more, for good; what it brought stays counted.")
    sure = html.Details(
        [html.Summary([icon("close"), html.Span(t("Revoke"))], className="fz-button"),
         html.P(note, className="fz-small mt-2"), button("codes-revoke", t("Yes, revoke it for good"), "close")],
        className="fz-code-revoke",
    )  # fmt: skip
    acts = html.Div([button("codes-rename", t("Rename"), "edit"), sure], className="fz-code-acts")
    inside = [labelled("codes", "name", t("Name"), name), acts, html.Div(id="codes-said", role="status")]
    return panel(code_name(event, code), html.Div(inside, className="fz-stack"))


def field_names() -> dict[str, str]:
    """The labels of fields, for sentences about them."""
    return {"channel": t("Channel"), "session": t("Hall"), "label": t("Where it stands")}


@callback(
    Output("codes-board", "children"),
    Output("codes-list", "children"),
    Input("codes-tick", "n_intervals"),
    State("codes-slug", "data"),
    State("codes-chosen", "data"),
    State("codes-asked", "data"),
    prevent_initial_call=True,
)
def refresh(_: Any, slug: str, code_id: str, asked: Any) -> Any:
    """The figures anew; who asks is checked by the use case."""
    event, found = events.get_event(str(slug)), events.channel_board(str(slug))
    changing = may(current_actor(), "codes.manage", event.event_id)
    listed = code_list(event, found, str(code_id), changing, Asked(str(asked[0]), int(asked[1])))
    return html.Div(board(event, found), className="fz-grid"), html.Div(listed, className="fz-grid")


@callback(
    Output("codes-shown", "children"),
    Output("codes-names-form", "action"),
    Output("codes-names-form", "hidden"),
    Output("codes-size-field", "hidden"),
    Output("codes-whole", "children"),
    Input("codes-kind", "value"),
    Input("codes-size", "value"),
    Input("codes-language", "value"),
    Input("codes-second", "value"),
    State("codes-slug", "data"),
    State("codes-chosen", "data"),
)
def show(kind: str, size: str, language: str, second: str, slug: str, code_id: str) -> Any:
    """The preview and the files of what is chosen."""
    event, code = events.get_event(str(slug)), events.get_code(str(slug), str(code_id))
    if kind not in KINDS or size not in POSTERS or language not in LANGUAGES or second not in (*LANGUAGES, "-"):
        raise ValueError("no such print")
    other = second if second not in ("-", language) else ""
    action = _address(slug, code.code_id, "badges", "pdf", size, language, other)
    shown, whole = _shown(event, code, kind, size, language, other), _whole(event, language, other, size)
    return shown, action, kind != "badges", kind != "poster", whole


@callback(
    Output("codes-names", "value"),
    Output("codes-named", "children"),
    Input("codes-registered", "n_clicks"),
    State("codes-slug", "data"),
    State("codes-names", "value"),
    prevent_initial_call=True,
)
def registered(_: int, slug: str, typed_names: Any) -> Any:
    """Names of registrations into the field, those who agreed alone; codes.manage is asked by the use case."""
    names = events.registered_names(str(slug))
    if not names:
        return no_update, t("No registration came with a name and the consent to show it. Bring in a list with both.")
    have = str(typed_names or "").splitlines()
    more = [name for name in names if name not in have]
    words = t("{count} names of people who agreed to be named", count=f.number(len(names)))
    return "\n".join([*(line for line in have if line.strip()), *more]), words


@callback(
    Output("codes-told", "children"),
    Input("codes-make", "n_clicks"),
    State("codes-slug", "data"),
    State("codes-channel", "value"),
    State("codes-session", "value"),
    State("codes-label", "value"),
    prevent_initial_call=True,
)
def make(_: int, slug: str, channel: Any, session: Any, label: Any) -> Any:
    """Makes a code; the permission codes.manage is asked by the use case."""
    try:
        code = events.make_code(
            str(slug), str(channel or ""), "" if session in ("-", None) else str(session), str(label or "")
        )
    except (InputError, Conflict, NotFound, TooMany) as error:
        return told_of(error, field_names())
    copy = html.Button([icon("copy"), html.Span(t("Copy link"))], type="button", className="fz-button",
                       **{"data-copy": code.link, "data-copied": t("Copied")})  # fmt: skip
    on = html.A([icon("poster"), html.Span(t("Print it"))], href=f"/desk/e/{slug}/codes?code={code.code_id}",
                className="fz-button")  # fmt: skip
    link = html.P(code.link.split("://", 1)[-1], className="fz-mono fz-break", id="codes-link")
    return done(t("The code is in use."), html.Div([link, html.Div([copy, on], className="d-flex flex-wrap gap-2")]))


@callback(
    Output("codes-said", "children"),
    Output("codes-go", "href"),
    Input("codes-rename", "n_clicks"),
    Input("codes-revoke", "n_clicks"),
    State("codes-slug", "data"),
    State("codes-chosen", "data"),
    State("codes-name", "value"),
    prevent_initial_call=True,
)
def change(_: int, __: int, slug: str, code_id: str, name: Any) -> Any:
    """Renames or revokes the chosen code; codes.manage is asked by the use case."""
    acts: dict[str, Callable[[], None]] = {
        "codes-rename": lambda: events.rename_code(str(slug), str(code_id), str(name or "")),
        "codes-revoke": lambda: events.revoke_code(str(slug), str(code_id)),
    }
    act = str(ctx.triggered_id)
    if act not in acts:
        return no_update, no_update
    try:
        acts[act]()
    except (InputError, Conflict, NotFound, TooMany) as error:
        return told_of(error, field_names()), no_update
    return no_update, f"/desk/e/{slug}/codes" + (f"?code={code_id}" if act == "codes-rename" else "")
