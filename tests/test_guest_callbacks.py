"""The guest pages' callbacks as anybody may call them: hostile bodies never get 5xx; no secret, no order."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.support.server import Server

FORUM = "chengdu-2021"
CALLBACKS = {
    "calc-draft": (
        "..calc-answer.data...calc-strip.children...calc-total.children...calc-year.children...calc-levers.children..",
        "calc-answer",
    ),
    "calc-open": ("calc-sheet.children", "calc-sheet"),
    "calc-ask": ("calc-saved.data", "calc-saved"),
    "neu-device": ("..neu-home.children...neu-side.children...neu-bar.children..", "neu-home"),
    "neu-ask": ("neu-placed.data", "neu-placed"),
    "pay-ask": ("pay-answer.data", "pay-answer"),
    "order-ask": ("..order-answer.data...order-home.children..", "order-answer"),
    "rank-device": ("..rank-me.children...rank-home.children...rank-bar.children..", "rank-me"),
}
HOSTILE: list[Any] = [
    None, [], "x", 7, {}, {"slug": None}, {"slug": FORUM}, {"slug": FORUM, "draft": []},
    {"slug": FORUM, "draft": {"trips": {}}},
    {"slug": FORUM, "draft": {"trips": [{"from": {"id": ["x"]}, "mode": {}, "via": 3, "count": "many"}]}},
    {"slug": FORUM, "draft": {"stays": [{"nights": -1, "rooms": None, "guests": "two", "place": {"id": 1}}]}},
    {"slug": FORUM, "draft": {"meals": {"beef": 10**30}, "other": {"coffee": "NaN"}}},
    {"slug": FORUM, "draft": {"remote": {"on": True, "hours": "all"}}}, {"slug": FORUM, "draft": {"trips": [1] * 500}},
    {"slug": FORUM, "device": {"participation_id": "x", "secret": 5}, "choice": {"share": [], "project": {}}},
    {"slug": "none"}, {"order_id": {}}, {"order_id": "x", "outcome": "succeeded"}, {"order_id": "x", "outcome": "gift"},
]  # fmt: skip


def call(server: Server, name: str, data: Any) -> tuple[int, Any]:
    """What a callback answers to the data of its one input."""
    output, first = CALLBACKS[name]
    parts = [part.rsplit(".", 1) for part in output.strip(".").split("...")]
    outputs = [{"id": part, "property": prop} for part, prop in parts]
    body = {
        "output": output, "outputs": outputs if len(outputs) > 1 else outputs[0], "changedPropIds": [f"{name}.data"],
        "inputs": [{"id": name, "property": "data", "value": data}], "state": [],
    }  # fmt: skip
    assert first in output
    request = urllib.request.Request(
        server.url + "/_dash-update-component", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


@pytest.mark.parametrize("name", CALLBACKS)
def test_hostile_bodies_are_refused(server: Server, name: str) -> None:
    for data in HOSTILE:
        status, answer = call(server, name, data)
        assert status < 500, (name, data, answer)
        if status >= 400:
            assert answer.get("detail") or answer.get("title"), (name, data, answer)


def answer_of(server: Server, name: str, data: Any) -> dict[str, Any]:
    status, answer = call(server, name, data)
    assert status == 200, answer
    part = CALLBACKS[name][1]
    return dict(answer["response"][part]["data"])


def draft(**trip: Any) -> dict[str, Any]:
    place = {"id": "iata:PEK", "name": "Beijing"}
    whole = {
        "mode": "plane",
        "from": place,
        "cabin": "economy",
        "round_trip": True,
        "count": 1,
        "people": 1,
        "fuel": "petrol",
    }
    return {"trips": [whole | trip], "stays": []}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("mode", "rocket", "rocket"), ("cabin", "gold", "gold"), ("count", 0, "0"), ("count", 1001, "1001"),
        ("count", "often", "often"), ("round_trip", "yes", "yes"), ("from", {"id": "iata:XXQ"}, "iata:XXQ"),
        ("via", [{"place": {"id": "geo:0"}}], "geo:0"),
    ],
)  # fmt: skip
def test_each_field_of_a_trip_is_named(server: Server, field: str, value: Any, said: str) -> None:
    answer = answer_of(server, "calc-draft", {"slug": FORUM, "seq": 1, "draft": draft(**{field: value})})
    path = "trips.0.via.0" if field == "via" else f"trips.0.{field}"
    assert said in answer["errors"][path]
    assert answer["lines"] == {}


def test_a_draft_is_answered_with_figures_and_the_better_way(server: Server) -> None:
    answer = answer_of(server, "calc-draft", {"slug": FORUM, "seq": 9, "draft": draft()})
    line = answer["lines"]["trips.0"]
    assert answer["seq"] == 9
    assert line["title"] == "Plane, Economy"
    assert line["unit"] == "kg"
    assert "high-speed rail" in line["better"]
    assert line["less"].endswith("less")


def test_without_the_secret_nothing_is_stored_or_ordered(server: Server) -> None:
    begun = answer_of(server, "calc-ask", {"slug": FORUM, "seq": 1, "draft": draft()})
    mine = begun["device"]
    stranger = {"participation_id": mine["participation_id"], "secret": "guessed"}
    again = answer_of(server, "calc-ask", {"slug": FORUM, "seq": 2, "draft": draft(), "device": stranger})
    assert again["device"]["participation_id"] != mine["participation_id"]
    stored = answer_of(server, "calc-ask", {"slug": FORUM, "seq": 3, "draft": draft(), "device": mine})
    assert stored["next"] == f"/e/{FORUM}/neutralise"
    choice = {"share": 100, "project": "cdcer-other", "gift": False}
    refused = answer_of(server, "neu-ask", {"slug": FORUM, "seq": 4, "device": stranger, "choice": choice})
    assert "order_id" not in refused
    assert refused["sentence"]
    placed = answer_of(server, "neu-ask", {"slug": FORUM, "seq": 5, "device": mine, "choice": choice})
    twice = answer_of(server, "neu-ask", {"slug": FORUM, "seq": 6, "device": mine, "choice": choice})
    assert placed["order_id"] == twice["order_id"]


def test_choices_that_cannot_be(server: Server) -> None:
    mine = answer_of(server, "calc-ask", {"slug": FORUM, "draft": draft()})["device"]
    answer_of(server, "calc-ask", {"slug": FORUM, "draft": draft(), "device": mine})
    for choice, said in (
        ({"share": 300, "project": "cdcer-other"}, "300"), ({"share": "all", "project": "cdcer-other"}, "all"),
        ({"share": 100, "project": "moon"}, "moon"),
    ):  # fmt: skip
        answer = answer_of(server, "neu-ask", {"slug": FORUM, "device": mine, "choice": choice})
        assert said in answer["sentence"]


def test_the_size_of_a_car_goes_with_its_fuel(server: Server) -> None:
    shown = {}
    for size in ("", "small", "large"):
        car = draft(mode="car", size=size, to={"id": "geo:1815286", "name": "Chengdu"})
        car["trips"][0]["from"] = {"id": "geo:2643743", "name": "London"}
        car["trips"][0]["to"] = {"id": "geo:2655603", "name": "Birmingham"}
        answer = answer_of(server, "calc-draft", {"slug": FORUM, "seq": 1, "draft": car})
        assert answer["errors"] == {}
        shown[size] = float(answer["lines"]["trips.0"]["number"])
    assert shown["small"] < shown[""] < shown["large"]
    wrong = answer_of(server, "calc-draft", {"slug": FORUM, "seq": 1, "draft": draft(mode="car", size="huge")})
    assert "huge" in wrong["errors"]["trips.0.size"]
    plane = answer_of(server, "calc-draft", {"slug": FORUM, "seq": 1, "draft": draft(size="large")})
    assert plane["errors"] == {}  # what was said of a car is left out of a flight
