"""Ways on the ground and by sea: which row, which detour, which grid, shared by how many."""

import json
from dataclasses import replace
from typing import Any

import pytest

from calculations.answers import parse_answers
from calculations.footprint import compute
from calculations.model import Answers, Boundary, EmissionLine, InputError, Place, Trip
from calculations.trace import recompute, recompute_upstream
from data.library import load_factor_set, load_scenarios

FACTORS = load_factor_set()
DIRECT = Boundary(upstream=False)
PEK = Place("iata:PEK", {"en": "Beijing"}, 40.0801, 116.585, "CN", "CN-11")
CTU = Place("iata:CTU", {"en": "Chengdu"}, 30.5785, 103.947, "CN", "CN-51")
TFU = Place("iata:TFU", {"en": "Chengdu Tianfu"}, 30.32, 104.44, "CN", "CN-51")
LHR = Place("iata:LHR", {"en": "London"}, 51.4706, -0.46194, "GB")
MAN = Place("iata:MAN", {"en": "Manchester"}, 53.3494, -2.2795, "GB")
CDG = Place("iata:CDG", {"en": "Paris"}, 49.0128, 2.55, "FR")
LYS = Place("iata:LYS", {"en": "Lyon"}, 45.7263, 5.0908, "FR")
BER = Place("iata:BER", {"en": "Berlin"}, 52.3667, 13.5033, "DE")
BOM = Place("iata:BOM", {"en": "Mumbai"}, 19.0887, 72.8679, "IN")
DEL = Place("iata:DEL", {"en": "Delhi"}, 28.5562, 77.1, "IN")
HRE = Place("iata:HRE", {"en": "Harare"}, -17.9318, 31.0928, "ZW")
BUQ = Place("iata:BUQ", {"en": "Bulawayo"}, -20.0174, 28.6179, "ZW")
GB_ROWS_WITH_A_GRID = ("battery-electric", "plug-in-hybrid")


def line(trip: Trip, boundary: Boundary = DIRECT) -> EmissionLine:
    return compute(Answers(trips=(trip,)), FACTORS, boundary).lines[0]


def way(origin: Place, destination: Place, mode: str, **more: Any) -> Trip:
    return Trip(origin, destination, mode=mode, round_trip=False, distance_km=100.0, **more)


def messages(found: EmissionLine) -> list[str]:
    return [note["message"] for note in found.trace["notes"]]


# from, to, mode, fuel, size, row, grams of 100 km, its upstream grams
ROWS = [
    (PEK, CTU, "high_speed_rail", "petrol", "", "cn-2023-hsr-derived", 2_016, 0),
    (PEK, CTU, "rail", "petrol", "", "global-2019-rail-average", 1_400, 0),
    (LHR, MAN, "rail", "petrol", "", "defra-2026-rail-national-rail", 3_092, 897),
    (CDG, LYS, "high_speed_rail", "petrol", "", "ademe-2026-tgv-total", 293, 0),
    (CDG, LYS, "rail", "petrol", "", "ademe-2026-intercites-total", None, 0),
    (LHR, MAN, "coach", "petrol", "", "defra-2026-bus-coach", 3_948, 656),
    (PEK, CTU, "coach", "petrol", "", "defra-2026-bus-coach", 3_948, 656),
    (CTU, TFU, "metro", "petrol", "", "cpcd-2023-metro-derived", 4_314, 0),
    (CTU, TFU, "bus", "petrol", "", "cpcd-2023-bus-derived", 5_300, 0),
    (LHR, LHR, "bus", "petrol", "", "defra-2026-bus-average-local-bus", 10_151, 2_649),
    (LHR, CDG, "ferry", "petrol", "", "defra-2025-ferry-foot-passenger", 1_871, 424),
    (LHR, LHR, "motorcycle", "petrol", "", "defra-2025-motorcycle-average", 11_367, 2_956),
    (LHR, LHR, "motorcycle", "petrol", "large", "defra-2025-motorcycle-large", 13_252, 3_469),
    (BOM, DEL, "motorcycle", "petrol", "small", "indiaghgp-2015-scooter-110", 3_680, 0),
    (CTU, TFU, "taxi", "petrol", "", "cpcd-2023-car-petrol-medium", 19_567, 0),
    (LHR, LHR, "taxi", "petrol", "", "defra-2026-taxi-regular-taxi-per-vehicle", 20_806, 5_176),
    (BOM, BOM, "taxi", "cng", "", "indiaghgp-2015-auto-rickshaw-cng", 10_768, 0),
    (LHR, MAN, "car", "petrol", "", "defra-2025-car-average-petrol", 16_272, 4_599),
    (LHR, MAN, "car", "petrol", "small", "defra-2025-car-small-petrol", 14_308, None),
    (LHR, MAN, "car", "diesel", "large", "defra-2025-car-large-diesel", 21_007, None),
    (LHR, MAN, "car", "hybrid", "medium", "defra-2025-car-medium-hybrid", 11_724, None),
    (LHR, MAN, "car", "lpg", "large", "defra-2025-car-large-lpg", 26_771, None),
    (CTU, TFU, "car", "petrol", "medium", "cpcd-2023-car-petrol-medium", 19_567, 0),
    (CTU, TFU, "car", "petrol", "large", "defra-2025-car-large-petrol", 26_828, None),
    (BOM, DEL, "car", "diesel", "large", "indiaghgp-2015-car-suv-diesel-2500", 21_000, 0),
    (HRE, BUQ, "car", "diesel", "", "defra-2025-car-average-diesel", 17_304, 4_146),
]  # fmt: skip


@pytest.mark.parametrize(("origin", "destination", "mode", "fuel", "size", "row", "direct_g", "upstream_g"), ROWS)
def test_a_way_takes_the_row_of_its_place_fuel_and_size(
    origin: Place, destination: Place, mode: str, fuel: str, size: str, row: str, direct_g: int | None,
    upstream_g: int | None,
) -> None:  # fmt: skip
    trip = way(origin, destination, mode, fuel=fuel, size=size)
    found, whole = line(trip), line(trip, Boundary())
    assert found.factor_id == row
    if direct_g is not None:
        assert found.total_g == direct_g
    if upstream_g is not None:
        assert found.upstream_g == upstream_g
    assert abs(whole.total_g - found.total_g - found.upstream_g) <= 1
    assert [each["role"] for each in whole.trace["factors"]].count("upstream") == (1 if found.upstream_g else 0)


# Electric vehicles ----------------------------------------------------------------------------------------------------

GRIDS = [
    (CTU, TFU, "mee-2023-electricity-cn-51", 3_231), (PEK, CTU, "mee-2023-electricity-cn", 10_960),
    (CDG, LYS, "ember-2024-electricity-fr", 913), (LHR, MAN, "defra-2025-electricity-gb", 3_656),
    (HRE, BUQ, "ember-2023-electricity-zw", None), (BOM, DEL, "cea-2025-electricity-in", 14_701),
]  # fmt: skip


@pytest.mark.parametrize("mode", ["car", "taxi"])
@pytest.mark.parametrize(("origin", "destination", "grid", "grams"), GRIDS)
def test_an_electric_vehicle_runs_on_the_grid_of_where_it_drives(
    origin: Place, destination: Place, grid: str, grams: int | None, mode: str
) -> None:
    found = line(way(origin, destination, mode, fuel="electric"))
    main = [row["id"] for row in found.trace["factors"] if row["counted"]]
    assert main == ["defra-2025-bev-energy-average", grid]
    if grams is not None:
        assert found.total_g == grams
    assert found.trace["lookup"][-1]["table"] == "electricity"


def test_an_electric_vehicle_has_sizes_and_its_grids_upstream() -> None:
    small, large = (line(way(LHR, MAN, "car", fuel="electric", size=size)) for size in ("small", "large"))
    assert (small.total_g, large.total_g) == (3_337, 3_796)  # 100 km × 0.18852, 0.21449 kWh × 0.177
    whole = line(way(LHR, MAN, "car", fuel="electric"), Boundary())
    # kWh × (generation's way to the station + losses in the lines + their way): each row rounded by itself
    assert whole.upstream_g == 948 + 383 + 82
    assert whole.total_g == 5_069
    trace = json.loads(json.dumps(whole.trace))
    assert (recompute(trace)[1], recompute_upstream(trace)) == (whole.total_g, whole.upstream_g)


def test_no_row_with_the_british_grid_inside_is_used_abroad() -> None:
    for mode in ("car", "taxi"):
        for size in ("", "small", "medium", "large"):
            for fuel in ("electric", "hybrid"):
                for origin, destination in ((CTU, TFU), (CDG, LYS), (HRE, BUQ), (LHR, CDG)):
                    trip = way(origin, destination, mode, fuel=fuel, size=size if mode == "car" else "")
                    ids = [row["id"] for row in line(trip, Boundary()).trace["factors"]]
                    assert not [each for each in ids if any(name in each for name in GB_ROWS_WITH_A_GRID)], ids


def test_over_a_border_the_grid_of_the_start_stands_and_says_so() -> None:
    out, back = line(way(CDG, BER, "car", fuel="electric")), line(way(BER, CDG, "car", fuel="electric"))
    assert [found.trace["factors"][1]["id"] for found in (out, back)] == [
        "ember-2024-electricity-fr", "ember-2024-electricity-de",
    ]  # fmt: skip
    border = "The way crosses a border: the row of {region} stands for all of it."
    assert border in messages(out)
    assert border not in messages(line(way(CDG, LYS, "car", fuel="electric")))
    assert border in messages(line(way(LHR, CDG, "rail")))


# Distances ------------------------------------------------------------------------------------------------------------

DETOURS = [("rail", 1.2, "GES 1point5"), ("high_speed_rail", 1.2, "GES 1point5"), ("coach", 1.5, "GES 1point5"),
           ("bus", 1.5, "GES 1point5"), ("car", 1.2, "Newell 1980"), ("ferry", 1.0, "co2calculator")]  # fmt: skip


@pytest.mark.parametrize(("mode", "detour", "source"), DETOURS)
def test_the_published_detour_is_applied_once_and_named(mode: str, detour: float, source: str) -> None:
    guessed = line(Trip(CDG, LYS, mode=mode, round_trip=False))
    told = guessed.trace["distance"]
    assert guessed.distance_km == pytest.approx(told["geodesic_km"] * detour)
    if detour != 1.0:
        assert told["detour"] == detour
        assert source in told["detour_source"]
    routed = line(Trip(CDG, LYS, mode=mode, round_trip=False, distance_km=guessed.distance_km))
    assert "detour" not in routed.trace["distance"]
    assert routed.total_g == guessed.total_g


def test_a_car_is_divided_by_the_people_on_board_and_a_seat_is_not() -> None:
    alone, shared = (line(way(LHR, MAN, "car", people=people), Boundary()) for people in (1, 4))
    assert (alone.total_g, shared.total_g) == (16_272 + 4_599, 5_218)
    assert line(way(LHR, MAN, "coach", people=4)).total_g == 3_948


# Honesty --------------------------------------------------------------------------------------------------------------


def test_chinese_conventional_rail_says_loudly_that_it_has_no_row() -> None:
    said = messages(line(way(PEK, CTU, "rail")))
    assert any(sentence.startswith("ATTENTION: no figure for Chinese conventional") for sentence in said)
    assert not any(sentence.startswith("ATTENTION") for sentence in messages(line(way(HRE, BUQ, "rail"))))
    assert not any(sentence.startswith("ATTENTION") for sentence in messages(line(way(PEK, CTU, "high_speed_rail"))))


def test_a_size_without_a_row_falls_to_the_average_and_says_so() -> None:
    found = line(way(LHR, MAN, "car", fuel="cng", size="small"))
    assert found.factor_id == "defra-2025-car-average-cng"
    assert "No row for the size {size} was found; the average stands for it." in messages(found)


def parsed(**trip: Any) -> Trip:
    body = {"trips": [{"from": "iata:PEK", "mode": "car", "round_trip": True, **trip}]}
    return parse_answers(body, {"iata:PEK": PEK}.get, CTU, load_scenarios()["conference"], FACTORS).trips[0]


def test_the_size_of_a_car_is_told_and_of_nothing_else() -> None:
    assert parsed(size="large").size == "large"
    assert parsed().size == ""
    assert parsed(mode="motorcycle", size="small").size == "small"
    for wrong in ({"size": "huge"}, {"size": 3}, {"mode": "coach", "size": "small"}):
        with pytest.raises(InputError) as caught:
            parsed(**wrong)
        assert [error.field for error in caught.value.errors] == ["trips[0].size"]


def test_a_boundary_without_upstream_is_the_whole_less_its_upstream() -> None:
    trips = tuple(
        way(origin, destination, mode, fuel=fuel, size=size) for origin, destination, mode, fuel, size, *_ in ROWS
    )
    direct, whole = (compute(Answers(trips=trips), FACTORS, boundary) for boundary in (DIRECT, Boundary()))
    assert direct.upstream_g == whole.upstream_g > 0
    assert abs(whole.total_g - direct.total_g - direct.upstream_g) <= len(trips)
    only_local = compute(Answers(trips=trips), FACTORS, replace(DIRECT, categories=("local",)))
    assert only_local.total_g == direct.by_category["local"]
