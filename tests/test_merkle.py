"""The Merkle tree: held to the RFC's own recursive definition, and every proof checked and broken."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations import merkle

# the eight leaves of the known test vectors of Certificate Transparency, and its roots by tree size
LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOT_OF_ONE = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
ROOT_OF_EIGHT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


class Tree:
    """A tree in a dictionary."""

    def __init__(self, count: int, at_once: int = 1) -> None:
        self.kept: dict[merkle.Node, bytes] = {}
        self.leaves = [merkle.leaf_hash(str(i).encode()) for i in range(count)]
        for start in range(0, count, at_once):
            self.kept |= merkle.appended(start, self.leaves[start : start + at_once], self.node)

    def node(self, level: int, index: int) -> bytes:
        return self.kept[level, index]


def defined(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


def test_the_known_roots() -> None:
    kept: dict[merkle.Node, bytes] = {}
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES]
    kept |= merkle.appended(0, hashes, lambda level, index: kept[level, index])
    assert merkle.root(1, lambda *node: kept[node]).hex() == ROOT_OF_ONE
    assert merkle.root(8, lambda *node: kept[node]).hex() == ROOT_OF_EIGHT
    assert merkle.root(0, lambda *node: kept[node]) == merkle.EMPTY_ROOT


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 130), at_once=st.integers(1, 40))
def test_the_root_is_as_defined_however_the_leaves_came(count: int, at_once: int) -> None:
    tree = Tree(count, at_once)
    for size in (count, count // 2 + 1, 1):
        assert merkle.root(size, tree.node) == defined(tree.leaves[:size])


@settings(max_examples=80, deadline=None)
@given(data=st.data(), count=st.integers(1, 130))
def test_a_leaf_is_proved_where_it_is_and_nowhere_else(data: st.DataObject, count: int) -> None:
    tree, index = Tree(count, 16), data.draw(st.integers(0, count - 1))
    top, proof = merkle.root(count, tree.node), merkle.inclusion_proof(index, count, tree.node)
    leaf = tree.leaves[index]
    assert merkle.verify_inclusion(leaf, index, count, proof, top)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"other"), index, count, proof, top)
    assert not merkle.verify_inclusion(leaf, index, count, [*proof, leaf], top)
    for other in {0, count - 1, index + 1} - {index}:
        assert not merkle.verify_inclusion(leaf, other, count, proof, top)
    if proof:
        broken = [proof[0][:-1] + bytes([proof[0][-1] ^ 1]), *proof[1:]]
        assert not merkle.verify_inclusion(leaf, index, count, broken, top)
        assert not merkle.verify_inclusion(leaf, index, count, proof[:-1], top)


@settings(max_examples=80, deadline=None)
@given(data=st.data(), count=st.integers(1, 130))
def test_a_tree_that_only_grew_is_proved_and_another_is_not(data: st.DataObject, count: int) -> None:
    tree, old = Tree(count, 16), data.draw(st.integers(1, count))
    before, after = merkle.root(old, tree.node), merkle.root(count, tree.node)
    proof = merkle.consistency_proof(old, count, tree.node)
    assert merkle.verify_consistency(old, count, proof, before, after)
    forged = hashlib.sha256(before).digest()
    assert not merkle.verify_consistency(old, count, proof, forged, after)
    assert not merkle.verify_consistency(old, count, proof, before, forged)
    assert not merkle.verify_consistency(old, count, [*proof, before], before, after)
    if proof:
        assert not merkle.verify_consistency(old, count, proof[:-1], before, after)


def test_what_is_not_there_has_no_proof() -> None:
    tree = Tree(3)
    for index, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            merkle.inclusion_proof(index, size, tree.node)
        assert not merkle.verify_inclusion(tree.leaves[0], index, size, [], tree.leaves[0])
    for old, size in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="no earlier tree"):
            merkle.consistency_proof(old, size, tree.node)
        assert not merkle.verify_consistency(old, size, [tree.leaves[0]], tree.leaves[0], tree.leaves[0])
