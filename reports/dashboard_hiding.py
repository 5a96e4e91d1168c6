"""Which cells of a table of people, by two things at once, must not be told: too small ones, and in each row and each
column the smallest others until at least five people stand behind what is not told."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculations.ranking import SMALLEST_GROUP

Table = NDArray[np.integer[Any]]
Marks = NDArray[np.bool_]


def is_few(people: Table) -> Marks:
    """One to four."""
    found: Marks = (people > 0) & (people < SMALLEST_GROUP)
    return found


def hidden_cells(people: Table, gone: Marks, added: bool) -> Marks:
    """Cells that are not told. ``gone``: those that are not anyway. ``added``: people of different cells are different
    people; else a cell's may be another's too, and only the largest says how many there are at least. Whichever way the
    table is read, by rows or by columns, the same cells are told."""
    hidden = is_few(people) | (gone & (people > 0))
    while True:
        before = hidden.sum()
        hidden |= _joining(people, hidden, added)
        hidden |= _joining(people.T, hidden.T, added).T
        if hidden.sum() == before:
            return hidden


def _joining(people: Table, hidden: Marks, added: bool) -> Marks:
    """In each row that hides too few, the smallest cell that is told."""
    behind = np.where(hidden, people, 0)
    told = (people > 0) & ~hidden
    joins = np.zeros_like(hidden)
    if people.size:
        lacking = is_few(behind.sum(axis=1) if added else behind.max(axis=1)) & told.any(axis=1)
        smallest = np.where(told, people, np.iinfo(people.dtype).max).argmin(axis=1)
        joins[np.flatnonzero(lacking), smallest[lacking]] = True
    return joins
