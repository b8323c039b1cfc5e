// See RoundWeights.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

#include <functional>

namespace quern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/RoundWeights/RoundWeights.h.inc"

/// How the codes of one op's weights are chosen; the pass's options by another name.
struct RoundingChoice {
  bool clip = false;
  bool clamp = false;
  bool compensate = false;
  bool correctBias = false;

  bool weighsErrors() const { return clip || clamp || compensate || correctBias; }
};

/// The pass with a choice for each op.
std::unique_ptr<mlir::Pass> createRoundWeights(std::function<RoundingChoice(mlir::Operation *)> choose);

} // namespace quern
