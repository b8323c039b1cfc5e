// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/FoldBatchNorm/ChannelAffine.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"

#include <cmath>

using namespace mlir;

namespace quern {

// Contractions
// --------------------------------------------------------------------------------------------------------

static bool isAbsent(Value value) { return isa<NoneType>(value.getType()); }

/// Operand and axis numbers; `channels` is filled in later.
static std::optional<Contraction> describe(Operation *op) {
  using Description = std::optional<Contraction>;
  auto lastAxis = [&] { return cast<RankedTensorType>(op->getResult(0).getType()).getRank() - 1; };
  return TypeSwitch<Operation *, Description>(op)
      .Case([&](onnx::ConvOp) { return Contraction{op, 1, 0, 1, 0, 2}; })
      .Case([&](onnx::ConvTransposeOp) { return Contraction{op, 1, 1, 1, 0, 2}; })
      .Case([&](onnx::GemmOp gemm) { return Contraction{op, 1, gemm.getTransB() ? 0 : 1, 1, 0, 2}; })
      .Case([&](onnx::MatMulOp) { return Contraction{op, 1, lastAxis(), lastAxis(), 0, std::nullopt}; })
      .Default([](Operation *) { return Description(); });
}

/// C3; the reason why an op's attributes forbid the rewrite, or nothing.
static StringRef refusalByAttributes(Operation *op) {
  if (auto transposed = dyn_cast<onnx::ConvTransposeOp>(op); transposed && transposed.getGroup() != 1)
    return "(C3) expected one group in ConvTranspose";
  if (auto gemm = dyn_cast<onnx::GemmOp>(op);
      gemm && gemm.getBeta().convertToFloat() != 1 && !isAbsent(gemm.getC()))
    return "(C3) expected beta = 1 in Gemm";
  return {};
}

FailureOr<Contraction> matchContraction(Value value, Operation *user, PatternRewriter &rewriter) {
  Operation *op = value.getDefiningOp();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  std::optional<Contraction> contraction = op && type ? describe(op) : std::nullopt;
  if (!contraction)
    return rewriter.notifyMatchFailure(user, "expected a contraction before the map");
  if (!value.hasOneUse())
    return rewriter.notifyMatchFailure(user, "(C1) expected no other use of the contraction");
  if (StringRef reason = refusalByAttributes(op); !reason.empty())
    return rewriter.notifyMatchFailure(user, reason);
  std::optional<onnx::ConstantView> weight = onnx::ConstantView::of(op->getOperand(contraction->weight));
  if (!weight || !isa<FloatType>(weight->getElementType()) ||
      weight->getType().getRank() <= contraction->weightAxis)
    return rewriter.notifyMatchFailure(user, "(C2) expected a constant weight");
  Value bias = contraction->bias ? op->getOperand(*contraction->bias) : Value();
  if (bias && !isAbsent(bias) && !onnx::ConstantView::of(bias))
    return rewriter.notifyMatchFailure(user, "(C2) expected a constant bias");
  contraction->channels = weight->getShape()[contraction->weightAxis];
  if (type.getDimSize(contraction->resultAxis) != contraction->channels)
    return rewriter.notifyMatchFailure(user, "expected the weight's channels in the result");
  return *contraction;
}

// Maps
// ----------------------------------------------------------------------------------------------------------------

/// The constant's value for each channel, if it broadcasts to `shape` and varies along `axis` only.
static std::optional<SmallVector<double>> perChannel(Value constant, ArrayRef<int64_t> shape, int64_t axis) {
  std::optional<onnx::ConstantView> view = onnx::ConstantView::of(constant);
  if (!view || !isa<FloatType>(view->getElementType()) || view->getShape().size() > shape.size())
    return std::nullopt;
  int64_t lead = shape.size() - view->getShape().size(), channels = shape[axis];
  for (auto [own, size] : llvm::enumerate(view->getShape()))
    if (size != 1 && (static_cast<int64_t>(own) + lead != axis || size != channels))
      return std::nullopt;
  SmallVector<double> values(channels);
  for (int64_t c = 0; c < channels; ++c)
    values[c] = view->real(view->size() == 1 ? 0 : c);
  return values;
}

static FailureOr<ChannelAffine> matchBatchNormalization(onnx::BatchNormalizationOp op,
                                                        PatternRewriter &rewriter) {
  auto scale = onnx::getConstantReals(op.getScale()), shift = onnx::getConstantReals(op.getB());
  auto mean = onnx::getConstantReals(op.getInputMean()), variance = onnx::getConstantReals(op.getInputVar());
  if (!scale || !shift || !mean || !variance)
    return rewriter.notifyMatchFailure(op, "(C2) expected constant statistics");
  if (op.getTrainingMode() || !op.getRunningMean().use_empty() || !op.getRunningVar().use_empty())
    return rewriter.notifyMatchFailure(op, "expected the inference form");
  size_t channels = scale->size();
  if (shift->size() != channels || mean->size() != channels || variance->size() != channels)
    return rewriter.notifyMatchFailure(op, "expected statistics of one length");
  double epsilon = op.getEpsilon().convertToFloat();
  for (size_t c = 0; c < channels; ++c) {
    (*scale)[c] /= std::sqrt((*variance)[c] + epsilon);
    (*shift)[c] -= (*scale)[c] * (*mean)[c];
  }
  return ChannelAffine{op.getX(), *scale, *shift};
}

/// x + t, x - t, t - x, x * s, x / s.
static FailureOr<ChannelAffine> matchArithmetic(Operation *op, PatternRewriter &rewriter) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  bool constantFirst = static_cast<bool>(onnx::getConstant(op->getOperand(0)));
  Value input = op->getOperand(constantFirst ? 1 : 0), constant = op->getOperand(constantFirst ? 0 : 1);
  Operation *producer = input.getDefiningOp();
  if (!type || !type.hasStaticShape() || input.getType() != type)
    return rewriter.notifyMatchFailure(op, "expected operand and result of one static type");
  std::optional<Contraction> contraction = producer ? describe(producer) : std::nullopt;
  std::optional<SmallVector<double>> values =
      contraction ? perChannel(constant, type.getShape(), contraction->resultAxis) : std::nullopt;
  if (!values)
    return rewriter.notifyMatchFailure(op, "(C2) expected a constant that varies along the channels only");
  size_t channels = values->size();
  ChannelAffine map{input, SmallVector<double>(channels, 1), SmallVector<double>(channels, 0)};
  if (isa<onnx::MulOp>(op)) {
    map.scale = *values;
  } else if (isa<onnx::DivOp>(op) && !constantFirst) {
    llvm::transform(*values, map.scale.begin(), [](double value) { return 1 / value; });
  } else if (isa<onnx::AddOp>(op)) {
    map.shift = *values;
  } else if (isa<onnx::SubOp>(op)) {
    map.scale.assign(channels, constantFirst ? -1 : 1);
    llvm::transform(*values, map.shift.begin(), [&](double value) { return constantFirst ? value : -value; });
  } else
    return rewriter.notifyMatchFailure(op, "expected a map that is affine in its input");
  return map;
}

FailureOr<ChannelAffine> matchChannelAffine(Operation *op, PatternRewriter &rewriter) {
  auto normalization = dyn_cast<onnx::BatchNormalizationOp>(op);
  FailureOr<ChannelAffine> map =
      normalization ? matchBatchNormalization(normalization, rewriter) : matchArithmetic(op, rewriter);
  if (failed(map))
    return failure();
  auto isFinite = [](double value) { return std::isfinite(value); };
  if (!llvm::all_of(map->scale, isFinite) || !llvm::all_of(map->shift, isFinite))
    return rewriter.notifyMatchFailure(op, "(C4) expected a finite map");
  return map;
}

} // namespace quern
