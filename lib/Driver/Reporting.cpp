// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Reporting.h"

#include "lib/Driver/Calibration.h"
#include "lib/Driver/Diagnostics.h"
#include "lib/Driver/StageTimer.h"
#include "lib/Driver/TargetChoice.h"
#include "lib/Driver/TimedModels.h"
#include "lib/Pipelines/ObservedModel.h"
#include "lib/Pipelines/Search/SampleSplit.h"
#include "lib/Pipelines/Transform.h"
#include "lib/Recipe/FormatRecipe.h"
#include "lib/Report/Page.h"
#include "lib/Targets/Common/Jit.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/ReportFloatResidue/ReportFloatResidue.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace quern {

std::vector<std::string> findReportMistakes(const CompileOptions &options) {
  std::vector<std::string> mistakes;
  for (const std::string &path : options.reports) {
    llvm::StringRef extension = llvm::sys::path::extension(path);
    if (extension != ".html" && extension != ".json")
      mistakes.push_back("--report=" + path + ": expected a name that ends in .html or .json");
    if (path == options.output || llvm::count(options.reports, path) > 1)
      mistakes.push_back("--report=" + path + ": this file is written for another reason too; name another");
  }
  if (options.reports.empty())
    return mistakes;
  if (options.recipe.empty() && options.preset.scheme.empty())
    mistakes.push_back("--report explains a quantized model: add --quantize, --recipe or --assign");
  if (options.emit != EmitKind::SharedLibrary && options.emit != EmitKind::Object &&
      options.emit != EmitKind::ONNX)
    mistakes.push_back("--report goes with a quantized model as output: use --emit=so, obj or onnx");
  return mistakes;
}

void Reporting::keepFloat(ModuleOp module) {
  numberOps(module.lookupSymbol<func::FuncOp>("main"));
  floatModule = module.clone();
}

void Reporting::keepHub(ModuleOp module) {
  hub = module.clone();
  eraseNumbers(module.lookupSymbol<func::FuncOp>("main"));
}

/// Errors are measured on no more samples than these.
static constexpr size_t kReportSamples = 8;

/// Samples that the method `auto` chooses nothing by: it holds the same ones back.
static llvm::Expected<std::vector<Sample>> readHeldBack(ModuleOp module, const CompileOptions &options,
                                                        const Recipe &recipe) {
  if (options.calibrationData.empty())
    return llvm::createStringError(
        "--report measures errors on samples of real input: give --calibration-data");
  FailureOr<std::vector<InputSpec>> specs = readInputSpecs(module);
  if (failed(specs))
    return llvm::createStringError("--report cannot feed this model, as said above");
  auto reader = openCalibrationData(options, *specs);
  if (!reader)
    return reader.takeError();
  TransformSearchOptions search;
  std::optional<int64_t> limit = options.length ? std::nullopt : recipe.calibration.samples;
  auto split = splitSamples(**reader, *specs, search.searchSamples, search.heldBackSamples, limit);
  if (!split)
    return split.takeError();
  size_t total = split->samples.size();
  if (total > 1) // a single sample is both
    split->samples.erase(split->samples.begin(),
                         split->samples.begin() +
                             std::max(split->searched, total - std::min(total, kReportSamples)));
  if (split->samples.empty())
    return llvm::createStringError("--report: there are no samples in '" + options.calibrationData + "'");
  return std::move(split->samples);
}

void Reporting::describeSubject(Report &report, const Quantization &quantization,
                                const TargetRecord &target) {
  const Recipe &recipe = quantization.getRecipe();
  ReportSubject &subject = report.subject;
  subject.model = llvm::sys::path::filename(options.model).str();
  if (auto hash = (*prepared)->getAttrOfType<StringAttr>("onnx.model_hash"))
    subject.modelHash = hash.str();
  subject.precision = recipe.name();
  subject.recipe = formatRecipe(recipe);
  subject.target = target.name + (target.cpu.empty() ? "" : " (" + target.cpu + ")");
  subject.data = options.calibrationReader ? options.calibrationData
                                           : llvm::sys::path::filename(options.calibrationData).str();
  subject.choice =
      asksForSearch(recipe)
          ? "held back from the choices of the method auto; ranges were calibrated on all samples"
          : "chosen by their content; ranges were calibrated on all samples, these among them";
  auto main = prepared->lookupSymbol<func::FuncOp>("main");
  for (unsigned i = 0; i < main.getNumResults(); ++i) {
    auto name = main.getResultAttrOfType<StringAttr>(i, "onnx.name");
    subject.outputs.push_back(name ? name.str() : "");
  }
  report.assignment = quantization.describeAssignment();
  if (auto residue = integers ? (*integers)->getAttrOfType<StringAttr>(kFloatResidueAttrName) : StringAttr())
    report.residue = llvm::cantFail(llvm::json::parse(residue.getValue()));
}

llvm::Error Reporting::measure(Report &report, const Quantization &quantization) {
  auto read = readHeldBack(*floatModule, options, quantization.getRecipe());
  if (!read)
    return read.takeError();
  samples = std::move(*read);
  StageTimer timer("  errors", options.verbose);
  auto model = ComparedModel::create(*floatModule, *hub, compiler.asFunction());
  if (!model)
    return model.takeError();
  compared = std::move(*model);
  auto measured = measureErrors(*compared, samples, options.progress);
  if (!measured)
    return measured.takeError();
  report.measured = std::move(*measured);
  StageTimer changes("  changes", options.verbose);
  return explainErrors(report, *floatModule, *compared, samples, compiler.asFunction(), options.progress);
}

llvm::Error Reporting::runArtefact(Report &report, ComparedModel &model, const ModelObject &object) {
  auto artefact = loadObject(object);
  if (!artefact)
    return artefact.takeError();
  report.executed.resize(model.getExactOutputs().size());
  for (const Sample &sample : samples) {
    auto arrays = model.run(sample);
    if (!arrays)
      return arrays.takeError();
    std::vector<const NpyArray *> inputs;
    for (const NpyArray &array : sample)
      inputs.push_back(&array);
    std::string error;
    auto outputs = (*artefact)->run(inputs, error);
    if (!outputs)
      return llvm::createStringError(error);
    for (auto [errors, actual, number] : llvm::zip_equal(report.executed, *outputs, model.getExactOutputs()))
      if (const NpyArray &exact = (*arrays)[number]; exact.type == ElementType::Float32)
        errors.add(floatsOf(actual), floatsOf(exact), floatsOf(exact));
  }
  return llvm::Error::success();
}

llvm::Error Reporting::measureSizesAndTimes(Report &report, const TargetRecord &target,
                                            const ModelObject &object) {
  StageTimer timer("  times", options.verbose);
  llvm::Expected<bool> runsHere = isForThisMachine(target);
  if (!runsHere)
    return runsHere.takeError();
  bool counts = *runsHere;
  auto exact = compileGraph(*prepared, options, counts);
  if (!exact)
    return exact.takeError();
  report.sizes =
      ModelSizes{object.weightBytes, exact->weightBytes, object.workspaceBytes, exact->workspaceBytes};
  if (!counts) {
    report.timeMissing = "the code is for " + target.cpu + ", not for this machine";
    return llvm::Error::success();
  }
  if (llvm::Error error = runArtefact(report, *compared, object))
    return error;
  auto quantized = compileGraph(*integers, options, /*profile=*/true);
  if (!quantized)
    return quantized.takeError();
  for (auto [object, times] : {std::pair(&*exact, &report.floatTimes), {&*quantized, &report.times}}) {
    auto measured = measureTimes(*object, samples.front());
    if (!measured)
      return measured.takeError();
    *times = std::move(*measured);
  }
  std::vector<std::string> names;
  for (const ComparedNode &node : report.nodes)
    names.push_back(node.name);
  report.timeGroups = groupTimes(*report.times, *report.floatTimes, names);
  return llvm::Error::success();
}

FailureOr<std::vector<std::pair<std::string, std::string>>>
Reporting::make(const Quantization &quantization, const TargetRecord &target, const ModelObject *object) {
  Report report;
  report.timeMissing = "the model was not compiled";
  llvm::Error error = measure(report, quantization);
  if (!error && object)
    error = measureSizesAndTimes(report, target, *object);
  if (error)
    return quern::report(*prepared->getContext(), std::move(error));
  describeSubject(report, quantization, target);
  llvm::json::Value json = toJSON(report);
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string &path : options.reports)
    files.emplace_back(path, llvm::sys::path::extension(path) == ".html"
                                 ? formatPage(json)
                                 : llvm::formatv("{0:2}\n", json).str());
  return files;
}

} // namespace quern
