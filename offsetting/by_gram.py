"""What of an order is retired, by the gram, on the lines that it covers.

The rule is `calculations.slicing`'s: the retired grams of an order lie on its claims in their proportion, by cumulative
rounding, in the order of participation, line and version. The grams on lines always add up to what is retired of the
order, less what lies on its extra contribution; a single line may be a gram more or less than its exact share.
`data.store.rebuild` computes the same from the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from calculations.order_states import RETIRED
from calculations.slicing import proportion
from data.store import allocations, claims, rollups
from data.store.claims import Net

Row = Mapping[Any, Any]
Keys = tuple[str, ...]


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
    before = _cells(net, {change.order["order_id"]: change.before_g for change in changes})
    after = _cells(net, {change.order["order_id"]: change.after_g for change in changes})
    _write(conn, event_id, before, after)


@contextmanager
def followed(
    conn: Connection, event_id: str, orders: Iterable[Row], whose: Sequence[str] | None = None
) -> Iterator[None]:  # fmt: skip
    """Claims of these orders change within the block, whose deltas book all that is not wholly retired as reserved;
    what is retired of partly retired orders is then moved to where it lies now. Where it is known ``whose`` lines they
    are (beside what lies on none), the others' are not read again."""
    pooled = sorted(order["order_id"] for order in orders if order["state"] != RETIRED)
    partly = allocations.retired_grams(conn, event_id, pooled) if pooled else {}
    if not partly:
        yield
        return
    net = claims.net_of_orders(conn, event_id, sorted(partly))
    before = _cells(net, partly)
    yield
    changed = None if whose is None else ["", *whose]
    again = claims.net_of_orders(conn, event_id, sorted(partly), changed)
    others = [] if changed is None else [row for row in net if row[1] not in changed]
    _write(conn, event_id, before, _cells(sorted([*others, *again]), partly))


def _cells(net: Sequence[Net], retired_g: Mapping[str, int]) -> Counter[Keys]:
    """What is retired of orders by cell of the facet. ``net`` is sorted as `data.store.rebuild.retired_parts` does."""
    found: Counter[Keys] = Counter()
    for order_id, rows in groupby(net, itemgetter(0)):
        own = list(rows)
        for row, part in zip(own, proportion(retired_g[order_id], [row[4] for row in own]), strict=True):
            if row[2] >= 0:
                found[row[5]] += part
    return found


def _write(conn: Connection, event_id: str, before: Counter[Keys], after: Counter[Keys]) -> None:
    more = {keys: after[keys] - before[keys] for keys in {*before, *after}}
    moved = [
        dict(zip(rollups.FACET.keys, keys, strict=True)) | {"reserved_g": -grams, "retired_g": grams}
        for keys, grams in more.items() if grams
    ]  # fmt: skip
    if moved:
        rollups.add_cube(conn, event_id, moved)
        rollups.add_tally(conn, event_id, moved)
