"""The audit trail in words: each action that is recorded anywhere, what changed from what to what, and its filters."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Iterator

import pytest

import accounts
from accounts import Actor, trail_words
from calculations import event_states, forestry
from calculations.model import InputError
from data.store.engine import Store, get_store
from locales import catalogue, set_language
from tests.support.people import actor, person
from tests.support.server import PROJECT_DIR

PLACES = ("accounts", "events", "offsetting", "reports", "gateways", "pages", "api")
# What stands in braces where an action's name is put together.
PARTS = {
    "account.": ("invite", "reset"),
    "board.": ("hide", "rename", "lift"),
    "evaluation.": ("submitted", "reviewed", "approved", "published", "draft"),
    "forestry.": ("agreed", "laid", *forestry.KINDS, forestry.CLOSED, forestry.WITHDRAWN),
    "settlement.": ("checked", "returned"),
    "inventory.": ("add", "change", "remove"),
}
HANDED_ON = {"events/memberships.py": "company.", "offsetting/instructing.py": "retirement."}  # named by their callers


def _recorded() -> Iterator[tuple[str, ast.expr]]:
    """(file, the expression of the action) of every entry that is written."""
    for path in sorted(each for place in PLACES for each in (PROJECT_DIR / place).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name == "record" and len(node.args) >= 5:
                yield str(path.relative_to(PROJECT_DIR)), node.args[3]


def _codes() -> Iterator[str]:
    for path, told in _recorded():
        if isinstance(told, ast.JoinedStr):
            start = str(ast.literal_eval(told.values[0]))
            yield from (start + each for each in PARTS[start])
        elif isinstance(told, ast.Name):
            text = "".join(each.read_text(encoding="utf-8") for each in (PROJECT_DIR / path).parent.glob("*.py"))
            found = re.findall(rf'"({re.escape(HANDED_ON[path])}[a-z-]+)"', text)
            yield from (code for code in found if code not in accounts.TABLE)
        else:
            yield from (each.value for each in ast.walk(told) if isinstance(each, ast.Constant))


def test_every_action_that_is_recorded_has_words_in_both_languages() -> None:
    codes, chinese = set(_codes()), catalogue("zh")
    assert len(codes) > 90
    assert codes - trail_words.ACTIONS.keys() == set(), "give these words in accounts/trail_words.py"
    assert trail_words.ACTIONS.keys() - codes == set(), "these are recorded nowhere"
    words = [*trail_words.ACTIONS.values(), *trail_words.AREAS.values(), *trail_words.NAMES.values()]
    assert [each for each in [*words, *trail_words.VALUES.values()] if not chinese.get(each)] == []
    assert {code.partition(".")[0] for code in trail_words.ACTIONS} == set(trail_words.AREAS)
    assert set(event_states.STATES) <= set(trail_words.VALUES)


@pytest.mark.parametrize(("detail", "words"), [
    ({"from": "open", "to": "closed", "reason": "The hall is empty"}, ["Open → Closed", "Reason: The hall is empty"]),
    ({"before": {"non_co2": True, "who": "all"}, "after": {"non_co2": False, "who": "all"}},
     ["Non-CO₂ of flights: yes → no"]),
    ({"before": "Hall", "to": "Foyer"}, ["Hall → Foyer"]),
    ({"grams": 1_234_000, "sha256": "a" * 64}, ["Grams: 1.23\u202ft", "SHA-256: aaaaaaaaaaaa…"]),
    ({"names": {"en": "Alpha", "zh": "甲"}, "reason": ""}, ["Names: Alpha"]),
    ({"laid_before": ["a", 2]}, ["laid before: a, 2"]),
])  # fmt: skip
def test_a_detail_reads_from_what_to_what(detail: dict[str, object], words: list[str]) -> None:
    assert accounts.detail_words(detail) == words


def test_the_trail_is_filtered_by_action_and_day_and_its_file_has_code_and_words(sqlite_store: Store) -> None:
    admin, (person_id, _) = actor("administrator"), person()
    accounts.set_disabled(admin, person_id, True)
    today = accounts.read_trail(admin).entries[0].at.date().isoformat()
    accounts.register_company("Alpha Works", "Cy", "cy@example.org")
    with get_store().write() as conn:
        accounts.record(conn, "", Actor("system"), "company.register", "x", {"name": "Formerly"})
    assert [each.subject for each in accounts.read_trail(admin, action="company.register").entries] == ["x"]
    assert len(accounts.read_trail(admin, action="company.regist").entries) == 2
    assert len(accounts.read_trail(admin, day=today).entries) == 3
    assert accounts.read_trail(admin, day="2001-01-01").entries == ()
    with pytest.raises(InputError):
        accounts.read_trail(admin, day="yesterday")
    assert accounts.recorded_actions(admin) == ["company.register", "company.register-asked", "person.disable"]
    set_language("zh")
    rows = list(csv.DictReader(io.StringIO(accounts.trail_csv(admin, action="company.register", day=today))))
    set_language("en")
    assert [(row["action"], row["what"], row["in_words"]) for row in rows] == [
        ("company.register", "开立了企业账户", "名字: Formerly")
    ]  # fmt: skip
