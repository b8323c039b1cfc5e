// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/FoldBatchNorm/FoldBatchNorm.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "passes/FoldBatchNorm/ChannelAffine.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_FOLDBATCHNORM
#include "passes/FoldBatchNorm/FoldBatchNorm.h.inc"

static Value makeConstant(PatternRewriter &rewriter, Location location, RankedTensorType type,
                          ArrayRef<double> values) {
  return onnx::ConstantOp::create(rewriter, location, type, onnx::makeConstant(type, values));
}

/// W'[..., c, ...] = scale[c] * W[..., c, ...].
static Value scaleWeight(const Contraction &contraction, ArrayRef<double> scale, PatternRewriter &rewriter) {
  Value weight = contraction.op->getOperand(contraction.weight);
  if (llvm::all_of(scale, [](double s) { return s == 1; }))
    return weight;
  onnx::ConstantView view = *onnx::ConstantView::of(weight);
  int64_t inner = 1;
  for (int64_t size : view.getShape().drop_front(contraction.weightAxis + 1))
    inner *= size;
  SmallVector<double> scaled(view.size());
  for (int64_t i = 0; i < view.size(); ++i)
    scaled[i] = view.real(i) * scale[i / inner % contraction.channels];
  return makeConstant(rewriter, weight.getLoc(), cast<RankedTensorType>(weight.getType()), scaled);
}

/// b'[c] = scale[c] * b[c] + shift[c]; an absent bias is 0, a scalar one the same for all channels.
static Value mapBias(const Contraction &contraction, const ChannelAffine &map, PatternRewriter &rewriter) {
  Value bias = contraction.op->getOperand(*contraction.bias);
  std::optional<onnx::ConstantView> view = onnx::ConstantView::of(bias);
  SmallVector<double> mapped(map.shift);
  for (int64_t c = 0; view && c < contraction.channels; ++c)
    mapped[c] += map.scale[c] * view->real(view->size() == 1 ? 0 : c);
  Type element = cast<RankedTensorType>(contraction.op->getResult(0).getType()).getElementType();
  return makeConstant(rewriter, contraction.op->getLoc(),
                      RankedTensorType::get(contraction.channels, element), mapped);
}

/// A Gemm's bias may also vary along the rows.
static bool variesAlongChannelsOnly(const Contraction &contraction) {
  auto type = contraction.bias
                  ? dyn_cast<RankedTensorType>(contraction.op->getOperand(*contraction.bias).getType())
                  : RankedTensorType();
  return !type || type.getNumElements() == 1 || type.getShape().back() == type.getNumElements();
}

namespace {
template <typename MapOp> struct FoldChannelAffine : OpRewritePattern<MapOp> {
  using OpRewritePattern<MapOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(MapOp op, PatternRewriter &rewriter) const override {
    FailureOr<ChannelAffine> map = matchChannelAffine(op, rewriter);
    if (failed(map))
      return failure();
    FailureOr<Contraction> contraction = matchContraction(map->input, op, rewriter);
    if (failed(contraction))
      return failure();
    if (static_cast<int64_t>(map->scale.size()) != contraction->channels)
      return rewriter.notifyMatchFailure(op, "expected one factor per channel");
    if (!contraction->bias && !llvm::all_of(map->shift, [](double t) { return t == 0; }))
      return rewriter.notifyMatchFailure(op, "expected a contraction with a bias operand");
    if (!variesAlongChannelsOnly(*contraction))
      return rewriter.notifyMatchFailure(op, "expected a bias per channel");

    Operation *target = contraction->op;
    rewriter.setInsertionPoint(target);
    Value weight = scaleWeight(*contraction, map->scale, rewriter);
    Value bias = contraction->bias ? mapBias(*contraction, *map, rewriter) : Value();
    rewriter.modifyOpInPlace(target, [&] {
      target->setOperand(contraction->weight, weight);
      if (bias)
        target->setOperand(*contraction->bias, bias);
      onnx::setValueName(target->getResult(0), onnx::getValueName(op->getResult(0)));
    });
    rewriter.replaceAllUsesWith(op->getResult(0), target->getResult(0));
    rewriter.eraseOp(op);
    return success();
  }
};

/// What cannot be folded: y = s * x + t on its own.
struct ExpandBatchNorm : OpRewritePattern<onnx::BatchNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::BatchNormalizationOp op, PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(op.getX().getType());
    if (!type || type.getRank() < 2 || type != op.getY().getType())
      return rewriter.notifyMatchFailure(op, "expected an input with channels");
    FailureOr<ChannelAffine> map = matchChannelAffine(op, rewriter);
    if (failed(map))
      return failure();
    SmallVector<int64_t> shape(type.getRank() - 1, 1);
    shape.front() = map->scale.size();
    auto vector = RankedTensorType::get(shape, type.getElementType());
    Value scale = makeConstant(rewriter, op.getLoc(), vector, map->scale);
    Value shift = makeConstant(rewriter, op.getLoc(), vector, map->shift);
    Value scaled = onnx::MulOp::create(rewriter, op.getLoc(), type, op.getX(), scale);
    auto shifted = onnx::AddOp::create(rewriter, op.getLoc(), type, scaled, shift);
    onnx::setValueName(shifted->getResult(0), onnx::getValueName(op.getY()));
    rewriter.replaceAllUsesWith(op.getY(), shifted);
    rewriter.eraseOp(op);
    return success();
  }
};

struct FoldBatchNorm : impl::FoldBatchNormBase<FoldBatchNorm> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns
        .add<FoldChannelAffine<onnx::BatchNormalizationOp>, FoldChannelAffine<onnx::MulOp>,
             FoldChannelAffine<onnx::DivOp>, FoldChannelAffine<onnx::AddOp>, FoldChannelAffine<onnx::SubOp>>(
            &getContext(), /*benefit=*/2);
    patterns.add<ExpandBatchNorm>(&getContext(), /*benefit=*/1);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

} // namespace quern
