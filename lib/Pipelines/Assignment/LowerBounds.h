// What no choice of precisions goes below, whatever calibration, methods and searches find.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/AssignableOps.h"

namespace quern {

/// Bytes of constants: weights in the fewest bits that they may have, and what stays float for certain
/// (weights without an integer form, tables that Gather reads). Scales, biases and all other constants are
/// left out, since passes may fold them away. `ops` are those of the sketch (SketchedModel.h).
int64_t leastWeightBytes(mlir::ModuleOp sketch, llvm::ArrayRef<AssignableOp> ops);

/// Bytes of workspace: while a contraction runs, what it reads and what it writes, a byte an element at
/// least. A value may be fused into what makes it or what reads it, and inputs and outputs are the caller's;
/// then what is stored in its place counts, or nothing.
int64_t leastWorkspaceBytes(mlir::ModuleOp sketch);

/// Bits of a weight on average. Unless `isComplete`, any of the ops may turn out to stay float, and then not
/// to count.
double leastAverageBits(llvm::ArrayRef<AssignableOp> ops, bool isComplete);

} // namespace quern
