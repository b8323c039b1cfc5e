// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Search/TransformSearch.h"

#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Pipelines/Search/CrossFitting.h"
#include "lib/Pipelines/Search/IntegerIslands.h"
#include "lib/Pipelines/Search/SampleSplit.h"
#include "lib/Pipelines/Search/Simulator.h"
#include "lib/Pipelines/Transform.h"
#include "passes/InsertQuantization/QuantizationPlan.h"

#include "llvm/Support/FormatVariadic.h"

#include <cassert>
#include <cmath>

using namespace mlir;

namespace quern {

/// A change is worth keeping if it lowers the error by this part of it; smaller gains are noise of few
/// samples.
static constexpr double kWorthATransform = 1e-3, kWorthARange = 5e-4, kWorthFloat = 1e-2,
                        kWorthAFloatContraction = 0.1;
/// Observers have weighed narrower ranges already, on every sample; what is left is values that no sample
/// has.
static constexpr double kWiderRanges[] = {1.2, 1.5};
/// All islands that stay float may together add this part of the contractions' work, and their weights may
/// take this part of the bits of all weights.
static constexpr double kFloatWork = 0.1, kFloatWeightBits = 0.08;
static constexpr int64_t kLeastSamples = 4, kLeastTrials = 8, kManyTrials = 200, kMostTrials = 1000;

namespace {
/// Everything that can be chosen.
struct Choice {
  std::vector<int> edges;      ///< of each edge: the candidate, or -1
  std::vector<bool> islands;   ///< of each island: stays float
  std::vector<bool> observed;  ///< of each group: the observed range, not what the op's definition bounds
  std::vector<double> factors; ///< of each scale (groups, then edges): of its range
};

using SlotFilter = llvm::function_ref<bool(size_t slot)>;

class TransformSearch {
public:
  TransformSearch(ModuleOp numbered, const TransformSearchOptions &options)
      : module(numbered), options(options) {}

  llvm::Expected<TransformDecisions> run(SampleReader &samples, const CompileInstrumented &compile);

private:
  llvm::Error prepare(SampleReader &samples, const CompileInstrumented &compile);
  llvm::Error fitFolds(ArrayRef<Sample> samples, const FitOptions &fitOptions,
                       const CompileInstrumented &compile);
  /// The error with codes in all slots, or in some alone, on the samples of these numbers.
  llvm::Expected<double> measure(const Choice &choice, size_t begin, size_t end, SlotFilter isOn = nullptr);
  /// The same on the search samples, as one more trial.
  llvm::Expected<double> tryChoice(const Choice &choice, SlotFilter isOn = nullptr);
  /// Makes `best` that of the variants, the first of which it is now, which has the least error of these
  /// slots alone; variants that win by no more than `worth` of the whole error do not count.
  llvm::Error chooseVariant(ArrayRef<Choice> variants, double worth, SlotFilter isOn);
  void findSlotsOnWay();
  bool isExhausted() const { return trials >= mostTrials; }

  llvm::Error chooseMethodForAll();
  llvm::Error chooseIslands();
  llvm::Error chooseMethods();
  llvm::Error chooseRanges();
  TransformDecisions decide() const;

  std::vector<SlotSetting> makeSettings(const Choice &choice, const Fit &fit) const;
  RealRange rangeOfScale(const Choice &choice, const Fit &fit, size_t slot) const;
  /// The edge whose map stands before the slot, if one does.
  std::optional<size_t> transformOf(const Choice &choice, size_t slot) const;
  /// The number of the slot's scale among `factors`.
  size_t scaleOf(const Choice &choice, size_t slot) const;
  /// The map that stands before the slot, as it was fitted.
  const EdgeCandidate *candidateAt(const Choice &choice, const Fit &fit, size_t slot) const;

  ModuleOp module;
  const TransformSearchOptions &options;
  std::vector<std::string> methods;
  std::unique_ptr<Simulator> simulator;
  size_t searched = 0, samples = 0;
  std::vector<SearchedEdge> edges;
  Fit fitToAll;
  std::vector<Fit> folds;      ///< sample number i is measured with the fit of number i modulo their count
  std::vector<int> edgeOfSlot; ///< -1: none
  std::vector<bool> isOnWay;   ///< of each slot: what it holds is only moved to where the edge's map stands
  std::vector<IntegerIsland> islands;
  std::vector<bool> bounded; ///< of each group: its op's definition bounds it, and another range was observed
  double contractionWork = 0, weightBits = 0;
  size_t groups = 0;
  int64_t trials = 0, mostTrials = 0;
  Choice best;
  double leastError = 0;
  std::optional<Progress> progress;
};
} // namespace

llvm::Error TransformSearch::fitFolds(ArrayRef<Sample> samples, const FitOptions &fitOptions,
                                      const CompileInstrumented &compile) {
  if (!options.observer) {
    folds = {fitToAll};
    return llvm::Error::success();
  }
  auto fitted = crossFit(module, edges, fitOptions, samples, *options.observer, compile);
  if (!fitted)
    return fitted.takeError();
  folds = std::move(*fitted);
  // Where quantizers stand depends on which values have ranges, and not on what these are.
  assert(llvm::all_of(folds, [&](const Fit &fold) { return fold.ranges.size() == fitToAll.ranges.size(); }));
  return llvm::Error::success();
}

llvm::Error TransformSearch::prepare(SampleReader &reader, const CompileInstrumented &compile) {
  FailureOr<std::vector<InputSpec>> specs = readInputSpecs(module);
  if (failed(specs))
    return llvm::createStringError("the model cannot be calibrated");
  FitOptions fitOptions{options.recipe, methods, options.integerTail};
  auto collected = collectCandidates(module, options.recipe, methods);
  FailureOr<OwningOpRef<ModuleOp>> assigned = assignForSearch(module, fitOptions);
  if (failed(collected) || failed(assigned))
    return llvm::createStringError("no method can be tried on the model");
  auto main = (*assigned)->lookupSymbol<func::FuncOp>("main");
  islands = findIslands(main);
  contractionWork = countContractionWork(main);
  weightBits = countWeightBits(main);
  // Large models have many outputs and few trials: fewer samples do.
  int64_t affordable = int64_t(options.work / std::max(1.0, contractionWork * kManyTrials));
  int64_t search =
      std::clamp(affordable, std::min(kLeastSamples, options.searchSamples), options.searchSamples);
  int64_t heldBack = std::clamp(2 * affordable, std::min(2 * kLeastSamples, options.heldBackSamples),
                                options.heldBackSamples);
  auto split = splitSamples(reader, *specs, search, heldBack, options.limit);
  if (!split)
    return split.takeError();
  searched = split->searched;
  samples = split->samples.size();
  std::map<std::pair<int64_t, unsigned>, int> edgeOfUse;
  for (auto &[key, found] : *collected) {
    for (auto use : found.uses)
      edgeOfUse[use] = int(edges.size());
    edges.push_back({key, found.candidates});
  }
  FailureOr<Fit> all = makeFit(module, *collected, edges, fitOptions);
  if (failed(all))
    return llvm::createStringError("no method can be tried on the model");
  fitToAll = std::move(*all);
  if (llvm::Error error = fitFolds(split->samples, fitOptions, compile))
    return error;
  auto created = Simulator::create(**assigned, std::move(split->samples), compile);
  if (!created)
    return created.takeError();
  simulator = std::move(*created);
  for (const SimulationSlot &slot : simulator->getSlots()) {
    auto edge = edgeOfUse.find({slot.user, slot.operand});
    edgeOfSlot.push_back(slot.channels && edge != edgeOfUse.end() ? edge->second : -1);
    groups = std::max<size_t>(groups, slot.group + 1);
  }
  findSlotsOnWay();
  bounded.assign(groups, false);
  for (auto [index, slot] : llvm::enumerate(simulator->getSlots()))
    if (fitToAll.observedRanges[index] != fitToAll.ranges[index])
      bounded[slot.group] = true;
  best = {std::vector<int>(edges.size(), -1), std::vector<bool>(islands.size(), false),
          std::vector<bool>(groups, false), std::vector<double>(groups + edges.size(), 1.0)};
  mostTrials = std::clamp(int64_t(options.work / std::max(1.0, contractionWork * double(searched))),
                          kLeastTrials, kMostTrials);
  return llvm::Error::success();
}

/// A map is folded into what computes the value, ahead of the ops that move it (Reshape before a product):
/// with it, codes on the way are those of the mapped value.
void TransformSearch::findSlotsOnWay() {
  ArrayRef<SimulationSlot> slots = simulator->getSlots();
  isOnWay.assign(slots.size(), false);
  std::map<int64_t, std::vector<size_t>> slotsBehind; // of each op
  for (auto [index, slot] : llvm::enumerate(slots))
    slotsBehind[slot.producer].push_back(index);
  // A value comes after those that it is moved from.
  for (size_t index = slots.size(); index-- > 0;) {
    auto behind = slotsBehind.find(slots[index].user);
    if (edgeOfSlot[index] >= 0 || behind == slotsBehind.end())
      continue;
    std::set<int> next;
    for (size_t user : behind->second)
      next.insert(slots[user].group == slots[index].group ? edgeOfSlot[user] : -1);
    if (next.size() != 1 || *next.begin() < 0)
      continue;
    edgeOfSlot[index] = *next.begin();
    isOnWay[index] = true;
  }
}

std::optional<size_t> TransformSearch::transformOf(const Choice &choice, size_t slot) const {
  int edge = edgeOfSlot[slot];
  return edge >= 0 && choice.edges[edge] >= 0 ? std::optional<size_t>(edge) : std::nullopt;
}

size_t TransformSearch::scaleOf(const Choice &choice, size_t slot) const {
  std::optional<size_t> edge = transformOf(choice, slot);
  return edge ? groups + *edge : simulator->getSlots()[slot].group;
}

const EdgeCandidate *TransformSearch::candidateAt(const Choice &choice, const Fit &fit, size_t slot) const {
  std::optional<size_t> edge = transformOf(choice, slot);
  if (!edge)
    return nullptr;
  const std::optional<EdgeCandidate> &candidate = fit.candidates[*edge][choice.edges[*edge]];
  return candidate ? &*candidate : nullptr;
}

RealRange TransformSearch::rangeOfScale(const Choice &choice, const Fit &fit, size_t slot) const {
  const EdgeCandidate *candidate = candidateAt(choice, fit, slot);
  bool isObserved = choice.observed[simulator->getSlots()[slot].group];
  RealRange range = candidate ? candidate->range : isObserved ? fit.observedRanges[slot] : fit.ranges[slot];
  double factor = choice.factors[scaleOf(choice, slot)];
  return {range.min * factor, range.max * factor};
}

std::vector<SlotSetting> TransformSearch::makeSettings(const Choice &choice, const Fit &fit) const {
  std::set<int64_t> floats;
  for (auto [island, isFloat] : llvm::zip_equal(islands, choice.islands))
    if (isFloat)
      floats.insert(island.ops.begin(), island.ops.end());
  std::vector<SlotSetting> settings;
  for (auto [index, slot] : llvm::enumerate(simulator->getSlots())) {
    SlotSetting &setting = settings.emplace_back();
    // Codes that the producer makes reach float users too; others are made for their user.
    if (floats.contains(slot.isForInteger ? slot.user : slot.producer))
      continue;
    if (isOnWay[index] && transformOf(choice, index))
      continue; // rounded once, where the map stands
    RealRange range = rangeOfScale(choice, fit, index);
    auto type = chooseType(slot.quantizer, range.min, range.max);
    setting.quantizer = Quantizer{float(type.getScale()),
                                  int32_t(type.getZeroPoint()),
                                  {int32_t(type.getStorageTypeMin()), int32_t(type.getStorageTypeMax())}};
    if (const EdgeCandidate *candidate = candidateAt(choice, fit, index)) {
      setting.scale = candidate->map.scale;
      setting.shift = candidate->map.shift;
    }
  }
  return settings;
}

llvm::Expected<double> TransformSearch::measure(const Choice &choice, size_t begin, size_t end,
                                                SlotFilter isOn) {
  SimulationError sum;
  for (auto [fold, fit] : llvm::enumerate(folds)) {
    std::vector<size_t> numbers;
    for (size_t number = begin; number < end; ++number)
      if (number % folds.size() == fold)
        numbers.push_back(number);
    std::vector<SlotSetting> settings = makeSettings(choice, fit);
    for (auto [slot, setting] : llvm::enumerate(settings))
      if (isOn && !isOn(slot))
        setting.quantizer.reset();
    auto error = simulator->measure(settings, numbers);
    if (!error)
      return error.takeError();
    sum += *error;
  }
  return sum.relative();
}

llvm::Expected<double> TransformSearch::tryChoice(const Choice &choice, SlotFilter isOn) {
  ++trials;
  if (llvm::Error stop = progress->advance())
    return std::move(stop);
  return measure(choice, 0, searched, isOn);
}

llvm::Error TransformSearch::chooseVariant(ArrayRef<Choice> variants, double worth, SlotFilter isOn) {
  double least = 0;
  for (auto [number, variant] : llvm::enumerate(variants)) {
    llvm::Expected<double> error = tryChoice(variant, isOn);
    if (!error)
      return error.takeError();
    if (number > 0 && !(*error < least - worth * leastError))
      continue;
    least = *error;
    best = variant;
  }
  return llvm::Error::success();
}

llvm::Error TransformSearch::chooseMethodForAll() {
  Choice plain = best;
  for (const std::string &method : methods) {
    Choice all = plain;
    for (auto [edge, chosen] : llvm::zip_equal(edges, all.edges))
      for (auto [number, candidate] : llvm::enumerate(edge.candidates))
        if (candidate.method == method)
          chosen = int(number);
    llvm::Expected<double> error = tryChoice(all);
    if (!error)
      return error.takeError();
    if (!(*error < leastError * (1 - kWorthATransform)))
      continue;
    leastError = *error;
    best = std::move(all);
  }
  return llvm::Error::success();
}

llvm::Error TransformSearch::chooseIslands() {
  if (options.integerTail)
    return llvm::Error::success(); // no float op is wanted
  double work = 0, floatBits = 0;
  auto isAffordable = [&](const IntegerIsland &island) {
    return work + island.work <= kFloatWork * contractionWork &&
           floatBits + island.weightBits <= kFloatWeightBits * weightBits;
  };
  std::vector<std::pair<double, size_t>> gains; // the most for its work first
  for (auto [number, island] : llvm::enumerate(islands)) {
    if (isExhausted() || !isAffordable(island))
      continue;
    llvm::Expected<double> error = tryChoice(best, [&](size_t slot) {
      const SimulationSlot &place = simulator->getSlots()[slot];
      return island.ops.count(place.isForInteger ? place.user : place.producer) > 0;
    });
    if (!error)
      return error.takeError();
    if (*error > leastError * (island.weightBits > 0 ? kWorthAFloatContraction : kWorthFloat))
      gains.push_back({-*error / island.work, number});
  }
  llvm::sort(gains);
  for (auto [gain, island] : gains) {
    if (!isAffordable(islands[island]))
      continue;
    best.islands[island] = true;
    work += islands[island].work;
    floatBits += islands[island].weightBits;
  }
  return llvm::Error::success();
}

llvm::Error TransformSearch::chooseMethods() {
  for (auto [number, edge] : llvm::enumerate(edges)) {
    if (isExhausted())
      return llvm::Error::success();
    std::vector<Choice> variants{best};
    for (int other = -1; other < int(edge.candidates.size()); ++other)
      if (other != best.edges[number]) {
        variants.push_back(best);
        variants.back().edges[number] = other;
      }
    if (llvm::Error error = chooseVariant(variants, kWorthATransform,
                                          [&](size_t slot) { return edgeOfSlot[slot] == int(number); }))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error TransformSearch::chooseRanges() {
  std::set<size_t> scales; // of slots that quantize
  for (size_t slot = 0; slot < simulator->getSlots().size(); ++slot)
    scales.insert(scaleOf(best, slot));
  for (size_t scale : scales) {
    if (isExhausted())
      return llvm::Error::success();
    bool isBounded = scale < groups && bounded[scale];
    std::vector<Choice> variants{best};
    if (isBounded) {
      variants.push_back(best);
      variants.back().observed[scale] = true;
    }
    for (double factor : kWiderRanges) {
      Choice wider = variants.back();
      wider.factors[scale] = factor;
      variants.push_back(std::move(wider));
    }
    Choice now = best;
    if (llvm::Error error =
            chooseVariant(variants, kWorthARange, [&](size_t slot) { return scaleOf(now, slot) == scale; }))
      return error;
  }
  return llvm::Error::success();
}

TransformDecisions TransformSearch::decide() const {
  TransformDecisions decisions;
  for (auto [edge, chosen] : llvm::zip_equal(edges, best.edges))
    if (chosen >= 0) {
      const EdgeCandidate &candidate = edge.candidates[chosen];
      decisions.edges.push_back({edge.key.first, edge.key.second, candidate.method, candidate.map});
    }
  for (auto [island, isFloat] : llvm::zip_equal(islands, best.islands))
    if (isFloat)
      for (int64_t op : island.ops)
        decisions.floatOps[op] = "adds to the error of the outputs if it computes on integers";
  for (auto [index, slot] : llvm::enumerate(simulator->getSlots())) {
    if (best.factors[scaleOf(best, index)] != 1 || (best.observed[slot.group] && !transformOf(best, index)))
      decisions.ranges.push_back({slot.user, slot.operand, rangeOfScale(best, fitToAll, index)});
  }
  return decisions;
}

static std::string summarize(const TransformDecisions &decisions, size_t edges, size_t islands,
                             size_t floatIslands, double plain, double chosen, size_t heldBack) {
  std::map<std::string, int> byMethod;
  for (const EdgeDecision &edge : decisions.edges)
    ++byMethod[edge.method];
  std::string text = "method auto: ";
  for (const auto &[method, count] : byMethod)
    text += llvm::formatv("{0} on {1} edges, ", method, count);
  return text +
         llvm::formatv("none on {0}; {1} of {2} integer islands float; {3} ranges refined; squared "
                       "error of the outputs {4:e2} instead of {5:e2} on {6} samples that were held back",
                       edges - decisions.edges.size(), floatIslands, islands, decisions.ranges.size(), chosen,
                       plain, heldBack)
             .str();
}

llvm::Expected<TransformDecisions> TransformSearch::run(SampleReader &reader,
                                                        const CompileInstrumented &compile) {
  methods = methodsToSearch();
  if (llvm::Error error = prepare(reader, compile))
    return std::move(error);
  if (simulator->getSlots().empty())
    return TransformDecisions();
  progress.emplace("method auto", mostTrials, options.progress);
  llvm::Expected<double> plainError = measure(best, 0, searched);
  if (!plainError)
    return plainError.takeError();
  leastError = *plainError;
  std::vector<Choice> afterSteps{best};
  for (auto step : {&TransformSearch::chooseMethodForAll, &TransformSearch::chooseIslands,
                    &TransformSearch::chooseMethods, &TransformSearch::chooseRanges}) {
    if (llvm::Error error = (this->*step)())
      return std::move(error);
    llvm::Expected<double> error = measure(best, 0, searched);
    if (!error)
      return error.takeError();
    leastError = *error;
    afterSteps.push_back(best);
  }

  // The judge: samples that no choice was made by.
  size_t begin = searched < samples ? searched : 0;
  llvm::Expected<double> plainHeldBack = measure(afterSteps.front(), begin, samples);
  if (!plainHeldBack)
    return plainHeldBack.takeError();
  double leastHeldBack = *plainHeldBack;
  best = afterSteps.front();
  for (Choice &choice : llvm::MutableArrayRef(afterSteps).drop_front()) {
    llvm::Expected<double> error = measure(choice, begin, samples);
    if (!error)
      return error.takeError();
    if (*error < leastHeldBack) {
      leastHeldBack = *error;
      best = std::move(choice);
    }
  }
  TransformDecisions decisions = decide();
  decisions.summary = summarize(decisions, edges.size(), islands.size(), llvm::count(best.islands, true),
                                *plainHeldBack, leastHeldBack, samples - begin);
  return decisions;
}

llvm::Expected<TransformDecisions> searchTransforms(ModuleOp numbered, SampleReader &samples,
                                                    const TransformSearchOptions &options,
                                                    const CompileInstrumented &compile) {
  return TransformSearch(numbered, options).run(samples, compile);
}

} // namespace quern
