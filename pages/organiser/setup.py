"""Setting up an event in one sitting: a stepper of few pages, each kept as one goes; the same to change it later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update

import events
from accounts import Conflict, TooMany
from calculations.event_states import permits, refusal
from calculations.model import InputError, Place
from events import STEPS, SetupView
from locales import current_language, pick, t
from pages._parts.desk import event_line, event_notice, frame, panel
from pages._parts.desk_form import button, bytes_of, done, off_by, shut_note, told_of
from pages._parts.icons import icon
from pages._parts.pieces import error_children
from pages.organiser import _setup_offer as later
from pages.organiser import _setup_place as whereabouts
from pages.organiser import _setup_steps as first
from pages.organiser._setup_form import Fields, body_of, dom_id, said_of
from pages.organiser._setup_review import address, review, turn_of
from pages.organiser._setup_states import state_sentence
from pages.organiser._setup_words import names_for, step_names
from pages.registry import page as register

register(
    "/desk/e/<slug>/setup", kind="desk", title="Set up the event", permission="event.view",
    scripts=("js/desk.js", "js/spot.js", "js/form-errors.js"),
    styles=("css/desk-more.css", "css/inventory.css", "css/setup.css", "css/place.css"),
)  # fmt: skip
PREFIX = "setup"
SHUT = "setup-shut"
FORMS: dict[str, Callable[[Fields, SetupView], list[Any]]] = {
    "about": first.about, "place": whereabouts.place, "programme": first.programme, "boundary": first.boundary,
    "projects": later.projects, "look": later.look, "privacy": later.privacy, "review": review,
}  # fmt: skip
ESSENTIALS = ("scenario", "slug", "currency", "factor_set", "livemode")
HOLDS_ESSENTIALS = ("about", "place", "boundary", "projects", "privacy")
PERMITTED = {"about": "words", "place": "place", "programme": "words", "boundary": "boundary", "projects": "offers",
             "look": "words", "privacy": "words"}  # fmt: skip


def layout(slug: str = "", step: str = "", kept: str = "", **_: Any) -> html.Div:
    """One step at a time; without one, the first that was not kept yet."""
    view = events.setup_view(slug)
    here = step if step in STEPS else view.next_step
    state = view.event.state
    fixed = () if permits(state, "essentials") else ESSENTIALS
    fields = Fields(PREFIX, view.values, f"{view.event.event_id}-{here}", fixed)
    shut = refusal(state, PERMITTED[here]) if here in PERMITTED else ""
    inside = html.Fieldset(FORMS[here](fields, view), className="fz-form fz-setup-form", disabled=bool(shut))
    form = [*_fixed_note(here, state, shut), inside]
    if here != "review" and view.may_edit:
        form.append(_foot(view, here, shut))
    form.append(html.Div(_told(kept), id="setup-told", role="status"))
    aside = None if view.event.state == "draft" else state_sentence(view.event.state)
    body = [
        dcc.Store(id="setup-where", data={"slug": slug, "step": here, "seen": view.seen(here)}),
        dcc.Location(id="setup-go", refresh=True),
        stepper(view, here), panel(step_names()[here], form, aside, span=12),
    ]  # fmt: skip
    title = pick(dict(view.event.names)) or t("A new event")
    line = event_line(view.event) if "place" in view.done else state_sentence(view.event.state)
    return frame(html.Div(body, className="fz-setup"), "setup", title, slug=slug, subtitle=line,
                 **event_notice(view.event))  # fmt: skip


def _fixed_note(here: str, state: str, shut: str) -> list[Any]:
    """What the event's state forbids on this step, before anything is typed."""
    said = shut
    if not said and here in HOLDS_ESSENTIALS:
        said = refusal(state, "essentials")
    return [shut_note(t(said), SHUT)] if said else []


def stepper(view: SetupView, here: str) -> html.Nav:
    """Eight bars with words: done, here, still to come; each leads to its step."""
    names, items = step_names(), []
    for step in STEPS:
        look = "fz-step-here" if step == here else "fz-step-done" if step in view.done else ""
        current = {"aria-current": "step"} if step == here else {}
        lacks = any(gap.step == step and gap.needed for gap in view.gaps) and step in view.done
        mark = html.Span(t("something is missing"), className="visually-hidden") if lacks else None
        words = [html.Span(names[step]), icon("error") if lacks else None, mark]
        link = html.A(words, href=address(view.event.slug, step), className=f"fz-step {look}".strip(), **current)
        items.append(html.Li(link))
    count = t("Step {number} of {count}", number=STEPS.index(here) + 1, count=len(STEPS))
    return html.Nav([html.P(count, className="fz-note fz-setup-count"), html.Ol(items, className="fz-setup-stepper")],
                    **{"aria-label": t("Steps")})  # fmt: skip


def _foot(view: SetupView, here: str, shut: str) -> html.Div:
    number = STEPS.index(here)
    back = (
        html.A(t("Back"), href=address(view.event.slug, STEPS[number - 1]), className="fz-button") if number else None
    )
    words = t("Keep and go on") if view.event.state == "draft" else t("Keep")
    return html.Div(
        [button("setup-save", words, "check", main=True, **off_by(shut, SHUT)), back],
        className="d-flex flex-wrap gap-2 mt-3",
    )


def _told(kept: str) -> Any:
    return done(t("Kept.")) if kept else None


@callback(
    Output({"type": f"{PREFIX}-error", "name": ALL}, "children"), Output("setup-told", "children"),
    Output("setup-go", "href"), Output("setup-where", "data"),
    Input("setup-save", "n_clicks"), Input({"type": "setup-act", "act": ALL, "row": ALL}, "n_clicks"),
    State({"type": PREFIX, "name": ALL}, "value"), State({"type": PREFIX, "name": ALL}, "id"),
    State("setup-where", "data"), prevent_initial_call=True,
)  # fmt: skip
def save(clicks: Any, acts: Any, values: Any, ids: Any, where: Any) -> Any:
    """Keeps the step and goes on; or says below each field what is wrong, and what was typed stays. The small buttons
    of sessions keep the step as well, with that session moved or left out."""
    places = [each["id"] for each in ctx.outputs_list[0]]
    if not clicks and not any(acts or []):
        return [no_update] * len(places), no_update, no_update, no_update
    slug, step = str(where["slug"]), str(where["step"])
    body = body_of(ids, values)
    act = ctx.triggered_id if isinstance(ctx.triggered_id, dict) else None
    if act is not None:
        _move(body, str(act["act"]), int(act["row"]))
    try:
        event = events.save_step(slug, step, body, str(where.get("seen") or ""))
    except InputError as error:
        below, rest = said_of(error, places, names_for(error))
        count = t("Not kept yet. Fields that need a look: {count}.", count=len(error.errors))
        return below, html.P(error_children(" ".join([count, *rest])), className="fz-error mt-2"), no_update, no_update
    except (Conflict, TooMany) as error:
        fresh = {**where, "seen": events.setup_view(slug).seen(step)}
        return [[] for _ in places], told_of(error), no_update, fresh
    stays = act is not None or bool(body.get("paste")) or event.state != "draft"
    onward = step if stays else STEPS[STEPS.index(step) + 1]
    return [[] for _ in places], no_update, address(event.slug, onward) + ("&kept=1" if stays else ""), no_update


def _move(body: dict[str, Any], act: str, row: int) -> None:
    """Moves or drops a session among those that were typed."""
    rows = body.get("sessions") or []
    index = row - 1
    if not 0 <= index < len(rows):
        return
    if act == "delete":
        rows[index] = {"id": ""}
    elif act in ("up", "down"):
        other = index + (-1 if act == "up" else 1)
        if 0 <= other < len(rows):
            rows[index], rows[other] = rows[other], rows[index]


@callback(
    Output("setup-place-box", "options"), Output("setup-place-box", "value"), Output(dom_id(PREFIX, "place"), "value"),
    Output(dom_id(PREFIX, "timezone"), "value"),
    Input("setup-place-box", "search_value"), Input("setup-place-box", "value"),
    State(dom_id(PREFIX, "place"), "value"),
)  # fmt: skip
def find_place(typed: Any, chosen: Any, kept: Any) -> Any:
    """Places that fit what is typed, and the zone that is proposed at the chosen one. After a reload the field holds
    again what was chosen before."""
    asked = {str(each) for each in ctx.triggered_prop_ids}
    if "setup-place-box.value" in asked and chosen:
        found = events.place_at(str(chosen))
        if found is None:
            return (no_update,) * 4
        zone = events.proposed_zone(found.country, found.lat, found.lon)
        return _options([found]), no_update, found.place_id, zone
    held = events.place_at(str(kept or ""))
    if "setup-place-box.search_value" in asked and typed:
        offered = events.suggest_places(str(typed), current_language())
        return _options([*offered, *([held] if held else [])]), no_update, no_update, no_update
    if held is None or chosen == held.place_id:
        return (no_update,) * 4
    return _options([held]), held.place_id, no_update, no_update


def _options(places: list[Place]) -> list[dict[str, str]]:
    shown = {each.place_id: whereabouts.place_label(each) for each in places}
    return [{"value": key, "label": words} for key, words in shown.items()]


@callback(
    Output("setup-spot-map", "children"), Output("setup-spot-said", "children"),
    Output("setup-spot-around", "children"), Output("setup-spot-view", "data"),
    Output("setup-spot-back", "hidden"), Output("setup-whereabouts", "hidden"), Output(dom_id(PREFIX, "spot"), "value"),
    Input(dom_id(PREFIX, "place"), "value"), Input(dom_id(PREFIX, "spot"), "value"), Input("setup-reach", "value"),
    State("setup-spot-view", "data"),
)  # fmt: skip
def draw_spot(chosen: Any, typed: Any, reach: Any, before: Any) -> Any:
    """The town's surroundings with the spot in them. A spot that is not the next town's goes with the last one."""
    town = events.place_at(str(chosen or ""))
    if town is None:
        return [], [], "", None, True, True, no_update
    text, reach_km = str(typed or ""), reach if reach in events.REACHES_KM else whereabouts.USUAL_KM
    found = whereabouts.drawn(town, text, reach_km, before if isinstance(before, dict) else None)
    gone = isinstance(before, dict) and before.get("town") != town.place_id and bool(found.wrong)
    if gone:
        found = whereabouts.drawn(town, "", reach_km)
    cleared = "" if gone else no_update
    return (
        whereabouts.picture(found), whereabouts.said(found), whereabouts.great(found), found.view, not text or gone,
        False, cleared,
    )  # fmt: skip


@callback(Output("setup-link-slug", "children"), Input(dom_id(PREFIX, "slug"), "value"), prevent_initial_call=True)
def show_link(typed: Any) -> str:
    """The public link as it is typed."""
    return str(typed or "")[:64].strip().lower()


@callback(
    Output("setup-samples", "children"),
    *[Input(dom_id(PREFIX, name), "value") for name in ("button_light", "button_dark", "words_light", "words_dark")],
    prevent_initial_call=True,
)  # fmt: skip
def show_colours(*typed: Any) -> Any:
    """Samples under the colours that are typed."""
    names = ("button_light", "button_dark", "words_light", "words_dark")
    return later.samples({name: str(value or "") for name, value in zip(names, typed, strict=True)})


@callback(
    Output("setup-logo-shown", "children"), Output("setup-logo-told", "children"),
    Input("setup-logo", "contents"), Input("setup-logo-drop", "n_clicks", allow_optional=True),
    State("setup-where", "data"), prevent_initial_call=True,
)  # fmt: skip
def keep_logo(contents: Any, drops: Any, where: Any) -> Any:
    """Keeps the picture at once, or says why not; event.edit is asked by the use case."""
    slug = str(where["slug"])
    try:
        if ctx.triggered_id == "setup-logo-drop" and drops:
            events.drop_logo(slug)
        elif contents:
            events.set_logo(slug, bytes_of(contents))
        else:
            return no_update, no_update
    except (InputError, Conflict, TooMany) as error:
        return no_update, told_of(error, {"logo": t("Logo")})
    return later.logo(events.setup_view(slug)), done(t("Kept."))


@callback(
    Output("setup-told", "children", allow_duplicate=True), Output("setup-go", "href", allow_duplicate=True),
    Input("setup-turn", "n_clicks"), State({"type": PREFIX, "name": ALL}, "value"), State("setup-where", "data"),
    prevent_initial_call=True,
)  # fmt: skip
def turn(clicks: Any, values: Any, where: Any) -> Any:
    """Opens, closes or opens again; what is missing is said."""
    if not clicks:
        return no_update, no_update
    slug = str(where["slug"])
    try:
        event = events.change_state(slug, turn_of(events.get_event(slug)), str((values or [""])[0] or ""))
    except InputError as error:
        return told_of(error, {"reason": t("Reason")}), no_update
    except (Conflict, TooMany) as error:
        return told_of(error), no_update
    return no_update, f"/desk/e/{slug}" if event.state == "open" else address(slug, "review")
