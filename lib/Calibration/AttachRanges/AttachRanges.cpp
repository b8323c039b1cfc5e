// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/AttachRanges/AttachRanges.h"

#include "dialects/Quern/IR/QuernAttributes.h"
#include "dialects/Quern/IR/QuernDialect.h"
#include "passes/InsertObservers/ObservableValues.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_ATTACHRANGES
#include "lib/Calibration/AttachRanges/AttachRanges.h.inc"

static constexpr StringLiteral kModelHash("onnx.model_hash");

static void attachRange(Value value, RangeAttr range) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
    function.setArgAttr(argument.getArgNumber(), kRangeAttrName, range);
    return;
  }
  auto result = cast<OpResult>(value);
  Operation *op = result.getOwner();
  SmallVector<Attribute> ranges(op->getNumResults(), UnitAttr::get(op->getContext()));
  if (auto known = op->getAttrOfType<ArrayAttr>(kRangesAttrName); known && known.size() == ranges.size())
    llvm::copy(known, ranges.begin());
  ranges[result.getResultNumber()] = range;
  op->setAttr(kRangesAttrName, ArrayAttr::get(op->getContext(), ranges));
}

static void attachChannels(Value value, ChannelRangesAttr ranges) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
    function.setArgAttr(argument.getArgNumber(), kChannelRangeAttrName, ranges);
    return;
  }
  auto result = cast<OpResult>(value);
  Operation *op = result.getOwner();
  SmallVector<Attribute> entries(op->getNumResults(), UnitAttr::get(op->getContext()));
  if (auto known = op->getAttrOfType<ArrayAttr>(kChannelRangesAttrName);
      known && known.size() == entries.size())
    llvm::copy(known, entries.begin());
  entries[result.getResultNumber()] = ranges;
  op->setAttr(kChannelRangesAttrName, ArrayAttr::get(op->getContext(), entries));
}

static void attachChannels(const ObservableValue &observable, const TensorStatistics &statistics) {
  auto type = dyn_cast<RankedTensorType>(observable.value.getType());
  if (!type || type.getRank() == 0 || statistics.channels.empty())
    return;
  int64_t axis = observedChannelAxis(type.getShape());
  SmallVector<float> minima, maxima;
  for (const ChannelRange &channel : statistics.channels) {
    if (!(channel.min <= channel.max))
      return; // a channel without a finite value
    minima.push_back(channel.min);
    maxima.push_back(channel.max);
  }
  if (type.getDimSize(axis) != int64_t(minima.size()))
    return;
  MLIRContext *context = type.getContext();
  attachChannels(observable.value,
                 ChannelRangesAttr::get(context, axis, DenseF32ArrayAttr::get(context, minima),
                                        DenseF32ArrayAttr::get(context, maxima)));
}

void attachChannelRanges(ModuleOp module, const Statistics &statistics) {
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.isPrivate())
      for (const ObservableValue &observable : listObservableValues(function))
        if (auto found = statistics.values.find(observable.name); found != statistics.values.end())
          attachChannels(observable, found->second);
}

/// Attaches the range of one value if it was observed.
static LogicalResult attachRange(const ObservableValue &observable, const Statistics &statistics,
                                 const ObserverOptions &options) {
  auto found = statistics.values.find(observable.name);
  if (found == statistics.values.end())
    return success();
  if (found->second.nonFinite != 0)
    return emitError(observable.value.getLoc())
           << "value '" << observable.name << "' was NaN or infinite " << found->second.nonFinite
           << " times during calibration; the model overflows on this data, or the data is not what it "
              "expects (C2)";
  std::optional<ValueRange> range = chooseRange(found->second, options);
  if (!range)
    return success();
  MLIRContext *context = observable.value.getContext();
  attachRange(observable.value, RangeAttr::get(context, range->min, range->max,
                                               StringAttr::get(context, getName(options.kind))));
  return success();
}

LogicalResult attachRanges(ModuleOp module, const Statistics &statistics, const ObserverOptions &options) {
  auto hash = module->getAttrOfType<StringAttr>(kModelHash);
  if (hash && hash.getValue() != statistics.modelHash)
    return module.emitError() << "the statistics are of another model: their model hash is '"
                              << statistics.modelHash << "', this model's is '" << hash.getValue()
                              << "'; calibrate again (C1)";
  bool valid = true, known = false;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isPrivate())
      continue;
    for (const ObservableValue &observable : listObservableValues(function)) {
      known |= statistics.values.contains(observable.name);
      valid &= succeeded(attachRange(observable, statistics, options));
    }
  }
  if (valid && !known)
    return module.emitError() << "the statistics know none of the model's values (C3)";
  return success(valid);
}

std::optional<ObserverOptions> makeObserverOptions(StringRef observer, double percentile, unsigned bits) {
  std::optional<ObserverKind> kind = observer.empty() ? ObserverOptions().kind : parseObserverKind(observer);
  if (!kind || !(percentile > 0 && percentile <= 100) || bits < 2 || bits > 16)
    return std::nullopt;
  return ObserverOptions{*kind, percentile, CodeRange::unsignedBits(bits)};
}

namespace {

struct AttachRanges : impl::AttachRangesBase<AttachRanges> {
  using AttachRangesBase::AttachRangesBase;

  void runOnOperation() override {
    std::optional<ObserverOptions> options = makeObserverOptions(observer, percentile, bits);
    if (!options) {
      getOperation().emitError()
          << "expected observer=min-max, moving-average, percentile, entropy, mse or norm, "
             "0 < percentile <= 100 and 2 <= bits <= 16";
      return signalPassFailure();
    }
    llvm::Expected<Statistics> read = readStatistics(statistics);
    if (!read) {
      getOperation().emitError() << llvm::toString(read.takeError());
      return signalPassFailure();
    }
    if (failed(attachRanges(getOperation(), *read, *options)))
      signalPassFailure();
  }
};

} // namespace
} // namespace quern
