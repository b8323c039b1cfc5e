// Decides which values of a function are held with permuted dimensions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace quern::cpu {

/// Dimension i of the value as held is dimension permutation[i] of the value.
using Permutation = llvm::SmallVector<int64_t>;
using LayoutMap = llvm::DenseMap<mlir::Value, Permutation>;

/// Layouts of the values in the body of `function` that are not held as they are.
LayoutMap assignLayouts(mlir::func::FuncOp function);

/// The permutation of a reshape's other side: `groups` are the dimensions of the longer side that each
/// dimension of the shorter one stands for. Empty where a group would be torn apart.
Permutation expandPermutation(llvm::ArrayRef<int64_t> shorter,
                              llvm::ArrayRef<llvm::SmallVector<int64_t, 2>> groups);
Permutation collapsePermutation(llvm::ArrayRef<int64_t> longer,
                                llvm::ArrayRef<llvm::SmallVector<int64_t, 2>> groups);

} // namespace quern::cpu
