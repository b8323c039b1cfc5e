// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/SimplifyGraph/SimplifyGraph.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/Structure.h"
#include "dialects/ONNX/IR/Tensor.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_SIMPLIFYGRAPH
#include "passes/SimplifyGraph/SimplifyGraph.h.inc"

static RankedTensorType staticType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() ? type : RankedTensorType();
}

/// Replaces `from` by the one result of `to`, which takes over its names.
static void replaceNamed(PatternRewriter &rewriter, Operation *from, Operation *to) {
  onnx::copyValueNames(from, to);
  rewriter.replaceOp(from, to);
}

/// The value with another shape of as many elements.
static Value reshape(PatternRewriter &rewriter, Location loc, Value value, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType()).clone(shape);
  auto shapeType = RankedTensorType::get(type.getRank(), rewriter.getI64Type());
  Value extents =
      onnx::ConstantOp::create(rewriter, loc, shapeType, onnx::makeIntegerConstant(shapeType, shape));
  // A dimension of size 0 is meant, not copied.
  auto allowZero =
      rewriter.getNamedAttr("allowzero", rewriter.getI64IntegerAttr(llvm::is_contained(shape, 0)));
  return onnx::ReshapeOp::create(rewriter, loc, TypeRange(type), ValueRange{value, extents},
                                 ArrayRef(allowZero))
      .getResult();
}

/// The bias as a vector with one element per column; null where it is something else.
static Value asColumnVector(PatternRewriter &rewriter, Value bias, int64_t columns) {
  RankedTensorType type = staticType(bias);
  if (!type || type.getRank() == 0 || type.getShape().back() != columns || type.getNumElements() != columns)
    return {};
  if (type.getRank() == 1)
    return bias;
  auto vector = RankedTensorType::get(columns, type.getElementType());
  return onnx::ConstantOp::create(rewriter, bias.getLoc(), vector,
                                  onnx::reshapeConstant(onnx::getConstant(bias), vector));
}

namespace {
struct MatMulAddToGemm : OpRewritePattern<onnx::AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::AddOp op, PatternRewriter &rewriter) const override {
    bool first = op.getA().getDefiningOp<onnx::MatMulOp>() != nullptr;
    Value product = first ? op.getA() : op.getB(), bias = first ? op.getB() : op.getA();
    auto matMul = product.getDefiningOp<onnx::MatMulOp>();
    if (!matMul || !product.hasOneUse())
      return rewriter.notifyMatchFailure(op, "(C1) expected a MatMul without other use");
    RankedTensorType type = staticType(op.getC()), a = staticType(matMul.getA()),
                     b = staticType(matMul.getB());
    if (!type || !a || !b || b.getRank() != 2 || a.getRank() < 2 || product.getType() != type)
      return rewriter.notifyMatchFailure(op, "(C2) expected a matrix on the right, of static shapes");
    if (!onnx::getConstant(matMul.getB()) || !onnx::getConstant(bias) ||
        !isa<FloatType>(type.getElementType()))
      return rewriter.notifyMatchFailure(op, "expected a constant weight and bias");
    int64_t columns = type.getShape().back();
    bias = asColumnVector(rewriter, bias, columns);
    if (!bias)
      return rewriter.notifyMatchFailure(op, "expected a vector with one element per column");
    if (type.getRank() == 2) {
      replaceNamed(rewriter, op, createGemm(rewriter, matMul, matMul.getA(), bias, type));
      return success();
    }
    // Leading dimensions are rows like any other.
    int64_t rows = ShapedType::getNumElements(type.getShape().drop_back());
    Value flat = reshape(rewriter, matMul.getLoc(), matMul.getA(), {rows, a.getShape().back()});
    Value sum =
        createGemm(rewriter, matMul, flat, bias, type.clone(ArrayRef<int64_t>{rows, columns})).getResult();
    replaceNamed(rewriter, op, reshape(rewriter, op.getLoc(), sum, type.getShape()).getDefiningOp());
    return success();
  }

private:
  static onnx::GemmOp createGemm(PatternRewriter &rewriter, onnx::MatMulOp matMul, Value rows, Value bias,
                                 RankedTensorType type) {
    return onnx::GemmOp::create(rewriter, matMul.getLoc(), TypeRange(type),
                                ValueRange{rows, matMul.getB(), bias}, ArrayRef<NamedAttribute>());
  }
};

/// An op that only gives its first operand another shape.
static bool isReshape(Operation *op) {
  return isa_and_nonnull<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp>(op);
}

template <typename ReshapeOp> struct MergeReshapes : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern<ReshapeOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    Operation *before = op->getOperand(0).getDefiningOp();
    if (!isReshape(before))
      return rewriter.notifyMatchFailure(op, "expected a reshape before the reshape");
    RankedTensorType type = staticType(op->getResult(0));
    if (!type || !staticType(before->getOperand(0)))
      return rewriter.notifyMatchFailure(op, "(C2) expected static types");
    Value merged = reshape(rewriter, op->getLoc(), before->getOperand(0), type.getShape());
    replaceNamed(rewriter, op, merged.getDefiningOp());
    return success();
  }
};

struct MergeTransposes : OpRewritePattern<onnx::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::TransposeOp op, PatternRewriter &rewriter) const override {
    auto before = op.getData().getDefiningOp<onnx::TransposeOp>();
    if (!before || !before.getPerm() || !op.getPerm())
      return rewriter.notifyMatchFailure(op, "expected two transposes with permutations");
    auto permutation =
        llvm::map_to_vector(*op.getPerm(), [&](int64_t axis) { return (*before.getPerm())[axis]; });
    auto perm = rewriter.getNamedAttr("perm", rewriter.getDenseI64ArrayAttr(permutation));
    replaceNamed(rewriter, op,
                 onnx::TransposeOp::create(rewriter, op.getLoc(), op->getResultTypes(),
                                           ValueRange{before.getData()}, ArrayRef(perm)));
    return success();
  }
};

/// Zeros around the spatial dimensions: [begins, ends] of those, if `pad` adds nothing else.
static std::optional<SmallVector<int64_t>> spatialZeroPads(onnx::PadOp pad, int64_t rank) {
  auto pads = onnx::getConstantIntegers(pad.getPads());
  bool zeros = isa<NoneType>(pad.getConstantValue().getType()) ||
               onnx::getConstantScalar(pad.getConstantValue()) == 0.0;
  if (pad.getMode() != "constant" || !zeros || !pads || !isa<NoneType>(pad.getAxes().getType()) ||
      static_cast<int64_t>(pads->size()) != 2 * rank || llvm::any_of(*pads, [](int64_t p) { return p < 0; }))
    return std::nullopt;
  SmallVector<int64_t> spatial;
  for (auto [i, amount] : llvm::enumerate(*pads)) {
    if (static_cast<int64_t>(i) % rank >= 2)
      spatial.push_back(amount);
    else if (amount != 0)
      return std::nullopt;
  }
  return spatial;
}

struct PadIntoConv : OpRewritePattern<onnx::ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::ConvOp op, PatternRewriter &rewriter) const override {
    auto pad = op.getX().getDefiningOp<onnx::PadOp>();
    RankedTensorType type = staticType(op.getX());
    if (!pad || !type || !pad->hasOneUse())
      return rewriter.notifyMatchFailure(op, "(C1) expected a Pad without other use before the Conv");
    if (op.getAutoPad() != "NOTSET" && op.getAutoPad() != "VALID")
      return rewriter.notifyMatchFailure(op, "expected explicit pads");
    std::optional<SmallVector<int64_t>> pads = spatialZeroPads(pad, type.getRank());
    if (!pads)
      return rewriter.notifyMatchFailure(op, "expected a constant Pad with zeros of the spatial dimensions");
    if (op.getPads() && op.getAutoPad() == "NOTSET")
      for (auto [sum, own] : llvm::zip_equal(*pads, *op.getPads()))
        sum += own;
    rewriter.modifyOpInPlace(op, [&] {
      op->setOperand(0, pad.getData());
      op.setAutoPad("NOTSET");
      op.setPads(*pads);
    });
    return success();
  }
};

struct SimplifyGraph : impl::SimplifyGraphBase<SimplifyGraph> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<MatMulAddToGemm, MergeTransposes, PadIntoConv, MergeReshapes<onnx::ReshapeOp>,
                 MergeReshapes<onnx::FlattenOp>, MergeReshapes<onnx::SqueezeOp>,
                 MergeReshapes<onnx::UnsqueezeOp>>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

} // namespace quern
