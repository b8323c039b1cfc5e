// Which loop of a nest becomes vectors, and how much of it is computed at once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/Loops/Capabilities.h"
#include "lib/Targets/CPU/Loops/StridedNest.h"
#include "lib/Targets/CPU/VectorizeLoops/VectorNest.h"

namespace quern::cpu {

/// The loops of a linalg op on memrefs, as `VectorizeLoops` emits them. Strides are in the order of the op's
/// operands.
struct VectorPlan {
  llvm::SmallVector<StridedLoop> outer;
  StridedLoop position; ///< tiled by `positions`; of size 1 where there is none
  StridedLoop vector;   ///< tiled by `vectors` times `lanes`; of size 1 where there is none
  llvm::SmallVector<StridedLoop> reductions;
  int64_t lanes = 1, positions = 1, vectors = 1;
  llvm::SmallVector<int64_t> offsets; ///< constant part of each operand's address
};

/// Plans `nest`; fails where its operands are not walked by constant strides.
mlir::FailureOr<VectorPlan> planVectors(const VectorNest &nest, const Capabilities &capabilities);

} // namespace quern::cpu
