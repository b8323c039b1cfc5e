"""quantize_static with ONNX Runtime's parameters: a float ONNX model in, a QDQ ONNX model out.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import enum
import json
import os
import pathlib
import re
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from ._compile import ModelSource, Path, run_compiler
from ._errors import UsageError
from ._progress import Progress
from ._samples import CalibrationData


class QuantFormat(enum.Enum):
    """How the quantized model states its codes."""
    QDQ = 1


class QuantType(enum.Enum):
    """Types of codes."""
    QInt8 = 0
    QUInt8 = 1
    QInt4 = 5


class CalibrationMethod(enum.Enum):
    """How ranges are chosen."""
    MinMax = 0
    Entropy = 1
    Percentile = 2


_OBSERVERS = {"MinMax": "min-max", "Entropy": "entropy", "Percentile": "percentile"}
_WEIGHT_BITS = {"QInt8": 8, "QInt4": 4}
_ACTIVATIONS = {"QUInt8": "u8", "QInt8": "s8"}
# ONNX Runtime's extra_options that mean something here: value -> (part of the recipe, its key, its value).
_EXTRA = {
    "ActivationSymmetric": lambda on: ("activations", "scheme", "symmetric" if on else "asymmetric"),
    "WeightSymmetric": lambda on: ("weights", "scheme", "symmetric" if on else "asymmetric"),
    "CalibMovingAverage": lambda on: ("calibration", "observer", "moving-average") if on else None,
}


def _choose(parameter: str, value: Any, accepted: Mapping[str, Any]) -> Any:
    """What a member of an enum, ours or ONNX Runtime's, or its name stands for."""
    name = getattr(value, "name", value)
    if name not in accepted:
        raise UsageError(f"{parameter}={value}: expected {' or '.join(accepted)}")
    return accepted[name]


def _exactly(names: Sequence[str]) -> list[str]:
    """A pattern for each node's name, for it alone."""
    return ["^" + re.sub(r"[][^$.|?*+(){}\\]", lambda special: "\\" + special.group(), name) + "$" for name in names]


def _rules(op_types: Sequence[str], wanted: Sequence[str], unwanted: Sequence[str], default: dict) -> list[dict]:
    rules = [{"match": {"name": pattern}, "float": True} for pattern in _exactly(unwanted)]
    if op_types or wanted:
        chosen = {"op": list(op_types)} if op_types else {}
        rules += [{"match": dict(chosen, name=pattern), "activations": default["activations"]} for pattern in _exactly(wanted) or [".*"]]
        rules.append({"match": {"name": ".*"}, "float": True})
    return rules


def quantize_static(model_input: ModelSource,
                    model_output: Path,
                    calibration_data_reader: CalibrationData,
                    quant_format: Any = QuantFormat.QDQ,
                    op_types_to_quantize: Sequence[str] | None = None,
                    per_channel: bool = False,
                    reduce_range: bool = False,
                    activation_type: Any = QuantType.QInt8,
                    weight_type: Any = QuantType.QInt8,
                    nodes_to_quantize: Sequence[str] | None = None,
                    nodes_to_exclude: Sequence[str] | None = None,
                    use_external_data_format: bool = False,
                    calibrate_method: Any = None,
                    calibration_providers: Sequence[str] | None = None,
                    extra_options: Mapping[str, Any] | None = None,
                    calibration_cache_path: Path | None = None,
                    *,
                    method: str | Sequence[str] = "auto",
                    dims: Mapping[str, int] | None = None,
                    progress: Progress = None) -> None:
    """Writes the quantized model as ONNX with QuantizeLinear and DequantizeLinear, for ONNX Runtime and others.

    The parameters are those of `onnxruntime.quantization.quantize_static`, whose enums are accepted too; one that cannot be honoured is
    refused and never ignored. What differs: `calibrate_method` defaults to Quern's own choice of ranges (the observer "norm"), `method` adds
    Quern's methods for accuracy, and `reduce_range` gives weights of 7 bits.
    """
    _choose("quant_format", quant_format, {"QDQ": None})
    if use_external_data_format:
        raise UsageError("use_external_data_format=True: expected False; the output is one file of at most 2 GiB")
    if calibration_providers and "CPUExecutionProvider" not in calibration_providers:
        raise UsageError(f"calibration_providers={list(calibration_providers)}: expected CPUExecutionProvider")
    bits = _choose("weight_type", weight_type, _WEIGHT_BITS)
    recipe: dict[str, Any] = {
        "version": 1,
        "default": {
            "weights": {"bits": 7 if reduce_range and bits == 8 else bits, "granularity": "channel" if per_channel else "tensor",
                        "scheme": "symmetric"},
            "activations": {"bits": 8, "mode": "static", "type": _choose("activation_type", activation_type, _ACTIVATIONS),
                            "scheme": "asymmetric"},
            "methods": [method] if isinstance(method, str) else list(method),
        },
        "calibration": {"observer": "norm" if calibrate_method is None else _choose("calibrate_method", calibrate_method, _OBSERVERS)},
    }
    for name, value in (extra_options or {}).items():
        meaning = _choose("extra_options", name, _EXTRA)(value)
        if meaning:
            part, key, word = meaning
            (recipe if part == "calibration" else recipe["default"])[part][key] = word
    rules = _rules(op_types_to_quantize or (), nodes_to_quantize or (), nodes_to_exclude or (), recipe["default"])
    if rules:
        recipe["rules"] = rules
    with tempfile.TemporaryDirectory(prefix="quern-") as folder:
        file = pathlib.Path(folder, "quantize_static.json")
        file.write_text(json.dumps(recipe))
        run_compiler(model_input, os.fspath(model_output),
                     [("recipe", file), ("emit", "onnx"), ("dim", dims), ("calibration_cache", calibration_cache_path)],
                     calibration_data_reader, progress)
