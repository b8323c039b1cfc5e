"""Every form of a normalization or activation that exporters write: recognised, and equal to ONNX Runtime on the form itself.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnxruntime
import pytest

SHAPE = [3, 5, 16]


class Graph:
    """Writes nodes; every method returns the name of its result."""

    def __init__(self, seed):
        self.nodes, self.constants, self.random = [], [], np.random.default_rng(seed)

    def constant(self, value, dtype=np.float32):
        name = f"c{len(self.constants)}"
        self.constants.append(onnx.numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def vector(self, mean=1.0):
        return self.constant(self.random.normal(mean, 0.3, SHAPE[-1]))

    def __getattr__(self, operator):
        def add(*inputs, **attributes):
            name = f"v{len(self.nodes)}"
            self.nodes.append(onnx.helper.make_node(operator, inputs, [name], name=f"{operator}_{name}", **attributes))
            return name
        return add

    def mean(self, x):
        return self.ReduceMean(x, self.constant([-1], np.int64), keepdims=1)

    def save(self, result, path):
        self.nodes.append(onnx.helper.make_node("Identity", [result], ["y"]))
        value = lambda name: onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, SHAPE)
        graph = onnx.helper.make_graph(self.nodes, "g", [value("x")], [value("y")], self.constants)
        onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=10), path)


def deviation(g, d, epsilon=1e-6):
    return g.Sqrt(g.Add(g.mean(g.Mul(d, d)), g.constant(epsilon)))


def rms_divided(g):
    return g.Mul(g.Div("x", deviation(g, "x")), g.vector())


def rms_by_reciprocal(g):
    return g.Mul(g.vector(), g.Mul("x", g.Reciprocal(deviation(g, "x"))))


def rms_by_one_over(g):
    return g.Mul(g.Mul("x", g.Div(g.constant(1.0), deviation(g, "x"))), g.vector())


def rms_by_power(g):
    square = g.mean(g.Pow("x", g.constant(2.0)))
    return g.Mul("x", g.Mul(g.Pow(g.Add(square, g.constant(1e-5)), g.constant(-0.5)), g.vector()))


def rms_with_offset(g):  # (1 + gamma), as Gemma writes it
    return g.Mul(g.Div("x", deviation(g, "x")), g.Add(g.vector(0.0), g.constant(1.0)))


def layer_divided(g):
    d = g.Sub("x", g.mean("x"))
    again = g.Sub("x", g.mean("x"))
    return g.Add(g.Mul(g.Div(d, deviation(g, again)), g.vector()), g.vector(0.0))


def layer_by_reciprocal(g):
    d = g.Sub("x", g.mean("x"))
    return g.Add(g.vector(0.0), g.Mul(g.Mul(d, g.vector()), g.Reciprocal(deviation(g, d))))


def layer_without_shift(g):
    d = g.Sub("x", g.mean("x"))
    return g.Div(g.Mul(d, g.vector()), deviation(g, d))


def layer_expanded(g):
    m = g.mean("x")
    k = g.Mul(g.Reciprocal(deviation(g, g.Sub("x", m))), g.vector())
    return g.Add(g.Mul("x", k), g.Sub(g.vector(0.0), g.Mul(m, k)))


def swish(g):
    return g.Mul("x", g.Sigmoid("x"))


def swish_with_slope(g):
    return g.Mul(g.Sigmoid(g.Mul(g.constant(1.702), "x")), "x")


def gelu_by_erf(g):
    return g.Mul(g.Mul("x", g.Add(g.Erf(g.Div("x", g.constant(np.sqrt(2)))), g.constant(1.0))), g.constant(0.5))


def gelu_by_erf_halved_first(g):
    return g.Mul(g.Mul(g.constant(0.5), "x"), g.Add(g.constant(1.0), g.Erf(g.Mul("x", g.constant(np.sqrt(0.5))))))


def gelu_by_tanh(g):
    cube = g.Mul(g.constant(0.044715), g.Pow("x", g.constant(3.0)))
    u = g.Mul(g.constant(np.sqrt(2 / np.pi)), g.Add("x", cube))
    return g.Mul(g.Mul("x", g.constant(0.5)), g.Add(g.Tanh(u), g.constant(1.0)))


def gelu_by_tanh_of_products(g):
    square = g.Mul(g.Mul("x", g.constant(0.044715)), "x")
    u = g.Mul(g.Mul("x", g.constant(0.7978845608)), g.Add(g.constant(1.0), square))
    return g.Mul(g.constant(0.5), g.Mul("x", g.Add(g.constant(1.0), g.Tanh(u))))


FORMS = {
    "RMSNormalization": [rms_divided, rms_by_reciprocal, rms_by_one_over, rms_by_power, rms_with_offset],
    "LayerNormalization": [layer_divided, layer_by_reciprocal, layer_without_shift, layer_expanded],
    "Swish": [swish, swish_with_slope],
    "Gelu": [gelu_by_erf, gelu_by_erf_halved_first, gelu_by_tanh, gelu_by_tanh_of_products],
}


@pytest.mark.parametrize("operator, form", [(op, form) for op, forms in FORMS.items() for form in forms])
def test_form(programs, execute, tmp_path, operator, form):
    g, model = Graph(seed=7), tmp_path / "model.onnx"
    g.save(form(g), model)
    prepared = programs.quernc(model, "--stop-after=prepare", "--emit=mlir", "-o", "-")
    assert prepared.returncode == 0, prepared.stderr
    ops = {word for word in prepared.stdout.replace("(", " ").split() if word.startswith("onnx.")} - {"onnx.Constant", "onnx.NoValue"}
    assert {op for op in ops if op[5].isupper()} == {f"onnx.{operator}"}, ops
    made = programs.quernc(model, "-o", tmp_path / "model.so")
    assert made.returncode == 0, made.stderr
    x = g.random.normal(0.5, 2, [4, *SHAPE]).astype(np.float32)
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    expected = np.stack([session.run(None, {"x": each})[0] for each in x])
    np.testing.assert_allclose(execute(tmp_path / "model.so", x=x)["y"], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("form", [rms_divided, layer_expanded, swish_with_slope, gelu_by_tanh])
def test_exported_form(programs, tmp_path, form):
    """What was recognised leaves in words of opset 21, and means the same to another runtime."""
    g, model, exported = Graph(seed=8), tmp_path / "model.onnx", tmp_path / "exported.onnx"
    g.save(form(g), model)
    made = programs.quernc(model, "-o", exported)
    assert made.returncode == 0, made.stderr
    assert [each.version for each in onnx.load(exported).opset_import] == [21]
    x = g.random.normal(0.5, 2, SHAPE).astype(np.float32)
    run = lambda path: onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    np.testing.assert_allclose(run(exported), run(model), rtol=1e-5, atol=1e-5)
