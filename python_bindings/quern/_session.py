"""Running compiled models, with the names of ONNX Runtime.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from . import _quern
from ._compile import Model, Path
from ._errors import Messages, UsageError

_PROVIDER = "CPUExecutionProvider"
# Numbers of ONNX's TensorProto.DataType: NumPy's type, and the name in ONNX's signatures.
_TYPES = {1: (np.float32, "float"), 2: (np.uint8, "uint8"), 3: (np.int8, "int8"), 4: (np.uint16, "uint16"), 5: (np.int16, "int16"),
          6: (np.int32, "int32"), 7: (np.int64, "int64"), 9: (np.bool_, "bool"), 10: (np.float16, "float16"), 11: (np.float64, "double"),
          12: (np.uint32, "uint32"), 13: (np.uint64, "uint64")}


class NodeArg(NamedTuple):
    """An input or output."""
    name: str
    type: str  # "tensor(float)"
    shape: list[int]
    dtype: Any  # NumPy's; None for a type that NumPy lacks


def _node_arg(name: str, element_type: int, shape: list[int]) -> NodeArg:
    dtype, word = _TYPES.get(element_type, (None, f"type {element_type}"))
    return NodeArg(name, f"tensor({word})", shape, None if dtype is None else np.dtype(dtype))


@contextlib.contextmanager
def _artefact_path(model: Path | bytes | Model) -> Iterator[str]:
    """The path of an artefact; one in memory gets a file without a name, for the time of loading."""
    if isinstance(model, Model) and model.path is not None:
        model = model.path
    if isinstance(model, (str, os.PathLike)):
        yield os.fspath(model)
        return
    data = model.data if isinstance(model, Model) else model
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise UsageError(f"the artefact is of type {type(model).__name__}; expected a path, bytes or a quern.Model")
    file = os.memfd_create("quern-model")
    try:
        with open(file, "wb", closefd=False) as stream:
            stream.write(data)
        yield f"/proc/self/fd/{file}"
    finally:
        os.close(file)


class InferenceSession:
    """A compiled model that is ready to run. Several threads may call `run`; their runs follow each other. Open a session for each thread
    to run at once.

    The arguments are ONNX Runtime's: `sess_options.intra_op_num_threads` is honoured, and of `providers` the CPU's is accepted.
    """

    def __init__(self,
                 path_or_bytes: Path | bytes | Model,
                 sess_options: Any = None,
                 providers: Sequence[Any] | None = None,
                 provider_options: Any = None,
                 *,
                 threads: int | None = None) -> None:
        if providers and not any(_PROVIDER in (provider, provider[0]) for provider in providers):
            raise UsageError(f"providers: {list(providers)}; accepted is '{_PROVIDER}'")
        if threads is None:
            threads = getattr(sess_options, "intra_op_num_threads", 0) or 1
        messages = Messages()
        with _artefact_path(path_or_bytes) as path:
            outcome, session = _quern.Session.open(path, threads, messages)
        messages.check(outcome)
        self._session = session
        self._inputs = [_node_arg(*info) for info in session.inputs()]
        self._outputs = [_node_arg(*info) for info in session.outputs()]
        self._output_by_name = {output.name: output for output in self._outputs}

    def get_inputs(self) -> list[NodeArg]:
        return list(self._inputs)

    def get_outputs(self) -> list[NodeArg]:
        return list(self._outputs)

    def get_providers(self) -> list[str]:
        return [_PROVIDER]

    def describe(self) -> dict[str, Any]:
        """The manifest: signature, sizes, precision, recipe, hashes."""
        return json.loads(self._session.manifest())

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any], run_options: Any = None) -> list[np.ndarray]:
        """The outputs of these names, or all of them, in order. Inputs must have the model's names, types and shapes; nothing is converted.
        What is contiguous is not copied."""
        inputs = [(name, _checked(name, np.asarray(value, order="C"), is_written=False)) for name, value in input_feed.items()]
        names = list(self._output_by_name) if output_names is None else output_names
        outputs = {name: self._make_output(name) for name in names}
        messages = Messages()
        messages.check(self._session.run(inputs, list(outputs.items()), messages))
        return [outputs[name] for name in names]

    def _make_output(self, name: str) -> np.ndarray:
        info = self._output_by_name.get(name)
        if info is None:
            raise UsageError(f"the model has no output '{name}'; it has {', '.join(map(repr, self._output_by_name))}")
        if info.dtype is None:
            raise UsageError(f"output '{name}' is a {info.type}, which NumPy lacks")
        return np.empty(info.shape, info.dtype)

    def io_binding(self) -> IOBinding:
        """Arrays to run on without a copy."""
        return IOBinding(self)

    def run_with_iobinding(self, binding: IOBinding, run_options: Any = None) -> None:
        """Runs on the arrays of the binding; the outputs are written to the arrays that are bound to them."""
        messages = Messages()
        messages.check(self._session.run(list(binding.inputs.items()), list(binding.outputs.items()), messages))


class IOBinding:
    """Which array each input is read from and each output written to: the caller's memory, also for many runs."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session
        self.inputs: dict[str, np.ndarray] = {}
        self.outputs: dict[str, np.ndarray] = {}

    def bind_input(self, name: str, array: np.ndarray) -> None:
        self.inputs[name] = _checked(name, array, is_written=False)

    bind_cpu_input = bind_input

    def bind_output(self, name: str, array: np.ndarray | None = None) -> None:
        """To an array of the output's type and shape, or to a new one."""
        self.outputs[name] = self._session._make_output(name) if array is None else _checked(name, array, is_written=True)

    def get_outputs(self) -> list[np.ndarray]:
        """The bound outputs, in the order in which they were bound."""
        return list(self.outputs.values())

    copy_outputs_to_cpu = get_outputs


def _checked(name: str, array: np.ndarray, is_written: bool) -> np.ndarray:
    if not isinstance(array, np.ndarray):
        raise UsageError(f"'{name}' is of type {type(array).__name__}; expected a NumPy array")
    flags, dtype = array.flags, array.dtype
    if flags.c_contiguous and (flags.writeable or not is_written) and dtype.isnative and dtype.kind in "fiub":
        return array
    problems = [problem for problem, found in (("not contiguous in row-major order", not flags.c_contiguous),
                                               ("not writable", is_written and not flags.writeable),
                                               ("not in this machine's byte order", not dtype.isnative),
                                               (f"of type {dtype}, which no tensor has", dtype.kind not in "fiub")) if found]
    if problems:
        raise UsageError(f"the array for '{name}' is {' and '.join(problems)}")
    return array


def describe(artefact: Path | bytes | Model) -> dict[str, Any]:
    """The manifest of a compiled model: inputs, outputs, sizes, precision, recipe, hashes."""
    return InferenceSession(artefact).describe()
