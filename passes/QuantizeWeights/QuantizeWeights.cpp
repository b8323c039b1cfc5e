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

static FailureOr<Quantizer> findActivations(Operation *op, unsigned weightNumber) {
  for (OpOperand &operand : op->getOpOperands()) {
    auto dequantize = operand.get().getDefiningOp<DequantizeOp>();
    if (!dequantize || operand.getOperandNumber() == weightNumber)
      continue;
    if (auto type =
            dyn_cast<quant::UniformQuantizedType>(quantizedElementType(dequantize.getInput().getType())))
      return Quantizer{float(type.getScale()),
                       int32_t(type.getZeroPoint()),
                       {int32_t(type.getStorageTypeMin()), int32_t(type.getStorageTypeMax())}};
  }
  return op->emitError("expected activations that are quantized per tensor");
}

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
  if (format.getScheme() != Scheme::Symmetric || !format.getFormat().getIsSigned() ||
      format.getFormat().getBits() > 8 || format.getGranularity().getKind() == GranularityKind::Group)
    return op->emitError()
           << "expected symmetric signed weights of at most 8 bits, per tensor or per channel";
  FailureOr<Quantizer> activations = findActivations(op, read.weightNumber);
  auto weight = readReals(op, read.weightNumber, "weight", "alpha");
  if (failed(activations) || failed(weight))
    return failure();
  read.activations = *activations;
  read.weight = std::move(*weight);

  ArrayRef<int64_t> shape = cast<RankedTensorType>(op->getOperand(read.weightNumber).getType()).getShape();
  // A vector has no channels: its only axis is summed over.
  read.channels = {1, int64_t(read.weight.size())};
  if (shape.size() > 1) {
    int64_t axis = *op.getWeightChannelAxis();
    read.channels = {shape[axis], ShapedType::getNumElements(shape.drop_front(axis + 1))};
    if (format.getGranularity().getKind() == GranularityKind::Channel)
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
static Value buildDequantized(OpBuilder &builder, Value original, RankedTensorType shape,
                              quant::QuantizedType type, ArrayRef<char> bytes) {
  Location loc = original.getLoc();
  auto storage = RankedTensorType::get(shape.getShape(), storageTypeOf(type));
  auto integers = onnx::ConstantOp::create(builder, loc, storage, onnx::makeConstant(storage, bytes));
  if (StringRef name = onnx::getValueName(original); !name.empty())
    onnx::setValueName(cast<OpResult>(integers->getResult(0)), (name + "_quantized").str());
  return DequantizeOp::create(builder, loc, shape, castFromStorage(builder, loc, integers, type));
}

static quant::QuantizedType typeOfCodes(MLIRContext *context, unsigned bits, ArrayRef<float> scales,
                                        std::optional<int64_t> axis, bool narrow) {
  if (!axis)
    return perTensorType(context, bits, /*isSigned=*/true, scales.front(), 0, narrow);
  return perAxisType(context, bits, /*isSigned=*/true, scales, SmallVector<int64_t>(scales.size(), 0), *axis,
                     narrow);
}

template <typename T> static ArrayRef<char> bytesOf(ArrayRef<T> values) {
  return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T)};
}

static void resetFactors(Operation *op) {
  for (StringRef name : {"alpha", "beta"})
    if (op->hasAttr(name))
      op->setAttr(name, Builder(op->getContext()).getF32FloatAttr(1.0f));
}

static LogicalResult quantizeOp(onnx::QuantizableOpInterface op, QuantizerAttr format) {
  FailureOr<WeightedOp> read = readOp(op, format);
  if (failed(read))
    return failure();
  unsigned bits = format.getFormat().getBits();
  RankedTensorType biasType = read->biasNumber ? spreadBias(*read) : RankedTensorType();
  WeightProblem problem{
      read->weight,      read->axis ? read->channels : WeightLayout{1, int64_t(read->weight.size())},
      read->bias,        read->channels.channels,
      read->activations, bits};
  WeightCodes codes = quantizeWeight(problem);
  auto isNormal = [&](float scale) { return std::isnormal(scale * read->activations.scale); };
  if (!llvm::all_of(codes.scales, isNormal))
    return op->emitError("has activations and weights too large to multiply in float32; leave it float");
  if (largestAccumulator(problem, read->channels, codes) > std::numeric_limits<int32_t>::max())
    return op->emitError("could overflow its 32-bit accumulator; leave it float");

  OpBuilder builder(op);
  MLIRContext *context = op->getContext();
  Value weight = op->getOperand(read->weightNumber);
  op->setOperand(read->weightNumber,
                 buildDequantized(builder, weight, cast<RankedTensorType>(weight.getType()),
                                  typeOfCodes(context, bits, codes.scales, read->axis, /*narrow=*/true),
                                  bytesOf(ArrayRef<int8_t>(codes.weight))));
  if (read->biasNumber) {
    SmallVector<float> scales;
    for (float scale : codes.scales)
      scales.push_back(read->activations.scale * scale);
    std::optional<int64_t> axis = read->axis ? std::optional(biasType.getRank() - 1) : std::nullopt;
    op->setOperand(*read->biasNumber,
                   buildDequantized(builder, op->getOperand(*read->biasNumber), biasType,
                                    typeOfCodes(context, 32, scales, axis, /*narrow=*/false),
                                    bytesOf(ArrayRef<int32_t>(codes.bias))));
  }
  resetFactors(op);
  return success();
}

/// Round to nearest in groups, for an op whose activations stay float.
static LogicalResult quantizeWeightOnly(onnx::QuantizableOpInterface op, QuantizerAttr format) {
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
      if (precision && precision.getWeights() && isUnquantized(op))
        complete &= succeeded(precision.getActivations() ? quantizeOp(op, precision.getWeights())
                                                         : quantizeWeightOnly(op, precision.getWeights()));
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
