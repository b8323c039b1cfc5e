// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/QuantizeWeights/QuantizeWeights.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"
#include "passes/QuantizeWeights/GroupedWeight.h"
#include "passes/QuantizeWeights/WeightCodes.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_QUANTIZEWEIGHTS
#include "passes/QuantizeWeights/QuantizeWeights.h.inc"

namespace {
/// What the pass reads from one contraction.
struct WeightedOp {
  Operation *op;
  unsigned weightNumber;
  std::optional<unsigned> biasNumber;
  Quantizer activations;
  QuantizerAttr format;
  WeightLayout channels;       ///< of the op
  std::optional<int64_t> axis; ///< of the scales; absent for one scale per tensor
  SmallVector<float> weight, bias;
};
} // namespace

/// The elements times `factor`, refused where one is not finite.
static FailureOr<SmallVector<float>> readReals(Operation *op, unsigned number, StringRef what,
                                               StringRef factorName) {
  auto view = onnx::ConstantView::of(op->getOperand(number));
  if (!view)
    return op->emitError() << "expected a constant " << what;
  auto factor = op->getAttrOfType<FloatAttr>(factorName);
  float scale = factor ? factor.getValue().convertToFloat() : 1.0f;
  SmallVector<float> values;
  values.reserve(view->size());
  for (int64_t i = 0; i < view->size(); ++i)
    values.push_back(float(view->real(i)) * scale);
  if (!llvm::all_of(values, [](float value) { return std::isfinite(value); }))
    return op->emitError() << "has a " << what << " with NaN or infinite elements, which cannot be quantized";
  return values;
}

static FailureOr<WeightedOp> readOp(onnx::QuantizableOpInterface op, QuantizerAttr format) {
  WeightedOp read{op, *op.getWeightOperand(), op.getBiasOperand(), {}, format, {}, {}, {}, {}};
  bool isSymmetric = format.getScheme() == Scheme::Symmetric;
  if (format.getFormat().getIsSigned() != isSymmetric || format.getFormat().getBits() > 8)
    return op->emitError() << "expected symmetric signed or asymmetric unsigned weights of at most 8 bits";
  std::optional<Quantizer> activations = findActivations(op);
  if (!activations)
    return op->emitError("expected activations that are quantized per tensor");
  auto weight = readReals(op, read.weightNumber, "weight", "alpha");
  if (failed(weight))
    return failure();
  read.activations = *activations;
  read.weight = std::move(*weight);

  ArrayRef<int64_t> shape = cast<RankedTensorType>(op->getOperand(read.weightNumber).getType()).getShape();
  // A vector has no channels: its only axis is summed over.
  read.channels = {1, int64_t(read.weight.size())};
  if (shape.size() > 1) {
    int64_t axis = *op.getWeightChannelAxis();
    read.channels = {shape[axis], ShapedType::getNumElements(shape.drop_front(axis + 1))};
    if (format.getGranularity().getKind() != GranularityKind::Tensor)
      read.axis = axis;
  }
  if (read.biasNumber) {
    auto bias = readReals(op, *read.biasNumber, "bias", "beta");
    if (failed(bias))
      return failure();
    read.bias = std::move(*bias);
  }
  return read;
}

/// A bias that is one number for several channels becomes one number each, so that each has its channel's
/// scale.
static RankedTensorType spreadBias(WeightedOp &read) {
  auto type = cast<RankedTensorType>(read.op->getOperand(*read.biasNumber).getType());
  if (type.getRank() != 0 && type.getShape().back() == read.channels.channels)
    return type;
  SmallVector<float> spread;
  for (float value : read.bias)
    spread.append(read.channels.channels, value);
  read.bias = std::move(spread);
  SmallVector<int64_t> shape(type.getShape());
  if (shape.empty())
    shape.push_back(1);
  shape.back() = read.channels.channels;
  return type.clone(shape);
}

/// Integers as a constant, seen as codes, and their real values.
template <typename T>
static Value buildDequantized(OpBuilder &builder, Value original, RankedTensorType shape,
                              quant::QuantizedType type, ArrayRef<T> codes) {
  Location loc = original.getLoc();
  auto storage = RankedTensorType::get(shape.getShape(), storageTypeOf(type));
  auto integers = onnx::ConstantOp::create(
      builder, loc, storage, onnx::makeIntegerConstant(storage, llvm::to_vector_of<int64_t>(codes)));
  if (StringRef name = onnx::getValueName(original); !name.empty())
    onnx::setValueName(cast<OpResult>(integers->getResult(0)), (name + "_quantized").str());
  return DequantizeOp::create(builder, loc, shape, castFromStorage(builder, loc, integers, type));
}

/// A per-tensor type, or one with scales along `axis`.
static quant::QuantizedType typeOfCodes(MLIRContext *context, unsigned storageBits, bool isSigned,
                                        CodeRange codes, ArrayRef<Quantizer> quantizers,
                                        std::optional<int64_t> axis) {
  unsigned flags = isSigned ? quant::QuantizationFlags::Signed : 0;
  Type storage = IntegerType::get(context, storageBits), real = Float32Type::get(context);
  const Quantizer &first = quantizers.front();
  if (!axis)
    return quant::UniformQuantizedType::get(flags, storage, real, first.scale, first.zeroPoint, codes.lowest,
                                            codes.highest);
  SmallVector<double> scales;
  SmallVector<int64_t> zeroPoints;
  for (const Quantizer &quantizer : quantizers) {
    scales.push_back(quantizer.scale);
    zeroPoints.push_back(quantizer.zeroPoint);
  }
  return quant::UniformQuantizedPerAxisType::get(flags, storage, real, scales, zeroPoints, *axis,
                                                 codes.lowest, codes.highest);
}

static void resetFactors(Operation *op) {
  for (StringRef name : {"alpha", "beta"})
    if (op->hasAttr(name))
      op->setAttr(name, Builder(op->getContext()).getF32FloatAttr(1.0f));
}

static WeightProblem stateProblem(const WeightedOp &read) {
  return {
      read.weight,      read.axis ? read.channels : WeightLayout{1, int64_t(read.weight.size())},
      read.bias,        read.channels.channels,
      read.activations, {read.format.getFormat().getBits(), read.format.getScheme() == Scheme::Symmetric}};
}

/// The bias as codes at the scales of the accumulator.
static void replaceBias(const WeightedOp &read, RankedTensorType type, ArrayRef<float> weightScales,
                        ArrayRef<int32_t> codes) {
  Operation *op = read.op;
  OpBuilder builder(op);
  SmallVector<Quantizer> quantizers;
  for (float scale : weightScales)
    quantizers.push_back({read.activations.scale * scale, 0, CodeRange{INT32_MIN, INT32_MAX}});
  std::optional<int64_t> axis = read.axis ? std::optional(type.getRank() - 1) : std::nullopt;
  quant::QuantizedType codeType =
      typeOfCodes(op->getContext(), 32, /*isSigned=*/true, quantizers.front().codes, quantizers, axis);
  op->setOperand(*read.biasNumber,
                 buildDequantized(builder, op->getOperand(*read.biasNumber), type, codeType, codes));
}

static LogicalResult quantizeOp(onnx::QuantizableOpInterface op, QuantizerAttr format) {
  FailureOr<WeightedOp> read = readOp(op, format);
  if (failed(read))
    return failure();
  RankedTensorType biasType = read->biasNumber ? spreadBias(*read) : RankedTensorType();
  WeightProblem problem = stateProblem(*read);
  WeightCodes codes = quantizeWeight(problem);
  auto isNormal = [&](float scale) { return std::isnormal(scale * read->activations.scale); };
  if (!llvm::all_of(codes.scales(), isNormal))
    return op->emitError("has activations and weights too large to multiply in float32; leave it float");
  if (largestAccumulator(problem, read->channels, codes) > std::numeric_limits<int32_t>::max())
    return op->emitError("could overflow its 32-bit accumulator; leave it float");

  OpBuilder builder(op);
  Value weight = op->getOperand(read->weightNumber);
  quant::QuantizedType type =
      typeOfCodes(op->getContext(), storageBitsOf(problem.format), problem.format.isSymmetric,
                  problem.format.codes(), codes.quantizers, read->axis);
  op->setOperand(read->weightNumber,
                 buildDequantized(builder, weight, cast<RankedTensorType>(weight.getType()), type,
                                  ArrayRef<int16_t>(codes.weight)));
  if (read->biasNumber)
    replaceBias(*read, biasType, codes.scales(), codes.bias);
  resetFactors(op);
  return success();
}

/// The bias of an op whose weight has been given codes per channel or tensor already. One that has no place
/// in the accumulator stays float.
static LogicalResult quantizeBiasOf(onnx::QuantizableOpInterface op, QuantizerAttr format) {
  std::optional<unsigned> number = op.getBiasOperand();
  auto dequantize = op->getOperand(*op.getWeightOperand()).getDefiningOp<DequantizeOp>();
  auto parameters = uniformParameters(quantizedElementType(dequantize.getInput().getType()));
  std::optional<Quantizer> activations = findActivations(op);
  if (!number || !parameters || !activations || !onnx::ConstantView::of(op->getOperand(*number)))
    return success();
  WeightedOp read{op, *op.getWeightOperand(), number, *activations, format, {}, parameters->axis, {}, {}};
  auto bias = readReals(op, *number, "bias", "beta");
  if (failed(bias))
    return failure();
  read.bias = std::move(*bias);
  ArrayRef<int64_t> shape = cast<RankedTensorType>(dequantize.getType()).getShape();
  read.channels = {shape.size() > 1 ? shape[*op.getWeightChannelAxis()] : 1, 1};
  RankedTensorType biasType = spreadBias(read);
  WeightProblem problem = stateProblem(read);
  for (auto [i, value] : llvm::enumerate(read.bias)) {
    float scale = parameters->scales[parameters->axis ? i % read.channels.channels : 0];
    if (smallestWeightScale(value, activations->scale) > scale)
      return success();
  }
  replaceBias(read, biasType, parameters->scales, quantizeBias(problem, parameters->scales));
  resetFactors(op);
  return success();
}

/// Round to nearest, for an op whose weight has groups, or whose activations stay float or have dynamic rows.
/// The bias stays float.
static LogicalResult quantizeMatrix(onnx::QuantizableOpInterface op, QuantizerAttr format) {
  FailureOr<GroupedWeight> weight = readGroupedWeight(op, format);
  if (failed(weight))
    return failure();
  replaceWeight(op, *weight, quantizeGroups(weight->values, weight->layout, weight->format));
  return success();
}

namespace {
struct QuantizeWeightsPass : impl::QuantizeWeightsBase<QuantizeWeightsPass> {
  using QuantizeWeightsBase::QuantizeWeightsBase;

  void runOnOperation() override {
    bool complete = true;
    getOperation().walk([&](onnx::QuantizableOpInterface op) {
      auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
      if (!precision || !precision.getWeights() || !op.getWeightOperand())
        return;
      if (!isUnquantized(op)) {
        if (precision.getActivations())
          complete &= succeeded(quantizeBiasOf(op, precision.getWeights()));
        return;
      }
      bool asMatrix =
          !precision.getActivations() || precision.hasDynamicRows() || isGrouped(op, precision.getWeights());
      complete &= succeeded(asMatrix ? quantizeMatrix(op, precision.getWeights())
                                     : quantizeOp(op, precision.getWeights()));
    });
    if (!complete)
      return signalPassFailure();
    eraseUnusedConstants();
  }

private:
  /// A weight that arrived as codes stays as it is.
  static bool isUnquantized(onnx::QuantizableOpInterface op) {
    std::optional<unsigned> number = op.getWeightOperand();
    return number && !op->getOperand(*number).getDefiningOp<DequantizeOp>();
  }

  void eraseUnusedConstants() {
    getOperation().walk([](onnx::ConstantOp op) {
      if (op->use_empty())
        op->erase();
    });
  }
};
} // namespace

} // namespace quern
