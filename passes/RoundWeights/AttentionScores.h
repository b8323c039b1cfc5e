// Which products only make scores of attention.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Operation.h"

namespace quern {

/// True for projections of queries and of keys: whatever reads the op's result leads, through movement,
/// element-wise arithmetic and normalization, to a product of two computed values whose result leads to a
/// Softmax the same way. Copies that leave the function (a cache of keys) do not count. False where values
/// take part too (a projection of all three), and where more ops than a few lie between.
bool makesScoresOnly(mlir::Operation *projection);

} // namespace quern
