"""What a certificate shows: plain data made from its newest signed statement and the state of its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from calculations.claims import Circumstance
from calculations.model import CATEGORIES
from calculations.serials import SerialRun
from offsetting.claims import weighed


@dataclass(frozen=True, slots=True)
class Statement:
    """One signed statement in a certificate's history."""

    version: int
    reason: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class OrderStep:
    """A state that a certificate's order came to, and when."""

    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Retired:
    """A confirmed retirement that takes in ``grams`` of a certificate."""

    retirement_id: str
    grams: int
    serials: str
    link: str
    evidence_sha256: str
    evidence_name: str
    beneficiary: str
    retired_on: date
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class SerialInterval:
    """Grams ``from_g`` to ``to_g`` (half-open) of a batch, and how they read as serial numbers."""

    batch_id: str
    registry: str
    vintage: str
    from_g: int
    to_g: int
    runs: tuple[SerialRun, ...]


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate for people. ``state``: reserved, retired, revoked; ``retired_g`` of its grams are retired by now,
    be it before the last of them are. Masses in grams, money in minor units. ``share_bp`` is the share of the emissions
    counted that this order covers, at most 10,000; ``order_state`` and ``steps`` are its order's; ``stated_g`` are the
    reserved and the retired grams as they are signed, None where the newest statement is of before they were."""

    number: str
    livemode: bool
    simulated: bool
    state: str
    about: str
    jurisdiction: str
    event_id: str
    event_slug: str
    event_names: Mapping[str, str]
    place_names: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    timezone: str
    order_id: str
    participation_id: str
    covered_g: int
    extra_g: int
    share_bp: int
    emitted_g: int
    low_g: int
    high_g: int
    by_category: Mapping[str, int]
    project_id: str
    project_names: Mapping[str, str]
    project_place_names: Mapping[str, str]
    project_kind: str
    registry: str
    serials: tuple[SerialInterval, ...]
    amount_minor: int
    currency: str
    paid_at: datetime
    holder_kind: str
    holder_names: Mapping[str, str]
    locale: str
    issued_at: datetime
    revoked_at: datetime | None
    statement_version: int
    statements: tuple[Statement, ...]
    retirements: tuple[Retired, ...]
    retired_g: int = 0
    planned_g: int = 0
    order_state: str = ""
    stated_g: tuple[int, int] | None = None
    steps: tuple[OrderStep, ...] = ()

    @property
    def reserved_g(self) -> int:
        """What is still to be retired; 0 once revoked."""
        return 0 if self.state == "revoked" else self.grams - self.retired_g

    @property
    def is_partly_retired(self) -> bool:
        """Whether some of its grams are retired and others are not."""
        return self.state == "reserved" and self.retired_g > 0

    @property
    def grams(self) -> int:
        """What was bought: covered, extra and on the plan together."""
        return self.covered_g + self.extra_g + self.planned_g

    @property
    def retired_on(self) -> date | None:
        """The day of the last retirement, None while reserved."""
        return max((r.retired_on for r in self.retirements), default=None) if self.state == "retired" else None

    @property
    def circumstance(self) -> Circumstance:
        """What chooses the claim's sentences."""
        state = "partly_retired" if self.is_partly_retired else self.state
        evidence, share_bp = weighed(self.covered_g, self.planned_g, self.share_bp)
        return Circumstance(self.jurisdiction, share_bp, state, evidence, self.about, self.livemode)

    @property
    def version_key(self) -> tuple[str, int, str, int]:
        """What a picture of it depends on, language apart."""
        return self.number, self.statement_version, self.state, self.retired_g

    def as_json(self) -> dict[str, Any]:
        """The API's form of it (GET /api/v1/certificates/{number})."""
        return {
            "number": self.number, "state": self.state, "livemode": self.livemode, "event": self.event_slug,
            "event_names": dict(self.event_names), "grams": self.grams, "retired_g": self.retired_g,
            "reserved_g": self.reserved_g, "covered_g": self.covered_g,
            "extra_g": self.extra_g, **({"planned_g": self.planned_g} if self.planned_g else {}),
            "share_percent": self.share_bp / 100, "emitted_g": self.emitted_g,
            "low_g": self.low_g, "high_g": self.high_g, "by_category": dict(self.by_category),
            "project": {"id": self.project_id, "names": dict(self.project_names), "kind": self.project_kind,
                        "registry": self.registry},
            "allocations": [
                {"batch": s.batch_id, "vintage": s.vintage, "serial_from_g": s.from_g, "serial_to_g": s.to_g,
                 "serials": [{"from": r.serial_from, "to": r.serial_to, "first_g": r.first_g, "last_g": r.last_g}
                             for r in s.runs]}
                for s in self.serials
            ],
            "amount_minor": self.amount_minor, "currency": self.currency, "paid_at": self.paid_at.isoformat(),
            "holder": dict(self.holder_names), "holder_kind": self.holder_kind,
            "issued_at": self.issued_at.isoformat(),
            "revoked_at": self.revoked_at.isoformat() if self.revoked_at else None,
            "retirements": [
                {"grams": r.grams, "serials": r.serials, "link": r.link, "evidence_sha256": r.evidence_sha256,
                 "beneficiary": r.beneficiary, "retired_on": r.retired_on.isoformat()[:10]}
                for r in self.retirements
            ],
            "order": {"state": self.order_state,
                      "states": [{"state": step.state, "at": step.at.isoformat()} for step in self.steps]},
            "statements": [
                {"version": s.version, "reason": s.reason, "signed_at": s.signed_at.isoformat()}
                for s in self.statements
            ],
        }  # fmt: skip


def view_of(
    row: Mapping[str, Any], state: str, subject: Mapping[str, Any], history: Sequence[Statement],
    retirements: Sequence[Retired], retired_g: int, steps: Sequence[OrderStep],
) -> CertificateView:  # fmt: skip
    """A view from the certificate's row (with its order's and event's columns), the claim as signed, and how far its
    order has come."""
    event, project, emissions, holder = (subject[key] for key in ("event", "project", "emissions", "holder"))
    by_category = emissions["byCategory"]
    return CertificateView(
        number=row["number"], livemode=bool(row["livemode"]), simulated=bool(subject["simulated"]), state=state,
        about=subject["about"], jurisdiction=subject["jurisdiction"], event_id=row["event_id"],
        event_slug=row["slug"], event_names=event["names"], place_names=event["placeNames"],
        starts_at=datetime.fromisoformat(event["startsAt"]), ends_at=datetime.fromisoformat(event["endsAt"]),
        timezone=event["timezone"], order_id=row["order_id"], participation_id=row["participation_id"],
        covered_g=subject["coveredGrams"], extra_g=subject["extraGrams"], planned_g=subject.get("plannedGrams", 0),
        share_bp=min(10_000, subject["shareBasisPoints"]), emitted_g=emissions["totalGrams"],
        low_g=emissions["lowGrams"], high_g=emissions["highGrams"],
        by_category={name: by_category[name] for name in CATEGORIES if name in by_category},
        project_id=project.get("projectId") or project["id"],
        project_names=project["names"], project_place_names=project["placeNames"],
        project_kind=project["kind"], registry=project["registry"],
        serials=tuple(_interval(part) for part in subject["serials"]), amount_minor=subject["amountMinor"],
        currency=subject["currency"], paid_at=datetime.fromisoformat(subject["paidAt"]), holder_kind=holder["kind"],
        holder_names=holder.get("names") or ({"en": holder["name"]} if holder.get("name") else {}),
        locale=row["locale"], issued_at=row["issued_at"], revoked_at=row["revoked_at"],
        statement_version=row["statement_version"], statements=tuple(history), retirements=tuple(retirements),
        retired_g=retired_g, order_state=row["state"], steps=tuple(steps), stated_g=_stated_g(subject),
    )  # fmt: skip


def _stated_g(subject: Mapping[str, Any]) -> tuple[int, int] | None:
    return (subject["reservedGrams"], subject["retiredGrams"]) if "retiredGrams" in subject else None


def _interval(part: Mapping[str, Any]) -> SerialInterval:
    runs = tuple(SerialRun(c["from"], c["to"], c["firstGram"], c["lastGram"]) for c in part["credits"])
    return SerialInterval(part["batch"], part["registry"], part["vintage"], part["fromGram"], part["toGram"], runs)
