"""The onnx package's node tests as folders: a model, inputs and outputs each.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import pathlib
import warnings

import numpy as np
import onnx
from onnx import numpy_helper

FOUR_BITS = (onnx.TensorProto.INT4, onnx.TensorProto.UINT4)


@dataclasses.dataclass
class NodeTest:
    name: str
    model: onnx.ModelProto
    inputs: list
    outputs: list

    def is_readable(self):
        """True if arrays of these types can be stored for quern-run: tensors of numbers of at least 8 bits."""
        return all(isinstance(tensor, onnx.TensorProto) and tensor.data_type not in FOUR_BITS
                   for tensor in self.inputs + self.outputs)

    def with_constants(self):
        """The same test where every input but the first is known when the model is compiled."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        del model.graph.input[1:]
        model.graph.initializer.extend(self.inputs[1:])
        return NodeTest(self.name + "_constants", model, self.inputs[:1], self.outputs)

    def save(self, folder: pathlib.Path):
        data = folder / "test_data_set_0"
        data.mkdir(parents=True, exist_ok=True)
        onnx.save(self.model, folder / "model.onnx")
        for kind, tensors in (("input", self.inputs), ("output", self.outputs)):
            for i, tensor in enumerate(tensors):
                (data / f"{kind}_{i}.pb").write_bytes(tensor.SerializeToString())


def to_tensor(value, name):
    """`value` as a tensor of that name; sequences, optionals and maps stay what they are."""
    if isinstance(value, onnx.TensorProto):
        tensor = onnx.TensorProto()
        tensor.CopyFrom(value)
        tensor.name = name
        return tensor
    if isinstance(value, (np.ndarray, np.generic)):
        return numpy_helper.from_array(np.asarray(value), name)
    return value


def collect():
    """All node tests of the package that come with data."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, from the reference computations of overflowing operators
        from onnx.backend.test.case.node import collect_testcases
        cases = collect_testcases(None)
    tests = []
    for case in cases:
        graph = case.model.graph
        for inputs, outputs in case.data_sets[:1]:
            tests.append(NodeTest(case.name, case.model,
                                  [to_tensor(value, info.name) for value, info in zip(inputs, graph.input)],
                                  [to_tensor(value, info.name) for value, info in zip(outputs, graph.output)]))
    return tests
