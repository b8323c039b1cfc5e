"""Methods on attention with grouped heads and rotation keep the float function (T1), and scale V with o_proj, queries with keys.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

TOKENS, WIDTH, HEAD = 12, 32, 8


class Block:
    """x -> RMSNorm -> attention -> + x, decomposed as exporters write it."""

    def __init__(self, heads, shared, rotation):
        self.random = np.random.default_rng(heads * 10 + shared)
        self.heads, self.shared, self.rotation = heads, shared, rotation
        self.nodes, self.constants = [], []

    def constant(self, name, value, dtype=np.float32):
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def shape(self, value, sizes, name):
        return self.node("Reshape", [value, self.constant(f"{name}_shape", sizes, np.int64)], name)

    def project(self, name, heads):
        weight = self.random.normal(size=(WIDTH, heads * HEAD)) / np.sqrt(WIDTH)
        if name == "v":
            weight[:, ::3] *= 30  # channels that a method wants to shrink
        else:  # the first rotated pair of each head: large queries, small keys
            pair = [0, 1 if self.rotation == "pairs" else HEAD // 2]
            weight.reshape(WIDTH, heads, HEAD)[:, :, pair] *= 16 if name == "q" else 1 / 16
        projected = self.node("MatMul", ["n", self.constant(f"{name}_weight", weight)], f"{name}_proj")
        split = self.shape(projected, [1, TOKENS, heads, HEAD], f"{name}_split")
        return self.node("Transpose", [split], f"{name}_heads", perm=[0, 2, 1, 3])

    def rotate(self, x, name):
        if self.rotation == "pairs":
            other = self.node("Gather", [x, "swap"], f"{name}_swapped", axis=3)
        else:
            low = self.node("Slice", [x, "zero", "half", "last"], f"{name}_low")
            high = self.node("Slice", [x, "half", "full", "last"], f"{name}_high")
            other = self.node("Concat", [self.node("Neg", [high], f"{name}_negative"), low], f"{name}_swapped", axis=-1)
        straight = self.node("Mul", [x, "cos"], f"{name}_cos")
        return self.node("Add", [straight, self.node("Mul", [other, "sin"], f"{name}_sin")], f"{name}_rotated")

    def add_tables(self):
        angle = np.outer(np.arange(TOKENS), 1 / 100 ** (np.arange(HEAD // 2) / (HEAD // 2)))
        if self.rotation == "pairs":
            self.constant("cos", np.repeat(np.cos(angle), 2, -1))
            self.constant("sin", np.repeat(np.sin(angle), 2, -1) * np.tile([-1, 1], HEAD // 2))
            self.constant("swap", np.arange(HEAD) ^ 1, np.int64)
        else:
            self.constant("cos", np.tile(np.cos(angle), 2))
            self.constant("sin", np.tile(np.sin(angle), 2))
            for name, value in {"zero": 0, "half": HEAD // 2, "full": HEAD, "last": 3}.items():
                self.constant(name, [value], np.int64)

    def save(self, path):
        groups = self.heads // self.shared
        self.add_tables()
        for name, value in {"epsilon": 1e-5, "root": np.sqrt(HEAD)}.items():
            self.constant(name, value)
        self.constant("axis", [-1], np.int64)
        self.constant("gamma", self.random.uniform(0.5, 2, WIDTH))
        self.constant("mask", np.triu(np.full((TOKENS, TOKENS), -1e4), 1))
        mean = self.node("ReduceMean", [self.node("Mul", ["x", "x"], "square"), "axis"], "mean", keepdims=1)
        root = self.node("Sqrt", [self.node("Add", [mean, "epsilon"], "variance")], "deviation")
        self.node("Mul", [self.node("Div", ["x", root], "normal"), "gamma"], "n")
        q, k = self.rotate(self.project("q", self.heads), "q"), self.rotate(self.project("k", self.shared), "k")
        q = self.shape(q, [self.shared, groups, TOKENS, HEAD], "q_grouped")
        k = self.shape(k, [self.shared, 1, TOKENS, HEAD], "k_grouped")
        v = self.shape(self.project("v", self.shared), [self.shared, 1, TOKENS, HEAD], "v_grouped")
        scores = self.node("MatMul", [q, self.node("Transpose", [k], "k_turned", perm=[0, 1, 3, 2])], "scores")
        masked = self.node("Add", [self.node("Div", [scores, "root"], "scaled"), "mask"], "masked")
        mixed = self.node("MatMul", [self.node("Softmax", [masked], "probabilities"), v], "mixed")
        joined = self.node("Transpose", [self.shape(mixed, [1, self.heads, TOKENS, HEAD], "ungrouped")], "turned", perm=[0, 2, 1, 3])
        weight = self.random.normal(size=(self.heads * HEAD, WIDTH)) / WIDTH
        self.node("MatMul", [self.shape(joined, [1, TOKENS, self.heads * HEAD], "joined"), self.constant("o_weight", weight)], "o_proj")
        self.node("Add", ["x", "o_proj"], "y")
        value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, TOKENS, WIDTH])
        graph = helper.make_graph(self.nodes, "block", [value("x")], [value("y")], self.constants)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)


def weight_of(path, name):
    graph = onnx.load(path).graph
    node = next(each for each in graph.node if each.name == name)
    return next(numpy_helper.to_array(each) for each in graph.initializer if each.name == node.input[1])


def check_queries_and_keys(model, after, block):
    """Their scales are inverse to each other, one for both channels of a rotated pair and for all heads that share keys."""
    q, k = ((weight_of(after, name) / weight_of(model, name))[0] for name in ("q_proj", "k_proj"))
    q, k = q.reshape(block.shared, -1, HEAD), k.reshape(block.shared, 1, HEAD)
    assert np.ptp(np.log(q)) > 0.3, "the large pairs of the queries were left as they are"
    products = q * k
    np.testing.assert_allclose(products, products[0, 0, 0], rtol=1e-5)
    first, second = (q[..., ::2], q[..., 1::2]) if block.rotation == "pairs" else (q[..., :HEAD // 2], q[..., HEAD // 2:])
    np.testing.assert_allclose(first, second, rtol=1e-5)


@pytest.mark.parametrize("heads, shared, rotation, method", [
    (4, 4, "pairs", "smoothquant"), (4, 2, "pairs", "smoothquant"), (4, 1, "halves", "smoothquant"),
    (4, 2, "halves", "outlier-suppression-plus"), (4, 2, "pairs", "aqas")])
def test_scales_of_values_go_to_their_weights(programs, tmp_path, heads, shared, rotation, method):
    model, after = tmp_path / "model.onnx", tmp_path / "after.onnx"
    block = Block(heads, shared, rotation)
    block.save(model)
    # Words repeat, so scales made of one half of the samples hold the values of the other: of few random rows they would
    # not, and a method that is judged on unseen rows would be right to leave V alone.
    words = block.random.normal(size=(24, WIDTH)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=words[block.random.integers(len(words), size=(32, TOKENS))])
    made = programs.quernc(model, "--quantize=W8A8", f"--calibration-data={tmp_path / 'data.npz'}", f"--method={method}",
                           "--stop-after=transform", "--emit=onnx", "-o", after)
    assert made.returncode == 0 and "cannot be folded" not in made.stderr, made.stderr
    # Rows of V's weight may be scaled by the norm in front, too: that is one factor for all columns.
    v_ratio, o_ratio = weight_of(after, "v_proj") / weight_of(model, "v_proj"), weight_of(after, "o_proj") / weight_of(model, "o_proj")
    v, o = v_ratio[0] / v_ratio[0, 0], o_ratio[:, 0] / o_ratio[0, 0]
    assert np.ptp(np.log(v)) > 0.5, "the outlying channels of V were left as they are"
    # Query head h reads the values of head h // (heads / shared): its scale is the inverse of theirs.
    spread = np.repeat(v.reshape(shared, HEAD), heads // shared, axis=0).reshape(-1)
    np.testing.assert_allclose(spread * o, 1, rtol=1e-5)
    if method == "smoothquant":
        check_queries_and_keys(model, after, block)
    x = block.random.normal(size=(1, TOKENS, WIDTH)).astype(np.float32)
    run = lambda path: onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    before = run(model)
    np.testing.assert_allclose(run(after), before, rtol=0, atol=1e-5 * np.abs(before).max())
