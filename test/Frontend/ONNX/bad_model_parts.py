"""What models that must be refused are made of, and the list of them.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from onnx import TensorProto, helper

F = TensorProto.FLOAT
CASES = {}


def case(*expected):
    """Registers a function that returns a model (or bytes), and what its messages must contain."""
    def register(function):
        CASES[function.__name__] = (function, list(expected))
        return function
    return register


def value(name, element=F, shape=(2,)):
    return helper.make_tensor_value_info(name, element, shape)


def node(op, inputs, outputs, name="bad", **attributes):
    return helper.make_node(op, inputs, outputs, name=name, **attributes)


def model(nodes=None, inputs=None, outputs=None, initializers=(), opset=13, domains=(), functions=(), ir=8, name="g"):
    nodes = [node("Relu", ["x"], ["y"])] if nodes is None else nodes
    graph = helper.make_graph(nodes, name, inputs if inputs is not None else [value("x")],
                              outputs if outputs is not None else [value("y")], initializers)
    imports = [helper.make_opsetid("", opset)] + [helper.make_opsetid(d, 1) for d in domains]
    made = helper.make_model(graph, opset_imports=imports, functions=functions)
    made.ir_version = ir
    return made


def tensor(name="w", element=F, dims=(2,), **fields):
    made = TensorProto(name=name, data_type=element, dims=dims)
    for field, content in fields.items():
        if field == "raw_data":
            made.raw_data = content
        else:
            getattr(made, field).extend(content)
    return made


def with_initializer(made):
    return model([node("Add", ["x", "w"], ["y"])], initializers=[made])
