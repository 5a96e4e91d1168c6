"""Spellings at a small edit distance, over all keys at once.

The distance counts insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). It runs
bit-parallel (H. Hyyrö, "A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances", 2003): one
64-bit word per key holds a column of the matrix, and numpy does one column of all keys in a few operations. Before
that, keys are dropped whose letters and pairs of letters differ too much to be within the distance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WIDTH = 20  # characters of a key that are compared
_ONE = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Spellings:
    """Keys as codes: ``matrix`` is (keys, WIDTH), zero behind the end; ``key`` is the number of each in the index."""

    matrix: NDArray[np.uint8]
    lengths: NDArray[np.uint8]
    letters: NDArray[np.uint32]
    pairs: NDArray[np.uint64]
    key: NDArray[np.int32]


def signatures(matrix: NDArray[np.uint8]) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    """Which letters (32 bits) and which neighbouring pairs (64 bits) occur in each row."""
    letters = np.zeros(len(matrix), np.uint32)
    pairs = np.zeros(len(matrix), np.uint64)
    for column in range(matrix.shape[1]):
        here = matrix[:, column]
        letters |= np.where(here > 0, np.uint32(1) << (here & 31).astype(np.uint32), np.uint32(0))
        if column:
            before = matrix[:, column - 1].astype(np.uint16)
            bit = ((before * 31 + here) & 63).astype(np.uint64)
            pairs |= np.where(here > 0, _ONE << bit, np.uint64(0))
    return letters, pairs


def spellings(flat: NDArray[np.uint8], starts: NDArray[np.int32], ends: NDArray[np.int32],
              key: NDArray[np.int32]) -> Spellings:  # fmt: skip
    """Lay the keys out as a matrix; ``flat`` holds their codes, ``starts`` and ``ends`` where each lies."""
    lengths = np.minimum(ends - starts, WIDTH)
    matrix = np.zeros((len(key), WIDTH), np.uint8)
    for column in range(WIDTH):
        rows = np.flatnonzero(lengths > column)
        matrix[rows, column] = flat[starts[rows] + column]
    letters, pairs = signatures(matrix)
    return Spellings(matrix, lengths.astype(np.uint8), letters, pairs, key)


def near(query: NDArray[np.uint8], within: Spellings, most: int, begun: bool) -> tuple[
        NDArray[np.int32], NDArray[np.int8], NDArray[np.int8]]:  # fmt: skip
    """Keys within ``most`` edits of the query: their numbers, the edits to the whole key, and to a beginning of it.

    Keys of which only a beginning is near are left out unless ``begun``.
    """
    query = query[: WIDTH + most]
    rows = _candidates(query, within, most, begun)
    whole, start = _distances(query, within.matrix[rows], within.lengths[rows])
    good = (np.minimum(whole, start) if begun else whole) <= most
    return within.key[rows[good]], whole[good], start[good]


def _candidates(query: NDArray[np.uint8], within: Spellings, most: int, begun: bool) -> NDArray[np.int64]:
    """Rows whose letters and pairs could be within the distance (an edit touches one letter, at most three pairs)."""
    letters, pairs = signatures(query[None, :])
    ok = np.bitwise_count(letters[0] & ~within.letters) <= most
    ok &= within.lengths >= len(query) - most
    if not begun:
        ok &= within.lengths <= len(query) + most
    rows = np.flatnonzero(ok)
    missing = np.bitwise_count(pairs[0] & ~within.pairs[rows])
    kept: NDArray[np.int64] = rows[missing <= 3 * most]
    return kept


def _distances(query: NDArray[np.uint8], matrix: NDArray[np.uint8], lengths: NDArray[np.uint8]) -> tuple[
        NDArray[np.int8], NDArray[np.int8]]:  # fmt: skip
    """Edit distance of the query to each row, and the least to any beginning of the row."""
    size, count = len(query), len(matrix)
    table = np.zeros(256, np.uint64)
    for position, code in enumerate(query):
        table[code] |= _ONE << np.uint64(position)
    last = np.uint64(size - 1)
    up, down = np.full(count, ~np.uint64(0)), np.zeros(count, np.uint64)
    old_match, old_zero = np.zeros(count, np.uint64), np.zeros(count, np.uint64)
    score = np.full(count, size, np.int8)
    whole, start = score.copy(), score.copy()
    for column in range(min(matrix.shape[1], int(lengths.max(initial=0)))):
        match = table[matrix[:, column]]
        swapped = ((~old_zero & match) << _ONE) & old_match
        zero = (((match & up) + up) ^ up) | match | down | swapped
        plus, minus = down | ~(zero | up), zero & up
        score = score + ((plus >> last) & _ONE).astype(np.int8) - ((minus >> last) & _ONE).astype(np.int8)
        plus, minus = (plus << _ONE) | _ONE, minus << _ONE
        up, down = minus | ~(zero | plus), zero & plus
        old_match, old_zero = match, zero
        start = np.where(column < lengths, np.minimum(start, score), start)
        whole = np.where(column < lengths, score, whole)
    return whole, start
