// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Quantization.h"

#include "lib/Driver/Calibration.h"
#include "lib/Driver/Diagnostics.h"
#include "lib/Driver/Methods.h"
#include "lib/Driver/RunPasses.h"
#include "lib/Driver/TargetChoice.h"
#include "lib/Pipelines/Assign.h"
#include "lib/Pipelines/Assignment/ApplyAssignment.h"
#include "lib/Pipelines/Assignment/Describe.h"
#include "lib/Pipelines/Assignment/GivenBits.h"
#include "lib/Pipelines/Assignment/HopelessBudget.h"
#include "lib/Pipelines/Quantize.h"
#include "lib/Pipelines/SequentialRounding/SequentialRounding.h"
#include "lib/Pipelines/Transform.h"
#include "lib/Report/FormatAssignment.h"
#include "lib/Support/Files.h"
#include "passes/EdgeTransforms/ActivationRows.h"
#include "passes/FoldEdgeTransforms/FoldEdgeTransforms.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/RecipeRules/RuleMatcher.h"

#include "llvm/Support/FileSystem.h"

using namespace mlir;

namespace quern {

/// Sampled rows of an edge.
static constexpr int64_t kRows = 512;

FailureOr<std::optional<std::string>> Quantization::calibrate(ModuleOp prepared) {
  if (!recipe.needsRanges())
    return std::optional<std::string>();
  FailureOr<std::string> hash = calibrateModule(prepared, options, recipe, compiler.asFunction());
  if (failed(hash))
    return failure();
  dataHash = *hash;
  return std::make_optional(std::move(*hash));
}

LogicalResult Quantization::sampleRows(ModuleOp calibrated, llvm::ArrayRef<std::string> methods,
                                       bool searches) {
  auto asks = [&](RowsOfMethod rows) {
    return llvm::any_of(methods, [&](const std::string &method) { return rowsOfMethod(method) == rows; });
  };
  bool needed = asks(RowsOfMethod::Needed);
  bool wanted = searches || needed || asks(RowsOfMethod::Wanted);
  // Statistics from a cache alone do for methods that can estimate.
  if (!needed && (!wanted || options.calibrationData.empty()))
    return success();
  return attachRows(calibrated, kRows, options, recipe, compiler.asFunction());
}

LogicalResult Quantization::applyMethods(ModuleOp calibrated, llvm::ArrayRef<std::string> methods) {
  if (methods.empty())
    return success();
  return runPasses(calibrated, [&](OpPassManager &manager) {
    populateAnnouncePipeline(manager, recipe);
    populateTransformPipeline(manager, TransformOptions{methods.vec(), &recipe});
  });
}

LogicalResult Quantization::search(ModuleOp calibrated) {
  if (failed(runPasses(calibrated, [&](OpPassManager &manager) { populateBeforeSearch(manager, recipe); })))
    return failure();
  numberOps(calibrated.lookupSymbol<func::FuncOp>("main"));
  FailureOr<TransformDecisions> found = searchTransforms(calibrated, options, recipe, compiler.asFunction());
  if (failed(found))
    return failure();
  decisions = std::move(*found);
  if (!decisions->summary.empty())
    emitRemark(UnknownLoc::get(calibrated.getContext())) << decisions->summary;
  applyTransforms(calibrated, *decisions);
  return runPasses(calibrated, [](OpPassManager &manager) {
    manager.addNestedPass<func::FuncOp>(createFoldEdgeTransforms());
  });
}

LogicalResult Quantization::transform(ModuleOp calibrated) {
  std::vector<std::string> methods = listMethods(recipe);
  bool searches = asksForSearch(recipe);
  if (searches && options.calibrationData.empty()) {
    emitRemark(UnknownLoc::get(calibrated.getContext()))
        << "--method=auto compares methods on samples; with statistics alone none is used: give "
           "--calibration-data";
    searches = false;
  }
  if (methods.empty() && !searches)
    return success();
  if (failed(sampleRows(calibrated, methods, searches)))
    return failure();
  LogicalResult result = applyMethods(calibrated, methods);
  if (succeeded(result) && searches)
    result = search(calibrated);
  for (auto function : calibrated.getOps<func::FuncOp>())
    dropRows(function);
  calibrated.walk([](Operation *op) { op->removeAttr(kPrecisionAttrName); });
  return result;
}

LogicalResult Quantization::assign(ModuleOp transformed) {
  // Ops behind the last contraction are float by choice; who refuses float ops wants them on integers too.
  LogicalResult result = runPasses(transformed, [&](OpPassManager &manager) {
    populateAssignPipeline(manager, recipe, /*integerTail=*/options.failOnFloat);
  });
  auto main = transformed.lookupSymbol<func::FuncOp>("main");
  if (decisions) {
    applyRanges(transformed, *decisions);
    eraseNumbers(main);
  }
  if (failed(result) || (!options.assignsToBudget && options.givenBits.empty()))
    return result;
  numberOps(main);
  result = options.emit == EmitKind::Sensitivities ? measureSensitivities(transformed)
           : options.assignsToBudget               ? assignToBudget(transformed)
                                                   : assignGivenBits(transformed);
  eraseNumbers(main);
  return result;
}

QuantizeOptions Quantization::makeQuantizeOptions() const {
  auto rules = std::make_shared<RuleMatcher>(recipe);
  QuantizeOptions quantizeOptions;
  quantizeOptions.chooseRounding = [rules, hasData = !options.calibrationData.empty()](Operation *op) {
    const PrecisionSettings *settings = rules->settingsFor(op);
    if (!settings)
      return RoundingChoice();
    PrecisionSettings given = *settings;
    // The bits may have been chosen within a budget.
    if (auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
        precision && precision.getWeights())
      given.weights.bits = precision.getWeights().getFormat().getBits();
    return chooseRounding(given, hasData);
  };
  return quantizeOptions;
}

/// Times are found by running code here.
static llvm::Error checkIsThisMachine(const TargetRecord &target) {
  llvm::Expected<bool> isHere = isForThisMachine(target);
  if (!isHere)
    return isHere.takeError();
  return *isHere ? llvm::Error::success()
                 : llvm::createStringError("a budget of latency is measured on this machine, but the code is "
                                           "for " +
                                           target.cpu +
                                           "; leave --mcpu, --mattr and --mtriple out, or the latency");
}

LogicalResult Quantization::attachMoments(ModuleOp assigned) {
  auto narrowest = [&](Operation *op) {
    const PrecisionSettings *settings = RuleMatcher(recipe).settingsFor(op);
    if (!settings)
      return RoundingChoice();
    PrecisionSettings narrow = *settings;
    narrow.weights.bits = 2;
    return chooseRounding(narrow, !options.calibrationData.empty());
  };
  if (failed(attachSecondMoments(assigned, options, recipe, compiler.asFunction(), narrowest)))
    return failure();
  hasSecondMoments = true;
  return success();
}

/// The tables, added up; one alone need not exist yet.
static llvm::Expected<std::optional<SensitivityTable>> readSensitivities(llvm::ArrayRef<std::string> paths) {
  std::optional<SensitivityTable> sum;
  for (const std::string &path : paths) {
    if (paths.size() == 1 && !llvm::sys::fs::exists(path))
      return std::nullopt;
    auto buffer = readFile(path);
    if (!buffer)
      return buffer.takeError();
    auto part = SensitivityTable::parse((*buffer)->getBuffer(), "'" + path + "'");
    if (!part)
      return part.takeError();
    if (!sum)
      sum = std::move(*part);
    else if (llvm::Error error = sum->merge(*part))
      return llvm::createStringError("'" + path + "': " + llvm::toString(std::move(error)));
  }
  return sum;
}

LogicalResult Quantization::measureSensitivities(ModuleOp assigned) {
  QuantizeOptions quantizeOptions = makeQuantizeOptions();
  if (failed(attachMoments(assigned)))
    return failure();
  auto measured = quern::measureSensitivities(assigned, options, recipe, quantizeOptions, dataHash, target,
                                              compiler.asFunction());
  if (failed(measured))
    return failure();
  sensitivities = measured->toJSON();
  return success();
}

LogicalResult Quantization::readFiles(MLIRContext &context) {
  llvm::Error problems = llvm::Error::success();
  auto note = [&](llvm::Error problem) {
    problems = llvm::joinErrors(std::move(problems), std::move(problem));
  };
  if (options.assignsToBudget && options.budget.latency)
    note(checkIsThisMachine(target.record()));
  if (!options.costTable.empty()) {
    if (auto read = CostStore::read(options.costTable))
      costs = std::move(*read);
    else
      note(read.takeError());
  }
  if (auto read = readSensitivities(options.sensitivityTables))
    knownSensitivities = std::move(*read);
  else
    note(read.takeError());
  if (!options.givenBits.empty()) {
    if (auto read = readAssignment(options.givenBits))
      givenBits = std::move(*read);
    else
      note(read.takeError());
  }
  return report(context, std::move(problems));
}

LogicalResult Quantization::checkModel(ModuleOp prepared) const {
  if (givenBits && failed(report(*prepared.getContext(), checkIsOfModel(prepared, *givenBits))))
    return failure();
  if (failed(RuleMatcher(recipe).verifyAllMatch(prepared)))
    return failure();
  if (options.budget.empty())
    return success();
  return report(*prepared.getContext(),
                checkBudgetIsNotHopeless(prepared, recipe, options.budget, target, options.failOnFloat),
                " (before calibration; methods and ranges may add to it)");
}

LogicalResult Quantization::assignToBudget(ModuleOp assigned) {
  QuantizeOptions quantizeOptions = makeQuantizeOptions();
  if (failed(attachMoments(assigned)))
    return failure();
  FailureOr<Assignment> assignment =
      quern::assignToBudget(assigned, options, recipe, quantizeOptions, dataHash, target, costs,
                            knownSensitivities, compiler.asFunction());
  if (failed(assignment))
    return failure();
  eightBitBytes = assignment->eightBit.weightBytes;
  if (failed(applyAssignment(assigned, assignment->ops, assignment->chosen.options, recipe)))
    return failure();
  emitRemark(UnknownLoc::get(assigned.getContext())) << summarize(*assignment);
  if (options.verbose)
    emitRemark(UnknownLoc::get(assigned.getContext())) << formatRanking(*assignment);
  auto hash = assigned->getAttrOfType<StringAttr>("onnx.model_hash");
  if (!options.assignmentOutput.empty())
    reports[options.assignmentOutput] =
        formatAssignment(*assignment, hash ? hash.getValue() : "", options.budget.str());
  if (!options.costTable.empty())
    reports[options.costTable] = costs.toJSON();
  if (options.sensitivityTables.size() == 1)
    reports[options.sensitivityTables.front()] = knownSensitivities->toJSON();
  if (!options.front.empty())
    reports[options.front] = assignment->front;
  if (!options.reports.empty())
    assignmentReport = formatForReport(*assignment, options.budget.str());
  // Weights that are rounded to nearest need no moments.
  assigned.walk([&](onnx::QuantizableOpInterface op) {
    bool isRounded = op->hasAttr(kPrecisionAttrName) && quantizeOptions.chooseRounding(op).weighsErrors();
    if (op->hasAttr(kSecondMomentAttrName) && !isRounded) {
      op->removeAttr(kSecondMomentAttrName);
      op->removeAttr(kActivationMeanAttrName);
    }
  });
  return success();
}

llvm::Error Quantization::checkBudget(int64_t weightBytes, int64_t workspaceBytes) const {
  auto check = [](const char *name, int64_t taken, const std::optional<SizeBudget> &limit, int64_t whole) {
    return !limit || taken <= limit->bytes(whole)
               ? llvm::Error::success()
               : llvm::createStringError("the compiled model takes %lld bytes, more than the budget %s=%lld",
                                         (long long)taken, name, (long long)limit->bytes(whole));
  };
  if (llvm::Error error = check("size", weightBytes, options.budget.size, eightBitBytes))
    return error;
  return check("sram", workspaceBytes, options.budget.sram, 0);
}

LogicalResult Quantization::assignGivenBits(ModuleOp assigned) {
  std::vector<AssignableOp> ops = findAssignableOps(
      assigned, recipe, target.record(), {/*everyWidth=*/true, /*activations=*/!options.failOnFloat});
  llvm::Expected<std::vector<size_t>> given = takeGivenBits(ops, *givenBits, recipe);
  if (!given)
    return report(*assigned.getContext(), given.takeError());
  return applyAssignment(assigned, ops, *given, recipe);
}

LogicalResult Quantization::quantize(ModuleOp assigned) {
  QuantizeOptions quantizeOptions = makeQuantizeOptions();
  auto isInSequence = [&](Operation *op) {
    return isRoundedInSequence(op, quantizeOptions.chooseRounding(op));
  };
  auto chooseAlone = [&](Operation *op) {
    return isInSequence(op) ? RoundingChoice() : quantizeOptions.chooseRounding(op);
  };
  if (!hasSecondMoments &&
      failed(attachSecondMoments(assigned, options, recipe, compiler.asFunction(), chooseAlone)))
    return failure();
  bool anyInSequence =
      assigned.walk([&](onnx::QuantizableOpInterface op) { return WalkResult(failure(isInSequence(op))); })
          .wasInterrupted();
  if (!anyInSequence)
    return runPasses(assigned,
                     [&](OpPassManager &manager) { populateQuantizePipeline(manager, quantizeOptions); });
  if (failed(roundWeightsInSequence(assigned, quantizeOptions)))
    return failure();
  return runPasses(assigned, [&](OpPassManager &manager) { populateWeightCodes(manager, quantizeOptions); });
}

LogicalResult Quantization::roundWeightsInSequence(ModuleOp assigned,
                                                   const QuantizeOptions &quantizeOptions) {
  auto main = assigned.lookupSymbol<func::FuncOp>("main");
  numberOps(main);
  OwningOpRef<ModuleOp> before = assigned.clone();
  LogicalResult result =
      runPasses(assigned, [](OpPassManager &manager) { populateActivationPairs(manager); });
  if (succeeded(result))
    result = roundInSequence(*before, assigned, options, recipe, compiler.asFunction(),
                             quantizeOptions.chooseRounding);
  eraseNumbers(main);
  return result;
}

} // namespace quern
