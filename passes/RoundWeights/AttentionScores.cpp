// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/RoundWeights/AttentionScores.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/Tensor.h"
#include "dialects/Quern/IR/QuernOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace quern {

/// Ops between a projection and what its values come together in: bias, heads, rotation, normalization, mask,
/// codes.
static bool passesOn(Operation *op) {
  return isa<onnx::DataMovementOpInterface, onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp, onnx::NegOp,
             onnx::SplitOp, onnx::WhereOp, onnx::LayerNormalizationOp, onnx::RMSNormalizationOp, QuantizeOp,
             DequantizeOp>(op);
}

/// The first readers of the value that do not just pass it on; nothing if there are too many ops on the way.
static std::optional<SmallVector<Operation *>> findEnds(Value value) {
  constexpr size_t kMostOps = 64;
  SmallVector<Operation *> ends;
  llvm::SmallSetVector<Operation *, 16> seen(value.user_begin(), value.user_end());
  for (size_t i = 0; i < seen.size(); ++i) {
    if (i == kMostOps)
      return std::nullopt;
    if (passesOn(seen[i]))
      seen.insert(seen[i]->user_begin(), seen[i]->user_end());
    else if (!isa<func::ReturnOp>(seen[i]))
      ends.push_back(seen[i]);
  }
  return ends;
}

static bool makesScores(Operation *op) {
  auto product = dyn_cast<onnx::MatMulOp>(op);
  if (!product || onnx::getConstant(product.getA()) || onnx::getConstant(product.getB()))
    return false;
  std::optional<SmallVector<Operation *>> ends = findEnds(product.getResult());
  return ends && !ends->empty() &&
         llvm::all_of(*ends, [](Operation *end) { return isa<onnx::SoftmaxOp>(end); });
}

bool makesScoresOnly(Operation *projection) {
  std::optional<SmallVector<Operation *>> ends = findEnds(projection->getResult(0));
  return ends && !ends->empty() && llvm::all_of(*ends, makesScores);
}

} // namespace quern
