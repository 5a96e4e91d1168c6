"""An event whose factor set is not on this server: a sentence, and what was computed stays as it was."""

import pytest
import sqlalchemy as sa

import events
from accounts import Conflict
from calculations.footprint import compute
from calculations.model import Answers, Boundary, InputError, Meal, OtherActivity, Place, Stay, Trip
from data.library import load_factor_set
from data.store import schema
from data.store.engine import Store
from tests.support.events import body, draft, trip


def changed(store: Store, **values: str) -> None:
    with store.write() as conn:
        conn.execute(sa.update(schema.event).values(**values))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [({"factor_set_id": "1999.1"}, "1999.1, which is not on this server"), ({"factor_set_sha256": "0" * 64}, "hash")],
)
def test_nothing_is_computed_and_the_past_stays(sqlite_store: Store, values: dict[str, str], sentence: str) -> None:
    events.create_event(draft())
    started = events.start_participation("hall-2026")
    told = body(trip(), nights=2)
    before = events.save_footprint(started.participation_id, told)
    changed(sqlite_store, **values)
    for ask in (
        lambda: events.preview_footprint("hall-2026", told),
        lambda: events.save_footprint(started.participation_id, told),
        lambda: events.models_beside("hall-2026", told["trips"][0]),
        lambda: events.year_norms("hall-2026"),
    ):
        with pytest.raises(Conflict, match=sentence):
            ask()
    after = events.current_footprint(started.participation_id)
    assert (after.total_g, after.lines) == (before.total_g, before.lines)
    assert after.better == ()


def test_an_event_of_an_older_edition_keeps_its_numbers(sqlite_store: Store) -> None:
    event = events.create_event(draft(factor_set_id="2026.1"))
    assert event.factor_set_id == "2026.1"
    view = events.preview_footprint("hall-2026", body(trip()))
    assert {line.trace["factor_set"]["id"] for line in view.lines} == {"2026.1"}


def test_a_new_event_names_an_edition_that_is_there(sqlite_store: Store) -> None:
    with pytest.raises(InputError) as refused:
        events.create_event(draft(factor_set_id="1999.1"))
    assert [error.field for error in refused.value.errors] == ["factor_set"]


PEK = Place("iata:PEK", {"en": "Beijing"}, 40.0801, 116.585, "CN", "CN-11")
CTU = Place("iata:CTU", {"en": "Chengdu"}, 30.5785, 103.947, "CN", "CN-51")
TFU = Place("iata:TFU", {"en": "Chengdu Tianfu"}, 30.32, 104.44, "CN", "CN-51")
SHEET = OtherActivity("paper", 7.5, "sheet", "materials", "derived_a4_sheet", region="GB")
POWER = OtherActivity("electricity", 7.5, "kWh", region="CN-51")
OLD = [  # what the first edition came to on the day it was published: low, central, high
    (Answers(trips=(Trip(PEK, CTU, people=2),)), (260_959, 339_782, 582_140)),
    (Answers(trips=(Trip(PEK, CTU, mode="rail"),)), (26_147, 52_293, 78_440)),
    (Answers(trips=(Trip(CTU, TFU, mode="taxi", fuel="electric", people=2),)), (1_958, 2_146, 2_228)),
    (Answers(stays=(Stay(None, "CN", 3),)), (144_450, 160_500, 176_550)),
    (Answers(meals=(Meal("beef", 3),)), (13_419, 14_910, 16_401)),
    (Answers(other=(POWER,)), (938, 1_173, 1_408)), (Answers(other=(SHEET,)), (35, 50, 65)),
]  # fmt: skip


@pytest.mark.parametrize(("told", "grams"), OLD)
def test_the_first_edition_gives_what_it_gave(told: Answers, grams: tuple[int, int, int]) -> None:
    line = compute(told, load_factor_set("2026.1"), Boundary(upstream=False)).lines[0]
    assert (line.low_g, line.total_g, line.high_g) == grams
