"""The Merkle tree of RFC 6962 (sections 2.1 to 2.1.2) over SHA-256: append, root, and proofs that others can check.

A tree is kept as its complete subtrees: node (level, index) is the hash over leaves ``index × 2^level`` up to
``(index + 1) × 2^level``. Whoever has those of a tree of ``size`` leaves can give its root and every proof by reading
some ``log2(size)`` of them. Pure functions; hashes are 32 bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

Node = tuple[int, int]
Nodes = Callable[[int, int], bytes]
EMPTY_ROOT = hashlib.sha256(b"").digest()
_LEAF, _INNER = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(_INNER + left + right).digest()


def appended(size: int, leaves: Sequence[bytes], nodes: Nodes) -> dict[Node, bytes]:
    """The complete subtrees that appear when leaf hashes are put behind a tree of ``size`` leaves."""
    new: dict[Node, bytes] = {}

    def get(level: int, index: int) -> bytes:
        return new[level, index] if (level, index) in new else nodes(level, index)

    for position, leaf in enumerate(leaves, start=size):
        new[0, position] = leaf
        level, index = 0, position
        while index % 2:
            new[level + 1, index // 2] = node_hash(get(level, index - 1), get(level, index))
            level, index = level + 1, index // 2
    return new


def root(size: int, nodes: Nodes) -> bytes:
    """The root of a tree of ``size`` leaves."""
    return _range_hash(0, size, nodes) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The audit path of a leaf in a tree of ``size`` leaves, from the leaf upwards. Raises ValueError."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    return _path(index, 0, size, nodes)


def consistency_proof(old: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that a tree of ``size`` leaves begins with the tree of its first ``old``. Raises ValueError."""
    if not 1 <= old <= size:
        raise ValueError(f"a tree of {size} leaves has no earlier tree of {old}")
    return _subproof(old, 0, size, True, nodes)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether a leaf hash stands at ``index`` of the tree of ``size`` leaves with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if position % 2 or position == last:
            found = node_hash(step, found)
            while position % 2 == 0 and position:
                position, last = position // 2, last // 2
        else:
            found = node_hash(found, step)
        position, last = position // 2, last // 2
    return last == 0 and found == expected


def verify_consistency(
    old: int, size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:  # fmt: skip
    """Whether the tree of ``size`` leaves begins with that of ``old`` leaves (RFC 9162, 2.1.4.2)."""
    if old == size:
        return not proof and old_root == new_root
    if not 1 <= old < size or not proof:
        return False
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    position, last = old - 1, size - 1
    while position % 2:
        position, last = position // 2, last // 2
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position % 2 or position == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while position % 2 == 0 and position:
                position, last = position // 2, last // 2
        else:
            after = node_hash(after, step)
        position, last = position // 2, last // 2
    return last == 0 and before == old_root and after == new_root


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1


def _complete(start: int, end: int) -> Iterator[Node]:
    """The complete subtrees that a range of leaves is made of, from the left; ``start`` fits them by construction."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _range_hash(start: int, end: int, nodes: Nodes) -> bytes:
    parts = [nodes(level, index) for level, index in _complete(start, end)]
    found = parts.pop()
    while parts:
        found = node_hash(parts.pop(), found)
    return found


def _path(index: int, start: int, end: int, nodes: Nodes) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, nodes), _range_hash(middle, end, nodes)]
    return [*_path(index, middle, end, nodes), _range_hash(start, middle, nodes)]


def _subproof(old: int, start: int, end: int, whole: bool, nodes: Nodes) -> list[bytes]:
    if old == end - start:
        return [] if whole else [_range_hash(start, end, nodes)]
    size = _split(end - start)
    if old <= size:
        return [*_subproof(old, start, start + size, whole, nodes), _range_hash(start + size, end, nodes)]
    return [*_subproof(old - size, start + size, end, False, nodes), _range_hash(start, start + size, nodes)]
