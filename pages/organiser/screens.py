"""Big screens of an event: links that are told once, what stands where, and the remote control with its preview."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html, no_update

import events
from calculations.model import InputError
from data.settings import get_settings
from locales import current_language, pick, t
from locales import formats as f
from pages._parts.desk import event_line, event_notice, frame, panel, sentence_of
from pages._parts.desk_form import button, labelled, typed
from pages._parts.icons import icon
from pages.organiser import _screen_form as form
from pages.registry import page

page(
    "/desk/e/<slug>/screens",
    kind="desk",
    title="Big screen",
    permission="screen.manage",
    scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/wall-desk.css"),
)
REFRESH_MS = 5_000
ACTS = ("identify", "same", "rename", "revoke", "identify_all", "revoke_all")


def layout(slug: str = "", screen: str = "", **_: Any) -> html.Div:
    """Screens on the left, the chosen one's preview and remote control on the right."""
    event = events.get_event(slug)
    known = events.list_screens(slug)
    chosen = next((one for one in known if one.screen_id == screen), known[0] if known else None)
    standing = _standing(event, known, chosen.screen_id if chosen else "")
    left = html.Div([panel(t("Screens"), standing), panel(t("A new screen"), _new())], className="fz-4 fz-column-stack")
    right = html.Div(_right(event, chosen), id="screens-right", className="fz-8 fz-column-stack")
    body = [
        dcc.Store(id="screens-slug", data=slug), dcc.Interval(id="screens-tick", interval=REFRESH_MS),
        html.Div([left, right], className="fz-grid fz-screens-page"),
    ]  # fmt: skip
    head = {"subtitle": f"{pick(dict(event.names))} · {event_line(event)}"}
    return frame(body, "screens", t("Big screen"), slug=slug, **head, **event_notice(event))


def _right(event: events.Event, chosen: events.Screen | None) -> list[Any]:
    """All that is of the chosen screen, and what the page remembers of it."""
    offered = [name for name in events.LAYOUTS if name != "pledges" or events.pledge_board(event.slug)["pledges"]]
    return [
        dcc.Store(id="screens-chosen", data=chosen.screen_id if chosen else ""),
        dcc.Store(id="screens-known", data=chosen.state.as_json() if chosen else None),
        dcc.Location(id="screens-go", refresh=True), *_chosen(event, chosen, offered),
    ]  # fmt: skip


def _standing(event: events.Event, known: list[events.Screen], chosen: str) -> list[Any]:
    parts: list[Any] = [html.Div(_list(event, known, chosen), id="screens-list")]
    acts = html.Div([button("screens-identify_all", t("Show their names"), "screen"),
                     button("screens-revoke_all", t("Revoke all links"), "close")],
                    id="screens-acts", className="d-flex flex-wrap gap-2 mt-3", hidden=not known)  # fmt: skip
    return [*parts, acts]


def _list(event: events.Event, known: list[events.Screen], chosen: str) -> Any:
    if not known:
        return html.P(t("No screen yet. Make a link and open it on the machine that drives the screen."),
                      className="fz-small")  # fmt: skip
    now = datetime.now(UTC)
    return html.Ul([_entry(event, one, one.screen_id == chosen, now) for one in known], className="fz-screens")


def _entry(event: events.Event, one: events.Screen, here: bool, now: datetime) -> html.Li:
    is_on = one.is_on(now)
    state = t("On") if is_on else _last(event, one)
    words = [html.B(name_of(one)), html.Span(form.shows(one.state)),
             html.Span(state, className="fz-screen-on" if is_on else "fz-screen-off")]  # fmt: skip
    more: dict[str, Any] = {"aria-current": "true"} if here else {}
    return html.Li(html.A(words, href=f"/desk/e/{event.slug}/screens?screen={one.screen_id}", **more))


def _last(event: events.Event, one: events.Screen) -> str:
    if one.seen_at is None:
        return t("Never on yet")
    return t("Last on {time}", time=f.datetime_text(one.seen_at, event.timezone, style="short"))


def name_of(one: events.Screen) -> str:
    """A screen's name; one without is called after its id."""
    return one.label or t("Screen {screen}", screen=one.screen_id[:4])


def _new() -> list[Any]:
    label = labelled("screens", "label", t("Where it stands"),
                     typed("screens", "label", maxlength=80, placeholder=t("Main hall, left")))  # fmt: skip
    words = t("Whoever has the link sees the event's screen and nothing else. It is shown once, here.")
    make = dbc.Button(t("Make a link"), id="screens-make", n_clicks=0, className="fz-button fz-button-main")
    return [html.P(words, className="fz-small"), html.Div(label, className="mt-2"), html.Div(make, className="mt-3"),
            html.Div(id="screens-told", role="status")]  # fmt: skip


def _chosen(event: events.Event, one: events.Screen | None, offered: list[str]) -> list[Any]:
    fields = form.controls(one.state if one else events.ScreenState(), offered)
    name = typed("screens", "name", one.label if one else "", maxlength=80)
    doors = (
        ("identify", t("Show its name"), "screen"), ("same", t("All screens like this"), "copy"),
        ("revoke", t("Revoke its link"), "close"),
    )  # fmt: skip
    acts = html.Div([button(f"screens-{key}", *more) for key, *more in doors], className="d-flex flex-wrap gap-2")
    named = html.Div([labelled("screens", "name", t("Name"), name), button("screens-rename", t("Rename"), "edit")],
                     className="fz-screen-named")  # fmt: skip
    said = html.Div(id="screens-said", role="status", className="fz-screen-said")
    scope = form.scope()
    other = html.Div(id="screens-other", role="status", className="fz-screen-said")
    body = [scope, html.Div(fields, className="fz-screen-controls"), said, other, acts, named]
    control = panel(t("Remote control"), body, t("takes effect at once"), hidden=one is None)
    if one is None:
        return [control]
    address = f"/desk/e/{event.slug}/screens/{one.screen_id}/preview?lang={current_language()}"
    picture = html.Iframe(src=address, title=t("Preview of {screen}", screen=name_of(one)),
                          tabIndex=-1, className="fz-screen-preview")  # fmt: skip
    return [panel(name_of(one), [picture, _draft_note(event)]), control]


def _draft_note(event: events.Event) -> html.P | None:
    if event.state != "draft":
        return None
    words = t("This event is a draft: until it is open, its screens show its name and the time alone. The preview "
              "shows what they will show.")  # fmt: skip
    return html.P(words, className="fz-small mt-2 mb-0")


@callback(
    Output("screens-told", "children"),
    Output("screens-right", "children"),
    Output("screens-acts", "hidden"),
    Input("screens-make", "n_clicks"),
    State("screens-slug", "data"),
    State("screens-label", "value"),
    prevent_initial_call=True,
)
def make(_: int, slug: str, label: Any) -> Any:
    """Makes a link, and the remote control is the new screen's. screen.manage is asked by the use case."""
    token = events.screen_token(str(slug), str(label or ""))
    link = f"{get_settings().base_url}/screen/{token}?lang={current_language()}"
    one, event = events.get_screen(str(slug), events.screen_id_of(token)), events.get_event(str(slug))
    return _new_link(link, f"/desk/e/{slug}/screens?screen={one.screen_id}"), _right(event, one), False


@callback(
    Output("screens-list", "children"),
    Input("screens-tick", "n_intervals"),
    Input("screens-told", "children"),
    Input("screens-said", "children"),
    State("screens-slug", "data"),
    State("screens-chosen", "data"),
    prevent_initial_call=True,
)
def refresh(_: Any, __: Any, ___: Any, slug: str, chosen: str) -> Any:
    """The list anew: which are on, and what they show."""
    return _list(events.get_event(str(slug)), events.list_screens(str(slug)), str(chosen))


@callback(
    Output("screens-said", "children"),
    Output("screens-known", "data"),
    Output("screens-rotating", "value"),
    *[Input(f"screens-{name}", "value") for name in form.FIELDS],
    State("screens-scope", "value"),
    State("screens-slug", "data"),
    State("screens-chosen", "data"),
    prevent_initial_call=True,
)
def control(*values: Any) -> Any:
    """Tells the chosen screen, or all of them, what goes with the fields that changed."""
    scope, slug, chosen = (str(value) for value in values[-3:])
    known = _state_of(slug, chosen)
    if known and list(values[:-3]) == form.values_of(known):  # `follow` wrote what the screen shows: nobody tells it
        return no_update, no_update, no_update
    changed = [str(name).removeprefix("screens-") for name in ctx.triggered_prop_ids.values()]
    told = form.told_by(changed, dict(zip(form.FIELDS, values, strict=False)))
    there = "" if scope == "all" else chosen or "none"
    said = _said(slug, lambda: events.control_screen(slug, there, told))
    state = _state_of(slug, chosen)
    return said, state.as_json() if state else no_update, [] if "layout" in changed else no_update


def _state_of(slug: str, chosen: str) -> events.ScreenState | None:
    """What the chosen screen is told now; None once its link is revoked."""
    try:
        return events.get_screen(slug, chosen).state
    except events.NotFound:
        return None


def _now(slug: str) -> str:
    """The time at the event's place, with seconds."""
    return f.time_text(datetime.now(UTC), events.get_event(slug).timezone, seconds=True)


@callback(
    Output("screens-other", "children"),
    Output("screens-known", "data", allow_duplicate=True),
    *[Output(f"screens-{name}", "value", allow_duplicate=True) for name in form.FIELDS],
    Input("screens-tick", "n_intervals"),
    State("screens-known", "data"),
    State("screens-slug", "data"),
    State("screens-chosen", "data"),
    prevent_initial_call=True,
)
def follow(_: Any, known: Any, slug: str, chosen: str) -> Any:
    """What somebody else told the screen meanwhile: the fields hold it, and a sentence says so."""
    still = [no_update] * (len(form.FIELDS) + 1)
    if not chosen:
        return no_update, *still
    state = _state_of(str(slug), str(chosen))
    if state is None:
        return _gone(), *still
    if state.as_json() == known:
        return no_update, *still
    words = t(
        "Somebody else has told this screen something, seen at {time}: the fields show it as it is now.",
        time=_now(slug),
    )
    return html.P(words, className="fz-told"), state.as_json(), *form.values_of(state)


def _gone() -> html.Div:
    words = t("This screen’s link was revoked meanwhile: it is dark. Choose another screen, or make a new link.")
    return html.Div(html.P(words), className="fz-error", role="alert")


@callback(
    Output("screens-said", "children", allow_duplicate=True),
    Output("screens-go", "href"),
    *[Input(f"screens-{act}", "n_clicks") for act in ACTS],
    State("screens-slug", "data"),
    State("screens-chosen", "data"),
    State("screens-name", "value"),
    prevent_initial_call=True,
)
def act(*values: Any) -> Any:
    """What the buttons do."""
    slug, chosen, name = str(values[-3]), str(values[-2]), str(values[-1] or "")
    acts: dict[str, Any] = {
        "screens-identify": lambda: events.identify_screens(slug, chosen or "none"),
        "screens-identify_all": lambda: events.identify_screens(slug),
        "screens-same": lambda: events.control_screen(slug, "", events.get_screen(slug, chosen).state.as_json()),
        "screens-rename": lambda: events.rename_screen(slug, chosen, name),
        "screens-revoke": lambda: events.revoke_screen(slug, screen_id=chosen or "none"),
        "screens-revoke_all": lambda: events.revoke_screen(slug),
    }  # fmt: skip
    triggered = str(ctx.triggered_id)
    if triggered not in acts or not ctx.triggered[0]["value"]:  # a button that is drawn anew was not pressed
        return no_update, no_update
    said = _said(slug, acts[triggered])
    moved = triggered in ("screens-revoke", "screens-revoke_all", "screens-rename") and "fz-told" in said.className
    there = f"?screen={chosen}" if triggered == "screens-rename" else ""
    return said, f"/desk/e/{slug}/screens{there}" if moved else no_update


def _said(slug: str, work: Callable[[], Any]) -> html.Div:
    try:
        work()
    except InputError as error:
        names = form.field_names()
        return html.Div([html.P(sentence_of(one, names)) for one in error.errors], className="fz-error", role="alert")
    except events.NotFound:
        return _gone()
    return html.Div(html.P(t("Told at {time}.", time=_now(slug))), className="fz-told")


def _new_link(link: str, control_href: str) -> html.Div:
    copy = html.Button(
        [icon("copy"), html.Span(t("Copy link"))],
        className="fz-button",
        **{"data-copy": link, "data-copied": t("Copied")},
    )
    show = html.A(
        [icon("screen"), html.Span(t("Open the screen"))],
        href=link,
        target="_blank",
        rel="noreferrer",
        className="fz-button fz-button-ink",
    )
    steer = html.A([icon("settings"), html.Span(t("Control it"))], href=control_href, className="fz-button")
    words = html.P(html.Span(link, className="fz-mono"), id="screens-link")
    note = html.P(t("Add theme=light to the address for a bright room."), className="fz-note mt-2")
    return html.Div([words, html.Div([copy, show, steer], className="d-flex flex-wrap gap-2 mt-2"), note],
                    className="fz-told mt-3")  # fmt: skip
