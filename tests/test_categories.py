"""Every category as activities that somebody tells: by which rows, in which units, within which boundary."""

import json
from dataclasses import replace
from typing import Any

import pytest

from calculations.answers import parse_answers
from calculations.footprint import compute
from calculations.lookup import cautions, factor_of
from calculations.model import (
    CATEGORIES,
    Answers,
    Boundary,
    EmissionLine,
    FactorMissing,
    InputError,
    OtherActivity,
    Place,
    Scenario,
    Supply,
)
from calculations.trace import recompute, recompute_upstream
from calculations.units import accepted
from data.library import load_activities, load_factor_set, load_scenarios

FACTORS = load_factor_set()
ACTIVITIES = FACTORS.preferred["activity"]
DIRECT, MARKET = Boundary(upstream=False), Boundary(electricity="market")
CHENGDU = Place("geo:1815286", {"en": "Chengdu"}, 30.66667, 104.06667, "CN", "CN-51")
CONFERENCE = load_scenarios()["conference"]
OPEN = replace(CONFERENCE, is_open=True)
THIRD_PARTY = "This is third-party data inside its publication: the rights are not all the publisher's."
TWO_LICENCES = "Two licences are named for this figure: CC BY 4.0 by its publisher, CC BY-SA 4.0 by who passes it on."
TRANSPORT_ONLY = (
    "Only collection and transport are counted: what recycling or burning emits belongs to whoever uses the material "
    "or the energy."
)
WITH_SMOKE = "Emissions of the treatment itself are counted, unlike in the Defra rows: do not compare the two."
ALUMINIUM = "defra2025_mat_metal_aluminium_cans_and_foil_excl_forming_primary"


def line(activity: str, quantity: float, unit: str, region: str = "CN-51", **more: Any) -> EmissionLine:
    boundary = more.pop("boundary", Boundary())
    told = OtherActivity(activity, quantity, unit, region=region, **more)
    return compute(Answers(other=(told,)), FACTORS, boundary).lines[0]


def messages(found: EmissionLine) -> list[str]:
    return [note["message"] for note in found.trace["notes"]]


# activity, quantity, unit, region, category, main row, direct grams, upstream grams: from the rows' own values
PRICED = [
    ("electricity", 1000, "kWh", "CN-51", "energy", "mee-2023-electricity-cn-51", 156_400, 0),
    ("electricity", 1, "MWh", "CN", "energy", "mee-2023-electricity-cn", 530_600, 0),
    ("electricity", 1000, "kWh", "GB", "energy", "defra-2025-electricity-gb", 177_000, 45_900 + 18_530 + 3_970),
    ("electricity", 1000, "kWh", "US-CA", "energy", "egrid-2023-electricity-us-ca", None, 0),
    ("heat", 2, "GJ", "CN-11", "energy", "cn_heat_gj", 220_000, 0),
    ("heat", 100, "kWh", "GB", "energy", "defra2025_district_heat_kwh", 17_529, 945 + 3_341),
    ("heat", 100, "kWh", "FR", "energy", "ngc_fr_district_heat_kwh", 11_300, 0),
    ("natural_gas", 10, "Nm3", "CN", "energy", "cn_natural_gas_m3", 21_622, 0),
    ("natural_gas", 100, "kWh", "GB", "energy", "defra2025_natural_gas_kWh_gross", 18_296, 3_021),
    ("natural_gas", 100, "kWh", "FR", "energy", "ngc_fr_gas_kwh", 21_500, 0),
    ("generator_diesel", 10, "litre", "GB", "energy", "defra2025_gas_oil_l", 27_554, 6_267),
    ("generator_diesel", 10, "l", "CN-51", "energy", "defra2025_diesel_mineral_l", 26_616, 6_241),
    ("generator_diesel", 1, "t", "CN-51", "energy", "cn_diesel_kg", 3_095_910, 0),
    ("lpg", 10, "litre", "GB", "energy", "defra2025_lpg_l", 15_571, 1_855),
    ("coal", 1, "t", "CN", "energy", "cn_bituminous_coal_kg", 1_741_750, 0),
    ("petrol", 10, "litre", "GB", "energy", "defra2025_petrol_blend_l", 20_692, 5_809),
    ("leak_r134a", 500, "g", "CN", "energy", "ar6_gwp100_hfc_134a_r134a", 765_000, 0),
    ("leak_r410a_ar5", 1, "kg", "GB", "energy", "defra2025_ar5_gwp_r410a", 1_924_000, 0),
    ("water", 10, "m3", "GB", "energy", "defra2025_water_supply_and_treatment_m3", 3_622, 0),
    ("waste_water", 10_000, "litre", "GB", "waste", "defra2025_water_treatment_m3", 1_709, 0),
    ("metro_passenger_km", 100, "passenger-km", "CN-51", "local", "cpcd-2023-metro-derived", 4_314, 0),
    ("bus_passenger_km", 100, "pkm", "GB", "local", "defra-2026-bus-average-local-bus", 10_151, 2_649),
    ("hotel", 2, "room-night", "CN-51", "stay", "defra-2025-hotel-china", 107_000, 0),
    ("hotel", 2, "guest-night", "IS", "stay", "klimatsmart-hotel-iceland", 13_600, 0),
    ("meal_beef", 2, "meal", "FR", "food", "ic_meal_duboeuf", None, 0),
    ("drink_wine_litre", 750, "ml", "FR", "food", "ic_drink_vin", None, 0),
    ("food_rice", 2, "kg", "CN", "food", "owid_pn_rice", None, 0),
    ("material_paper", 1, "t", "GB", "materials", "defra2025_mat_paper_and_board_paper_primary", 1_345_078, 0),
    ("material_aluminium", 1, "kg", "GB", "materials", ALUMINIUM, 9_116, 0),
    ("carpet", 10, "m2", "US", "materials", "hcs_event_carpet_m2", 59_321, 0),
    ("banner_polyester", 10, "m2", "GB", "materials", "derived_polyester_banner_200gsm_m2", 42_667, 0),
    ("tshirt", 100, "item", "FR", "materials", "icpc_tshirt_cotton_make", 520_000, 0),
    ("freight_truck", 100, "tonne-km", "GB", "freight", "defra2025_hgv_all_hgvs_avg_tkm", 10_163, 2_359),
    ("freight_van", 100, "vehicle-km", "GB", "freight", "defra2025_van_avg_unknown_km", 25_430, 6_130),
    ("freight_rail", 1000, "tkm", "GB", "freight", "defra2025_rail_freight", None, None),
    ("freight_sea_container", 10_000, "tonne-km", "GB", "freight", "defra2025_sea_container_avg", 161_200, 36_500),
    ("freight_air", 100, "tonne-km", "CN", "freight", "defra2025_air_international_to_from_non_uk_rf", 89_939, 13_516),
    ("waste_food_landfill", 10, "kg", "GB", "waste", "defra2025_waste_organic_food_and_drink_waste_landfill", 7_003, 0),
    ("waste_plastics_incineration", 1, "t", "GB", "waste", "defra2025_waste_plastics_average_plastics_incineration",
     4_686, 0),
    ("waste_plastics_combusted", 1, "t", "US", "waste", "epa_waste_mixed_plastics_combusted", 2_579_408, 0),
    ("remote_participation", 6, "hour", "CN-51", "digital", "ic_videoconf_hour", 342, 0),
    ("streaming", 10, "h", "FR", "digital", "ic_streaming_hour", 640, 0),
    ("led_wall", 216, "m2-hour", "CN-51", "energy", "led_wall_indoor_rental", 9_121, 0),  # × 0.27 × 0.1564
    ("projector_use", 10, "hour", "GB", "energy", "projector_hour", 443, 171),  # × 0.25 kWh × the grid and its upstream
    ("laptop_use", 10, "hour", "FR", "digital", "laptop_hour", 24, 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("activity", "quantity", "unit", "region", "category", "row", "direct_g", "upstream_g"), PRICED
)
def test_what_somebody_tells_is_priced_by_the_row_it_should(
    activity: str, quantity: float, unit: str, region: str, category: str, row: str, direct_g: int | None,
    upstream_g: int | None,
) -> None:  # fmt: skip
    direct = line(activity, quantity, unit, region, boundary=DIRECT)
    whole = line(activity, quantity, unit, region)
    assert (direct.category, direct.factor_id) == (category, row)
    if direct_g is not None:
        assert direct.total_g == direct_g
    if upstream_g is not None:
        assert abs(direct.upstream_g - upstream_g) <= 1  # rows are rounded one by one
    assert direct.upstream_g == whole.upstream_g  # told, whether it counts or not
    assert abs(whole.total_g - direct.total_g - direct.upstream_g) <= 3
    assert recompute(json.loads(json.dumps(whole.trace, allow_nan=False)))[1] == whole.total_g


REGIONS = ("CN-51", "GB", "FR", "US-CA", "IS", "ZW", "")


@pytest.mark.parametrize("key", sorted(ACTIVITIES))
def test_every_activity_can_be_told_anywhere_in_each_of_its_units(key: str) -> None:
    said = ACTIVITIES[key]
    units = said["rows"] if "rows" in said else [said["unit"]]
    for unit in units:
        for region in REGIONS:
            try:
                found = line(key, 3.0, unit, region)
            except FactorMissing:
                # fuels of one country alone, and rooms where only guests' nights are known
                assert len(units) > 1
                continue
            assert found.category == said["category"]
            assert found.total_g >= 0
            assert 0 <= found.low_g <= found.total_g <= found.high_g
            assert recompute_upstream(found.trace) == found.upstream_g
            assert found.trace["lookup"], key
    assert said["names"]["zh"]
    assert said["names"]["en"]


def test_all_categories_but_travel_by_plane_can_be_told_as_activities() -> None:
    assert {each.category for each in load_activities().values()} == set(CATEGORIES)
    assert load_activities("2026.1") == {}


def test_an_activity_in_a_wrong_unit_raises_with_the_right_ones() -> None:
    with pytest.raises(FactorMissing, match="heat is counted in GJ, kWh, not kg"):
        line("heat", 1, "kg")


@pytest.mark.parametrize("told", ["t", "tonne", "g", "kg"])
def test_units_turn_into_one_another_exactly(told: str) -> None:
    times = {"t": 1000, "tonne": 1000, "g": 0.001, "kg": 1}[told]
    found, plain = line("food_rice", 8.0, told), line("food_rice", 8.0 * times, "kg")
    assert found.total_g == plain.total_g
    named = [term["name"] for term in found.trace["quantity_terms"]]
    assert named == (["quantity"] if told == "kg" else ["quantity", "unit_conversion"])


def test_a_row_made_elsewhere_says_so_and_steps_are_kept() -> None:
    here, there = line("material_paper", 1, "kg", "GB"), line("material_paper", 1, "kg", "CN-51")
    stand_in = "No row for this country or region was found; the row of {region} stands in."
    assert stand_in not in messages(here)
    assert stand_in in messages(there)
    assert here.total_g == there.total_g
    steps = line("electricity", 1, "kWh", "CN-54").trace["lookup"]
    assert [(step["wanted"], step["level"], step["found"]) for step in steps] == [
        ("CN-54", "province", False), ("CN", "country", True),
    ]  # fmt: skip
    steps = line("hotel", 1, "guest-night", "HU").trace["lookup"]
    assert [(step["level"], step["found"]) for step in steps] == [("country", False), ("group", True)]
    assert stand_in in messages(line("hotel", 1, "guest-night", "HU"))
    steps = line("hotel", 1, "guest-night", "ZW").trace["lookup"]
    assert [(step["level"], step["found"]) for step in steps] == [("country", False), ("world", True)]


# Upstream -----------------------------------------------------------------------------------------------------------


def test_upstream_that_cannot_be_told_apart_is_said_either_way() -> None:
    inside = "The row contains its upstream part, which cannot be told apart."
    nevertheless = "The boundary leaves upstream out, but this row contains it inseparably: it is counted nevertheless."
    missing = "No row for the upstream part was found; it is left out."
    for key, unit in (("meal_beef", "meal"), ("material_glass", "kg")):
        counted, left_out = line(key, 1, unit, "FR"), line(key, 1, unit, "FR", boundary=DIRECT)
        assert inside in messages(counted)
        assert nevertheless in messages(left_out)
        assert counted.total_g == left_out.total_g
    assert missing in messages(line("electricity", 1, "kWh"))
    assert missing not in messages(line("electricity", 1, "kWh", boundary=DIRECT))
    assert missing not in messages(line("leak_sf6", 1, "kg"))  # a gas has no way to the tank


def test_upstream_rows_are_never_added_to_a_row_that_holds_them() -> None:
    for factor_id in FACTORS.factors:
        if factor_id.endswith("_wtw"):
            found = line(f"factor:{factor_id}", 1, FACTORS.factors[factor_id].unit.split("/", 1)[1], "GB")
            assert (found.upstream_g, len(found.trace["factors"])) == (0, 1)
    pairs = [
        (row, each)
        for row, ids in FACTORS.preferred["upstream"].items()
        for each in ([ids] if isinstance(ids, str) else ids)
    ]
    assert len(pairs) > 30
    for row, upstream in pairs:
        main, more = factor_of(FACTORS, row), factor_of(FACTORS, upstream)
        assert main.includes_wtt in ("no", "n/a"), row
        assert main.unit == more.unit, row


# Electricity by two bases ---------------------------------------------------------------------------------------------

CONTRACT = Supply("contract", kg_per_kwh=0.02, source="Supply contract 2026-17, annex 2")
HALF = Supply("certificates", share=0.25, source="GEC 2026, serial numbers 1 to 25")


@pytest.mark.parametrize(
    ("supply", "location_g", "market_g"),
    [(None, 156_400, 156_400), (Supply(), 156_400, 156_400), (CONTRACT, 156_400, 20_000), (HALF, 156_400, 117_300),
     (replace(HALF, share=1.0), 156_400, 0), (replace(CONTRACT, share=0.5), 156_400, 88_200)],
)  # fmt: skip
def test_the_boundary_says_which_basis_counts_and_the_other_stands_beside(
    supply: Supply | None, location_g: int, market_g: int
) -> None:
    by_location = line("electricity", 1, "MWh", supply=supply)
    by_market = line("electricity", 1, "MWh", supply=supply, boundary=MARKET)
    assert (by_location.total_g, by_market.total_g) == (location_g, market_g)
    assert (by_location.trace["basis"], by_location.trace["other_basis"]) == ("location", "market")
    assert by_location.trace["other_basis_g"] == market_g
    assert (by_market.trace["basis"], by_market.trace["other_basis_g"]) == ("market", location_g)
    for found in (by_location, by_market):
        assert recompute(json.loads(json.dumps(found.trace)))[1] == found.total_g


def test_what_is_bought_is_said_with_its_source_and_the_rest_falls_back_to_the_grid() -> None:
    by_market = line("electricity", 1, "MWh", supply=HALF, boundary=MARKET)
    said = messages(by_market)
    assert "Certificates cover {percent} % at {kg_per_kwh} kg CO2e/kWh, as stated by {source}." in said
    residual = "No residual mix is in the library: the grid's own row stands for what nothing else covers."
    assert residual in said
    assert residual not in messages(line("electricity", 1, "MWh", supply=CONTRACT, boundary=MARKET))
    bought = [row for row in by_market.trace["factors"] if row["role"] == "supply"]
    assert [row["source_title"] for row in bought] == [HALF.source]
    assert "supply" not in [row["role"] for row in line("electricity", 1, "MWh", supply=HALF).trace["factors"]]


def test_upstream_of_british_electricity_follows_what_the_grid_covers() -> None:
    by_market = line("electricity", 1000, "kWh", "GB", supply=HALF, boundary=MARKET)
    assert by_market.total_g == 132_750 + 34_425 + 13_898 + 2_978 - 1  # three quarters of the grid and of its upstream
    assert abs(by_market.upstream_g - 0.75 * 68_400) <= 2
    wall = line("led_wall", 100, "m2-hour", supply=CONTRACT, boundary=MARKET)
    assert wall.total_g == 540  # 100 × 0.27 kWh × 0.02
    assert wall.trace["other_basis_g"] == 4_223


# Non-CO2 of air freight -----------------------------------------------------------------------------------------------


def test_air_freight_tells_its_non_co2_part_apart() -> None:
    with_all = line("freight_air", 100, "tonne-km")
    co2_only = line("freight_air", 100, "tonne-km", boundary=Boundary(non_co2=False))
    assert with_all.non_co2_g == co2_only.non_co2_g == 89_939 - 53_130
    assert with_all.total_g - co2_only.total_g == with_all.non_co2_g
    assert co2_only.factor_id == "defra2025_air_international_to_from_non_uk_norf"
    assert co2_only.upstream_g == 13_516


# Cautions -------------------------------------------------------------------------------------------------------------

DOUBTS = [
    ("ember-2022-electricity-cf", "A zero in this source is a gap in the data and no clean grid: do not use it."),
    ("cn-2023-hsr-derived", "The figure assumes a full train: divide by the load factor where it is known."),
    ("ic_meal_duboeuf", "The source states no licence, or one that is still to be confirmed."),
    ("owid_pn_rice", "The source states no licence, or one that is still to be confirmed."),
    ("mee-2023-electricity-cn", "The source states no licence, or one that is still to be confirmed."),
    ("mee-2023-electricity-cn", "Only CO2 is counted: methane and nitrous oxide are left out."),
    ("klimatsmart-hotel-iceland", "The figure is a proxy: it was made for another place or thing."),
    ("klimatsmart-hostel-iceland", "The source rests on an assumption, not on measurements."),
    ("defra-2025-hotel-china", THIRD_PARTY),
    ("ember-2024-electricity-fr", TWO_LICENCES),
    ("projector_hour", "The source is weak evidence."),
    ("cea-2026-electricity-in", "The library keeps this row for comparison and prefers another."),
    ("defra2025_waste_glass_incineration", TRANSPORT_ONLY),
    ("epa_waste_mixed_plastics_combusted", WITH_SMOKE),
]  # fmt: skip


@pytest.mark.parametrize(("factor_id", "sentence"), DOUBTS)
def test_the_doubts_of_a_source_are_said_wherever_its_row_is_used(factor_id: str, sentence: str) -> None:
    factor = factor_of(FACTORS, factor_id)
    assert sentence in [note["message"] for note in cautions(FACTORS, factor)]
    if factor.category != "rail":
        unit = factor.unit.split("/", 1)[1]
        assert sentence in messages(line(f"factor:{factor_id}", 1, unit, factor.region))


def test_a_row_without_doubts_is_without_a_caution() -> None:
    assert cautions(FACTORS, factor_of(FACTORS, "defra-2025-electricity-gb")) == []


# What is told, as it comes in -----------------------------------------------------------------------------------------


def parsed(scenario: Scenario = CONFERENCE, **other: Any) -> OtherActivity:
    return parse_answers({"other": [other]}, {}.get, CHENGDU, scenario, FACTORS).other[0]


def wrong(scenario: Scenario = CONFERENCE, **other: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        parsed(scenario, **other)
    return [(error.field, error.message.format(**error.params)) for error in caught.value.errors]


def test_a_guest_may_tell_what_the_factor_set_prices_and_an_organiser_any_row() -> None:
    gas = parsed(activity="natural_gas", quantity=5, unit="MWh")
    assert (gas.unit, gas.conversion, gas.category, gas.region) == ("kWh", 1000.0, "energy", "CN-51")
    assert compute(Answers(other=(gas,)), FACTORS, DIRECT).total_g == 914_800
    row = {"activity": "factor:defra2025_gas_oil_l", "quantity": 2, "unit": "litre"}
    assert compute(Answers(other=(parsed(OPEN, **row),)), FACTORS, DIRECT).total_g == 5_511
    assert [field for field, _ in wrong(**row)] == ["other[0].activity"]


@pytest.mark.parametrize("row", ["no-such-row", "ic_benchmark_french_year", "defra2025_gas_oil_l_wtt" + "x"])
def test_what_is_no_activity_is_no_row_to_name(row: str) -> None:
    assert wrong(OPEN, activity=f"factor:{row}", quantity=1, unit="kg")[0][0] == "other[0].activity"


def test_a_wrong_unit_is_answered_with_the_right_ones() -> None:
    ((field, sentence),) = wrong(activity="heat", quantity=1, unit="kg")
    assert field == "other[0].unit"
    assert "GJ, kWh" in sentence
    assert "MWh" in sentence
    assert accepted(FACTORS, ["kWh"])[:1] == ["kWh"]
    assert [field for field, _ in wrong(activity="heat", quantity=1, unit={})] == ["other[0].unit"]


SUPPLY = {"kind": "contract", "kg_per_kwh": 0.02, "source": "Contract 17"}
BAD_SUPPLIES = [
    ("grid", "other[0].supply"), ({"kind": "sun"}, "other[0].supply.kind"),
    ({**SUPPLY, "kg_per_kwh": 20}, "other[0].supply.kg_per_kwh"),
    ({"kind": "contract", "source": "x"}, "other[0].supply.kg_per_kwh"),
    ({**SUPPLY, "source": "  "}, "other[0].supply.source"),
    ({**SUPPLY, "source": "x" * 201}, "other[0].supply.source"),
    ({"kind": "certificates", "source": "x"}, "other[0].supply.share"),
    ({"kind": "certificates", "source": "x", "share": 1.1}, "other[0].supply.share"),
    ({**SUPPLY, "price": 3}, "other[0].supply.price"),
]  # fmt: skip


@pytest.mark.parametrize(("supply", "field"), BAD_SUPPLIES)
def test_a_supply_that_cannot_be_is_named(supply: Any, field: str) -> None:
    found = wrong(activity="electricity", quantity=1, unit="kWh", supply=supply)
    assert [each for each, _ in found] == [field]


def test_only_electricity_has_a_supply() -> None:
    told = parsed(activity="electricity", quantity=1, unit="kWh", supply=SUPPLY)
    assert told.supply == Supply("contract", 0.02, 1.0, "Contract 17")
    assert parsed(activity="led_wall", quantity=1, unit="m2-hour", supply={"kind": "grid"}).supply == Supply()
    assert [each for each, _ in wrong(activity="heat", quantity=1, unit="GJ", supply=SUPPLY)] == ["other[0].supply"]
