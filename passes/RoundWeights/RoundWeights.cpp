// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/RoundWeights/RoundWeights.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "lib/Numerics/CodeRefinement.h"
#include "lib/Numerics/ErrorCompensation.h"
#include "passes/QuantizeWeights/GroupedWeight.h"
#include "passes/RoundWeights/AttentionScores.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_ROUNDWEIGHTS
#include "passes/RoundWeights/RoundWeights.h.inc"

/// The op's second moment, [rows, rows]; nothing with a diagnostic where it does not fit.
static FailureOr<std::vector<double>> readMoment(Operation *op, int64_t rows) {
  auto view = onnx::ConstantView::of(op->getAttr(kSecondMomentAttrName));
  if (!view || !view->getElementType().isF64() || view->getShape() != ArrayRef<int64_t>{rows, rows})
    return op->emitError() << "expected a second moment of " << rows << " by " << rows << " f64 numbers";
  std::vector<double> moment;
  moment.reserve(rows * rows);
  for (int64_t i = 0; i < rows * rows; ++i)
    moment.push_back(view->real(i));
  if (!llvm::all_of(moment, [](double value) { return std::isfinite(value); }))
    return op->emitError("has NaN or infinite activations on the calibration data");
  return moment;
}

namespace {
/// The choice of the codes of one weight.
class Rounding {
public:
  Rounding(onnx::QuantizableOpInterface op, RoundingChoice choice) : op(op), choice(choice) {}

  FailureOr<std::vector<float>> run() {
    auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
    FailureOr<GroupedWeight> weight = readGroupedWeight(op, precision.getWeights());
    if (failed(weight))
      return failure();
    FailureOr<GroupCodes> codes = chooseCodes(*weight);
    if (failed(codes))
      return failure();
    if (choice.correctBias && failed(correct(*weight, *codes)))
      return failure();
    if (weight->layout.groups() == 1)
      raiseScales(*weight, leastScales(op, weight->layout.columns), *codes);
    replaceWeight(op, *weight, *codes);
    return dequantizeGroups(*codes, weight->layout);
  }

private:
  FailureOr<GroupCodes> chooseCodes(const GroupedWeight &weight) {
    if (!op->hasAttr(kSecondMomentAttrName))
      return clipGroups(weight.values, weight.layout, weight.format,
                        std::vector<double>(weight.layout.rows, 1.0));
    FailureOr<std::vector<double>> moment = readMoment(op, weight.layout.rows);
    if (failed(moment))
      return failure();
    std::vector<double> costs = momentDiagonal(*moment, weight.layout.rows);
    std::vector<GroupCodes> candidates{quantizeGroups(weight.values, weight.layout, weight.format)};
    if (choice.clip)
      candidates.push_back(clipGroups(weight.values, weight.layout, weight.format, costs));
    if (choice.clamp && !makesScoresOnly(op))
      candidates.push_back(clampGroups(weight.values, weight.layout, weight.format, *moment));
    if (choice.compensate)
      for (size_t i = 0, count = candidates.size(); i < count; ++i)
        candidates.push_back(compensateRounding(weight.values, candidates[i], weight.layout, *moment));
    GroupCodes best = bestColumns(weight.values, candidates, weight.layout, *moment);
    if (!choice.compensate)
      return best;
    std::vector<float> least;
    if (weight.layout.groups() == 1)
      least = leastScales(op, weight.layout.columns);
    GroupCodes refined = refineCodes(weight.values, best, weight.layout, *moment, least);
    return bestColumns(weight.values, {{std::move(best), std::move(refined)}}, weight.layout, *moment);
  }

  /// bias + (W - dequantized codes)^T m, for the mean m of what is multiplied: the mean of the result stays.
  LogicalResult correct(const GroupedWeight &weight, const GroupCodes &codes) {
    std::optional<unsigned> number = findConstantBias(op, weight.layout.columns);
    auto mean = onnx::ConstantView::of(op->getAttrOfType<ElementsAttr>(kActivationMeanAttrName));
    if (!number || !op->hasAttr(kActivationMeanAttrName))
      return success();
    if (!mean || !mean->getElementType().isF64() || mean->getShape() != ArrayRef<int64_t>{weight.layout.rows})
      return op->emitError() << "expected a mean of " << weight.layout.rows << " f64 numbers";
    std::vector<float> reals = dequantizeGroups(codes, weight.layout);
    SmallVector<double> lost(weight.layout.columns, 0);
    for (int64_t row = 0; row < weight.layout.rows; ++row)
      for (int64_t column = 0; column < weight.layout.columns; ++column) {
        int64_t at = row * weight.layout.columns + column;
        lost[column] += mean->real(row) * (double(weight.values[at]) - double(reals[at]));
      }
    addToBias(op, *number, lost);
    return success();
  }

  /// Columns whose scale leaves no room for the bias are rounded to nearest at one that does.
  static void raiseScales(const GroupedWeight &weight, ArrayRef<float> least, GroupCodes &codes) {
    for (int64_t column = 0; column < weight.layout.columns; ++column) {
      if (codes.quantizers[column].scale >= least[column])
        continue;
      float min = 0, max = 0;
      for (int64_t at = column; at < int64_t(weight.values.size()); at += weight.layout.columns) {
        min = std::min(min, weight.values[at]);
        max = std::max(max, weight.values[at]);
      }
      codes.quantizers[column] = weight.format.choose(min, max, least[column]);
      for (int64_t at = column; at < int64_t(weight.values.size()); at += weight.layout.columns)
        codes.codes[at] = int16_t(codes.quantizers[column].quantize(weight.values[at]));
    }
  }

  onnx::QuantizableOpInterface op;
  RoundingChoice choice;
};

struct RoundWeightsPass : impl::RoundWeightsBase<RoundWeightsPass> {
  using RoundWeightsBase::RoundWeightsBase;

  explicit RoundWeightsPass(std::function<RoundingChoice(Operation *)> choose) : choose(std::move(choose)) {}

  void runOnOperation() override {
    bool complete = true;
    getOperation().walk([&](onnx::QuantizableOpInterface op) {
      RoundingChoice choice = choose ? choose(op) : RoundingChoice{clip, clamp, compensate, correctBias};
      // The ranges of a convolution's weights can be clipped without a moment.
      bool isWanted = op->hasAttr(kSecondMomentAttrName) || (choice.clip && isa<onnx::ConvOp>(*op));
      if (isWanted && canRoundWeight(op))
        complete &= succeeded(roundWeight(op, choice));
      op->removeAttr(kSecondMomentAttrName);
      op->removeAttr(kActivationMeanAttrName);
    });
    if (!complete)
      signalPassFailure();
  }

private:
  std::function<RoundingChoice(Operation *)> choose;
};
} // namespace

bool canRoundWeight(onnx::QuantizableOpInterface op) {
  auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
  QuantizerAttr quantizer = precision ? precision.getWeights() : QuantizerAttr();
  return quantizer && quantizer.getGranularity().getKind() != GranularityKind::Tensor &&
         op.getWeightOperand() == 1u && !op->getOperand(1).getDefiningOp<DequantizeOp>();
}

FailureOr<std::vector<float>> roundWeight(onnx::QuantizableOpInterface op, RoundingChoice choice) {
  return Rounding(op, choice).run();
}

std::unique_ptr<Pass> createRoundWeights(std::function<RoundingChoice(Operation *)> choose) {
  return std::make_unique<RoundWeightsPass>(std::move(choose));
}

} // namespace quern
