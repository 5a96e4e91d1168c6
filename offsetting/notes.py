"""Signed notes and checkpoints as the C2SP documents ``signed-note`` and ``tlog-checkpoint`` write them down.

A note is text that ends with a newline, an empty line, and a line for each signature: ``— <name> <base64>``, which
holds four bytes of key hash and an Ed25519 signature of the text. A verifier key is ``<name>+<hash in hex>+<base64 of
0x01 and the public key>``. Needs no store, settings or network.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ED25519 = b"\x01"
MAX_NOTE = 100_000


class NoteError(ValueError):
    """A note, checkpoint or verifier key that can't be read; the message is an English msgid."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and the public key that signs under it."""

    name: str
    public: Ed25519PublicKey

    @property
    def raw(self) -> bytes:
        """The 32 bytes of the public key."""
        return self.public.public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def key_hash(self) -> bytes:
        """Four bytes that name the key in a signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_hash.hex()}+{base64.b64encode(_ED25519 + self.raw).decode()}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its origin, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_key(text: str) -> VerifierKey:
    """A verifier key from its text. Raises NoteError."""
    name, _, rest = text.strip().partition("+")
    key_hash, _, encoded = rest.partition("+")
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        data = b""
    if not name or len(data) != 33 or data[:1] != _ED25519:
        raise NoteError("The verifier key can't be read.")
    key = VerifierKey(name, Ed25519PublicKey.from_public_bytes(data[1:]))
    if key.key_hash.hex() != key_hash:
        raise NoteError("The verifier key's hash does not fit its key.")
    return key


def key_of(name: str, private: Ed25519PrivateKey) -> VerifierKey:
    """The verifier key of a private key under a name."""
    return VerifierKey(name, private.public_key())


def sign_note(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """A signed note. ``text`` ends with a newline."""
    signature = key_of(name, private).key_hash + private.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, keys: Sequence[VerifierKey]) -> str:
    """The text of a note that one of the keys has signed. Raises NoteError; a false signature under a known key is
    refused even where another holds."""
    if len(note) > MAX_NOTE or "\n\n" not in note or not note.endswith("\n"):
        raise NoteError("The checkpoint is not a signed note.")
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    good = False
    for line in lines.removesuffix("\n").split("\n"):
        name, signature = _signature(line)
        for key in keys:
            if key.name == name and key.key_hash == signature[:4]:
                good = _holds(key, signature[4:], text) or _refuse()
    if not good:
        raise NoteError("No key that is known has signed the checkpoint.")
    return text


def _refuse() -> bool:
    raise NoteError("The checkpoint's signature does not fit: it was changed after it was signed.")


def _signature(line: str) -> tuple[str, bytes]:
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    try:
        signature = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        signature = b""
    if mark != "—" or not name or len(signature) < 5 or base64.b64encode(signature).decode() != encoded:
        raise NoteError("The checkpoint is not a signed note.")
    return name, signature


def _holds(key: VerifierKey, signature: bytes, text: str) -> bool:
    try:
        key.public.verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text states. Raises NoteError."""
    lines = text.split("\n")
    try:
        origin, size, root = lines[0], lines[1], base64.b64decode(lines[2], validate=True)
        found = Checkpoint(origin, int(size), root)
    except (IndexError, ValueError):
        raise NoteError("The checkpoint states no size and root.") from None
    if not origin or len(root) != 32 or size != str(found.size) or found.size < 0:
        raise NoteError("The checkpoint states no size and root.")
    return found


def open_checkpoint(note: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    """The checkpoint of a note that one of the keys has signed, under the name that is its origin. Raises NoteError."""
    return parse_checkpoint(open_note(note, keys))
