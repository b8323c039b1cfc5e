"""Functions, bodies and old forms that must be refused.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from onnx import TensorProto, helper

from bad_model_parts import case, model, node, tensor, value


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
