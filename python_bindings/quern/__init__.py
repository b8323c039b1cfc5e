"""Quern: compiles ONNX models to small, fast, exact programs, in float or quantized.

    import quern
    quern.compile("model.onnx", "model.so", quantize="W8A8", calibration_data=reader)
    session = quern.InferenceSession("model.so")
    outputs = session.run(None, {"x": x})

Everything here is quernc's, quern-opt's and quern-run's behaviour with the same texts of errors: see `quern.list_options()`.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from ._calibrate import CalibrationDataReader, Statistics, calibrate
from ._compile import Model, compile
from ._errors import Error, Message, UsageError
from ._names import list_methods, list_observers, list_options, list_passes, list_pipelines, list_stages, list_targets
from ._pipeline import run_pipeline
from ._quern import version as _version
from ._report import Deviation, Report, ReportedChange, ReportedNode, ReportedOutput
from ._sensitivities import Sensitivities, sensitivities
from ._session import InferenceSession, IOBinding, NodeArg, describe
from ._static import CalibrationMethod, QuantFormat, QuantType, quantize_static

__version__ = _version()
__all__ = [
    "CalibrationDataReader", "CalibrationMethod", "Deviation", "Error", "IOBinding", "InferenceSession", "Message", "Model", "NodeArg", "QuantFormat",
    "QuantType", "Report", "ReportedChange", "ReportedNode", "ReportedOutput", "Sensitivities", "Statistics", "UsageError", "calibrate", "compile", "describe", "list_methods", "list_observers", "list_options",
    "list_passes", "list_pipelines", "list_stages", "list_targets", "quantize_static", "run_pipeline", "sensitivities"
]

for _name in __all__:  # what users see is named where they find it
    globals()[_name].__module__ = __name__
del _name
