// What linalg ops and windows have in common: operands walked by loops, a body, perhaps an epilogue.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/PatternMatch.h"

namespace quern::cpu {

/// for i: acc = operands[initial]; for r: acc = body(inputs, acc); operands[out] = epilogue(acc, extras).
/// Operands are memrefs or scalars, in the order inputs, initials, extras, outs. A linalg op starts from its
/// outputs: there, the initials are the outs.
struct VectorNest {
  mlir::Operation *op = nullptr;
  llvm::SmallVector<mlir::Value> operands;
  llvm::SmallVector<mlir::AffineMap> maps;
  llvm::SmallVector<int64_t> sizes;
  llvm::SmallVector<bool> isReduction;
  mlir::Block *body = nullptr, *epilogue = nullptr; ///< without an epilogue, results are stored as they are
  unsigned firstInitial = 0, firstExtra = 0, firstOut = 0;

  unsigned inputCount() const { return firstInitial; }
  unsigned outCount() const { return operands.size() - firstOut; }
  bool hasReductions() const { return llvm::is_contained(isReduction, true); }
  /// Whether the code loads `operand`.
  bool isRead(unsigned operand) const;
};

/// Describes a linalg op or a window on memrefs, or says why it has no vector form.
mlir::FailureOr<VectorNest> describeNest(mlir::Operation *op, mlir::RewriterBase &rewriter);

} // namespace quern::cpu
