"""quantize_static with ONNX Runtime's parameters, and its enums and readers.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import inspect

import numpy as np
import onnx
import onnxruntime
import onnxruntime.quantization as peer
import pytest

from samples import DataReader, items


def quantize(quern, digits, path, **options):
    quern.quantize_static(digits.model, path, DataReader(items()), **dict({"method": "none"}, **options))
    return onnx.load(path)


def quantized_ops(model):
    """Names of the nodes that read a DequantizeLinear's result."""
    dequantized = {node.output[0] for node in model.graph.node if node.op_type == "DequantizeLinear"}
    return {node.name for node in model.graph.node if node.op_type != "QuantizeLinear" and dequantized & set(node.input)}


def code_types(model):
    """Element types of the constants that are dequantized, and of zero points of what is quantized."""
    types = {tensor.name: onnx.TensorProto.DataType.Name(tensor.data_type) for tensor in model.graph.initializer}
    weights = {types[node.input[0]] for node in model.graph.node if node.op_type == "DequantizeLinear" and node.input[0] in types}
    return weights, {types[node.input[2]] for node in model.graph.node if node.op_type == "QuantizeLinear"}


def test_the_quantized_model_runs_in_onnx_runtime(quern, digits, tmp_path):
    quern.quantize_static(digits.model, tmp_path / "q.onnx", DataReader(items()), per_channel=True)
    session = onnxruntime.InferenceSession(tmp_path / "q.onnx", providers=["CPUExecutionProvider"])
    answers = [session.run(None, {"image": image})[0].argmax() for image in digits.images]
    assert np.mean(answers == digits.labels) > 0.95


def test_parameters_have_onnx_runtime_s_names(quern):
    ours, theirs = (list(inspect.signature(function).parameters) for function in (quern.quantize_static, peer.quantize_static))
    assert ours[:len(theirs)] == theirs


def test_parameters_are_honoured(quern, digits, tmp_path):
    path = tmp_path / "q.onnx"
    plain = quantize(quern, digits, path)
    everything = quantized_ops(plain)
    convolutions = [node.name for node in plain.graph.node if node.op_type == "Conv"]
    assert len(everything) > 2 and set(convolutions) <= everything
    assert code_types(plain) == ({"INT8", "INT32"}, {"INT8"})
    assert code_types(quantize(quern, digits, path, activation_type=peer.QuantType.QUInt8))[1] == {"UINT8"}
    assert "INT4" in code_types(quantize(quern, digits, path, weight_type=peer.QuantType.QInt4))[0]

    assert quantized_ops(quantize(quern, digits, path, nodes_to_exclude=convolutions[:1])) == everything - {convolutions[0]}
    assert quantized_ops(quantize(quern, digits, path, nodes_to_quantize=convolutions[1:])) == set(convolutions[1:])
    assert quantized_ops(quantize(quern, digits, path, op_types_to_quantize=["Conv"])) == set(convolutions)


def scales(model):
    named = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    return [named[node.input[1]] for node in model.graph.node if node.op_type in ("QuantizeLinear", "DequantizeLinear")]


def test_granularity_ranges_and_extra_options(quern, digits, tmp_path):
    path = tmp_path / "q.onnx"
    plain = scales(quantize(quern, digits, path))
    assert all(scale.size == 1 for scale in plain)
    assert any(scale.size > 1 for scale in scales(quantize(quern, digits, path, per_channel=True)))
    for options in ({"calibrate_method": peer.CalibrationMethod.MinMax}, {"calibrate_method": "Entropy"}, {"reduce_range": True},
                    {"extra_options": {"ActivationSymmetric": True}}, {"extra_options": {"CalibMovingAverage": True}}):
        changed = scales(quantize(quern, digits, path, **options))
        assert any(not np.array_equal(a, b) for a, b in zip(plain, changed)), options


REFUSED = [({"quant_format": peer.QuantFormat.QOperator}, "quant_format=QOperator: expected QDQ"),
           ({"activation_type": peer.QuantType.QInt16}, "activation_type=QInt16: expected QUInt8 or QInt8"),
           ({"weight_type": peer.QuantType.QUInt8}, "weight_type=QUInt8: expected QInt8 or QInt4"),
           ({"calibrate_method": peer.CalibrationMethod.Distribution}, "expected MinMax or Entropy or Percentile"),
           ({"use_external_data_format": True}, "use_external_data_format=True: expected False"),
           ({"calibration_providers": ["CUDAExecutionProvider"]}, "expected CPUExecutionProvider"),
           ({"extra_options": {"SmoothQuant": True}}, "extra_options=SmoothQuant: expected ActivationSymmetric or"),
           ({"nodes_to_exclude": ["conv("]}, "conv"), ({"op_types_to_quantize": ["Convolution"]}, "Convolution"), ({"method": "magic"}, "magic")]


@pytest.mark.parametrize("options, reason", REFUSED, ids=[next(iter(options)) for options, _ in REFUSED])
def test_what_cannot_be_honoured_is_refused(quern, digits, tmp_path, options, reason):
    with pytest.raises(quern.Error) as raised:
        quantize(quern, digits, tmp_path / "q.onnx", **options)
    assert reason in str(raised.value) and not list(tmp_path.iterdir())
