"""What the report pages show, as JSON, with the same filters in the query."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

import reports
from api.common import PREFIX
from reports import Question

router = APIRouter(prefix=PREFIX + "/reports", tags=["reports"])
Words = Annotated[str, Query(max_length=8000)]


@router.get("/explore")
def explore(
    measure: Words = "", by: Words = "", kind: Words = "", event: Words = "", session: Words = "", category: Words = "",
    mode: Words = "", month_from: Words = "", month_to: Words = "",
) -> dict[str, Any]:  # fmt: skip
    """An answer with its columns, rows, total and sentence; masses in grams, shares in basis points. ``measure``:
    emitted, covered, per_guest; ``by``: event, session, category, activity, mode, month; ``kind``: test or live; lists
    of event slugs, session ids, categories and modes with commas; months as 2021-09."""
    asked = {
        "measure": measure, "by": by, "kind": kind, "event": event, "session": session, "category": category,
        "mode": mode, "month_from": month_from, "month_to": month_to,
    }  # fmt: skip
    return reports.explore(Question.from_url(asked)).as_json()
