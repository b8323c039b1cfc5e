// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/RoundWeights/RoundWeights.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "lib/Numerics/ErrorCompensation.h"
#include "passes/QuantizeWeights/GroupedWeight.h"

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
struct RoundWeightsPass : impl::RoundWeightsBase<RoundWeightsPass> {
  using RoundWeightsBase::RoundWeightsBase;

  void runOnOperation() override {
    bool complete = true;
    getOperation().walk([&](onnx::QuantizableOpInterface op) {
      auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
      bool isWeightOnly = precision && precision.getWeights() && !precision.getActivations();
      if (isWeightOnly && op->hasAttr(kSecondMomentAttrName) &&
          !op->getOperand(1).getDefiningOp<DequantizeOp>())
        complete &= succeeded(round(op, precision.getWeights()));
      op->removeAttr(kSecondMomentAttrName);
    });
    if (!complete)
      signalPassFailure();
  }

private:
  LogicalResult round(onnx::QuantizableOpInterface op, QuantizerAttr quantizer) {
    FailureOr<GroupedWeight> weight = readGroupedWeight(op, quantizer);
    if (failed(weight))
      return failure();
    FailureOr<std::vector<double>> moment = readMoment(op, weight->layout.rows);
    if (failed(moment))
      return failure();
    std::vector<GroupCodes> candidates{quantizeGroups(weight->values, weight->layout, weight->format)};
    if (clip)
      candidates.push_back(clipGroups(weight->values, weight->layout, weight->format, *moment));
    if (clamp)
      candidates.push_back(clampGroups(weight->values, weight->layout, weight->format, *moment));
    if (compensate)
      for (size_t i = 0, count = candidates.size(); i < count; ++i)
        candidates.push_back(compensateRounding(weight->values, candidates[i], weight->layout, *moment));
    replaceWeight(op, *weight, bestColumns(weight->values, candidates, weight->layout, *moment));
    return success();
  }
};
} // namespace

} // namespace quern
