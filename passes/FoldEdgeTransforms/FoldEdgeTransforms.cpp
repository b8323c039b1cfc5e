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

/// y = x * (1 / s) + (-z / s), the Add only where there is a shift.
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
  Value result = onnx::MulOp::create(builder, op.getLoc(), type, op.getInput(),
                                     makeConstant(builder, op.getLoc(), vector, factor));
  copyRanges(op.getInput(), cast<OpResult>(result));
  transformRanges(cast<OpResult>(result), op.getAxis(), map.scaleOnly());
  if (map.isShifted()) {
    result = onnx::AddOp::create(builder, op.getLoc(), type, result,
                                 makeConstant(builder, op.getLoc(), vector, addend));
    copyRanges(op.getResult(), cast<OpResult>(result));
  }
  addProvenance(result.getDefiningOp(), op.getProvenanceAttr());
  int64_t cost = type.hasStaticShape() ? type.getNumElements() : 0;
  op.emitRemark() << "a scale of channels" << (map.isShifted() ? " and a shift" : "")
                  << " cannot be folded into what produces them: "
                  << (map.isShifted() ? "a multiplication and an addition" : "a multiplication")
                  << " for each of " << cost << " elements remains";
  return result;
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
      ChannelMap map = mapOf(op);
      // Channels that are one number behind the fold must have one map: others are written out.
      std::optional<FoldPlan> plan = planFold(op.getInput(), op.getAxis(), map.isShifted());
      bool canFold = plan && plan->allows(map);
      if (canFold)
        applyFold(*plan, map, op.getProvenanceAttr());
      op.getResult().replaceAllUsesWith(canFold ? op.getInput() : writeOut(op, map));
      op.erase();
    }
  }
};
} // namespace

} // namespace quern
