// Loops over vectors for a planned nest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/VectorizeLoops/PlanVectors.h"

namespace quern::cpu {

/// Emits the loops that compute `nest` as `plan` says; its op is left in place.
void emitVectorLoops(mlir::OpBuilder &builder, const VectorNest &nest, const VectorPlan &plan);

} // namespace quern::cpu
