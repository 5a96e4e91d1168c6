"""Certificates: issued with the payment, stated anew when their claim or state turns, found by number, looked at.

What a certificate says is its newest signed statement; its state is that of its order. ``issue``, ``reissue`` and
``revoke`` run inside the caller's write transaction, after its claim and allocation rows are written.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from accounts import NotFound
from calculations.serials import serial_runs
from calculations.slicing import share_bp as share_of
from data.settings import get_settings
from data.store import allocations, ids
from data.store import certificates as rows
from data.store import orders as order_rows
from data.store.engine import get_store
from locales import COMPLETE
from offsetting import claims, statuses
from offsetting.certificate_view import CertificateView, OrderStep, Retired, Statement, view_of
from offsetting.signing import CONTEXTS, did_of, publish_key, sign

STATE_OF_ORDER = {"paid": "reserved", "pooled": "reserved", "retired": "retired"}
SIGNED_LANGUAGES = COMPLETE
_CONFUSABLE = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def issue(conn: Connection, event_id: str, order_id: str, now: datetime) -> str:
    """The certificate number of a paid order: 80 random bits, its first statement signed. A second call for the same
    order gives the same number and writes nothing. The order's row, claims and allocations must be written before."""
    if known := rows.number_of_order(conn, event_id, order_id):
        return known
    facts = _facts(conn, event_id, order_id)
    number = ids.new_certificate_number(facts["livemode"])
    values = {
        "event_id": event_id, "number": number, "order_id": order_id, "locale": facts["locale"],
        "livemode": facts["livemode"], "issued_at": now,
    }  # fmt: skip
    rows.add_certificate(conn, values)
    statuses.take_bit(conn, event_id, number)
    _sign_and_keep(conn, event_id, number, _subject(conn, facts, number, 1, 0, now), 1, "issued", now)
    return number


def reissue(conn: Connection, event_id: str, number: str, reason: str, now: datetime | None = None) -> int:
    """A new signed statement of what the rows say now (``reason``: claim changed, partly retired, retired, holder
    changed), where that is not what the newest one says; returns the newest one's version. NotFound where there is no
    such certificate."""
    row, at = _row(conn, event_id, number, lock=True), now or datetime.now(UTC)
    version = int(row["statement_version"])
    if row["revoked_at"] is not None:
        return version
    facts = _facts(conn, event_id, row["order_id"])
    retired_g = _retired_g(conn, event_id, row["order_id"])
    subject = _subject(conn, facts, number, version, retired_g, at)
    if version and subject == _subject_of(rows.newest_statement(conn, event_id, number)):
        return version
    subject["statementVersion"] = version + 1
    _sign_and_keep(conn, event_id, number, subject, version + 1, reason, at)
    return version + 1


def restate_holder(conn: Connection, event_id: str, participation_id: str, now: datetime) -> None:
    """States anew, in the caller's transaction, every certificate whose newest statement names somebody who has since
    taken their name back, chosen another, or left."""
    for order in order_rows.of_participation(conn, event_id, participation_id):
        number = rows.number_of_order(conn, event_id, order["order_id"])
        if number and _holder(_facts(conn, event_id, order["order_id"])) != _stated_holder(conn, event_id, number):
            reissue(conn, event_id, number, "holder changed", now)


def _stated_holder(conn: Connection, event_id: str, number: str) -> Any:
    return _subject_of(rows.newest_statement(conn, event_id, number))["holder"]


def _subject_of(statement: RowMapping) -> Mapping[str, Any]:
    subject: Mapping[str, Any] = json.loads(statement["credential"])["credentialSubject"]
    return subject


def revoke(conn: Connection, event_id: str, number: str, reason: str, now: datetime | None = None) -> int:
    """Revokes a certificate: its last claim is stated once more as revoked; returns that statement's version.
    A second call changes nothing."""
    row, at = _row(conn, event_id, number, lock=True), now or datetime.now(UTC)
    version = int(row["statement_version"])
    if row["revoked_at"] is not None:
        return version
    rows.revoke_certificate(conn, event_id, number, at)
    last = _subject_of(rows.newest_statement(conn, event_id, number))
    subject = {**last, "state": "revoked", "statementVersion": version + 1, "reservedGrams": 0, "retiredGrams": 0}
    subject["claim"] = _claim_words(subject)
    _sign_and_keep(conn, event_id, number, subject, version + 1, reason, at)
    return version + 1


def certificate(text: str) -> CertificateView:
    """The certificate of a number as typed (see `find_certificate`); NotFound with a sentence."""
    with get_store().read() as conn:
        number, event_id = _find(conn, text)
        return _look(conn, event_id, number)


def certificate_credential(text: str, version: int | None = None) -> str:
    """The signed credential (canonical JSON) of a certificate: the newest statement, or one by its version. An older
    one that gives a name which the newest does not is kept, and told no more."""
    with get_store().read() as conn:
        number, event_id = _find(conn, text)
        kept = rows.statements(conn, event_id, number)
        for row in kept:
            if version is None or row["version"] == version:
                holder = _subject_of(row)["holder"]
                if row is kept[0] or holder["kind"] != "name" or holder == _subject_of(kept[0])["holder"]:
                    return str(row["credential"])
    raise NotFound("This certificate has no statement {version}.", version=version)


def find_certificate(text: str) -> str:
    """The number of a certificate from what someone typed, pasted or scanned: any case, spaces, dashes missing, O for
    0, I or L for 1, full-width characters, or the address behind its code. NotFound with a sentence."""
    with get_store().read() as conn:
        return _find(conn, text)[0]


def possible_numbers(text: str) -> list[str]:
    """The numbers that a typed text can mean, [] where it is none: 16 characters, TEST before them for test money."""
    wide = unicodedata.normalize("NFKC", text[:400]).strip()
    last = re.split(r"[?#]", wide)[0].rstrip("/").rsplit("/", 1)[-1]
    bare = re.sub(r"[^0-9A-Z]", "", re.sub(r"\.(PDF|PNG|JSON)$", "", last.upper()))
    is_test = len(bare) == 20 and bare.startswith("TEST")
    core = (bare[4:] if is_test else bare).translate(_CONFUSABLE)
    if len(core) != 16:
        return []
    dashed = "-".join(core[i : i + 4] for i in range(0, 16, 4))
    return [f"TEST-{dashed}"] if is_test else [dashed, f"TEST-{dashed}"]


def _find(conn: Connection, text: str) -> tuple[str, str]:
    numbers = possible_numbers(text)
    shown = text.strip()[:60]
    if not numbers:
        raise NotFound(
            "“{value}” is not a certificate number; one has 16 letters and digits, as in 7KQ4-M2XW-9RBD-0HVE, "
            "with TEST- before them for test money.",
            value=shown,
        )
    found = rows.find_number(conn, numbers)
    if found is None:
        raise NotFound("There is no certificate with the number {value}. Compare it with the one printed.", value=shown)
    return str(found["number"]), str(found["event_id"])


def _row(conn: Connection, event_id: str, number: str, lock: bool = False) -> RowMapping:
    """The certificate; with ``lock`` nobody else states it anew until the transaction ends."""
    row = rows.get_certificate(conn, event_id, number, lock)
    if row is None:
        raise NotFound(
            "There is no certificate with the number {value}. Compare it with the one printed.", value=number
        )
    return row


def _facts(conn: Connection, event_id: str, order_id: str) -> RowMapping:
    facts = rows.order_facts(conn, event_id, order_id)
    if facts is None:
        raise NotFound("There is no order {value}.", value=order_id)
    return facts


def _sign_and_keep(
    conn: Connection, event_id: str, number: str, subject: Mapping[str, Any], version: int, reason: str, now: datetime
) -> None:
    base = get_settings().base_url
    document: dict[str, Any] = {
        "@context": list(CONTEXTS),
        "id": f"{base}/verify/{number}#statement-{version}",
        "type": ["VerifiableCredential", "CertificateOfHonour"],
        "issuer": {"id": did_of(base), "name": "Forum Zero"},
        "validFrom": _instant(now),
        "credentialSubject": dict(subject),
    }
    if status := statuses.entry(conn, event_id, number):
        document["credentialStatus"] = status
    credential = sign(document, publish_key(conn, now), now)
    values = {
        "event_id": event_id, "number": number, "version": version, "credential": credential, "reason": reason,
        "signed_at": now,
    }  # fmt: skip
    rows.add_statement(conn, values)


def _subject(
    conn: Connection, facts: RowMapping, number: str, version: int, retired_g: int, now: datetime
) -> dict[str, Any]:
    """The claim as it is signed: everything a certificate shows, in integer grams and minor units; of the grams bought
    ``retired_g`` are retired by now."""
    covered_g, extra_g = rows.claimed(conn, facts["event_id"], facts["order_id"])
    planned_g = int(facts["grams"]) - covered_g - extra_g  # paid on the plan, not yet laid over what was emitted
    emissions = _emissions(conn, facts)
    subject: dict[str, Any] = {
        "type": "CarbonClaim",
        "certificateNumber": number,
        "statementVersion": version,
        "livemode": bool(facts["livemode"]),
        "simulated": bool(facts["simulated"]),
        "state": _stated(facts["state"], retired_g),
        "about": claims.subject_of(facts["scenario"], facts["buyer"]),
        "jurisdiction": claims.jurisdiction(facts["jurisdiction"]).code,
        "event": _event(facts),
        "orderSha256": hashlib.sha256(facts["order_id"].encode()).hexdigest(),
        "coveredGrams": covered_g,
        "extraGrams": extra_g,
        **({"plannedGrams": planned_g} if planned_g else {}),
        "reservedGrams": int(facts["grams"]) - retired_g,
        "retiredGrams": retired_g,
        "shareBasisPoints": share_of(covered_g, emissions["totalGrams"]),
        "emissions": emissions,
        "project": _project(facts),
        "serials": _serials(conn, facts),
        "amountMinor": int(facts["amount_minor"]),
        "currency": facts["currency"],
        "paidAt": _instant(facts["paid_at"] or now),
        "holder": _holder(facts),
    }
    subject["claim"] = _claim_words(subject)
    return subject


def _stated(order_state: str, retired_g: int) -> str:
    """The state that is signed: reserved, partly_retired or retired."""
    state = STATE_OF_ORDER.get(order_state, "reserved")
    return "partly_retired" if state == "reserved" and retired_g else state


def _emissions(conn: Connection, facts: RowMapping) -> dict[str, Any]:
    """Emissions that the claim is measured against: the guest's footprint, or the lines that an order claims of."""
    if facts["participation_id"] and facts["version"] is not None:
        key = (facts["event_id"], facts["participation_id"], facts["version"])
        by_category = rows.emissions_of_footprint(conn, *key)
        bounds = {"lowGrams": int(facts["low_g"]), "highGrams": int(facts["high_g"])}
        return {"totalGrams": int(facts["total_g"]), **bounds, "byCategory": by_category}
    lines = rows.emissions_of_claims(conn, facts["event_id"], facts["order_id"])
    return {
        "totalGrams": sum(total for _, _, total, _ in lines),
        "lowGrams": sum(low for _, low, _, _ in lines),
        "highGrams": sum(high for *_, high in lines),
        "byCategory": {category: total for category, _, total, _ in lines},
    }


def _event(facts: RowMapping) -> dict[str, Any]:
    place = facts["place"] or {}
    return {
        "slug": facts["slug"],
        "names": dict(facts["event_names"]),
        "scenario": facts["scenario"],
        "placeNames": dict(place.get("names") or {}),
        "startsAt": _instant(facts["starts_at"]),
        "endsAt": _instant(facts["ends_at"]),
        "timezone": facts["timezone"],
    }


def _project(facts: RowMapping) -> dict[str, Any]:
    place = facts["project_place"] or {}
    return {
        "projectId": facts["project_id"],
        "names": dict(facts["project_names"]),
        "placeNames": dict(place.get("names") or {}),
        "kind": facts["project_kind"],
        "methodology": facts["methodology"],
        "registry": facts["project_registry"],
    }


def _serials(conn: Connection, facts: RowMapping) -> list[dict[str, Any]]:
    found = []
    for row in rows.serial_intervals(conn, facts["event_id"], facts["order_id"]):
        runs = serial_runs(row["from_g"], row["to_g"], row["serial_prefix"], row["serial_first"], row["serial_digits"])
        found.append({
            "batch": row["batch_id"], "registry": row["registry"], "vintage": row["vintage"],
            "fromGram": int(row["from_g"]), "toGram": int(row["to_g"]),
            "credits": [
                {"from": run.serial_from, "to": run.serial_to, "firstGram": run.first_g, "lastGram": run.last_g}
                for run in runs
            ],
        })  # fmt: skip
    return found


def _holder(facts: RowMapping) -> dict[str, Any]:
    """Who holds it: a name only by consent, else the pseudonym; nothing once the person is deleted."""
    if facts["buyer"] == "company":
        return {"kind": "company", "names": dict(facts["company_names"] or {})}
    if facts["buyer"] == "organiser":
        return {"kind": "organiser", "names": dict(facts["event_names"])}
    if facts["deleted_at"] is not None or not facts["pseudonym"]:
        return {"kind": "none"}
    if facts["display_consent"] and facts["display_name"]:
        return {"kind": "name", "name": facts["display_name"]}
    return {"kind": "pseudonym", "name": facts["pseudonym"]}


def _claim_words(subject: Mapping[str, Any]) -> dict[str, str]:
    """The claim's title and state in the complete languages, as they stand on the certificate."""
    what = claims.stated(subject)
    title, state = claims.sentence("certificate.title", what), claims.sentence("state.word", what)
    return {
        language: f"{claims.text_of(title, language)} · {claims.text_of(state, language)}"
        for language in SIGNED_LANGUAGES
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _look(conn: Connection, event_id: str, number: str) -> CertificateView:
    row = _row(conn, event_id, number)
    kept = rows.statements(conn, event_id, number)
    # the operator's own words after the colon are not for everybody
    history = [Statement(one["version"], one["reason"].partition(":")[0], one["signed_at"]) for one in kept]
    state = "revoked" if row["revoked_at"] is not None else STATE_OF_ORDER.get(row["state"], "revoked")
    subject = json.loads(kept[0]["credential"])["credentialSubject"]
    stands = state != "revoked"  # what was given back may have been sold to another, and retired for them
    retired_g = _retired_g(conn, event_id, row["order_id"]) if stands else 0
    retirements = _retirements(conn, event_id, subject) if stands else []
    steps = [OrderStep(step["state"], step["at"]) for step in rows.transitions(conn, event_id, row["order_id"])]
    return view_of(dict(row), state, subject, history, retirements, retired_g, steps)


def _retired_g(conn: Connection, event_id: str, order_id: str) -> int:
    return allocations.retired_grams(conn, event_id, [order_id]).get(order_id, 0)


def _retirements(conn: Connection, event_id: str, subject: Mapping[str, Any]) -> list[Retired]:
    found: dict[str, RowMapping] = {}
    grams: dict[str, int] = {}
    for part in subject["serials"]:
        for row in rows.retirements_of(conn, event_id, part["batch"], part["fromGram"], part["toGram"]):
            key = row["retirement_id"]
            found[key] = row
            shared = min(part["toGram"], row["to_g"]) - max(part["fromGram"], row["from_g"])
            grams[key] = grams.get(key, 0) + shared
    return [_retired(row, grams[key]) for key, row in found.items()]


def _retired(row: RowMapping, grams: int) -> Retired:
    day: datetime | date = row["retired_on"]
    return Retired(
        retirement_id=row["retirement_id"], grams=grams, serials=row["serials"], link=row["link"],
        evidence_sha256=row["evidence_sha256"], evidence_name=row["evidence_name"], beneficiary=row["beneficiary"],
        retired_on=day, confirmed_at=row["confirmed_at"],
    )  # fmt: skip
