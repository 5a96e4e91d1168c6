"""Credits, payments and retirements of the demonstration, through offsetting's own use cases."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import offsetting
from accounts import SYSTEM, Actor

PROJECTS = Path(__file__).resolve().parent.parent / "data" / "projects"


@cache
def _projects() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(PROJECTS.glob("*.toml")))


def project_ids() -> list[str]:
    """Ids of the demonstration's projects."""
    return [project["project_id"] for project in _projects()]


def ensure_projects() -> None:
    """Projects and batches; those that are there stay as they are."""


def offer(event_id: str, offerings: list[Mapping[str, Any]], split: Mapping[str, float]) -> None:
    """Tranches and open offerings of an event."""


def pay_share(participation_id: str, project: str, share_percent: int, locale: str, at: datetime) -> None:
    """A guest's order, placed and paid at ``at``."""


def pay_event(actor: Actor, slug: str, project: str, covers: object, grams: int | None, at: datetime) -> None:
    """An order of the organiser or a company, placed and paid at ``at``."""


def retire(actor: Actor, event_id: str, slug: str, at: datetime) -> None:
    """The exchange retires all whole credits that are sold."""
