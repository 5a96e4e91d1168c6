"""Retirements through every step: instructed, sent, entered by one person, confirmed by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import offsetting
from accounts import Actor
from tests.support.shop import NOW, Shop

FIRST, SECOND = (
    Actor("person", name, f"Exchange, person {name}", frozenset({("exchange", "", "")})) for name in ("one", "two")
)
LINK = "https://registry.example/retirements/1"
EVIDENCE = b"%PDF the registry's document"
DAY = date(2021, 9, 7)
WHOM = "Guests of the forum"


def pick_of(shop: Shop, credit_count: int = 1, partly: bool = False) -> offsetting.Pick:
    """So many credits of the shop's tranche."""
    return offsetting.Pick(shop.event_id, shop.tranche_id, credit_count, partly)


def retire_credits(
    shop: Shop, first: Actor, second: Actor, credit_count: int = 1, partly: bool = False, now: datetime = NOW,
    **told: Any,
) -> offsetting.Retirement:  # fmt: skip
    """The whole way for credits of the shop's tranche; ``told`` is what the first person enters."""
    pick = pick_of(shop, credit_count, partly)
    number = offsetting.draft_instruction(first, [pick], str(told["beneficiary"]), now=now).number
    offsetting.send_instruction(first, number, now=now)
    try:
        offsetting.enter_retirement(first, number, now=now, **told)
    except Exception:
        offsetting.withdraw_instruction(first, number, "nothing was entered", now=now)
        raise
    return offsetting.confirm_retirement(second, number, now=now)


def sent(shop: Shop, credit_count: int = 1, partly: bool = False) -> str:
    """The number of an instruction that has gone to the registry."""
    picks = [pick_of(shop, credit_count, partly)]
    number = offsetting.draft_instruction(FIRST, picks, WHOM, now=NOW).number
    offsetting.send_instruction(FIRST, number, now=NOW)
    return number


def enter(number: str, actor: Actor = FIRST, **told: Any) -> offsetting.Instruction:
    """What the registry has done, entered."""
    facts: dict[str, Any] = {
        "link": LINK, "evidence": EVIDENCE, "evidence_name": "receipt.pdf", "retired_on": DAY, "beneficiary": WHOM,
    }  # fmt: skip
    return offsetting.enter_retirement(actor, number, now=NOW, **(facts | told))


def every_step(shop: Shop, number: str) -> list[Callable[[Actor], object]]:
    """Everything that somebody may try with an instruction."""
    return [
        lambda who: offsetting.draft_instruction(who, [pick_of(shop)], WHOM, now=NOW),
        lambda who: offsetting.send_instruction(who, number, now=NOW),
        lambda who: enter(number, who),
        lambda who: offsetting.confirm_retirement(who, number, now=NOW),
        lambda who: offsetting.return_retirement(who, number, "not so", now=NOW),
        lambda who: offsetting.withdraw_instruction(who, number, "not so", now=NOW),
    ]
