"""The demo's calibration data, as Python programs have theirs.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from conftest import Digits

SOONEST = {"target": "reference", "opt_level": 0}  # options that compile soonest
W8A8 = dict(SOONEST, quantize="W8A8", method="none")


def items(count=100):
    return [{"image": image[None]} for image in np.load(Digits.calibration)["image"][:count]]


class DataReader:
    """As programs for ONNX Runtime write it."""

    def __init__(self, data):
        self.data = data
        self.rewind()

    def get_next(self):
        return next(self.enumerated, None)

    def rewind(self):
        self.enumerated = iter(self.data)


class ReadOnce:
    """A reader that cannot be read again."""

    def __init__(self, data):
        self.rest = list(data)

    def get_next(self):
        return self.rest.pop(0) if self.rest else None
