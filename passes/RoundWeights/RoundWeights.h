// See RoundWeights.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/ONNX/IR/ONNXDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

#include <functional>

namespace quern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/RoundWeights/RoundWeights.h.inc"

/// How the codes of one op's weights are chosen; the pass's options by another name, but for the last one.
struct RoundingChoice {
  bool clip = false;
  bool clamp = false;
  bool compensate = false;
  bool correctBias = false;
  /// Weights make good for the errors of those before them: that takes runs of the model
  /// (lib/Pipelines/SequentialRounding), which the pass does not do.
  bool correctDrift = false;

  bool weighsErrors() const { return clip || clamp || compensate || correctBias || correctDrift; }
};

/// Does what the pass does to one op, whose precision has codes of weights, whatever its moment. Returns the
/// reals of the codes, [rows, columns] as GroupedWeight has them; refusals are diagnostics.
mlir::FailureOr<std::vector<float>> roundWeight(onnx::QuantizableOpInterface op, RoundingChoice choice);

/// Whether the pass chooses the codes of the op's weight where it knows its moment: a float weight that is to
/// be codes with a scale per channel or per group.
bool canRoundWeight(onnx::QuantizableOpInterface op);

/// The pass with a choice for each op.
std::unique_ptr<mlir::Pass> createRoundWeights(std::function<RoundingChoice(mlir::Operation *)> choose);

} // namespace quern
