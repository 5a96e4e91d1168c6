"""The registry's documents: for the desk and auditors, and for whoever holds a certificate of what they prove."""

from __future__ import annotations

from dataclasses import dataclass

from accounts import NotFound, current_actor, require
from data import evidence as files
from data.store import retirements as rows
from data.store.engine import get_store
from offsetting.certificates import certificate

MISSING = "There is no document {value} here."


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document as it came, checked against its SHA-256."""

    name: str
    sha256: str
    content: bytes


def retirement_evidence(sha256: str) -> Evidence:
    """A document that was entered with a retirement. Needs credits.view at the instruction's events. Raises NotFound,
    Forbidden, Unauthenticated."""
    require(current_actor(), "credits.view")
    with get_store().read() as conn:
        known = rows.evidence_of(conn, sha256)
        runs = rows.runs_of(conn, [known["instruction_id"]]) if known else []
    if known is None:
        raise NotFound(MISSING, value=sha256[:64])
    for event_id in {run["event_id"] for run in runs}:
        require(current_actor(), "credits.view", event_id)
    return _read(sha256, known["evidence_name"])


def certificate_evidence(number: str, sha256: str) -> Evidence:
    """A document that proves the retirement of grams of a certificate: for whoever has its number. Raises NotFound."""
    for retired in certificate(number).retirements:
        if retired.evidence_sha256 == sha256:
            return _read(sha256, retired.evidence_name)
    raise NotFound(MISSING, value=sha256[:64])


def _read(sha256: str, name: str) -> Evidence:
    try:
        return Evidence(name or sha256[:12], sha256, files.read(sha256))
    except (LookupError, ValueError):
        raise NotFound(MISSING, value=sha256[:64]) from None
