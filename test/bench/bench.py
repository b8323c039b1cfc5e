"""Times compiled models beside ONNX Runtime, alternating in one run: ratio first, then medians and minima.

usage: bench.py --bin build/bin [--models DIR] [--threads 1] [--rounds 5] [REGEX]
DIR holds a folder per model with model.onnx and calibration.npz (default: the demo's network). Each program times in a process of
its own, so that thread pools do not disturb each other. The peer runs in its best form: all graph optimizations for float; for
int8, its static quantizer with unsigned activations and per-channel weights.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "demo"

PEER = """
import json, sys, time, numpy as np, onnxruntime as ort
o = ort.SessionOptions(); o.log_severity_level = 3; o.intra_op_num_threads = int(sys.argv[2])
s = ort.InferenceSession(sys.argv[1], o, providers=['CPUExecutionProvider'])
kinds = {'tensor(float)': np.float32, 'tensor(int64)': np.int64}
feed = {i.name: np.zeros([d if isinstance(d, int) else 1 for d in i.shape], kinds[i.type]) for i in s.get_inputs()}
times, end = [], time.perf_counter() + 1
for _ in range(5): s.run(None, feed)
while time.perf_counter() < end:
    b = time.perf_counter(); s.run(None, feed); times.append(1e3 * (time.perf_counter() - b))
print(json.dumps({'median_ms': float(np.median(times)), 'min_ms': float(np.min(times))}))
"""


def run(*command):
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    return json.loads(ran.stdout) if ran.returncode == 0 else None


def quantize_with_peer(model, calibration, output):
    """The peer's int8 form, or None where its quantizer fails."""
    import onnxruntime.quantization as q
    data = np.load(calibration)
    shapes = {i.name: [d.dim_value or 1 for d in i.type.tensor_type.shape.dim] for i in __import__("onnx").load(model).graph.input}

    class Reader(q.CalibrationDataReader):
        def __init__(self):
            names = [name for name in data.files if name in shapes]
            self.samples = iter([{n: data[n][i].reshape(shapes[n]) for n in names} for i in range(min(16, len(data[names[0]])))])

        def get_next(self):
            return next(self.samples, None)

    try:
        q.quantize_static(model, output, Reader(), per_channel=True, activation_type=q.QuantType.QUInt8, weight_type=q.QuantType.QInt8)
        return output
    except Exception:  # whatever the peer refuses, the table says so
        return None


def measure(artefact, arguments, peer):
    """Medians of alternated rounds: (ours, theirs), each {"median_ms", "min_ms"}; theirs None where it does not run."""
    rounds = [(run(arguments.bin / "quern-run", artefact, "--benchmark", f"--threads={arguments.threads}", "--json"),
               run(sys.executable, "-c", PEER, peer, arguments.threads) if peer else None) for _ in range(arguments.rounds)]
    both = []
    for side in zip(*rounds):
        side = [r for r in side if r]
        both.append({"median_ms": float(np.median([r["median_ms"] for r in side])), "min_ms": min(r["min_ms"] for r in side)} if side else None)
    return both


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("only", nargs="?", default="")
    arguments = parser.parse_args()
    if arguments.models:
        models = [(f.parent.name, f, f.parent / "calibration.npz") for f in sorted(arguments.models.glob("*/model.onnx"))]
    else:
        models = [("digits", DEMO / "digits.onnx", DEMO / "calibration.npz")]
    print(f"{'model':22s} {'form':6s} {'ratio':>6s} {'median':>9s} {'min':>9s} {'peer med':>9s} {'peer min':>9s}   (ms; ratio = peer / ours, medians)")
    with tempfile.TemporaryDirectory() as folder:
        for name, model, calibration in models:
            if not re.search(arguments.only, name) or not calibration.exists():
                continue
            for form, flags in (("float", []), ("int8", ["--quantize=W8A8", f"--calibration-data={calibration}"])):
                artefact = pathlib.Path(folder) / f"{name}.so"
                made = subprocess.run([arguments.bin / "quernc", model, *flags, "-o", artefact], capture_output=True, text=True)
                if made.returncode:
                    print(f"{name:22s} {form:6s} refused: {made.stderr.strip().splitlines()[-1]}")
                    continue
                peer = model if form == "float" else quantize_with_peer(model, calibration, pathlib.Path(folder) / "peer.onnx")
                ours, theirs = measure(artefact, arguments, peer)
                ratio = f"{theirs['median_ms'] / ours['median_ms']:6.2f}" if theirs else "     -"
                tail = f"{theirs['median_ms']:9.4f} {theirs['min_ms']:9.4f}" if theirs else "peer fails"
                print(f"{name:22s} {form:6s} {ratio} {ours['median_ms']:9.4f} {ours['min_ms']:9.4f} {tail}", flush=True)


if __name__ == "__main__":
    main()
