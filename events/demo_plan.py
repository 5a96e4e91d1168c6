"""The plan of the demonstration's forum, made up as `data/demo/forum_plan.toml` says, through organisers' use cases."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accounts import SYSTEM, current_actor, set_actor
from events.inventory import save_planned
from events.plans import COMPUTED, publish_plan, save_plan

PLAN = Path(__file__).resolve().parent.parent / "data" / "demo" / "forum_plan.toml"
GRAMS_PER_TONNE = 1_000_000


def publish_demo_plan(slug: str) -> None:
    """Lines that are planned, measures and cover, published before the day. It counts in no total and expects nobody
    else than the forum does."""
    told = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    at: datetime = told["published_at"].astimezone(UTC)
    before = current_actor()
    set_actor(SYSTEM)
    try:
        for line in told["planned"]:
            save_planned(slug, line)
        save_plan(slug, _body(told), now=at)
        publish_plan(slug, now=at)
    finally:
        set_actor(before)


def _body(told: dict[str, Any]) -> dict[str, Any]:
    """The plan's draft as the desk's form would hand it over."""
    measures = [{"kind": COMPUTED, **row} for row in told["measure"]]
    cover = [
        {"way": row["way"], "grams": row["tonnes"] * GRAMS_PER_TONNE, "by": row["by"].isoformat(),
         "words": row["words"]}
        for row in told["cover"]
    ]  # fmt: skip
    return {"text": told["text"].strip(), "assumed": told["assumed"], "measures": measures, "offset": cover}
