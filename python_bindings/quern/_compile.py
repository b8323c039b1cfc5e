"""From a model to an artefact.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import contextlib
import os
import pathlib
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Union

from . import _quern
from ._errors import Message, Messages, UsageError
from ._progress import Progress, progress_function
from ._report import Report, report_files
from ._samples import CalibrationData, open_data

if TYPE_CHECKING:
    from ._session import InferenceSession

Path = Union[str, "os.PathLike[str]"]
ModelSource = Union[Path, bytes, Any]

FLAGS = {"dims": "dim", "opt_level": "O"}  # keywords that are no flag's name


class Model:
    """What a compilation made: a file, or bytes in memory."""

    def __init__(self,
                 path: Path | None = None,
                 data: bytes = b"",
                 messages: Iterable[Message] = (),
                 report: Report | None = None) -> None:
        self.report = report
        """Where error and time come from, if compile was asked for a report."""
        self.path = None if path is None else pathlib.Path(path)
        self.messages = list(messages)
        """What was said on the way: each operator that stayed float and why, what was chosen."""
        self._data = data

    @property
    def data(self) -> bytes:
        """The bytes of the output."""
        return self._data if self.path is None else self.path.read_bytes()

    @property
    def text(self) -> str:
        """The output as text: of IR, and of statistics."""
        return self.data.decode()

    def save(self, path: Path) -> None:
        """Writes the output to a file."""
        pathlib.Path(path).write_bytes(self.data)

    def session(self, threads: int = 1) -> InferenceSession:
        """Loads the compiled model to run it."""
        from ._session import InferenceSession
        return InferenceSession(self, threads=threads)

    def __repr__(self) -> str:
        return f"quern.Model({str(self.path)!r})" if self.path else f"quern.Model(<{len(self.data)} bytes>)"


def model_bytes(model: ModelSource) -> bytes:
    """The bytes of a model in memory."""
    data = model.SerializeToString() if hasattr(model, "SerializeToString") else model
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise UsageError(f"the model is of type {type(model).__name__}; expected a path, bytes or an onnx.ModelProto")
    return bytes(data)


@contextlib.contextmanager
def model_file(model: ModelSource) -> Iterator[str]:
    """The path of a model; one that is in memory (bytes, or onnx.ModelProto) gets a file for the time."""
    if isinstance(model, (str, os.PathLike)):
        yield os.fspath(model)
        return
    data = model_bytes(model)
    with tempfile.TemporaryDirectory(prefix="quern-") as folder:
        path = pathlib.Path(folder, "model.onnx")
        path.write_bytes(data)
        yield str(path)


def _as_values(name: str, value: object) -> Iterator[str]:
    """An option's value in the words of the command line; several for one that may be repeated."""
    if isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, (str, int, float, os.PathLike)):
        yield os.fspath(value) if isinstance(value, os.PathLike) else str(value)
    elif isinstance(value, Mapping):
        yield from (f"{key}={item}" for key, item in value.items())
    elif isinstance(value, Iterable):
        for item in value:
            yield from _as_values(name, item)
    else:
        raise UsageError(f"{name}: a value of type {type(value).__name__}; expected text, a number, a list or a dict")


def run_compiler(model: ModelSource, output: Path | None, options: Iterable[tuple[str, object]], data: CalibrationData | None,
                 progress: Progress) -> tuple[bytes, list[Message]]:
    """Compiles with options by the names of quernc's flags, underscores for dashes, or by those of FLAGS; None is an option that is not given.
    The bytes of an output without a path (none of one that has a path), and what was said."""
    named, samples, count = open_data(data)
    for name, value in options:
        if value is not None:
            named += [(FLAGS.get(name, name).replace("_", "-"), text) for text in _as_values(name, value)]
    messages = Messages()
    with model_file(model) as path, progress_function(progress) as function:
        made = messages.take(
            _quern.compile(path, None if output is None else os.fspath(output), named, samples, count, messages, function))
    return made, messages.others


def compile(model: ModelSource,
            output: Path | None = None,
            *,
            target: str | None = None,
            quantize: str | None = None,
            recipe: Path | None = None,
            method: str | Iterable[str] | None = None,
            group_size: int | None = None,
            activations: str | None = None,
            activation_type: str | None = None,
            activation_scheme: str | None = None,
            weight_granularity: str | None = None,
            weight_scheme: str | None = None,
            observer: str | None = None,
            assign: Path | None = None,
            budget: Mapping[str, str | int | float] | str | None = None,
            sensitivity: str | None = None,
            assignment_output: Path | None = None,
            pareto: Path | None = None,
            report: bool | Path | Iterable[Path] | None = None,
            calibration_data: CalibrationData | None = None,
            calibration_cache: Path | None = None,
            dims: Mapping[str, int] | None = None,
            exclude: str | Iterable[str] | None = None,
            fail_on_float: bool | None = None,
            emit: str | None = None,
            stop_after: str | None = None,
            opt_level: int | None = None,
            mtriple: str | None = None,
            mcpu: str | None = None,
            mattr: str | None = None,
            verify: str | None = None,
            rtol: float | None = None,
            atol: float | None = None,
            progress: Progress = None,
            **options: object) -> Model:
    """Compiles an ONNX model as quernc does; what is not given has quernc's default. `list_options()` explains each option.

    model: a path, the bytes of a model, or an onnx.ModelProto.
    output: where the result is written, whole or not at all; without it the result stays in memory. The kind follows the name, or `emit`.
    calibration_data: a path, a reader as ONNX Runtime's, or an iterable of dicts of arrays by input name. An array of exactly the input's
        shape is a sample; a larger one holds several along its first axis. Data are read several times: a reader with rewind() and an
        iterable that can be iterated again are read again, anything else is kept in memory.
    budget: what the model must fit into with assign="auto", {"size": "0.7x"}.
    report: where the report is written (.html, .json, or several); True keeps it in memory. It is `model.report` then.
    dims: sizes of symbolic dimensions, {"batch": 1}. verify="onnxruntime" asks this interpreter, in a process of its own.
    progress: None, True, False or a function(what, done, total).
    options: any other option of quernc, underscores for dashes.

    Raises Error with all reasons if the model or the data is refused, UsageError (a ValueError) if an option is. Ctrl-C ends it between
    steps; then nothing is written.
    """
    given = dict(target=target, quantize=quantize, recipe=recipe, method=_join(method), group_size=group_size, activations=activations,
                 activation_type=activation_type, activation_scheme=activation_scheme, weight_granularity=weight_granularity,
                 weight_scheme=weight_scheme, observer=observer, assign=assign, budget=budget, sensitivity=sensitivity,
                 assignment_output=assignment_output, pareto=pareto, calibration_cache=calibration_cache, dims=dims, exclude=exclude,
                 fail_on_float=fail_on_float, emit=emit, stop_after=stop_after, opt_level=opt_level, mtriple=mtriple, mcpu=mcpu, mattr=mattr,
                 verify=verify, python=sys.executable if verify == "onnxruntime" else None, rtol=rtol, atol=atol)
    if stop_after is not None and output is None and emit is None:
        given["emit"] = "mlir"
    with report_files(report) as paths:
        made, said = run_compiler(model, output, [*given.items(), ("report", paths), *options.items()], calibration_data, progress)
        return Model(output, made, said, Report.load(paths[0]) if paths else None)


def _join(names: str | Iterable[str] | None) -> str | None:
    return names if names is None or isinstance(names, str) else ",".join(names)
