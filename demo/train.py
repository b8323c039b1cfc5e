"""Trains the demo's convolutional network on scikit-learn's handwritten digits, in numpy, and writes it as ONNX.

usage: python demo/train.py            writes digits.onnx, calibration.npz and test.npz beside this file (a minute on one core)

The network sees 8x8 images, scaled to 0..1: two residual-free convolution stages, global average pooling, a linear
classifier. The 1,797 images are split once: 1,337 to train, 100 to calibrate, 360 held out to score.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

HERE = pathlib.Path(__file__).resolve().parent
CHANNELS = (1, 32, 32, 64, 64)  # of the input and of the four convolutions
POOL_AFTER = 2  # a 2x2 max pool stands after this many convolutions


def split():
    """Images [N,1,8,8] in 0..1 and labels, as (train, calibration, test)."""
    digits = load_digits()
    images = (digits.images[:, None] / 16).astype(np.float32)
    order = np.random.default_rng(0).permutation(len(images))
    images, labels = images[order], digits.target[order]
    return tuple((images[part], labels[part]) for part in (slice(0, 1337), slice(1337, 1437), slice(1437, None)))


def patches(x):
    """3x3 neighbourhoods of x [N,C,H,W] with zero padding: [N,H,W,C*9]."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    return np.ascontiguousarray(windows.transpose(0, 2, 3, 1, 4, 5)).reshape(len(x), *x.shape[2:], -1)


def unpatch(columns, channels):
    """The adjoint of `patches`: sums the neighbourhoods back into [N,C,H,W]."""
    n, h, w, _ = columns.shape
    columns = columns.reshape(n, h, w, channels, 3, 3)
    x = np.zeros((n, channels, h + 2, w + 2), np.float32)
    for i in range(3):
        for j in range(3):
            x[:, :, i:i + h, j:j + w] += columns[:, :, :, :, i, j].transpose(0, 3, 1, 2)
    return x[:, :, 1:-1, 1:-1]


class Network:
    """Weights in ONNX's layouts; `step` is one forward and backward pass."""

    def __init__(self, random):
        self.weights = []
        for c_in, c_out in zip(CHANNELS, CHANNELS[1:]):
            self.weights += [random.normal(0, np.sqrt(2 / (9 * c_in)), (c_out, c_in, 3, 3)), np.zeros(c_out)]
        self.weights += [random.normal(0, np.sqrt(1 / CHANNELS[-1]), (10, CHANNELS[-1])), np.zeros(10)]
        self.weights = [w.astype(np.float32) for w in self.weights]

    def step(self, x, labels):
        """Mean cross-entropy of a batch and its gradient by every weight."""
        saved = []
        for layer in range(len(CHANNELS) - 1):
            w, b = self.weights[2 * layer:2 * layer + 2]
            columns = patches(x)
            y = np.maximum(columns @ w.reshape(len(w), -1).T + b, 0).transpose(0, 3, 1, 2)
            pooled = y
            if layer + 1 == POOL_AFTER:
                n, c, h, v = y.shape
                pooled = y.reshape(n, c, h // 2, 2, v // 2, 2).max((3, 5))
            saved.append((x.shape[1], columns, y, pooled))
            x = pooled
        features = x.mean((2, 3))
        logits = features @ self.weights[-2].T + self.weights[-1]
        probability = np.exp(logits - logits.max(1, keepdims=True))
        probability /= probability.sum(1, keepdims=True)
        loss = -np.log(probability[np.arange(len(labels)), labels] + 1e-12).mean()

        error = probability
        error[np.arange(len(labels)), labels] -= 1
        error /= len(labels)
        gradients = [error.T @ features, error.sum(0)]
        d = np.broadcast_to((error @ self.weights[-2])[:, :, None, None] / (x.shape[2] * x.shape[3]), x.shape)
        for layer in reversed(range(len(CHANNELS) - 1)):
            c_in, columns, y, pooled = saved[layer]
            if layer + 1 == POOL_AFTER:
                d = np.repeat(np.repeat(d, 2, 2), 2, 3) * (np.repeat(np.repeat(pooled, 2, 2), 2, 3) == y)
            d = (d * (y > 0)).transpose(0, 2, 3, 1)
            w = self.weights[2 * layer]
            flat = d.reshape(-1, len(w))
            gradients = [(flat.T @ columns.reshape(len(flat), -1)).reshape(w.shape), flat.sum(0)] + gradients
            d = unpatch(d @ w.reshape(len(w), -1), c_in)
        return loss, gradients


def train(epochs=20, batch=64, rate=2e-3):
    """Adam (Kingma and Ba, 2015) with a cosine-decayed rate."""
    random = np.random.default_rng(1)
    (images, labels), _, _ = split()
    network = Network(random)
    first = [np.zeros_like(w) for w in network.weights]
    second = [np.zeros_like(w) for w in network.weights]
    steps, done = epochs * (len(images) // batch), 0
    for epoch in range(epochs):
        order, losses = random.permutation(len(images)), []
        for begin in range(0, len(order) - batch + 1, batch):
            chosen = order[begin:begin + batch]
            loss, gradients = network.step(images[chosen], labels[chosen])
            losses.append(loss)
            done += 1
            now = rate * 0.5 * (1 + np.cos(np.pi * done / steps))
            for w, g, m, v in zip(network.weights, gradients, first, second):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                w -= now * (m / (1 - 0.9**done)) / (np.sqrt(v / (1 - 0.999**done)) + 1e-8)
        print(f"epoch {epoch + 1:2d}  loss {np.mean(losses):.4f}", flush=True)
    return network


def to_onnx(network):
    nodes, initializers, value = [], [], "image"
    for layer in range(len(CHANNELS) - 1):
        name = f"conv{layer + 1}"
        initializers += [numpy_helper.from_array(network.weights[2 * layer], f"{name}.weight"),
                         numpy_helper.from_array(network.weights[2 * layer + 1], f"{name}.bias")]
        nodes += [helper.make_node("Conv", [value, f"{name}.weight", f"{name}.bias"], [f"{name}.out"], name=name,
                                   kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
                  helper.make_node("Relu", [f"{name}.out"], [f"relu{layer + 1}.out"], name=f"relu{layer + 1}")]
        value = f"relu{layer + 1}.out"
        if layer + 1 == POOL_AFTER:
            nodes.append(helper.make_node("MaxPool", [value], ["pool.out"], name="pool", kernel_shape=[2, 2], strides=[2, 2]))
            value = "pool.out"
    initializers += [numpy_helper.from_array(network.weights[-2], "classifier.weight"),
                     numpy_helper.from_array(network.weights[-1], "classifier.bias")]
    nodes += [helper.make_node("GlobalAveragePool", [value], ["average.out"], name="average"),
              helper.make_node("Flatten", ["average.out"], ["features"], name="flatten"),
              helper.make_node("Gemm", ["features", "classifier.weight", "classifier.bias"], ["logits"], name="classifier",
                               transB=1),
              helper.make_node("Softmax", ["logits"], ["probability"], name="softmax", axis=-1)]
    graph = helper.make_graph(nodes, "digits", [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])],
                              [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [1, 10])], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10, producer_name="quern-demo")
    onnx.checker.check_model(model, full_check=True)
    return model


if __name__ == "__main__":
    onnx.save(to_onnx(train()), HERE / "digits.onnx")
    _, (images, _), (held_out, labels) = split()
    np.savez_compressed(HERE / "calibration.npz", image=images)
    np.savez_compressed(HERE / "test.npz", image=held_out[:, None], label=labels)
