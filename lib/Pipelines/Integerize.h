// The stage "integerize": the hub form becomes an integer graph, and what stays float is reported.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Pass/PassManager.h"

#include <string>

namespace quern {

struct IntegerizeOptions {
  bool failOnFloat = false;  ///< an op that stays float is an error
  std::string residueFile{}; ///< also write the report of float ops, as JSON, to this file
};

/// Passes on a module in the hub form; a float graph passes unchanged.
void populateIntegerizePipeline(mlir::OpPassManager &passes, const IntegerizeOptions &options = {});

/// The flag --quern-stage-integerize.
void registerIntegerizeStage();

} // namespace quern
