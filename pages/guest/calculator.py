"""The calculator: one's own trips, nights, meals and more; a total that moves as one types; each line can be opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, dcc, html

import events
from accounts import DomainError
from calculations.model import InputError, Scenario
from events import Event, FootprintView
from locales import current_language, pick, t
from locales import formats as f
from offsetting import claims
from pages._parts import pieces, shell
from pages._parts.icons import icon
from pages._parts.taking_part import over
from pages._parts.who_pays import ALL, payer_of
from pages.guest import _form, _trace, _words
from pages.guest._device import came_by, device_of, notice_kind, proved
from pages.guest._draft import Asked, asked_of, items, lines_by_path, part, sentences
from pages.guest._figures import field_names, figures, group_sums, shown_parts, trip_words
from pages.guest._models import card_words
from pages.guest._year import levers, levers_of, year
from pages.registry import page

SCRIPTS = ("js/guest.js", "js/guest-places.js", "js/guest-calculator.js")
page("/e/<slug>/footprint", kind="guest", title="Your footprint", styles=("css/guest-form.css",), scripts=SCRIPTS)


def check(slug: str) -> None:
    """NotFound where there is no such event."""
    events.get_event(slug)


def layout(slug: str, c: str = "", by: str = "") -> Any:
    """The form as templates, the bar, and what the script is told of the event; ``c`` is the code that was scanned,
    ``by`` that of a link somebody shared."""
    event = events.get_event(slug)
    scenario = scenario_of(event)
    if words := over(event):
        return _over(event, scenario, words)
    main = [
        html.P(_form.dates_line(event), className="fz-note mt-3") if not scenario.is_yearly else None,
        html.H1(_heading(scenario), className="fz-page-h1"),
        html.Div(id="calc-year"),
        html.Noscript(t("The calculator needs its script; the forum’s introduction and every certificate do not.")),
        html.Div(pieces.loading(5), id="calc-home", **{"aria-busy": "true"}),
        html.Div(id="calc-levers"),
        html.P(id="calc-told", className="visually-hidden", role="status"),
        html.Div(className="fz-toast", role="status", hidden=True),
    ]
    body = shell.guest_shell(
        main, event.slug, "footprint", notice_kind(event), side=_kept(), bar=_bar(event), hrefs={},
        jurisdiction=event.jurisdiction,
    )  # fmt: skip
    return html.Div([body, html.Div(id="calc-sheet"), *_hidden(event, scenario, c, by)])


def _over(event: Event, scenario: Scenario, words: str) -> html.Div:
    """In place of the form once answers are no longer taken: why, and where this phone's part and the boards are."""
    ways = html.Div([
        html.A(t("Your part"), href=f"/e/{event.slug}/me", className="fz-button"),
        html.A(t("To the boards"), href=f"/e/{event.slug}/rank", className="fz-button"),
    ], className="d-flex flex-wrap justify-content-center gap-2 mt-3")  # fmt: skip
    main = [html.H1(_heading(scenario), className="fz-page-h1 mt-3"), pieces.empty(words, ways)]
    return html.Div(shell.guest_shell(main, event.slug, None, notice_kind(event)))


def scenario_of(event: Event) -> Scenario:
    """The template of the event's scenario; the one for all else where it has none."""
    known = {each.scenario_id: each for each in events.scenarios()}
    return known.get(event.scenario) or known["other"]


def _heading(scenario: Scenario) -> str:
    """The template's own heading, or what its first part asks."""
    own = pick(scenario.page.get("heading", {}))
    return own or (t("How did you come?") if scenario.asks[:1] == ("trips",) else t("What did you do?"))


def _kept() -> Any:
    return [
        html.Span([icon("check"), t("Kept on this phone")], className="fz-kept", hidden=True, **{"data-kept": "kept"}),
        html.Span([icon("offline"), t("No connection · kept here")], className="fz-kept fz-kept-off", hidden=True,
                  **{"data-kept": "offline"}),
    ]  # fmt: skip


def _onward(event: Event) -> str:
    """What the button says: where the host pays, or some are not counted, nobody is sent to neutralise anything."""
    if payer_of(event) == ALL or event.boundary.who in ("onsite", "guests"):
        return t("Continue")
    return claims.say("step.neutralise", jurisdiction=event.jurisdiction)


def _bar(event: Event) -> html.Div:
    button = html.Button(
        [_onward(event), icon("chevron_right")],
        id="calc-go",
        type="button",
        className="fz-button fz-button-main",
        disable_n_clicks=True,
    )
    inside = [
        html.Div(_strip([]), id="calc-strip"),
        html.Div([html.Div(_total(None), id="calc-total", **{"aria-live": "polite"}), button], className="fz-bar-line"),
    ]
    return html.Aside(
        html.Div(inside, className="fz-column"), className="fz-bar fz-on-ink", **{"aria-label": t("Your footprint")}
    )


def _hidden(event: Event, scenario: Scenario, scanned: str, shared: str) -> list[Any]:
    stores = [
        dcc.Store(id=f"calc-{name}")
        for name in ("draft", "answer", "ask", "saved", "open", "sink-1", "sink-2", "sink-3", "sink-4")
    ]
    copied = html.Div([html.Span(t("Copied."), **{"data-say": "copied"})], hidden=True)
    return [
        _form.templates(event, scenario),
        copied,
        dcc.Store(id="calc-config", data=_config(event, scenario) | _came_by(event, scanned) | {"by": shared[:20]}),
        *stores,
    ]


def _came_by(event: Event, scanned: str) -> dict[str, str]:
    """The code this device keeps from now on, and the session of the hall it hangs in."""
    code = events.scanned_at(event, scanned)
    if code is None:
        return {}
    known = {one.session_id for one in event.sessions}
    return {"code": code.code_id, "hall": code.session_id if code.session_id in known else ""}


def _config(event: Event, scenario: Scenario) -> dict[str, Any]:
    """What the script needs to know: where it is, what a new trip is, and what is filled in beforehand."""
    default = event.defaults
    place = event.place
    here = (
        {"id": place.place_id, "name": pick(place.names), "beside": "", "country": place.country}
        if place.names
        else None
    )
    trip = {"mode": default.get("mode") or "plane", "from": None, "to": here, "cabin": "economy", "fuel": "petrol",
            "people": 1, "round_trip": True, "count": 1, "via": []}  # fmt: skip
    stay = {"nights": default.get("nights", 1), "rooms": 1, "guests": 1, "kind": "hotel"}
    other = {a.key: a.default for a in scenario.activities if a.default and a.key != "remote_participation"}
    other |= {key: told for key, told in dict(default.get("other") or {}).items() if scenario.activity(key)}
    return {
        "slug": event.slug,
        "language": current_language(),
        "near": place.place_id if place.names else "",
        "trip": trip if "trips" in scenario.asks else None,
        "stay": stay,
        "draft": {
            "stays": [stay] if "stays" in scenario.asks and scenario.page.get("first_stay") else [],
            "other": other,
            "home": {"place": here} if scenario.page.get("home") else {},
            "remote": {"on": False, "hours": 3},
        },
        "words": {
            "label": t("Places"),
            "found": t("{count} places found; choose with the arrow keys.", count="{count}"),
            "none": t("No place is called so."),
            "nothing": t("Nothing is called so."),
        },
    }


def _strip(parts: list[tuple[str, str, float]], view: FootprintView | None = None) -> list[Any]:
    names = _words.categories()
    bars = [html.I(className=f"fz-swatch-{name}", style={"--fz-w": f"{share:.2f}%"}) for name, _, share in parts]
    legend = [html.Span([pieces.swatch(name), f"{names[name]} {number}"]) for name, number, _ in parts]
    return [
        html.Div(bars or [html.I(className="fz-strip-none")], className="fz-strip", **{"aria-hidden": "true"}),
        html.Div(
            legend or [html.Span(t("Your answer is kept") if view and view.left_out else t("Nothing told yet"))],
            className="fz-legend",
            tabIndex="0" if len(parts) > 3 else None,
        ),
    ]


def _total(view: FootprintView | None) -> list[Any]:
    if view and view.left_out:
        return [html.P(html.B(t("Not counted at this event")))]
    grams = view.total_g if view else 0
    number, unit = f.mass(grams)
    span = f" · {f.mass_range(view.low_g, view.high_g, unit=unit)}" if view and view.total_g else ""
    return [
        html.P(pieces.figure_number(number, unit + " CO₂e", 1)),
        html.P(t("Your footprint") + span, className="fz-range"),
    ]


dash.clientside_callback(
    ClientsideFunction("fz", "calculator"), Output("calc-sink-1", "data"), Input("calc-config", "data")
)
dash.clientside_callback(
    ClientsideFunction("fz", "answered"), Output("calc-sink-2", "data"), Input("calc-answer", "data")
)
dash.clientside_callback(ClientsideFunction("fz", "saved"), Output("calc-sink-3", "data"), Input("calc-saved", "data"))
dash.clientside_callback(
    ClientsideFunction("fz", "opened"), Output("calc-sink-4", "data"), Input("calc-sheet", "children")
)


@dash.callback(
    Output("calc-answer", "data"), Output("calc-strip", "children"), Output("calc-total", "children"),
    Output("calc-year", "children"), Output("calc-levers", "children"), Input("calc-draft", "data"),
    prevent_initial_call=True,
)  # fmt: skip
def preview(asked: Any) -> Any:
    """What the draft comes to, stored nowhere."""
    message = _message(asked)
    event = events.get_event(_slug(message))
    scenario, draft = scenario_of(event), message.get("draft")
    wanted = asked_of(draft, scenario, whole=False)
    try:
        view = events.preview_footprint(event.slug, wanted.body)
    except InputError as error:
        answer = {"seq": message.get("seq"), "errors": sentences(wanted, error, _names(scenario)), "lines": {}}
        return answer, dash.no_update, dash.no_update, dash.no_update, dash.no_update
    except DomainError as error:  # the event's factors are not on this server, or have no row for it
        answer = {"seq": message.get("seq"), "errors": {}, "lines": {}, "general": t(error.message, **error.params)}
        return answer, dash.no_update, dash.no_update, dash.no_update, dash.no_update
    lines = figures(draft, wanted, view)
    lines["other"] |= group_sums(scenario, wanted, view)
    for path, words in _spreads(event, wanted, view).items():
        lines[path] |= words
    answer = {"seq": message.get("seq"), "lines": lines, "errors": {}}
    own = (year(event, view), levers(levers_of(event, scenario, wanted, view))) if scenario.is_yearly else (None, None)
    return answer, _strip(shown_parts(view)[0], view), _total(view), *own


def _spreads(event: Event, wanted: Asked, view: FootprintView) -> dict[str, dict[str, str]]:
    """By the draft's path of a flight, how far the published models lie apart."""
    flights = {path: line for path, line in lines_by_path(wanted, view).items() if line.mode == "plane"}
    beside = {
        path: events.spread_beside(event.slug, _body_at(wanted, path), line.total_g) for path, line in flights.items()
    }
    return {path: card_words(spread) for path, spread in beside.items()}


def _message(asked: Any) -> Mapping[str, Any]:
    if not isinstance(asked, Mapping):
        raise ValueError("a draft comes in an object")
    return asked


def _slug(message: Mapping[str, Any]) -> str:
    slug = message.get("slug")
    return slug if isinstance(slug, str) else ""


def _names(scenario: Scenario) -> dict[str, str]:
    return field_names({a.key: pick(a.names) for a in scenario.activities})


@dash.callback(Output("calc-sheet", "children"), Input("calc-open", "data"), prevent_initial_call=True)
def open_trace(asked: Any) -> Any:
    """The drawer of one line."""
    message = _message(asked)
    event = events.get_event(_slug(message))
    scenario, draft, path = scenario_of(event), message.get("draft"), str(message.get("path"))
    wanted = asked_of(draft, scenario, whole=False)
    line = lines_by_path(wanted, events.preview_footprint(event.slug, wanted.body)).get(path)
    if line is None:
        return None
    words = next((trip_words(trip, line) for i, trip in items(draft, "trips") if f"trips.{i}" == path), {})
    models = events.models_beside(event.slug, _body_at(wanted, path)) if path.startswith("trips") else []
    return _trace.sheet(line, _trace.subtitle(path, words, line, _names(scenario)), models)


def _body_at(wanted: Asked, path: str) -> dict[str, Any]:
    kind, index = next(key for key, value in wanted.paths.items() if value == path)
    return wanted.body[kind][index]


@dash.callback(Output("calc-saved", "data"), Input("calc-ask", "data"), prevent_initial_call=True)
def save(asked: Any) -> Any:
    """Begins a participation where the device has none; the next time it asks, stores its footprint."""
    message = _message(asked)
    event = events.get_event(_slug(message))
    scenario, draft, seq = scenario_of(event), message.get("draft"), message.get("seq")
    wanted = asked_of(draft, scenario, whole=True)
    if not wanted.errors and wanted.is_empty:
        return {"seq": seq, **_nothing(draft, scenario)}
    if wanted.errors:
        return {"seq": seq, "errors": wanted.errors | _wrong(event, scenario, wanted)}
    if _without_trip(scenario, draft, wanted) and message.get("again") is not True:
        sentence = t("Tell where you came from, or press the button once more to go on without a trip.")
        return {"seq": seq, "errors": {"trips.0.from": sentence}, "again": True}
    try:
        events.preview_footprint(event.slug, wanted.body)
        return {"seq": seq, **_stored(event, draft, wanted, device_of(message))}
    except InputError as error:
        return {"seq": seq, "errors": sentences(wanted, error, _names(scenario))}
    except DomainError as error:
        return {"seq": seq, "errors": {}, "general": t(error.message, **error.params)}


def _nothing(draft: Any, scenario: Scenario) -> dict[str, Any]:
    if "trips" in scenario.asks and part(draft, "trips", list):
        sentence = t(
            "Tell where you came from: type a town or an airport’s code. Or say below that you take part remotely."
        )
        if scenario.activity("remote_participation") is None:
            sentence = t("Tell where you came from: type a town or an airport’s code.")
        return {"errors": {"trips.0.from": sentence}}
    return {"errors": {}, "general": t("Nothing is filled in yet: one number is enough to begin.")}


def _wrong(event: Event, scenario: Scenario, wanted: Asked) -> dict[str, str]:
    """What else is wrong, by field."""
    try:
        events.preview_footprint(event.slug, wanted.body)
    except InputError as error:
        return sentences(wanted, error, _names(scenario))
    return {}


def _without_trip(scenario: Scenario, draft: Any, wanted: Asked) -> bool:
    """Whether the way there, which the template needs, was left empty."""
    remote = part(draft, "remote", dict).get("on") is True
    return bool(scenario.page.get("needs_trip")) and not remote and not wanted.body["trips"]


def _stored(event: Event, draft: Any, wanted: Asked, device: Mapping[str, Any]) -> dict[str, Any]:
    participation_id = proved(event, device)
    if not participation_id:
        return _begun(event, part(draft, "about", dict), device)
    view = events.save_footprint(participation_id, wanted.body)
    kept = {"footprint_id": view.footprint_id, "total_g": view.total_g, "version": view.version}
    return {"footprint": kept, "next": f"/e/{event.slug}/neutralise"}


def _begun(event: Event, about: Mapping[str, Any], device: Mapping[str, Any]) -> dict[str, Any]:
    display = {"pseudonym": about.get("pseudonym") or "", "consent": about.get("consent") is True}
    try:
        started = events.start_participation(
            event.slug, about.get("session") or None, about.get("company") or None, display, came_by(device)
        )
        events.came_by_link(started.participation_id, str(device.get("by") or ""))
    except InputError as error:
        asked = Asked()
        found = sentences(asked, error, _names(scenario_of(event)))
        return {"errors": {f"about.{path.removeprefix('display.')}": sentence for path, sentence in found.items()}}
    fresh = {"participation_id": started.participation_id, "secret": started.secret}
    return {"device": {**fresh, "order_id": None, "certificate": None, "footprint": None}}
