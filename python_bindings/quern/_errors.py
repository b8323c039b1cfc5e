"""What is raised, and where messages go.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import logging
from typing import NamedTuple

LOGGER = logging.getLogger("quern")
NOTE, WARNING, ERROR, REMARK = range(4)
DONE, REFUSED, WRONG_USAGE = range(3)


class Error(Exception):
    """The model, the data or the IR was refused. The text has every reason, one a line, as quernc prints them."""


class UsageError(Error, ValueError):
    """An option, a name or an argument that is not known or does not fit. The text says what would be accepted."""


class Message(NamedTuple):
    """What a call said: "warning", "remark" or "note", and the text."""
    severity: str
    text: str


class Messages:
    """Collects what one call says: errors are raised when it has ended, all else is kept, and logged to the logger "quern"."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.others: list[Message] = []

    def __call__(self, severity: int, text: str) -> None:
        if severity == ERROR or (severity == NOTE and self.errors):
            self.errors.append(text)
            return
        self.others.append(Message(("note", "warning", "error", "remark")[severity], text))
        LOGGER.log(logging.WARNING if severity == WARNING else logging.INFO, "%s", text)

    def check(self, outcome: int) -> None:
        """Raises what was said if the outcome is not that it is done."""
        if outcome != DONE:
            raise (UsageError if outcome == WRONG_USAGE else Error)("\n".join(self.errors))

    def take(self, result: tuple[int, bytes | None]) -> bytes:
        """The bytes that came with an outcome, empty if none did; raises as `check` does."""
        outcome, made = result
        self.check(outcome)
        return made or b""
