// From the `onnx` dialect, float or in hub form, to an ONNX file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace quern {

/// The module's `@main` as the bytes of an ONNX model.
///
/// `quern.quantize` and `quern.dequantize` become QuantizeLinear and DequantizeLinear, casts between codes
/// and their storage vanish. Nodes, inputs, outputs and values keep their ONNX names. The model states opset
/// 21, or the oldest newer one that has every operator in the form used. An op that has no form in ONNX is
/// reported as a diagnostic.
mlir::FailureOr<std::string> exportModel(mlir::ModuleOp module);

} // namespace quern
