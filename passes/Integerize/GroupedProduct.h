// Matrix products on codes whose weights have one scale per group of terms.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/Integerize/Codes.h"

namespace quern {

/// y[m, n] = bias[n] + sum_g f32(acc_g) * scales[g, n], acc_g = sum over the terms k of group g of
/// (a[m, k] - za) * weights[k, n].
struct GroupedProductPlan {
  TensorCodes activation;
  int64_t groupSize = 0, terms = 0, columns = 0;
  llvm::SmallVector<int64_t> weights = {}; ///< codes less their zero points, [terms, columns]
  llvm::SmallVector<float> scales = {};    ///< f32(sa * sw), [groups, columns]
  llvm::SmallVector<float> bias = {};      ///< [columns], or empty
  int64_t bound = 0;                       ///< of the magnitude of any group's sum
};

/// True for a matrix product whose weight has scales per block.
bool hasGroupedWeight(mlir::Operation *op);

/// How onnx.Gemm or onnx.MatMul with such a weight computes on codes.
mlir::FailureOr<GroupedProductPlan> planGroupedProduct(mlir::Operation *op, Refusal &refusal);

/// The f32 numbers of a constant that adds one of them, or the same one, to each of `columns` columns.
std::optional<llvm::SmallVector<float>> readColumns(mlir::Value bias, int64_t columns);

} // namespace quern
