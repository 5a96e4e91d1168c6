"""Proving from the rows: roll-ups equal a rebuild, footprints are the sum of their lines; and offsetting's proofs."""

from __future__ import annotations

import offsetting
from accounts import NotFound
from data.store import events as event_rows
from data.store import participations, rebuild
from data.store.engine import get_store
from events.books import examine_books
from offsetting import Finding

SHOWN = 5


def audit(slug: str | None = None) -> list[Finding]:
    """Findings over one event or all of them, this domain's and then offsetting's. Raises NotFound."""
    with get_store().read() as conn:
        chosen = event_rows.by_slug(conn, slug) if slug else None
        if slug and chosen is None:
            raise NotFound("There is no event “{event}”.", event=slug[:64])
        ids = [chosen["event_id"]] if chosen is not None else event_rows.ids(conn)
    wrong_rollups: list[str] = []
    wrong_sums: list[str] = []
    for event_id in ids:
        with get_store().read() as conn:  # one moment of the store: roll-ups and rows agree with one another
            wrong_rollups += [f"{event_id}: {line}" for line in rebuild.differences(conn, event_id)]
            wrong_sums += participations.wrong_footprints(conn, event_id)
    with get_store().read() as conn:
        wrong_books = examine_books(conn, chosen["event_id"] if chosen is not None else "")
    return [
        _finding("roll-ups equal a rebuild from the rows", wrong_rollups, len(ids), "events"),
        _finding("each footprint is the sum of its lines", wrong_sums, len(ids), "events"),
        _finding("closed books hold what their statement says", wrong_books, len(ids), "events"),
        *offsetting.audit(chosen["event_id"] if chosen is not None else None),
    ]


def _finding(name: str, wrong: list[str], count: int, what: str) -> Finding:
    if not wrong:
        return Finding(name, True, f"{count} {what}")
    return Finding(name, False, f"{len(wrong)} wrong: " + "; ".join(wrong[:SHOWN]))
