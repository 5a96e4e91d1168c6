"""Those who did not answer, on the organiser's pages: in a sentence, by group, and what is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

import events
from accounts import current_actor, may
from calculations.extrapolation import StratumEstimate
from calculations.ranking import SMALLEST_GROUP
from events import OrganiserView
from locales import formats as f
from locales import pick, t
from pages._parts.desk import panel
from pages._parts.pieces import empty, table

OTHERS, CONTINENT = "*", "@"


def estimate_panel(view: OrganiserView, span: int = 12) -> html.Section | None:
    """How many answered, what the others are taken to emit with its interval, by group, and on what assumption."""
    found = view.totals.estimate
    mine = may(current_actor(), "event.edit", view.event.event_id)
    link = html.A(t("Tell who is expected"), href=f"/desk/e/{view.event.slug}/expected", className="fz-link")
    title = t("Those who did not answer")
    if not found.expected_people:
        if not mine or not found.said:
            return None
        return panel(title, empty(t(said_of(found.said[0])), link), span=span)
    body: list[Any] = [html.P(_sentence(view), className="mb-2")]
    if found.dimensions:
        body.append(_by_group(view))
    notes = [html.Li(t(each["message"], **_shown(each["params"]))) for each in found.said]
    body.append(html.Ul(notes, className="fz-note fz-notes"))
    return panel(title, body, link if mine else None, span=span, id="organiser-estimate")


def said_of(sentence: Mapping[str, Any]) -> str:
    """The msgid of a sentence of the calculation."""
    return str(sentence["message"])


def _shown(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: f.number(value) for name, value in params.items()}


def _sentence(view: OrganiserView) -> str:
    found = view.totals.estimate
    answered = t(
        "{answered} of {expected} people have answered ({share}); they declared {mass}.",
        answered=f.number(found.answered_people), expected=f.number(found.expected_people),
        share=f.percent_bp(found.response_bp), mass=f.mass_text(found.declared_g),
    )  # fmt: skip
    if not found.estimated_g:
        return answered
    others = t(
        "The other {count} are estimated at {mass} (95 % interval {low} to {high}), told apart from what was declared.",
        count=f.number(found.missing_people), mass=f.mass_text(found.estimated_g), low=f.mass_text(found.low_g),
        high=f.mass_text(found.high_g),
    )  # fmt: skip
    return f"{answered} {others}"


def _by_group(view: OrganiserView) -> html.Div:
    found = view.totals.estimate
    ordered = sorted(found.strata, key=lambda row: -row.estimated_g)
    masses, unit = f.mass_parts([row.estimated_g for row in ordered])
    estimated = t("Estimated, {unit}", unit=unit)
    head = (t("Group"), t("Expected"), t("Answered"), t("kg a person"), t("Not answered"), estimated)
    rows = [_row(view, row, mass) for row, mass in zip(ordered, masses, strict=True)]
    foot = (
        t("All"), f.number(found.answered_people + found.missing_people), f.number(found.answered_people),
        _mean(found.declared_g, found.answered_people), f.number(found.missing_people),
        f.mass(found.estimated_g, unit=unit)[0],
    )  # fmt: skip
    return table(head, rows, foot)


def _mean(grams: int, people: int) -> str:
    """Kilograms a person; not told of fewer than five."""
    return "–" if people < SMALLEST_GROUP else f.mass(round(grams / people), unit="kg")[0]


def _row(view: OrganiserView, row: StratumEstimate, mass: str) -> list[Any]:
    stratum = row.stratum
    name = " · ".join(group_name(view, dimension, key) for dimension, key in stratum.keys.items())
    return [
        name, f.number(stratum.people + stratum.missing), f.number(stratum.people),
        _mean(stratum.total_g, stratum.people), f.number(stratum.missing), mass,
    ]  # fmt: skip


def group_name(view: OrganiserView, dimension: str, key: str) -> str:
    """A stratum's category in words."""
    if key == OTHERS:
        others = {"way": t("another way"), "region": t("elsewhere"), "company": t("other companies")}
        return others[dimension]
    if dimension == "way":
        return way_name(key)
    if dimension == "region":
        parts = any(told.startswith(f"{key}-") for told in events.told_of(view.event).get("region", {}))
        return t("rest of {place}", place=region_name(key)) if parts else region_name(key)
    return pick(view.company_names.get(key, {})) or key


def way_name(way: str) -> str:
    """How somebody takes part."""
    return {"onsite": t("on site"), "remote": t("remotely")}.get(way, t("not told"))


def region_name(code: str) -> str:
    """A country, a part of one, or the rest of a continent."""
    rest = {
        "@AF": t("rest of Africa"), "@AN": t("Antarctica"), "@AS": t("rest of Asia"), "@EU": t("rest of Europe"),
        "@NA": t("rest of North America"), "@OC": t("rest of Oceania"), "@SA": t("rest of South America"),
    }  # fmt: skip
    if code.startswith(CONTINENT):
        return rest.get(code, code)
    return pick(dict(events.region_names(code))) or code or t("not told")
