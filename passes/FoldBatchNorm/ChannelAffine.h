// Affine maps per channel, and the contractions that can absorb them. Analysis only: nothing here changes the
// IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/PatternMatch.h"

#include <optional>

namespace quern {

/// y[c] = scale[c] * input[c] + shift[c].
struct ChannelAffine {
  mlir::Value input;
  llvm::SmallVector<double> scale, shift;
};

/// A contraction with one constant weight.
struct Contraction {
  mlir::Operation *op;
  unsigned weight;              ///< operand number
  int64_t weightAxis;           ///< axis of the weight that numbers output channels
  int64_t resultAxis;           ///< axis of the result that does
  int64_t channels;             ///< output channels
  std::optional<unsigned> bias; ///< operand number; the operand may be absent
};

/// Reads `op` as a map of the channels along `axis`. The reason of a refusal goes to the rewriter's listener.
llvm::FailureOr<ChannelAffine> matchChannelAffine(mlir::Operation *op, mlir::PatternRewriter &rewriter);

/// The contraction that defines `value` and may be rewritten (C1, C2, C3).
llvm::FailureOr<Contraction> matchContraction(mlir::Value value, mlir::Operation *user,
                                              mlir::PatternRewriter &rewriter);

} // namespace quern
