"""What methods do to real transformers: two measurements that take minutes, and so are no tests.

usage: methods.py fold --bin build/bin --models DIR [--methods a,b] [MODEL ...]
       methods.py planted --bin build/bin --models DIR [--factor 512] [--channels 4] MODEL
DIR holds a folder per model with model.onnx and calibration.npz (`fold` does without: on random numbers), for `planted` eval.npz too.

fold: the float function before and after each method, by ONNX Runtime without optimizations: the largest difference of an output
relative to its largest magnitude. Ends in status 1 if one is above 1e-5.

planted: exact outlying channels (powers of two) in each normalization whose factor only products with constant matrices read, the factor
times as large and their rows as small; then the perplexity of the float model, of W8A8 without a method, and with methods that
shrink outliers. For models from tokens to logits; eval.npz has `tokens`, one more than the model reads, and may have `length`.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

METHODS = ["smoothquant", "outlier-suppression-plus", "aqas", "repq", "weight-dilation", "cross-layer-equalization",
           "weight-dilation,smoothquant", "q-hyvit", "noisyquant", "smoothquant,q-hyvit,noisyquant", "awq"]
TOLERANCE = 1e-5


def quernc(arguments, model, data, output, flags):
    ran = subprocess.run([arguments.bin / "quernc", model, f"--calibration-data={data}", "-o", output, *flags],
                         capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"{model} {' '.join(flags)}: {ran.stderr}")


def session(path):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def first_samples(inputs, data, count):
    """Of stored samples that may lack a batch axis of one; without them, made-up ones."""
    if not data.exists():
        random = np.random.default_rng(0)
        for _ in range(count):
            yield {one.name: random.normal(size=one.shape).astype(np.float32) if one.type == "tensor(float)" else
                   random.integers(0, 2, size=one.shape).astype({"tensor(int64)": np.int64, "tensor(int32)": np.int32}[one.type]) for one in inputs}
        return
    arrays = np.load(data)
    for i in range(count):
        feed = {name: arrays[name][i] for name in arrays.files}
        yield {one.name: feed[one.name].reshape((1,) * (len(one.shape) - feed[one.name].ndim) + feed[one.name].shape) for one in inputs}


def fold(arguments):
    worst = 0
    for name in arguments.model or sorted(path.parent.name for path in arguments.models.glob("*/model.onnx")):
        folder = arguments.models / name
        before = session(folder / "model.onnx")
        data = folder / "calibration.npz"
        samples = list(first_samples(before.get_inputs(), data, arguments.samples))
        wanted = [before.run(None, sample) for sample in samples]
        for method in arguments.methods:
            flags = ["--quantize=W4A16", "--group-size=32"] if method == "awq" else ["--quantize=W8A8"]
            with tempfile.TemporaryDirectory() as work:
                path = pathlib.Path(work) / "float.onnx"
                quernc(arguments, folder / "model.onnx", data if data.exists() else "random", path,
                       [*flags, f"--method={method}", "--stop-after=transform", "--emit=onnx"])
                after = session(path)
                got = [after.run(None, sample) for sample in samples]
            error = max(np.abs(a - b).max() / max(np.abs(b).max(), 1e-30) for x, y in zip(got, wanted) for a, b in zip(x, y)
                        if b.dtype == np.float32)
            worst = max(worst, error)
            print(f"{name:24} {method:32} {error:.2e}", flush=True)
    print(f"largest {worst:.2e}")
    return int(worst > TOLERANCE)


def plant(model, channels, factor):
    """Rescales `channels` channels of each such factor; returns how many factors there were."""
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    readers = {}
    for node in model.graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    planted = 0
    for number, node in enumerate(model.graph.node):
        scales = [name for name in node.input if name in constants and len(constants[name].dims) == 1]
        products = readers.get(node.output[0], [])
        if node.op_type not in ("Mul", "LayerNormalization", "RMSNormalization") or len(scales) != 1 or not products:
            continue
        weights = [product.input[1] for product in products if product.op_type == "MatMul" and product.input[0] == node.output[0] and
                   product.input[1] in constants and len(constants[product.input[1]].dims) == 2]
        if len(weights) != len(products) or any(len(readers[name]) > 1 for name in scales + weights):
            continue
        gamma = numpy_helper.to_array(constants[scales[0]]).copy()
        chosen = np.random.default_rng(number).choice(len(gamma), channels, replace=False)
        gamma[chosen] *= factor
        constants[scales[0]].CopyFrom(numpy_helper.from_array(gamma, scales[0]))
        for name in weights:
            weight = numpy_helper.to_array(constants[name]).copy()
            weight[chosen] /= factor
            constants[name].CopyFrom(numpy_helper.from_array(weight, name))
        planted += 1
    return planted


def perplexity(logits, tokens, lengths):
    """exp of the mean negative log probability of the next token, over the positions that have one."""
    logits = logits.reshape(len(tokens), -1, logits.shape[-1]).astype(np.float64)
    logits -= logits.max(-1, keepdims=True)
    log_probability = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    sums = [log_probability[i, np.arange(n), tokens[i, 1:n + 1]].sum() for i, n in enumerate(lengths)]
    return np.exp(-np.sum(sums) / np.sum(lengths))


def planted(arguments):
    folder = arguments.models / arguments.model[0]
    model, data = onnx.load(folder / "model.onnx"), np.load(folder / "eval.npz")
    count = plant(model, arguments.channels, arguments.factor)
    length = session(folder / "model.onnx").get_inputs()[0].shape[1]
    name, tokens = model.graph.input[0].name, data["tokens"]
    width = min(length + 1, tokens.shape[1])
    lengths = np.minimum(data["length"] if "length" in data.files else np.full(len(tokens), width), width) - 1
    inputs = np.zeros((len(tokens), 1, length), tokens.dtype)
    inputs[:, 0, :width] = tokens[:, :length]
    print(f"{arguments.channels} channels of {count} normalizations times {arguments.factor:g}")
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        onnx.save(model, work / "planted.onnx")
        np.savez(work / "in.npz", **{name: inputs})

        def measure(path, flags):
            quernc(arguments, path, folder / "calibration.npz", work / "model.so", flags)
            subprocess.run([arguments.bin / "quern-run", work / "model.so", "--samples", work / "in.npz", "--outputs", work / "out.npz"],
                           check=True)
            out = np.load(work / "out.npz")
            return perplexity(out[out.files[0]], tokens, lengths)

        wanted = measure(folder / "model.onnx", [])
        print(f"{'float, before planting':32} {wanted:.4f}", flush=True)
        print(f"{'float, planted':32} {measure(work / 'planted.onnx', []):.4f}", flush=True)
        for method in arguments.methods:
            value = measure(work / "planted.onnx", ["--quantize=W8A8", f"--method={method}", *arguments.flags])
            print(f"{'W8A8 ' + method:32} {value:.4f} {100 * (value / wanted - 1):+.2f} %", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measurement", choices=["fold", "planted"])
    parser.add_argument("model", nargs="*")
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--methods", type=lambda text: text.split(":"), help="separated by colons, since a list of methods has commas")
    parser.add_argument("--samples", type=int, default=2)
    parser.add_argument("--factor", type=float, default=512)
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--flags", nargs="*", default=[], help="for quernc, as --flags=--observer=mse")
    arguments = parser.parse_intermixed_args()
    if arguments.measurement == "fold":
        arguments.methods = arguments.methods or METHODS
        return fold(arguments)
    arguments.methods = arguments.methods or ["none", "smoothquant", "outlier-suppression-plus"]
    if len(arguments.model) != 1:
        parser.error("planted wants one model")
    return planted(arguments)


if __name__ == "__main__":
    sys.exit(main())
