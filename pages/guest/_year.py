"""A year beside the mean and the goal, and the changes that would save most of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dash import html

import events
from calculations.model import EmissionLine, Factor, InputError, Scenario, ScenarioActivity
from events import Event, FootprintView
from locales import current_language, pick, t
from locales import formats as f
from pages._parts.icons import icon
from pages.guest._draft import Asked, lines_by_path
from pages.guest._figures import shown_parts

MOST = 3  # levers shown


@dataclass(frozen=True, slots=True)
class Lever:
    """What is done in a year, what could stand in its place, and what that saves."""

    activity: ScenarioActivity
    instead: ScenarioActivity
    total_g: int
    saved_g: int


def year(event: Event, view: FootprintView) -> html.Div:
    """A bar of the year by category with the goal and the mean marked on it, and the sentence that says the same."""
    mean, goal = events.year_norms(event.slug)
    own_kg = view.total_g / 1000
    largest = max(own_kg, mean.value, goal.value)
    parts, _ = shown_parts(view)
    own = [html.I(className=f"fz-swatch-{name}", style={"--fz-w": f"{share:.2f}%"}) for name, _, share in parts]
    bar = [
        html.Div(own, className="fz-year-own", style={"--fz-w": f"{100 * own_kg / largest:.1f}%"}),
        _mark(t("Goal"), goal, largest), _mark(t("Mean, {country}", country=_country(mean)), mean, largest),
    ]  # fmt: skip
    return html.Div([html.Div(bar, className="fz-year", **{"aria-hidden": "true"}),
                     html.P(_sentence(event, view.total_g, mean, goal), className="fz-note")])  # fmt: skip


def _mark(words: str, factor: Factor, largest: float) -> html.Span:
    at = 100 * factor.value / largest
    side = " fz-year-end" if at > 60 else ""
    text = f"{words} {f.mass_text(round(factor.value * 1000), unit='t')}"
    return html.Span(html.Small(text), className="fz-year-mark" + side, style={"--fz-w": f"{at:.1f}%"})


def _country(factor: Factor) -> str:
    """The country or region whose mean it is, in the person's language."""
    return str(f.locale_of(current_language()).territories.get(factor.region, factor.region))


def _sentence(event: Event, total_g: int, mean: Factor, goal: Factor) -> str:
    params = {
        "total": f.mass_text(total_g, unit="t"), "mean": f.mass_text(round(mean.value * 1000), unit="t"),
        "goal": f.mass_text(round(goal.value * 1000), unit="t"), "country": _country(mean), "source": mean.source_title,
    }  # fmt: skip
    said = t("{total} a year; the goal is {goal}, and the mean of {country} is {mean} ({source}).", **params)
    if event.place.country == mean.region:
        return said
    return said + " " * (current_language() != "zh") + t("No sourced mean of another country was found.")


def levers_of(event: Event, scenario: Scenario, asked: Asked, view: FootprintView) -> list[Lever]:
    """The changes that the template knows for what was told, those that save most first, at most three."""
    lines = lines_by_path(asked, view)
    could: list[tuple[ScenarioActivity, ScenarioActivity, EmissionLine]] = []
    body: list[dict[str, Any]] = []
    for (kind, index), path in asked.paths.items():
        activity = scenario.activity(path.split(".", 1)[1]) if kind == "other" else None
        instead = scenario.activity(activity.swap) if activity is not None and activity.swap else None
        if activity is None or instead is None or path not in lines:
            continue
        item = asked.body["other"][index]
        quantity = float(item["quantity"]) * activity.scale / instead.scale
        if quantity <= instead.maximum:
            could.append((activity, instead, lines[path]))
            body.append(item | {"activity": instead.key, "quantity": quantity, "unit": instead.unit})
    try:
        swapped = events.preview_footprint(event.slug, {"other": body}).lines if body else ()
    except InputError:
        return []
    found = [
        Lever(activity, instead, line.total_g, line.total_g - other.total_g)
        for (activity, instead, line), other in zip(could, swapped, strict=True)
    ] if len(swapped) == len(could) else []  # fmt: skip
    return sorted((each for each in found if each.saved_g > 0), key=lambda each: -each.saved_g)[:MOST]


def levers(found: list[Lever]) -> Any:
    """The biggest levers as a card: what, instead of what, and how much less a year."""
    if not found:
        return None
    rows = [
        html.Li([
            html.Span([html.B(pick(each.activity.names)),
                       html.Small(t("Instead: {activity}", activity=pick(each.instead.names)))],
                      className="fz-row-words"),
            html.B(t("{mass} less", mass=f.mass_text(each.saved_g)), className="fz-lever-less"),
        ]) for each in found
    ]  # fmt: skip
    head = html.Div([icon("check"), html.H2(t("Your biggest levers"))], className="fz-group-head")
    return html.Section([head, html.Ul(rows, className="fz-card fz-pad fz-levers")], className="mt-3")
