// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Search/TransformSearch.h"

#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Pipelines/Search/SampleSplit.h"
#include "lib/Pipelines/Search/SearchSpace.h"
#include "lib/Pipelines/Transform.h"

#include "llvm/Support/FormatVariadic.h"

#include <cassert>

using namespace mlir;

namespace quern {

/// A change is worth keeping if it lowers the error by this part of it; smaller gains are noise of few
/// samples.
static constexpr double kWorthATransform = 1e-3, kWorthARange = 5e-4, kWorthFloat = 1e-2,
                        kWorthRowScales = 2e-2, kWorthAFloatContraction = 0.1;
/// Observers have weighed narrower ranges already, on every sample; what is left is values that no sample
/// has.
static constexpr double kWiderRanges[] = {1.2, 1.5};
/// All islands that stay float may together add this part of the contractions' work, and their weights may
/// take this part of the bits of all weights.
static constexpr double kFloatWork = 0.1, kFloatWeightBits = 0.08;
static constexpr int64_t kLeastSamples = 4, kLeastTrials = 8, kManyTrials = 200, kMostTrials = 1000;

namespace {
using SlotFilter = llvm::function_ref<bool(size_t slot)>;

class TransformSearch {
public:
  TransformSearch(ModuleOp numbered, const TransformSearchOptions &options)
      : module(numbered), options(options) {}

  llvm::Expected<TransformDecisions> run(SampleReader &samples, const CompileInstrumented &compile);

private:
  llvm::Error prepare(SampleReader &samples, const CompileInstrumented &compile);
  llvm::Error fitFolds(ArrayRef<SearchedEdge> edges, ArrayRef<Sample> samples, const FitOptions &fitOptions,
                       const CompileInstrumented &compile);
  /// The error with codes in all slots, or in some alone, on the samples of these numbers.
  llvm::Expected<double> measure(const Choice &choice, size_t begin, size_t end, SlotFilter isOn = nullptr);
  /// The same on the search samples, as one more trial.
  llvm::Expected<double> tryChoice(const Choice &choice, SlotFilter isOn = nullptr);
  /// Makes `best` that of the variants, the first of which it is now, which has the least error of these
  /// slots alone; variants that win by no more than `worth` of the whole error do not count.
  llvm::Error chooseVariant(ArrayRef<Choice> variants, double worth, SlotFilter isOn);
  bool isExhausted() const { return trials >= mostTrials; }

  llvm::Error chooseMethodForAll();
  llvm::Error chooseIslands();
  llvm::Error chooseMethods();
  llvm::Error chooseRanges();

  ModuleOp module;
  const TransformSearchOptions &options;
  std::vector<std::string> methods;
  std::unique_ptr<Simulator> simulator;
  size_t searched = 0, samples = 0;
  Fit fitToAll;
  std::vector<Fit> folds; ///< sample number i is measured with the fit of number i modulo their count
  std::optional<SearchSpace> space;
  double contractionWork = 0, weightBits = 0;
  int64_t trials = 0, mostTrials = 0;
  Choice best;
  double leastError = 0;
  std::optional<Progress> progress;
};
} // namespace

llvm::Error TransformSearch::fitFolds(ArrayRef<SearchedEdge> edges, ArrayRef<Sample> samples,
                                      const FitOptions &fitOptions, const CompileInstrumented &compile) {
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
  std::vector<SearchedEdge> edges;
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
  if (llvm::Error error = fitFolds(edges, split->samples, fitOptions, compile))
    return error;
  auto created = Simulator::create(**assigned, std::move(split->samples), compile);
  if (!created)
    return created.takeError();
  simulator = std::move(*created);
  space.emplace(std::move(edges), edgeOfUse, findIslands(main, options.recipe), simulator->getSlots(),
                fitToAll);
  best = space->makePlain();
  mostTrials = std::clamp(int64_t(options.work / std::max(1.0, contractionWork * double(searched))),
                          kLeastTrials, kMostTrials);
  return llvm::Error::success();
}

llvm::Expected<double> TransformSearch::measure(const Choice &choice, size_t begin, size_t end,
                                                SlotFilter isOn) {
  SimulationError sum;
  for (auto [fold, fit] : llvm::enumerate(folds)) {
    std::vector<size_t> numbers;
    for (size_t number = begin; number < end; ++number)
      if (number % folds.size() == fold)
        numbers.push_back(number);
    std::vector<SlotSetting> settings = space->makeSettings(choice, fit);
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
    for (auto [edge, chosen] : llvm::zip_equal(space->getEdges(), all.edges))
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
  ArrayRef<IntegerIsland> islands = space->getIslands();
  for (size_t number = 0; number < islands.size(); ++number) {
    const IntegerIsland &island = islands[number];
    if (isExhausted() || !isAffordable(island))
      continue;
    llvm::Expected<double> error =
        tryChoice(best, [&](size_t slot) { return space->isOfIsland(slot, number); });
    if (!error)
      return error.takeError();
    double worth = island.hasRowScales     ? kWorthRowScales
                   : island.weightBits > 0 ? kWorthAFloatContraction
                                           : kWorthFloat;
    if (*error > leastError * worth)
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
  ArrayRef<SearchedEdge> edges = space->getEdges();
  for (size_t number = 0; number < edges.size(); ++number) {
    if (isExhausted())
      return llvm::Error::success();
    std::vector<Choice> variants{best};
    for (int other = -1; other < int(edges[number].candidates.size()); ++other)
      if (other != best.edges[number]) {
        variants.push_back(best);
        variants.back().edges[number] = other;
      }
    if (llvm::Error error = chooseVariant(variants, kWorthATransform,
                                          [&](size_t slot) { return space->isOfEdge(slot, number); }))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error TransformSearch::chooseRanges() {
  std::set<size_t> scales; // of slots that quantize
  for (size_t slot = 0; slot < simulator->getSlots().size(); ++slot)
    scales.insert(space->scaleOf(best, slot));
  for (size_t scale : scales) {
    if (isExhausted())
      return llvm::Error::success();
    std::vector<Choice> variants{best};
    if (space->isBounded(scale)) {
      variants.push_back(best);
      variants.back().observed[scale] = true;
    }
    for (double factor : kWiderRanges) {
      Choice wider = variants.back();
      wider.factors[scale] = factor;
      variants.push_back(std::move(wider));
    }
    Choice now = best;
    if (llvm::Error error = chooseVariant(variants, kWorthARange,
                                          [&](size_t slot) { return space->scaleOf(now, slot) == scale; }))
      return error;
  }
  return llvm::Error::success();
}

/// Of the islands that would be float, or have scales of rows: chosen ones, and all.
static std::pair<size_t, size_t> countIslands(const SearchSpace &space, const Choice &choice,
                                              bool rowScales) {
  std::pair<size_t, size_t> counts;
  for (auto [island, isChosen] : llvm::zip_equal(space.getIslands(), choice.islands))
    if (island.hasRowScales == rowScales) {
      counts.first += isChosen;
      ++counts.second;
    }
  return counts;
}

static std::string summarize(const TransformDecisions &decisions, const SearchSpace &space,
                             const Choice &choice, double plain, double chosen, size_t heldBack) {
  std::map<std::string, int> byMethod;
  for (const EdgeDecision &edge : decisions.edges)
    ++byMethod[edge.method];
  std::string text = "method auto: ";
  for (const auto &[method, count] : byMethod)
    text += llvm::formatv("{0} on {1} edges, ", method, count);
  auto [floats, islands] = countIslands(space, choice, /*rowScales=*/false);
  auto [rows, activations] = countIslands(space, choice, /*rowScales=*/true);
  return text +
         llvm::formatv("none on {0}; {1} of {2} integer islands float; {3} of {4} activations with scales of "
                       "rows; {5} ranges refined; squared error of the outputs {6:e2} instead of {7:e2} on "
                       "{8} samples that were held back",
                       space.getEdges().size() - decisions.edges.size(), floats, islands, rows, activations,
                       decisions.ranges.size(), chosen, plain, heldBack)
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
  std::optional<double> plain, least;
  for (Choice &choice : afterSteps) {
    llvm::Expected<double> error = measure(choice, begin, samples);
    if (!error)
      return error.takeError();
    if (!plain)
      plain = *error;
    if (least && !(*error < *least))
      continue;
    least = *error;
    best = std::move(choice);
  }
  TransformDecisions decisions = space->decide(best, fitToAll);
  decisions.summary = summarize(decisions, *space, best, *plain, *least, samples - begin);
  return decisions;
}

llvm::Expected<TransformDecisions> searchTransforms(ModuleOp numbered, SampleReader &samples,
                                                    const TransformSearchOptions &options,
                                                    const CompileInstrumented &compile) {
  return TransformSearch(numbered, options).run(samples, compile);
}

} // namespace quern
