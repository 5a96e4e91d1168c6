"""The hand checks of the reference folder, each through our own functions; unconfirmed ones are left out."""

import csv
import os
import re
from pathlib import Path

import pytest

from calculations.answers import parse_answers
from calculations.distance import geodesic_km
from calculations.footprint import compute
from calculations.methods import method_kg
from calculations.model import (
    Answers,
    Boundary,
    EmissionLine,
    FactorSet,
    Meal,
    OtherActivity,
    Place,
    Scenario,
    ScenarioActivity,
    Stay,
    Trip,
)  # fmt: skip
from calculations.travel import trip_line
from data.library import load_factor_set, load_method, load_scenarios

PROJECT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("REFERENCE_DIR", PROJECT.parent / "shared" / "reference"))
CHECKS = REFERENCE / "hand_checks.csv"
pytestmark = pytest.mark.skipif(not CHECKS.is_file(), reason=f"the reference folder {REFERENCE} is not here")

FACTORS = load_factor_set()
LHR = Place("iata:LHR", {"en": "LHR"}, 51.4706, -0.46194, "GB")
JFK = Place("iata:JFK", {"en": "JFK"}, 40.639928, -73.778692, "US")
PEK = Place("iata:PEK", {"en": "PEK"}, 40.0801, 116.585, "CN")
CTU = Place("iata:CTU", {"en": "CTU"}, 30.5785, 103.947, "CN")


def expected(check: str) -> tuple[list[float], float]:
    """(figures, tolerance) of a check; fails if it is gone or unconfirmed."""
    with CHECKS.open(encoding="utf-8", newline="") as lines:
        row = next(each for each in csv.DictReader(lines) if each["id"] == check)
    assert row["status"] != "unconfirmed"
    return [float(part) for part in row["expected"].split(";")], float(row["tolerance"])


def agrees(check: str, *found_kg: float) -> None:
    figures, tolerance = expected(check)
    assert list(found_kg) == pytest.approx(figures, abs=tolerance + 0.0005)


def preferring(band: str) -> FactorSet:
    """The same library with the DEFRA rows of another band preferred, as an edition may do."""
    cabins = {"economy": "economy", "premium_economy": "premium-economy", "business": "business", "first": "first"}
    rows = {
        cabin: {
            "with_rf": f"defra-2025-flight-{band}-{name}-with-rf",
            "without_rf": f"defra-2025-flight-{band}-{name}-without-rf",
            "upstream": f"defra-2025-flight-wtt-{band}-{name}",
        }
        for cabin, name in cabins.items()
    }
    flight = {**FACTORS.preferred["flight"], "international": rows}
    return FactorSet("test", "", FACTORS.factors, {**FACTORS.preferred, "flight": flight})


@pytest.mark.parametrize(
    ("check", "cabin", "boundary"),
    [
        ("H01", "economy", Boundary()), ("H03", "economy", Boundary(non_co2=False)),
        ("H04", "economy", Boundary(upstream=True)), ("H05", "business", Boundary()), ("H06", "first", Boundary()),
    ],
)  # fmt: skip
def test_london_new_york(check: str, cabin: str, boundary: Boundary) -> None:
    line = trip_line(Trip(LHR, JFK, cabin=cabin), preferring("long-haul"), boundary)
    agrees(check, line.total_g / 1000)


def test_the_distance_is_the_ellipsoids_and_not_a_spheres() -> None:
    assert geodesic_km(LHR.lat, LHR.lon, JFK.lat, JFK.lon) == pytest.approx(5554.517456, abs=1e-6)
    figures, _ = expected("H02")  # the sphere's answer, 0.27 % off
    assert abs(trip_line(Trip(LHR, JFK), preferring("long-haul"), Boundary()).total_g / 1000 - figures[0]) > 3


@pytest.mark.parametrize(
    ("check", "band", "boundary"),
    [
        ("H12", "short-haul", Boundary(non_co2=False)), ("H13", "international", Boundary()),
        ("H14", "short-haul", Boundary()),
    ],
)  # fmt: skip
def test_beijing_chengdu(check: str, band: str, boundary: Boundary) -> None:
    factors = FACTORS if band == "international" else preferring(band)
    agrees(check, trip_line(Trip(PEK, CTU, round_trip=False), factors, boundary).total_g / 1000)


def total_kg(answers: Answers) -> float:
    return compute(answers, FACTORS, Boundary()).total_g / 1000


def test_hotels() -> None:
    london = Place("geo:2643743", {"en": "London"}, 51.51, -0.13, "GB", "GB-LND")
    agrees("H17", total_kg(Answers(stays=(Stay(None, "CN", nights=3, rooms=2),))))
    agrees("H18", total_kg(Answers(stays=(Stay(london, "GB", nights=2),))))


def test_meals() -> None:
    mixed = (Meal("beef", 40), Meal("chicken", 30), Meal("vegetarian", 20), Meal("vegan", 10))
    agrees("H19", total_kg(Answers(meals=mixed)))
    beef, vegetarian = (total_kg(Answers(meals=(Meal(diet, 100),))) for diet in ("beef", "vegetarian"))
    agrees("H20", beef - vegetarian)


def of_rows(*amounts: tuple[str, float]) -> tuple[EmissionLine, ...]:
    """Each amount through a scenario that asks for exactly these rows, as a body of the API."""
    asked = [
        ScenarioActivity(f"row_{number}", {}, FACTORS.factors[factor_id].unit.split("/", 1)[1], "materials", factor_id)
        for number, (factor_id, _) in enumerate(amounts)
    ]
    scenario = Scenario("test", {}, {}, (), tuple(asked))
    other = [
        {"activity": each.key, "quantity": amount, "unit": each.unit}
        for each, (_, amount) in zip(asked, amounts, strict=True)
    ]
    answers = parse_answers({"other": other}, lambda _: None, None, scenario)
    return compute(answers, FACTORS, Boundary()).lines


ROW_CHECKS = {
    "H21": [[("ic_drink_cafe", 50), ("ic_drink_the", 25)]],
    "H22": [[("ic_drink_eauenbouteille", 250)], [("ic_drink_eaudurobinet", 250)]],
    "H24": [[("scarborough2014_diet_medium_meat", 3), ("scarborough2014_diet_vegetarian", 4)]],
    "H25": [[("derived_a4_sheet", 40_000)]],
    "H26": [[("defra2025_mat_plastics_pvc_incl_forming_primary", 12)]],
    "H27": [[("icpc_tshirt_cotton_make", 300)]],
    "H28": [[("defra2025_waste_organic_food_and_drink_waste_landfill", 500),
             ("defra2025_waste_paper_and_board_paper_recycling_closed", 200)]],
    "H29": [[("defra2025_waste_plastics_average_plastics_incineration", 1000)],
            [("epa_waste_mixed_plastics_combusted", 1000)]],
    "H30": [[("defra2025_hgv_all_hgvs_avg_tkm_wtw", 700)]],
    "H31": [[("defra2025_air_long_haul_to_from_uk_rf", 4500)], [("defra2025_sea_container_avg", 4500)]],
    "H32": [[("defra2025_diesel_mineral_l", 120)], [("defra2025_diesel_mineral_l_wtw", 120)]],
    "H33": [[("defra2025_natural_gas_kWh_gross", 2500)]],
    "H34": [[("cn_natural_gas_m3", 300)]],
    "H35": [[("cn_heat_gj", 40)]],
    "H36": [[("defra2025_water_supply_and_treatment_m3", 80)]],
    "H37": [[("ar6_gwp100_r410a", 0.4)], [("defra2025_ar5_gwp_r410a", 0.4)]],
    "H38": [[("ic_videoconf_hour", 900)]],
    "H40": [[("swd4_kg_gb_global", 80)]],
}  # fmt: skip


@pytest.mark.parametrize("check", sorted(ROW_CHECKS))
def test_rows_by_quantity(check: str) -> None:
    agrees(check, *(sum(line.total_g for line in of_rows(*each)) / 1000 for each in ROW_CHECKS[check]))


def test_an_energy_row_is_multiplied_by_the_grid() -> None:
    wall = OtherActivity(
        "led_wall", 24 * 9, "m2-hour", "energy", "led_wall_indoor_rental", times="electricity", region="CN-51"
    )
    line = compute(Answers(other=(wall,)), FACTORS, Boundary()).lines[0]
    (kilowatt_hours,), _ = expected("H39")
    assert line.total_g == pytest.approx(kilowatt_hours * 0.1564 * 1000, abs=1)
    assert (line.unit, [row["role"] for row in line.trace["factors"]]) == ("m2-hour", ["main", "grid"])


@pytest.mark.parametrize("check", ["H45", "H46", "H47", "H48"])
def test_sigplan_origins(check: str) -> None:
    with CHECKS.open(encoding="utf-8", newline="") as lines:
        row = next(each for each in csv.DictReader(lines) if each["id"] == check)
    distance_km = float(re.fullmatch(r"d_km=([\d.]+)", row["inputs"]).group(1))
    assert method_kg(load_method("sigplan"), distance_km) == pytest.approx(float(row["expected"]), abs=0.0005)


def test_one_attendee_across_categories() -> None:
    flight = trip_line(Trip(LHR, JFK), preferring("long-haul"), Boundary())
    rest = compute(Answers(stays=(Stay(None, "CN", 3),), meals=(Meal("chicken", 3),)), FACTORS, Boundary())
    agrees("H51", (flight.total_g + rest.total_g) / 1000)


def test_the_conference_asks_for_remote_hours_by_the_checked_row() -> None:
    remote = load_scenarios()["conference"].activity("remote_participation")
    assert remote is not None
    assert (remote.factor, remote.unit, remote.category) == ("ic_videoconf_hour", "hour", "digital")
