// Convolutions and matrix products on codes: what they become, and the proof that 32 bits hold their sums.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernOps.h"
#include "passes/Integerize/Codes.h"

namespace quern {

/// On an accumulator: no sum of a prefix of its terms, in any order, for any input, exceeds this magnitude.
inline constexpr llvm::StringLiteral kAccumulatorBoundAttrName = "quern.accumulator_bound";

/// A contraction acc = sum_k (a_k - za) * (w_k - zw) + bias, whose real value is acc * scale.
///
/// Where `rows` give the activation, za and sa are only known when the model runs: then acc = sum_k a_k *
/// (w_k - zw), `scales` are those of the weight, and the bias is `realBias`.
struct ContractionPlan {
  TensorCodes activation; ///< of `rows`: scale 1 and zero point 0
  DequantizeRowsOp rows = {};
  mlir::Value weight = {}; ///< codes, of a type with one scale or one per output channel
  mlir::quant::QuantizedType weightType = {};
  llvm::SmallVector<int64_t> weightZeroPoints = {}; ///< one, or one per output channel
  llvm::SmallVector<float> scales = {};             ///< f32(sa * sw): one, or one per output channel
  llvm::SmallVector<int64_t> bias = {};             ///< codes at `scales`, one per output channel; or empty
  llvm::SmallVector<float> realBias = {};           ///< of rows: one per output channel; or empty
  llvm::SmallVector<int32_t> columnSums = {};       ///< of rows: sum_k (w_k - zw) of each output channel
  int64_t channelAxis = 0;                          ///< of the result
  int64_t bound = 0;                                ///< of the accumulator's magnitude
};

/// How onnx.Conv, onnx.Gemm or onnx.MatMul computes on codes.
mlir::FailureOr<ContractionPlan> planContraction(mlir::Operation *op, Refusal &refusal);

/// The codes of `reals` at `scales`, rounded half to even, with `scales[i % scales.size()]` the scale of
/// element i. Fails for a code beyond 32 bits.
mlir::FailureOr<llvm::SmallVector<int64_t>> quantizeBiases(llvm::ArrayRef<double> reals,
                                                           llvm::ArrayRef<float> scales, Refusal &refusal);

/// The operand of onnx.Add that a `Product` computes, of the sum's type and read by nothing else, and the
/// other operand; null if there is none.
template <typename Product> std::pair<Product, mlir::Value> matchSum(mlir::Operation *add) {
  for (unsigned number : {0, 1})
    if (auto product = add->getOperand(number).getDefiningOp<Product>())
      return product->hasOneUse() && product.getType() == add->getResult(0).getType()
                 ? std::pair(product, add->getOperand(1 - number))
                 : std::pair(Product(), mlir::Value());
  return {};
}

/// The reals of a bias: a float constant, or constant integers behind a quern.dequantize.
std::optional<llvm::SmallVector<double>> readBias(mlir::Value bias);

} // namespace quern
