// What an op costs on a target with each of its precisions: it is compiled alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/AssignableOps.h"

namespace quern {

struct Cost {
  int64_t weightBytes = 0;     ///< constants of the artefact
  int64_t workspaceBytes = 0;  ///< peak of the memory plan
  int64_t activationBytes = 0; ///< what is read and written, as codes where it is codes
};

/// A module whose @main is the op with its constants on inputs of their own, and with `precision`. The op is
/// that of an assigned module.
mlir::OwningOpRef<mlir::ModuleOp> isolateOp(mlir::Operation *op, PrecisionAttr precision);

/// Lowers a copy of an assigned module for the target, rounding to nearest, and reads what it takes. Refusals
/// are diagnostics.
llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> lowerAssigned(mlir::ModuleOp assigned,
                                                                 const Target &target);

/// Of a lowered module; the bytes of activations are not its.
Cost readCost(mlir::ModuleOp lowered);

} // namespace quern
