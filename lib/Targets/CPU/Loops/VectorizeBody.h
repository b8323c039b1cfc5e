// Scalar regions, computed on whole vectors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Block.h"
#include "mlir/IR/Builders.h"

namespace quern::cpu {

/// True where every op of `body` has a form on vectors and reads nothing but the body's arguments and scalar
/// values.
bool canVectorizeBody(mlir::Block &body);

/// Computes `body` on `lanes` elements at once: `arguments` are vectors, one for each argument of the block
/// (null where unused). Returns what the terminator yields, as vectors.
///
/// Two rewrites save instructions and change no result that the scalar code defines:
/// - fptosi(roundeven(x)) becomes lrint, since the rounding mode is to nearest even;
/// - maximumf and minimumf that end in fptosi do not watch for NaN or the sign of zero: converting NaN is
/// undefined, and
///   both zeros convert to 0.
llvm::SmallVector<mlir::Value> vectorizeBody(mlir::Block &body, llvm::ArrayRef<mlir::Value> arguments,
                                             int64_t lanes, mlir::OpBuilder &builder);

} // namespace quern::cpu
