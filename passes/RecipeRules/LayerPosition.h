// Which ops are the first and the last that have weights.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Recipe.h"

#include "mlir/IR/Operation.h"

namespace quern {

/// True for an op with a constant weight that reads the result of none (First), or whose result reaches none
/// (Last), directly or through other ops. A model may have several of each: branches at its inputs, heads.
bool isAtPosition(mlir::Operation *op, LayerPosition position);

} // namespace quern
