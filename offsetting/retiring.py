"""The exchange's desk: what is sold and left, and the confirmation that credits are retired at the registry.

Only whole credits can be retired. One is **ready** when every gram of it is sold; one that is partly sold and has
nothing held is retired only when asked for (``partly``): its unsold grams become *surplus*, retired without a claim.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from accounts import Actor, Conflict, NotFound, record, require
from calculations import order_states as states
from calculations.model import FieldError, InputError
from calculations.serials import GRAMS_PER_CREDIT, serial_runs
from data.store import allocations, live, orders
from data.store import credits as lots
from data.store.engine import get_store, run_write
from data.store.ids import new_id
from offsetting import claiming, log
from offsetting.models import DeskRow, Retirement

Row = Mapping[Any, Any]
MOST_EVIDENCE_BYTES = 20_000_000
BATCH = 500


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


def credits_of(rows: Sequence[Row], from_g: int, to_g: int) -> list[Credit]:
    """The whole credits of a tranche that have sold grams, by serial number. ``rows`` are its allocations in order."""
    grams: dict[int, dict[str, int]] = {}
    for row in rows:
        for credit, part in _parts(row["from_g"], row["to_g"], row["state"] != "free"):
            if from_g <= credit and credit + GRAMS_PER_CREDIT <= to_g:
                states_of = grams.setdefault(credit, {})
                states_of[row["state"]] = states_of.get(row["state"], 0) + part
    found = [
        Credit(at, of.get("sold", 0), of.get("free", 0), of.get("held", 0)) for at, of in sorted(grams.items())
    ]  # fmt: skip
    return [credit for credit in found if credit.sold_g]


def _parts(from_g: int, to_g: int, every: bool) -> list[tuple[int, int]]:
    """An interval by credit: (start of the credit, grams in it). Of a free one only the ends matter."""
    first, last = from_g // GRAMS_PER_CREDIT, (to_g - 1) // GRAMS_PER_CREDIT
    wanted = range(first, last + 1) if every else sorted({first, last})
    cuts = [(k * GRAMS_PER_CREDIT, (k + 1) * GRAMS_PER_CREDIT) for k in wanted]
    return [(start, min(end, to_g) - max(start, from_g)) for start, end in cuts]


def retirement_desk(slug: str | None = None) -> list[DeskRow]:
    """Tranches by batch and serial range with what is sold, held, free and retired, and how many whole credits are
    ready; of one event, or of all with what no event has. Raises NotFound. The caller asks for lots.view."""
    with get_store().read() as conn:
        event_id = None
        if slug is not None:
            event = orders.event_of_slug(conn, slug)
            if event is None:
                raise NotFound("There is no event “{event}”.", event=slug[:64])
            event_id = str(event["event_id"])
        rows = lots.desk(conn, event_id)
        intervals: dict[tuple[str, str], list[Row]] = {}
        for part in lots.sold_intervals(conn, event_id):
            intervals.setdefault((part["event_id"], part["tranche_id"]), []).append(part)
    return [_desk_row(row, intervals.get((row["event_id"], row["tranche_id"]), [])) for row in rows]


def _desk_row(row: Row, parts: Sequence[Row]) -> DeskRow:
    found = credits_of(parts, row["from_g"], row["to_g"])
    grams = {f"{name}_g": int(row[f"{name}_g"] or 0) for name in ("held", "sold", "retired", "surplus")}
    free_g = int(row["free_g"] or 0) if row["event_id"] else row["to_g"] - row["from_g"]
    return DeskRow(
        event_id=row["event_id"], event_slug=row["slug"] or "", event_names=row["event_names"] or {},
        tranche_id=row["tranche_id"], batch_id=row["batch_id"], project_id=row["project_id"],
        project_names=row["project_names"], vintage=row["vintage"], registry=row["registry"],
        serials=_serials(row, row["from_g"], row["to_g"]), livemode=bool(row["livemode"]), from_g=row["from_g"],
        to_g=row["to_g"], free_g=free_g, ready_count=sum(c.ready for c in found),
        begun_count=sum(c.begun for c in found), **grams,
    )  # fmt: skip


def _serials(batch: Row, from_g: int, to_g: int) -> str:
    """The serial numbers of an interval: ``first – last``, or the one."""
    runs = serial_runs(from_g, to_g, batch["serial_prefix"], batch["serial_first"], batch["serial_digits"])
    first, last = runs[0].serial_from, runs[-1].serial_to
    return first if first == last else f"{first} – {last}"


def confirm_retirement(
    actor: Actor, event_id: str, tranche_id: str, credit_count: int, partly: bool, link: str, evidence: bytes,
    evidence_name: str, retired_on: date, beneficiary: str, now: datetime | None = None,
) -> Retirement:  # fmt: skip
    """Confirms that ``credit_count`` whole credits of a tranche are retired at the registry, whose page is ``link`` and
    whose document is ``evidence`` (its SHA-256 is kept). Orders of which every gram is retired turn to retired with
    their certificates. Takes ready credits by serial number, then with ``partly`` those that are most sold.

    Needs the permission retire. Raises Forbidden, Unauthenticated, NotFound, InputError, and Conflict where so many
    are not ready.
    """
    require(actor, "retire", event_id)
    at = now or datetime.now(UTC)
    _check(credit_count, link, evidence, retired_on, at)

    def work(conn: Connection) -> Retirement:
        tranche = lots.tranche(conn, event_id, tranche_id, lock=True)
        batch = lots.batch(conn, tranche["batch_id"]) if tranche else None
        if tranche is None or batch is None:
            raise NotFound("There is no tranche {value}.", value=tranche_id)
        rows = allocations.of_tranche(conn, event_id, tranche_id, ("free", "held", "sold"), lock=True)
        runs = _chosen(credits_of(rows, tranche["from_g"], tranche["to_g"]), credit_count, partly)
        order_ids, surplus_g = _turn(conn, event_id, tranche_id, rows, runs)
        facts = {
            "event_id": event_id, "tranche_id": tranche_id, "batch_id": tranche["batch_id"], "link": link.strip(),
            "evidence_sha256": hashlib.sha256(evidence).hexdigest(), "evidence_name": evidence_name.strip()[:200],
            "beneficiary": beneficiary.strip()[:200], "confirmed_by": actor.label, "confirmed_at": at,
            "retired_on": datetime.combine(retired_on, time(), UTC), "livemode": tranche["livemode"],
        }  # fmt: skip
        ids, serials = [], []
        for from_g, to_g in runs:
            ids.append(new_id(event_id))
            serials.append(_serials(batch, from_g, to_g))
            own = {"retirement_id": ids[-1], "from_g": from_g, "to_g": to_g, "serials": serials[-1]}
            lots.add_retirement(conn, facts | own)
            told = logged(facts | own)
            log.append(conn, event_id, log.RETIREMENT, ids[-1], told, tranche["livemode"], at)
        done = _retire_orders(conn, event_id, order_ids, actor, at)
        record(conn, event_id, actor, "retire", tranche_id, {"serials": serials, "link": link.strip()})
        whole_g = credit_count * GRAMS_PER_CREDIT
        return Retirement(
            tuple(ids), tuple(serials), credit_count, whole_g - surplus_g, surplus_g, retired_on, tuple(done)
        )  # fmt: skip

    return run_write(get_store(), work)


def logged(row: Row) -> dict[str, Any]:
    """A retirement as the transparency log keeps it."""
    return {
        "batch": row["batch_id"], "fromGram": row["from_g"], "toGram": row["to_g"], "serials": row["serials"],
        "link": row["link"], "evidenceSha256": row["evidence_sha256"], "beneficiary": row["beneficiary"],
        "retiredOn": row["retired_on"].date().isoformat(),
    }  # fmt: skip


def _check(credit_count: int, link: str, evidence: bytes, retired_on: date, now: datetime) -> None:
    errors = []
    if credit_count < 1:
        message = "{field}: {value} is no number of credits; give a whole number from 1."
        errors.append(FieldError("credit_count", credit_count, message))
    parts = urlsplit(link.strip()) if len(link) <= 2000 else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in link.strip()):
        message = "{field}: {value} is no address of the registry's page; it begins with https:// or http://."
        errors.append(FieldError("link", link[:100], message))
    if not evidence or len(evidence) > MOST_EVIDENCE_BYTES:
        message = "{field}: attach the registry's document, at most 20 MB."
        errors.append(FieldError("evidence", len(evidence), message))
    if retired_on > now.date():
        message = "{field}: {value} is in the future; give the day of the retirement."
        errors.append(FieldError("retired_on", retired_on.isoformat(), message))
    if errors:
        raise InputError(errors)


def _chosen(found: Sequence[Credit], credit_count: int, partly: bool) -> list[tuple[int, int]]:
    """Runs of the credits to retire, in order. Raises Conflict where there are fewer."""
    ready = [c for c in found if c.ready]
    begun = sorted((c for c in found if c.begun and partly), key=lambda c: (-c.sold_g, c.from_g))
    picked = (ready + begun)[:credit_count]
    if len(picked) < credit_count:
        raise Conflict("Only {ready} whole credits are ready to be retired.", ready=len(picked))
    runs: list[tuple[int, int]] = []
    for at in sorted(c.from_g for c in picked):
        if runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + GRAMS_PER_CREDIT)
        else:
            runs.append((at, at + GRAMS_PER_CREDIT))
    return runs


def _turn(
    conn: Connection, event_id: str, tranche_id: str, rows: Sequence[Row], runs: Sequence[tuple[int, int]]
) -> tuple[list[str], int]:  # fmt: skip
    """Sold → retired and free → surplus within runs, rows cut at their borders; the orders, and the surplus grams."""
    borders = sorted({border for run in runs for border in run}, reverse=True)
    for row in rows:
        left = dict(row)
        for border in borders:
            if left["from_g"] < border < left["to_g"]:
                allocations.cut_at(conn, left, border)
                left["to_g"] = border
    order_ids: set[str] = set()
    for from_g, to_g in runs:
        order_ids |= set(allocations.turn_within(conn, event_id, tranche_id, from_g, to_g, "sold", "retired"))
        allocations.turn_within(conn, event_id, tranche_id, from_g, to_g, "free", "surplus")
    free = [row for row in rows if row["state"] == "free"]
    surplus_g = sum(max(0, min(b, row["to_g"]) - max(a, row["from_g"])) for a, b in runs for row in free)
    return sorted(order_ids), surplus_g


def _retire_orders(conn: Connection, event_id: str, order_ids: Sequence[str], actor: Actor, now: datetime) -> list[str]:
    """Orders of which every gram is now retired turn to retired; their ids."""
    turned: list[Row] = []
    for start in range(0, len(order_ids), BATCH):
        part = order_ids[start : start + BATCH]
        retired_g = allocations.retired_grams(conn, event_id, part)
        for order in orders.many(conn, event_id, part):
            if retired_g.get(order["order_id"]) == order["grams"]:
                row = orders.move(conn, event_id, order["order_id"], [states.POOLED], states.RETIRED)
                if row is not None:
                    turned.append(row)
                    orders.add_transitions(
                        conn, event_id, row["order_id"], [states.RETIRED], now, actor.label, "retirement confirmed"
                    )  # fmt: skip
    claiming.retire(conn, event_id, turned, now)
    if turned:
        live.add_ticker(conn, event_id, "retired", now, certificates=len(turned))
    return [row["order_id"] for row in turned]
