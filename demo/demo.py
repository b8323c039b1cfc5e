"""From a trained float ONNX model to an int8 binary, and both side by side.

usage: python demo/demo.py --bin build/bin [--output demo-output]
Compiles digits.onnx twice (float and W8A8), runs both on 360 held-out images, prints accuracy, size and latency, and draws
demo.png: the numbers, and the images on which quantization moved the answer most.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import json
import pathlib
import subprocess
import sys

import numpy as np
from tqdm import tqdm

HERE = pathlib.Path(__file__).resolve().parent


def run(*command):
    """Standard output of a command; its standard error and a plain sentence if it fails."""
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nended with status {ran.returncode}:\n{ran.stderr}")
    return ran.stdout


def compile_and_measure(arguments, name, flags, samples, progress):
    """One form of the model: its probabilities on the held-out images, its size and its latency."""
    artefact, outputs = arguments.output / f"{name}.so", arguments.output / f"{name}.npz"
    progress.set_description(f"compile {name}")
    run(arguments.bin / "quernc", HERE / "digits.onnx", *flags, "-o", artefact)
    progress.update()
    progress.set_description(f"run {name}")
    run(arguments.bin / "quern-run", artefact, "--samples", samples, "--outputs", outputs)
    progress.update()
    progress.set_description(f"time {name}")
    timing = json.loads(run(arguments.bin / "quern-run", artefact, "--benchmark", "--threads=1", "--json"))
    about = json.loads(run(arguments.bin / "quern-run", artefact, "--describe", "--json"))
    progress.update()
    return {"probability": np.load(outputs)["probability"][:, 0], "file": artefact.stat().st_size,
            "weights": about["weight_bytes"], "ms": timing["median_ms"]}


def draw(path, images, labels, forms):
    """Left: what int8 costs and saves. Right: the held-out digits whose answer moved most."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    colours = {"float": "#9aa5b1", "int8": "#1b7f79"}
    figure = plt.figure(figsize=(12, 5.2), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[1, 1.7])
    left.suptitle("float and int8, one thread")
    rows = [("accuracy on held-out digits, %", lambda f: 100 * (f["probability"].argmax(1) == labels).mean(), "{:.1f}"),
            ("weights, KiB", lambda f: f["weights"] / 1024, "{:.0f}"), ("latency, µs", lambda f: 1000 * f["ms"], "{:.1f}")]
    for axis, (title, measure, text) in zip(left.subplots(3, 1), rows):
        values = [measure(forms[name]) for name in forms]
        bars = axis.barh(list(forms), values, color=[colours[name] for name in forms])
        axis.bar_label(bars, [text.format(value) for value in values], padding=4)
        axis.set_title(title, fontsize=10, loc="left")
        axis.set_xlim(0, 1.2 * max(values))
        axis.invert_yaxis()
        axis.spines[["top", "right", "bottom"]].set_visible(False)
        axis.xaxis.set_visible(False)
    right.suptitle("where quantization moved the answer most (float → int8, probability of the true digit)")
    moved = np.abs(forms["float"]["probability"] - forms["int8"]["probability"]).max(1)
    for axis, i in zip(right.subplots(3, 6).flat, np.argsort(-moved, kind="stable")):
        before, after = (forms[name]["probability"][i] for name in ("float", "int8"))
        axis.imshow(images[i, 0, 0], cmap="gray_r")
        axis.set_axis_off()
        kept = before.argmax() == after.argmax()
        axis.set_title(f"{labels[i]}: {before[labels[i]]:.3f} → {after[labels[i]]:.3f}" + ("" if kept else f"\nnow {after.argmax()}"),
                       fontsize=8, color="black" if kept else "#b3261e")
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("demo-output"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)

    held_out = np.load(HERE / "test.npz")
    images, labels = held_out["image"], held_out["label"]
    samples = arguments.output / "samples.npz"
    np.savez(samples, image=images)
    with tqdm(total=6, disable=None) as progress:
        forms = {"float": compile_and_measure(arguments, "float", [], samples, progress),
                 "int8": compile_and_measure(arguments, "int8", ["--quantize=W8A8", f"--calibration-data={HERE / 'calibration.npz'}"],
                                             samples, progress)}

    print(f"{'':6s} {'accuracy':>9s} {'weights':>9s} {'file':>9s} {'latency':>10s}")
    for name, form in forms.items():
        accuracy = (form["probability"].argmax(1) == labels).mean()
        print(f"{name:6s} {accuracy:9.2%} {form['weights'] / 1024:5.0f} KiB {form['file'] / 1024:5.0f} KiB {1000 * form['ms']:7.1f} µs")
    small, large = forms["int8"], forms["float"]
    print(f"int8: weights {large['weights'] / small['weights']:.2f}x smaller, {large['ms'] / small['ms']:.2f}x faster, on "
          f"{len(labels)} digits that neither training nor calibration saw")
    draw(arguments.output / "demo.png", images, labels, forms)
    print(f"picture: {arguments.output / 'demo.png'}")


if __name__ == "__main__":
    main()
