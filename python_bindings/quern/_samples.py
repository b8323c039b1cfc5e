"""Calibration data of the kinds that Python has, as the one that the compiler reads.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    """What the extension reads: next() and rewind(). What cannot be read again is kept for the readings that follow."""

    def __init__(self, items: Iterator[object], read_again: Callable[[], Iterator[object]] | None) -> None:
        self.items = self.first_reading = items
        self.read_again = read_again
        self.kept: list[object] = []
        self.number = 0

    def next(self) -> dict[str, np.ndarray] | None:
        for item in self.items:
            arrays = _as_arrays(item, self.number)
            self.number += 1
            if self.read_again is None and self.number > len(self.kept):
                self.kept.append({name: array.copy() for name, array in arrays.items()})
            return arrays
        return None

    def rewind(self) -> None:
        self.number = 0
        # A reading may have ended before the last item: what is kept, then the rest.
        self.items = self.read_again() if self.read_again else itertools.chain(list(self.kept), self.first_reading)


def _samples_of_reader(reader: Any) -> Samples:
    def start() -> Iterator[object]:
        return iter(reader.get_next, None)

    def read_again() -> Iterator[object]:
        reader.rewind()
        return start()

    return Samples(start(), read_again if callable(getattr(reader, "rewind", None)) else None)


def _samples_of_iterable(data: Iterable[Sample]) -> Samples:
    items = iter(data)
    return Samples(items, None if items is data else lambda: iter(data))


def _count(data: Any) -> int:
    """How many items there are; -1 where they do not tell."""
    try:
        return len(data)
    except (TypeError, NotImplementedError):
        return -1


def open_data(data: CalibrationData | None) -> tuple[list[tuple[str, str]], Samples | None, int]:
    """The options that name the data, or what reads it, and how many samples that has (-1: not known)."""
    if data is None:
        return [], None, -1
    if isinstance(data, (str, os.PathLike)):
        return [("calibration-data", os.fspath(data))], None, -1
    if isinstance(data, Reader):
        return [], _samples_of_reader(data), _count(data)
    if isinstance(data, Mapping) or not isinstance(data, Iterable):
        raise UsageError(f"calibration_data is of type {type(data).__name__}; expected {ACCEPTED}")
    return [], _samples_of_iterable(data), _count(data)
