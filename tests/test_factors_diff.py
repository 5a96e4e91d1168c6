"""Two editions beside each other, and an event's footprints under another one: told with reasons, and never stored."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import events
from accounts import SYSTEM, Forbidden, Unauthenticated, set_actor
from accounts.actor import ANONYMOUS
from calculations.editions import compare_editions, dossier, find_factors, preferred_at, why_moved
from calculations.model import Factor, FactorMissing, FactorSet
from data.library import load_factor_set
from data.store import schema as s
from data.store.engine import Store
from events import recompute
from tests.support.events import body, draft, trip
from tests.support.server import Server

NOW = load_factor_set()
FLIGHT = NOW.preferred["flight"]["international"]["economy"]["with_rf"]
HOTEL = NOW.preferred["stay"]["hotel"]["CN"]


def edited(**values: float) -> FactorSet:
    """The current edition under another name, with other values of some rows (hyphens written as __)."""
    rows = {name.replace("__", "-"): value for name, value in values.items()}
    factors = {**NOW.factors, **{name: replace(NOW.factors[name], value=value) for name, value in rows.items()}}
    return FactorSet("2099.1", "f" * 64, factors, NOW.preferred, NOW.quality)


def preferring(**changes: Any) -> FactorSet:
    return replace(NOW, factor_set_id="2099.1", preferred={**NOW.preferred, **changes})


@pytest.fixture
def answered(store: Store) -> str:
    """An event with a guest who flew and slept, and the organiser's own line."""
    set_actor(SYSTEM)
    event = events.create_event(draft())
    started = events.start_participation(event.slug)
    events.save_footprint(started.participation_id, body(trip(), nights=2))
    scenario = events.scenarios()[0]
    asked = next(each for each in scenario.activities if each.category == "digital")
    own = [{"activity": asked.key, "quantity": 10, "unit": asked.unit}]
    events.save_inventory(event.slug, {"other": own})
    return event.slug


def stored(store: Store) -> list[Any]:
    with store.read() as conn:
        lines = conn.execute(sa.select(s.emission_line).order_by(*s.emission_line.primary_key)).all()
        return [*lines, *conn.execute(sa.select(s.footprint).order_by(*s.footprint.primary_key)).all()]


def under(monkeypatch: pytest.MonkeyPatch, factors: FactorSet, slug: str) -> events.Recomputed:
    monkeypatch.setattr(recompute, "load_factor_set", lambda _: factors)
    return events.recompute_under(slug, "2099.1")


def test_the_same_edition_moves_nothing(answered: str) -> None:
    found = events.recompute_under(answered, NOW.factor_set_id)
    assert (found.before, found.moves) == (found.after, ())
    assert (found.footprint_count, found.kept_count) == (2, 0)
    assert found.before.total_g == sum(old for old, _ in found.by_category.values()) > 0


def test_a_changed_value_is_named_with_its_grams(store: Store, answered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored(store)
    value = NOW.factors[HOTEL].value
    found = under(monkeypatch, edited(**{HOTEL.replace("-", "__"): value * 2}), answered)
    (move,) = found.moves
    assert (move.category, move.why, move.line_count) == ("stay", ("value",), 1)
    assert (move.before_factors, move.after_factors) == (((HOTEL, value),), ((HOTEL, value * 2),))
    assert move.after.total_g == 2 * move.before.total_g == 2 * 2 * value * 1000
    assert found.after.total_g - found.before.total_g == move.after.total_g - move.before.total_g
    assert found.by_category["stay"] == (move.before.total_g, move.after.total_g)
    assert found.by_category["travel"][0] == found.by_category["travel"][1]
    assert stored(store) == before  # a new set never changes a past result


def test_another_preferred_row_and_another_stand_in_are_told_apart(
    answered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hotels = {**NOW.preferred["stay"]["hotel"], "CN": "defra-2025-hotel-uk"}
    row = under(monkeypatch, preferring(stay={**NOW.preferred["stay"], "hotel": hotels}), answered)
    assert [move.why for move in row.moves] == [("row",)]
    assert [dict(move.after_factors) for move in row.moves] == [{"defra-2025-hotel-uk": 10.4}]
    none = {name: row for name, row in NOW.preferred["stay"]["hotel"].items() if name != "CN"}
    fallback = under(monkeypatch, preferring(stay={**NOW.preferred["stay"], "hotel": none}), answered)
    assert "fallback" in fallback.moves[0].why


def test_an_unknown_edition_and_a_stranger_are_refused(answered: str) -> None:
    with pytest.raises(FactorMissing, match="1999"):
        events.recompute_under(answered, "1999.1")
    set_actor(ANONYMOUS)
    with pytest.raises((Forbidden, Unauthenticated)):
        events.recompute_under(answered, NOW.factor_set_id)


def test_a_person_who_left_is_counted_on_both_sides(answered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started = events.start_participation(answered)
    view = events.save_footprint(started.participation_id, body(nights=1))
    events.delete_participation(started.participation_id)
    found = under(monkeypatch, edited(**{HOTEL.replace("-", "__"): 1.0}), answered)
    assert (found.footprint_count, found.kept_count, found.kept_g) == (3, 1, view.total_g)
    assert found.by_category["stay"] == (view.total_g * 3, view.total_g + 2 * 1000)


def test_what_the_other_edition_has_no_row_for_stands_as_it_is(answered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hotels = {**NOW.preferred["stay"], "hotel": {"GB": "defra-2025-hotel-uk"}}
    found = under(monkeypatch, preferring(stay=hotels), answered)
    assert (found.before, found.moves) == (found.after, ())
    assert list(found.missing.values()) == [1]
    assert any("stay.hotel" in sentence for sentence in found.missing)


def test_rows_and_choices_of_two_editions() -> None:
    extra = replace(NOW.factors[HOTEL], factor_id="new-row")
    factors: dict[str, Factor] = {**NOW.factors, "new-row": extra}
    del factors["defra-2025-hotel-japan"]
    factors[FLIGHT] = replace(factors[FLIGHT], value=0.2, note="other")
    meal = {**NOW.preferred["meal"], "vegan": "new-row"}
    new = FactorSet("2099.1", "", factors, {**NOW.preferred, "meal": meal}, NOW.quality)
    diff = compare_editions(NOW, new)
    assert [row.factor_id for row in diff.added] == ["new-row"]
    assert [row.factor_id for row in diff.removed] == ["defra-2025-hotel-japan"]
    assert [(row.factor_id, row.fields) for row in diff.changed] == [(FLIGHT, ("value", "note"))]
    assert [(each.path, each.after) for each in diff.choices] == [("meal.vegan", "new-row")]
    assert diff.settings == () and not diff.same and compare_editions(NOW, NOW).same
    assert f"~ {FLIGHT}: {NOW.factors[FLIGHT].value:g} → 0.2 kg CO2e/passenger-km; note" in diff.lines()


def test_a_row_is_shown_with_its_caution_and_where_it_is_preferred() -> None:
    told = dossier(NOW, "cn-2023-hsr-derived")
    assert any("full train" in sentence for sentence in told["cautions"])
    assert "travel.high_speed_rail.CN" in told["preferred_at"]
    assert preferred_at(NOW, "led_wall_indoor_rental") == [
        path for path in preferred_at(NOW, "led_wall_indoor_rental") if "caution" not in path
    ]


def test_rows_are_found_by_words_region_category_and_unit() -> None:
    assert {row.region for row in find_factors(NOW, region="cn-51")} == {"CN-51"}
    assert "defra-2025-hotel-china" in [row.factor_id for row in find_factors(NOW, "hotel China")]
    assert all(row.unit == "kg CO2e/kWh" for row in find_factors(NOW, category="electricity-grid", unit="kWh"))
    assert find_factors(NOW, "no such words at all") == []


def test_reasons_of_a_trace() -> None:
    row = {"role": "main", "id": "a", "value": 1.0, "low": 0.5, "high": 2.0, "counted": True}
    trace: dict[str, Any] = {"factors": [row], "quantity_terms": [{"name": "n", "op": "×", "value": 2}], "notes": []}
    assert why_moved(trace, trace) == ()
    assert why_moved(trace, trace | {"factors": [row | {"high": 3.0}]}) == ("bounds",)
    assert why_moved(trace, trace | {"factors": [row, row | {"role": "upstream"}]}) == ("parts",)
    assert why_moved(trace, trace | {"quantity_terms": [{"name": "n", "op": "×", "value": 3}]}) == ("quantity",)


def test_the_command_line(tmp_path: Path) -> None:
    here = Server(tmp_path / "var")
    listed = json.loads(here.cli("factors", "list", "--region", "CN-51", "--json").stdout)
    assert {row["region"] for row in listed} == {"CN-51"}
    shown = json.loads(here.cli("factors", "show", "cn-2023-hsr-derived", "--json").stdout)
    assert shown["preferred_at"] and shown["cautions"] and shown["source_title"]
    verified = json.loads(here.cli("factors", "verify", "--json").stdout)
    assert verified["ok"] and verified["editions"][NOW.factor_set_id] == NOW.sha256
    for wrong in (["show", "cn-2023-hsr-derivd"], ["diff", "2026.1", "1999.1"], ["list", "1999.1"]):
        done = here.cli("factors", *wrong, check=False)
        assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "cn-2023-hsr-derived" in here.cli("factors", "show", "cn-2023-hsr-derivd", check=False).stderr
    assert here.cli("factors", "diff", "2026.1", "2026.1").stdout.strip() == "The two are the same."


def test_the_demonstration_under_the_other_edition(server: Server) -> None:
    slug = "chengdu-2021"
    found = json.loads(server.cli("factors", "diff", "2026.1", NOW.factor_set_id, "--event", slug, "--json").stdout)
    told = found["event"]
    assert told["slug"] == slug and told["footprint_count"] > 100
    assert told["kept_count"] == 0  # the organiser's own lines are computed again too
    assert sum(each["after_g"] for each in told["by_category"].values()) == told["after"]["total_g"]
