// The stage "assign": each op gets its precision.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Pass/PassManager.h"

#include <string>
#include <vector>

namespace quern {

/// See passes/AssignPrecision for the meaning of each.
struct AssignOptions {
  std::string scheme = "W8A8";
  std::string activations; ///< "u8", "s8", or empty for the scheme's
  bool symmetricActivations = false;
  bool perTensorWeights = false;
  bool integerTail = false;
  std::vector<std::string> exclude;
  int64_t groupSize = -1;
  std::string weightScheme; ///< "symmetric", "asymmetric", or empty for the scheme's
  bool announce = false;    ///< only tell functions the scheme, for the stage transform
};

/// Passes on a module whose values have ranges.
void populateAssignPipeline(mlir::OpPassManager &passes, const AssignOptions &options);

/// The flag --quern-stage-assign.
void registerAssignStage();

} // namespace quern
