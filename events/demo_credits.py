"""Credits, payments and retirements of the demonstration, through offsetting's own use cases."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import offsetting
from accounts import SYSTEM, Actor

PROJECTS = Path(__file__).resolve().parent.parent / "data" / "projects"
GRAMS_PER_CREDIT = 1_000_000
REGISTRY_PAGE = "https://registry.example/demo/retirements"  # a reserved name that leads nowhere
EVIDENCE = "Demonstration. No credit was retired at any registry."
FIRST, SECOND = (Actor("system", f"demo-exchange-{n}", "Demo exchange desk") for n in (1, 2))


@cache
def _projects() -> dict[str, dict[str, Any]]:
    read = (tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(PROJECTS.glob("*.toml")))
    return {project["project_id"]: project for project in read}


def ensure_projects(now: datetime) -> None:
    """Projects and batches; those that are there stay as they are."""
    for project_id, told in _projects().items():
        batch = told["batch"]
        offsetting.add_project(
            project_id, told["names"], type=told["type"], kind=told["kind"], methodology=told["methodology"],
            registry=told["registry"], place=told["place"], texts=told["texts"], livemode=False, now=now,
        )  # fmt: skip
        offsetting.add_batch(
            batch["batch_id"], project_id, vintage=batch["vintage"], credit_count=batch["credit_count"],
            serial_prefix=batch["serial_prefix"], serial_first=batch["serial_first"],
            serial_digits=batch["serial_digits"], now=now,
        )  # fmt: skip


def offer(
    event_id: str, currency: str, offerings: Sequence[Mapping[str, Any]], split: Mapping[str, float], now: datetime
) -> None:
    """A tranche and an open offering of an event for each project told."""
    parts = [{"to": to, "share": share} for to, share in split.items()]
    for position, told in enumerate(offerings):
        batch_id = _projects()[told["project"]]["batch"]["batch_id"]
        offsetting.assign_tranche(event_id, batch_id, told["credits"] * GRAMS_PER_CREDIT, now)
        price = told["price_minor_per_tonne"]
        offsetting.open_offering(event_id, told["project"], price, currency, parts, position)


def forget(conn: sa.Connection, event_ids: Sequence[str]) -> None:
    """Before demonstration events are dropped: their tranches go back to the batches."""
    offsetting.forget_test_events(conn, event_ids)


def pay_share(participation_id: str, project: str, share_percent: int, locale: str, at: datetime) -> None:
    """A guest's order, placed and paid at ``at``; nothing where there is nothing to neutralise."""
    try:
        order = offsetting.place_order(participation_id, project, share_percent, locale=locale, now=at)
    except offsetting.Conflict:  # who came on foot and slept at home has no footprint to share in
        return
    offsetting.demo_payment(order.order_id, "succeeded", now=at)


def pay_event(slug: str, project: str, covers: object, grams: int | None, at: datetime) -> None:
    """An order of the organiser or a company, placed and paid at ``at``."""
    order = offsetting.place_event_order(SYSTEM, slug, project, covers, grams=grams, locale="zh", now=at)
    offsetting.demo_payment(order.order_id, "succeeded", now=at)


def retire(event_id: str, slug: str, beneficiary: str, at: datetime) -> None:
    """Every whole credit that is sold is instructed, entered by one person of the demo's exchange and confirmed by
    another."""
    for row in offsetting.retirement_desk(slug):
        if row.ready_count:
            pick = offsetting.Pick(event_id, row.tranche_id, row.ready_count)
            number = offsetting.draft_instruction(FIRST, [pick], beneficiary, now=at).number
            offsetting.send_instruction(FIRST, number, now=at)
            offsetting.enter_retirement(
                FIRST, number, REGISTRY_PAGE, EVIDENCE.encode(), "demonstration.txt", at.date(), beneficiary, now=at
            )
            offsetting.confirm_retirement(SECOND, number, now=at)
