// When the buffers of a function are alive.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/PlanMemory/Planner.h"

#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace quern {

/// Numbers the operations of a function in pre-order and answers from when to when a buffer's content
/// matters.
class Lifetimes {
public:
  explicit Lifetimes(mlir::Operation *function);

  /// The interval from the first to the last use of `alloc` or a view of it. A use inside an operation that
  /// the buffer outlives, such as a loop, stretches over that whole operation.
  PlannedBuffer lifetime(mlir::memref::AllocOp alloc, int64_t bytes) const;

  /// True when `view` may show memory of `alloc`.
  bool mayShow(mlir::Value alloc, mlir::Value view) const { return views.resolve(alloc).contains(view); }

  /// True when an operation inside `op` uses memory of `alloc`.
  bool isUsedInside(mlir::Operation *op, mlir::Value alloc) const;

  int64_t begin(mlir::Operation *op) const { return numbers.at(op).first; }
  int64_t end(mlir::Operation *op) const { return numbers.at(op).second; }

private:
  mlir::BufferViewFlowAnalysis views;
  std::map<mlir::Operation *, std::pair<int64_t, int64_t>> numbers;
};

/// Gives every value that a loop's iteration allocates and hands to the next one a buffer outside the loop,
/// into which it is copied where the iteration ends. Afterwards no buffer of an iteration is alive in the
/// next. Several values are copied as one parallel assignment, through temporaries where an iteration hands
/// on what it was given.
void separateLoopCarriedBuffers(mlir::Operation *function);

} // namespace quern
