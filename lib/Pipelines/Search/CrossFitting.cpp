// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Search/CrossFitting.h"

#include "lib/Calibration/AttachRanges/AttachRanges.h"
#include "lib/Pipelines/Assign.h"
#include "passes/EdgeTransforms/ValueEntries.h"
#include "passes/InsertSimulation/SimulationSlots.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace quern {

/// Each fold runs every method once more, and fewer samples know too little of the ranges.
static constexpr size_t kMostFolds = 4, kSamplesOfFold = 6;

static size_t countFolds(size_t samples) {
  return std::min(samples, std::clamp<size_t>(samples / kSamplesOfFold, 2, kMostFolds));
}

FailureOr<OwningOpRef<ModuleOp>> assignForSearch(ModuleOp numbered, const FitOptions &options) {
  OwningOpRef<ModuleOp> assigned = numbered.clone();
  PassManager passes(numbered.getContext());
  populateAssignPipeline(passes, options.recipe, options.integerTail);
  if (failed(passes.run(*assigned)))
    return failure();
  return assigned;
}

static RealRange rangeOf(quant::UniformQuantizedType type) {
  return {double(type.getStorageTypeMin() - type.getZeroPoint()) * type.getScale(),
          double(type.getStorageTypeMax() - type.getZeroPoint()) * type.getScale()};
}

/// The ranges of the slots of a simulation; `assigned` is changed.
static FailureOr<std::vector<RealRange>> rangesOfSlots(ModuleOp assigned) {
  FailureOr<std::vector<SimulationSlot>> slots =
      insertSimulation(assigned.lookupSymbol<func::FuncOp>("main"));
  if (failed(slots))
    return failure();
  std::vector<RealRange> ranges;
  for (const SimulationSlot &slot : *slots)
    ranges.push_back(rangeOf(slot.type));
  return ranges;
}

/// Lets what calibration saw count for more than what an op's definition bounds.
static void preferObservedRanges(ModuleOp module) {
  module.walk([&](onnx::QuantizableOpInterface op) {
    auto observed = dyn_cast_or_null<RangeAttr>(readEntry(op->getResult(0), kRangesAttrName, kRangeAttrName));
    if (observed && op.getKnownRange())
      writeEntry(op->getResult(0), kRangesAttrName, kRangeAttrName,
                 RangeAttr::get(module.getContext(), observed.getMin(), observed.getMax(),
                                StringAttr::get(module.getContext(), kSearchedRange)));
  });
}

FailureOr<Fit> makeFit(ModuleOp numbered, const std::map<EdgeKey, EdgeCandidates> &collected,
                       ArrayRef<SearchedEdge> edges, const FitOptions &options) {
  FailureOr<OwningOpRef<ModuleOp>> assigned = assignForSearch(numbered, options);
  if (failed(assigned))
    return failure();
  OwningOpRef<ModuleOp> observed = (*assigned)->clone();
  preferObservedRanges(*observed);
  FailureOr<std::vector<RealRange>> ranges = rangesOfSlots(**assigned),
                                    observedRanges = rangesOfSlots(*observed);
  if (failed(ranges) || failed(observedRanges))
    return failure();
  Fit fit{std::move(*ranges), std::move(*observedRanges), {}};
  for (const SearchedEdge &edge : edges) {
    auto &ofEdge = fit.candidates.emplace_back(edge.candidates.size());
    auto ofKey = collected.find(edge.key);
    if (ofKey == collected.end())
      continue;
    for (const EdgeCandidate &candidate : ofKey->second.candidates)
      for (auto [wanted, found] : llvm::zip_equal(edge.candidates, ofEdge))
        if (wanted.method == candidate.method)
          found = candidate;
  }
  return fit;
}

llvm::Expected<std::vector<Fit>> crossFit(ModuleOp numbered, ArrayRef<SearchedEdge> edges,
                                          const FitOptions &options, ArrayRef<Sample> samples,
                                          const ObserverOptions &observer,
                                          const CompileInstrumented &compile) {
  std::vector<Fit> fits;
  size_t folds = countFolds(samples.size());
  for (size_t fold = 0; fold < folds; ++fold) {
    std::vector<Sample> next;
    for (size_t number = (fold + 1) % folds; number < samples.size(); number += folds)
      next.push_back(samples[number]);
    std::unique_ptr<SampleReader> reader = makeSamplesInMemory(std::move(next));
    llvm::Expected<Statistics> statistics = calibrate(numbered, *reader, {}, compile);
    if (!statistics)
      return statistics.takeError();
    OwningOpRef<ModuleOp> module = numbered.clone();
    if (failed(attachRanges(*module, *statistics, observer)))
      return llvm::createStringError("a part of the samples gives no ranges");
    attachChannelRanges(*module, *statistics);
    auto collected = collectCandidates(*module, options.recipe, options.methods);
    FailureOr<Fit> fit = failure();
    if (succeeded(collected))
      fit = makeFit(*module, *collected, edges, options);
    if (failed(fit))
      return llvm::createStringError("no method can be tried on the model");
    fits.push_back(std::move(*fit));
  }
  return fits;
}

} // namespace quern
