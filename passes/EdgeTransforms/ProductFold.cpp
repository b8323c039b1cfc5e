// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/ProductFold.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/Quern/IR/QuernAttributes.h"

#include <numeric>

using namespace mlir;

namespace quern {

/// A label for each index of the contracted axis in each batch, [batch..., 1, depth].
static ChannelLabels labelProduct(RankedTensorType left, RankedTensorType result) {
  SmallVector<int64_t> shape(result.getShape());
  shape[shape.size() - 2] = 1;
  shape.back() = left.getShape().back();
  SmallVector<int64_t> channels(ShapedType::getNumElements(shape));
  std::iota(channels.begin(), channels.end(), 0);
  return {std::move(shape), std::move(channels)};
}

static std::optional<ProductFold> planProduct(onnx::MatMulOp op) {
  auto left = dyn_cast<RankedTensorType>(op.getA().getType());
  auto right = dyn_cast<RankedTensorType>(op.getB().getType());
  auto result = dyn_cast<RankedTensorType>(op.getY().getType());
  for (RankedTensorType type : {left, right, result})
    if (!type || !type.hasStaticShape() || !type.getElementType().isF32() || type.getRank() < 2 ||
        type.getNumElements() == 0)
      return std::nullopt;
  if (isRewritableConstant(op.getA()) || isRewritableConstant(op.getB()) || op.getA() == op.getB())
    return std::nullopt;
  ChannelLabels labels = labelProduct(left, result);
  ChannelTies ties(labels.channel.size());
  auto turned = llvm::to_vector(llvm::seq<int64_t>(0, labels.shape.size()));
  std::swap(turned[turned.size() - 1], turned[turned.size() - 2]);
  ChannelLabels ofLeft = labels.broadcastFrom(left.getShape(), ties);
  ChannelLabels ofRight = labels.transposedFrom(turned).broadcastFrom(right.getShape(), ties);
  std::optional<FoldPlan> planLeft = planFold(op.getA(), ofLeft, /*shifted=*/false, ties);
  std::optional<FoldPlan> planRight =
      planLeft ? planFold(op.getB(), ofRight, /*shifted=*/false, ties) : std::nullopt;
  if (!planRight)
    return std::nullopt;
  planLeft->ties = planRight->ties;
  return ProductFold{op, std::move(*planLeft), std::move(*planRight),
                     static_cast<int64_t>(labels.channel.size())};
}

std::vector<ProductFold> listProductFolds(func::FuncOp function) {
  std::vector<ProductFold> folds;
  function.walk([&](onnx::MatMulOp op) {
    if (op->getParentOp() == function && !op->hasAttr(kTransformedByAttrName) &&
        !op->hasAttr(kLeftAloneAttrName))
      if (std::optional<ProductFold> fold = planProduct(op))
        folds.push_back(std::move(*fold));
  });
  return folds;
}

void applyProductFold(const ProductFold &fold, const ChannelMap &map, StringRef method) {
  ChannelMap divide = map.scaleOnly().tied(fold.left.ties), multiply = divide;
  for (double &scale : multiply.scale)
    scale = 1 / scale;
  ArrayAttr methods = Builder(fold.product->getContext()).getStrArrayAttr({method});
  applyFold(fold.left, divide, methods);
  applyFold(fold.right, multiply, methods);
  addProvenance(fold.product, methods);
}

} // namespace quern
