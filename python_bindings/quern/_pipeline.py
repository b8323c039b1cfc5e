"""Passes on the text of IR.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

from . import _quern
from ._errors import Messages


def run_pipeline(ir: str, pipeline: str) -> str:
    """Runs passes on the text of a module, as quern-opt does, and returns the text of the result.

    `pipeline` is MLIR's: "builtin.module(quern-infer-shapes, func.func(quern-fold-constants))", or what stands in the outer
    parentheses alone; a pass has its options in braces, "quern-smooth-activations{alpha=0.5}". Names are in `list_passes()` and
    `list_pipelines()`; MLIR's own passes are there too.
    """
    messages = Messages()
    return messages.take(_quern.run_pipeline(ir, pipeline, messages)).decode()
