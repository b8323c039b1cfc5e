// Scales between the two computed factors of a product, as of queries and keys.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/FoldPlan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <vector>

namespace quern {

/// A MatMul of two computed values A and B, both of which can come out scaled: (A / s) (B s) = A B, one s for
/// each index of the contracted axis in each batch. Channels are numbered in that order; no shift passes.
struct ProductFold {
  mlir::Operation *product;
  FoldPlan left, right; ///< with the same ties: of shared heads and of rotated pairs
  int64_t channels;
};

/// The products of the function whose factors both fold, which no method has scaled and that
/// no recipe leaves alone (`quern.left_alone`).
std::vector<ProductFold> listProductFolds(mlir::func::FuncOp function);

/// Ties the map, then divides A by its scales and multiplies B.
void applyProductFold(const ProductFold &fold, const ChannelMap &map, llvm::StringRef method);

} // namespace quern
