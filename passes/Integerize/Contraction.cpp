// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Integerize/Contraction.h"

#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "lib/Numerics/Requantize.h"
#include "lib/Numerics/Rounding.h"
#include "passes/Integerize/GroupedProduct.h"

#include <limits>

using namespace mlir;

namespace quern {

static constexpr int64_t kLargestAccumulator = std::numeric_limits<int32_t>::max();

namespace {
/// A weight as `slices` matrices of output channels and terms: element i of a slice belongs to channel
/// (i / stride) % channels.
struct WeightLayout {
  int64_t axis; ///< of the output channels
  int64_t slices, channels, terms, stride;
};
} // namespace

static FailureOr<WeightLayout> layOutWeight(Operation *op, RankedTensorType type, Refusal &refusal) {
  if (!type || !type.hasStaticShape() || type.getRank() == 0)
    return refuse(refusal, "expected a weight of static shape", "bind its dimensions with --dim");
  int64_t elements = type.getNumElements(), rank = type.getRank();
  if (isa<onnx::ConvOp>(op))
    return WeightLayout{0, 1, type.getDimSize(0), elements / std::max<int64_t>(type.getDimSize(0), 1),
                        elements / std::max<int64_t>(type.getDimSize(0), 1)};
  if (rank == 1)
    return WeightLayout{-1, 1, 1, elements, 1};
  bool transposed = isa<onnx::GemmOp>(op) && cast<onnx::GemmOp>(op).getTransB();
  int64_t axis = transposed ? rank - 2 : rank - 1, channels = type.getDimSize(axis);
  int64_t terms = type.getDimSize(transposed ? rank - 1 : rank - 2);
  int64_t slices = channels * terms == 0 ? 0 : elements / (channels * terms);
  return WeightLayout{axis, slices, channels, terms, transposed ? terms : 1};
}

/// The properties of an op that no integer form has.
static LogicalResult checkAttributes(Operation *op, Refusal &refusal) {
  auto gemm = dyn_cast<onnx::GemmOp>(op);
  if (!gemm)
    return success();
  if (gemm.getAlpha().convertToFloat() != 1)
    return refuse(refusal, "expected alpha = 1", "fold alpha into the weight's scale");
  if (gemm.getBeta().convertToFloat() != 1 && gemm.getBiasOperand())
    return refuse(refusal, "expected beta = 1", "fold beta into the bias");
  return success();
}

/// Weight codes, scales and zero points into `plan`.
static LogicalResult planWeight(Operation *op, const WeightLayout &layout, ContractionPlan &plan,
                                Refusal &refusal) {
  Value real = op->getOperand(1);
  auto dequantize = real.getDefiningOp<DequantizeOp>();
  if (!dequantize)
    return refuse(refusal, "expected the weight as codes; " + describeSource(real) + " gives floats",
                  "quantize the weight");
  plan.weight = dequantize.getInput();
  plan.weightType = quantizedElementType(plan.weight.getType());
  std::optional<UniformParameters> parameters = uniformParameters(plan.weightType);
  if (!parameters)
    return refuse(refusal, "expected one weight scale per tensor or output channel, not one per block",
                  "quantize with --group-size=-1");
  if (plan.weightType.getStorageTypeIntegralWidth() > 8)
    return refuse(refusal, "expected weights of at most 8 bits", "quantize the weight to 8 bits or fewer");
  if (parameters->axis && *parameters->axis != layout.axis)
    return refuse(refusal,
                  "expected weight scales along the output channels, axis " + Twine(layout.axis) +
                      ", not along axis " + Twine(*parameters->axis),
                  "quantize the weight per output channel");
  plan.weightZeroPoints = parameters->zeroPoints;
  if (llvm::all_equal(plan.weightZeroPoints))
    plan.weightZeroPoints.resize(1);
  for (float scale : parameters->scales)
    plan.scales.push_back(float(plan.activation.type.getScale()) * scale);
  if (llvm::all_equal(plan.scales))
    plan.scales.resize(1);
  if (llvm::all_of(plan.scales, [](float scale) { return std::isnormal(scale); }))
    return success();
  return refuse(refusal, "expected scales whose product is a normal f32",
                "calibrate on data that uses the node");
}

std::optional<SmallVector<double>> readBias(Value bias) {
  auto dequantize = bias.getDefiningOp<DequantizeOp>();
  if (!dequantize) {
    std::optional<SmallVector<float>> reals = readReals(bias);
    if (!reals || !llvm::all_of(*reals, [](float real) { return std::isfinite(real); }))
      return std::nullopt;
    return llvm::to_vector_of<double>(*reals);
  }
  auto codes = readIntegers(storageOperand(dequantize.getInput()));
  auto parameters = uniformParameters(quantizedElementType(dequantize.getInput().getType()));
  auto type = cast<TensorType>(bias.getType());
  if (!codes || !parameters || !type.hasStaticShape())
    return std::nullopt;
  // In double, where code * scale is exact.
  int64_t count = parameters->scales.size(), stride = 1;
  if (parameters->axis)
    for (int64_t extent : type.getShape().drop_front(*parameters->axis + 1))
      stride *= extent;
  SmallVector<double> reals;
  for (auto [i, code] : llvm::enumerate(*codes)) {
    int64_t channel = i / stride % count;
    reals.push_back(double(code - parameters->zeroPoints[channel]) * double(parameters->scales[channel]));
  }
  return reals;
}

FailureOr<SmallVector<int64_t>> quantizeBiases(ArrayRef<double> reals, ArrayRef<float> scales,
                                               Refusal &refusal) {
  SmallVector<int64_t> codes;
  for (auto [i, real] : llvm::enumerate(reals)) {
    double code = roundHalfEven(real / double(scales[i % scales.size()]));
    if (!(std::abs(code) <= double(kLargestAccumulator)))
      return refuse(refusal,
                    "expected a bias within 32 bits at the accumulator's scale; element " + Twine(i) +
                        " is not",
                    "quantize with a larger weight scale for that channel, or exclude the node");
    codes.push_back(int64_t(code));
  }
  return codes;
}

/// Bias codes into `plan`: one per output channel.
static LogicalResult planBias(Operation *op, const WeightLayout &layout, ContractionPlan &plan,
                              Refusal &refusal) {
  if (op->getNumOperands() < 3 || isa<NoneType>(op->getOperand(2).getType()))
    return success();
  Value bias = op->getOperand(2);
  auto type = dyn_cast<RankedTensorType>(bias.getType());
  bool perChannel = type && type.hasStaticShape() &&
                    (type.getNumElements() == 1 ||
                     (type.getNumElements() == layout.channels && type.getShape().back() == layout.channels));
  std::optional<SmallVector<double>> reals = readBias(bias);
  if (!perChannel || !reals)
    return refuse(refusal, "expected a constant, finite bias with one value per output channel",
                  "add the bias with an Add node of its own");
  if (reals->size() == 1)
    reals->assign(layout.channels, double(reals->front()));
  auto codes = quantizeBiases(*reals, plan.scales, refusal);
  if (failed(codes))
    return failure();
  plan.bias = std::move(*codes);
  return success();
}

/// sum_k |w_k - zw| of each output channel, the largest over the slices; from the type alone if the weight is
/// not constant.
static SmallVector<int64_t> sumWeights(const WeightLayout &layout, const ContractionPlan &plan) {
  auto zeroPoint = [&](int64_t channel) {
    return plan.weightZeroPoints[channel % plan.weightZeroPoints.size()];
  };
  SmallVector<int64_t> largest(layout.channels, 0);
  std::optional<SmallVector<int64_t>> codes = readIntegers(storageOperand(plan.weight));
  if (!codes) {
    CodeRange range{int32_t(plan.weightType.getStorageTypeMin()),
                    int32_t(plan.weightType.getStorageTypeMax())};
    for (auto [channel, sum] : llvm::enumerate(largest))
      sum = layout.terms * largestDistance(range, zeroPoint(channel));
    return largest;
  }
  int64_t size = layout.channels * layout.terms;
  for (int64_t slice = 0; slice < layout.slices; ++slice) {
    SmallVector<int64_t> sums(layout.channels, 0);
    for (int64_t i = 0; i < size; ++i) {
      int64_t channel = i / layout.stride % layout.channels;
      sums[channel] += std::abs((*codes)[slice * size + i] - zeroPoint(channel));
    }
    for (auto [sum, most] : llvm::zip_equal(sums, largest))
      most = std::max(most, sum);
  }
  return largest;
}

/// C: the bound that lib/Numerics states holds in 32 bits for every channel.
static LogicalResult proveBound(const WeightLayout &layout, ContractionPlan &plan, Refusal &refusal) {
  Quantizer activation = plan.activation.quantizer();
  plan.bound = 0;
  for (auto [channel, sum] : llvm::enumerate(sumWeights(layout, plan))) {
    int32_t bias = plan.bias.empty() ? 0 : int32_t(plan.bias[channel]);
    plan.bound = std::max(plan.bound, largestAccumulator(activation.codes, activation.zeroPoint, sum, bias));
    if (plan.bound > kLargestAccumulator)
      return refuse(refusal,
                    "expected sums within 32 bits; output channel " + Twine(channel) + " may reach " +
                        Twine(plan.bound),
                    "split the reduction of " + Twine(layout.terms) + " terms, or use weights of fewer bits");
  }
  return success();
}

/// Rows that hold no negative number, and so have zero points of 0.
static bool areNotNegative(DequantizeRowsOp rows) {
  auto quantize = rows.getCodes().getDefiningOp<DynamicQuantizeOp>();
  if (!quantize)
    return false;
  Operation *source = quantize.getInput().getDefiningOp();
  auto quantizable = dyn_cast_if_present<onnx::QuantizableOpInterface>(source);
  std::optional<onnx::KnownRange> known =
      quantizable ? quantizable.getKnownRange() : std::optional<onnx::KnownRange>();
  return isa_and_present<QLinearSoftmaxOp>(source) || (known && known->min >= 0);
}

/// Rows of a product that broadcasts nothing along its leading dimensions.
static bool haveRowsOfResult(Operation *op, DequantizeRowsOp rows) {
  auto type = cast<RankedTensorType>(rows.getCodes().getType());
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  return isa<onnx::MatMulOp>(op) && result && type.getRank() > 1 &&
         type.getShape().drop_back() == result.getShape().drop_back();
}

/// The codes of rows as a plan has them. What has a scale per row is a product with one matrix, or, where
/// zero points are 0, any product.
static FailureOr<ContractionPlan> planRows(Operation *op, DequantizeRowsOp rows, Refusal &refusal) {
  auto weight = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  auto gemm = dyn_cast<onnx::GemmOp>(op);
  bool isWithMatrix =
      !isa<onnx::ConvOp>(op) && weight && weight.getRank() == 2 && (!gemm || gemm.getTransA() == 0);
  if (!isWithMatrix &&
      !(weight && weight.getRank() > 1 && areNotNegative(rows) && haveRowsOfResult(op, rows)))
    return refuse(refusal, "expected rows with scales of their own times a matrix",
                  "quantize its activation statically");
  auto type = perTensorType(op->getContext(), 8, /*isSigned=*/false, 1.0f, 0);
  return ContractionPlan{{rows.getCodes(), type}, rows};
}

/// The bias of a product of rows, and the sums that their zero points multiply, into `plan`.
static LogicalResult planRowTerms(Operation *op, const WeightLayout &layout, ContractionPlan &plan,
                                  Refusal &refusal) {
  if (op->getNumOperands() > 2 && !isa<NoneType>(op->getOperand(2).getType())) {
    std::optional<SmallVector<float>> bias = readColumns(op->getOperand(2), layout.channels);
    if (!bias)
      return refuse(refusal, "expected a constant, finite bias with one value per column",
                    "add the bias with an Add node of its own");
    plan.realBias = std::move(*bias);
  }
  if (areNotNegative(plan.rows)) {
    plan.columnSums.assign(layout.channels, 0); // which zero points would multiply
    return success();
  }
  std::optional<SmallVector<int64_t>> codes = readIntegers(storageOperand(plan.weight));
  if (!codes)
    return refuse(refusal, "expected a constant matrix beside rows with scales of their own",
                  "quantize its activation statically");
  SmallVector<int64_t> sums(layout.channels, 0);
  for (auto [i, code] : llvm::enumerate(*codes)) {
    int64_t channel = int64_t(i) / layout.stride % layout.channels;
    sums[channel] += code - plan.weightZeroPoints[channel % plan.weightZeroPoints.size()];
  }
  // proveBound refuses what 32 bits do not hold.
  plan.columnSums = llvm::to_vector_of<int32_t>(sums);
  return success();
}

static FailureOr<ContractionPlan> planActivation(Operation *op, Refusal &refusal) {
  if (auto rows = op->getOperand(0).getDefiningOp<DequantizeRowsOp>())
    return planRows(op, rows, refusal);
  FailureOr<TensorCodes> activation = getTensorCodes(op->getOperand(0), refusal);
  if (failed(activation))
    return failure();
  return ContractionPlan{*activation};
}

FailureOr<ContractionPlan> planContraction(Operation *op, Refusal &refusal) {
  if (!isa<onnx::ConvOp, onnx::GemmOp, onnx::MatMulOp>(op))
    return refuse(refusal, "expected a convolution or a matrix product", "");
  if (failed(checkAttributes(op, refusal)))
    return failure();
  FailureOr<ContractionPlan> plan = planActivation(op, refusal);
  if (failed(plan))
    return failure();
  auto layout = layOutWeight(op, dyn_cast<RankedTensorType>(op->getOperand(1).getType()), refusal);
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (failed(layout))
    return failure();
  if (!result)
    return refuse(refusal, "expected a result of known rank", "bind its dimensions with --dim");
  plan->channelAxis = isa<onnx::MatMulOp>(op) ? result.getRank() - 1 : 1;
  if (failed(planWeight(op, *layout, *plan, refusal)) ||
      failed(plan->rows ? planRowTerms(op, *layout, *plan, refusal)
                        : planBias(op, *layout, *plan, refusal)) ||
      failed(proveBound(*layout, *plan, refusal)))
    return failure();
  return plan;
}

} // namespace quern
