"""A certificate as an Open Badge: 1EdTech Open Badges 3.0 (2024-05-27, after VC Data Model 2.0) signed as VC-JWT.

The payload is the badge itself with ``iss``, ``jti``, ``nbf`` and ``sub`` (section 8.2.4.1); the header has ``alg``,
``kid`` and ``typ`` and nothing else (8.2.3). ``carbonClaim`` is the claim of the certificate's statement, unchanged.
``verify_jwt`` needs no store, settings or network.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature

from locales import formats as f
from locales import pick, translate
from offsetting import claims
from offsetting.signing import Signer
from offsetting.verification import (
    MAX_DOCUMENT_BYTES,
    DocumentError,
    Verification,
    changed_words,
    find_key,
    jwk_id,
    parse_object,
)

MEDIA_TYPE = "application/vc+jwt"
ALGORITHM = "EdDSA"
CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://www.w3.org/ns/credentials/undefined-terms/v2",
)
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
STATUS = {
    "reserved": "Provisional", "partly_retired": "InProgress", "retired": "Completed", "revoked": "Withdrew",
}  # fmt: skip
PARTLY = ("partly_retired", "retired")
_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+\n?", re.ASCII)


def badge_of(credential: Mapping[str, Any], evidence: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
    """The badge of a certificate's signed statement, with words in ``language``. ``evidence`` are its retirements:
    link, name and narrative."""
    subject, issuer = credential["credentialSubject"], credential["issuer"]
    base = credential["id"].partition("/verify/")[0]
    number, version = subject["certificateNumber"], subject["statementVersion"]
    badge: dict[str, Any] = {
        "@context": list(CONTEXTS),
        "id": f"{base}/verify/{number}#badge-{version}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer["id"], "type": ["Profile"], "name": issuer["name"], "url": base},
        "validFrom": credential["validFrom"],
        "name": " · ".join(_said(subject, key, language) for key in ("certificate.title", "state.word")),
        "image": _image(base, number, language),
        "credentialSubject": _earner(subject, base, language),
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    if status := credential.get("credentialStatus"):
        badge["credentialStatus"] = dict(status)
    if evidence and subject["state"] in PARTLY:  # before, the statement says reserved, and so does the badge
        badge["evidence"] = [{"id": e["link"], "type": ["Evidence"], "name": e["name"], "narrative": e["narrative"]}
                             for e in evidence]  # fmt: skip
    return badge


def _said(subject: Mapping[str, Any], key: str, language: str, **params: str) -> str:
    return claims.text_of(claims.sentence(key, claims.stated(subject), **params), language)


def _image(base: str, number: str, language: str) -> dict[str, str]:
    caption = translate(language, "The certificate as a picture, with the ring of its number and its state.")
    return {"id": f"{base}/certificate/{number}.png?lang={language}", "type": "Image", "caption": caption}


def _earner(subject: Mapping[str, Any], base: str, language: str) -> dict[str, Any]:
    event, about = subject["event"], f"{base}/verify/{subject['certificateNumber']}"
    achievement = _achievement(subject, base, language)
    share, covered, extra, state, *more = achievement["resultDescription"]
    results = [
        _result(share, value=_percent(subject["shareBasisPoints"])),
        _result(covered, value=str(subject["coveredGrams"])), _result(extra, value=str(subject["extraGrams"])),
        _result(state, status=STATUS[subject["state"]]),
        *(_result(one, value=str(subject[name])) for one, name in zip(more, _more(subject), strict=True)),
    ]  # fmt: skip
    return {
        "id": f"{about}#holder", "type": ["AchievementSubject"], "activityStartDate": event["startsAt"],
        "activityEndDate": event["endsAt"], "achievement": achievement, "result": results,
        "carbonClaim": dict(subject),
    }  # fmt: skip


def _more(subject: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Results that not every statement has: member → part of the achievement's address, name."""
    names = {
        "reservedGrams": ("reserved", "Grams CO₂e reserved, not yet retired"),
        "retiredGrams": ("retired", "Grams CO₂e retired"),
        "plannedGrams": ("planned", "Grams CO₂e on the plan, not yet laid over what was emitted"),
    }
    return {member: told for member, told in names.items() if member in subject}


def _achievement(subject: Mapping[str, Any], base: str, language: str) -> dict[str, Any]:
    title = claims.sentence("certificate.title", claims.stated(subject)).msgid
    name = f"{base}/e/{subject['event']['slug']}#{re.sub('[^a-z]+', '-', title.lower()).strip('-')}"
    how = [claims.plain(_said(subject, key, language)) for key in ("landing.body", "landing.limit")]
    return {
        "id": name, "type": ["Achievement"], "achievementType": "Certificate",
        "name": claims.plain(_said(subject, "certificate.title", language)), "inLanguage": language,
        "description": _description(subject, language),
        "criteria": {"id": f"{base}/method", "narrative": " ".join(how)},
        "resultDescription": [
            _asked(name, "share", "Percent", translate(language, "Share of the emissions counted, in per cent")),
            _asked(name, "covered", "RawScore", translate(language, "Grams CO₂e covered")),
            _asked(name, "extra", "RawScore", translate(language, "Grams CO₂e of extra contribution")),
            _asked(name, "state", "Status", translate(language, "State of the credits")),
            *(_asked(name, part, "RawScore", translate(language, told)) for part, told in _more(subject).values()),
        ],
    }  # fmt: skip


def _description(subject: Mapping[str, Any], language: str) -> str:
    emitted = f.mass_text(subject["emissions"]["totalGrams"], language)
    share = f.percent_bp(min(10_000, subject["shareBasisPoints"]), language=language)
    grams = subject["coveredGrams"] or subject["extraGrams"] or subject.get("plannedGrams", 0)
    body = _said(subject, "certificate.body", language, emitted=f"{emitted} CO₂e", share=share)
    lead, colon = _said(subject, "certificate.lead", language), "：" if language == "zh" else ":"
    words = [lead, pick(subject["event"]["names"], language) + colon, f"{f.mass_text(grams, language)} CO₂e", body]
    if not subject["livemode"]:
        words.append(f"({_said(subject, 'test.across', language)})")
    return claims.plain(" ".join(words))


def _asked(achievement: str, part: str, kind: str, name: str) -> dict[str, Any]:
    bounds = {"valueMin": "0", "valueMax": "100"} if kind == "Percent" else {}
    return {
        "id": f"{achievement}-{part}", "type": ["ResultDescription"], "name": name, "resultType": kind, **bounds
    }  # fmt: skip


def _result(asked: Mapping[str, Any], **told: str) -> dict[str, Any]:
    return {"type": ["Result"], "resultDescription": asked["id"], **told}


def _percent(basis_points: int) -> str:
    return f"{min(10_000, basis_points) / 100:g}"


# ------------------------------------------------------------------ signing and checking
def sign_jwt(badge: Mapping[str, Any], signer: Signer) -> str:
    """The badge as a compact JWS."""
    issuer = badge["issuer"]["id"]
    header = {"alg": ALGORITHM, "kid": jwk_id(issuer, signer.key_id), "typ": "JWT"}
    payload = {**badge, **_registered(badge)}
    head = ".".join(_packed(rfc8785.dumps(part)) for part in (header, payload))
    return f"{head}.{_packed(signer.private.sign(head.encode()))}"


def _registered(badge: Mapping[str, Any]) -> dict[str, Any]:
    subject, issuer = badge.get("credentialSubject"), badge.get("issuer")
    return {
        "iss": issuer.get("id") if isinstance(issuer, dict) else None, "jti": badge.get("id"),
        "nbf": int(datetime.fromisoformat(str(badge.get("validFrom"))).timestamp()),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
    }  # fmt: skip


def is_jwt(text: str | bytes) -> bool:
    """Whether a file looks like a compact JWS: three parts between dots."""
    decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return len(decoded) <= 2 * MAX_DOCUMENT_BYTES and _JWT.fullmatch(decoded) is not None


def payload_of(text: str | bytes) -> dict[str, Any]:
    """The badge of a compact JWS, unchecked. Raises DocumentError."""
    return _parts(text)[1]


def verify_jwt(text: str | bytes, did_document: Mapping[str, Any] | str | bytes) -> Verification:
    """Checks a badge against the issuer's keys (a DID document). Raises nothing: whatever is wrong is a reason."""
    try:
        header, badge, signed, signature = _parts(text)
        keys = parse_object(did_document, "The keys are not a DID document.")
    except DocumentError as error:
        return Verification(False, (str(error),))
    kid = str(header.get("kid"))
    public, exact = find_key(kid, keys)
    reasons = [*_wrong_form(header, badge)]
    if public is None:
        reasons.append("The key that signed it is not among the issuer's keys given.")
    else:
        try:
            public.verify(signature, signed)
        except InvalidSignature:
            reasons.append(changed_words(badge))
    claim = badge.get("credentialSubject")
    subject = claim.get("carbonClaim") if isinstance(claim, dict) else None
    notes = ("It was signed under an earlier address of the same issuer's key.",) if public and not exact else ()
    return Verification(
        ok=not reasons, reasons=tuple(reasons), notes=notes, subject=subject if isinstance(subject, dict) else {},
        issuer=str(badge.get("iss")), key_id=kid,
    )  # fmt: skip


def _wrong_form(header: Mapping[str, Any], badge: Mapping[str, Any]) -> Iterator[str]:
    if set(header) != {"alg", "kid", "typ"} or (header["alg"], header["typ"]) != (ALGORITHM, "JWT"):
        yield "The file carries no signature that we know."
    if "OpenBadgeCredential" not in (badge.get("type") or ()):
        yield "The signature is for another kind of document."
    if badge.get("iss") != str(header.get("kid")).partition("#")[0]:
        yield "The issuer named is not the one who signed."
    try:
        told = _registered(badge)
    except ValueError:
        told = {}
    if not told or any(badge.get(name) != value for name, value in told.items()):
        yield "What the token says of itself is not what its badge says."


def _parts(text: str | bytes) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Header, badge, the bytes signed, the signature."""
    if not is_jwt(text):
        raise DocumentError("The file is not a signed token.")
    decoded = text.decode() if isinstance(text, bytes) else text
    first, second, last = decoded.removesuffix("\n").split(".")
    sentence = "The file is not a signed token."
    header, badge = (parse_object(_unpacked(part), sentence) for part in (first, second))
    return header, badge, f"{first}.{second}".encode(), _unpacked(last)


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    """The bytes of a base64url text in its one form, no bit to spare."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        data = b""
    if _packed(data) != text:
        raise DocumentError("The file is not a signed token.")
    return data
