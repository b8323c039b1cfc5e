// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/QuantizationAnalysis/ValueRanges.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernAttributes.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

#include <cmath>

using namespace mlir;

namespace quern {

static std::optional<RealRange> rangeOfElements(const onnx::ConstantView &elements) {
  if (elements.size() == 0)
    return std::nullopt;
  RealRange range{elements.real(0), elements.real(0)};
  for (int64_t i = 0, count = elements.isSplat() ? 1 : elements.size(); i < count; ++i) {
    double value = elements.real(i);
    if (!std::isfinite(value))
      return std::nullopt;
    range = range.unite({value, value});
  }
  return range;
}

static std::optional<RealRange> rangeOfAttribute(Attribute attribute) {
  auto range = dyn_cast_or_null<RangeAttr>(attribute);
  return range ? std::optional(RealRange{range.getMin(), range.getMax()}) : std::nullopt;
}

static std::optional<RealRange> rangeOfArgument(BlockArgument argument) {
  auto function = dyn_cast_or_null<FunctionOpInterface>(argument.getOwner()->getParentOp());
  if (!function || !argument.getOwner()->isEntryBlock())
    return std::nullopt;
  return rangeOfAttribute(function.getArgAttr(argument.getArgNumber(), kRangeAttrName));
}

/// The result's entry of `quern.ranges`; null if it has none.
static RangeAttr readRange(OpResult result) {
  auto ranges = result.getOwner()->getAttrOfType<ArrayAttr>(kRangesAttrName);
  if (!ranges || result.getResultNumber() >= ranges.size())
    return {};
  return dyn_cast<RangeAttr>(ranges[result.getResultNumber()]);
}

/// A range on which the error of the model's outputs was measured.
static bool isSearched(RangeAttr range) {
  return range && range.getProvenance() && range.getProvenance() == kSearchedRange;
}

bool hasSearchedRange(Value value) {
  auto result = dyn_cast<OpResult>(value);
  return result && isSearched(readRange(result));
}

static std::optional<RealRange> calibratedRange(OpResult result) {
  return rangeOfAttribute(readRange(result));
}

/// Longer chains of movements without calibration do not occur, and the search must end on graphs made to
/// defeat it.
static constexpr int kLongestMovement = 8;

static std::optional<RealRange> findRange(Value value, int depth);

static std::optional<RealRange> rangeOfMoved(Operation *op, int depth) {
  auto movement = dyn_cast<onnx::DataMovementOpInterface>(op);
  if (!movement || depth == kLongestMovement)
    return std::nullopt;
  std::optional<RealRange> united;
  if (movement.insertsZeros())
    united = RealRange{0, 0};
  for (unsigned number : movement.getMovedOperands()) {
    std::optional<RealRange> moved = findRange(op->getOperand(number), depth + 1);
    if (!moved)
      return std::nullopt;
    united = united ? united->unite(*moved) : *moved;
  }
  return united;
}

static std::optional<RealRange> findRange(Value value, int depth) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return rangeOfArgument(argument);
  if (auto elements = onnx::ConstantView::of(value))
    return rangeOfElements(*elements);
  Operation *op = value.getDefiningOp();
  if (hasSearchedRange(value))
    return calibratedRange(cast<OpResult>(value));
  if (auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op))
    if (std::optional<onnx::KnownRange> known = quantizable.getKnownRange())
      return RealRange{known->min, known->max};
  if (std::optional<RealRange> calibrated = calibratedRange(cast<OpResult>(value)))
    return calibrated;
  return rangeOfMoved(op, depth);
}

std::optional<RealRange> findRange(Value value) { return findRange(value, 0); }

} // namespace quern
