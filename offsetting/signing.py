"""The issuer's key and what it signs. The private key never leaves its file; public halves stand in ``issuer_key``.

``sign`` makes a Data Integrity proof ``eddsa-jcs-2022`` over the whole credential; ``did_document`` publishes every key
that ever signed, so that certificates outlive a rotation.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import Connection

from data.settings import get_settings
from data.store import certificates as rows
from data.store import log as log_rows
from data.store.engine import get_store, run_write
from offsetting.verification import CRYPTOSUITE, LOG_SERVICE, jwk_id, jwk_of, multibase, public_multibase

CONTEXTS = ("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/undefined-terms/v2")
DID_CONTEXTS = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
)


@dataclass(frozen=True, slots=True)
class Signer:
    """The key in use. ``key_id`` is its public half as Multikey text, which is also the fragment of its method."""

    key_id: str
    private: Ed25519PrivateKey


_cached: tuple[Path, int, Signer] | None = None  # of this process: path, its mtime in ns, key


def did_of(base_url: str) -> str:
    """The ``did:web`` of an address such as ``https://zero.example.org`` or ``http://127.0.0.1:8050``."""
    parts = urlsplit(base_url)
    path = "".join(":" + quote(piece, safe="") for piece in parts.path.split("/") if piece)
    return f"did:web:{quote(parts.netloc, safe='')}{path}"


def issuer_did() -> str:
    """The issuer's DID at the address people reach us by."""
    return did_of(get_settings().base_url)


def key_path() -> Path:
    """Where the private key is kept: SIGNING_KEY_FILE, or ``DATA_DIR/signing_key.pem``."""
    settings = get_settings()
    return settings.signing_key_file or settings.data_dir / "signing_key.pem"


def get_signer() -> Signer:
    """The key in use; made at first call, read anew when its file was changed by a rotation."""
    global _cached
    path = key_path()
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        keep_new_key(path, replace=False)
        stamp = path.stat().st_mtime_ns
    if _cached is None or _cached[:2] != (path, stamp):
        _cached = (path, stamp, load_key(path))
    return _cached[2]


def load_key(path: Path) -> Signer:
    """The key of a PEM file. Raises ValueError where it holds another kind of key."""
    private = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f"SIGNING_KEY_FILE is {str(path)!r}; it should be a PEM file with an Ed25519 private key.")
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signer(public_multibase(raw), private)


def keep_new_key(path: Path, *, replace: bool) -> None:
    """Writes a fresh key, readable by its owner alone; of several that do so at once the first one counts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.replace(draft, path) if replace else os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def publish_key(conn: Connection, now: datetime) -> Signer:
    """The key in use, its public half written to the store if it is not there yet."""
    signer = get_signer()
    if not rows.has_key(conn, signer.key_id):
        rows.add_key(conn, signer.key_id, signer.key_id, now)
    return signer


def rotate_key() -> str:
    """Puts a fresh key in place of the one in use, whose public half stays published; returns the new key's id.

    The old private half is gone with its file; what it signed stays good.
    """
    now = datetime.now(UTC)
    old = run_write(get_store(), lambda conn: publish_key(conn, now))
    keep_new_key(key_path(), replace=True)

    def record(conn: Connection) -> str:
        rows.retire_key(conn, old.key_id, now)
        return publish_key(conn, now).key_id

    return run_write(get_store(), record)


def did_document() -> dict[str, Any]:
    """The issuer's DID document: a Multikey for every key that ever signed, the one in use first."""
    with get_store().read() as conn:
        return did_document_of(issuer_did(), _known_keys(conn), log_rows.keys(conn))


def issuer_keys() -> list[str]:
    """The public half (Multikey text) of every key that ever signed, the one in use first."""
    with get_store().read() as conn:
        return _known_keys(conn)


def _known_keys(conn: Connection) -> list[str]:
    current = get_signer().key_id
    return [current, *(key for key in rows.key_ids(conn) if key != current)]


def did_document_of(did: str, keys: list[str], log_keys: Sequence[str] = ()) -> dict[str, Any]:
    """A DID document of ``did`` with these Multikey texts, all good for assertions, each also as a JSON Web Key for
    whoever checks tokens, and the verifier keys of its transparency log (C2SP signed notes) as a service."""
    methods: list[dict[str, Any]] = [
        {"id": f"{did}#{key}", "type": "Multikey", "controller": did, "publicKeyMultibase": key} for key in keys
    ]
    methods += [
        {"id": jwk_id(did, key), "type": "JsonWebKey", "controller": did, "publicKeyJwk": jwk_of(key)} for key in keys
    ]
    document: dict[str, Any] = {
        "@context": list(DID_CONTEXTS),
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
    if log_keys:
        address = f"{get_settings().base_url}/api/v1/log/checkpoint"
        log = {"id": f"{did}#log", "type": LOG_SERVICE, "serviceEndpoint": address, "verifierKeys": list(log_keys)}
        document["service"] = [log]
    return document


def sign(document: Mapping[str, Any], signer: Signer, created_at: datetime) -> str:
    """The credential with its proof, as canonical JSON (RFC 8785). ``document`` has ``issuer`` and ``@context``."""
    proof: dict[str, Any] = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": f"{document['issuer']['id']}#{signer.key_id}",
        "proofPurpose": "assertionMethod",
        "@context": document["@context"],
    }
    members = {name: rfc8785.dumps(value) for name, value in document.items()}
    digest = sha256(rfc8785.dumps(proof)).digest() + sha256(_object(members)).digest()
    proof["proofValue"] = multibase(signer.private.sign(digest))
    return _object({**members, "proof": rfc8785.dumps(proof)}).decode("utf-8")


def _object(members: Mapping[str, bytes]) -> bytes:
    """A canonical object from its members' canonical values, so that none is written twice; names are ASCII."""
    pairs = (f'"{name}":'.encode() + value for name, value in sorted(members.items()))
    return b"{" + b",".join(pairs) + b"}"
