"""The pools: what is sold and waits to be retired, by whole credits, tranche, project and vintage.

Only whole credits can be retired. One is **ready** when every gram of it is sold; one that is partly sold and has
nothing held is **begun** and is retired only when asked for: its unsold grams become surplus, retired without a claim.
What is begun and not asked for is carried over: it stays in the pool, by the gram, until its credit is sold out.
Credits that an open instruction has are neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from accounts import Conflict, NotFound, current_actor, may, require
from calculations.deadlines import days_left, retire_by
from calculations.serials import GRAMS_PER_CREDIT, serial_runs
from data.store import credits as lots
from data.store import orders
from data.store import retirements as rows
from data.store.engine import get_store
from offsetting.instruction_models import Pick
from offsetting.models import DeskRow

Row = Mapping[Any, Any]
Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Credit:
    """One whole credit of a tranche, and grams of it by what they are."""

    from_g: int
    sold_g: int
    free_g: int
    held_g: int

    @property
    def ready(self) -> bool:
        """Every gram is sold."""
        return self.sold_g == GRAMS_PER_CREDIT

    @property
    def begun(self) -> bool:
        """Some of it is sold, the rest free."""
        return 0 < self.sold_g < GRAMS_PER_CREDIT and self.sold_g + self.free_g == GRAMS_PER_CREDIT


@dataclass(frozen=True, slots=True)
class Pool:
    """What is sold of a project and vintage, at all events together, and is not retired. ``remainder_g`` are sold grams
    of credits that are not ready: carried over. ``oldest_at`` is the oldest payment that waits, ``retire_by`` the
    earliest deadline of an event with grams waiting."""

    project_id: str
    vintage: str
    livemode: bool
    project_names: Mapping[str, str]
    registry: str
    rows: tuple[DeskRow, ...]
    oldest_at: datetime | None
    retire_by: datetime | None
    days_left: int | None

    @property
    def key(self) -> str:
        """What an address names it by."""
        return f"{self.project_id}:{self.vintage}:{'live' if self.livemode else 'test'}"

    def _sum(self, name: str) -> int:
        return sum(getattr(row, name) for row in self.rows)

    @property
    def sold_g(self) -> int:
        """Grams sold and not retired."""
        return self._sum("sold_g")

    @property
    def ready_count(self) -> int:
        """Whole credits to put into an instruction."""
        return self._sum("ready_count")

    @property
    def begun_count(self) -> int:
        """Credits partly sold, with nothing held."""
        return self._sum("begun_count")

    @property
    def instructed_count(self) -> int:
        """Credits that open instructions have."""
        return self._sum("instructed_count")

    @property
    def remainder_g(self) -> int:
        """Sold grams that no ready credit and no instruction has."""
        return self._sum("remainder_g")


def credits_of(parts: Sequence[Row], from_g: int, to_g: int, taken: Sequence[Run] = ()) -> list[Credit]:
    """The whole credits of a tranche that have sold grams, by serial number, those within ``taken`` left out. ``parts``
    are its allocations in order."""
    grams: dict[int, dict[str, int]] = {}
    for row in parts:
        for credit, part in _parts(row["from_g"], row["to_g"], row["state"] != "free"):
            if from_g <= credit and credit + GRAMS_PER_CREDIT <= to_g:
                states_of = grams.setdefault(credit, {})
                states_of[row["state"]] = states_of.get(row["state"], 0) + part
    found = [Credit(at, of.get("sold", 0), of.get("free", 0), of.get("held", 0)) for at, of in sorted(grams.items())]
    return [credit for credit in found if credit.sold_g and not any(a <= credit.from_g < b for a, b in taken)]


def _parts(from_g: int, to_g: int, every: bool) -> list[tuple[int, int]]:
    """An interval by credit: (start of the credit, grams in it). Of a free one only the ends matter."""
    first, last = from_g // GRAMS_PER_CREDIT, (to_g - 1) // GRAMS_PER_CREDIT
    wanted = range(first, last + 1) if every else sorted({first, last})
    cuts = [(k * GRAMS_PER_CREDIT, (k + 1) * GRAMS_PER_CREDIT) for k in wanted]
    return [(start, min(end, to_g) - max(start, from_g)) for start, end in cuts]


def chosen(found: Sequence[Credit], credit_count: int, partly: bool) -> list[Run]:
    """Runs of the credits to retire, in order: ready ones by serial number, then with ``partly`` those most sold.
    Raises Conflict where there are fewer."""
    ready = [c for c in found if c.ready]
    begun = sorted((c for c in found if c.begun and partly), key=lambda c: (-c.sold_g, c.from_g))
    picked = (ready + begun)[:credit_count]
    if len(picked) < credit_count:
        raise Conflict("Only {ready} whole credits are ready to be retired.", ready=len(picked))
    runs: list[Run] = []
    for at in sorted(c.from_g for c in picked):
        if runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + GRAMS_PER_CREDIT)
        else:
            runs.append((at, at + GRAMS_PER_CREDIT))
    return runs


def serials_text(batch: Row, from_g: int, to_g: int) -> str:
    """The serial numbers of an interval: ``first – last``, or the one."""
    runs = serial_runs(from_g, to_g, batch["serial_prefix"], batch["serial_first"], batch["serial_digits"])
    first, last = runs[0].serial_from, runs[-1].serial_to
    return first if first == last else f"{first} – {last}"


def taken_of(open_runs: Iterable[Row], event_id: str, batch_id: str) -> list[Run]:
    """Intervals of an event's batch that open instructions have."""
    return [(r["from_g"], r["to_g"]) for r in open_runs if (r["event_id"], r["batch_id"]) == (event_id, batch_id)]


def retirement_desk(slug: str | None = None) -> list[DeskRow]:
    """Tranches by batch and serial range with what is sold, held, free and retired, and how many whole credits are
    ready; of one event, or of all with what no event has. Raises NotFound. The caller asks for credits.view."""
    with get_store().read() as conn:
        event_id = None
        if slug is not None:
            event = orders.event_of_slug(conn, slug)
            if event is None:
                raise NotFound("There is no event “{event}”.", event=slug[:64])
            event_id = str(event["event_id"])
        tranches = lots.desk(conn, event_id)
        taken = rows.open_runs(conn, event_id)
        intervals: dict[tuple[str, str], list[Row]] = {}
        for part in lots.sold_intervals(conn, event_id):
            intervals.setdefault((part["event_id"], part["tranche_id"]), []).append(part)
    return [_desk_row(row, intervals.get((row["event_id"], row["tranche_id"]), []), taken) for row in tranches]


def _desk_row(row: Row, parts: Sequence[Row], open_runs: Sequence[Row]) -> DeskRow:
    taken = taken_of(open_runs, row["event_id"], row["batch_id"])
    every = credits_of(parts, row["from_g"], row["to_g"])
    found = credits_of(parts, row["from_g"], row["to_g"], taken)
    names = ("held", "sold", "retired", "surplus", "set_aside")
    grams = {f"{name}_g": int(row[f"{name}_g"] or 0) for name in names}
    free_g = int(row["free_g"] or 0) if row["event_id"] else row["to_g"] - row["from_g"]
    instructed_g = sum(c.sold_g for c in every) - sum(c.sold_g for c in found)
    ready_count = sum(c.ready for c in found)
    return DeskRow(
        event_id=row["event_id"], event_slug=row["slug"] or "", event_names=row["event_names"] or {},
        tranche_id=row["tranche_id"], batch_id=row["batch_id"], project_id=row["project_id"],
        project_names=row["project_names"], vintage=row["vintage"], registry=row["registry"],
        serials=serials_text(row, row["from_g"], row["to_g"]), livemode=bool(row["livemode"]), from_g=row["from_g"],
        to_g=row["to_g"], free_g=free_g, ready_count=ready_count, begun_count=sum(c.begun for c in found),
        instructed_count=len(every) - len(found), retire_by=retire_by(row["ends_at"]) if row["ends_at"] else None,
        remainder_g=grams["sold_g"] - instructed_g - ready_count * GRAMS_PER_CREDIT, **grams,
    )  # fmt: skip


def pools(now: datetime | None = None) -> list[Pool]:
    """The pools of the events that this person may see, those with the least time first; the empty ones last. Needs
    credits.view."""
    require(current_actor(), "credits.view")
    at = now or datetime.now(UTC)
    with get_store().read() as conn:
        waiting = rows.waiting(conn)
    groups: dict[tuple[str, str, bool], list[DeskRow]] = {}
    for row in retirement_desk():
        if row.event_id and may(current_actor(), "credits.view", row.event_id):
            groups.setdefault((row.project_id, row.vintage, row.livemode), []).append(row)
    found = [_pool(key, parts, waiting, at) for key, parts in groups.items()]
    return sorted(found, key=lambda p: (p.days_left is None, p.days_left or 0, p.project_id, p.vintage))


def _pool(key: tuple[str, str, bool], parts: Sequence[DeskRow], waiting: Sequence[Row], now: datetime) -> Pool:
    event_ids = {row.event_id for row in parts}
    mine = [
        w for w in waiting
        if (w["project_id"], w["vintage"], bool(w["livemode"])) == key and w["event_id"] in event_ids
    ]  # fmt: skip
    ends = min((w["ends_at"] for w in mine), default=None)
    return Pool(
        *key, project_names=parts[0].project_names, registry=parts[0].registry, rows=tuple(parts),
        oldest_at=min((w["oldest_at"] for w in mine if w["oldest_at"]), default=None),
        retire_by=retire_by(ends) if ends else None, days_left=days_left(ends, now) if ends else None,
    )  # fmt: skip


def picks_of(found: Pool, credit_count: int, partly: bool = False, event_id: str = "") -> list[Pick]:
    """So many credits of a pool, or of one event in it: those of the earliest deadline first, ready ones before begun
    ones, which are taken with ``partly`` alone. Raises Conflict where there are fewer."""
    rows_ = [row for row in found.rows if event_id in ("", row.event_id)]
    rows_.sort(key=lambda row: (row.retire_by is None, row.retire_by, row.event_id, row.from_g))
    left = credit_count
    counts: dict[str, int] = {}
    for name in ("ready_count", "begun_count") if partly else ("ready_count",):
        for row in rows_:
            taken = min(left, getattr(row, name))
            counts[row.tranche_id] = counts.get(row.tranche_id, 0) + taken
            left -= taken
    if left > 0:
        raise Conflict("Only {ready} whole credits are ready to be retired.", ready=credit_count - left)
    return [
        Pick(row.event_id, row.tranche_id, counts[row.tranche_id], counts[row.tranche_id] > row.ready_count)
        for row in rows_
        if counts.get(row.tranche_id)
    ]


def pool(key: str, now: datetime | None = None) -> Pool:
    """One pool by its key. Raises NotFound, and as `pools`."""
    for found in pools(now):
        if found.key == key:
            return found
    raise NotFound("There is no pool {value}.", value=key[:80])
