"""check_kernels.py SUITE [CPU]: compares kernels of the CPU target with the naive lowering; prints one line per case."""
import sys

import numpy as np

from conv import conv_nhwc
from graph import Graph
from kernels import build, naive, optimized, run

SUITES = {
    # name: (shape of the input, graph)
    "dense": [
        ((1, 3, 9, 11), lambda g, x: g.conv(x, 17, 3, pad=1)),
        ((2, 4, 7, 7), lambda g, x: g.conv(x, 31, 1)),
        ((1, 17, 8, 9), lambda g, x: g.conv(x, 1, 3)),
        ((1, 31, 10, 10), lambda g, x: g.conv(x, 64, 3, stride=2, pad=1)),
        ((1, 5, 12, 13), lambda g, x: g.conv(x, 20, 5, dilation=2, pad=4)),
        ((1, 1, 15, 15), lambda g, x: g.conv(x, 33, 7, stride=3, pad=3)),
        ((1, 64, 1, 1), lambda g, x: g.conv(x, 130, 1)),
    ],
    "grouped": [
        ((1, 12, 9, 7), lambda g, x: g.conv(x, 18, 3, pad=1, groups=3)),
        ((2, 8, 6, 6), lambda g, x: g.conv(x, 40, 1, groups=2)),
    ],
    "depthwise": [
        ((1, 1, 9, 9), lambda g, x: g.conv(x, 1, 3, pad=1, groups=1)),
        ((1, 17, 9, 11), lambda g, x: g.conv(x, 17, 3, pad=1, groups=17)),
        ((2, 64, 14, 5), lambda g, x: g.conv(x, 64, 5, stride=2, pad=2, groups=64)),
        ((1, 31, 20, 9), lambda g, x: g.conv(x, 31, 3, dilation=2, groups=31)),
    ],
    "network": [
        ((1, 16, 15, 15), lambda g, x: g.max_pool(g.add(g.conv(x, 16, 3, pad=1), x), 3, 2, 1)),
        ((1, 3, 17, 16), lambda g, x: inverted_residual(g, g.conv(x, 8, 3, stride=2, pad=1))),
    ],
}


def inverted_residual(g, x):
    """An expansion, a depthwise convolution, a projection and the sum with the input, which feeds two readers."""
    expanded = g.conv(x, 48, 1)
    projected = g.conv(g.conv(expanded, 48, 3, pad=1, groups=48), 8, 1)
    return g.conv(g.add(projected, x), 13, 3, pad=1)


# Storage types and zero points, residual operands in the epilogue, scales per tensor and per channel.
CODES = [
    dict(n=1, h=6, w=7, c=9, oc=18, kh=3, kw=3, signed_a=True, zero_a=-5),
    dict(n=1, h=6, w=6, c=3, oc=16, kh=1, kw=1, signed_a=True, zero_a=11, residual=True),
    dict(n=2, h=5, w=6, c=8, oc=20, kh=2, kw=3, signed_w=False, zero_w=130, zero_a=200),
    dict(n=1, h=5, w=6, c=6, oc=7, kh=3, kw=1, signed_w=False, zero_w=0, signed_a=True, zero_a=0, per_channel=False),
    dict(n=1, h=8, w=8, c=16, oc=33, kh=3, kw=3, integer=False, residual=True),
]


def check_codes(arguments, cpu):
    text, inputs, output = conv_nhwc(**arguments)
    expected = run(build(text, naive("")), inputs, output.copy())
    actual = run(build(text, optimized(cpu), cpu), inputs, output.copy())
    if output.dtype == np.uint8:
        return np.array_equal(expected, actual)
    return bool(np.abs(expected - actual).max() <= 1e-5 * np.abs(expected).max() + 1e-6)


def check(shape, make, integer, cpu):
    graph = Graph(integer)
    text, inputs, output = graph.text(make(graph, graph.input(shape)))
    expected = run(build(text, naive("")), inputs, output.copy())
    actual = run(build(text, optimized(cpu), cpu), inputs, output.copy())
    if integer:
        return np.array_equal(expected, actual)
    return bool(np.abs(expected - actual).max() <= 1e-5 * np.abs(expected).max() + 1e-6)


def main():
    suite, cpu = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    failed = 0
    for number, arguments in enumerate(CODES if suite == "codes" else []):
        good = check_codes(arguments, cpu)
        failed += not good
        print(f"{'ok' if good else 'DIFFERS'}: codes {number} {cpu or 'native'}")
    for number, (shape, make) in enumerate(SUITES.get(suite, [])):
        for integer in (True, False):
            good = check(shape, make, integer, cpu)
            failed += not good
            print(f"{'ok' if good else 'DIFFERS'}: {suite} {number} {'u8' if integer else 'f32'} {cpu or 'native'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
