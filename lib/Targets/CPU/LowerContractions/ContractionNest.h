// A bufferized contraction as strided loops: what is outer, what is tiled, what is reduced.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/IR/QuernCPU.h"
#include "lib/Targets/CPU/Loops/StridedNest.h"

namespace quern::cpu {

/// The loops of a contraction on memrefs. Each loop has one stride per operand, in the order lhs, rhs,
/// [initial], extras, out. For a packed rhs the strides are those of the packed memory; the stride of
/// `channel` is then unused.
struct ContractionNest {
  llvm::SmallVector<StridedLoop> outer; ///< neither tiled nor reduced
  StridedLoop rows, columns;            ///< tiled output positions; of size 1 where there are fewer
  StridedLoop channel;
  llvm::SmallVector<StridedLoop> reductions; ///< outside the run
  int64_t run = 1;                           ///< contiguous values of lhs at the innermost level
  int64_t runStride = 1;                     ///< elements of lhs between two of them
  int64_t runRhsStride = 0;                  ///< elements of rhs between two groups, or pairs, of the run
  int64_t blockStride = 0;                   ///< elements of rhs between two vectors of channels
  llvm::SmallVector<int64_t> offsets;        ///< constant part of each operand's address

  static constexpr unsigned lhs = 0, rhs = 1;
};

/// Analyses `op`. Fails where a memref has no constant strides, or lhs does not lie as its packing assumed.
mlir::FailureOr<ContractionNest> analyzeContraction(ContractionOp op);

} // namespace quern::cpu
