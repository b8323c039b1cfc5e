// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Compile.h"

#include "lib/Driver/Calibration.h"
#include "lib/Driver/CalibrationLength.h"
#include "lib/Driver/Diagnostics.h"
#include "lib/Driver/DimensionsFromData.h"
#include "lib/Driver/HostCompiler.h"
#include "lib/Driver/NodePrecisions.h"
#include "lib/Driver/Output.h"
#include "lib/Driver/Quantization.h"
#include "lib/Driver/RecipeSource.h"
#include "lib/Driver/Registration.h"
#include "lib/Driver/Reporting.h"
#include "lib/Driver/RunPasses.h"
#include "lib/Driver/SizeLimits.h"
#include "lib/Driver/StageTimer.h"
#include "lib/Driver/TargetChoice.h"
#include "lib/Driver/Verify.h"
#include "lib/Frontend/ONNX/Export.h"
#include "lib/Frontend/ONNX/Import.h"
#include "lib/Pipelines/Integerize.h"
#include "lib/Pipelines/Prepare.h"
#include "lib/Pipelines/Structure.h"
#include "lib/Recipe/FormatRecipe.h"
#include "lib/Support/Files.h"
#include "lib/Targets/Common/Emit.h"
#include "passes/ExpandNewOperators/ExpandNewOperators.h"
#include "passes/ExpandRowQuantization/ExpandRowQuantization.h"
#include "passes/RecipeRules/RuleMatcher.h"
#include "passes/ReportFloatResidue/ReportFloatResidue.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace quern {

namespace {

/// One compilation: the module, and what the stages learn on the way.
class Compilation {
public:
  Compilation(const CompileOptions &options, const Target &target, MLIRContext &context)
      : options(options), target(target), context(context) {}

  /// Runs the stages up to the last one that the options ask for, then writes the output.
  LogicalResult run();

private:
  LogicalResult runStage(Stage stage);
  LogicalResult importStage();
  /// Refuses early what would take too long to compile.
  LogicalResult checkSize();
  LogicalResult calibrateStage();
  LogicalResult integerizeStage();
  LogicalResult emitStage();

  LogicalResult runPasses(llvm::function_ref<void(OpPassManager &)> populate) {
    return quern::runPasses(*module, populate);
  }
  /// The module as text.
  std::string printIR();
  /// Makes `output` from what the last stage left.
  LogicalResult formatOutput();
  /// Adds the reports to what is written, and writes it.
  LogicalResult writeAll();
  /// Shows the module to the report, if one is asked for.
  void showToReport(Stage stage, bool isDone);

  Stage lastStage() const;
  bool quantizing() const { return quantization.has_value(); }
  /// Finds `quantization`.
  LogicalResult readOptions();
  LogicalResult checkRules();
  /// Fills `info` while the signature still has ONNX's types.
  LogicalResult describeModel();
  /// The module as ONNX bytes.
  FailureOr<std::string> exportForm();
  LogicalResult keepHubForm();
  LogicalResult verify(const ModelObject &object);

  CompileOptions options; ///< with the sizes of dimensions that calibration data has told
  const Target &target;
  MLIRContext &context;
  std::optional<Quantization> quantization; ///< nothing where the model stays float
  OwningOpRef<ModuleOp> module;
  OwningOpRef<ModuleOp> structured; ///< kept for --verify=reference only
  std::string statistics;           ///< as JSON, if they are what is written
  std::string hubForm; ///< as ONNX bytes, kept for --verify=onnxruntime of a quantized model only
  ModelInfo info;
  std::optional<Reporting> reporting;                      ///< nothing where no report is asked for
  std::optional<ModelObject> object;                       ///< the artefact's code
  std::string output;                                      ///< the bytes of it
  std::vector<std::pair<std::string, std::string>> beside; ///< other files, by path
};

} // namespace

Stage Compilation::lastStage() const {
  if (options.stopAfter)
    return *options.stopAfter;
  switch (options.emit) {
  case EmitKind::ONNX:
    return quantizing() ? Stage::Quantize : Stage::Prepare;
  case EmitKind::MLIR:
    return Stage::Target;
  case EmitKind::Statistics:
    return Stage::Calibrate;
  case EmitKind::Sensitivities:
    return Stage::Assign;
  case EmitKind::SharedLibrary:
  case EmitKind::Object:
    return Stage::Emit;
  }
  llvm_unreachable("every kind has a last stage");
}

LogicalResult Compilation::importStage() {
  if (quantizing()) {
    const CalibrationSettings &calibration = quantization->getRecipe().calibration;
    if (failed(planLength(options, calibration.length, calibration.samples, context)))
      return failure();
  }
  ImportOptions importOptions;
  importOptions.dimensions = options.dimensions;
  FailureOr<OwningOpRef<ModuleOp>> imported = importModel(options.model, context, importOptions);
  if (failed(imported))
    return failure();
  module = std::move(*imported);
  return bindDimensionsFromData(*module, options);
}

LogicalResult Compilation::checkSize() {
  bool isCompiled = quantizing() || lastStage() >= Stage::Structure || options.emit == EmitKind::Statistics;
  if (!isCompiled)
    return success();
  return checkCompiledSize(*module);
}

LogicalResult Compilation::readOptions() {
  if (options.recipe.empty() && options.preset.scheme.empty())
    return success();
  llvm::Expected<Recipe> read = obtainRecipe(options);
  if (!read)
    return report(context, read.takeError());
  quantization.emplace(options, std::move(*read), target);
  if (!options.reports.empty())
    reporting.emplace(options);
  return quantization->readFiles(context);
}

LogicalResult Compilation::checkRules() {
  return quantizing() ? quantization->checkModel(*module) : success();
}

LogicalResult Compilation::calibrateStage() {
  if (options.emit == EmitKind::Statistics) {
    HostCompiler compiler;
    llvm::Expected<Statistics> found = obtainStatistics(
        *module, options, quantizing() ? &quantization->getRecipe() : nullptr, compiler.asFunction());
    if (!found)
      return report(context, found.takeError());
    statistics = found->toJSON();
    return success();
  }
  if (!quantizing())
    return success();
  FailureOr<std::optional<std::string>> dataHash = quantization->calibrate(*module);
  if (failed(dataHash))
    return failure();
  if (*dataHash)
    info.hashes["calibration"] = **dataHash;
  return success();
}

LogicalResult Compilation::integerizeStage() {
  IntegerizeOptions integerizeOptions;
  integerizeOptions.failOnFloat = options.failOnFloat;
  return runPasses([&](OpPassManager &manager) { populateIntegerizePipeline(manager, integerizeOptions); });
}

LogicalResult Compilation::runStage(Stage stage) {
  const char *name = stageNames[static_cast<size_t>(stage)];
  if (options.progress && !options.progress->onStage(name))
    return report(context, makeInterrupted());
  StageTimer timer(name, options.verbose);
  switch (stage) {
  case Stage::Import:
    return importStage();
  case Stage::Prepare:
    // The stage import has bound the dimensions; the pipeline's own binding is for IR that comes from
    // elsewhere.
    return runPasses([&](OpPassManager &manager) { populatePreparePipeline(manager, {}); });
  case Stage::Calibrate:
    return calibrateStage();
  case Stage::Transform:
    return quantizing() ? quantization->transform(*module) : success();
  case Stage::Assign:
    return quantizing() ? quantization->assign(*module) : success();
  case Stage::Quantize:
    return quantizing() ? quantization->quantize(*module) : success();
  case Stage::Integerize:
    return integerizeStage();
  case Stage::Structure:
    return runPasses([&](OpPassManager &manager) { populateStructurePipeline(manager, {}); });
  case Stage::Target:
    if (options.verify == Verification::Reference)
      structured = module->clone();
    return lowerModule(*module, target);
  case Stage::Emit:
    return emitStage();
  }
  llvm_unreachable("every stage is run");
}

LogicalResult Compilation::describeModel() {
  auto main = module->lookupSymbol<func::FuncOp>("main");
  FailureOr<Signature> signature = readSignature(main);
  if (failed(signature))
    return failure();
  info.signature = std::move(*signature);
  // An object is named after its file, since its getter is; a shared object has the same bytes wherever it is
  // written.
  info.name = llvm::sys::path::stem(options.emit == EmitKind::Object ? options.output : options.model).str();
  info.precision = quantizing() ? quantization->getRecipe().name() : "float32";
  if (quantizing())
    info.extra["recipe"] = formatRecipe(quantization->getRecipe());
  if (quantizing())
    info.extra["quantized_nodes"] = describePrecisions(*module);
  if (auto lengths = (*module)->getAttrOfType<StringAttr>(kCalibrationLengthAttrName))
    info.extra["calibration_length"] = describeLength(lengths, options);
  if (auto hash = (*module)->getAttrOfType<StringAttr>("onnx.model_hash"))
    info.hashes["model"] = hash.str();
  return success();
}

FailureOr<std::string> Compilation::exportForm() {
  OwningOpRef<ModuleOp> copy = module->clone();
  LogicalResult expanded = quern::runPasses(*copy, [](OpPassManager &manager) {
    manager.addNestedPass<func::FuncOp>(createExpandNewOperators());
    manager.addNestedPass<func::FuncOp>(createExpandRowQuantization());
  });
  if (failed(expanded))
    return failure();
  return exportModel(*copy);
}

LogicalResult Compilation::keepHubForm() {
  if (options.verify != Verification::OnnxRuntime || !quantizing())
    return success();
  FailureOr<std::string> bytes = exportForm();
  if (failed(bytes))
    return failure();
  hubForm = std::move(*bytes);
  return success();
}

LogicalResult Compilation::verify(const ModelObject &object) {
  switch (options.verify) {
  case Verification::None:
    return success();
  case Verification::Reference:
    return report(context, verifyAgainstReference(*structured, object, info.signature, options));
  case Verification::OnnxRuntime:
    return report(context, verifyAgainstOnnxRuntime(hubForm, object, info.signature, options));
  }
  llvm_unreachable("every verification is done");
}

std::string Compilation::printIR() {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, OpPrintingFlags().enableDebugInfo());
  stream << "\n";
  return text;
}

LogicalResult Compilation::emitStage() {
  bool asObject = options.emit == EmitKind::Object;
  llvm::Expected<ModelObject> emitted =
      emitObject(*module, target, info, asObject ? GetterName::PerModel : GetterName::Common);
  if (!emitted)
    return report(context, emitted.takeError());
  object = std::move(*emitted);
  if (quantizing())
    if (llvm::Error error = quantization->checkBudget(object->weightBytes, object->workspaceBytes))
      return report(context, std::move(error));
  if (failed(verify(*object)))
    return failure();
  if (asObject) {
    llvm::SmallString<128> header(options.output);
    llvm::sys::path::replace_extension(header, ".h");
    beside.emplace_back(header.str(), formatHeader(*object, info));
    output = object->bytes;
    return success();
  }
  llvm::Expected<std::string> library = linkSharedObject(*object, folderForTemporaries(options));
  if (!library)
    return report(context, library.takeError());
  output = std::move(*library);
  return success();
}

LogicalResult Compilation::formatOutput() {
  if (lastStage() == Stage::Emit)
    return success();
  if (options.emit == EmitKind::Statistics) {
    output = statistics;
    return success();
  }
  if (options.emit == EmitKind::Sensitivities) {
    output = quantization->getSensitivities();
    return success();
  }
  if (options.emit != EmitKind::ONNX) {
    output = printIR();
    return success();
  }
  FailureOr<std::string> bytes = exportForm();
  if (failed(bytes))
    return failure();
  output = std::move(*bytes);
  return success();
}

LogicalResult Compilation::writeAll() {
  if (quantizing())
    llvm::append_range(beside, quantization->getReports());
  if (reporting) {
    StageTimer timer("report", options.verbose);
    auto files = reporting->make(*quantization, target.record(), object ? &*object : nullptr);
    if (failed(files))
      return failure();
    llvm::append_range(beside, *files);
  }
  return report(context, writeOutputs(options, output, beside));
}

void Compilation::showToReport(Stage stage, bool isDone) {
  if (!reporting)
    return;
  if (isDone && stage == Stage::Prepare)
    reporting->keepPrepared(*module);
  if (!isDone && stage == Stage::Quantize)
    reporting->keepFloat(*module);
  if (isDone && stage == Stage::Quantize)
    reporting->keepHub(*module);
  if (isDone && stage == Stage::Integerize)
    reporting->keepIntegers(*module);
}

LogicalResult Compilation::run() {
  if (failed(readOptions()))
    return failure();
  Stage last = lastStage();
  for (size_t number = 0; number <= static_cast<size_t>(last); ++number) {
    auto stage = static_cast<Stage>(number);
    showToReport(stage, /*isDone=*/false);
    if (failed(runStage(stage)))
      return failure();
    showToReport(stage, /*isDone=*/true);
    if (stage == Stage::Prepare && (failed(checkSize()) || failed(checkRules())))
      return failure();
    if (auto residue = (*module)->getAttrOfType<StringAttr>(kFloatResidueAttrName))
      info.extra["float_nodes"] = namesOfResidue(residue);
    if (stage == Stage::Quantize && last == Stage::Emit && (failed(describeModel()) || failed(keepHubForm())))
      return failure();
  }
  return failed(formatOutput()) ? failure() : writeAll();
}

Outcome compile(const CompileOptions &options, const Messages &messages) {
  if (std::string problem = findOverwrittenInput(options); !problem.empty()) {
    messages(Severity::Error, problem);
    return Outcome::Refused;
  }
  llvm::Expected<std::unique_ptr<Target>> target = createTarget(targetOptionsOf(options));
  if (!target) {
    messages(Severity::Error, llvm::toString(target.takeError()));
    return Outcome::WrongUsage;
  }

  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  UserDiagnostics diagnostics(context, messages);
  if (succeeded(Compilation(options, **target, context).run()))
    return Outcome::Done;
  if (diagnostics.errorCount() == 0)
    emitError(FileLineColLoc::get(&context, options.model, 0, 0))
        << "it cannot be compiled, and no stage told why; this is a defect of quernc";
  return Outcome::Refused;
}

} // namespace quern
