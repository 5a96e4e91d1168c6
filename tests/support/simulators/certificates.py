"""X.509 certificates of the simulators' keys, made for a test run."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.simulators.base import key_pair

FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)


def _name(common: str) -> x509.Name:
    parts = (
        (NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, "Simulated"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification"), (NameOID.COMMON_NAME, common),
    )  # fmt: skip
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


@lru_cache(maxsize=16)
def certificate(name: str, until: datetime = UNTIL) -> x509.Certificate:
    """That of the key of a name, signed by the simulated authority."""
    return _signed(name, "authority", key_pair(name).private.public_key(), key_pair("authority").private, until)


@lru_cache(maxsize=1)
def roots() -> tuple[x509.Certificate, x509.Certificate]:
    """The authority's own certificate, and one of a key that is not RSA, as real root files have them."""
    curve = ec.generate_private_key(ec.SECP256R1())
    return (
        _signed("authority", "authority", key_pair("authority").private.public_key(), key_pair("authority").private),
        _signed("curve", "curve", curve.public_key(), curve),
    )  # fmt: skip


def _signed(name: str, issuer: str, public: Any, private: Any, until: datetime = UNTIL) -> x509.Certificate:
    draft = x509.CertificateBuilder().subject_name(_name(name)).issuer_name(_name(issuer)).public_key(public)
    draft = draft.serial_number(x509.random_serial_number()).not_valid_before(FROM).not_valid_after(until)
    return draft.sign(private, hashes.SHA256())


def pem(*certificates: x509.Certificate) -> str:
    """One after the other, without an empty line between them."""
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in certificates)


def serial(found: x509.Certificate) -> str:
    """Its number as WeChat Pay writes it."""
    return f"{found.serial_number:X}"
