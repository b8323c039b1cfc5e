// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/ChannelRanges.h"

#include "passes/QuantizationAnalysis/ValueRanges.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;

namespace quern {

static constexpr StringLiteral kProvenance("transformed");

static Attribute readEntry(OpResult result, StringRef name) {
  auto entries = result.getOwner()->getAttrOfType<ArrayAttr>(name);
  return entries && result.getResultNumber() < entries.size() ? entries[result.getResultNumber()]
                                                              : Attribute();
}

static void writeEntry(OpResult result, StringRef name, Attribute entry) {
  Operation *op = result.getOwner();
  SmallVector<Attribute> entries(op->getNumResults(), UnitAttr::get(op->getContext()));
  if (auto known = op->getAttrOfType<ArrayAttr>(name); known && known.size() == entries.size())
    llvm::copy(known, entries.begin());
  entries[result.getResultNumber()] = entry;
  op->setAttr(name, ArrayAttr::get(op->getContext(), entries));
}

ChannelRangesAttr findChannelRanges(Value value) {
  if (auto result = dyn_cast<OpResult>(value))
    return dyn_cast_or_null<ChannelRangesAttr>(readEntry(result, kChannelRangesAttrName));
  auto argument = cast<BlockArgument>(value);
  auto function = dyn_cast_or_null<FunctionOpInterface>(argument.getOwner()->getParentOp());
  return function
             ? function.getArgAttrOfType<ChannelRangesAttr>(argument.getArgNumber(), kChannelRangeAttrName)
             : ChannelRangesAttr();
}

void transformRanges(OpResult value, int64_t axis, const ChannelMap &map) {
  MLIRContext *context = value.getContext();
  ChannelRangesAttr channels = findChannelRanges(value);
  bool exact = channels && channels.getAxis() == axis && channels.getMinima().size() == map.channels();
  std::optional<RealRange> tensor = findRange(value);
  if (!exact && !tensor)
    return;
  SmallVector<float> minima, maxima;
  std::optional<RealRange> range;
  for (int64_t c = 0; c < map.channels(); ++c) {
    double min = exact ? channels.getMinima()[c] : tensor->min,
           max = exact ? channels.getMaxima()[c] : tensor->max;
    RealRange own{(min - map.shift[c]) / map.scale[c], (max - map.shift[c]) / map.scale[c]};
    minima.push_back(own.min);
    maxima.push_back(own.max);
    range = range ? range->unite(own) : own;
  }
  if (exact)
    writeEntry(value, kChannelRangesAttrName,
               ChannelRangesAttr::get(context, axis, DenseF32ArrayAttr::get(context, minima),
                                      DenseF32ArrayAttr::get(context, maxima)));
  else if (channels)
    writeEntry(value, kChannelRangesAttrName, UnitAttr::get(context));
  writeEntry(value, kRangesAttrName,
             RangeAttr::get(context, range->min, range->max, StringAttr::get(context, kProvenance)));
}

void copyRanges(Value from, OpResult to) {
  if (ChannelRangesAttr channels = findChannelRanges(from))
    writeEntry(to, kChannelRangesAttrName, channels);
  if (std::optional<RealRange> range = findRange(from))
    writeEntry(to, kRangesAttrName, RangeAttr::get(from.getContext(), range->min, range->max));
}

} // namespace quern
