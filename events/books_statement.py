"""What the statement of an event's closed books holds: whole numbers and text, in canonical form, with a hash of every
line that counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785
import sqlalchemy as sa

from calculations import merkle
from data.store import books as rows
from events.inventory import InventoryLine, read_inventory
from events.model import Event, instant
from events.totals import Totals, read_totals

MOST_LISTED = 3000  # of the organiser's own lines; all of them are in the tree
LINE_FIELDS = (
    "participation_id", "version", "line_no", "category", "activity", "mode", "unit", "factor_id", "low_g", "total_g",
    "high_g", "non_co2_g", "upstream_g", "month", "quality",
)  # fmt: skip
ESTIMATE_METHOD = (
    "Those who have not answered are estimated from those who have, group by group (docs/method-estimate.md)."
)


def line_hash(row: Mapping[Any, Any]) -> bytes:
    """The leaf hash (RFC 6962) of a line: of its stored fields in canonical JSON; quantities are written as text."""
    told = {name: row[name] for name in LINE_FIELDS}
    told |= {"quantity": repr(float(row["quantity"]))}
    told |= {"distance_km": None if row["distance_km"] is None else repr(float(row["distance_km"]))}
    return merkle.leaf_hash(rfc8785.dumps(told))


def tree_of(leaves: Iterable[bytes]) -> tuple[int, str]:
    """(how many, the root of their tree in hex), of leaf hashes in their order; few are in memory at once."""
    peaks: list[tuple[int, bytes]] = []
    count = 0
    for leaf in leaves:
        count += 1
        size, node = 1, leaf
        while peaks and peaks[-1][0] == size:
            node, size = merkle.node_hash(peaks.pop()[1], node), 2 * size
        peaks.append((size, node))
    if not peaks:
        return 0, merkle.EMPTY_ROOT.hex()
    root = peaks.pop()[1]
    while peaks:
        root = merkle.node_hash(peaks.pop()[1], root)
    return count, root.hex()


def counted_tree(conn: sa.Connection, event_id: str) -> tuple[int, str]:
    """The same of every line of an event that counts."""
    return tree_of(line_hash(row) for row in rows.counted_lines(conn, event_id))


def statement_of(
    conn: sa.Connection, event: Event, version: int, supersedes: str, by: str, note: str, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """The subject of the statement, from what the store holds at this moment."""
    totals = read_totals(conn, event)
    orders = rows.orders_by_state(conn, event.event_id)
    return {
        "event": _event(event), "statementVersion": version, "supersedes": supersedes, "closedAt": instant(_utc(now)),
        "closedBy": by, "note": note, "livemode": event.livemode, "simulated": event.simulated,
        "boundary": _boundary(event), "factorSet": {"id": event.factor_set_id, "sha256": event.factor_set_sha256},
        "emissions": _emissions(totals), "byCategory": [_category(each) for each in totals.categories],
        "bySession": [_session(each) for each in totals.sessions if each.kind != "none" or each.people],
        "people": {"answered": totals.participants, "expected": totals.expected_people},
        "estimate": _estimate(totals),
        "coverage": {
            **_coverage(totals),
            "orders": [{"state": state, "count": found[0], "grams": found[1]} for state, found in orders.items()],
        },
        "money": {"currency": event.currency, "paidMinor": totals.paid_minor},
        "lines": _lines(conn, event),
    }  # fmt: skip


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.event_id, "slug": event.slug, "names": dict(event.names), "scenario": event.scenario,
        "place": dict(event.place.names), "country": event.place.country, "startsAt": instant(event.starts_at),
        "endsAt": instant(event.ends_at), "timezone": event.timezone, "jurisdiction": event.jurisdiction,
    }  # fmt: skip


def _boundary(event: Event) -> dict[str, Any]:
    told = event.as_json()["boundary"]
    return {name: told[name] for name in sorted(told)}


def _emissions(totals: Totals) -> dict[str, int]:
    mass = totals.mass
    return {
        "lowGrams": mass.low_g, "totalGrams": mass.total_g, "highGrams": mass.high_g, "declaredGrams": mass.declared_g,
        "estimatedGrams": mass.estimated_g, "quality": totals.quality,
    }  # fmt: skip


def _category(figure: Any) -> dict[str, Any]:
    mass = figure.mass
    return {
        "category": figure.category, "lowGrams": mass.low_g, "totalGrams": mass.total_g, "highGrams": mass.high_g,
        "estimatedGrams": mass.estimated_g, "reservedGrams": figure.reserved_g, "retiredGrams": figure.retired_g,
        "quality": figure.quality,
    }  # fmt: skip


def _session(figure: Any) -> dict[str, Any]:
    """A session's people and grams; null where fewer than five stand behind them, as everybody may read it."""
    figures: dict[str, Any] = {
        "people": figure.people, "lowGrams": figure.mass.low_g, "totalGrams": figure.mass.total_g,
        "highGrams": figure.mass.high_g, "estimatedGrams": figure.mass.estimated_g,
    }  # fmt: skip
    figures = dict.fromkeys(figures) if figure.hidden else figures
    return {"id": figure.session_id, "names": dict(figure.names), "kind": figure.kind, **figures}


def _estimate(totals: Totals) -> dict[str, Any]:
    found = totals.estimate
    return {
        "method": ESTIMATE_METHOD, "estimatedGrams": found.estimated_g, "lowGrams": found.low_g,
        "highGrams": found.high_g, "answeredPeople": found.answered_people, "expectedPeople": found.expected_people,
        "strata": list(found.dimensions),
    }  # fmt: skip


def _coverage(totals: Totals) -> dict[str, int]:
    return {
        "reservedGrams": totals.reserved_g, "retiredGrams": totals.retired_g, "extraGrams": totals.extra_g,
        "forestryPromisedGrams": totals.forestry.promised_g, "forestryConfirmedGrams": totals.forestry.confirmed_g,
        "residualGrams": totals.residual_g,
    }  # fmt: skip


def _lines(conn: sa.Connection, event: Event) -> dict[str, Any]:
    count, root = counted_tree(conn, event.event_id)
    own = [each for each in read_inventory(conn, event).lines if each.line is not None]
    return {
        "count": count, "merkleRoot": root, "tree": "RFC 6962, leaves in the order of participation and line",
        "ownCount": len(own), "own": [own_line(each) for each in own[:MOST_LISTED]],
    }  # fmt: skip


def own_line(each: InventoryLine) -> dict[str, Any]:
    """One of the organiser's own lines as the statement lists it, with a hash of all that it holds."""
    line = each.line
    assert line is not None
    told: dict[str, Any] = {
        "id": each.line_id, "category": line.category, "activity": line.activity,
        "quantity": repr(float(line.quantity)), "unit": line.unit, "factor": line.factor_id,
        "lowGrams": line.low_g, "totalGrams": line.total_g, "highGrams": line.high_g,
        "source": each.source, "evidence": sorted(one.sha256 for one in each.proofs),
    }  # fmt: skip
    return {**told, "sha256": hashlib.sha256(rfc8785.dumps(told)).hexdigest()}
