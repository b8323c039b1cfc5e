"""What models that must be accepted are made of, and the list of them.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

F, I64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def value(name, shape=(2, 3, 4), element=F):
    return helper.make_tensor_value_info(name, element, shape)


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs, outputs, name=f"{op}_{outputs[0]}", **attributes)


def constant(name, content, dtype=np.float32):
    return numpy_helper.from_array(np.array(content, dtype), name)


def model(nodes, opset, inputs=None, outputs=None, initializers=(), functions=(), domains=()):
    outputs = outputs or [helper.make_tensor_value_info(nodes[-1].output[0], F, None)]
    for output in outputs:  # the checker wants a shape, inference finds it
        if not output.type.tensor_type.HasField("shape"):
            output.type.tensor_type.shape.SetInParent()
    graph = helper.make_graph(nodes, "g", inputs or [value("x")], outputs, initializers)
    imports = [helper.make_opsetid("", opset)] + [helper.make_opsetid(d, 1) for d in domains]
    made = helper.make_model(graph, opset_imports=imports, functions=functions)
    made.ir_version = 8
    return made


def one(op, opset, initializers=(), shape=(2, 3, 4), out=(2, 3, 4), outputs=None, **attributes):
    nodes = [node(op, ["x", *(i.name for i in initializers)], outputs or ["y"], **attributes)]
    return model(nodes, opset, [value("x", shape)], [value((outputs or ["y"])[0], out)], initializers)
