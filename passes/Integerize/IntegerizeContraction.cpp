// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/Structure.h"
#include "dialects/ONNX/IR/Tensor.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/Integerize/Contraction.h"
#include "passes/Integerize/GroupedProduct.h"
#include "passes/Integerize/Patterns.h"
#include "passes/Integerize/QuantizedResult.h"

using namespace mlir;

namespace quern {
namespace {

RankedTensorType accumulatorType(Operation *op) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  return type.clone(IntegerType::get(op->getContext(), 32));
}

/// Matrix `codes` with rows and columns exchanged; a constant stays a constant.
Value transposeMatrix(OpBuilder &builder, Location location, Value codes) {
  auto type = cast<RankedTensorType>(codes.getType());
  int64_t rows = type.getDimSize(0), columns = type.getDimSize(1);
  auto transposed = RankedTensorType::get({columns, rows}, type.getElementType());
  std::optional<SmallVector<int64_t>> values = readIntegers(codes);
  if (!values)
    return onnx::TransposeOp::create(builder, location, transposed, codes,
                                     builder.getDenseI64ArrayAttr({1, 0}));
  SmallVector<int64_t> moved(values->size());
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      moved[column * rows + row] = (*values)[row * columns + column];
  return createIntegers(builder, location, transposed, moved);
}

/// The zero points of the weight as ONNX takes them: absent, a scalar, or one per output channel.
Value createWeightZeroPoints(OpBuilder &builder, Location location, const ContractionPlan &plan) {
  if (plan.weightZeroPoints.size() == 1)
    return createZeroPoint(builder, location, plan.weightType, plan.weightZeroPoints.front());
  auto type = RankedTensorType::get(int64_t(plan.weightZeroPoints.size()), storageTypeOf(plan.weightType));
  return createIntegers(builder, location, type, plan.weightZeroPoints);
}

/// Constant weights less their zero points as i8, if that holds them and they are not stored so already; null
/// otherwise. Codes of fewer than 8 bits always fit.
Value centerWeights(OpBuilder &builder, Location location, const ContractionPlan &plan) {
  auto type = cast<RankedTensorType>(plan.weight.getType());
  std::optional<SmallVector<int64_t>> codes = readIntegers(storageOperand(plan.weight));
  bool isCentered = plan.weightType.getStorageTypeIntegralWidth() == 8 &&
                    llvm::all_equal(plan.weightZeroPoints) && plan.weightType.isSigned() &&
                    plan.weightZeroPoints.front() == 0;
  if (!codes || isCentered)
    return {};
  int64_t inner = 1, channels = plan.weightZeroPoints.size();
  if (channels > 1)
    for (int64_t extent : type.getShape().drop_front(*uniformParameters(plan.weightType)->axis + 1))
      inner *= extent;
  for (auto [i, code] : llvm::enumerate(*codes)) {
    code -= plan.weightZeroPoints[int64_t(i) / inner % channels];
    if (!llvm::isInt<8>(code))
      return {};
  }
  return createIntegers(builder, location, RankedTensorType::get(type.getShape(), builder.getI8Type()),
                        *codes);
}

/// onnx.Conv -> onnx.ConvInteger, onnx.Gemm and onnx.MatMul -> onnx.MatMulInteger.
Operation *createContraction(OpBuilder &builder, Operation *op, const ContractionPlan &plan) {
  Location location = op->getLoc();
  Value activation =
      plan.rows ? plan.activation.codes : castToStorage(builder, location, plan.activation.codes);
  Value centered = centerWeights(builder, location, plan);
  Value weight = centered ? centered : storageOperand(plan.weight);
  if (!weight)
    weight = castToStorage(builder, location, plan.weight);
  if (auto gemm = dyn_cast<onnx::GemmOp>(op)) {
    if (gemm.getTransA())
      activation = transposeMatrix(builder, location, activation);
    if (gemm.getTransB())
      weight = transposeMatrix(builder, location, weight);
  }
  Value activationZeroPoint =
      createZeroPoint(builder, location, plan.activation.type, plan.activation.type.getZeroPoint());
  Value weightZeroPoints = centered ? onnx::NoValueOp::create(builder, location, builder.getNoneType())
                                    : createWeightZeroPoints(builder, location, plan);
  bool isConvolution = isa<onnx::ConvOp>(op);
  OperationState state(location, isConvolution ? onnx::ConvIntegerOp::getOperationName()
                                               : onnx::MatMulIntegerOp::getOperationName());
  state.addOperands({activation, weight, activationZeroPoint, weightZeroPoints});
  state.addTypes(accumulatorType(op));
  if (Attribute precision = op->getAttr(kPrecisionAttrName))
    state.addAttribute(kPrecisionAttrName, precision);
  if (isConvolution)
    for (StringAttr name : op->getRegisteredInfo()->getAttributeNames())
      if (Attribute value = op->getAttr(name))
        state.addAttribute(name, value);
  return builder.create(state);
}

/// acc + bias, the bias laid along `axis`.
Operation *addBias(OpBuilder &builder, Location location, Value accumulator, ArrayRef<int64_t> bias,
                   int64_t axis) {
  auto type = cast<RankedTensorType>(accumulator.getType());
  SmallVector<int64_t> shape(type.getRank() - axis, 1);
  shape.front() = bias.size();
  Value constant =
      createIntegers(builder, location, RankedTensorType::get(shape, type.getElementType()), bias);
  return onnx::AddOp::create(builder, location, type, accumulator, constant);
}

/// f32(acc) * s, with an axis only where scales differ.
Value dequantize(OpBuilder &builder, Location location, Value accumulator, ArrayRef<float> scales,
                 int64_t axis) {
  auto type = cast<RankedTensorType>(accumulator.getType()).clone(builder.getF32Type());
  return DequantizeAccumulatorOp::create(builder, location, type, accumulator,
                                         builder.getDenseF32ArrayAttr(scales),
                                         scales.size() > 1 ? builder.getI64IntegerAttr(axis) : IntegerAttr());
}

/// What the scales and zero points of rows make of an accumulator.
Value dequantizeRows(OpBuilder &builder, Location location, Value accumulator, const ContractionPlan &plan) {
  auto type = cast<RankedTensorType>(accumulator.getType()).clone(builder.getF32Type());
  DequantizeRowsOp rows = plan.rows;
  return DequantizeRowAccumulatorOp::create(
      builder, location, type, accumulator, rows.getScales(), rows.getZeroPoints(),
      builder.getDenseF32ArrayAttr(plan.scales), builder.getDenseI32ArrayAttr(plan.columnSums),
      plan.realBias.empty() ? DenseF32ArrayAttr() : builder.getDenseF32ArrayAttr(plan.realBias));
}

/// Contraction of dequantized codes -> dequantized contraction of codes. What follows decides whether the
/// accumulator is requantized or leaves the integer part.
struct IntegerizeContraction : RewritePattern {
  IntegerizeContraction(MLIRContext *context, StringRef name) : RewritePattern(name, 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    Refusal refusal;
    FailureOr<ContractionPlan> plan = planContraction(op, refusal);
    if (failed(plan))
      return rewriter.notifyMatchFailure(op, refusal.reason);
    Operation *accumulator = createContraction(rewriter, op, *plan);
    auto bound = rewriter.getI64IntegerAttr(plan->bound);
    if (!plan->bias.empty())
      accumulator = addBias(rewriter, op->getLoc(), accumulator->getResult(0), plan->bias, plan->channelAxis);
    accumulator->setAttr(kAccumulatorBoundAttrName, bound);
    Value real = plan->rows ? dequantizeRows(rewriter, op->getLoc(), accumulator->getResult(0), *plan)
                            : dequantize(rewriter, op->getLoc(), accumulator->getResult(0), plan->scales,
                                         plan->channelAxis);
    onnx::copyValueNames(op, real.getDefiningOp());
    rewriter.replaceOp(op, real);
    return success();
  }
};

/// dequantize_accumulator(acc) + constant -> dequantize_accumulator(acc + codes of the constant): a bias that
/// the model adds with a node of its own.
struct AbsorbBias : OpRewritePattern<onnx::AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::AddOp op, PatternRewriter &rewriter) const override {
    auto [real, other] = matchSum<DequantizeAccumulatorOp>(op);
    if (!real)
      return rewriter.notifyMatchFailure(op, "expected an accumulator that nothing else reads");
    auto type = cast<RankedTensorType>(real.getType());
    int64_t axis = real.getAxis().value_or(type.getRank() - 1);
    auto bias = dyn_cast<RankedTensorType>(other.getType());
    auto reals = readBias(other);
    if (!bias || !reals || type.getRank() == 0 || !isAlong(bias, axis, type))
      return rewriter.notifyMatchFailure(op, "expected a constant with one value, or one per output channel");
    if (reals->size() == 1)
      reals->assign(type.getDimSize(axis), double(reals->front()));
    Refusal refusal;
    auto codes = quantizeBiases(*reals, real.getScales(), refusal);
    if (failed(codes))
      return rewriter.notifyMatchFailure(op, refusal.reason);
    auto known = real.getInput().getDefiningOp()->getAttrOfType<IntegerAttr>(kAccumulatorBoundAttrName);
    int64_t most = 0;
    for (int64_t code : *codes)
      most = std::max(most, std::abs(code));
    if (!known || known.getInt() + most > std::numeric_limits<int32_t>::max())
      return rewriter.notifyMatchFailure(op, "expected sums within 32 bits");
    Operation *sum = addBias(rewriter, op.getLoc(), real.getInput(), *codes, axis);
    sum->setAttr(kAccumulatorBoundAttrName, rewriter.getI64IntegerAttr(known.getInt() + most));
    Value dequantized = dequantize(rewriter, op.getLoc(), sum->getResult(0), real.getScales(), axis);
    onnx::copyValueNames(op, dequantized.getDefiningOp());
    rewriter.replaceOp(op, dequantized);
    return success();
  }

  /// True if a tensor that is broadcast to `result` varies along `axis` at most.
  static bool isAlong(RankedTensorType type, int64_t axis, RankedTensorType result) {
    if (!type.hasStaticShape() || !result.hasStaticShape())
      return false;
    if (type.getNumElements() == 1)
      return true;
    int64_t own = axis - (result.getRank() - type.getRank());
    return own >= 0 && type.getDimSize(own) == type.getNumElements() &&
           type.getDimSize(own) == result.getDimSize(axis);
  }
};

/// dequantize_row_accumulator(acc) + constant -> the same with the constant as bias.
struct AbsorbRowBias : OpRewritePattern<onnx::AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::AddOp op, PatternRewriter &rewriter) const override {
    auto [real, other] = matchSum<DequantizeRowAccumulatorOp>(op);
    if (!real || real.getBias())
      return rewriter.notifyMatchFailure(op, "expected rows without a bias that nothing else reads");
    std::optional<SmallVector<float>> bias = readColumns(other, int64_t(real.getColumnSums().size()));
    if (!bias)
      return rewriter.notifyMatchFailure(op, "expected a constant with one value per column");
    auto sum = DequantizeRowAccumulatorOp::create(
        rewriter, op.getLoc(), op.getType(), real.getInput(), real.getScales(), real.getZeroPoints(),
        real.getWeightScalesAttr(), real.getColumnSumsAttr(), rewriter.getDenseF32ArrayAttr(*bias));
    onnx::copyValueNames(op, sum);
    rewriter.replaceOp(op, sum);
    return success();
  }
};

/// quantize(clamps(dequantize_accumulator(acc))) -> requantize(acc). The multiplier is f32(f32(sa * sw) /
/// so).
struct QuantizeAccumulator : QuantizeProducer {
  using QuantizeProducer::QuantizeProducer;

  FailureOr<Value> createCodes(PatternRewriter &rewriter, const QuantizedResult &result,
                               Refusal &refusal) const override {
    auto real = dyn_cast<DequantizeAccumulatorOp>(result.producer);
    if (!real)
      return refuse(refusal, "expected a dequantized accumulator", "");
    SmallVector<float> multipliers;
    for (float scale : real.getScales())
      multipliers.push_back(scale / result.quantizer.scale);
    if (failed(checkMultipliers(multipliers, refusal)))
      return failure();
    return RequantizeOp::create(rewriter, real.getLoc(), result.storage, real.getInput(), multipliers,
                                real.getAxisAttr(), result.quantizer.zeroPoint, result.codes.lowest,
                                result.codes.highest)
        .getResult();
  }
};

} // namespace

void populateContractionPatterns(RewritePatternSet &patterns) {
  for (StringRef name : {onnx::ConvOp::getOperationName(), onnx::GemmOp::getOperationName(),
                         onnx::MatMulOp::getOperationName()})
    patterns.add<IntegerizeContraction>(patterns.getContext(), name);
  patterns.add<AbsorbBias, AbsorbRowBias, QuantizeAccumulator>(patterns.getContext());
}

} // namespace quern
