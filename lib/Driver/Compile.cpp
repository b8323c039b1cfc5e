// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Compile.h"

#include "lib/Driver/Calibration.h"
#include "lib/Driver/Diagnostics.h"
#include "lib/Driver/DimensionsFromData.h"
#include "lib/Driver/Methods.h"
#include "lib/Driver/RecipeSource.h"
#include "lib/Driver/Registration.h"
#include "lib/Driver/SizeLimits.h"
#include "lib/Driver/StageTimer.h"
#include "lib/Driver/Verify.h"
#include "lib/Frontend/ONNX/Export.h"
#include "lib/Frontend/ONNX/Import.h"
#include "lib/Pipelines/Assign.h"
#include "lib/Pipelines/Integerize.h"
#include "lib/Pipelines/Prepare.h"
#include "lib/Pipelines/Quantize.h"
#include "lib/Pipelines/Structure.h"
#include "lib/Pipelines/Transform.h"
#include "lib/Recipe/FormatRecipe.h"
#include "lib/Support/Files.h"
#include "lib/Targets/Common/Emit.h"
#include "passes/EdgeTransforms/ActivationRows.h"
#include "passes/ExpandNewOperators/ExpandNewOperators.h"
#include "passes/ExpandRowQuantization/ExpandRowQuantization.h"
#include "passes/FoldEdgeTransforms/FoldEdgeTransforms.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/RecipeRules/RuleMatcher.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
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
  LogicalResult transformStage();
  /// What the method `auto` does.
  LogicalResult searchStage();
  LogicalResult assignStage();
  LogicalResult quantizeStage();
  LogicalResult integerizeStage();
  LogicalResult emitStage();

  /// Runs the passes that `populate` adds.
  LogicalResult runPasses(llvm::function_ref<void(OpPassManager &)> populate);
  LogicalResult writeIR();
  LogicalResult writeModel();
  LogicalResult write(llvm::StringRef path, llvm::StringRef bytes);

  Stage lastStage() const;
  bool quantizing() const { return recipe.has_value(); }
  /// Finds `recipe`.
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
  std::optional<Recipe> recipe; ///< nothing where the model stays float
  OwningOpRef<ModuleOp> module;
  OwningOpRef<ModuleOp> structured; ///< kept for --verify=reference only
  std::string hubForm; ///< as ONNX bytes, kept for --verify=onnxruntime of a quantized model only
  ModelInfo info;
  std::optional<TransformDecisions> decisions; ///< of the method `auto`
};

} // namespace

LogicalResult Compilation::write(llvm::StringRef path, llvm::StringRef bytes) {
  return report(context, writeFileAtomically(path, bytes));
}

LogicalResult Compilation::runPasses(llvm::function_ref<void(OpPassManager &)> populate) {
  PassManager manager(&context);
  populate(manager);
  return manager.run(*module);
}

Stage Compilation::lastStage() const {
  if (options.stopAfter)
    return *options.stopAfter;
  switch (options.emit) {
  case EmitKind::ONNX:
    return quantizing() ? Stage::Quantize : Stage::Prepare;
  case EmitKind::MLIR:
    return Stage::Target;
  case EmitKind::SharedLibrary:
  case EmitKind::Object:
    return Stage::Emit;
  }
  llvm_unreachable("every kind has a last stage");
}

LogicalResult Compilation::importStage() {
  ImportOptions importOptions;
  importOptions.dimensions = options.dimensions;
  FailureOr<OwningOpRef<ModuleOp>> imported = importModel(options.model, context, importOptions);
  if (failed(imported))
    return failure();
  module = std::move(*imported);
  return bindDimensionsFromData(*module, options);
}

LogicalResult Compilation::checkSize() {
  if (!quantizing() && lastStage() < Stage::Structure)
    return success(); // nothing is compiled
  return checkCompiledSize(*module);
}

LogicalResult Compilation::readOptions() {
  if (options.recipe.empty() && options.preset.scheme.empty())
    return success();
  llvm::Expected<Recipe> read = obtainRecipe(options);
  if (!read)
    return report(context, read.takeError());
  recipe = std::move(*read);
  return success();
}

LogicalResult Compilation::checkRules() {
  return quantizing() ? RuleMatcher(*recipe).verifyAllMatch(*module) : success();
}

LogicalResult Compilation::calibrateStage() {
  if (!quantizing() || !recipe->needsRanges())
    return success();
  FailureOr<std::string> dataHash = calibrateModule(*module, options, *recipe);
  if (failed(dataHash))
    return failure();
  info.hashes["calibration"] = *dataHash;
  return success();
}

/// Sampled rows of an edge. A search measures what it chooses once more, so that fewer do.
static constexpr int64_t kRowsOfMethods = 512, kRowsOfSearch = 128;

LogicalResult Compilation::transformStage() {
  std::vector<std::string> methods = quantizing() ? listMethods(*recipe) : std::vector<std::string>();
  bool searches = quantizing() && asksForSearch(*recipe);
  if (searches && options.calibrationData.empty()) {
    emitRemark(UnknownLoc::get(&context))
        << "--method=auto compares methods on samples; with statistics alone none is used: give "
           "--calibration-data";
    searches = false;
  }
  if (methods.empty() && !searches)
    return success();
  auto rows = [&](const std::string &method) { return rowsOfMethod(method); };
  bool wanted =
      searches || llvm::any_of(methods, [&](auto &name) { return rows(name) != RowsOfMethod::None; });
  bool needed = llvm::any_of(methods, [&](auto &name) { return rows(name) == RowsOfMethod::Needed; });
  // Statistics from a cache alone do for methods that can estimate.
  if ((needed || (wanted && !options.calibrationData.empty())) &&
      failed(attachRows(*module, methods.empty() ? kRowsOfSearch : kRowsOfMethods, options, *recipe)))
    return failure();
  LogicalResult result = success();
  if (!methods.empty())
    result = runPasses([&](OpPassManager &manager) {
      populateAnnouncePipeline(manager, *recipe);
      populateTransformPipeline(manager, TransformOptions{methods, &*recipe});
    });
  if (succeeded(result) && searches)
    result = searchStage();
  for (auto function : module->getOps<func::FuncOp>())
    dropRows(function);
  module->walk([](Operation *op) { op->removeAttr(kPrecisionAttrName); });
  return result;
}

LogicalResult Compilation::searchStage() {
  numberOps(module->lookupSymbol<func::FuncOp>("main"));
  FailureOr<TransformDecisions> found = searchTransforms(*module, options, *recipe);
  if (failed(found))
    return failure();
  decisions = std::move(*found);
  if (!decisions->summary.empty())
    emitRemark(UnknownLoc::get(&context)) << decisions->summary;
  applyTransforms(*module, *decisions);
  return runPasses(
      [](OpPassManager &manager) { manager.addNestedPass<func::FuncOp>(createFoldEdgeTransforms()); });
}

LogicalResult Compilation::assignStage() {
  if (!quantizing())
    return success();
  // Ops behind the last contraction are float by choice; who refuses float ops wants them on integers too.
  LogicalResult result = runPasses([&](OpPassManager &manager) {
    populateAssignPipeline(manager, *recipe, /*integerTail=*/options.failOnFloat);
  });
  if (decisions) {
    applyRanges(*module, *decisions);
    eraseNumbers(module->lookupSymbol<func::FuncOp>("main"));
  }
  return result;
}

LogicalResult Compilation::quantizeStage() {
  QuantizeOptions quantizeOptions;
  if (quantizing()) {
    auto rules = std::make_shared<RuleMatcher>(*recipe);
    quantizeOptions.chooseRounding = [rules, hasData = !options.calibrationData.empty()](Operation *op) {
      const PrecisionSettings *settings = rules->settingsFor(op);
      return settings ? chooseRounding(*settings, hasData) : RoundingChoice();
    };
    if (failed(attachSecondMoments(*module, options, *recipe, quantizeOptions.chooseRounding)))
      return failure();
  }
  return runPasses([&](OpPassManager &manager) { populateQuantizePipeline(manager, quantizeOptions); });
}

LogicalResult Compilation::integerizeStage() {
  IntegerizeOptions integerizeOptions;
  integerizeOptions.failOnFloat = options.failOnFloat;
  return runPasses([&](OpPassManager &manager) { populateIntegerizePipeline(manager, integerizeOptions); });
}

LogicalResult Compilation::runStage(Stage stage) {
  StageTimer timer(stageNames[static_cast<size_t>(stage)], options.verbose);
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
    return transformStage();
  case Stage::Assign:
    return assignStage();
  case Stage::Quantize:
    return quantizeStage();
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
  info.precision = quantizing() ? recipe->name() : "float32";
  if (quantizing())
    info.extra["recipe"] = formatRecipe(*recipe);
  if (auto hash = (*module)->getAttrOfType<StringAttr>("onnx.model_hash"))
    info.hashes["model"] = hash.str();
  return success();
}

FailureOr<std::string> Compilation::exportForm() {
  OwningOpRef<ModuleOp> copy = module->clone();
  PassManager manager(&context);
  manager.addNestedPass<func::FuncOp>(createExpandNewOperators());
  manager.addNestedPass<func::FuncOp>(createExpandRowQuantization());
  if (failed(manager.run(*copy)))
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

LogicalResult Compilation::writeIR() {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, OpPrintingFlags().enableDebugInfo());
  stream << "\n";
  return write(options.output, text);
}

LogicalResult Compilation::writeModel() {
  FailureOr<std::string> bytes = exportForm();
  return failed(bytes) ? failure() : write(options.output, *bytes);
}

LogicalResult Compilation::emitStage() {
  bool asObject = options.emit == EmitKind::Object;
  llvm::Expected<ModelObject> object =
      emitObject(*module, target, info, asObject ? GetterName::PerModel : GetterName::Common);
  if (!object)
    return report(context, object.takeError());
  if (failed(verify(*object)))
    return failure();
  if (asObject) {
    llvm::SmallString<128> header(options.output);
    llvm::sys::path::replace_extension(header, ".h");
    return failed(write(options.output, object->bytes)) ? failure()
                                                        : write(header, formatHeader(*object, info));
  }
  llvm::StringRef folder = llvm::sys::path::parent_path(options.output);
  llvm::Expected<std::string> library = linkSharedObject(*object, folder.empty() ? "." : folder);
  return library ? write(options.output, *library) : report(context, library.takeError());
}

LogicalResult Compilation::run() {
  if (failed(readOptions()))
    return failure();
  Stage last = lastStage();
  for (size_t stage = 0; stage <= static_cast<size_t>(last); ++stage) {
    if (failed(runStage(static_cast<Stage>(stage))))
      return failure();
    if (static_cast<Stage>(stage) == Stage::Prepare && (failed(checkSize()) || failed(checkRules())))
      return failure();
    if (static_cast<Stage>(stage) == Stage::Quantize && last == Stage::Emit &&
        (failed(describeModel()) || failed(keepHubForm())))
      return failure();
  }
  if (last == Stage::Emit)
    return success();
  return options.emit == EmitKind::ONNX ? writeModel() : writeIR();
}

Outcome compile(const CompileOptions &options) {
  for (auto [what, input] : {std::pair("the model itself", &options.model),
                             std::pair("the calibration data", &options.calibrationData),
                             std::pair("the calibration cache", &options.calibrationCache),
                             std::pair("the recipe", &options.recipe)})
    if (options.output != "-" && isSameFile(*input, options.output)) {
      llvm::errs() << "quernc: error: the output '" << options.output << "' is " << what
                   << "; name another file\n";
      return Outcome::Refused;
    }
  TargetOptions targetOptions;
  targetOptions.name = options.target;
  targetOptions.triple = options.triple;
  targetOptions.cpu = options.cpu;
  targetOptions.features = options.features;
  targetOptions.optimizationLevel = options.optimizationLevel;
  llvm::Expected<std::unique_ptr<Target>> target = createTarget(targetOptions);
  if (!target) {
    llvm::errs() << "quernc: " << llvm::toString(target.takeError()) << "\n";
    return Outcome::WrongUsage;
  }

  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  UserDiagnostics diagnostics(context, llvm::errs());
  if (succeeded(Compilation(options, **target, context).run()))
    return Outcome::Done;
  if (diagnostics.errorCount() == 0)
    emitError(FileLineColLoc::get(&context, options.model, 0, 0))
        << "it cannot be compiled, and no stage told why; this is a defect of quernc";
  return Outcome::Refused;
}

} // namespace quern
