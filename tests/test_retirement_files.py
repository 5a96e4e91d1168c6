"""What is kept and handed out about retirements: checked entries, documents by their hash, instructions as files."""

from __future__ import annotations

import hashlib
import random
from datetime import timedelta
from typing import Any

import pytest

import offsetting
from calculations.model import InputError
from data import evidence
from data.store import schema as s
from tests.support.retirement import DAY, FIRST, SECOND, enter, pick_of, sent
from tests.support.shop import NOW, add_guest, open_shop, pay, prove, rows, set_lines
from tests.test_retirement import reader, sell

__all__ = ["reader"]
pytestmark = pytest.mark.usefixtures("sqlite_store", "reader")


@pytest.mark.parametrize("wrong", [
    {"evidence": b""}, {"evidence": b"x" * (evidence.MOST_BYTES + 1)}, {"beneficiary": " "}, {"link": "ftp://a.example"},
    {"retired_on": DAY + timedelta(days=1)},
])  # fmt: skip
def test_what_is_entered_is_checked_and_nothing_kept_of_what_is_wrong(wrong: dict[str, Any]) -> None:
    shop = open_shop(credit_count=1)
    sell(shop, 1_000_000)
    number = sent(shop)
    with pytest.raises(InputError):
        enter(number, **wrong)
    assert rows(s.instruction_entry) == []
    assert not wrong.get("evidence") or not evidence.has(hashlib.sha256(wrong["evidence"]).hexdigest())


def test_evidence_is_kept_by_its_hash_and_an_altered_file_is_not_handed_out() -> None:
    sha256 = evidence.keep(b"the registry's answer")
    assert evidence.keep(b"the registry's answer") == sha256
    assert evidence.read(sha256) == b"the registry's answer"
    evidence._path(sha256).write_bytes(b"another answer")
    with pytest.raises(ValueError, match="altered"):
        evidence.read(sha256)
    for name in ("../secret_key", "a" * 64, ""):
        with pytest.raises(LookupError):
            evidence.read(name)


def test_the_files_say_what_the_instruction_says_and_no_cell_is_a_formula() -> None:
    shop = open_shop(credit_count=2)
    sell(shop, 1_300_000)
    found = offsetting.draft_instruction(FIRST, [pick_of(shop, 2, True)], "=HYPERLINK(1)", now=NOW)
    lines = offsetting.instruction_file(found, "csv").decode("utf-8-sig").splitlines()
    assert any(line.endswith("'=HYPERLINK(1)") for line in lines)
    assert lines[-1].split(",")[:4] == [
        shop.batch_id, "DEMO-forum-2020-000001", "DEMO-forum-2020-000002", "2",
    ]  # fmt: skip
    assert found.content_sha256 in "".join(lines)
    assert (found.sold_g, found.surplus_g, found.credit_count) == (1_300_000, 700_000, 2)
    assert offsetting.instruction_file(found, "xlsx")[:2] == b"PK"


def test_what_a_partly_sold_credit_costs_is_said_before() -> None:
    shop = open_shop(credit_count=2)
    sell(shop, 1_300_000)
    runs = offsetting.retirement_plan([pick_of(shop, 2, True)])
    assert sum(run.surplus_g for run in runs) == 700_000
    assert sum(run.surplus_minor for run in runs) == 700_000 * 4500 // 1_000_000
    assert runs[0].currency == "CNY"


@pytest.mark.parametrize("seed", range(3))
def test_totals_follow_by_the_gram_whatever_is_sold_retired_and_changed(seed: int) -> None:
    chance = random.Random(seed)
    shop = open_shop(credit_count=8)
    guests = [add_guest(shop, [chance.randrange(1, 900_000) for _ in range(3)]) for _ in range(4)]
    for guest in guests:
        pay(offsetting.place_order(guest, shop.project, share_percent=chance.choice((60, 100, 150)), now=NOW))
    for _ in range(5):
        row = offsetting.retirement_desk(shop.slug)[0]
        if row.ready_count + row.begun_count and chance.random() < 0.6:
            number = sent(shop, 1, partly=not row.ready_count)
            enter(number)
            offsetting.confirm_retirement(SECOND, number, now=NOW)
        set_lines(shop, chance.choice(guests), [chance.randrange(0, 900_000) for _ in range(chance.randrange(1, 4))])
        prove(shop)
