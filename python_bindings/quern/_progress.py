"""How far a call has come.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import sys
from typing import Any, Callable, Union

ProgressFunction = Callable[[str, int, int], object]
Progress = Union[None, bool, ProgressFunction]


class _Bars:
    """A tqdm bar for what is counted, one after the other."""

    def __init__(self, tqdm: Any) -> None:
        self.tqdm = tqdm
        self.bar: Any = None
        self.what = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        if what != self.what or done == 0:
            self.close()
        if done == 0:
            return  # a stage begins
        if self.bar is None:
            self.bar, self.what = self.tqdm(desc=what, total=None if total < 0 else total, leave=False), what
        self.bar.update(done - self.bar.n)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
        self.bar, self.what = None, ""


class progress_function:
    """A context whose value is what the compiler calls. None: bars where standard error is a terminal and tqdm is installed; True: bars;
    False: nothing; a function is called as function(what, done, total) with total -1 if it is not known, and with done and total 0 where a
    stage begins. What it raises ends the call."""

    def __init__(self, progress: Progress) -> None:
        self.bars = None
        if progress is None:
            progress = sys.stderr.isatty() and _has_tqdm()
        if progress is True:
            from tqdm.auto import tqdm
            progress = self.bars = _Bars(tqdm)
        self.function = progress or None

    def __enter__(self) -> ProgressFunction | None:
        return self.function

    def __exit__(self, *_) -> None:
        if self.bars is not None:
            self.bars.close()


def _has_tqdm() -> bool:
    from importlib.util import find_spec
    return find_spec("tqdm") is not None
