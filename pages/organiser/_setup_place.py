"""The step of place and time: the town, its exact spot by touch or as coordinates, address, days, zone, deadlines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dash import dcc, html

import events
from calculations.coordinates import FURTHEST_KM, Position, read_position
from calculations.distance import bearing_degrees, geodesic_km
from calculations.model import Place
from events import SetupView
from locales import formats as f
from locales import pick, t
from pages._parts.icons import icon
from pages._parts.svg import themed_svg
from pages._parts.whereabouts import Around, share_of, whereabouts
from pages.organiser._setup_form import Fields

USUAL_KM = 20
RIM = 0.9  # a spot beyond this share of the reach is brought to the middle
NEIGHBOURS_KM = 80.0  # as far at least the rim tells who lies beyond
GREAT_KM = 15.0  # great towns nearer than this are the place's own


def place(fields: Fields, view: SetupView) -> list[Any]:
    """Town and spot, address, days and zone, deadlines, the public address."""
    event = view.event
    zones = [{"value": zone, "label": zone.replace("_", " ")} for zone in events.zone_names()]
    days = [
        fields.text("starts", t("Begins"), kind="datetime-local"),
        fields.text("ends", t("Ends"), kind="datetime-local"),
    ]  # fmt: skip
    later = [
        fields.text("opens_at", t("Opens for answers"), t("Left empty: when you open it."), kind="datetime-local"),
        fields.text("closes_at", t("Answers until"), t("It closes by itself then."), kind="datetime-local"),
        fields.text("pay_until", t("Payment until"), kind="datetime-local"),
        fields.text("books_by", t("Books closed by"), kind="datetime-local"),
    ]  # fmt: skip
    opened = any(view.values.get(name) for name in ("opens_at", "closes_at", "pay_until", "books_by"))
    link = html.P(
        [html.Span("/e/", className="fz-mono"), html.B(event.slug, id="setup-link-slug")], className="fz-note"
    )
    return [
        _where(fields, event.place),
        fields.words("address", t("Address, and how to find it"), ("en", "zh"), rows=2),
        html.Div(days, className="fz-two"),
        fields.search("timezone", t("Time zone"), zones,
                      t("Proposed from the place. All hours here are of this zone.")),
        html.Details([html.Summary(t("Deadlines")), html.Div(later, className="fz-two mt-2")], open=opened),
        html.Div([fields.text("slug", t("Public address"),
                              t("Small letters, digits, hyphens; it stays once the event has opened.")), link]),
    ]  # fmt: skip


def _where(fields: Fields, kept: Place) -> html.Div:
    """The town, and below it, once one is chosen, the drawing with the spot in it."""
    town = events.town_of(kept) if kept.names else None
    options = [{"value": town.place_id, "label": place_label(town)}] if town else []
    found = drawn(town, str(fields.values.get("spot") or ""), USUAL_KM) if town else None
    reaches = [{"value": km, "label": f"{km} km"} for km in events.REACHES_KM]
    note = t("Touch the drawing, or move the spot by its arrow keys. Or paste coordinates, as GPS tells them (WGS84),"
             " or a map program's link.")  # fmt: skip
    chosen = html.Fieldset(
        [html.Legend(t("The drawing reaches"), className="fz-label"),
         dcc.RadioItems(reaches, USUAL_KM, id="setup-reach", className="fz-checks fz-spot-reach")],
        className="fz-setup-set",
    )  # fmt: skip
    field = html.Div(
        [fields.text("spot", t("Exact spot, if you like"), note, placeholder="30.57280, 104.06680"),
         html.Button([icon("home"), t("Back to the town")], id="setup-spot-back", type="button", n_clicks=0,
                     className="fz-button fz-spot-back", hidden=not (found and found.spot))]
    )  # fmt: skip
    told = html.Div(
        [html.Div(said(found), id="setup-spot-said", role="status"),
         html.P(great(found), id="setup-spot-around", className="fz-note")], className="fz-spot-said"
    )  # fmt: skip
    figure = html.Figure(
        [drawing(found), html.Figcaption([told, chosen, field])],
        className="fz-whereabouts", id="setup-whereabouts", hidden=found is None,
    )  # fmt: skip
    return html.Div(
        [fields.hidden("place"), dcc.Store(id="setup-spot-view", data=found.view if found else None),
         fields.finder("place", "setup-place-box", t("Town or airport"), options, t("Search a town or an airport")),
         figure]
    )  # fmt: skip


def place_label(found: Place) -> str:
    """A place in the list: its name, its airport's code, the code of its country or region."""
    name = " ".join(part for part in (pick(dict(found.names)), found.detail if found.iata else "") if part)
    return " · ".join(part for part in (name, found.iata, found.country) if part)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the drawing shows: ``middle`` is where it stands; ``spot`` is None where the place is the town's own;
    ``wrong`` says what is wrong with what is typed."""

    town: Place
    middle: Position
    reach_km: int
    spot: Position | None = None
    wrong: str = ""

    @property
    def view(self) -> dict[str, Any]:
        """What the next drawing has to know of this one."""
        return {"town": self.town.place_id, "lat": self.middle[0], "lon": self.middle[1], "reach": self.reach_km}


def drawn(town: Place, typed: str, reach_km: int, before: dict[str, Any] | None = None) -> Drawn:
    """The drawing of what is chosen and typed. It stays as it was while the spot lies within it."""
    found = read_position(typed) if typed.strip() else None
    away = geodesic_km(*found, town.lat, town.lon) if found else 0.0
    wrong = _wrong(typed, found, away)
    spot = None if wrong else found
    target = spot or (town.lat, town.lon)
    middle = target
    if before and (before.get("town"), before.get("reach")) == (town.place_id, reach_km):
        stood = (float(before["lat"]), float(before["lon"]))
        middle = stood if geodesic_km(*stood, *target) <= RIM * reach_km else target
    return Drawn(town, middle, reach_km, spot, wrong)


def _wrong(typed: str, found: Position | None, away_km: float) -> str:
    if found is None:
        return t("No position is read from it yet.") if typed.strip() else ""
    if away_km <= FURTHEST_KM:
        return ""
    return t("That lies {km} km from the town; an exact spot lies within {limit} km.", km=f.number(away_km),
             limit=f.number(FURTHEST_KM))  # fmt: skip


def drawing(found: Drawn | None) -> html.Div:
    """What is touched, and moved in by arrow keys (js/spot.js); it stays while what is drawn in it changes."""
    label = t("The exact spot: arrow keys move it, a touch sets it")
    return html.Div(
        picture(found), id="setup-spot-map", className="fz-spot-map", tabIndex=0, role="application",
        **{"aria-label": label, "aria-describedby": "setup-spot-said"},
    )  # fmt: skip


def picture(found: Drawn | None) -> list[Any]:
    """Towns and airports around, and the pin."""
    if found is None:
        return []
    around = _around(found)
    listed = t("; ").join(f"{each.label} {f.number(each.distance_km)} km" for each in around)
    alt = t("Around {place}: {towns}", place=pick(dict(found.town.names)), towns=listed)
    compass = (t("N"), t("E"), t("S"), t("W"))
    lat, lon = found.spot or (found.town.lat, found.town.lon)
    ends = (*found.middle, lat, lon)
    at = (bearing_degrees(*ends), geodesic_km(*ends))
    left, top = share_of(*at, found.reach_km)
    told = {"data-lat": found.middle[0], "data-lon": found.middle[1], "data-reach": found.reach_km,
            "data-at-lat": lat, "data-at-lon": lon}  # fmt: skip
    pin = html.Span(
        className="fz-spot-pin" if found.spot else "fz-spot-pin fz-spot-none",
        style={"left": f"{left:.2f}%", "top": f"{top:.2f}%"}, **{"aria-hidden": "true"},
    )  # fmt: skip
    kept_free = at if found.spot else None
    shown = themed_svg(lambda theme: whereabouts(around, found.reach_km, compass, theme, alt, kept_free), alt)
    return [html.Div([shown, pin], className="fz-spot-drawn", **{key: str(value) for key, value in told.items()})]


def _around(found: Drawn) -> list[Around]:
    """The town first, then what lies within, then great towns beyond."""
    lat, lon = found.middle
    ends = (lat, lon, found.town.lat, found.town.lon)
    own = Around(_name(found.town.names, found.town.iata), bearing_degrees(*ends), geodesic_km(*ends), True)
    reach_km, end_km = found.reach_km, max(NEIGHBOURS_KM, 5.0 * found.reach_km)
    seen = [*events.seen_around(lat, lon, reach_km), *events.seen_beyond(lat, lon, reach_km, end_km)]
    rest = [each for each in seen if each.place_id != found.town.place_id]
    return [own, *(Around(_name(each.names, each.iata), each.azimuth_deg, each.distance_km) for each in rest)]


def _name(names: Any, iata: str) -> str:
    return " ".join(part for part in (pick(dict(names)), iata) if part)


def said(found: Drawn | None) -> list[Any]:
    """Where it is in words: the town, the coordinates, how far from the town; or what is wrong."""
    if found is None:
        return []
    lat, lon = found.spot or (found.town.lat, found.town.lon)
    lines: list[Any] = [html.B(pick(dict(found.town.names))), " ", coordinates(lat, lon, 5 if found.spot else 2)]
    if found.spot:
        lines += [html.Br(), html.Span(_from_town(found, _name(found.town.names, found.town.iata)))]
    if found.wrong:
        lines += [html.Br(), html.Span(found.wrong, className="fz-spot-wrong")]
    return [html.P(lines)]


def great(found: Drawn | None) -> str:
    """Great towns around the town, so that one sees whether it is the right one."""
    if found is None:
        return ""
    towns = events.great_towns(found.town.lat, found.town.lon, GREAT_KM)
    listed = t("; ").join(f"{pick(dict(each.names))} {f.number(each.distance_km)} km" for each in towns)
    return t("Around it: {towns}", towns=listed)


def _from_town(found: Drawn, name: str) -> str:
    km, direction = events.seen_from(found.town, *(found.spot or found.middle))
    told = {"km": f.number(km, 1 if km >= 1 else 2), "place": name}
    return {
        "north": t("{km} km north of {place}", **told), "north-east": t("{km} km north-east of {place}", **told),
        "east": t("{km} km east of {place}", **told), "south-east": t("{km} km south-east of {place}", **told),
        "south": t("{km} km south of {place}", **told), "south-west": t("{km} km south-west of {place}", **told),
        "west": t("{km} km west of {place}", **told), "north-west": t("{km} km north-west of {place}", **told),
    }[direction]  # fmt: skip


def coordinates(lat: float, lon: float, decimals: int = 2) -> str:
    """Latitude and longitude with their letters."""
    north, east = (t("N") if lat >= 0 else t("S")), (t("E") if lon >= 0 else t("W"))
    return f"{f.number(abs(lat), decimals)}° {north}, {f.number(abs(lon), decimals)}° {east}"
