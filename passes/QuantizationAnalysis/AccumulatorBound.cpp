// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/QuantizationAnalysis/AccumulatorBound.h"

#include "dialects/ONNX/IR/Constants.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace quern {

static constexpr int64_t kLargest = std::numeric_limits<int32_t>::max();
static constexpr int64_t kBias = int64_t(1) << 30;

static bool activationsFit(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!type || type.getRank() == 0 || type.isDynamicDim(type.getRank() - 1))
    return false;
  return type.getShape().back() <= kLargest / (255 * 255);
}

/// The largest, over the channels, of sum |w| / max |w|. NaN and infinity count as zero: they are refused
/// elsewhere.
static double largestRelativeSum(const onnx::ConstantView &weights, int64_t axis) {
  int64_t channels = weights.getShape()[axis], inner = 1;
  for (int64_t size : weights.getShape().drop_front(axis + 1))
    inner *= size;
  SmallVector<double> sums(channels, 0), magnitudes(channels, 0);
  for (int64_t i = 0, count = weights.size(); i < count; ++i) {
    double magnitude = std::abs(weights.real(i));
    if (!std::isfinite(magnitude))
      continue;
    int64_t channel = (i / inner) % channels;
    sums[channel] += magnitude;
    magnitudes[channel] = std::max(magnitudes[channel], magnitude);
  }
  double largest = 0;
  for (auto [sum, magnitude] : llvm::zip(sums, magnitudes))
    if (magnitude > 0)
      largest = std::max(largest, sum / magnitude);
  return largest;
}

bool accumulatorFits(onnx::QuantizableOpInterface op) {
  std::optional<unsigned> weight = op.getWeightOperand();
  if (!weight)
    return activationsFit(op);
  auto weights = onnx::ConstantView::of(op->getOperand(*weight));
  if (!weights || weights->size() == 0)
    return false;
  // A vector has no channels: its only axis is summed over.
  int64_t axis = weights->getShape().size() == 1 ? -1 : *op.getWeightChannelAxis();
  int64_t terms = axis < 0 ? weights->size() : weights->size() / weights->getShape()[axis];
  if (terms <= (kLargest - kBias) / (255 * 127))
    return true;
  double relativeSum = axis < 0 ? double(terms) : largestRelativeSum(*weights, axis);
  return 255 * (relativeSum * 127 + 0.5 * terms) + kBias <= kLargest;
}

} // namespace quern
