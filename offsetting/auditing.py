"""Proves the ledgers from their rows: never twice, no gap, every sum zero."""

from __future__ import annotations

from data.store import proofs, proofs_gifts
from data.store.engine import get_store
from offsetting import log
from offsetting.models import Finding

PROOFS = (
    ("batches are tiled by allocations and what no event has", proofs.TILING),
    ("tranches are tiled by allocations", proofs.TRANCHE_TILING),
    ("orders have their grams, in the states of theirs", proofs.ORDER_GRAMS),
    ("claims never exceed a line and are an order's grams", proofs.COVERAGE),
    ("what lies on no line is extra or on the plan", proofs.PLANS),
    ("invitations are used as often as they may be", proofs.INVITED),
    ("the journal balances and has what orders cost", proofs.JOURNAL),
    ("no money came without standing somewhere, and what goes back is sent", proofs.GIVEN_BACK),
    ("what is settled is settled once and is what was paid out", proofs.SETTLED),
    ("every paid order has one receipt, numbered without gaps", proofs.RECEIPTS),
    ("every paid order has one valid certificate", proofs.CERTIFICATES),
    ("what is retired is what two people confirmed", proofs.RETIRED),
    ("no credit is in two retirement instructions", proofs.INSTRUCTED),
    ("the log has every paid order, retirement and revocation", proofs.LOGGED),
    ("credits and planting together never exceed a line", proofs.FORESTRY),
    ("gifts buy no gram and are what the special fund has", proofs_gifts.GIFTS),
    ("no serial number is in two batches", proofs.SERIALS),
    ("test and live never meet", proofs.LIVEMODE),
)


def audit(event_id: str | None = None) -> list[Finding]:
    """One finding for each invariant, of an event or of all (batches always whole), all seen at one moment."""
    with get_store().read() as conn:
        found = [_finding(name, proofs.wrong(conn, query, event_id)) for name, query in PROOFS]
        return [*found, _finding("the log's tree is what its entries make", log.examine(conn))]


def queries() -> dict[str, str]:
    """The query of each invariant that is one, as it is asked over all events."""
    return {name: query.format(**dict.fromkeys(("event_t", "event_c", "event_o", "event_a", "event_j"), ""))
            for name, query in PROOFS}  # fmt: skip


def _finding(name: str, wrong: list[str]) -> Finding:
    more = " …" if len(wrong) == proofs.SHOWN else ""
    return Finding(name, not wrong, "; ".join(wrong) + more)
