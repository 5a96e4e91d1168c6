"""Activities of every kind over HTTP: what may be told at an event, and what is answered to what is told."""

import pytest
import sqlalchemy as sa

from data.store import schema
from data.store.engine import Store
from tests.support.api import V1, begin, client, open_forum


def test_what_may_be_told_is_listed_and_each_of_it_is_taken(sqlite_store: Store) -> None:
    forum, api = open_forum(), client()
    items = api.get(f"{V1}/events/{forum.slug}/activities").json()["items"]
    found = {each["activity"]: each for each in items}
    assert set(found["heat"]["units"]) == {"GJ", "kWh"}
    assert found["led_wall"]["names"]["zh"]
    assert {"energy", "materials", "freight", "waste", "digital", "food", "local", "stay"} <= {
        each["category"] for each in items
    }
    told = [{"activity": each["activity"], "quantity": 1, "unit": each["units"][0]} for each in items][:150]
    guest = begin(api)
    priced = guest.tell({"other": told})
    assert priced.status_code == 200, priced.text
    few = guest.tell({"other": [{"activity": "heat", "quantity": 2, "unit": "GJ"}]}).json()
    assert [(line["activity"], line["total_g"]) for line in few["lines"]] == [("heat", 220_000)]


def test_a_supply_and_a_size_are_told_and_the_other_basis_stands_beside(sqlite_store: Store) -> None:
    open_forum()
    guest = begin(client())
    supply = {"kind": "contract", "kg_per_kwh": 0.02, "source": "Contract 17"}
    answer = guest.tell({
        "other": [{"activity": "electricity", "quantity": 1, "unit": "MWh", "supply": supply}],
        "trips": [{"from": "geo:1816670", "mode": "car", "size": "large", "round_trip": True}],
    })  # fmt: skip
    assert answer.status_code == 200, answer.text
    car, power = answer.json()["lines"]
    assert car["factor_id"] == "defra-2025-car-large-petrol"
    assert (power["total_g"], power["trace"]["other_basis_g"]) == (156_400, 20_000)
    assert guest.api.get(
        f"{V1}/participations/{guest.participation_id}/footprint", headers=guest.proof
    ).json()["lines"] == answer.json()["lines"]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "field", "words"),
    [({"activity": "heat", "quantity": 1, "unit": "kg"}, "other[0].unit", "GJ"),
     ({"activity": "factor:defra2025_gas_oil_l", "quantity": 1, "unit": "litre"}, "other[0].activity", "须为"),
     ({"activity": "electricity", "quantity": 1, "unit": "kWh", "supply": {"kind": "sun"}},
      "other[0].supply.kind", "certificates")],
)  # fmt: skip
def test_a_wrong_one_gets_a_sentence(sqlite_store: Store, told: dict[str, object], field: str, words: str) -> None:
    open_forum()
    answer = begin(client()).tell({"other": [told]}, **{"Accept-Language": "zh-CN"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert words in error["message"]


def test_what_an_older_edition_has_no_row_for_is_409_with_a_sentence(sqlite_store: Store) -> None:
    open_forum()
    sha256 = "47fdabb39915c245a1c86b1987a04be0742559cbbcfc7a9ea673a06f2a765ca8"
    with sqlite_store.write() as conn:
        conn.execute(sa.update(schema.event).values(factor_set_id="2026.1", factor_set_sha256=sha256, scenario="other"))
    guest = begin(client())
    answer = guest.tell({"other": [{"activity": "heat", "quantity": 1, "unit": "kWh"}]})
    assert answer.status_code == 409
    assert "2026.1" in answer.json()["detail"]
    assert guest.tell({"other": [{"activity": "electricity", "quantity": 1, "unit": "kWh"}]}).status_code == 200
    with sqlite_store.write() as conn:
        conn.execute(sa.update(schema.event).values(factor_set_id="1999.1"))
    gone = guest.tell({"other": []})
    assert gone.status_code == 409
    assert "1999.1" in gone.json()["detail"]
