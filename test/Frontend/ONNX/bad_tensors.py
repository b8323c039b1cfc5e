"""Tensors, scales and shapes that must be refused.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
from onnx import TensorProto, numpy_helper

from bad_model_parts import case, model, node, tensor, value, with_initializer


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
