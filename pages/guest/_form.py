"""The calculator's form as templates: the device's script makes the fields of them and fills in figures."""

from __future__ import annotations

from typing import Any

from dash import html

from calculations.model import Scenario, ScenarioActivity
from events import Event
from locales import formats as f
from locales import pick, t
from pages._parts.icons import icon
from pages.guest import _words
from pages.guest._fields import better, counter, data, error, place_row, result, select, text_input, unit_words
from pages.guest._trip_form import act, stop_row, trip_card


def stay_card(event_place: str) -> html.Div:
    """Nights: in the event's place unless another is typed."""
    words = html.Span(
        [html.B(t("Hotel")), html.Small(t("1 room, 1 guest"), **data(slot="shared"))], className="fz-row-words"
    )
    number = html.Span(
        [
            html.Span(
                [html.Span(**data(slot="number")), html.Small(["\u202f", html.Span(**data(slot="unit"))])],
                className="fz-num",
            ),
            html.Span(className="fz-range", **data(slot="range")),
        ],
        className="fz-row-result",
        hidden=True,
        **data(if_="known"),
    )
    head = html.Div(
        [icon("bed"), words, counter("nights", t("Nights"), t("nights")), number], className="fz-row fz-stay"
    )
    kinds = {"hotel": t("Hotel"), "hostel": t("Hostel")}
    more = html.Div(
        [
            html.Div([html.Span(t("Rooms")), counter("rooms", t("Rooms"), least=1)], className="fz-line"),
            html.Div(
                [html.Span(t("Guests sharing")), counter("guests", t("Guests sharing"), least=1)], className="fz-line"
            ),
            html.Div(
                [
                    html.Span(t("Kind of stay")),
                    html.Span(
                        [select("kind", kinds, label=t("Kind of stay")), icon("chevron_down")], className="fz-toggle"
                    ),
                ],
                className="fz-line",
            ),
            html.Div(place_row("place", event_place or t("Where?"), t("Place of the stay")), className="fz-places"),
            error("place", "kind"),
            html.Div(act("remove", "trash", t("Remove this stay")), className="fz-line-acts"),
        ],
        className="fz-pad",
        hidden=True,
        **data(more="yes"),
    )
    acts = html.Div(
        [
            html.Button(
                [t("Rooms, guests"), icon("chevron_down")],
                type="button",
                className="fz-link",
                disable_n_clicks=True,
                **data(act="more"),
                **{"aria-expanded": "false"},
            ),
            html.Button(
                [t("How computed"), icon("chevron_up")],
                type="button",
                className="fz-link",
                disable_n_clicks=True,
                hidden=True,
                **data(act="trace", if_="known"),
                **{"aria-haspopup": "dialog"},
            ),
        ],
        className="fz-stay-acts",
    )
    errors = html.Div(error("nights", "rooms", "guests"), className="fz-inset")
    return html.Div([head, errors, acts, html.Div(better(), className="fz-inset"), more], className="fz-card")


def meals_card() -> html.Details:
    """How many meals of each diet."""
    rows = [
        html.Div(
            [html.Span(name), html.Span(className="fz-line-mass", **data(slot=diet)), counter(diet, name), error(diet)],
            className="fz-line",
        )
        for diet, name in _words.diets().items()
    ]
    title = html.Summary(
        [icon("meal"), html.Span(t("Meals by diet")), icon("chevron_down")], className="fz-row fz-fold"
    )
    return html.Details([title, html.Div(rows, className="fz-pad")], className="fz-card", **data(block="meals"))


def activity_row(activity: ScenarioActivity) -> html.Div:
    """A scenario's own question: quantity in its unit, and what that comes to."""
    name, unit = pick(activity.names), unit_words(activity.unit)
    field = text_input(
        "text",
        activity.key,
        "fz-line-field",
        inputmode="decimal",
        class_="fz-input",
        autocomplete="off",
        maxlength="12",
        aria_label=f"{name} ({unit})",
    )
    how = html.Button(
        [
            html.Span(className="visually-hidden", children=t("How computed: {name}", name=name)),
            html.Span(**data(slot=activity.key)),
        ],
        type="button",
        className="fz-link fz-line-mass",
        disable_n_clicks=True,
        hidden=True,
        **data(act="trace", of=activity.key, if_=activity.key),
        **{"aria-haspopup": "dialog"},
    )
    words = html.Span([html.Span(name), html.Small(unit)], className="fz-line-words")
    return html.Div([words, how, field, error(activity.key)], className="fz-line")


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
    title = html.Summary(
        [icon("materials"), html.Span(t("Drinks and paper")), icon("chevron_down")], className="fz-row fz-fold"
    )
    return html.Div(html.Details([title, rows], className="fz-card"), **data(block="other"))


def remote_card() -> html.Div:
    """Taking part remotely: hours instead of trips."""
    toggle = html.Label(
        [text_input("checkbox", "on", class_="fz-check"), html.Span([html.B(t("I take part remotely")),
         html.Small(t("Hours on line instead of a trip"))], className="fz-row-words")], className="fz-row",
    )  # fmt: skip
    hours = html.Div(
        [
            html.Div(
                [html.Span(t("Hours on line")), counter("hours", t("Hours on line"), step=0.5)], className="fz-line"
            ),
            error("hours"),
            result(of="hours"),
        ],
        className="fz-pad",
        **data(when="on:true"),
    )
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
    words = html.Span(
        [html.B(t("For the boards")), html.Small(t("Sub-forum, company, name; all optional"))], className="fz-row-words"
    )
    title = html.Summary([icon("boards"), words, icon("chevron_down")], className="fz-row fz-fold")
    return html.Details([title, html.Div(rows, className="fz-pad")], className="fz-card", **data(block="about"))


def _labelled(name: str, words: str, field: Any) -> html.Div:
    return html.Div([html.Label(words, className="fz-label", **data(label=name)), field], className="mt-2")


def form(event: Event, scenario: Scenario) -> html.Form:
    """The whole form."""
    life = scenario.scenario_id == "life"
    away = data(away="yes")
    parts: list[Any] = [
        html.P([icon("error"), html.Span()], className="fz-error", hidden=True, tabIndex="-1", **data(general=""))
    ]
    if "trips" in scenario.asks:
        parts.append(
            html.Div([html.Div(className="fz-stack", **data(id="calc-trips")), _add("trips", t("Add a trip"))], **away)
        )
    if "stays" in scenario.asks:
        stays = [
            html.H2(t("Where do you sleep?")),
            html.Div(className="fz-stack", **data(id="calc-stays")),
            _add("stays", t("Add a stay")),
        ]
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
    return html.Button(
        [icon("plus"), words],
        type="button",
        className="fz-link",
        disable_n_clicks=True,
        **data(id=f"calc-add-{kind}"),
    )


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
