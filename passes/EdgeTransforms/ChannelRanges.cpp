// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/ChannelRanges.h"

#include "passes/EdgeTransforms/ActivationRows.h"
#include "passes/EdgeTransforms/ValueEntries.h"

using namespace mlir;

namespace quern {

static constexpr StringLiteral kProvenance("transformed");

ChannelRangesAttr findChannelRanges(Value value) {
  return dyn_cast_or_null<ChannelRangesAttr>(readEntry(value, kChannelRangesAttrName, kChannelRangeAttrName));
}

std::optional<ObserverOptions> findObserver(Value value) {
  auto range = dyn_cast_or_null<RangeAttr>(readEntry(value, kRangesAttrName, kRangeAttrName));
  if (!range || !range.getProvenance())
    return std::nullopt;
  StringRef name = range.getProvenance().getValue();
  std::optional<ObserverKind> kind = parseObserverKind({name.data(), name.size()});
  if (!kind)
    return std::nullopt;
  ObserverOptions options;
  options.kind = *kind;
  return options;
}

static void writeRange(Value value, RealRange range, StringRef provenance) {
  MLIRContext *context = value.getContext();
  writeEntry(value, kRangesAttrName, kRangeAttrName,
             RangeAttr::get(context, range.min, range.max, StringAttr::get(context, provenance)));
}

/// The range that the value's observer chooses from the mapped rows; nothing without rows. Observers that
/// want every value (min-max) know them from the channels' ranges better than from a sample.
static std::optional<RealRange> transformRows(OpResult value, int64_t axis, const ChannelMap &map) {
  std::optional<ActivationRows> rows = readRows(value);
  if (!rows)
    return std::nullopt;
  if (axis + 1 != cast<RankedTensorType>(value.getType()).getRank()) {
    forgetRows(value);
    return std::nullopt;
  }
  ActivationRows mapped = rows->mapped(map);
  writeRows(value, mapped);
  std::optional<ObserverOptions> observer = findObserver(value);
  if (!observer || observer->kind == ObserverKind::MinMax)
    return std::nullopt;
  std::optional<ValueRange> range = chooseRange(mapped.statistics(), *observer);
  return range ? std::optional(RealRange{range->min, range->max}) : std::nullopt;
}

void transformRanges(OpResult value, int64_t axis, const ChannelMap &map) {
  MLIRContext *context = value.getContext();
  std::optional<RealRange> observed = transformRows(value, axis, map);
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
    writeEntry(value, kChannelRangesAttrName, kChannelRangeAttrName,
               ChannelRangesAttr::get(context, axis, DenseF32ArrayAttr::get(context, minima),
                                      DenseF32ArrayAttr::get(context, maxima)));
  else if (channels)
    writeEntry(value, kChannelRangesAttrName, kChannelRangeAttrName, UnitAttr::get(context));
  if (observed)
    writeRange(value, *observed, getName(findObserver(value)->kind));
  else
    writeRange(value, *range, kProvenance);
}

void replaceRanges(OpResult value, RealRange range) {
  if (readEntry(value, kChannelRangesAttrName, kChannelRangeAttrName))
    writeEntry(value, kChannelRangesAttrName, kChannelRangeAttrName, UnitAttr::get(value.getContext()));
  forgetRows(value);
  writeRange(value, range, kProvenance);
}

void copyRanges(Value from, OpResult to) {
  if (ChannelRangesAttr channels = findChannelRanges(from))
    writeEntry(to, kChannelRangesAttrName, kChannelRangeAttrName, channels);
  for (StringRef name : {kRowsAttrName, kHalfRangesAttrName})
    if (Attribute rows = readEntry(from, name, name))
      writeEntry(to, name, name, rows);
  if (auto known = dyn_cast_or_null<RangeAttr>(readEntry(from, kRangesAttrName, kRangeAttrName)))
    writeEntry(to, kRangesAttrName, kRangeAttrName, known);
  else if (std::optional<RealRange> range = findRange(from))
    writeEntry(to, kRangesAttrName, kRangeAttrName,
               RangeAttr::get(from.getContext(), range->min, range->max));
}

} // namespace quern
