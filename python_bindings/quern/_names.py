"""What there is to name.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

from . import _quern

_OPTIONS, _PASSES, _PIPELINES, _METHODS, _OBSERVERS, _TARGETS, _STAGES = range(7)


def _names(which: int) -> list[str]:
    return [name for name, _, _ in _quern.list_names(which)]


def _descriptions(which: int) -> dict[str, str]:
    return {name: description for name, _, description in _quern.list_names(which)}


def list_options() -> dict[str, str]:
    """Every option of quernc with its help. As keywords of `compile`, their dashes are underscores."""
    return _descriptions(_OPTIONS)


def list_passes() -> dict[str, str]:
    """Quern's passes with what each does. `run_pipeline` knows MLIR's own too."""
    return _descriptions(_PASSES)


def list_pipelines() -> dict[str, str]:
    """The pipelines that run a stage of the compiler each."""
    return _descriptions(_PIPELINES)


def list_methods() -> list[str]:
    """The names that `method` accepts."""
    return _names(_METHODS)


def list_observers() -> list[str]:
    """The names that `observer` accepts."""
    return _names(_OBSERVERS)


def list_targets() -> list[str]:
    """The names that `target` accepts."""
    return _names(_TARGETS)


def list_stages() -> list[str]:
    """The names that `stop_after` accepts, in their order."""
    return _names(_STAGES)
