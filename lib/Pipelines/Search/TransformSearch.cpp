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
static constexpr double kWorthATransform = 1e-3, kWorthARange = 5e-4, kWorthFloat = 1e-2;
/// Observers have weighed narrower ranges already, on every sample; what is left is values that no sample
/// has.
static constexpr double kWiderRanges[] = {1.2, 1.5};
/// All islands that stay float may together add this part of the contractions' work.
static constexpr double kFloatWork = 0.1;
static constexpr int64_t kLeastSamples = 4, kLeastTrials = 8, kManyTrials = 200, kMostTrials = 1000;

namespace {
/// Everything that can be chosen.
struct Choice {
  std::vector<int> edges;      ///< of each edge: the candidate, or -1
  std::vector<bool> islands;   ///< of each island: stays float
  std::vector<double> factors; ///< of each scale (groups, then edges): of its range
};

class TransformSearch {
public:
  TransformSearch(ModuleOp numbered, const TransformSearchOptions &options)
      : module(numbered), options(options) {}

  llvm::Expected<TransformDecisions> run(SampleReader &samples, const CompileInstrumented &compile);

private:
  llvm::Error prepare(SampleReader &samples, const CompileInstrumented &compile);
  llvm::Error fitFolds(ArrayRef<Sample> samples, const FitOptions &fitOptions,
                       const CompileInstrumented &compile);
  llvm::Expected<double> measure(const Choice &choice, size_t begin, size_t end);
  /// Keeps `candidate` if it lowers the error on the search samples by more than `worth` of it.
  llvm::Expected<bool> tryChoice(Choice candidate, double worth);
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
  /// That map, as it was fitted.
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
  std::vector<IntegerIsland> islands;
  double contractionWork = 0;
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
  best = {std::vector<int>(edges.size(), -1), std::vector<bool>(islands.size(), false),
          std::vector<double>(groups + edges.size(), 1.0)};
  mostTrials = std::clamp(int64_t(options.work / std::max(1.0, contractionWork * double(searched))),
                          kLeastTrials, kMostTrials);
  return llvm::Error::success();
}

std::optional<size_t> TransformSearch::transformOf(const Choice &choice, size_t slot) const {
  int edge = edgeOfSlot[slot];
  return edge >= 0 && choice.edges[edge] >= 0 ? std::optional<size_t>(edge) : std::nullopt;
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
  RealRange range = candidate ? candidate->range : fit.ranges[slot];
  std::optional<size_t> edge = transformOf(choice, slot);
  double factor = choice.factors[edge ? groups + *edge : simulator->getSlots()[slot].group];
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

llvm::Expected<double> TransformSearch::measure(const Choice &choice, size_t begin, size_t end) {
  SimulationError sum;
  for (auto [fold, fit] : llvm::enumerate(folds)) {
    std::vector<size_t> numbers;
    for (size_t number = begin; number < end; ++number)
      if (number % folds.size() == fold)
        numbers.push_back(number);
    auto error = simulator->measure(makeSettings(choice, fit), numbers);
    if (!error)
      return error.takeError();
    sum += *error;
  }
  return sum.relative();
}

llvm::Expected<bool> TransformSearch::tryChoice(Choice candidate, double worth) {
  ++trials;
  if (llvm::Error stop = progress->advance())
    return std::move(stop);
  llvm::Expected<double> error = measure(candidate, 0, searched);
  if (!error)
    return error.takeError();
  if (!(*error < leastError * (1 - worth)))
    return false;
  leastError = *error;
  best = std::move(candidate);
  return true;
}

llvm::Error TransformSearch::chooseMethodForAll() {
  Choice plain = best;
  for (const std::string &method : methods) {
    Choice all = plain;
    for (auto [edge, chosen] : llvm::zip_equal(edges, all.edges))
      for (auto [number, candidate] : llvm::enumerate(edge.candidates))
        if (candidate.method == method)
          chosen = int(number);
    if (llvm::Expected<bool> kept = tryChoice(std::move(all), kWorthATransform); !kept)
      return kept.takeError();
  }
  return llvm::Error::success();
}

llvm::Error TransformSearch::chooseIslands() {
  if (options.integerTail)
    return llvm::Error::success(); // no float op is wanted
  // Each alone first; then together, the most gain for its work first.
  std::vector<std::pair<double, size_t>> gains;
  Choice before = best;
  for (size_t island = 0; island < islands.size() && !isExhausted(); ++island) {
    if (islands[island].work > kFloatWork * contractionWork)
      continue;
    Choice candidate = before;
    candidate.islands[island] = true;
    ++trials;
    llvm::Expected<double> error = measure(candidate, 0, searched);
    if (!error)
      return error.takeError();
    if (*error < leastError)
      gains.push_back({(*error - leastError) / islands[island].work, island});
  }
  llvm::sort(gains);
  double work = 0;
  for (auto [gain, island] : gains) {
    if (isExhausted() || work + islands[island].work > kFloatWork * contractionWork)
      continue;
    Choice candidate = best;
    candidate.islands[island] = true;
    llvm::Expected<bool> kept = tryChoice(std::move(candidate), kWorthFloat);
    if (!kept)
      return kept.takeError();
    if (*kept)
      work += islands[island].work;
  }
  return llvm::Error::success();
}

llvm::Error TransformSearch::chooseMethods() {
  for (auto [number, edge] : llvm::enumerate(edges))
    for (int other = -1; other < int(edge.candidates.size()); ++other) {
      if (isExhausted())
        return llvm::Error::success();
      if (other == best.edges[number])
        continue;
      Choice candidate = best;
      candidate.edges[number] = other;
      if (llvm::Expected<bool> kept = tryChoice(std::move(candidate), kWorthATransform); !kept)
        return kept.takeError();
    }
  return llvm::Error::success();
}

llvm::Error TransformSearch::chooseRanges() {
  std::set<size_t> used; // scales of slots that quantize
  for (size_t slot = 0; slot < simulator->getSlots().size(); ++slot) {
    std::optional<size_t> edge = transformOf(best, slot);
    used.insert(edge ? groups + *edge : simulator->getSlots()[slot].group);
  }
  for (size_t scale : used)
    for (double factor : kWiderRanges) {
      if (isExhausted())
        return llvm::Error::success();
      Choice candidate = best;
      candidate.factors[scale] = factor;
      llvm::Expected<bool> kept = tryChoice(std::move(candidate), kWorthARange);
      if (!kept)
        return kept.takeError();
      if (!*kept)
        break;
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
        decisions.floatOps[op] = "stays float because integers would add to the error of the outputs";
  for (auto [index, slot] : llvm::enumerate(simulator->getSlots())) {
    std::optional<size_t> edge = transformOf(best, index);
    if (best.factors[edge ? groups + *edge : slot.group] != 1)
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
