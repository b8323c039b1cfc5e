"""cpu_kernels.py: convolution kernels of the CPU target against this machine's peak and ONNX Runtime, in one run.

Prints, for each shape, the rate of float and of u8 x s8, its share of a register-only peak loop measured beside it, and the ratio to
ONNX Runtime's float on one thread. Needs quern-opt, mlir-translate and clang on PATH, and onnxruntime.
"""
import ctypes
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "targets", "CPU", "Inputs"))
from conv import conv_nhwc, macs  # noqa: E402
from kernels import build, optimized, run  # noqa: E402

SHAPES = [
    dict(n=1, h=58, w=58, c=64, oc=64, kh=3, kw=3),
    dict(n=1, h=56, w=56, c=64, oc=256, kh=1, kw=1),
    dict(n=1, h=14, w=14, c=96, oc=576, kh=1, kw=1),
    dict(n=1, h=9, w=9, c=512, oc=512, kh=3, kw=3),
    dict(n=1, h=226, w=226, c=3, oc=32, kh=3, kw=3, stride=2),
    dict(n=1, h=1, w=1, c=1024, oc=1000, kh=1, kw=1),
]

PEAK = """
#include <immintrin.h>
#define ACCUMULATORS 24
void f32(long n, float *out) {
  __m512 a[ACCUMULATORS] = {0}, x = _mm512_set1_ps(1.0f);
  for (long i = 0; i < n; ++i)
    _Pragma("unroll") for (int j = 0; j < ACCUMULATORS; ++j) { a[j] = _mm512_fmadd_ps(x, x, a[j]); asm("" : "+v"(a[j])); }
  _Pragma("unroll") for (int j = 1; j < ACCUMULATORS; ++j) a[0] += a[j];
  _mm512_storeu_ps(out, a[0]);
}
void u8(long n, int *out) {
  __m512i a[ACCUMULATORS] = {0}, x = _mm512_set1_epi8(1);
  for (long i = 0; i < n; ++i)
    _Pragma("unroll") for (int j = 0; j < ACCUMULATORS; ++j) { a[j] = _mm512_dpbusd_epi32(a[j], x, x); asm("" : "+v"(a[j])); }
  _Pragma("unroll") for (int j = 1; j < ACCUMULATORS; ++j) a[0] = _mm512_add_epi32(a[0], a[j]);
  _mm512_storeu_si512(out, a[0]);
}
"""


def best(call, rounds=30):
    """The shortest of `rounds` calls, in seconds of this thread's processor time: other processes do not count."""
    shortest = float("inf")
    for _ in range(rounds):
        start = time.thread_time()
        call()
        shortest = min(shortest, time.thread_time() - start)
    return shortest


def peaks():
    """(float, u8) operations per second of register-only loops; zeros where the machine lacks the instructions."""
    with open("/proc/cpuinfo", encoding="ascii") as info:
        if "avx512_vnni" not in info.read():
            return 0.0, 0.0
    folder = tempfile.mkdtemp()
    source = os.path.join(folder, "peak.c")
    with open(source, "w", encoding="ascii") as file:
        file.write(PEAK)
    library = os.path.join(folder, "peak.so")
    subprocess.run(["clang", "-O2", "-march=native", "-shared", "-fPIC", source, "-o", library], check=True)
    loaded, sink, n = ctypes.CDLL(library), np.zeros(16, np.float32), 100000
    pointer = ctypes.c_void_p(sink.ctypes.data)
    return tuple(2 * lanes * 24 * n / best(lambda f=f: f(ctypes.c_long(n), pointer))
                 for f, lanes in ((loaded.f32, 16), (loaded.u8, 64)))


def onnxruntime_seconds(shape):
    """ONNX Runtime's float convolution and Relu of the same shape, one thread."""
    stride = shape.get("stride", 1)
    weights = np.random.default_rng(0).standard_normal((shape["oc"], shape["c"], shape["kh"], shape["kw"])).astype(np.float32)
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"], strides=[stride, stride]), helper.make_node("Relu", ["c"], ["y"])]
    size = [shape["n"], shape["c"], shape["h"], shape["w"]]
    graph = helper.make_graph(nodes, "conv", [helper.make_tensor_value_info("x", TensorProto.FLOAT, size)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [numpy_helper.from_array(weights, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    x = np.ones(size, np.float32)
    return best(lambda: session.run(None, {"x": x}))


def main():
    peak = peaks()
    print(f"peak: f32 {peak[0] / 1e9:.0f} GFLOPS, u8 {peak[1] / 1e9:.0f} GOPS")
    for shape in SHAPES:
        cells = []
        peer = onnxruntime_seconds(shape)
        for integer, ceiling in ((False, peak[0]), (True, peak[1])):
            text, inputs, output = conv_nhwc(integer=integer, **shape)
            library = build(text, optimized(""))
            seconds = best(lambda: run(library, inputs, output))
            rate = 2 * macs(**shape) / seconds
            share = f"{100 * rate / ceiling:3.0f}%" if ceiling else "  ?"
            cells.append(f"{'u8 ' if integer else 'f32'} {rate / 1e9:6.1f} G/s {share} of peak, {peer / seconds:5.2f}x ONNX Runtime f32")
        print(" ".join(f"{k}={v}" for k, v in shape.items()), "|", " | ".join(cells))


if __name__ == "__main__":
    main()
