// The rewrites of --quern-integerize, grouped as the operators are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/PatternMatch.h"

namespace quern {

// Rewrites that keep a quantization in view: each yields codes.

/// Conv, Gemm, MatMul; the bias behind them; the quantization of their accumulators.
void populateContractionPatterns(mlir::RewritePatternSet &patterns);
/// Gemm and MatMul whose weights have scales per group; the bias behind them; the quantization of their sums.
void populateGroupPatterns(mlir::RewritePatternSet &patterns);
/// Any function of one tensor of codes, requantization included, as a table.
void populateFunctionPatterns(mlir::RewritePatternSet &patterns);
/// Add, Sub, Mul.
void populateArithmeticPatterns(mlir::RewritePatternSet &patterns);
/// AveragePool, GlobalAveragePool, ReduceMean.
void populateMeanPatterns(mlir::RewritePatternSet &patterns);
/// Softmax.
void populateSoftmaxPatterns(mlir::RewritePatternSet &patterns);
/// Whatever moves elements without computing.
void populateMovementPatterns(mlir::RewritePatternSet &patterns);

// Rewrites for what is left when those have run: each yields reals, by integer arithmetic.

/// Functions of one tensor of codes as tables of reals, Relu on accumulators, Softmax of codes.
void populateBoundaryPatterns(mlir::RewritePatternSet &patterns);

} // namespace quern
