// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Assignment.h"

#include "lib/Calibration/SampleHash.h"
#include "lib/Pipelines/Assignment/ApplyAssignment.h"
#include "lib/Pipelines/Assignment/BudgetProblem.h"
#include "lib/Pipelines/Assignment/CostsAlone.h"
#include "lib/Pipelines/Assignment/Front.h"
#include "lib/Pipelines/Assignment/Refinement.h"
#include "lib/Pipelines/Search/IntegerIslands.h"
#include "lib/Pipelines/Search/SampleSplit.h"

#include "lib/Recipe/FormatRecipe.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

#include <cmath>

using namespace mlir;

namespace quern {

namespace {
class BudgetedAssignment {
public:
  BudgetedAssignment(ModuleOp assigned, SampleReader *samples, const AssignmentOptions &options,
                     const Target &target, CostStore &store, std::optional<SensitivityTable> &known,
                     const CompileInstrumented &compile)
      : module(assigned), reader(samples), options(options), target(target), store(store), known(known),
        compile(compile) {}

  llvm::Expected<Assignment> run();
  /// Leaves the losses of the part's ops in `known`, and does nothing else.
  llvm::Error measurePart(SensitivityPart part);

private:
  llvm::Error checkOptions();
  /// Without a budget of time every op would become float.
  bool offersActivations() const;
  llvm::Error measureCosts();
  llvm::Error prepareModel();
  llvm::Error measureLosses();
  /// Of all ops and options, from what is known.
  void readLosses();
  SensitivityOrigin findOrigin() const;
  /// Finds `problem`. A budget that cannot be kept is told before anything is measured.
  llvm::Error stateProblem();
  llvm::Error choose();
  /// What the whole model takes with these options. Its bytes are read each time; its time is the store's, if
  /// that has it.
  llvm::Expected<Cost> measureModel(ArrayRef<size_t> chosen);
  /// Compiles the model as chosen; where it takes more than the sum said, the budget of the sum is lowered.
  llvm::Expected<bool> holds(ArrayRef<size_t> chosen);

  ModuleOp module;
  SampleReader *reader;
  const AssignmentOptions &options;
  const Target &target;
  CostStore &store;
  std::optional<SensitivityTable> &known;
  const CompileInstrumented &compile;
  const Sensitivity *sensitivity = nullptr;
  std::optional<SensitivityPart> part; ///< of the ops, whose losses are wanted; all without
  Assignment result;
  std::vector<std::vector<WeightVariant>> variants;
  std::unique_ptr<VariantModel> model;
  std::vector<Sample> searchSamples;
  std::string samplesHash; ///< of those; empty without samples
  AssignmentProblem problem;
};
} // namespace

llvm::Error BudgetedAssignment::checkOptions() {
  std::string name = !options.sensitivity.empty() ? options.sensitivity : reader ? "output" : "round-off";
  sensitivity = findSensitivity(name);
  if (!sensitivity)
    return llvm::createStringError("'" + name + "' is no sensitivity");
  if (sensitivity->needsSamples && !reader)
    return llvm::createStringError("the sensitivity '" + name +
                                   "' is measured on samples: give --calibration-data, or "
                                   "--sensitivity=round-off, which needs none");
  result.sensitivity = name;
  OfferedOptions offered{options.budget.averageBits.has_value(), offersActivations()};
  result.ops = findAssignableOps(module, options.recipe, target.record(), offered);
  if (result.ops.empty())
    return llvm::createStringError("there is no weight whose precision could be chosen");
  return llvm::Error::success();
}

bool BudgetedAssignment::offersActivations() const {
  return options.budget.latency && !options.budget.sram && !options.integerTail &&
         sensitivity->seesActivations;
}

static std::string hashOf(const Recipe &recipe) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(formatRecipe(recipe));
  return llvm::utohexstr(llvm::xxh3_64bits(text), /*LowerCase=*/true);
}

llvm::Expected<Cost> BudgetedAssignment::measureModel(ArrayRef<size_t> chosen) {
  auto hash = module->getAttrOfType<StringAttr>("onnx.model_hash");
  std::string bits;
  for (auto [op, option] : llvm::zip_equal(result.ops, chosen))
    bits += (bits.empty() ? "" : ", ") + op.nameOf(option);
  std::string key =
      llvm::formatv("{0}; model {1} recipe {2} weights of {3}", describeMachine(target.record()),
                    hash ? hash.getValue() : "", hashOf(options.recipe), bits);
  const Cost *stored = store.find(key);
  bool measuresTime = options.budget.latency && (!stored || !stored->nanoseconds);
  OwningOpRef<ModuleOp> copy = module.clone();
  FailureOr<Cost> cost = failure();
  if (succeeded(applyAssignment(*copy, result.ops, chosen, options.recipe)))
    cost = measureCost(*copy, target, measuresTime);
  if (failed(cost))
    return llvm::createStringError("the model cannot be compiled in these precisions, as said above");
  for (auto [ofOp, option] : llvm::zip_equal(result.costs, chosen))
    cost->activationBytes += ofOp[option].activationBytes;
  if (!options.budget.latency)
    return *cost;
  if (measuresTime)
    store.set(key, *cost);
  else
    cost->nanoseconds = stored->nanoseconds;
  return *cost;
}

llvm::Error BudgetedAssignment::measureCosts() {
  auto costs = measureCostsAlone(module, result.ops, target, options.budget.latency.has_value(), store);
  if (!costs)
    return costs.takeError();
  result.costs = std::move(*costs);
  auto whole = measureModel(std::vector<size_t>(result.ops.size(), 0));
  if (!whole)
    return whole.takeError();
  result.eightBit = *whole;
  return llvm::Error::success();
}

llvm::Error BudgetedAssignment::prepareModel() {
  auto made = makeWeightVariants(module, result.ops, options.recipe, options.quantize);
  if (failed(made))
    return llvm::createStringError("the weights cannot be quantized, as said above");
  variants = std::move(*made);
  if (!reader)
    return llvm::Error::success();
  FailureOr<std::vector<InputSpec>> specs = readInputSpecs(module);
  if (failed(specs))
    return llvm::createStringError("the model cannot be run");
  // Each trial computes most ops with two weights.
  double work = countContractionWork(module.lookupSymbol<func::FuncOp>("main")) * 2;
  bool isLarge = work * double(options.searchSamples * int64_t(result.ops.size())) > options.work;
  auto split = splitSamples(*reader, *specs, options.searchSamples / (isLarge ? 2 : 1),
                            options.heldBackSamples / (isLarge ? 2 : 1), options.limit);
  if (!split)
    return split.takeError();
  searchSamples.assign(split->samples.begin(), split->samples.begin() + int64_t(split->searched));
  SampleHash hash;
  for (const Sample &sample : searchSamples)
    hash.add(sample, *specs);
  samplesHash = hash.toString();
  auto created = VariantModel::create(module, result.ops, variants, std::move(split->samples), compile);
  if (!created)
    return created.takeError();
  model = std::move(*created);
  return llvm::Error::success();
}

SensitivityOrigin BudgetedAssignment::findOrigin() const {
  auto hash = module->getAttrOfType<StringAttr>("onnx.model_hash");
  std::string data = samplesHash;
  if (!options.dataHash.empty())
    data += (data.empty() ? "" : " ") + options.dataHash;
  // What a loss is relative to differs.
  std::string measure = result.sensitivity + (offersActivations() ? " with activations" : "");
  return {hash ? hash.str() : "", hashOf(options.recipe), data, measure};
}

llvm::Error BudgetedAssignment::measureLosses() {
  SensitivityTable measured(findOrigin());
  if (known)
    if (std::string difference = known->getOrigin().findDifference(measured.getOrigin()); !difference.empty())
      return llvm::createStringError("the table of sensitivities is of another " + difference);
  // What is known is not offered to the measure, but for the most bits.
  std::vector<AssignableOp> unknown = result.ops;
  bool isComplete = true;
  for (AssignableOp &op : unknown) {
    size_t index = size_t(&op - unknown.data());
    bool isKnown = known && llvm::all_of(llvm::seq(op.options.size()), [&](size_t option) {
                     return known->find(index, op.nameOf(option)).has_value();
                   });
    bool isWanted = !isKnown && (!part || part->contains(index));
    isComplete &= !isWanted;
    if (!isWanted)
      op.options.resize(1);
  }
  if (!isComplete) {
    auto losses = sensitivity->measure(
        {module, unknown, variants, model.get(), searchSamples, compile, options.progress});
    if (!losses)
      return losses.takeError();
    for (auto [index, op] : llvm::enumerate(unknown))
      if (op.options.size() == result.ops[index].options.size())
        for (auto [option, loss] : llvm::enumerate((*losses)[index]))
          measured.set(index, op.nameOf(option), loss);
  }
  if (known)
    if (llvm::Error error = measured.merge(*known))
      return error;
  known = std::move(measured);
  return llvm::Error::success();
}

void BudgetedAssignment::readLosses() {
  for (auto [index, op] : llvm::enumerate(result.ops)) {
    std::vector<double> &ofOp = result.losses.emplace_back();
    for (size_t option = 0; option < op.options.size(); ++option)
      ofOp.push_back(*known->find(index, op.nameOf(option)));
  }
}

llvm::Error BudgetedAssignment::stateProblem() {
  problem = quern::stateProblem(result.ops, result.costs, result.eightBit, options.budget);
  dropDominated(result.ops, result.costs, problem);
  return checkFeasible(problem, result.eightBit, options.budget);
}

llvm::Expected<bool> BudgetedAssignment::holds(ArrayRef<size_t> chosen) {
  auto cost = measureModel(chosen);
  if (!cost)
    return cost.takeError();
  result.chosen.cost = *cost;
  bool isWithin = true;
  for (Constraint &constraint : problem.constraints) {
    if (constraint.name == "average-bits")
      continue; // codes are counted, not measured
    int64_t taken = constraint.name == "size" ? cost->weightBytes : *cost->nanoseconds;
    if (taken <= limitOf(constraint.name, options.budget, result.eightBit))
      continue;
    isWithin = false;
    constraint.charge(problem.ops, chosen, taken);
  }
  return isWithin;
}

llvm::Error BudgetedAssignment::choose() {
  constexpr int kMostAttempts = 4;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    auto chosen = problem.solve(result.losses);
    if (!chosen)
      return chosen.takeError();
    if (model) {
      auto refined =
          refineAssignment(*model, problem, result.losses, *chosen, searchSamples.size(), options.progress);
      if (!refined)
        return refined.takeError();
      result.chosen.outputError = refined->outputError;
      chosen = std::move(refined->options);
    }
    auto isWithin = holds(*chosen);
    if (!isWithin)
      return isWithin.takeError();
    result.chosen.options = std::move(*chosen);
    if (*isWithin) {
      for (auto [losses, option] : llvm::zip_equal(result.losses, result.chosen.options))
        result.chosen.loss += losses[option];
      return llvm::Error::success();
    }
  }
  return llvm::createStringError("no choice was found that keeps " + options.budget.str() +
                                 " in the compiled model");
}

llvm::Expected<Assignment> BudgetedAssignment::run() {
  for (auto step : {&BudgetedAssignment::checkOptions, &BudgetedAssignment::measureCosts,
                    &BudgetedAssignment::stateProblem})
    if (llvm::Error error = (this->*step)())
      return std::move(error);
  for (auto step : {&BudgetedAssignment::prepareModel, &BudgetedAssignment::measureLosses})
    if (llvm::Error error = (this->*step)())
      return std::move(error);
  readLosses();
  if (llvm::Error error = choose())
    return std::move(error);
  if (options.frontPoints > 0) {
    auto points = findFront(problem, result.losses, result.chosen.options, model.get(), searchSamples.size(),
                            options.frontPoints);
    if (!points)
      return points.takeError();
    auto hash = module->getAttrOfType<StringAttr>("onnx.model_hash");
    result.front =
        formatFront(problem, *points, hash ? hash.getValue() : "", result.sensitivity, result.chosen.options);
  }
  return std::move(result);
}

llvm::Error BudgetedAssignment::measurePart(SensitivityPart wanted) {
  if (llvm::Error error = checkOptions())
    return error;
  part = wanted;
  for (auto [index, op] : llvm::enumerate(result.ops))
    if (!part->contains(index))
      op.keepOnlyFinest();
  for (auto step : {&BudgetedAssignment::prepareModel, &BudgetedAssignment::measureLosses})
    if (llvm::Error error = (this->*step)())
      return error;
  return llvm::Error::success();
}

llvm::Expected<Assignment> assignToBudget(ModuleOp assigned, SampleReader *samples,
                                          const AssignmentOptions &options, const Target &target,
                                          CostStore &costs, std::optional<SensitivityTable> &known,
                                          const CompileInstrumented &compile) {
  return BudgetedAssignment(assigned, samples, options, target, costs, known, compile).run();
}

llvm::Expected<SensitivityTable> measureSensitivities(ModuleOp assigned, SampleReader *samples,
                                                      const AssignmentOptions &options, const Target &target,
                                                      SensitivityPart part,
                                                      const CompileInstrumented &compile) {
  CostStore costs;
  std::optional<SensitivityTable> measured;
  BudgetedAssignment assignment(assigned, samples, options, target, costs, measured, compile);
  if (llvm::Error error = assignment.measurePart(part))
    return std::move(error);
  return std::move(*measured);
}

} // namespace quern
