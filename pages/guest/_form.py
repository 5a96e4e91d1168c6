"""The calculator's form as templates: the device's script makes the fields of them and fills in figures."""

from __future__ import annotations

from typing import Any

from dash import html

from calculations.model import Scenario
from events import Event
from locales import formats as f
from locales import pick, t
from pages._parts.icons import icon
from pages.guest import _words
from pages.guest._activities import REMOTE, home_card, section
from pages.guest._fields import better, counter, data, error, place_row, result, select, text_input
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


def meals_card(is_open: bool = False) -> html.Details:
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
    rows_ = html.Div(rows, className="fz-pad")
    return html.Details([title, rows_], className="fz-card", open=is_open, **data(block="meals"))


def remote_card(is_counted: bool = True) -> html.Div:
    """Taking part remotely: hours instead of trips; told at once where it is not counted."""
    toggle = html.Label(
        [text_input("checkbox", "on", class_="fz-check"), html.Span([html.B(t("I take part remotely")),
         html.Small(t("Hours on line instead of a trip"))], className="fz-row-words")], className="fz-row",
    )  # fmt: skip
    apart = html.P([icon("info"), html.Span(_words.not_counted("remote"))], className="fz-told")
    hours = html.Div(
        [
            html.Div(
                [html.Span(t("Hours on line")), counter("hours", t("Hours on line"), step=0.5)], className="fz-line"
            ),
            error("hours"),
            result(of="hours") if is_counted else apart,
        ],
        className="fz-pad",
        **data(when="on:true"),
    )
    return html.Div([toggle, hours], className="fz-card", **data(block="remote"))


def role_card() -> html.Div:
    """As what somebody takes part, asked only where speakers and staff are not counted."""
    roles = {"guest": t("Guest"), "speaker": t("Speaker"), "staff": t("Staff")}
    words = [icon("info"), html.Span(_words.not_counted("staff"))]
    told = html.P(words, className="fz-told", **data(when="role:speaker,staff"))
    inside = [_labelled("role", t("You take part as"), select("role", roles, "fz-input")), error("role"), told]
    return html.Div(html.Div(inside, className="fz-pad"), className="fz-card", **data(block="who"))


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
    """The whole form: what the scenario asks, in its order, then what is optional."""
    away = data(away="yes")
    parts: list[Any] = [
        html.P([icon("error"), html.Span()], className="fz-error", hidden=True, tabIndex="-1", **data(general=""))
    ]
    others: list[Any] = []
    if scenario.page.get("home"):
        parts.append(home_card())
    if event.boundary.who == "guests":
        parts.append(role_card())
    own = section(scenario)
    asked = [*scenario.asks, *(["own"] if own is not None else [])]
    if scenario.page.get("own_first"):
        asked.sort(key=lambda ask: {"meals": 0, "own": 1}.get(ask, 2))
    for at, ask in enumerate(asked):
        part = html.Div(_part(ask, scenario, own, is_first=not at), **away)
        is_late = (ask == "meals" and at) or (ask == "own" and scenario.page.get("folded"))
        (others if is_late else parts).append(part)
    if scenario.activity(REMOTE) is not None:
        others.append(remote_card(event.boundary.who != "onsite"))
    if not scenario.is_yearly:
        others.append(about_card(event))
    parts.append(html.Div(others, className="fz-stack mt-3"))
    parts.append(html.P(t("Place names: © GeoNames, CC BY 4.0"), className="fz-note mt-3"))
    return html.Form(parts, noValidate="novalidate", autoComplete="off")


def _part(ask: str, scenario: Scenario, own: Any, is_first: bool) -> list[Any]:
    """One part of what is asked; a heading stands above trips and stays that the page's own does not ask for."""
    if ask == "own":
        return [own]
    if ask == "meals":
        return [meals_card(is_open=is_first)]
    words = {"trips": t("How did you come?"), "stays": t("Where do you sleep?")}[ask]
    headed = is_first and (ask == "trips" or bool(scenario.page.get("heading")))
    more = {"trips": t("Add a trip"), "stays": t("Add a stay")}[ask]
    home = html.Div(className="fz-stack", **data(id=f"calc-{ask}"))
    return [None if headed else html.H2(words), home, _add(ask, more)]


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
