"""The exact spot of an event: every form in which positions are written is read, kept, and counted with."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

import events
from accounts import Actor, Forbidden, detail_words, set_actor
from calculations.coordinates import direction_of, moved, position_text, read_position
from calculations.distance import geodesic_km
from calculations.model import InputError
from data.places import index
from data.store import schema as s
from data.store.engine import Store
from tests.support.events import BEIJING, body, trip

ORGANISER = Actor("person", "p-organiser", "Organiser", frozenset({("organiser", "", "")}))
AUDITOR = Actor("person", "p-auditor", "Auditor", frozenset({("auditor", "", "")}))
TOWN, SPOT = "geo:1815286", (30.5728, 104.0668)
SPOT_ID = f"{TOWN}@30.57280:104.06680"
SLUG = "river-forum"
PLACE = {
    "place": TOWN, "starts": "2027-09-07T09:00", "ends": "2027-09-08T18:00", "timezone": "Asia/Shanghai", "slug": SLUG,
}  # fmt: skip
AT_SPOT = PLACE | {"spot": "30.5728, 104.0668"}


@pytest.mark.parametrize(
    "typed",
    [
        "30.5728, 104.0668", "30.5728 104.0668", "(30.5728, 104.0668)", "30.5728，104.0668", "104.0668, 30.5728",
        "30,5728 104,0668", "30,5728; 104,0668", "30.5728° N, 104.0668° E", "104.0668E 30.5728N",
        "北纬30.5728° 东经104.0668°",
        "geo:30.5728,104.0668", "geo:30.5728,104.0668;u=35", "geo:0,0?q=30.5728,104.0668(Hall)",
        "https://maps.example/maps/@30.5728,104.0668,17z", "...@30.5728,104.0668,17z", "?q=30.5728,104.0668",
        "https://maps.example/?q=30.5728%2C104.0668", "https://maps.example/search/30.5728,+104.0668",
        "https://maps.example/place/Hall/@30.5,104.1,17z/data=!3m1!8m2!3d30.5728!4d104.0668",
        "https://map.example/#map=17/30.5728/104.0668", "#map=17/30.5728/104.0668",
        "maps.example/?ll=30.5728,104.0668&q=Hall", "https://map.example/?mlat=30.5728&mlon=104.0668#map=9/31/104",
        "Hall 3 https://maps.example/?q=30.5728,104.0668",
    ],
)  # fmt: skip
def test_positions_are_read_as_people_write_them_and_as_links_carry_them(typed: str) -> None:
    assert read_position(typed) == SPOT


@pytest.mark.parametrize(
    "typed",
    ["30°34'22\"N 104°4'0\"E", "30°34′22″N, 104°4′0″E", "N30 34 22 E104 4 0", "北纬30度34分22秒，东经104度4分0秒"],
)
def test_minutes_and_seconds_are_read(typed: str) -> None:
    assert read_position(typed) == (30.57278, 104.06667)


@pytest.mark.parametrize(
    "typed",
    [
        "", "Hall 3", "30.5", "30 34 22", "95, 200", "30°70'N 104°E", "30.5 N 104.06", "30.5 N, 31 N", "-30.5 S 104 E",
        "https://maps.example/short", "https://maps.example/?q=Hall+3", "30.5728,104.0668,17", "١" * 3000, "- " * 60,
    ],
)  # fmt: skip
def test_what_is_no_position_is_read_as_none(typed: str) -> None:
    assert read_position(typed) is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_position_is_read_back_from_every_form(lat: float, lon: float) -> None:
    lat, lon = round(lat, 5) + 0.0, round(lon, 5) + 0.0
    for form in (
        "{0:.5f}, {1:.5f}",
        "geo:{0:.5f},{1:.5f}",
        "https://x.example/@{0:.5f},{1:.5f},17z",
        "#map=9/{0:.5f}/{1:.5f}",
    ):
        assert read_position(form.format(lat, lon)) == (lat, lon)
    letters = f"{abs(lat):.5f}{'N' if lat >= 0 else 'S'} {abs(lon):.5f}{'E' if lon >= 0 else 'W'}"
    assert read_position(letters) == (lat, lon)
    found = read_position(f"{_sexagesimal(abs(lat))}{'NS'[lat < 0]} {_sexagesimal(abs(lon))}{'EW'[lon < 0]}")
    assert found is not None and found == pytest.approx((lat, lon), abs=1.1e-5)


def _sexagesimal(degrees: float) -> str:
    hundredths = round(degrees * 360_000)
    return f"{hundredths // 360_000}°{hundredths // 6000 % 60}'{hundredths % 6000 / 100:.2f}\""


@given(st.text(max_size=200))
def test_any_text_is_read_or_is_none(typed: str) -> None:
    found = read_position(typed)
    assert found is None or (abs(found[0]) <= 90 and abs(found[1]) <= 180)


def test_directions_and_steps_agree() -> None:
    for at, azimuth in enumerate(range(0, 360, 45)):
        lat, lon = moved(*SPOT, azimuth, 4.2)
        assert geodesic_km(*SPOT, lat, lon) == pytest.approx(4.2, abs=0.002)
        names = "north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"
        assert direction_of(*SPOT, lat, lon) == names[at]


@pytest.mark.parametrize(
    "place_id", [f"{TOWN}@39.90000:116.40000", f"{TOWN}@30.5:104.0", f"{TOWN}@", "geo:1@30.57280:104.06680",
                 "point:30.66,104.06@30.66000:104.06000", f"{SPOT_ID}@1", f"{TOWN}@95.00000:104.00000"],
)  # fmt: skip
def test_a_spot_far_from_its_town_or_of_none_is_no_place(place_id: str) -> None:
    assert index.get(place_id) is None


@pytest.fixture
def made(sqlite_store: Store) -> Store:
    """A draft of which the first step was kept."""
    set_actor(ORGANISER)
    events.start_setup({"scenario": "conference", "names_en": "River Forum", "host": "River Bureau"})
    return sqlite_store


def refused(**told: Any) -> dict[str, str]:
    """The sentences by field."""
    with pytest.raises(InputError) as raised:
        events.save_step(SLUG, "place", AT_SPOT | told)
    return {error.field: error.message for error in raised.value.errors}


def test_the_spot_is_kept_under_the_towns_name_and_can_be_taken_back(made: Store) -> None:
    place = events.save_step(SLUG, "place", AT_SPOT).place
    assert (place.place_id, (place.lat, place.lon), place.names["en"]) == (SPOT_ID, SPOT, "Chengdu")
    assert index.get(place.place_id) is not None
    values = events.setup_view(SLUG).values
    assert (values["place"], values["spot"]) == (TOWN, "30.57280, 104.06680")
    with made.read() as conn:
        row = conn.execute(sa.select(s.event.c.lat, s.event.c.lon, s.event.c.country)).one()
    assert tuple(row) == (*SPOT, "CN")
    assert events.save_step(SLUG, "place", PLACE).place == place  # a form without the field leaves it
    assert events.save_step(SLUG, "place", AT_SPOT | {"spot": position_text(*SPOT)}).place == place
    assert events.save_step(SLUG, "place", PLACE | {"spot": ""}).place.place_id == TOWN
    near = events.save_step(SLUG, "place", PLACE | {"spot": "30.66667, 104.06668"}).place
    assert near.place_id == TOWN  # a metre away is the town


def test_what_is_no_position_or_too_far_gets_a_sentence_and_changes_nothing(made: Store) -> None:
    events.save_step(SLUG, "place", AT_SPOT)
    assert "is read as no position" in refused(spot="Hall 3")["spot"]
    assert "from the town" in refused(spot="39.9, 116.4")["spot"]
    assert "town or an airport" in refused(place="geo:0")["place"]
    assert events.get_event(SLUG).place.place_id == SPOT_ID


def test_the_trail_says_from_where_to_where_and_only_editors_move_it(made: Store) -> None:
    events.save_step(SLUG, "place", PLACE)
    events.save_step(SLUG, "place", AT_SPOT)
    with made.read() as conn:
        query = sa.select(s.audit_trail.c.detail).order_by(s.audit_trail.c.entry_id.desc())
        detail = conn.execute(query).scalars().first()
    assert "Place: 成都 Chengdu 30.66667, 104.06667 → 成都 Chengdu 30.57280, 104.06680" in detail_words(detail)
    set_actor(AUDITOR)
    with pytest.raises(Forbidden):
        events.save_step(SLUG, "place", PLACE | {"spot": ""})


def opened() -> None:
    """The event with its spot takes answers."""
    events.save_step(SLUG, "place", AT_SPOT)
    events.save_step(SLUG, "privacy", {"privacy_en": "Little is kept.", "jurisdiction": "CN", "livemode": "test"})
    events.change_state(SLUG, "open")


def answered(**more: Any) -> dict[str, Any]:
    """One guest's leg, as its trace tells it; what is kept of the answer names the same place."""
    started = events.start_participation(SLUG, None, None)
    view = events.save_footprint(started.participation_id, body(trip(**more)))
    leg = dict(view.lines[0].trace["distance"]["legs"][0])
    kept = events.current_footprint(started.participation_id)
    assert kept is not None and kept.answers is not None
    assert kept.answers["trips"][0].get("to", leg["to"]) == leg["to"]
    return leg


def test_answers_lead_to_the_spot_by_default_by_its_id_and_by_a_former_one(made: Store) -> None:
    opened()
    start = index.get(BEIJING)
    assert start is not None
    km = geodesic_km(start.lat, start.lon, *SPOT)
    for to in ({}, {"to": SPOT_ID}, {"to": f"{TOWN}@30.60000:104.00000"}):
        leg = answered(**to)
        assert (leg["to"], leg["geodesic_km"]) == (SPOT_ID, km)
    elsewhere = answered(to="geo:1796236@31.20000:121.40000")  # nobody's own door is kept
    assert elsewhere["to"] == "geo:1796236"
    at_home = answered(mode="taxi", start=TOWN)
    assert at_home["geodesic_km"] == pytest.approx(10.4, abs=0.1)


def test_once_open_it_moves_as_the_place_does_and_once_closed_it_stays(made: Store) -> None:
    opened()
    answered()
    events.save_step(SLUG, "place", AT_SPOT | {"spot": "30.58, 104.07"})
    assert answered()["to"] == f"{TOWN}@30.58000:104.07000"
    events.change_state(SLUG, "closed")
    assert "its place and its dates stay" in refused(spot="30.59, 104.07")["place"]
    events.save_step(SLUG, "place", AT_SPOT | {"spot": "30.58, 104.07", "address_en": "Hall 3"})


def test_a_copy_keeps_the_spot(made: Store) -> None:
    opened()
    assert events.copy_event(SLUG, "2028-09-07").place == events.get_event(SLUG).place
