"""What `--report` writes, as objects.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import contextlib
import json
import math
import os
import pathlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Union

from ._errors import Error, UsageError

Path = Union[str, "os.PathLike[str]"]


@dataclass(frozen=True)
class Deviation:
    """How far one tensor is from another, over all samples."""
    sqnr: float
    """10 log10(power / error) in dB; infinite where there is no error."""
    cosine: float
    relative: float
    """The squared error relative to the power; infinite where a value is not finite."""

    @classmethod
    def _read(cls, data: Mapping[str, Any]) -> Deviation:
        relative = math.inf if data["relative"] is None else data["relative"]
        return cls(math.inf if data["sqnr"] is None else data["sqnr"], data["cosine"], relative)


@dataclass(frozen=True)
class ReportedChange:
    """A change that was tried at one node, and what it did."""
    node: str
    change: str
    how: str
    """The flag or the rule of a recipe that makes it."""
    added: Deviation
    """The node's error then, all other nodes being float."""
    outputs: Deviation
    """All outputs against the float model's then."""
    bytes: int | None
    microseconds: float | None


@dataclass(frozen=True)
class ReportedNode:
    """One node of the quantized model beside the float model's (docs/report.md)."""
    name: str
    op: str
    quantized: bool
    activations: str
    weights: str
    total: Deviation
    inherited: Deviation
    added: Deviation
    cause: str
    shares: Mapping[str, float]
    weight_bytes: int
    float_weight_bytes: int
    alone: Deviation | None
    """All outputs against the float model's if only this node is quantized, where that was measured."""
    changes: tuple[ReportedChange, ...]


@dataclass(frozen=True)
class ReportedOutput:
    """One output of the model against the float model's."""
    name: str
    error: Deviation
    executed: bool
    """Whether the artefact itself was run; else its hub form was."""


class Report:
    """Where error and time of a quantized model come from: a file of `compile(..., report=path)`."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        if not isinstance(data, Mapping) or data.get("kind") != "quern report":
            raise UsageError("this is no report of Quern: expected what compile(..., report=path) writes")
        if data.get("version") != 1:
            raise UsageError(f"this is a report of version {data.get('version')}; this package reads version 1")
        self._data = data
        self.changes = tuple(self._read_change(change) for change in data["changes"]["list"])
        """What was tried, in the order in which it was."""
        self.nodes = tuple(self._read_node(number, node) for number, node in enumerate(data["nodes"]))
        """In the order of the graph."""
        self.outputs = tuple(
            ReportedOutput(output["name"], Deviation._read(output.get("executed", output["simulated"])), "executed" in output)
            for output in data["outputs"] if "simulated" in output)

    @classmethod
    def load(cls, path: Path) -> Report:
        """Reads a report, the JSON or the page."""
        path = pathlib.Path(path)
        try:
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".html":
                found = re.search(r'<script id="report" type="application/json">(.*?)</script>', text, re.S)
                text = found.group(1) if found else "null"
            return cls(json.loads(text))
        except OSError as problem:
            raise Error(f"cannot read '{path}': {problem.strerror}") from None
        except (UsageError, ValueError) as problem:
            raise UsageError(f"'{path}': {problem}") from None
        except (LookupError, TypeError, AttributeError, RecursionError):  # a member is missing, or is something else
            raise UsageError(f"'{path}' is a damaged report: write it anew with compile(..., report=path)") from None

    def _read_change(self, data: Mapping[str, Any]) -> ReportedChange:
        node = self._data["nodes"][data["node"]]["name"]
        return ReportedChange(node, data["change"], data["how"], Deviation._read(data["added"]), Deviation._read(data["outputs"]),
                              data.get("bytes"), data.get("us"))

    def _read_node(self, number: int, data: Mapping[str, Any]) -> ReportedNode:
        weight = data.get("weight", {})
        changes = tuple(change for change, tried in zip(self.changes, self._data["changes"]["list"]) if tried["node"] == number)
        return ReportedNode(data["name"], data["op"], data["quantized"], data["activations"], data["weights"],
                            Deviation._read(data["total"]), Deviation._read(data["inherited"]), Deviation._read(data["added"]), data["cause"],
                            data["shares"], weight.get("bytes", 0), weight.get("float_bytes", 0), self._read_alone(number), changes)

    def _read_alone(self, number: int) -> Deviation | None:
        return next((Deviation._read(one["outputs"]) for one in self._data["changes"]["present"] if one["node"] == number), None)

    @property
    def model(self) -> str:
        """The name of the model's file."""
        return self._data["model"]

    @property
    def precision(self) -> str:
        return self._data["precision"]

    @property
    def speedup(self) -> float | None:
        """The float model's time by the quantized model's; None where times could not be measured."""
        time = self._data["time"]
        return time["float_us"] / time["us"] if time.get("us") else None

    @property
    def size_ratio(self) -> float | None:
        """Bytes of the quantized model's weights by those of the float model's; None where nothing was compiled."""
        size = self._data.get("size")
        return size["weight_bytes"] / size["float_weight_bytes"] if size and size["float_weight_bytes"] else None

    @property
    def residue(self) -> list[dict[str, Any]]:
        """The operators that stayed float, with reasons."""
        return list(self._data["residue"] or [])

    @property
    def advice(self) -> list[tuple[ReportedNode, ReportedChange]]:
        """The nodes to look at first, and what to change there."""
        return [(self.nodes[item["node"]], self.changes[item["change"]]) for item in self._data["advice"]]

    def worst(self, count: int | None = None, by: str = "added") -> list[ReportedNode]:
        """Nodes by falling error: `by` is "added", "inherited" or "total"."""
        if by not in ("added", "inherited", "total"):
            raise UsageError(f"by={by!r}: expected 'added', 'inherited' or 'total'")
        return sorted(self.nodes, key=lambda node: getattr(node, by).sqnr)[:count]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data; docs/report.md says what each member is."""
        return json.loads(json.dumps(self._data))

    def __repr__(self) -> str:
        worst = min((output.error.sqnr for output in self.outputs), default=math.inf)
        return f"quern.Report({self.model!r}, {self.precision}, outputs at {worst:.1f} dB, {len(self.nodes)} nodes)"


@contextlib.contextmanager
def report_files(report: bool | Path | Iterable[Path] | None) -> Iterator[list[str]]:
    """The paths that `report` names; a file for the time where it is True."""
    if report is True:
        with tempfile.TemporaryDirectory(prefix="quern-") as folder:
            yield [str(pathlib.Path(folder, "report.json"))]
    elif not report:
        yield []
    else:
        yield [os.fspath(report)] if isinstance(report, (str, os.PathLike)) else [os.fspath(path) for path in report]
