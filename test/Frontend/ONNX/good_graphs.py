"""Every way to state a constant and a graph.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from good_model_parts import BOOL, F, I64, case, constant, model, node, one, value


# Forms of constants -----------------------------------------------------------------------------------------------------

@case
def constants_13():
    forms = {"f": {"value_float": 2.0}, "fs": {"value_floats": [1.0, 2.0, 3.0, 4.0]}, "i": {"value_int": 3},
             "is": {"value_ints": [2, 3, 4]}}
    nodes = [node("Constant", [], [name], **form) for name, form in forms.items()]
    nodes += [node("Mul", ["x", "f"], ["a"]), node("Add", ["a", "fs"], ["b"]), node("Reshape", ["b", "is"], ["c"]),
              node("Cast", ["i"], ["k"], to=F), node("Sub", ["c", "k"], ["y"])]
    return model(nodes, 13, outputs=[value("y")])


@case
def sparse_constant_13():
    sparse = helper.make_sparse_tensor(constant("v", [5.0, 7.0]), constant("i", [1, 3], np.int64), [4])
    nodes = [node("Constant", [], ["c"], sparse_value=sparse), node("Add", ["x", "c"], ["y"])]
    return model(nodes, 13, outputs=[value("y")])


@case
def element_types_21():
    """Each element type that has a cast to float, raw and typed."""
    nodes, initializers, last = [], [], "x"
    for element in (TensorProto.INT8, TensorProto.UINT8, TensorProto.INT16, TensorProto.UINT16, TensorProto.INT32,
                    TensorProto.INT64, TensorProto.UINT32, TensorProto.UINT64, TensorProto.BOOL, TensorProto.FLOAT16,
                    TensorProto.BFLOAT16, TensorProto.DOUBLE, TensorProto.INT4, TensorProto.UINT4):
        for raw in (False, True):
            name = f"c{element}{'r' if raw else 't'}"
            content = np.array([1, 0, 1, 1])
            made = helper.make_tensor(name, element, [4], content)
            if raw:
                dtype = helper.tensor_dtype_to_np_dtype(element)
                made = numpy_helper.from_array(content.astype(dtype), name)
                assert made.HasField("raw_data"), name
            initializers.append(made)
            nodes += [node("Cast", [name], [f"f{name}"], to=F), node("Add", [last, f"f{name}"], [f"s{name}"])]
            last = f"s{name}"
    nodes.append(node("Identity", [last], ["y"]))
    return model(nodes, 21, outputs=[value("y")], initializers=initializers)


@case
def initializer_as_input_13():
    made = one("Add", 13, [constant("w", [1, 2, 3, 4])])
    made.graph.input.append(value("w", (4,)))
    return made


# Graphs -----------------------------------------------------------------------------------------------------------------

@case
def symbolic_13():
    return model([node("Relu", ["x"], ["y"])], 13, [value("x", ("batch", 3, "length"))],
                 [value("y", ("batch", 3, "length"))])


@case
def no_node_names_13():
    made = one("Relu", 13)
    made.graph.node[0].name = ""
    return made


@case
def input_is_output_13():
    return model([node("Relu", ["x"], ["y"])], 13, outputs=[value("y"), value("x")])


@case
def condition_13():
    then = helper.make_graph([node("Relu", ["x"], ["t"])], "then", [], [value("t")])
    other = helper.make_graph([node("Neg", ["w"], ["e"])], "else", [], [value("e")], [])
    nodes = [node("Add", ["x", "x"], ["w"]), node("ReduceSum", ["x"], ["s"], keepdims=0),
             node("Greater", ["s", "zero"], ["c"]), node("If", ["c"], ["y"], then_branch=then, else_branch=other)]
    return model(nodes, 13, outputs=[value("y")], initializers=[constant("zero", 0)])


@case
def loop_13():
    body = helper.make_graph(
        [node("Add", ["v", "x"], ["v2"]), node("Identity", ["cond"], ["cond2"]), node("Identity", ["v2"], ["scan"])],
        "body", [value("i", (), I64), value("cond", (), BOOL), value("v")],
        [value("cond2", (), BOOL), value("v2"), value("scan")])
    nodes = [node("Loop", ["n", "", "x"], ["y", "all"], body=body)]
    return model(nodes, 13, outputs=[value("y"), value("all", (3, 2, 3, 4))],
                 initializers=[constant("n", 3, np.int64)])


@case
def scan_11():
    body = helper.make_graph([node("Add", ["s", "v"], ["s2"]), node("Identity", ["s2"], ["o"])], "body",
                             [value("s", (3, 4)), value("v", (3, 4))], [value("s2", (3, 4)), value("o", (3, 4))])
    nodes = [node("Scan", ["zero", "x"], ["last", "y"], body=body, num_scan_inputs=1)]
    return model(nodes, 11, outputs=[value("y"), value("last", (3, 4))],
                 initializers=[constant("zero", np.zeros((3, 4)))])


@case
def sequence_13():
    nodes = [node("SplitToSequence", ["x"], ["s"], axis=1), node("ConcatFromSequence", ["s"], ["y"], axis=1)]
    return model(nodes, 13, outputs=[value("y", (2, 3, 4))])


@case
def functions_13():
    """A function with an attribute reference and a default, called twice and from another function."""
    leaky = helper.make_node("LeakyRelu", ["a"], ["t"], name="inner")
    reference = leaky.attribute.add(name="alpha", ref_attr_name="slope", type=1)
    assert reference.ref_attr_name
    imports = [helper.make_opsetid("", 13), helper.make_opsetid("f", 1)]
    low = helper.make_function("f", "low", ["a"], ["b"], [leaky, node("Add", ["t", "a"], ["b"])], imports,
                               attributes=["slope"])
    high = helper.make_function("f", "high", ["a"], ["b"], [helper.make_node("low", ["a"], ["t"], domain="f", slope=0.5),
                                                            node("Neg", ["t"], ["b"])], imports)
    nodes = [helper.make_node("high", ["x"], ["h"], domain="f"), helper.make_node("low", ["h"], ["l"], domain="f", slope=0.1),
             node("Sub", ["h", "l"], ["y"])]
    return model(nodes, 13, outputs=[value("y")], functions=[low, high], domains=["f"])


@case
def function_with_body_13():
    """The body captures an input and an inner value of the function."""
    then = helper.make_graph([node("Add", ["a", "t"], ["r"])], "then", [], [value("r")])
    other = helper.make_graph([node("Sub", ["a", "t"], ["q"])], "else", [], [value("q")])
    imports = [helper.make_opsetid("", 13)]
    nodes = [node("Neg", ["a"], ["t"]), node("If", ["c"], ["b"], then_branch=then, else_branch=other)]
    function = helper.make_function("f", "choose", ["a", "c"], ["b"], nodes, imports)
    calls = [helper.make_node("choose", ["x", "yes"], ["u"], domain="f"),
             helper.make_node("choose", ["u", "no"], ["v"], domain="f"), node("Mul", ["v", "u"], ["y"])]
    return model(calls, 13, outputs=[value("y")], functions=[function], domains=["f"],
                 initializers=[constant("yes", True, bool), constant("no", False, bool)])


@case
def captured_output_13():
    """A value is an output of the graph, and both branches yield it too."""
    branches = [helper.make_graph([node("Identity", ["w"], [name])], name, [], [value(name)]) for name in ("t", "e")]
    nodes = [node("Neg", ["x"], ["w"]), node("If", ["c"], ["y"], then_branch=branches[0], else_branch=branches[1])]
    return model(nodes, 13, outputs=[value("y"), value("w")], initializers=[constant("c", True, bool)])


@case
def quantized_21():
    more = [constant("s", 0.1), constant("z", 7, np.uint8), constant("w", [[1, 2], [3, -4]], np.int8),
            constant("ws", [0.5, 0.25]), constant("wz", [0, 0], np.int8)]
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["d"]),
             node("DequantizeLinear", ["w", "ws", "wz"], ["f"], axis=1), node("MatMul", ["d", "f"], ["y"])]
    return model(nodes, 21, [value("x", (3, 2))], [value("y", (3, 2))], more)
