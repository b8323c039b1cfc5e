// What an op costs on a target with each of its precisions: it is compiled alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/AssignableOps.h"

#include <optional>

namespace quern {

struct Cost {
  int64_t weightBytes = 0;            ///< constants of the artefact
  int64_t workspaceBytes = 0;         ///< peak of the memory plan
  int64_t activationBytes = 0;        ///< what is read and written, as codes where it is codes
  std::optional<int64_t> nanoseconds; ///< of one run on one thread, where that was measured
};

/// A module whose @main is the op with its constants on inputs of their own, and with `precision`; null:
/// float. The op is that of an assigned module.
mlir::OwningOpRef<mlir::ModuleOp> isolateOp(mlir::Operation *op, PrecisionAttr precision);

/// Compiles a copy of an assigned module for the target, weights rounded to nearest, and reads what it takes;
/// with `measuresTime` it is run too, and the target must be this machine. The bytes of activations are left
/// 0. What the compilation itself will say is not said here; refusals are diagnostics.
llvm::FailureOr<Cost> measureCost(mlir::ModuleOp assigned, const Target &target, bool measuresTime);

} // namespace quern
