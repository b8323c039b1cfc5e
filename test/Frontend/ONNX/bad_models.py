"""Writes models that must be refused, and for each what the messages must contain.

usage: bad_models.py FOLDER    writes FOLDER/NAME.onnx and FOLDER/expected.json ({"NAME": ["substring", ...]})
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import pathlib
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

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


# The file ---------------------------------------------------------------------------------------------------------

@case("the file is empty")
def empty():
    return b""


@case("no valid ONNX protocol buffer")
def truncated():
    return model().SerializeToString()[:-7]


@case("no valid ONNX protocol buffer")
def text():
    return b"this is no model, but a line of text\n" * 20


@case("it holds no graph")
def no_graph():
    made = model()
    made.ClearField("graph")
    return made


@case("ir_version 0; accepted: 3 to")
def ir_version_zero():
    return model(ir=0)


@case("the graph has no name")
def no_graph_name():
    return model(name="")


@case("imports no opset")
def no_opset():
    made = model()
    del made.opset_import[:]
    return made


@case("states opset 6; accepted: 7 to 28")
def old_opset():
    return model(opset=6)


@case("states opset 29; accepted: 7 to 28")
def future_opset():
    return model(opset=29)


@case("metadata key 'k' is given more than once")
def repeated_metadata():
    made = model()
    for content in "ab":
        made.metadata_props.add(key="k", value=content)
    return made


# Operators --------------------------------------------------------------------------------------------------------

@case("bad", "unknown operator 'Rellu'; did you mean 'Relu'?")
def unknown_operator():
    return model([node("Rellu", ["x"], ["y"])])


@case("bad", "domain 'com.microsoft' is not supported")
def foreign_domain():
    return model([node("Relu", ["x"], ["y"], domain="com.microsoft")], domains=["com.microsoft"])


@case("bad", "used but not imported")
def domain_not_imported():
    return model([node("Relu", ["x"], ["y"], domain="my.domain")])


@case("domain 'ai.onnx' of operator 'Relu' is used but not imported")
def default_domain_not_imported():
    made = model()
    made.opset_import[0].domain = "my.domain"
    return made


@case("operator 'Gelu' enters ONNX at opset 20; the model states opset 13")
def operator_too_new():
    return model([node("Gelu", ["x"], ["y"])])


@case("operator 'Upsample' is deprecated since opset 10")
def deprecated_operator():
    return model([node("Upsample", ["x"], ["y"])])


@case("states no operator")
def no_operator():
    return model([node("", ["x"], ["y"])])


@case("has 1 inputs; accepted: 2", "input 'B' is required and missing")
def missing_input():
    return model([node("Add", ["x"], ["y"])])


@case("input 'A' is required and missing")
def empty_input():
    return model([node("Add", ["", "x"], ["y"])])


@case("has 3 inputs; accepted: 1")
def too_many_inputs():
    return model([node("Relu", ["x", "x", "x"], ["y"])])


@case("unknown attribute 'slope'; accepted: none")
def unknown_attribute():
    return model([node("Relu", ["x"], ["y"], slope=1.0)])


@case("attribute 'axis' is a float; accepted: an integer")
def attribute_kind():
    return model([node("Softmax", ["x"], ["y"], axis=1.5)])


@case("attribute 'to' is required and missing")
def missing_attribute():
    return model([node("Cast", ["x"], ["y"])])


@case("names the unknown element type 77")
def unknown_cast():
    return model([node("Cast", ["x"], ["y"], to=77)])


@case("attribute 'axis' is given more than once")
def repeated_attribute():
    made = node("Softmax", ["x"], ["y"], axis=0)
    made.attribute.add().CopyFrom(made.attribute[0])
    return model([made])


@case("attribute 'axis' must hold an integer and nothing else")
def attribute_of_two_values():
    made = node("Softmax", ["x"], ["y"], axis=0)
    made.attribute[0].s = b"x"
    return model([made])


@case("has type tensor(string); accepted:", "bad")
def element_type():
    return model(inputs=[value("x", TensorProto.STRING)])


@case("both must have one type")
def two_element_types():
    return model([node("Add", ["x", "z"], ["y"])], inputs=[value("x"), value("z", TensorProto.INT64)])


@case("output 'y' is declared as tensor(int64) and computed as tensor(float)")
def output_type():
    return model(outputs=[value("y", TensorProto.INT64)])


# Graphs -----------------------------------------------------------------------------------------------------------

@case("bad", "uses value 'z', which no node, input or initializer defines")
def dangling():
    return model([node("Add", ["x", "z"], ["y"])])


@case("which only the later node 'second' defines; nodes must be sorted topologically")
def unsorted():
    return model([node("Relu", ["t"], ["y"], name="first"), node("Relu", ["x"], ["t"], name="second")])


@case("the graph has a cycle through 'second'")
def cyclic():
    return model([node("Add", ["x", "b"], ["a"], name="first"), node("Relu", ["a"], ["b"], name="second"),
                  node("Relu", ["b"], ["y"], name="third")])


@case("output 'y' is already defined")
def defined_twice():
    return model([node("Relu", ["x"], ["y"], name="first"), node("Relu", ["x"], ["y"])])


@case("output 'x' is already defined")
def input_redefined():
    return model([node("Relu", ["x"], ["x"]), node("Relu", ["x"], ["y"], name="last")])


@case("output 'q' is defined by no node, input or initializer")
def output_undefined():
    return model(outputs=[value("q")])


@case("the graph has no outputs")
def no_outputs():
    return model(outputs=[])


@case("input 'x' is declared more than once")
def repeated_input():
    return model(inputs=[value("x"), value("x")])


@case("input 'x' has no type")
def untyped_input():
    made = model()
    made.graph.input[0].ClearField("type")
    return made


@case("input 'x' states no shape")
def input_without_shape():
    made = model()
    made.graph.input[0].type.tensor_type.ClearField("shape")
    return made


@case("input 'x' has a negative dimension")
def negative_dimension():
    return model(inputs=[value("x", shape=(-1, 3))])


@case("input 'x' has more elements than the limit")
def huge_dimension():
    return model(inputs=[value("x", shape=(2**62, 2**62))])


@case("input 'x' has 33 dimensions, more than the limit of 32", "initializer 'w': it has 33 dimensions")
def many_dimensions():
    return model(inputs=[value("x", shape=(1,) * 33)], initializers=[tensor(dims=(1,) * 33, float_data=[1])])


@case("input 'x' has an unknown type")
def unknown_element_type():
    made = model()
    made.graph.input[0].type.tensor_type.elem_type = 99
    return made


@case("first", "second", "third")
def all_errors_of_one_run():
    return model([node("Rellu", ["x"], ["a"], name="first"), node("Cast", ["x"], ["b"], name="second"),
                  node("Relu", ["nothing"], ["y"], name="third")])


# Tensors ----------------------------------------------------------------------------------------------------------

@case("initializer 'w': its raw_data holds 7 bytes, the shape and type need 8")
def raw_bytes():
    return with_initializer(tensor(raw_data=b"1234567"))


@case("initializer 'w': its float_data holds 3 values, the shape and type need 2")
def typed_values():
    return with_initializer(tensor(float_data=[1, 2, 3]))


@case("in more than one field (raw_data, float_data)")
def raw_and_typed():
    return with_initializer(tensor(raw_data=b"12345678", float_data=[1, 2]))


@case("its int32_data holds 0 values", "fields with data: float_data")
def wrong_field():
    made = tensor("w", TensorProto.INT32, float_data=[1, 2])
    return model([node("Add", ["x", "w"], ["y"])], inputs=[value("x", TensorProto.INT32)],
                 outputs=[value("y", TensorProto.INT32)], initializers=[made])


@case("its value 300 is out of the range of uint8")
def value_out_of_range():
    return with_initializer(tensor("w", TensorProto.UINT8, int32_data=[1, 300]))


@case("its byte 7 is out of the range of bool")
def bad_bool():
    return with_initializer(tensor("w", TensorProto.BOOL, raw_data=b"\x01\x07"))


@case("its shape [-2] has a negative dimension")
def negative_initializer():
    return with_initializer(tensor(dims=(-2,)))


@case("needs more than the limit")
def huge_initializer():
    return with_initializer(tensor(dims=(2**40, 2**40)))


@case("its element type 0 is unknown")
def undefined_element_type():
    return with_initializer(tensor(element=TensorProto.UNDEFINED))


@case("initializer 'w': it is given more than once")
def repeated_initializer():
    made = tensor(float_data=[1, 2])
    return model([node("Add", ["x", "w"], ["y"])], initializers=[made, made])


@case("an initializer has no name")
def unnamed_initializer():
    return model(initializers=[tensor(name="", float_data=[1, 2])])


@case("ir_version 3 and older require every initializer to be a graph input")
def initializer_not_input():
    made = with_initializer(tensor(float_data=[1, 2]))
    made.ir_version = 3
    return made


@case("its shape differs from that of the graph input of its name")
def initializer_shape():
    made = with_initializer(tensor(float_data=[1, 2]))
    made.graph.input.append(value("w", shape=(3,)))
    return made


@case("tensor of attribute 'value': its raw_data holds 1 bytes")
def constant_bytes():
    return model([node("Constant", [], ["c"], value=tensor(raw_data=b"1")), node("Add", ["x", "c"], ["y"], name="n")])


def external(**entries):
    made = tensor()
    made.data_location = TensorProto.EXTERNAL
    for key, content in entries.items():
        made.external_data.add(key=key, value=content)
    return with_initializer(made)



@case("initializer 'w': the external data has no location")
def external_without_location():
    return external()


@case("cannot read the external data 'missing.bin'")
def external_missing():
    return external(location="missing.bin")


@case("lies outside the model's folder")
def external_parent():
    return external(location="../outside.bin")


@case("is not relative to the model's folder")
def external_absolute():
    return external(location="/etc/passwd")


@case("lies outside the model's folder")
def external_link():
    return external(location="link.bin")


@case("lie beyond its end")
def external_too_short():
    return external(location="short.bin")


@case("lie beyond its end")
def external_offset():
    return external(location="short.bin", offset="18446744073709551610")


@case("states a length of 3 bytes, the shape and type need 8")
def external_length():
    return external(location="short.bin", length="3")


@case("is no non-negative integer")
def external_bad_offset():
    return external(location="short.bin", offset="-4")


# Scales -----------------------------------------------------------------------------------------------------------

def quantizing(scale):
    return model([node("QuantizeLinear", ["x", "s"], ["y"])], outputs=[value("y", TensorProto.UINT8)],
                 initializers=[numpy_helper.from_array(np.array(scale, np.float32), "s")])


@case("bad", "scale 's' holds 0.000000; accepted: finite and positive")
def zero_scale():
    return quantizing(0)


@case("finite and positive")
def negative_scale():
    return quantizing(-1)


@case("finite and positive")
def nan_scale():
    return quantizing(np.nan)


@case("finite and positive")
def infinite_scale():
    return quantizing(np.inf)


@case("finite and positive")
def zero_scale_of_constant():
    made = quantizing(1)
    made.graph.initializer[0].name = "unused"
    made.graph.node.insert(0, node("Constant", [], ["s"], name="c", value=numpy_helper.from_array(np.float32(0))))
    return made


# Conv, Gemm: what shapes say ---------------------------------------------------------------------------------------

def convolution(weight, **attributes):
    return model([node("Conv", ["x", "w"], ["y"], **attributes)], inputs=[value("x", shape=(1, 4, 8, 8))],
                 outputs=[value("y", shape=(1, 4, 6, 6))],
                 initializers=[numpy_helper.from_array(np.zeros(weight, np.float32), "w")])


@case("bad")
def conv_channels():
    return convolution((4, 3, 3, 3))


@case("bad")
def conv_groups():
    return convolution((4, 2, 3, 3), group=3)


@case("bad")
def matmul_shapes():
    return model([node("MatMul", ["x", "w"], ["y"])], inputs=[value("x", shape=(2, 3))],
                 initializers=[numpy_helper.from_array(np.zeros((4, 2), np.float32), "w")])


# Functions and bodies -----------------------------------------------------------------------------------------------

def function(name, nodes, inputs=("a",), outputs=("b",)):
    return helper.make_function("f", name, list(inputs), list(outputs), nodes,
                                [helper.make_opsetid("", 13), helper.make_opsetid("f", 1)])


def call(name, source="x", target="y", **attributes):
    return node(name, [source], [target], name=f"call_{name}", domain="f", **attributes)


@case("calls itself")
def recursive_function():
    return model([call("loop")], domains=["f"],
                 functions=[function("loop", [node("loop", ["a"], ["b"], domain="f")])])


@case("holds more nodes than the limit")
def exploding_functions():
    """Each function calls the one before ten times: 10^12 nodes."""
    functions = [function("f0", [node("Relu", ["a"], ["b"])])]
    for level in range(1, 13):
        calls = [node(f"f{level - 1}", ["a" if i == 0 else f"t{i}"], ["b" if i == 9 else f"t{i + 1}"], domain="f")
                 for i in range(10)]
        functions.append(function(f"f{level}", calls))
    return model([call("f12")], domains=["f"], functions=functions)


@case("nests bodies and function calls deeper")
def deep_calls():
    functions = [function("f0", [node("Relu", ["a"], ["b"])])]
    functions += [function(f"f{i}", [node(f"f{i - 1}", ["a"], ["b"], domain="f")]) for i in range(1, 400)]
    return model([call("f399")], domains=["f"], functions=functions)


@case("function 'one' accepts 1")
def too_many_arguments():
    made = call("one")
    made.input.append("x")
    return model([made], domains=["f"], functions=[function("one", [node("Relu", ["a"], ["b"])])])


@case("inner", "uses value 'zz'")
def dangling_in_function():
    return model([call("one")], domains=["f"], functions=[function("one", [node("Add", ["a", "zz"], ["b"], name="inner")])])


@case("has type tensor(string)")
def wrong_type_in_function():
    return model([call("one")], inputs=[value("x", TensorProto.STRING)], outputs=[value("y", TensorProto.STRING)],
                 domains=["f"], functions=[function("one", [node("Relu", ["a"], ["b"], name="inner")])])


def branch(name, nodes, output="b"):
    return helper.make_graph(nodes, name, [], [value(output)])


def conditional(then_nodes, else_nodes, then_output="b"):
    return model([node("If", ["c"], ["y"], name="if", then_branch=branch("then", then_nodes, then_output),
                       else_branch=branch("else", else_nodes, "e"))],
                 inputs=[value("x"), value("c", TensorProto.BOOL, ())])


@case("inner", "uses value 'zz'")
def dangling_in_body():
    return conditional([node("Relu", ["zz"], ["b"], name="inner")], [node("Relu", ["x"], ["e"])])


@case("if", "in its body: output 'q' is defined by no node")
def body_output():
    return conditional([node("Relu", ["x"], ["b"])], [node("Relu", ["x"], ["e"])], then_output="q")


def wrapped(field, content):
    """`content` as a length-delimited field; the Python package itself refuses to nest deeper than 100 messages."""
    length, varint = len(content), b""
    while True:
        varint += bytes([length & 127 | (128 if length > 127 else 0)])
        length >>= 7
        if not length:
            return bytes([field << 3 | 2]) + varint + content


def nested_bodies(depth):
    graph = helper.make_graph([node("Relu", ["x"], ["b0"])], "g", [], [value("b0")]).SerializeToString()
    for level in range(1, depth):
        outer = node("If", ["c"], [f"b{level}"], else_branch=branch("e", [node("Relu", ["x"], ["e"])], "e"))
        attribute = helper.make_attribute("then_branch", branch("then", []))
        attribute.ClearField("g")
        content = outer.SerializeToString() + wrapped(5, attribute.SerializeToString() + wrapped(6, graph))
        graph = branch("g", [], f"b{level}").SerializeToString() + wrapped(1, content)
    made = model([], inputs=[value("x"), value("c", TensorProto.BOOL, ())], outputs=[])
    return made.SerializeToString() + wrapped(7, graph)


@case("nests bodies and function calls deeper than the limit of 64")
def deep_bodies():
    return nested_bodies(70)


@case("nested deeper than 256 messages")
def very_deep_bodies():
    return nested_bodies(5000)


# Forms that no newer opset has ---------------------------------------------------------------------------------------

@case("bad", "spatial = 0 has no form in newer opsets")
def batch_normalization_not_spatial():
    names = ["s", "b", "m", "v"]
    return model([node("BatchNormalization", ["x", *names], ["y"], spatial=0)], opset=7,
                 inputs=[value("x", shape=(1, 2, 2))], outputs=[value("y", shape=(1, 2, 2))],
                 initializers=[tensor(n, float_data=[1, 1]) for n in names])


@case("tf_half_pixel_for_nn has no form in newer opsets")
def resize_tf_half_pixel():
    initializers = [tensor("roi", dims=(0,)), tensor("s", dims=(4,), float_data=[1, 1, 2, 2])]
    return model([node("Resize", ["x", "roi", "s"], ["y"], coordinate_transformation_mode="tf_half_pixel_for_nn")],
                 opset=11, inputs=[value("x", shape=(1, 1, 2, 2))], outputs=[value("y", shape=(1, 1, 4, 4))],
                 initializers=initializers)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "short.bin").write_bytes(b"1234")
    (folder.parent / "outside.bin").write_bytes(b"12345678")
    link = folder / "link.bin"
    if not link.is_symlink():
        os.symlink(folder.parent / "outside.bin", link)
    for name, (function_, _) in CASES.items():
        made = function_()
        (folder / f"{name}.onnx").write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
    expected = {name: expected for name, (_, expected) in CASES.items()}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1))


if __name__ == "__main__":
    main()
