"""Files, operators and graphs that must be refused.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from onnx import TensorProto

from bad_model_parts import case, model, node, tensor, value


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
