// Loops over vectors for a planned linalg op.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/VectorizeLoops/PlanVectors.h"

namespace quern::cpu {

/// Emits the loops that compute `op` as `plan` says; the op itself is left in place.
void emitVectorLoops(mlir::OpBuilder &builder, mlir::linalg::LinalgOp op, const VectorPlan &plan);

} // namespace quern::cpu
