"""The method as it is handed to a verifier: its worked example is computed by the product, its page is served."""

import json
from pathlib import Path

import httpx
import pytest

from calculations.answers import parse_answers
from calculations.footprint import compute
from calculations.model import Boundary, EmissionLine
from calculations.trace import recompute
from data.library import load_factor_set, load_scenarios
from data.places import index
from tests.support.server import Server

METHOD = Path(__file__).resolve().parent.parent / "docs" / "method.md"
BODY = {
    "trips": [{"from": "iata:PEK", "to": "iata:CTU", "mode": "plane", "cabin": "economy", "round_trip": True}],
    "stays": [{"place": "geo:1815286", "nights": 2, "rooms": 1, "guests": 2}],
    "meals": [{"diet": "vegetarian", "count": 3}],
    "other": [{"activity": "electricity", "quantity": 1.2, "unit": "MWh", "known": "measured"}],
}


def example() -> str:
    """The worked example as it must stand in the page."""
    factors = load_factor_set()
    answers = parse_answers(BODY, index.get, index.get("geo:1815286"), load_scenarios()["conference"], factors)
    result = compute(answers, factors, Boundary())
    parts = [_told(line) for line in result.lines]
    total = f"total  {result.total_g} g  ({result.low_g} … {result.high_g}); non-CO2 {result.non_co2_g} g and upstream "
    return "\n".join([*parts, f"{total}{result.upstream_g} g within it"])


def _told(line: EmissionLine) -> str:
    assert recompute(json.loads(json.dumps(line.trace))) == (line.low_g, line.total_g, line.high_g)
    rows = [
        f"    {row['role']:<13}{row['value']:<9g}{row['unit']:<22}{row['id']}\n{'':17}{row['source_title']}"
        for row in line.trace["factors"]
        if row["counted"]
    ]
    head = f"{line.category}: {line.activity}  {line.total_g} g  ({line.low_g} … {line.high_g})"
    return "\n".join([head, f"    {line.trace['formula']}", *rows, ""])


def test_the_worked_example_is_what_the_product_computes() -> None:
    page = METHOD.read_text(encoding="utf-8")
    block = page.split("<!-- example -->\n```\n", 1)[1].split("\n```\n<!-- /example -->", 1)[0]
    assert block == example(), f"put this into {METHOD.name}:\n{example()}"


def test_the_request_of_the_example_is_the_one_computed() -> None:
    page = METHOD.read_text(encoding="utf-8")
    told = page.split("<!-- request -->\n```json\n", 1)[1].split("\n```", 1)[0]
    assert json.loads(told) == BODY


def test_links_of_the_method_lead_somewhere() -> None:
    page = METHOD.read_text(encoding="utf-8")
    targets = [part.split(")", 1)[0].split("#")[0] for part in page.split("](")[1:]]
    missing = [each for each in targets if "://" not in each and each and not (METHOD.parent / each).exists()]
    assert not missing


@pytest.mark.parametrize(("language", "words"), [("en", "How everything is computed"), ("zh", "一切如何计算")])
def test_the_page_for_people_is_served_without_script(server: Server, language: str, words: str) -> None:
    for path in ("/method", "/method?event=chengdu-2021"):
        answer = httpx.get(server.url + path, headers={"Accept-Language": language}, timeout=20)
        assert answer.status_code == 200
        assert words in answer.text and load_factor_set().sha256[:12] in answer.text
        assert "<script" not in answer.text
    assert "2021" in answer.text
    assert httpx.get(server.url + "/method?event=no-such-event", timeout=20).status_code == 404
