// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/CalibrationLength.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Calibration/AttachRanges/AttachRanges.h"
#include "lib/Calibration/SampleExtents.h"
#include "lib/Driver/Diagnostics.h"
#include "lib/Driver/DimensionsFromData.h"
#include "lib/Driver/RunPasses.h"
#include "lib/Frontend/ONNX/Import.h"
#include "lib/Pipelines/LengthChoice.h"
#include "lib/Pipelines/Prepare.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace quern {

/// Lengths that auto compares, besides that of the artefact.
static constexpr int64_t kUsualLengths[] = {128, 512, 2048};
/// Channels that grow more than this from one length to another are better off with scales of their own rows.
static constexpr double kMuchGrowth = 1.5;

/// Reads the samples wherever they come from.
static llvm::Expected<std::unique_ptr<SampleReader>> openWhole(const CompileOptions &options,
                                                               ArrayRef<InputSpec> inputs) {
  return options.calibrationReader ? options.calibrationReader(inputs)
                                   : openSamples(options.calibrationData, inputs);
}

//===-- The plan
//---------------------------------------------------------------------------------------------===//

/// The names of an argument's dimensions, "" for fixed ones.
static SmallVector<StringRef> dimensionsOf(func::FuncOp main, unsigned argument) {
  SmallVector<StringRef> list;
  if (auto names = main.getArgAttrOfType<ArrayAttr>(argument, onnx::dimensionsAttribute))
    llvm::append_range(list, names.getAsValueRange<StringAttr>());
  return list;
}

/// The dimension that is the length: the one that is named, else the only one behind a first axis, else the
/// only one.
static llvm::Expected<std::string> findDimension(func::FuncOp main, StringRef asked) {
  std::set<std::string> all, inner;
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    for (auto [axis, name] : llvm::enumerate(dimensionsOf(main, i)))
      if (!name.empty()) {
        all.insert(name.str());
        if (axis > 0)
          inner.insert(name.str());
      }
  if (all.empty())
    return llvm::createStringError(
        "--calibration-length: all inputs of the model have fixed sizes, so that its sequences "
        "have the one length it was exported with");
  if (!asked.empty() && all.contains(asked.str()))
    return asked.str();
  if (asked.empty() && (inner.size() == 1 || all.size() == 1))
    return *(inner.size() == 1 ? inner : all).begin();
  return llvm::createStringError(
      (asked.empty() ? "--calibration-length: the model has several symbolic dimensions; name one "
                       "with --length-dimension: "
                     : "--length-dimension: '" + asked + "' is none of the model's; accepted are ") +
      llvm::join(all, ", "));
}

/// The sizes that samples must have: those of --dim, and any along the length and whatever else is open.
static std::vector<InputSpec> openSpecs(func::FuncOp main, std::vector<InputSpec> specs,
                                        const CompileOptions &options, LengthPlan &plan) {
  for (auto [number, spec] : llvm::enumerate(specs))
    for (auto [axis, name] : llvm::enumerate(dimensionsOf(main, number))) {
      if (name == plan.dimension)
        plan.axes.emplace(spec.name, axis);
      else if (auto bound = options.dimensions.find(name.str()); bound != options.dimensions.end())
        spec.shape[axis] = bound->second;
    }
  return specs;
}

static llvm::Expected<LengthPlan> makePlan(ModuleOp imported, CompileOptions &options,
                                           const LengthProfile &profile, std::optional<int64_t> samples) {
  auto main = imported.lookupSymbol<func::FuncOp>("main");
  llvm::Expected<std::string> dimension = findDimension(main, profile.dimension);
  if (!dimension)
    return dimension.takeError();
  LengthPlan plan{profile, *dimension, {}, samples};
  FailureOr<std::vector<InputSpec>> read = readInputSpecs(imported);
  if (failed(read))
    return llvm::createStringError("the model cannot be calibrated");
  std::vector<InputSpec> specs = openSpecs(main, std::move(*read), options, plan);
  auto reader = openWhole(options, specs);
  if (!reader)
    return reader.takeError();
  auto extents = findExtents(**reader);
  if (!extents)
    return extents.takeError();
  int64_t longest = 0;
  for (auto [spec, ranges] : llvm::zip_equal(specs, *extents))
    if (auto axis = plan.axes.find(spec.name); axis != plan.axes.end())
      longest = std::max(longest, ranges[axis->second].max);
  int64_t wanted = profile.automatic ? longest : profile.shares.back().length;
  int64_t compiled = options.dimensions.emplace(*dimension, wanted).first->second;
  if (std::max(compiled, wanted) > longest)
    return llvm::createStringError("--calibration-length: no sample has " +
                                   std::to_string(std::max(compiled, wanted)) + " positions along '" +
                                   *dimension + "'; the longest has " + std::to_string(longest));
  if (profile.automatic) {
    std::set<int64_t> lengths{compiled};
    for (int64_t usual : kUsualLengths)
      if (usual <= longest)
        lengths.insert(usual);
    for (int64_t length : lengths)
      plan.profile.shares.push_back({length});
  }
  return plan;
}

LogicalResult planLength(CompileOptions &options, const LengthProfile &profile,
                         std::optional<int64_t> samples, MLIRContext &context) {
  if (!profile.isGiven())
    return success();
  if (options.calibrationData.empty() || options.calibrationData == "random")
    return report(context,
                  llvm::createStringError("--calibration-length cuts samples: give --calibration-data"));
  FailureOr<OwningOpRef<ModuleOp>> imported = importModel(options.model, context, ImportOptions());
  if (failed(imported))
    return failure();
  llvm::Expected<LengthPlan> plan = makePlan(**imported, options, profile, samples);
  if (!plan)
    return report(context, plan.takeError());
  options.length = std::move(*plan);
  return success();
}

//===-- Pieces
//-----------------------------------------------------------------------------------------------===//

llvm::Expected<std::unique_ptr<SampleReader>> openPieces(const CompileOptions &options,
                                                         ArrayRef<InputSpec> inputs,
                                                         ArrayRef<LengthShare> shares,
                                                         CutOptions::Part part) {
  CutOptions cut;
  cut.limit = options.length->samples;
  cut.part = part;
  cut.shares.assign(shares.begin(), shares.end());
  std::vector<InputSpec> open(inputs);
  for (InputSpec &input : open) {
    auto axis = options.length->axes.find(input.name);
    cut.axes.push_back(axis == options.length->axes.end() ? std::nullopt : std::optional(axis->second));
    if (!cut.axes.back())
      continue;
    int64_t &size = input.shape[axis->second];
    if (size >= 0)
      cut.only = size;
    size = -1;
  }
  if (shares.empty())
    cut.shares.push_back({cut.only.value_or(1)});
  auto whole = openWhole(options, open);
  if (!whole)
    return whole.takeError();
  return cutSamples(std::move(*whole), std::move(open), std::move(cut));
}

//===-- Statistics
//-------------------------------------------------------------------------------------------===//

/// The model bound to one length, as stage prepare yields it.
static llvm::Expected<OwningOpRef<ModuleOp>> prepareAt(int64_t length, const CompileOptions &options,
                                                       MLIRContext &context) {
  CompileOptions bound = options;
  bound.dimensions[options.length->dimension] = length;
  ImportOptions importOptions;
  importOptions.dimensions = bound.dimensions;
  FailureOr<OwningOpRef<ModuleOp>> module = importModel(options.model, context, importOptions);
  if (failed(module) || failed(bindDimensionsFromData(**module, bound)) ||
      failed(runPasses(**module, [](OpPassManager &passes) { populatePreparePipeline(passes, {}); })))
    return llvm::createStringError("the model cannot be compiled for length " + std::to_string(length) +
                                   " of '" + options.length->dimension + "'");
  return std::move(*module);
}

namespace {
/// Calibrations at several lengths of one model.
class LengthCalibration {
public:
  LengthCalibration(ModuleOp prepared, const CompileOptions &options, const CalibrateOptions &settings,
                    const CompileInstrumented &compile)
      : prepared(prepared), options(options), settings(settings), compile(compile) {}

  /// On the pieces of `length` that `shares` cut from the samples.
  llvm::Expected<Statistics> run(int64_t length, ArrayRef<LengthShare> shares,
                                 CutOptions::Part part = CutOptions::Part::All) {
    OwningOpRef<ModuleOp> module;
    if (length != compiledLength()) {
      auto made = prepareAt(length, options, *prepared->getContext());
      if (!made)
        return made.takeError();
      module = std::move(*made);
    }
    ModuleOp bound = module ? *module : prepared;
    FailureOr<std::vector<InputSpec>> inputs = readInputSpecs(bound);
    if (failed(inputs))
      return llvm::createStringError("the model cannot be calibrated");
    auto pieces = openPieces(options, *inputs, shares, part);
    if (!pieces)
      return pieces.takeError();
    return calibrate(bound, **pieces, settings, compile);
  }

  int64_t compiledLength() const { return options.dimensions.at(options.length->dimension); }

  /// The errors of codes from each of the statistics on pieces of the compiled length.
  llvm::Expected<std::vector<double>> measure(ArrayRef<const Statistics *> statistics,
                                              const ObserverOptions &observer, CutOptions::Part part) {
    FailureOr<std::vector<InputSpec>> inputs = readInputSpecs(prepared);
    if (failed(inputs))
      return llvm::createStringError("the model cannot be calibrated");
    auto pieces = openPieces(options, *inputs, {}, part);
    if (!pieces)
      return pieces.takeError();
    return measureCodes(prepared, **pieces, statistics, observer, settings, compile);
  }

private:
  ModuleOp prepared;
  const CompileOptions &options;
  const CalibrateOptions &settings;
  const CompileInstrumented &compile;
};
} // namespace

static void tellGrowth(MLIRContext &context, LengthShare from, const Statistics &first, LengthShare to,
                       const Statistics &last) {
  ChannelGrowth growth = findGrowth(first, last);
  std::string text =
      llvm::formatv("--calibration-length: from {0} to {1} positions channels grow by up to {2:f2}",
                    from.length, to.length, growth.ratio);
  if (!growth.value.empty())
    text += llvm::formatv(" (channel {0} of '{1}')", growth.channel, growth.value);
  if (growth.ratio > kMuchGrowth)
    text += "; scales of one length do not serve the other: consider --activations=dynamic";
  emitRemark(UnknownLoc::get(&context)) << text;
}

/// The length whose ranges lose least on pieces of the compiled length that were held back.
static llvm::Expected<LengthShare> chooseLength(LengthCalibration &calibration, ArrayRef<LengthShare> shares,
                                                const ObserverOptions &observer, MLIRContext &context) {
  std::vector<Statistics> statistics;
  for (LengthShare share : shares) {
    auto own = calibration.run(share.length, {share}, CutOptions::Part::Most);
    if (!own)
      return own.takeError();
    statistics.push_back(std::move(*own));
  }
  SmallVector<const Statistics *> pointers;
  for (const Statistics &own : statistics)
    pointers.push_back(&own);
  auto errors = calibration.measure(pointers, observer, CutOptions::Part::HeldBack);
  bool heldNone = errors && llvm::all_of(*errors, [](double error) { return error == 0; });
  if (heldNone) // too few samples to hold one back
    errors = calibration.measure(pointers, observer, CutOptions::Part::All);
  if (!errors)
    return errors.takeError();
  std::string text = "--calibration-length=auto:";
  for (auto [share, error] : llvm::zip_equal(shares, *errors))
    text += llvm::formatv("{0} {1} (error {2:e2})", text.back() == ':' ? "" : ",", share.length, error);
  size_t best = std::ranges::min_element(*errors) - errors->begin();
  emitRemark(UnknownLoc::get(&context)) << text << "; chosen is " << shares[best].length;
  if (shares.size() > 1)
    tellGrowth(context, shares.front(), statistics.front(), shares.back(), statistics.back());
  return shares[best];
}

/// How the samples were cut.
static llvm::Error tellPieces(ModuleOp prepared, const CompileOptions &options,
                              ArrayRef<LengthShare> shares) {
  FailureOr<std::vector<InputSpec>> inputs = readInputSpecs(prepared);
  if (failed(inputs))
    return llvm::createStringError("the model cannot be calibrated");
  for (InputSpec &input : *inputs)
    if (auto axis = options.length->axes.find(input.name); axis != options.length->axes.end())
      input.shape[axis->second] = -1;
  auto axisOf = options.length->axes.begin();
  size_t number =
      llvm::find_if(*inputs, [&](auto &input) { return input.name == axisOf->first; }) - inputs->begin();
  int64_t pieces = 0, used = 0, total = 0;
  auto count = [&](SampleReader &reader, int64_t &positions) {
    return forEachSample(
        reader,
        [&](const Sample &sample) {
          positions += sample[number].shape[axisOf->second];
          return llvm::Error::success();
        },
        &positions == &total ? options.length->samples : std::nullopt);
  };
  auto cut = openPieces(options, *inputs, shares);
  if (!cut)
    return cut.takeError();
  auto counted = count(**cut, used);
  if (!counted)
    return counted.takeError();
  pieces = *counted;
  auto whole = openWhole(options, *inputs);
  if (!whole)
    return whole.takeError();
  if (auto samples = count(**whole, total); !samples)
    return samples.takeError();
  emitRemark(UnknownLoc::get(prepared.getContext()))
      << "--calibration-length: " << pieces << " pieces of '" << options.length->dimension << "' hold "
      << used << " of " << total << " positions of the samples";
  return llvm::Error::success();
}

llvm::Expected<Statistics> calibrateAtLengths(ModuleOp prepared, const CompileOptions &options,
                                              const Recipe &recipe, const CalibrateOptions &settings,
                                              const CompileInstrumented &compile) {
  MLIRContext &context = *prepared.getContext();
  LengthCalibration calibration(prepared, options, settings, compile);
  std::vector<LengthShare> shares = options.length->profile.shares;
  if (options.length->profile.automatic) {
    std::optional<ObserverOptions> observer = makeObserverOptions(recipe.calibration.observer);
    auto chosen = chooseLength(calibration, shares, observer.value_or(ObserverOptions()), context);
    if (!chosen)
      return chosen.takeError();
    shares = {*chosen};
  }
  if (llvm::Error error = tellPieces(prepared, options, shares))
    return std::move(error);
  std::optional<Statistics> sum, shortest;
  for (LengthShare share : shares) {
    auto own = calibration.run(share.length, shares);
    if (!own)
      return own.takeError();
    if (shares.size() > 1 && share == shares.back())
      tellGrowth(context, shares.front(), *shortest, share, *own);
    if (!sum) {
      sum = shortest = std::move(*own);
      continue;
    }
    if (llvm::Error error = sum->merge(*own))
      return std::move(error);
  }
  LengthProfile chosen{false, shares, ""};
  sum->settings[kCalibratedAt] = chosen.str();
  return std::move(*sum);
}

void noteLength(ModuleOp prepared, const CompileOptions &options, ArrayRef<LengthShare> shares) {
  Builder builder(prepared.getContext());
  LengthProfile chosen{false, shares.vec(), ""};
  prepared->setAttr(kCalibrationLengthAttrName, builder.getStringAttr(chosen.str()));
  int64_t compiled = options.dimensions.at(options.length->dimension);
  double mean = meanLength(shares);
  if (compiled > 2 * mean || compiled < mean / 2)
    emitWarning(UnknownLoc::get(prepared.getContext()))
        << "static scales are of sequences of " << int64_t(mean) << " positions, and the artefact's have "
        << compiled << " of '" << options.length->dimension << "': more than twice or less than half";
}

llvm::json::Object describeLength(StringAttr lengths, const CompileOptions &options) {
  return llvm::json::Object{{"dimension", llvm::json::fixUTF8(options.length->dimension)},
                            {"lengths", lengths.str()},
                            {"mean", meanLength(llvm::cantFail(parseLengthProfile(lengths)).shares)},
                            {"compiled", options.dimensions.at(options.length->dimension)}};
}

} // namespace quern
