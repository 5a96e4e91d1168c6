"""The demonstration's planting, made up as `data/demo/planting.toml` says, through offsetting's own use cases."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from accounts import SYSTEM
from events.demo_credits import FIRST, SECOND
from offsetting import forestry

PLANTING = Path(__file__).resolve().parent.parent / "data" / "demo" / "planting.toml"


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(PLANTING.read_text(encoding="utf-8"))


def agreed_at() -> datetime:
    """When the planting is agreed, on the forum's day."""
    at: datetime = _told()["plan"]["agreed_at"]
    return at.astimezone(UTC)


def agree(slug: str) -> None:
    """The plan is drafted and agreed; its survival is looked at years later, which moves no gram."""
    told, at = dict(_told()["plan"]), agreed_at()
    document, name = (told.pop(key) for key in ("document", "document_name"))
    told.pop("agreed_at")
    species = tuple((kind, count) for kind, count in told.pop("species"))
    facts = forestry.PlanFacts(**told | {"species": species, "checks": tuple(told["checks"])})
    plan_id = forestry.draft_plan(SYSTEM, slug, facts, now=at)
    forestry.agree_plan(SYSTEM, plan_id, document.encode(), name, now=at)
    for record in _told()["record"]:
        _look(plan_id, record)


def _look(plan_id: str, record: dict[str, Any]) -> None:
    """One person enters what was found, another confirms it."""
    at = record["entered_at"].astimezone(UTC)
    facts = forestry.RecordFacts(
        record["kind"], record["observed_on"], survival_percent=record.get("survival_percent", 0),
        evidence=record["document"].encode(), evidence_name=record["document_name"],
    )  # fmt: skip
    forestry.confirm_record(SECOND, forestry.enter_record(FIRST, plan_id, facts, now=at), now=at)
