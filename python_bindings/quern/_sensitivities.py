"""What fewer bits of each weight lose.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import json
import pathlib
from collections.abc import Iterable
from typing import Any

from . import _quern
from ._compile import ModelSource, Path, run_compiler
from ._errors import Messages
from ._progress import Progress
from ._samples import CalibrationData


class Sensitivities:
    """Losses of a model's weights with fewer bits, as text: the file of `sensitivity_table`. Equal models, recipes and data give equal bytes,
    however the weights were divided."""

    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def merge(cls, parts: Iterable[Sensitivities]) -> Sensitivities:
        """Those of all weights from those of parts of them; of one model, recipe, data and measure."""
        messages = Messages()
        return cls(messages.take(_quern.merge_sensitivities([part.text for part in parts], messages)).decode())

    def save(self, path: Path) -> None:
        pathlib.Path(path).write_text(self.text)

    def to_dict(self) -> dict[str, Any]:
        return json.loads(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sensitivities) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def sensitivities(model: ModelSource,
                  calibration_data: CalibrationData | None = None,
                  output: Path | None = None,
                  *,
                  part: tuple[int, int] | None = None,
                  progress: Progress = None,
                  **options: object) -> Sensitivities:
    """Measures what `compile(..., assign="auto")` chooses by, and writes it to `output` if that is given: `compile` reads it as
    `sensitivity_table`, and measures none of it again.

    part: (i, n) for part i of n of the weights, i from 1; the parts of all n merge.
    options: those of `compile` (quantize, recipe, sensitivity, dims, ...), which must be those of the compilation.
    """
    given = [("emit", "sensitivities"), ("assign", "auto"), ("sensitivity_part", part and f"{part[0]}/{part[1]}")]
    made, _ = run_compiler(model, None, [*given, *options.items()], calibration_data, progress)
    found = Sensitivities(made.decode())
    if output is not None:
        found.save(output)
    return found
