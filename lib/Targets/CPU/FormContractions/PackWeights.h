// Chooses the multiply instruction of a contraction and brings its weights into the kernel's order.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/FormContractions/MatchContraction.h"
#include "lib/Targets/CPU/Loops/Capabilities.h"

namespace quern::cpu {

/// The operands of a contraction op that depend on the processor.
struct KernelOperands {
  mlir::Value rhs;
  Multiply multiply = Multiply::MultiplyAdd;
  int64_t lanes = 1;
  bool packed = false;
  bool nibbles = false; ///< two weights to a byte
  /// Where the accumulator starts, or null for zero; with its map over the contraction's loops.
  mlir::Value initial;
  mlir::AffineMap initialMap;
  /// A value to add to the finished sum because it could not be folded into `initial`, or null.
  mlir::Value addend;
  mlir::AffineMap addendMap;
};

/// Makes the operands for `match`, or says why this processor has no kernel for it.
mlir::FailureOr<KernelOperands> makeKernelOperands(const ContractionMatch &match,
                                                   const Capabilities &capabilities, mlir::Operation *op,
                                                   mlir::RewriterBase &rewriter);

} // namespace quern::cpu
