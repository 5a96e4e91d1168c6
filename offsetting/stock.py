"""Projects, batches, tranches and offerings: what the exchange puts on sale, and where.

Tranches and what no event has tile a batch; return_tranche and assign_tranche only move borders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from accounts import Conflict, NotFound
from calculations.model import FieldError, InputError
from calculations.money import GRAMS_PER_TONNE, exact_shares
from calculations.serials import serial, serial_span
from data.store import allocations, inventory, orders, retirements, settlements
from data.store import credits as lots
from data.store.engine import get_store, run_write
from data.store.ids import new_id, new_row_id

Row = Mapping[Any, Any]


def add_project(
    project_id: str, names: Mapping[str, str], *, type: str, kind: str,
    methodology: str = "", registry: str = "",
    place: Mapping[str, Any] | None = None, texts: Mapping[str, Any] | None = None, livemode: bool = False,
    now: datetime | None = None,
) -> str:  # fmt: skip
    """A project (``kind``: reduction or removal); one that is there under this id stays as it is. Gives the id."""
    if kind not in ("reduction", "removal"):
        raise InputError([FieldError("kind", kind, "{field}: {value} is not known; give reduction or removal.")])
    values = {
        "project_id": project_id, "names": dict(names), "type": type, "kind": kind, "methodology": methodology,
        "registry": registry, "place": dict(place or {}), "texts": dict(texts or {}), "livemode": livemode,
        "created_at": now or datetime.now(UTC),
    }  # fmt: skip
    run_write(get_store(), lambda conn: lots.add_project(conn, values))
    return project_id


def add_batch(
    batch_id: str, project_id: str, *, vintage: str, credit_count: int, serial_prefix: str, serial_first: int = 1,
    serial_digits: int = 6, registry: str = "", now: datetime | None = None,
) -> str:  # fmt: skip
    """An immutable run of ``credit_count`` credits; live or test as its project is. No event has any of it yet. One
    that is there under this id is left as it is; Conflict where it is another. Gives the id."""
    if credit_count < 1 or serial_first < 0:
        message = "{field}: {value} is no number of credits; give a whole number from 1."
        raise InputError([FieldError("credit_count", credit_count, message)])

    def work(conn: Connection) -> None:
        project = lots.project(conn, project_id)
        if project is None:
            raise NotFound("There is no project {value}.", value=project_id)
        values = {
            "batch_id": batch_id, "project_id": project_id, "vintage": vintage, "serial_prefix": serial_prefix,
            "registry": registry or project["registry"], "serial_first": serial_first, "serial_digits": serial_digits,
            "credit_count": credit_count, "livemode": project["livemode"],
        }  # fmt: skip
        known = lots.batch(conn, batch_id)
        if known is not None:
            if any(known[name] != value for name, value in values.items()):
                raise Conflict("There is another batch {value} already.", value=batch_id)
            return
        inventory.lock_batches(conn)
        check_serials(conn, values)
        put_batch(conn, values, at)

    at = now or datetime.now(UTC)
    run_write(get_store(), work)
    return batch_id


def put_batch(conn: Connection, values: Row, now: datetime) -> None:
    """A batch as it was checked, all of it nobody's yet."""
    lots.add_batch(conn, dict(values) | {"created_at": now})
    _add_tranche(conn, lots.UNASSIGNED, values, 0, values["credit_count"] * GRAMS_PER_TONNE, now)


def check_serials(conn: Connection, values: Row) -> None:
    """Raises Conflict where a serial number is in another batch of the registry, however prefix and number are cut."""
    clash = clash_of(values, inventory.of_registry(conn, values["registry"]))
    if clash is not None:
        raise Conflict("Serial numbers {serials} are in batch {batch} already.", serials=clash[1], batch=clash[0])


def span_of(batch: Row) -> tuple[str, int, int]:
    """A batch's serial numbers, comparable: what stands before the number, first, last."""
    cut = (batch["serial_prefix"], batch["serial_first"], batch["serial_digits"], batch["credit_count"])
    return serial_span(*cut)


def clash_of(values: Row, known: Iterable[Row]) -> tuple[str, str] | None:
    """The first of known batches that shares serial numbers with a new one, and which numbers; None where none does."""
    prefix, first, last = span_of(values)
    for other in known:
        other_prefix, other_first, other_last = span_of(other)
        if other_prefix == prefix and other_first <= last and first <= other_last:
            at, end = max(first, other_first) - other_first, min(last, other_last) - other_first
            cut = (other["serial_prefix"], other["serial_first"], other["serial_digits"])
            names = [serial(*cut, k) for k in (at, end)]
            return str(other["batch_id"]), names[0] if at == end else f"{names[0]} – {names[1]}"
    return None


def _add_tranche(conn: Connection, event_id: str, batch: Row, from_g: int, to_g: int, now: datetime) -> Row:
    values = {
        "event_id": event_id, "tranche_id": new_id(event_id) if event_id else new_row_id(),
        "batch_id": batch["batch_id"], "project_id": batch["project_id"], "from_g": from_g, "to_g": to_g,
        "livemode": batch["livemode"], "created_at": now,
    }  # fmt: skip
    lots.add_tranche(conn, values)
    return values


def assign_tranche(event_id: str, batch_id: str, grams: int, now: datetime | None = None) -> str:
    """The first unassigned interval of a batch that has room gives ``grams`` (whole credits, as only whole ones can be
    retired) to an event; the tranche's id.

    Raises NotFound, InputError, and Conflict where test and live would meet or no interval has so many grams.
    """
    if grams < 1 or grams % GRAMS_PER_TONNE:
        message = "{field}: {value} is not whole credits; give a multiple of 1,000,000 grams."
        raise InputError([FieldError("grams", grams, message)])
    at = now or datetime.now(UTC)
    return run_write(get_store(), lambda conn: assign_tranche_in(conn, event_id, batch_id, grams, at))


def assign_tranche_in(conn: Connection, event_id: str, batch_id: str, grams: int, now: datetime | None = None) -> str:
    """The same within a transaction, for whoever has checked the grams."""
    at = now or datetime.now(UTC)
    event, batch = orders.event_row(conn, event_id), lots.batch(conn, batch_id)
    if event is None or batch is None:
        raise NotFound("There is no batch {value} or no such event.", value=batch_id)
    if event["livemode"] != batch["livemode"]:
        raise Conflict("Test credits can't be sold at a live event, nor live ones at a test event.")
    free = _merged(conn, lots.unassigned(conn, batch_id))
    room = next((row for row in free if row["to_g"] - row["from_g"] >= grams), None)
    if room is None:
        most = max((row["to_g"] - row["from_g"] for row in free), default=0)
        raise Conflict("No interval of batch {batch} has {wanted} credits; the longest has {most}.",
                       batch=batch_id, wanted=grams // GRAMS_PER_TONNE, most=most // GRAMS_PER_TONNE)  # fmt: skip
    cut = room["from_g"] + grams
    if cut == room["to_g"]:
        lots.delete_tranche(conn, lots.UNASSIGNED, room["tranche_id"])
    else:
        lots.set_tranche(conn, lots.UNASSIGNED, room["tranche_id"], cut, room["to_g"])
    tranche = _add_tranche(conn, event_id, batch, room["from_g"], cut, at)
    allocations.tile(conn, tranche)
    return str(tranche["tranche_id"])


def _merged(conn: Connection, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Unassigned intervals that touch become one."""
    merged: list[dict[str, Any]] = []
    for row in rows:
        if merged and merged[-1]["to_g"] == row["from_g"]:
            merged[-1]["to_g"] = row["to_g"]
            lots.delete_tranche(conn, lots.UNASSIGNED, row["tranche_id"])
            lots.set_tranche(conn, lots.UNASSIGNED, merged[-1]["tranche_id"], merged[-1]["from_g"], row["to_g"])
        else:
            merged.append(dict(row))
    return merged


def return_tranche(event_id: str, tranche_id: str, now: datetime | None = None) -> int:
    """Whole credits of a tranche of which every gram is free go back to the batch; how many grams. The rest stays with
    the event, as one tranche for each run of it. Raises NotFound."""
    at = now or datetime.now(UTC)

    def work(conn: Connection) -> int:
        tranche = lots.tranche(conn, event_id, tranche_id, lock=True)
        if tranche is None:
            raise NotFound("There is no tranche {value}.", value=tranche_id)
        rows = allocations.of_tranche(conn, event_id, tranche_id, lock=True)
        free = _whole_free(rows)
        for row in rows:
            _cut_at_borders(conn, row, sorted({border for run in free for border in run}))
        for from_g, to_g in free:
            allocations.delete_within(conn, event_id, tranche_id, from_g, to_g)
            _add_tranche(conn, lots.UNASSIGNED, tranche, from_g, to_g, at)
        _keep(conn, tranche, _between(tranche["from_g"], free, tranche["to_g"]), at)
        _merged(conn, lots.unassigned(conn, tranche["batch_id"]))
        return sum(to_g - from_g for from_g, to_g in free)

    return run_write(get_store(), work)


def _whole_free(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Runs of whole credits that are free."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if row["state"] != "free":
            continue
        if runs and runs[-1][1] == row["from_g"]:
            runs[-1] = (runs[-1][0], row["to_g"])
        else:
            runs.append((row["from_g"], row["to_g"]))
    whole = [(-(-a // GRAMS_PER_TONNE) * GRAMS_PER_TONNE, b // GRAMS_PER_TONNE * GRAMS_PER_TONNE) for a, b in runs]
    return [(a, b) for a, b in whole if b > a]


def _cut_at_borders(conn: Connection, row: Row, borders: Sequence[int]) -> None:
    for border in reversed(borders):
        if row["from_g"] < border < row["to_g"]:
            allocations.cut_at(conn, row, border)
            row = dict(row) | {"to_g": border}


def _between(from_g: int, taken: Sequence[tuple[int, int]], to_g: int) -> list[tuple[int, int]]:
    """What is left of an interval beside the taken ones."""
    starts, ends = [from_g, *[b for _, b in taken]], [*[a for a, _ in taken], to_g]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if b > a]


def _keep(conn: Connection, tranche: Row, kept: Sequence[tuple[int, int]], now: datetime) -> None:
    """The runs that stay: the first under the tranche's own id."""
    key = (tranche["event_id"], tranche["tranche_id"])
    if not kept:
        lots.delete_tranche(conn, *key)
    for i, (from_g, to_g) in enumerate(kept):
        if i == 0:
            lots.set_tranche(conn, *key, from_g, to_g)
        else:
            other = _add_tranche(conn, tranche["event_id"], tranche, from_g, to_g, now)
            allocations.move(conn, *key, from_g, to_g, other["tranche_id"])


def open_offering(
    event_id: str, project_id: str, price_minor_per_tonne: int, currency: str, split: Sequence[Mapping[str, Any]],
    position: int = 0, is_open: bool = True,
) -> None:  # fmt: skip
    """Puts a project on offer at an event, or changes its terms for orders to come; orders keep those they were placed
    under. ``split``: ``[{"to", "share"}]`` with shares that add up to 1, the project owner first. Raises InputError."""
    values = offering_values(event_id, project_id, price_minor_per_tonne, currency, split, position, is_open)
    run_write(get_store(), lambda conn: lots.put_offering(conn, values))


def offering_values(
    event_id: str, project_id: str, price_minor_per_tonne: int, currency: str, split: Sequence[Mapping[str, Any]],
    position: int, is_open: bool,
) -> dict[str, Any]:  # fmt: skip
    """The row of an offering. Raises InputError where price or split do not fit."""
    if price_minor_per_tonne < 1:
        message = "{field}: {value} is no price; give minor units a tonne from 1."
        raise InputError([FieldError("price_minor_per_tonne", price_minor_per_tonne, message)])
    try:
        exact_shares(split)
    except ValueError:
        message = "{field}: the shares must differ in recipient, not be negative and add up to 1."
        raise InputError([FieldError("split", str(list(split)), message)]) from None
    return {
        "event_id": event_id, "project_id": project_id, "position": position, "currency": currency,
        "price_minor_per_tonne": price_minor_per_tonne, "split": [dict(part) for part in split], "open": is_open,
    }  # fmt: skip


def forget_test_events(conn: Connection, event_ids: Sequence[str]) -> None:
    """Before test events' rows are deleted: their tranches are nobody's again, so that batches stay tiled, and
    settlements of their test money are forgotten."""
    settlements.forget_events(conn, list(event_ids))
    lots.unassign_test_tranches(conn, list(event_ids))
    retirements.forget(conn, list(event_ids))
