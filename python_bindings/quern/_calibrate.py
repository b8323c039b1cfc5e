"""What a model's values look like on data.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import abc
import json
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

from . import _quern
from ._compile import ModelSource, Path, run_compiler
from ._errors import Messages
from ._progress import Progress
from ._samples import CalibrationData, Sample


class CalibrationDataReader(abc.ABC):
    """ONNX Runtime's interface of calibration data; a class written for it needs no change, and need not derive from this one."""

    @abc.abstractmethod
    def get_next(self) -> Sample | None:
        """The next sample, arrays by input name; None after the last."""

    def __iter__(self) -> CalibrationDataReader:
        return self

    def __next__(self) -> Sample:
        sample = self.get_next()
        if sample is None:
            raise StopIteration
        return sample


class Statistics:
    """The result of a calibration: the file of `calibration_cache`, as text. Equal data give equal bytes, in any order and however they
    were divided."""

    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def load(cls, path: Path) -> Statistics:
        return cls.merge([cls(pathlib.Path(path).read_text())])

    @classmethod
    def merge(cls, parts: Iterable[Statistics]) -> Statistics:
        """Those of all data from those of its parts; of one model and with the same options."""
        messages = Messages()
        return cls(messages.take(_quern.merge_statistics([part.text for part in parts], messages)).decode())

    def save(self, path: Path) -> None:
        pathlib.Path(path).write_text(self.text)

    def to_dict(self) -> dict[str, Any]:
        return json.loads(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Statistics) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def calibrate(model: ModelSource,
              calibration_data: CalibrationData,
              output: Path | None = None,
              *,
              dims: Mapping[str, int] | None = None,
              progress: Progress = None) -> Statistics:
    """Runs the float model on samples and returns the statistics of its values, and writes them to `output` if that is given: what
    `compile` reads as `calibration_cache`. One sample is in memory at a time. Arguments are those of `compile`."""
    made, _ = run_compiler(model, None, [("emit", "statistics"), ("dims", dims)], calibration_data, progress)
    statistics = Statistics(made.decode())
    if output is not None:
        statistics.save(output)
    return statistics
