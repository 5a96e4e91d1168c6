"""Columns of a table as arrays: texts as codes of distinct values, numbers as floats, what is blank told apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from calculations.bulk_rows import cell_text

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"


@dataclass(frozen=True, slots=True)
class Coded:
    """``values[codes[row]]`` is a row's text; '' is blank."""

    codes: Codes
    values: tuple[str, ...]

    def mask(self, *texts: str) -> Mask:
        """The rows that hold one of ``texts``."""
        return np.array([value in texts for value in self.values], dtype=np.bool_)[self.codes]


@dataclass(frozen=True, slots=True)
class Numbers:
    """``values`` is 0 where a cell is blank or no number; ``wrong`` marks the latter."""

    values: Floats
    blank: Mask
    wrong: Mask


class Cells:
    """The columns of a slice, each read once, when it is asked for. A column that is not there is blank."""

    def __init__(self, frame: pd.DataFrame):
        self.frame, self.size = frame, len(frame)
        self._coded: dict[str, Coded] = {}
        self._numbers: dict[str, Numbers] = {}

    def has(self, name: str) -> bool:
        """Whether the table has this column."""
        return name in self.frame

    @cached_property
    def none(self) -> Mask:
        """No row."""
        return np.zeros(self.size, dtype=np.bool_)

    def take(self, rows: npt.NDArray[np.intp]) -> Cells:
        """Some of the rows."""
        return self if len(rows) == self.size else Cells(self.frame.iloc[rows])

    def coded(self, name: str) -> Coded:
        """A column of few distinct texts."""
        if name not in self._coded:
            self._coded[name] = _coded(self.frame[name]) if self.has(name) else Coded(self.none.astype(np.int64), ("",))
        return self._coded[name]

    def numbers(self, name: str) -> Numbers:
        """A column of numbers."""
        if name not in self._numbers:
            self._numbers[name] = (
                _numbers(self.frame[name]) if self.has(name) else Numbers(np.zeros(self.size), ~self.none, self.none)
            )
        return self._numbers[name]

    def filled(self, name: str, number: bool) -> Mask:
        """The rows where a cell of this column holds anything."""
        if not self.has(name):
            return self.none
        return ~self.numbers(name).blank if number else ~self.coded(name).mask("")


def _coded(series: pd.Series[Any]) -> Coded:
    if isinstance(series.dtype, pd.CategoricalDtype):
        codes, found = series.cat.codes.to_numpy(), list(series.cat.categories)
    else:
        codes, index = pd.factorize(series, use_na_sentinel=True)
        found = list(index)
    values: dict[str, int] = {}
    place = np.array([values.setdefault(cell_text(each), len(values)) for each in [*found, None]], dtype=np.int64)
    return Coded(place[codes], tuple(values))  # a missing cell has the code -1, the last


def _numbers(series: pd.Series[Any]) -> Numbers:
    if pd.api.types.is_bool_dtype(series.dtype):
        everywhere = np.ones(len(series), dtype=np.bool_)
        return Numbers(np.zeros(len(series)), ~everywhere, everywhere)
    if pd.api.types.is_numeric_dtype(series.dtype):
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        blank = np.isnan(values)
        return Numbers(np.where(blank, 0.0, values) if blank.any() else values, blank, np.isinf(values))
    return _from_texts(series)


def _from_texts(series: pd.Series[Any]) -> Numbers:
    if pd.api.types.is_string_dtype(series.dtype) and not pd.api.types.is_object_dtype(series.dtype):
        texts = pa.array(series, type=pa.large_string(), from_pandas=True)
    else:
        texts = pa.array([cell_text(each) for each in series], type=pa.large_string())
    texts = pc.fill_null(pc.utf8_trim_whitespace(texts), "")
    blank = np.asarray(pc.equal(texts, ""))
    good = pc.match_substring_regex(texts, NUMBER)
    kept = pc.if_else(good, pc.utf8_ltrim(texts, characters="+"), pa.scalar(None, pa.large_string()))
    values = pc.fill_null(pc.cast(kept, pa.float64()), 0.0).to_numpy(zero_copy_only=False)
    wrong = ~np.asarray(good) & ~blank
    return Numbers(values, blank, wrong | np.isinf(values))
