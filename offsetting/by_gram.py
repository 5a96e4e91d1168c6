"""What of an order is retired, by the gram, on the lines that it covers.

The rule is `calculations.slicing`'s: the retired grams of an order lie on its claims in their proportion, by cumulative
rounding, in the order of participation, line and version. The grams on lines always add up to what is retired of the
order, less what lies on its extra contribution; a single line may be a gram more or less than its exact share.
`data.store.rebuild` computes the same from the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from calculations.order_states import RETIRED
from data.store import allocations, claims, rollups
from data.store.rebuild import retired_parts

Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class RetiredGrams:
    """An order, and how many of its grams were retired before and are now."""

    order: Row
    before_g: int
    after_g: int

    @property
    def whole(self) -> bool:
        """Whether every gram is retired now."""
        return bool(self.after_g == self.order["grams"])


def write_shift(conn: Connection, event_id: str, changes: Sequence[RetiredGrams]) -> None:
    """Roll-ups' deltas of grams that have just been retired: reserved → retired on each line."""
    net = claims.net_of_orders(conn, event_id, sorted(change.order["order_id"] for change in changes))
    before = _parts(net, {change.order["order_id"]: change.before_g for change in changes})
    after = _parts(net, {change.order["order_id"]: change.after_g for change in changes})
    _write(conn, event_id, [*_signed(before, -1), *_signed(after, 1)])


@contextmanager
def followed(conn: Connection, event_id: str, orders: Iterable[Row]) -> Iterator[None]:
    """Claims of these orders change within the block, whose deltas book all that is not wholly retired as reserved;
    what is retired of partly retired orders is then moved to where it lies now."""
    pooled = sorted(order["order_id"] for order in orders if order["state"] != RETIRED)
    partly = allocations.retired_grams(conn, event_id, pooled) if pooled else {}
    if not partly:
        yield
        return
    before = _parts(claims.net_of_orders(conn, event_id, sorted(partly)), partly)
    yield
    after = _parts(claims.net_of_orders(conn, event_id, sorted(partly)), partly)
    _write(conn, event_id, [*_signed(before, -1), *_signed(after, 1)])


def _parts(net: Sequence[Row], retired_g: Mapping[str, int]) -> list[tuple[Row, int]]:
    return [
        part for order_id, grams in sorted(retired_g.items())
        for part in retired_parts([row for row in net if row["order_id"] == order_id], grams)
    ]  # fmt: skip


def _signed(parts: Iterable[tuple[Row, int]], sign: int) -> list[tuple[Row, int]]:
    return [(row, sign * grams) for row, grams in parts if row["line_no"] >= 0]


def _write(conn: Connection, event_id: str, parts: Iterable[tuple[Row, int]]) -> None:
    moved = [
        {name: row[name] for name in rollups.FACET.keys} | {"reserved_g": -grams, "retired_g": grams}
        for row, grams in parts
    ]  # fmt: skip
    rollups.add_cube(conn, event_id, moved)
    rollups.add_tally(conn, event_id, moved)
