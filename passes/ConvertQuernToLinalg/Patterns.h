// The conversions of the quern dialect, grouped as its ops are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/DialectConversion.h"

namespace quern {

/// Between reals and codes, and between codes and their storage.
void populateCodeCastPatterns(const mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
/// From i32 accumulators to codes and to reals.
void populateAccumulatorPatterns(const mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
/// Sums and products of codes.
void populateQLinearPatterns(const mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
/// Means of codes.
void populatePoolPatterns(const mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
/// Table lookup and softmax.
void populateTablePatterns(const mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
/// Products with weights of one scale per group.
void populateGroupedPatterns(const mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
/// Codes whose rows have scales of their own, and sums of them.
void populateRowPatterns(const mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);
/// Products with weights that are packed codes.
void populateWeightOnlyPatterns(const mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);

/// Quantizers that are known at run time.
void populateSimulationPatterns(const mlir::TypeConverter &types, mlir::RewritePatternSet &patterns);

/// Succeeds if every tensor of `op` has a static shape: what the structure form is made of.
llvm::LogicalResult requireStaticShapes(mlir::Operation *op, mlir::PatternRewriter &rewriter);

} // namespace quern
