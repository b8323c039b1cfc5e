"""Calibration data of the kinds that Python has, as the one that the compiler reads.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, Union, runtime_checkable

import numpy as np

from ._errors import UsageError

Sample = Mapping[str, Any]


@runtime_checkable
class Reader(Protocol):
    """ONNX Runtime's CalibrationDataReader. If it also has `rewind()`, nothing is kept of what it gives."""

    def get_next(self) -> Sample | None: ...


CalibrationData = Union[str, "os.PathLike[str]", Reader, Iterable[Sample]]

ACCEPTED = ("a path, an object with get_next() (and rewind()) as ONNX Runtime's CalibrationDataReader, or an iterable of dicts of arrays by "
            "input name")


def _as_arrays(item: object, number: int) -> dict[str, np.ndarray]:
    if not isinstance(item, Mapping):
        raise UsageError(f"item {number} of the calibration data is of type {type(item).__name__}; expected a dict of arrays by input name")
    arrays = {}
    for name, value in item.items():
        array = np.asarray(value, order="C")
        if array.dtype.kind not in "fiub":
            raise UsageError(f"item {number} of the calibration data: input '{name}' has elements of type {array.dtype}; expected numbers")
        arrays[str(name)] = array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    return arrays


class Samples:
    """What the extension reads: next() and rewind(). What can be read only once is kept for the readings that follow."""

    def __init__(self, data: Reader | Iterable[Sample]) -> None:
        self.data = data
        self.has_get_next = callable(getattr(data, "get_next", None))
        self.can_rewind = callable(getattr(data, "rewind", None)) if self.has_get_next else iter(data) is not data
        self.kept: list[dict[str, np.ndarray]] = []
        self.items = self._first_reading()
        self.number = 0

    def _first_reading(self) -> Iterator[object]:
        return iter(self.data.get_next, None) if self.has_get_next else iter(self.data)

    def next(self) -> dict[str, np.ndarray] | None:
        for item in self.items:
            arrays = _as_arrays(item, self.number)
            self.number += 1
            if not self.can_rewind and self.number > len(self.kept):
                self.kept.append({name: array.copy() for name, array in arrays.items()})
            return arrays
        return None

    def rewind(self) -> None:
        self.number = 0
        if self.can_rewind:
            if self.has_get_next:
                self.data.rewind()
            self.items = self._first_reading()
        else:
            self.items = _replay(self.kept, self.items)

    def count(self) -> int:
        """How many items there are; -1 where they do not tell."""
        try:
            return len(self.data)
        except (TypeError, NotImplementedError):
            return -1


def _replay(kept: list, rest: Iterator) -> Iterator:
    yield from list(kept)  # a reading may have ended before the last
    yield from rest


def open_data(data: CalibrationData | None) -> tuple[list[tuple[str, str]], Samples | None, int]:
    """The options that name the data, or what reads it, and how many samples that has (-1: not known)."""
    if data is None:
        return [], None, -1
    if isinstance(data, (str, os.PathLike)):
        return [("calibration-data", os.fspath(data))], None, -1
    if isinstance(data, Mapping) or not (isinstance(data, Reader) or isinstance(data, Iterable)):
        raise UsageError(f"calibration_data is of type {type(data).__name__}; expected {ACCEPTED}")
    samples = Samples(data)
    return [], samples, samples.count()
