"""How a name becomes a key: one folding for the build and for the search, so that they always agree."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

MAX_QUERY = 80  # characters of a query that are looked at; the longest name on earth has 85
_LETTERS = str.maketrans(
    {"ð": "d", "þ": "th", "æ": "ae", "ø": "o", "ł": "l", "ı": "i", "đ": "d", "œ": "oe", "ħ": "h", "ŋ": "n", "ə": "a"}
)


def fold(text: str, simplify: Mapping[int, int]) -> str:
    """Lower case, no accents (Latin, Greek, Cyrillic), no spaces or punctuation, traditional Han made simplified.

    ``simplify`` maps code points of traditional characters to simplified ones. Marks that are letters of their script
    (Devanagari vowel signs, for one) stay. Never raises; text without a letter or a digit gives ''.
    """
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS)
    kept = (c for c in plain if not "\u0300" <= c <= "\u036f" and unicodedata.category(c)[0] in "LNM")
    return unicodedata.normalize("NFC", "".join(kept)).translate(simplify)


def words(text: str) -> list[str]:
    """The words of a name: cut at everything that is neither letter, digit, mark nor apostrophe."""
    cut = "".join(c if unicodedata.category(c)[0] in "LNM" or c in "'’ʻʼ" else " " for c in text)
    return cut.split()


def codes(utf8: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """One byte per character for the comparison of spellings, and a mask of the bytes that end a character.

    ASCII stays; of a longer sequence the last byte is taken, moved by the parity of the one before it: two characters
    of one script get different codes.
    """
    following = np.append(utf8[1:], np.uint8(0))
    ends = (following & 0xC0) != 0x80
    before = np.concatenate((np.zeros(1, np.uint8), utf8[:-1])) if len(utf8) else utf8
    moved = utf8 + ((before & 1) << 6).astype(np.uint8)
    return np.where(utf8 < 0x80, utf8, moved | 0x80).astype(np.uint8)[ends], ends
