"""What --assign=auto makes of real models beside every uniform setting: error against bytes and against time. Minutes a model.

usage: fronts.py --bin build/bin --models DIR --output FOLDER [--shares 0.25,0.5,0.75] [--times 0.25,0.5] [--rounds 5] [--outputs REGEX] [MODEL ...]
DIR holds a folder per model with model.onnx, calibration.npz and eval.npz (inputs by name, a leading axis over samples of the model's shape
or lacking a batch axis of 1). Errors are squared errors of the outputs relative to the power of the float model's, on eval.npz alone.
Times are the least of alternating rounds, on one thread. Budgets of bytes lie between W4A8 and W8A8, budgets of time between W8A8 and float.
Writes FOLDER/MODEL.svg and FOLDER/MODEL.json, prints a table, and ends in status 1 if a uniform setting takes no more than a chosen point
and errs less, a larger budget errs more, a predicted time is off by more than 15 %, or a budget of time is not kept.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import dataclasses
import json
import pathlib
import re
import subprocess
import sys

import numpy as np
import onnx

UNIFORM = {"float": [], "W8A8": ["--quantize=W8A8"], "W4A8": ["--quantize=W4A8"],
           "W8A8 dynamic": ["--quantize=W8A8", "--activations=dynamic"]}
PREDICTION = 0.15  # of the measured time
NOISE = 0.05  # by which the least time of another process may differ


@dataclasses.dataclass
class Point:
    name: str
    is_uniform: bool
    artefact: pathlib.Path
    bytes: int = 0
    error: float = 0
    agreement: float = 0  # share of rows of the first output whose greatest element is that of the float model
    milliseconds: float = float("inf")
    predicted: float | None = None  # milliseconds
    limit: float | None = None  # milliseconds: its budget of time; None: one of bytes


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


class Bench:
    """One model: its artefacts, errors and times."""

    def __init__(self, arguments, name):
        self.arguments, self.folder, self.name = arguments, arguments.models / name, name
        self.work = arguments.output / name
        self.work.mkdir(parents=True, exist_ok=True)
        self.points = []
        self.samples = self.write_samples()

    def write_samples(self):
        graph = onnx.load(self.folder / "model.onnx", load_external_data=False).graph
        constants, held = {i.name for i in graph.initializer}, np.load(self.folder / "eval.npz")
        np.savez(self.work / "samples.npz", **{i.name: held[i.name] for i in graph.input if i.name not in constants})
        return self.work / "samples.npz"

    def compile(self, name, *flags, is_uniform=False):
        """An artefact that lies there already is taken as it is: a search takes minutes, and may have been cut short."""
        artefact = self.work / f"{name.replace(' ', '-')}.so"
        if not artefact.exists():
            run(self.arguments.bin / "quernc", self.folder / "model.onnx", "-o", artefact, *flags, f"--calibration-data={self.folder / 'calibration.npz'}",
                *([f"--calibration-cache={self.work / 'ranges.json'}"] if flags else []))
        described = json.loads(run(self.arguments.bin / "quern-run", artefact, "--describe", "--json"))
        self.points.append(Point(name, is_uniform, artefact, described["weight_bytes"]))
        return self.points[-1]

    def assign(self, name, budget, losses):
        front = self.work / f"front-{name.replace(' ', '-')}.json"
        point = self.compile(name, "--assign=auto", f"--budget={budget}", f"--pareto={front}", f"--cost-table={self.work / 'costs.json'}",
                             f"--sensitivity-table={self.work / losses}")
        if front.exists():
            point.predicted = next(p["latency"] for p in json.loads(front.read_text())["points"] if p["chosen"])
        return point

    def search_bytes(self):
        """Budgets between the sizes of uniform 4 and 8 bits. Times are predicted, and no limit; with a budget of workspace they are not spent
        on activations either."""
        sizes = {point.name: point.bytes for point in self.points}
        for share in self.arguments.shares:
            budget = int(sizes["W4A8"] + share * (sizes["W8A8"] - sizes["W4A8"]))
            point = self.assign(f"budget {share:g}", f"size={budget},latency=1000s,sram=1000M", "losses.json")
            if point.bytes > budget:
                raise RuntimeError(f"{self.name}: {point.bytes} bytes within a budget of {budget}")

    def search_times(self):
        """Budgets between the times of 8 bits and of float."""
        self.measure_times()
        times = {point.name: point.milliseconds for point in self.points}
        for share in self.arguments.times if times["float"] > times["W8A8"] else []:
            limit = times["W8A8"] + share * (times["float"] - times["W8A8"])
            self.assign(f"time {share:g}", f"latency={limit:.4f}ms", "losses-of-activations.json").limit = limit

    def measure_errors(self):
        truth = None
        for point in self.points:
            outputs = self.work / "outputs.npz"
            run(self.arguments.bin / "quern-run", point.artefact, "--samples", self.samples, "--outputs", outputs)
            found = {name: array.astype(np.float64) for name, array in np.load(outputs).items()
                     if array.dtype == np.float32 and re.search(self.arguments.outputs, name)}
            truth = truth or found
            power = sum(np.square(array).sum() for array in truth.values())
            point.error = sum(np.square(found[name] - truth[name]).sum() for name in truth) / power
            first = next(iter(truth))
            point.agreement = float(np.mean(found[first].argmax(-1) == truth[first].argmax(-1)))

    def measure_times(self):
        for _ in range(self.arguments.rounds):
            for point in self.points:
                told = json.loads(run(self.arguments.bin / "quern-run", point.artefact, "--benchmark", "--threads=1", "--json"))
                point.milliseconds = min(point.milliseconds, told["min_ms"])

    def shortfalls(self):
        """What should not be: a uniform setting that a choice which takes no less does not beat, a larger budget that errs more, a prediction
        that is off, a time beyond its budget. The choices include 8 bits for all, which is what the largest budgets of bytes and the least of
        time give."""
        eight = next(p for p in self.points if p.name == "W8A8")
        by_bytes = [p for p in self.points if not p.is_uniform and not p.limit]
        by_time = [p for p in self.points if p.limit]
        for chosen, cost in ((sorted(by_bytes, key=lambda p: p.bytes) + [eight], "bytes"),
                             ([eight] + sorted(by_time, key=lambda p: p.limit), "milliseconds")):
            for uniform in (p for p in self.points if p.is_uniform and p not in chosen):
                for point in chosen:
                    if point.error > uniform.error and getattr(point, cost) >= getattr(uniform, cost):
                        yield f"{self.name}: {uniform.name} errs {uniform.error:.2e} in {getattr(uniform, cost)} {cost}, {point.name} {point.error:.2e} in {getattr(point, cost)}"
            for smaller, larger in zip(chosen, chosen[1:]):
                if larger.error > 1.02 * smaller.error:
                    yield f"{self.name}: {larger.name} errs {larger.error:.2e}, more than {smaller.name} with {smaller.error:.2e}"
        for point in self.points:
            if point.predicted and abs(point.predicted / point.milliseconds - 1) > PREDICTION:
                yield f"{self.name}: {point.name} was predicted {point.predicted:.3f} ms and takes {point.milliseconds:.3f}"
            if point.limit and point.milliseconds > (1 + NOISE) * point.limit:
                yield f"{self.name}: {point.name} takes {point.milliseconds:.3f} ms within a budget of {point.limit:.3f}"

    def table(self):
        lines = [f"{self.name:22s} {'bytes':>9s} {'ms':>8s} {'predicted':>9s} {'error':>9s} {'agreement':>9s}"]
        for p in sorted(self.points, key=lambda p: -p.bytes):
            predicted = f"{p.predicted:9.3f}" if p.predicted else " " * 9
            lines.append(f"  {p.name:20s} {p.bytes:9d} {p.milliseconds:8.3f} {predicted} {p.error:9.2e} {p.agreement:9.4f}")
        return "\n".join(lines)

    def plot(self):
        import matplotlib
        matplotlib.use("svg")
        import matplotlib.pyplot as pyplot
        figure, axes = pyplot.subplots(1, 2, figsize=(11, 4.5), sharey=True, layout="constrained")
        for axis, cost, scale, label in ((axes[0], "bytes", 1 / 1024, "constants, KiB"), (axes[1], "milliseconds", 1, "time of a run, ms, one thread")):
            chosen = sorted((p for p in self.points if not p.is_uniform and bool(p.limit) == (cost == "milliseconds")), key=lambda p: getattr(p, cost))
            axis.plot([getattr(p, cost) * scale for p in chosen], [p.error for p in chosen], "o-", color="#1f6f8b", label="chosen within a budget")
            for uniform in (p for p in self.points if p.is_uniform and p.name != "float"):
                axis.plot(getattr(uniform, cost) * scale, uniform.error, "s", color="#c8553d")
                axis.annotate(uniform.name, (getattr(uniform, cost) * scale, uniform.error), textcoords="offset points", xytext=(0, 7), ha="center", fontsize=9)
            axis.plot([], [], "s", color="#c8553d", label="uniform")
            axis.set(xlabel=label, yscale="log")
            axis.margins(0.12)
            axis.grid(alpha=0.3)
        axes[0].set_ylabel("squared error of the outputs / their power")
        axes[0].legend(frameon=False)
        figure.suptitle(f"{self.name}: held-out error of each precision")
        figure.savefig(self.arguments.output / f"{self.name}.svg", metadata={"Date": None})
        pyplot.close(figure)

    def run(self):
        for name, flags in UNIFORM.items():
            self.compile(name, *flags, is_uniform=True)
        self.search_bytes()
        self.search_times()
        self.measure_errors()
        self.measure_times()
        told = [{**dataclasses.asdict(point), "artefact": point.artefact.name} for point in self.points]
        (self.arguments.output / f"{self.name}.json").write_text(json.dumps(told, indent=1) + "\n")
        self.plot()
        print(self.table(), flush=True)
        return list(self.shortfalls())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("bin", "models", "output"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--shares", type=lambda text: [float(share) for share in text.split(",")], default=[0.1, 0.25, 0.5, 0.75])
    parser.add_argument("--times", type=lambda text: [float(share) for share in text.split(",") if share], default=[0.2, 0.5])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--outputs", default="", help="a regular expression: the outputs that count; by default all, those of padding too")
    parser.add_argument("model", nargs="*")
    arguments = parser.parse_args()
    names = arguments.model or sorted(path.parent.name for path in arguments.models.glob("*/eval.npz"))
    problems = [problem for name in names for problem in Bench(arguments, name).run()]
    print("\n".join(problems) or "no uniform setting is better than the front; predictions hold")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
