// A group of ops that together compute what one operator computes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Operation.h"

#include "llvm/ADT/SetVector.h"

namespace quern {

class MatchedGroup {
public:
  void add(mlir::Operation *op) { ops.insert(op); }

  /// True if nothing outside reads what the group computes, but for the results of `root`, and all is in one
  /// block.
  bool isClosed(mlir::Operation *root) const;

  /// Puts `op` in the place of `root`, with its names, and erases what computed it.
  void replace(mlir::Operation *root, mlir::Operation *op) const;

private:
  llvm::SmallSetVector<mlir::Operation *, 16> ops;
};

/// Ops that depend on `value` in its block, the last first: candidates for the root of a group that begins
/// with it. The search goes through ops for which `passes` holds and ends at `limit` ops.
llvm::SmallVector<mlir::Operation *> listDependents(mlir::Value value, size_t limit,
                                                    llvm::function_ref<bool(mlir::Operation *)> passes);

} // namespace quern
