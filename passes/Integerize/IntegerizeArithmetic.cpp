// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "lib/Numerics/QLinear.h"
#include "passes/Integerize/Arithmetic.h"
#include "passes/Integerize/Patterns.h"

using namespace mlir;

namespace quern {

FailureOr<BinaryPlan> planBinary(Operation *op, Refusal &refusal) {
  if (!isa<onnx::AddOp, onnx::SubOp, onnx::MulOp>(op))
    return refuse(refusal, "expected a sum, difference or product", "");
  FailureOr<TensorCodes> first = getTensorCodes(op->getOperand(0), refusal);
  if (failed(first))
    return failure();
  FailureOr<TensorCodes> second = getTensorCodes(op->getOperand(1), refusal);
  if (failed(second))
    return failure();
  return BinaryPlan{*first, *second};
}

namespace {

/// Codes of the negated tensor: q -> lowest + highest - q with the zero point mirrored likewise; exact.
std::pair<Value, int64_t> negate(OpBuilder &builder, Location location, const TensorCodes &tensor) {
  Value codes = castToStorage(builder, location, tensor.codes);
  int64_t lowest = tensor.type.isSigned() ? -128 : 0, mirror = lowest + (tensor.type.isSigned() ? 127 : 255);
  SmallVector<APInt> table;
  for (int64_t code = lowest; code < lowest + 256; ++code)
    table.push_back(APInt(64, mirror - code).trunc(8));
  auto type = RankedTensorType::get({256}, storageTypeOf(tensor.type));
  Value negated =
      LutOp::create(builder, location, codes.getType(), codes, DenseElementsAttr::get(type, table));
  return {negated, mirror - tensor.type.getZeroPoint()};
}

/// quantize(clamps(dequantize(a) op dequantize(b))) -> qlinear_op(a, b).
struct QuantizeBinary : QuantizeProducer {
  using QuantizeProducer::QuantizeProducer;

  FailureOr<Value> createCodes(PatternRewriter &rewriter, const QuantizedResult &result,
                               Refusal &refusal) const override {
    FailureOr<BinaryPlan> plan = planBinary(result.producer, refusal);
    if (failed(plan))
      return failure();
    return isa<onnx::MulOp>(result.producer) ? createProduct(rewriter, *plan, result, refusal)
                                             : createSum(rewriter, *plan, result, refusal);
  }

  static FailureOr<Value> createProduct(PatternRewriter &rewriter, const BinaryPlan &plan,
                                        const QuantizedResult &result, Refusal &refusal) {
    QLinearMul product = QLinearMul::get(plan.first.quantizer(), plan.second.quantizer(), result.quantizer);
    if (failed(checkMultipliers(product.multiplier, refusal)))
      return failure();
    Location location = result.producer->getLoc();
    Value first = castToStorage(rewriter, location, plan.first.codes);
    Value second = castToStorage(rewriter, location, plan.second.codes);
    return QLinearMulOp::create(rewriter, location, result.storage, first, second, product.aZeroPoint,
                                product.bZeroPoint, APFloat(product.multiplier), product.zeroPoint,
                                result.codes.lowest, result.codes.highest)
        .getResult();
  }

  static FailureOr<Value> createSum(PatternRewriter &rewriter, const BinaryPlan &plan,
                                    const QuantizedResult &result, Refusal &refusal) {
    QLinearAdd sum = QLinearAdd::get(plan.first.quantizer(), plan.second.quantizer(), result.quantizer);
    if (failed(checkMultipliers({sum.aMultiplier, sum.bMultiplier}, refusal)))
      return failure();
    Location location = result.producer->getLoc();
    Value first = castToStorage(rewriter, location, plan.first.codes), second;
    int64_t secondZeroPoint = sum.bZeroPoint;
    if (isa<onnx::SubOp>(result.producer))
      std::tie(second, secondZeroPoint) = negate(rewriter, location, plan.second);
    else
      second = castToStorage(rewriter, location, plan.second.codes);
    return QLinearAddOp::create(rewriter, location, result.storage, first, second, sum.aZeroPoint,
                                secondZeroPoint, APFloat(sum.aMultiplier), APFloat(sum.bMultiplier),
                                sum.zeroPoint, result.codes.lowest, result.codes.highest)
        .getResult();
  }
};

} // namespace

void populateArithmeticPatterns(RewritePatternSet &patterns) {
  patterns.add<QuantizeBinary>(patterns.getContext());
}

} // namespace quern
