"""The calculator's form as templates: the device's script makes the fields from them and fills in what the server says.

``data-input`` becomes an input, ``data-name`` ties a field to the draft, ``data-slot`` takes a figure, ``data-error`` a
sentence, ``data-act`` is a button's act (assets/js/guest-calculator.js).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from calculations.model import Scenario, ScenarioActivity
from events import Event
from locales import pick, t
from locales import formats as f
from pages._parts.icons import icon
from pages.guest import _words


def data(**attributes: Any) -> dict[str, str]:
    """``data(act="swap")`` → {"data-act": "swap"}; underscores become hyphens."""
    return {f"data-{name.rstrip('_').replace('_', '-')}": str(value) for name, value in attributes.items()}


def text_input(kind: str, name: str, class_name: str = "", **attributes: Any) -> html.Span:
    """What becomes an input; ``attributes`` as the input's own (aria_label, placeholder, inputmode, class)."""
    own = {f"data-a-{key.rstrip('_').replace('_', '-')}": str(value) for key, value in attributes.items()}
    return html.Span(className=class_name, **data(input=kind, name=name), **own)


def select(name: str, options: Mapping[str, str], class_name: str = "", label: str = "") -> html.Select:
    chosen = [html.Option(words, value=value) for value, words in options.items()]
    said = {"aria-label": label} if label else {}
    return html.Select(chosen, className=class_name, **data(name=name), **said)


def error(*names: str) -> html.P:
    """The sentence below the fields ``names``."""
    return html.P(
        [icon("error"), html.Span()], className="fz-error", hidden=True, tabIndex="-1", **data(error=" ".join(names))
    )


def counter(name: str, words: str, unit: str = "", least: int = 0, step: float = 1) -> html.Span:
    """Less, a number to type, more."""
    return html.Span(
        [
            html.Button(icon("minus"), type="button", disable_n_clicks=True, **{"aria-label": t("Less: {name}", name=words)}),
            html.Span(
                [
                    html.Span(className="", **data(input="text"), **{
                        "data-a-inputmode": "decimal" if step < 1 else "numeric", "data-a-aria-label": words,
                        "data-a-maxlength": "6", "data-a-autocomplete": "off",
                    }),
                    html.Small(unit, className="fz-unit-word") if unit else None,
                ]
            ),
            html.Button(icon("plus"), type="button", disable_n_clicks=True, **{"aria-label": t("More: {name}", name=words)}),
        ],
        className="fz-counter",
        **data(name=name, min=least, step=step),
    )  # fmt: skip


def result(trace: bool = True, of: str = "") -> html.Div:
    """Number, range and the way to the trace; the better way below."""
    number = html.Span(
        [html.Span(**data(slot="number")), html.Small(["\u202f", html.Span(**data(slot="unit"))])], className="fz-num fz-num-2"
    )
    how = html.Button(
        [t("How computed"), icon("chevron_up")], type="button", className="fz-link", disable_n_clicks=True,
        **data(act="trace", of=of), **{"aria-haspopup": "dialog"},
    )  # fmt: skip
    return html.Div(
        [
            html.Div(
                [html.Div([number, html.Span(className="fz-range", **data(slot="range"))]), how if trace else None],
                className="fz-result", hidden=True, **data(if_="known"),
            ),
            html.P(className="fz-note mt-2", hidden=True, **data(slot="outside", if_="outside")),
            better(),
        ]
    )  # fmt: skip


def better() -> html.P:
    """What the better way would have been, on jade-wash."""
    words = [icon("check", **data(way="icon")), html.Span(**data(slot="better")), html.B(**data(slot="less"))]
    return html.P(words, className="fz-better", hidden=True, **data(if_="better"))


def trip_card() -> html.Div:
    """One trip: folded to a row, or open with its fields."""
    return html.Div([_folded(), html.Div(_trip_fields(), className="fz-trip", **data(open="yes"))], className="fz-card")


def _folded() -> html.Div:
    words = html.Span([html.B(**data(fold_title="")), html.Small(**data(fold_route=""))], className="fz-row-words")
    number = html.Span(
        [
            html.Span([html.Span(**data(slot="number")), html.Small(["\u202f", html.Span(**data(slot="unit"))])], className="fz-num"),
            html.Span(className="fz-range", **data(slot="range")),
        ],
        className="fz-row-result", hidden=True, **data(if_="known"),
    )  # fmt: skip
    return html.Div(
        html.Button(
            [html.Span(icon("plane"), className="fz-fold-icon", **data(fold_icon="")), words, number],
            type="button", className="fz-row", disable_n_clicks=True, **data(act="unfold"), **{"aria-expanded": "false"},
        ),
        hidden=True, **data(folded="yes"),
    )  # fmt: skip


def _trip_fields() -> list[Any]:
    return [
        _chips(),
        html.Div(
            [
                place_row("from", t("From where?"), t("From")),
                html.Div(**data(stops="")),
                place_row("to", t("To where?"), t("To")),
                html.Button(
                    icon("swap"), type="button", className="fz-swap", disable_n_clicks=True, **data(act="swap"),
                    **{"aria-label": t("Swap from and to")},
                ),
            ],
            className="fz-places",
        ),
        error("from", "to", "mode"),
        html.Div(
            [
                _pill("cabin", _words.cabins(), t("Class"), when="mode:plane"),
                _pill("fuel", _words.fuels(), t("Fuel"), when="mode:car,taxi"),
                html.Label(
                    [icon("check", "fz-tick"), t("There and back"), text_input("checkbox", "round_trip")], className="fz-toggle"
                ),
                html.Button(
                    [t("More"), icon("chevron_down")], type="button", className="fz-toggle", disable_n_clicks=True,
                    **data(act="more"), **{"aria-expanded": "false"},
                ),
            ],
            className="fz-toggles",
        ),
        html.Div(
            [
                html.Div([html.Span(t("People in the car")), counter("people", t("People in the car"), least=1)],
                         className="fz-line", **data(when="mode:car,taxi")),
                error("people", "fuel", "cabin"),
            ]
        ),
        html.Div(
            [
                html.Div([html.Span(t("How often")), counter("count", t("How often"), least=1)], className="fz-line"),
                error("count", "round_trip"),
                html.Div(
                    [
                        _act("stop", "plus", t("Add a stop on the way")),
                        _act("remove", "trash", t("Remove this trip")),
                    ],
                    className="fz-line-acts",
                ),
            ],
            hidden=True, **data(more="yes"),
        ),
        result(),
        html.Button(t("Fold this trip"), type="button", className="visually-hidden", disable_n_clicks=True, **data(act="fold")),
    ]  # fmt: skip


def _act(name: str, picture: str, words: str) -> html.Button:
    return html.Button([icon(picture), words], type="button", className="fz-link", disable_n_clicks=True, **data(act=name))


def _chips() -> html.Fieldset:
    names = _words.modes()

    def chip(mode: str, rare: bool) -> html.Label:
        marks = data(rare="yes") if rare else {}
        radio = html.Span(className="", **data(input="radio", name="mode", value=mode))
        return html.Label([icon(mode), html.Span(names[mode]), radio], className="fz-chip", **marks)

    chips = [chip(mode, False) for mode in _words.FIRST_MODES] + [chip(mode, True) for mode in _words.RARE_MODES]
    return html.Fieldset([html.Legend(t("How you came"), className="visually-hidden"), html.Div(chips, className="fz-chips")])


def _pill(name: str, options: Mapping[str, str], label: str, when: str) -> html.Span:
    return html.Span([select(name, options, label=label), icon("chevron_down")], className="fz-toggle", **data(when=when))


def place_row(name: str, placeholder: str, label: str) -> html.Div:
    """A combobox row of the place field."""
    field = html.Span(className="", **data(input="text"), **{"data-a-aria-label": label, "data-a-placeholder": placeholder})
    return html.Div(
        [icon("pin"), field, html.Span(className="fz-place-code", **data(code=""))], className="fz-place",
        **data(place="yes", name=name),
    )  # fmt: skip


def stop_row() -> html.Div:
    """A stop between from and to."""
    return html.Div(
        [
            html.Div(
                [
                    place_row("place", t("Stop on the way"), t("Stop")),
                    html.Button(
                        icon("close"), type="button", className="fz-unstop", disable_n_clicks=True, **data(act="unstop"),
                        **{"aria-label": t("Remove this stop")},
                    ),
                ],
                className="fz-stop",
            ),
            error("place"),
        ]
    )  # fmt: skip


def stay_card(event_place: str) -> html.Div:
    """Nights: in the event's place unless another is typed."""
    words = html.Span([html.B(t("Hotel")), html.Small(t("Your part of the room"))], className="fz-row-words")
    number = html.Span(
        [
            html.Span([html.Span(**data(slot="number")), html.Small(["\u202f", html.Span(**data(slot="unit"))])], className="fz-num"),
            html.Span(className="fz-range", **data(slot="range")),
        ],
        className="fz-row-result", hidden=True, **data(if_="known"),
    )  # fmt: skip
    head = html.Div([icon("bed"), words, counter("nights", t("Nights"), t("nights")), number], className="fz-row fz-stay")
    kinds = {"hotel": t("Hotel"), "hostel": t("Hostel")}
    more = html.Div(
        [
            html.Div([html.Span(t("Rooms")), counter("rooms", t("Rooms"), least=1)], className="fz-line"),
            html.Div([html.Span(t("Guests sharing")), counter("guests", t("Guests sharing"), least=1)], className="fz-line"),
            html.Div([html.Span(t("Kind of stay")), html.Span([select("kind", kinds, label=t("Kind of stay")), icon("chevron_down")],
                     className="fz-toggle")], className="fz-line"),
            html.Div(place_row("place", event_place or t("Where?"), t("Place of the stay")), className="fz-places"),
            error("place", "kind"),
            html.Div(_act("remove", "trash", t("Remove this stay")), className="fz-line-acts"),
        ],
        className="fz-pad", hidden=True, **data(more="yes"),
    )  # fmt: skip
    acts = html.Div(
        [
            html.Button([t("Rooms and guests"), icon("chevron_down")], type="button", className="fz-link",
                        disable_n_clicks=True, **data(act="more"), **{"aria-expanded": "false"}),
            html.Button([t("How computed"), icon("chevron_up")], type="button", className="fz-link", disable_n_clicks=True,
                        hidden=True, **data(act="trace", if_="known"), **{"aria-haspopup": "dialog"}),
        ],
        className="fz-stay-acts",
    )  # fmt: skip
    errors = html.Div(error("nights", "rooms", "guests"), className="fz-inset")
    return html.Div([head, errors, acts, html.Div(better(), className="fz-inset"), more], className="fz-card")


def meals_card() -> html.Details:
    """How many meals of each diet."""
    rows = [
        html.Div(
            [html.Span(name), html.Span(className="fz-line-mass", **data(slot=diet)), counter(diet, name), error(diet)], className="fz-line"
        )
        for diet, name in _words.diets().items()
    ]
    title = html.Summary([icon("meal"), html.Span(t("Meals by diet")), icon("chevron_down")], className="fz-row fz-fold")
    return html.Details([title, html.Div(rows, className="fz-pad")], className="fz-card", **data(block="meals"))


def activity_row(activity: ScenarioActivity) -> html.Div:
    """A scenario's own question: quantity in its unit, and what that comes to."""
    name, unit = pick(activity.names), unit_words(activity.unit)
    field = text_input(
        "text", activity.key, "fz-line-field", inputmode="decimal", class_="fz-input", autocomplete="off", maxlength="12",
        aria_label=f"{name} ({unit})",
    )  # fmt: skip
    how = html.Button(
        [html.Span(className="visually-hidden", children=t("How computed: {name}", name=name)), html.Span(**data(slot=activity.key))],
        type="button", className="fz-link fz-line-mass", disable_n_clicks=True, hidden=True,
        **data(act="trace", of=activity.key, if_=activity.key), **{"aria-haspopup": "dialog"},
    )  # fmt: skip
    words = html.Span([html.Span(name), html.Small(unit)], className="fz-line-words")
    return html.Div([words, how, field, error(activity.key)], className="fz-line")


def unit_words(unit: str) -> str:
    """"kWh a month"; a unit without words stands as it is."""
    base, _, span = unit.partition("/")
    spans = {"week": t("a week"), "month": t("a month"), "year": t("a year")}
    words = _words.units() | {
        "Nm3": "m³", "GJ": "GJ", "cup": t("cups"), "bottle": t("bottles"), "sheet": t("sheets"), "item": t("pieces"),
        "parcel": t("parcels"), "litre": t("litres"), "meal": t("meals"), "night": t("nights"), "day": t("days"),
        "person-hour": t("hours"), "bag": t("bags"), "room-night": t("room-nights"), "guest-night": t("nights"),
    }  # fmt: skip
    shown = words.get(base, base)
    return f"{shown} {spans[span]}" if span in spans else shown


def other_section(scenario: Scenario) -> html.Div | None:
    """The scenario's activities, by its groups; a conference's extras stay folded."""
    own = [a for a in scenario.activities if a.key != "remote_participation"]
    if not own:
        return None
    if scenario.groups:
        parts = []
        for key, names in scenario.groups.items():
            rows = [activity_row(a) for a in own if a.group == key]
            icons = {"home": "home", "transport": "car", "food": "meal", "goods": "goods"}
            head = html.H2([icon(icons.get(key, "other")), pick(names)], className="fz-group-head")
            parts += [head, html.Div(rows, className="fz-card fz-pad")] if rows else []
        return html.Div(parts, **data(block="other"))
    rows = html.Div([activity_row(a) for a in own], className="fz-pad")
    if "stays" not in scenario.asks or scenario.scenario_id != "conference":
        return html.Div([html.H2(t("What you did there")), html.Div(rows, className="fz-card")], **data(block="other"))
    title = html.Summary([icon("materials"), html.Span(t("Drinks and paper")), icon("chevron_down")], className="fz-row fz-fold")
    return html.Div(html.Details([title, rows], className="fz-card"), **data(block="other"))


def remote_card() -> html.Div:
    """Taking part remotely: hours instead of trips."""
    toggle = html.Label(
        [text_input("checkbox", "on", class_="fz-check"), html.Span([html.B(t("I take part remotely")),
         html.Small(t("Hours on line instead of a trip"))], className="fz-row-words")], className="fz-row",
    )  # fmt: skip
    hours = html.Div(
        [
            html.Div([html.Span(t("Hours on line")), counter("hours", t("Hours on line"), step=0.5)], className="fz-line"),
            error("hours"),
            result(of="hours"),
        ],
        className="fz-pad", **data(when="on:true"),
    )  # fmt: skip
    return html.Div([toggle, hours], className="fz-card", **data(block="remote"))


def about_card(event: Event) -> html.Details:
    """Optional: sub-forum, company, and a name on the boards with consent."""
    rows: list[Any] = []
    if event.sessions:
        options = {"": t("Not said")} | {s.session_id: pick(s.names) for s in event.sessions}
        rows += [_labelled("session", t("Your sub-forum"), select("session", options, "fz-input")), error("session")]
    company = text_input("text", "company", class_="fz-input", maxlength="80", autocomplete="organization",
                         placeholder=t("Company, department or institution"))  # fmt: skip
    name = text_input("text", "pseudonym", class_="fz-input", maxlength="80", autocomplete="off",
                      placeholder=t("We choose a pseudonym, such as Quiet Magpie"))  # fmt: skip
    rows += [
        _labelled("company", t("Your company"), company), error("company"),
        _labelled("pseudonym", t("Name on the boards"), name), error("pseudonym"),
        html.Label([text_input("checkbox", "consent", class_="fz-check"),
                    html.Span(t("Show this name on the boards. You can take it back later."))], className="fz-consent"),
        html.P(t("Companies see their people’s totals, never a person’s trips."), className="fz-note"),
    ]  # fmt: skip
    words = html.Span([html.B(t("For the boards")), html.Small(t("Sub-forum, company, name; all optional"))], className="fz-row-words")
    title = html.Summary([icon("boards"), words, icon("chevron_down")], className="fz-row fz-fold")
    return html.Details(
        [title, html.Div(rows, className="fz-pad")], className="fz-card", **data(block="about")
    )


def _labelled(name: str, words: str, field: Any) -> html.Div:
    return html.Div([html.Label(words, className="fz-label", **data(label=name)), field], className="mt-2")


def form(event: Event, scenario: Scenario) -> html.Form:
    """The whole form."""
    life = scenario.scenario_id == "life"
    away = data(away="yes")
    parts: list[Any] = [html.P([icon("error"), html.Span()], className="fz-error", hidden=True, tabIndex="-1", **data(general=""))]
    if "trips" in scenario.asks:
        parts.append(html.Div([html.Div(id="calc-trips", className="fz-stack"), _add("trips", t("Add a trip"))], **away))
    if "stays" in scenario.asks:
        stays = [html.H2(t("Where do you sleep?")), html.Div(id="calc-stays", className="fz-stack"), _add("stays", t("Add a stay"))]
        parts.append(html.Div(stays, **away))
    others: list[Any] = []
    if "meals" in scenario.asks:
        others.append(html.Div(meals_card(), **away))
    section = other_section(scenario)
    if section is not None and (life or scenario.scenario_id != "conference"):
        parts.append(html.Div(section, **away))
    elif section is not None:
        others.append(html.Div(section, **away))
    if scenario.activity("remote_participation") is not None:
        others.append(remote_card())
    if not life:
        others.append(about_card(event))
    parts.append(html.Div(others, className="fz-stack mt-3"))
    return html.Form(parts, noValidate="novalidate", autoComplete="off")


def _add(kind: str, words: str) -> html.Button:
    return html.Button([icon("plus"), words], id=f"calc-add-{kind}", type="button", className="fz-link", disable_n_clicks=True)


def templates(event: Event, scenario: Scenario) -> html.Div:
    """What the script clones; hidden, and never part of the page as it is read."""
    place = f"{pick(event.place.names)}"
    parts = {
        "form": form(event, scenario), "trips": trip_card(), "stop": stop_row(), "stays": stay_card(place),
    }  # fmt: skip
    return html.Div([html.Template(part, **data(template=name)) for name, part in parts.items()], hidden=True)


def dates_line(event: Event) -> str:
    """Place and dates, as words above the form."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(event.timezone)
    first, last = event.starts_at.astimezone(zone).date(), event.ends_at.astimezone(zone).date()
    return " · ".join(part for part in (pick(event.place.names), f.date_range_text(first, last)) if part)
