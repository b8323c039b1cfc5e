// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/Integerize/Contraction.h"
#include "passes/Integerize/GroupedProduct.h"
#include "passes/Integerize/Patterns.h"
#include "passes/Integerize/QuantizedResult.h"

using namespace mlir;

namespace quern {
namespace {

Value createFloats(OpBuilder &builder, Location location, ArrayRef<int64_t> shape, ArrayRef<float> values) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return createConstant(builder, location, onnx::makeConstant(type, llvm::to_vector_of<double>(values)));
}

/// Product of dequantized codes, the weight's in groups -> quern.grouped_matmul.
struct IntegerizeGroupedProduct : RewritePattern {
  IntegerizeGroupedProduct(MLIRContext *context, StringRef name) : RewritePattern(name, 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    Refusal refusal;
    FailureOr<GroupedProductPlan> plan = planGroupedProduct(op, refusal);
    if (failed(plan))
      return rewriter.notifyMatchFailure(op, refusal.reason);
    Location location = op->getLoc();
    // Differences from zero points of 8 bits may need a ninth.
    bool isNarrow = llvm::all_of(plan->weights, [](int64_t weight) { return llvm::isInt<8>(weight); });
    auto weightType =
        RankedTensorType::get({plan->terms, plan->columns}, rewriter.getIntegerType(isNarrow ? 8 : 16));
    int64_t groups = int64_t(plan->scales.size()) / plan->columns;
    Value weights = createIntegers(rewriter, location, weightType, plan->weights);
    Value scales = createFloats(rewriter, location, {groups, plan->columns}, plan->scales);
    Value bias = plan->bias.empty() ? Value() : createFloats(rewriter, location, {plan->columns}, plan->bias);
    auto product = GroupedMatMulOp::create(rewriter, location, op->getResult(0).getType(),
                                           castToStorage(rewriter, location, plan->activation.codes), weights,
                                           scales, bias, rewriter.getI64IntegerAttr(plan->groupSize),
                                           rewriter.getI64IntegerAttr(plan->activation.type.getZeroPoint()));
    product->setAttr(kAccumulatorBoundAttrName, rewriter.getI64IntegerAttr(plan->bound));
    if (Attribute precision = op->getAttr(kPrecisionAttrName))
      product->setAttr(kPrecisionAttrName, precision);
    onnx::copyValueNames(op, product);
    rewriter.replaceOp(op, product);
    return success();
  }
};

/// grouped_matmul(...) + constant -> grouped_matmul(..., constant): a bias that the model adds with a node of
/// its own.
struct AbsorbGroupedBias : OpRewritePattern<onnx::AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::AddOp op, PatternRewriter &rewriter) const override {
    auto [product, other] = matchSum<GroupedMatMulOp>(op);
    if (!product || product.getBias())
      return rewriter.notifyMatchFailure(op, "expected a product without a bias that nothing else reads");
    int64_t columns = cast<RankedTensorType>(product.getWeights().getType()).getDimSize(1);
    std::optional<SmallVector<float>> bias = readColumns(other, columns);
    if (!bias)
      return rewriter.notifyMatchFailure(op, "expected a constant with one value per column");
    auto sum =
        GroupedMatMulOp::create(rewriter, op.getLoc(), op.getType(), product.getInput(), product.getWeights(),
                                product.getScales(), createFloats(rewriter, op.getLoc(), {columns}, *bias),
                                product.getGroupSizeAttr(), product.getZeroPointAttr());
    for (StringRef name : {StringRef(kAccumulatorBoundAttrName), StringRef(kPrecisionAttrName)})
      if (Attribute value = product->getAttr(name))
        sum->setAttr(name, value);
    onnx::copyValueNames(op, sum);
    rewriter.replaceOp(op, sum);
    return success();
  }
};

/// quantize(clamps(grouped_matmul(...))) -> requantize(grouped_matmul(...)) with the multiplier f32(1 / so).
struct QuantizeGroupedProduct : QuantizeProducer {
  using QuantizeProducer::QuantizeProducer;

  FailureOr<Value> createCodes(PatternRewriter &rewriter, const QuantizedResult &result,
                               Refusal &refusal) const override {
    auto product = dyn_cast<GroupedMatMulOp>(result.producer);
    if (!product)
      return refuse(refusal, "expected a product in groups", "");
    float multiplier = 1.0f / result.quantizer.scale;
    if (failed(checkMultipliers(multiplier, refusal)))
      return failure();
    return RequantizeOp::create(rewriter, product.getLoc(), result.storage, product, multiplier,
                                /*axis=*/IntegerAttr(), result.quantizer.zeroPoint, result.codes.lowest,
                                result.codes.highest)
        .getResult();
  }
};

} // namespace

void populateGroupPatterns(RewritePatternSet &patterns) {
  for (StringRef name : {onnx::GemmOp::getOperationName(), onnx::MatMulOp::getOperationName()})
    patterns.add<IntegerizeGroupedProduct>(patterns.getContext(), name);
  patterns.add<AbsorbGroupedBias, QuantizeGroupedProduct>(patterns.getContext());
}

} // namespace quern
