// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Calibration.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Calibration/AttachRanges/AttachRanges.h"
#include "lib/Driver/CalibrationLength.h"
#include "lib/Driver/Diagnostics.h"
#include "lib/Driver/HostModel.h"
#include "lib/Pipelines/Calibrate.h"
#include "lib/Pipelines/SequentialRounding/SequentialRounding.h"
#include "lib/Pipelines/Transform.h"

#include "lib/Runtime/ThreadPool.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Threading.h"

using namespace mlir;

namespace quern {

llvm::Expected<std::unique_ptr<SampleReader>> openCalibrationData(const CompileOptions &options,
                                                                  llvm::ArrayRef<InputSpec> inputs) {
  if (options.length)
    return openPieces(options, inputs);
  return options.calibrationReader ? options.calibrationReader(inputs)
                                   : openSamples(options.calibrationData, inputs);
}

/// What statistics depend on beyond the model's file and the data.
static std::map<std::string, std::string> calibrationSettings(const CompileOptions &options,
                                                              std::optional<int64_t> limit) {
  std::map<std::string, std::string> settings;
  for (const auto &[name, size] : options.dimensions)
    settings["dim " + name] = std::to_string(size);
  if (limit)
    settings["samples"] = std::to_string(*limit);
  if (options.length)
    settings["length of " + options.length->dimension] =
        options.length->profile.automatic ? std::string("auto") : options.length->profile.str();
  return settings;
}

/// The lengths that the statistics are of.
static std::vector<LengthShare> calibratedLengths(const Statistics &statistics) {
  auto stated = statistics.settings.find(kCalibratedAt);
  llvm::Expected<LengthProfile> profile =
      parseLengthProfile(stated == statistics.settings.end() ? "" : stated->second);
  if (profile)
    return std::move(profile->shares);
  llvm::consumeError(profile.takeError());
  return {};
}

/// The samples as they were when the statistics were made, if those are of this data.
static llvm::Expected<std::unique_ptr<SampleReader>>
openAgain(const CompileOptions &options, llvm::ArrayRef<InputSpec> inputs, const Statistics &cached) {
  std::vector<InputSpec> open(inputs);
  if (!options.length)
    return openCalibrationData(options, inputs);
  for (InputSpec &input : open)
    if (auto axis = options.length->axes.find(input.name); axis != options.length->axes.end())
      input.shape[axis->second] = -1;
  return openPieces(options, open, calibratedLengths(cached));
}

static llvm::Expected<SampleHash> hashSamples(SampleReader &samples, llvm::ArrayRef<InputSpec> specs,
                                              std::optional<int64_t> limit) {
  SampleHash hash;
  llvm::Expected<int64_t> count = forEachSample(
      samples,
      [&](const Sample &sample) {
        hash.add(sample, specs);
        return llvm::Error::success();
      },
      limit);
  if (!count)
    return count.takeError();
  return hash;
}

/// What was asked for, without what came of it.
static std::map<std::string, std::string> withoutResults(std::map<std::string, std::string> settings) {
  settings.erase(kCalibratedAt);
  return settings;
}

/// The statistics of the cache if they are those that calibration would give; nothing if there is no such
/// file or it is of something else. A file that is no statistics file is an error: it would be overwritten.
static llvm::Expected<std::optional<Statistics>> readCache(ModuleOp prepared, const CompileOptions &options,
                                                           std::optional<int64_t> limit,
                                                           llvm::ArrayRef<InputSpec> specs) {
  if (options.calibrationCache.empty() || !llvm::sys::fs::exists(options.calibrationCache))
    return std::nullopt;
  llvm::Expected<Statistics> cached = readStatistics(options.calibrationCache);
  if (!cached)
    return cached.takeError();
  auto modelHash = prepared->getAttrOfType<StringAttr>("onnx.model_hash");
  bool sameModel = modelHash && modelHash.getValue() == cached->modelHash &&
                   withoutResults(cached->settings) == calibrationSettings(options, limit);
  if (options.calibrationData.empty()) {
    if (!sameModel)
      return llvm::createStringError(
          "calibration cache '" + options.calibrationCache +
          "' is of another model or other settings; give --calibration-data to calibrate anew");
    return std::move(*cached);
  }
  auto samples = openAgain(options, specs, *cached);
  if (!samples)
    return samples.takeError();
  llvm::Expected<SampleHash> dataHash = hashSamples(**samples, specs, options.length ? std::nullopt : limit);
  if (!dataHash)
    return dataHash.takeError();
  if (!sameModel || !(*dataHash == cached->dataHash))
    return std::nullopt;
  return std::move(*cached);
}

/// The sum of the statistics of parts of the data. They were made on purpose: what does not fit is an error.
static llvm::Expected<Statistics> addShards(ModuleOp prepared, const CompileOptions &options,
                                            std::optional<int64_t> limit, llvm::ArrayRef<InputSpec> specs) {
  std::optional<Statistics> sum;
  for (const std::string &path : options.calibrationShards) {
    llvm::Expected<Statistics> shard = readStatistics(path);
    if (!shard)
      return shard.takeError();
    if (!sum)
      sum = std::move(*shard);
    else if (llvm::Error error = sum->merge(*shard))
      return llvm::createStringError("'" + path + "' and '" + options.calibrationShards.front() +
                                     "': " + llvm::toString(std::move(error)));
  }
  auto modelHash = prepared->getAttrOfType<StringAttr>("onnx.model_hash");
  if (!modelHash || modelHash.getValue() != sum->modelHash ||
      withoutResults(sum->settings) != calibrationSettings(options, limit))
    return llvm::createStringError("calibration cache '" + options.calibrationShards.front() +
                                   "' is of another model or other settings");
  if (options.calibrationData.empty())
    return std::move(*sum);
  auto samples = openAgain(options, specs, *sum);
  if (!samples)
    return samples.takeError();
  llvm::Expected<SampleHash> dataHash = hashSamples(**samples, specs, options.length ? std::nullopt : limit);
  if (!dataHash)
    return dataHash.takeError();
  if (!(*dataHash == sum->dataHash))
    return llvm::createStringError("the calibration caches together are of other data than '" +
                                   options.calibrationData + "'");
  return std::move(*sum);
}

llvm::Expected<Statistics> obtainStatistics(ModuleOp prepared, const CompileOptions &options,
                                            const Recipe *recipe, const CompileInstrumented &compile) {
  std::optional<int64_t> limit = recipe ? recipe->calibration.samples : std::nullopt;
  FailureOr<std::vector<InputSpec>> specs = readInputSpecs(prepared);
  if (failed(specs))
    return llvm::createStringError("the model cannot be calibrated");
  if (options.calibrationData.empty() && options.calibrationCache.empty())
    return llvm::createStringError((recipe ? recipe->name() : "--emit=statistics") +
                                   " needs samples of real input: give --calibration-data (an .npz keyed by "
                                   "input name, an .npy, a folder "
                                   "of either, or ONNX test data), or --calibration-cache");
  if (!options.calibrationShards.empty())
    return addShards(prepared, options, limit, *specs);
  llvm::Expected<std::optional<Statistics>> cached = readCache(prepared, options, limit, *specs);
  if (!cached)
    return cached.takeError();
  if (*cached)
    return std::move(**cached);
  if (options.calibrationData.empty())
    return llvm::createStringError("calibration cache '" + options.calibrationCache +
                                   "' does not exist; give --calibration-data to make it");

  CalibrateOptions calibrateOptions;
  calibrateOptions.settings = calibrationSettings(options, limit);
  calibrateOptions.progress = options.progress;
  auto make = [&]() -> llvm::Expected<Statistics> {
    if (options.length)
      return calibrateAtLengths(prepared, options, *recipe, calibrateOptions, compile);
    auto samples = openCalibrationData(options, *specs);
    if (!samples)
      return samples.takeError();
    calibrateOptions.samples = limit;
    return calibrate(prepared, **samples, calibrateOptions, compile);
  };
  llvm::Expected<Statistics> statistics = make();
  if (statistics && !options.calibrationCache.empty())
    if (llvm::Error error = writeStatistics(options.calibrationCache, *statistics))
      return std::move(error);
  return statistics;
}

FailureOr<std::string> calibrateModule(ModuleOp prepared, const CompileOptions &options, const Recipe &recipe,
                                       const CompileInstrumented &compile) {
  llvm::Expected<Statistics> statistics = obtainStatistics(prepared, options, &recipe, compile);
  if (!statistics)
    return report(*prepared.getContext(), statistics.takeError());
  std::optional<ObserverOptions> observer = makeObserverOptions(recipe.calibration.observer);
  if (!observer)
    return report(*prepared.getContext(),
                  llvm::createStringError("unknown observer '" + recipe.calibration.observer + "'"));
  if (options.length)
    noteLength(prepared, options, calibratedLengths(*statistics));
  if (failed(attachRanges(prepared, *statistics, *observer)))
    return failure();
  if (!listMethods(recipe).empty() || asksForSearch(recipe))
    attachChannelRanges(prepared, *statistics);
  return statistics->dataHash.toString();
}

/// Runs `attach`, which looks at activations, on the samples that the options name.
static LogicalResult
withSamples(ModuleOp module, const CompileOptions &options, const Recipe &recipe,
            llvm::function_ref<llvm::Error(SampleReader &, const CalibrateOptions &)> attach) {
  if (options.calibrationData.empty())
    return report(*module.getContext(),
                  llvm::createStringError("methods that measure errors need samples of real input: give "
                                          "--calibration-data, or --method=none"));
  FailureOr<std::vector<InputSpec>> specs = readInputSpecs(module);
  if (failed(specs))
    return failure();
  auto samples = openCalibrationData(options, *specs);
  if (!samples)
    return report(*module.getContext(), samples.takeError());
  CalibrateOptions settings;
  if (!options.length) // which has cut as many whole samples
    settings.samples = recipe.calibration.samples;
  settings.progress = options.progress;
  return report(*module.getContext(), attach(**samples, settings));
}

LogicalResult attachSecondMoments(ModuleOp assigned, const CompileOptions &options, const Recipe &recipe,
                                  const CompileInstrumented &compile,
                                  llvm::function_ref<RoundingChoice(Operation *)> choose) {
  bool any = false;
  assigned.walk([&](onnx::QuantizableOpInterface op) {
    any |= op->hasAttr(kPrecisionAttrName) && choose(op).weighsErrors();
  });
  if (!any)
    return success();
  return withSamples(assigned, options, recipe, [&](SampleReader &samples, const CalibrateOptions &settings) {
    return attachSecondMoments(assigned, samples, settings, compile, choose);
  });
}

LogicalResult roundInSequence(ModuleOp assigned, ModuleOp module, const CompileOptions &options,
                              const Recipe &recipe, const CompileInstrumented &compile,
                              std::function<RoundingChoice(Operation *)> choose) {
  LogicalResult result = failure();
  auto round = [&](SampleReader &samples, const CalibrateOptions &settings) -> llvm::Error {
    SequentialRoundingOptions rounding{std::move(choose), settings.samples, settings.progress};
    auto rounded = roundInSequence(assigned, module, samples, rounding, compile);
    if (!rounded)
      return rounded.takeError();
    result = *rounded;
    return llvm::Error::success();
  };
  return failed(withSamples(assigned, options, recipe, round)) ? failure() : result;
}

LogicalResult attachRows(ModuleOp prepared, int64_t count, const CompileOptions &options,
                         const Recipe &recipe, const CompileInstrumented &compile) {
  return withSamples(prepared, options, recipe, [&](SampleReader &samples, const CalibrateOptions &settings) {
    return attachRows(prepared, samples, count, settings, compile);
  });
}

FailureOr<TransformDecisions> searchTransforms(ModuleOp numbered, const CompileOptions &options,
                                               const Recipe &recipe, const CompileInstrumented &compile) {
  TransformDecisions decisions;
  auto search = [&](SampleReader &samples, const CalibrateOptions &settings) -> llvm::Error {
    TransformSearchOptions searchOptions;
    searchOptions.recipe = recipe;
    searchOptions.integerTail = options.failOnFloat;
    searchOptions.limit = settings.samples;
    searchOptions.progress = settings.progress;
    // Methods that the recipe names elsewhere have changed ranges already.
    if (listMethods(recipe).empty())
      searchOptions.observer = makeObserverOptions(recipe.calibration.observer);
    auto found = searchTransforms(numbered, samples, searchOptions, compile);
    if (!found)
      return found.takeError();
    decisions = std::move(*found);
    return llvm::Error::success();
  };
  if (failed(withSamples(numbered, options, recipe, search)))
    return failure();
  return decisions;
}

/// Budgets of --pareto.
static constexpr int64_t kFrontPoints = 33;

static AssignmentOptions makeAssignmentOptions(const CompileOptions &options, const Recipe &recipe,
                                               const QuantizeOptions &quantize, const std::string &dataHash) {
  AssignmentOptions assignment;
  assignment.recipe = recipe;
  assignment.budget = options.budget;
  assignment.sensitivity = options.sensitivity;
  assignment.quantize = quantize;
  assignment.integerTail = options.failOnFloat;
  assignment.dataHash = dataHash;
  assignment.progress = options.progress;
  assignment.frontPoints = options.front.empty() ? 0 : kFrontPoints;
  return assignment;
}

/// Hands samples to `work`, null if there are none, and how many of them it may look at.
static LogicalResult
withOptionalSamples(ModuleOp module, const CompileOptions &options, const Recipe &recipe,
                    llvm::function_ref<llvm::Error(SampleReader *, std::optional<int64_t>)> work) {
  if (options.calibrationData.empty())
    return report(*module.getContext(), work(nullptr, std::nullopt));
  return withSamples(module, options, recipe, [&](SampleReader &samples, const CalibrateOptions &settings) {
    return work(&samples, settings.samples);
  });
}

FailureOr<Assignment> assignToBudget(ModuleOp numbered, const CompileOptions &options, const Recipe &recipe,
                                     const QuantizeOptions &quantize, const std::string &dataHash,
                                     const Target &target, CostStore &costs,
                                     std::optional<SensitivityTable> &known,
                                     const CompileInstrumented &compile) {
  AssignmentOptions assignmentOptions = makeAssignmentOptions(options, recipe, quantize, dataHash);
  std::optional<Assignment> assignment;
  auto assign = [&](SampleReader *samples, std::optional<int64_t> limit) -> llvm::Error {
    assignmentOptions.limit = limit;
    auto found = assignToBudget(numbered, samples, assignmentOptions, target, costs, known, compile);
    if (!found)
      return found.takeError();
    assignment = std::move(*found);
    return llvm::Error::success();
  };
  if (failed(withOptionalSamples(numbered, options, recipe, assign)))
    return failure();
  return std::move(*assignment);
}

FailureOr<SensitivityTable> measureSensitivities(ModuleOp numbered, const CompileOptions &options,
                                                 const Recipe &recipe, const QuantizeOptions &quantize,
                                                 const std::string &dataHash, const Target &target,
                                                 const CompileInstrumented &compile) {
  AssignmentOptions assignmentOptions = makeAssignmentOptions(options, recipe, quantize, dataHash);
  std::optional<SensitivityTable> measured;
  auto measure = [&](SampleReader *samples, std::optional<int64_t> limit) -> llvm::Error {
    assignmentOptions.limit = limit;
    auto found =
        measureSensitivities(numbered, samples, assignmentOptions, target, options.sensitivityPart, compile);
    if (!found)
      return found.takeError();
    measured = std::move(*found);
    return llvm::Error::success();
  };
  if (failed(withOptionalSamples(numbered, options, recipe, measure)))
    return failure();
  return std::move(*measured);
}

} // namespace quern
