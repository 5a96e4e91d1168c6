"""Checks a signed certificate off line: W3C Verifiable Credentials 2.0 with a Data Integrity proof ``eddsa-jcs-2022``.

The hash that is signed is SHA-256 of the proof's configuration, then SHA-256 of the document, each canonicalised by
RFC 8785 (W3C Recommendation vc-di-eddsa, 2025-05-15, sections 3.3.1 to 3.3.7). Needs no store, settings or network.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CRYPTOSUITE = "eddsa-jcs-2022"
LOG_SERVICE = "TransparencyLog"
STATUS_BITS = 131_072  # of a status list: the least that the recommendation allows
MAX_DOCUMENT_BYTES = 1_000_000
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PUBLIC = b"\xed\x01"  # multicodec ed25519-pub as a varint
_PROOF_MEMBERS = {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "@context", "proofValue"}


CHANGED = "The signature does not fit: the document was changed after it was signed."
_CERTIFICATE_CHANGED = "The signature does not fit: the certificate was changed after it was signed."
_CHANGED = {
    "CertificateOfHonour": _CERTIFICATE_CHANGED, "OpenBadgeCredential": _CERTIFICATE_CHANGED,
    "ForumZeroAmbassadorCertificate": _CERTIFICATE_CHANGED,
    "ForumZeroBooksStatement": "The signature does not fit: the statement was changed after it was signed.",
}  # fmt: skip


class DocumentError(ValueError):
    """A document that can't be read as a signed credential; the message is an English msgid."""


@dataclass(frozen=True, slots=True)
class Verification:
    """``ok`` when every check passed; ``reasons`` are English msgids, one per check that failed (or, when ok, none).
    ``notes`` tell what a reader should know all the same. ``subject`` is the claim as signed, {} where unreadable."""

    ok: bool
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    subject: Mapping[str, Any] = field(default_factory=dict)
    issuer: str = ""
    key_id: str = ""

    def told(self) -> list[str]:
        """What was found, in English lines: what is wrong, or who signed, which grams, and the claim as JSON."""
        lines = [*self.reasons, *self.notes]
        if not self.ok:
            return lines
        lines.append(f"Signed by {self.issuer}")
        if "retiredGrams" in self.subject:
            reserved_g, retired_g = (self.subject.get(name) for name in ("reservedGrams", "retiredGrams"))
            lines.append(f"{reserved_g:,} g reserved, {retired_g:,} g retired ({self.subject.get('state')})")
        return [*lines, json.dumps(dict(self.subject), ensure_ascii=False, indent=1)]


def multibase(data: bytes) -> str:
    """``data`` in base58btc with its multibase prefix ``z``."""
    number, digits = int.from_bytes(data, "big"), []
    while number:
        number, rest = divmod(number, 58)
        digits.append(_BASE58[rest])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(digits))


def from_multibase(text: str) -> bytes:
    """The bytes of a base58btc multibase text; ValueError where it is none or not in its one shortest form."""
    if not text.startswith("z") or len(text) > 200:
        raise ValueError("not base58btc multibase")
    number = 0
    for letter in text[1:]:
        number = number * 58 + _BASE58.index(letter)
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    data = b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if multibase(data) != text:
        raise ValueError("not the shortest form")
    return data


def public_multibase(raw: bytes) -> str:
    """The Multikey text of a 32-byte Ed25519 public key."""
    return multibase(_ED25519_PUBLIC + raw)


def jwk_id(did: str, key_id: str) -> str:
    """The verification method under which a key stands as a JSON Web Key, for tokens."""
    return f"{did}#{key_id}-jwk"


def jwk_of(key_id: str) -> dict[str, str]:
    """The JSON Web Key (RFC 8037) of a Multikey text."""
    raw = from_multibase(key_id)[len(_ED25519_PUBLIC) :]
    return {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), "alg": "EdDSA"}


def signed_bytes(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    """The 64 bytes that are signed, from a document without its proof and a proof without its value."""
    config = {key: value for key, value in proof.items() if key != "proofValue"}
    return hashlib.sha256(rfc8785.dumps(config)).digest() + hashlib.sha256(rfc8785.dumps(dict(document))).digest()


def verify_document(text: str | bytes, did_document: Mapping[str, Any] | str | bytes) -> Verification:
    """Checks a credential as issued against the issuer's keys (a DID document). Raises nothing: a text that is no
    credential, a changed byte, an unknown key or a false signature each give ``ok`` False with its reason."""
    try:
        document = read_object(text)
        keys = parse_object(did_document, "The keys are not a DID document.")
        body, proof = _parts(document)
        return _check(body, proof, keys)
    except DocumentError as error:
        return Verification(False, (str(error),))


def read_object(text: str | bytes) -> dict[str, Any]:
    """The document in ``text``, whose every byte must be as one of the usual writers of JSON would put it."""
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError:
        raise DocumentError("The file is not UTF-8 text.") from None
    document = parse_object(decoded, "The file is not a JSON document.")
    if not any(decoded in (layout, layout + "\n") for layout in _layouts(document)):
        raise DocumentError("The file is not laid out as it was issued: something was put in or changed.")
    return document


def parse_object(text: Mapping[str, Any] | str | bytes, sentence: str) -> dict[str, Any]:
    """A JSON object that names no member twice. Raises DocumentError with ``sentence`` for what is none."""
    if isinstance(text, Mapping):
        return dict(text)
    if len(text) > MAX_DOCUMENT_BYTES:
        raise DocumentError(sentence)
    try:
        value = json.loads(text, object_pairs_hook=_distinct)
    except (ValueError, RecursionError):
        raise DocumentError(sentence) from None
    if not isinstance(value, dict):
        raise DocumentError(sentence)
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise DocumentError("The file names the same member twice.")
    return dict(pairs)


def _layouts(document: dict[str, Any]) -> Iterator[str]:
    """The texts that mean this document: as issued (RFC 8785), or as common programs lay the same members out."""
    try:
        yield rfc8785.dumps(document).decode("utf-8")
        for ascii_only in (False, True):
            yield json.dumps(document, ensure_ascii=ascii_only, separators=(",", ":"))
            for indent in (None, 2, 4):
                yield json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        raise DocumentError("The file holds a value that has no canonical form.") from None


def _parts(document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    proof = document.get("proof")
    if not isinstance(proof, dict) or not all(isinstance(proof.get(k), str) for k in _PROOF_MEMBERS - {"@context"}):
        raise DocumentError("The file carries no signature that we know.")
    body = {key: value for key, value in document.items() if key != "proof"}
    return body, proof


def _check(body: dict[str, Any], proof: dict[str, Any], keys: dict[str, Any]) -> Verification:
    method = proof["verificationMethod"]
    reasons = [*_wrong_form(body, proof)]
    public, exact = find_key(method, keys)
    if public is None:
        reasons.append("The key that signed it is not among the issuer's keys given.")
    elif not _signature_holds(public, body, proof):
        reasons.append(changed_words(body))
    notes = () if exact else ("It was signed under an earlier address of the same issuer's key.",)
    subject = body.get("credentialSubject")
    return Verification(
        ok=not reasons, reasons=tuple(reasons), notes=notes if public else (),
        subject=subject if isinstance(subject, dict) else {}, issuer=_issuer(body), key_id=method,
    )  # fmt: skip


def changed_words(body: Mapping[str, Any]) -> str:
    """What is said of a document whose signature does not fit, by the kind that it says it is: an English msgid."""
    kinds = body.get("type")
    named = {str(kind) for kind in kinds} if isinstance(kinds, list) else {str(kinds)}
    return next((words for kind, words in _CHANGED.items() if kind in named), CHANGED)


def _wrong_form(body: dict[str, Any], proof: dict[str, Any]) -> Iterator[str]:
    if proof["type"] != "DataIntegrityProof" or proof["cryptosuite"] != CRYPTOSUITE or set(proof) - _PROOF_MEMBERS:
        yield "The file carries no signature that we know."
    if proof["proofPurpose"] != "assertionMethod":
        yield "The signature was made for another purpose."
    if "@context" in proof and proof["@context"] != body.get("@context"):
        yield "The signature is for another kind of document."
    if _issuer(body) != proof["verificationMethod"].partition("#")[0]:
        yield "The issuer named is not the one who signed."


def _issuer(body: Mapping[str, Any]) -> str:
    issuer = body.get("issuer")
    name = issuer.get("id") if isinstance(issuer, dict) else issuer
    return name if isinstance(name, str) else ""


def find_key(method: str, keys: Mapping[str, Any]) -> tuple[Ed25519PublicKey | None, bool]:
    """The public key of a verification method among a DID document's, and whether it stands there under the same
    address (else under the same fragment of another one)."""
    stated = keys.get("assertionMethod")
    allowed = {_method_id(entry) for entry in stated} if isinstance(stated, list) else set()
    methods = keys.get("verificationMethod")
    fragment = method.partition("#")[2]
    for entry in methods if isinstance(methods, list) else []:
        if not isinstance(entry, dict) or _method_id(entry) not in allowed:
            continue
        if _method_id(entry).partition("#")[2] == fragment and (public := _public_key(entry)):
            return public, _method_id(entry) == method
    return None, False


def _method_id(entry: Any) -> str:
    name = entry.get("id") if isinstance(entry, dict) else entry
    return name if isinstance(name, str) else ""


def _public_key(entry: Mapping[str, Any]) -> Ed25519PublicKey | None:
    if entry.get("type") == "JsonWebKey":
        return _public_jwk(entry.get("publicKeyJwk"))
    try:
        data = from_multibase(str(entry.get("publicKeyMultibase", "")))
    except ValueError:
        return None
    if entry.get("type") != "Multikey" or not data.startswith(_ED25519_PUBLIC) or len(data) != 34:
        return None
    return Ed25519PublicKey.from_public_bytes(data[2:])


def _public_jwk(jwk: Any) -> Ed25519PublicKey | None:
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519") or "d" in jwk:
        return None
    try:
        raw = base64.urlsafe_b64decode(str(jwk.get("x")) + "=")
    except ValueError:
        return None
    return Ed25519PublicKey.from_public_bytes(raw) if len(raw) == 32 else None


def _signature_holds(public: Ed25519PublicKey, body: dict[str, Any], proof: dict[str, Any]) -> bool:
    try:
        public.verify(from_multibase(proof["proofValue"]), signed_bytes(body, proof))
    except (InvalidSignature, ValueError, rfc8785.CanonicalizationError):
        return False
    return True
