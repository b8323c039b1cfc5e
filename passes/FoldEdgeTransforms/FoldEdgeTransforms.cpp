// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/FoldEdgeTransforms/FoldEdgeTransforms.h"

#include "dialects/ONNX/IR/Math.h"
#include "dialects/Quern/IR/QuernDialect.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/EdgeTransforms/ChannelRanges.h"
#include "passes/EdgeTransforms/FoldPlan.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_FOLDEDGETRANSFORMS
#include "passes/FoldEdgeTransforms/FoldEdgeTransforms.h.inc"

static ChannelMap mapOf(EdgeTransformOp op) {
  return {SmallVector<double>(op.getScale().begin(), op.getScale().end()),
          SmallVector<double>(op.getShift().begin(), op.getShift().end())};
}

static bool scales(const ChannelMap &map) {
  return llvm::any_of(map.scale, [](double scale) { return scale != 1; });
}

static void tellCost(EdgeTransformOp op, const ChannelMap &map) {
  auto type = cast<RankedTensorType>(op.getType());
  std::string what = scales(map) ? "a scale of channels" : "", cost = scales(map) ? "a multiplication" : "";
  if (map.isShifted()) {
    what += what.empty() ? "a shift of channels" : " and a shift";
    cost += cost.empty() ? "an addition" : " and an addition";
  }
  op.emitRemark() << what << " cannot be folded into what produces them: " << cost << " for each of "
                  << (type.hasStaticShape() ? type.getNumElements() : 0) << " elements remains";
}

/// x * (1 / s) + (-z / s), of which only what does something, for the op's input x and all or a part of its
/// map.
static Value writeOut(EdgeTransformOp op, const ChannelMap &map) {
  OpBuilder builder(op);
  auto type = cast<RankedTensorType>(op.getType());
  SmallVector<int64_t> shape(type.getRank() - op.getAxis(), 1);
  shape.front() = map.channels();
  auto vector = RankedTensorType::get(shape, type.getElementType());
  SmallVector<double> factor, addend;
  for (auto [s, z] : llvm::zip_equal(map.scale, map.shift)) {
    factor.push_back(1 / s);
    addend.push_back(-z / s);
  }
  Value result = op.getInput();
  if (scales(map)) {
    result = onnx::MulOp::create(builder, op.getLoc(), type, result,
                                 makeConstant(builder, op.getLoc(), vector, factor));
    copyRanges(op.getInput(), cast<OpResult>(result));
    transformRanges(cast<OpResult>(result), op.getAxis(), map.scaleOnly());
  }
  if (map.isShifted()) {
    result = onnx::AddOp::create(builder, op.getLoc(), type, result,
                                 makeConstant(builder, op.getLoc(), vector, addend));
    copyRanges(op.getResult(), cast<OpResult>(result));
  }
  addProvenance(result.getDefiningOp(), op.getProvenanceAttr());
  // Codes before it, of one step for all channels, would lose what it adds.
  if (!scales(map))
    result.getDefiningOp()->setAttr(
        kFloatReasonAttrName,
        builder.getStringAttr("shifts channels before they are rounded, as a method asks"));
  tellCost(op, map);
  return result;
}

/// Folds what can be folded and writes out the rest.
static Value replace(EdgeTransformOp op) {
  ChannelMap map = mapOf(op);
  auto fold = [&](const ChannelMap &part) {
    // Channels that are one number behind the fold must have one map: others are written out.
    std::optional<FoldPlan> plan = planFold(op.getInput(), op.getAxis(), part.isShifted());
    bool canFold = plan && plan->allows(part);
    if (canFold)
      applyFold(*plan, part, op.getProvenanceAttr());
    return canFold;
  };
  if (fold(map))
    return op.getInput();
  if (!map.isShifted() || !scales(map) || !fold(map.scaleOnly()))
    return writeOut(op, map);
  ChannelMap rest = ChannelMap::identity(map.channels());
  for (auto [shift, z, s] : llvm::zip_equal(rest.shift, map.shift, map.scale))
    shift = z / s;
  return writeOut(op, rest);
}

namespace {
struct FoldEdgeTransforms : impl::FoldEdgeTransformsBase<FoldEdgeTransforms> {
  void runOnOperation() override {
    // Composes chains, and removes identities.
    RewritePatternSet patterns(&getContext());
    EdgeTransformOp::getCanonicalizationPatterns(patterns, &getContext());
    SmallVector<Operation *> transforms;
    getOperation().walk([&](EdgeTransformOp op) { transforms.push_back(op); });
    if (failed(applyOpPatternsGreedily(transforms, std::move(patterns))))
      return signalPassFailure();

    transforms.clear();
    getOperation().walk([&](EdgeTransformOp op) { transforms.push_back(op); });
    for (Operation *transform : transforms) {
      auto op = cast<EdgeTransformOp>(transform);
      Value transformed = replace(op);
      if (hasSearchedRange(op.getResult()))
        copyRanges(op.getResult(), cast<OpResult>(transformed));
      op.getResult().replaceAllUsesWith(transformed);
      op.erase();
    }
  }
};
} // namespace

} // namespace quern
