// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/AssignPrecision/AssignPrecision.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "dialects/Quern/IR/QuernDialect.h"
#include "lib/Recipe/Preset.h"
#include "lib/Recipe/ReadRecipe.h"
#include "passes/AssignPrecision/IntegerRegion.h"
#include "passes/QuantizationAnalysis/AccumulatorBound.h"
#include "passes/RecipeRules/RuleMatcher.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_ASSIGNPRECISION
#include "passes/AssignPrecision/AssignPrecision.h.inc"

static Scheme schemeOf(bool symmetric) { return symmetric ? Scheme::Symmetric : Scheme::Asymmetric; }

/// Codes of weights are signed around zero; with a zero point they count from the least weight.
static QuantizerAttr makeWeights(MLIRContext *context, const WeightSettings &asked) {
  return QuantizerAttr::get(
      context, FormatAttr::get(context, asked.bits, /*isSigned=*/asked.symmetric),
      GranularityAttr::get(context, static_cast<GranularityKind>(asked.granularity), asked.groupSize),
      schemeOf(asked.symmetric));
}

/// Null where activations stay float.
static QuantizerAttr makeActivations(MLIRContext *context, const ActivationSettings &asked) {
  if (asked.mode == ActivationMode::Float)
    return {};
  auto granularity = asked.mode == ActivationMode::Dynamic ? GranularityKind::Row : GranularityKind::Tensor;
  return QuantizerAttr::get(context, FormatAttr::get(context, asked.bits, asked.isSigned),
                            GranularityAttr::get(context, granularity, 0), schemeOf(asked.symmetric));
}

/// A product of an activation with a constant matrix: what has a form with weights in groups, or with codes
/// for weights only.
static bool hasConstantMatrix(onnx::QuantizableOpInterface op) {
  if (!isa<onnx::MatMulOp, onnx::GemmOp>(op) || !findIntegerRole(op) || !op.getWeightOperand())
    return false;
  auto weight = dyn_cast<RankedTensorType>(op->getOperand(*op.getWeightOperand()).getType());
  return *op.getWeightOperand() == 1 && weight && weight.getRank() == 2;
}

std::string refuseRows(onnx::QuantizableOpInterface op, PrecisionSettings settings) {
  settings.activations.mode = ActivationMode::Dynamic;
  if (std::string problem = findSchemeProblem(settings); !problem.empty())
    return problem;
  if (!hasConstantMatrix(op))
    return "is no product with a constant matrix, and only those have a form with dynamic activations";
  if (auto gemm = dyn_cast<onnx::GemmOp>(*op); gemm && gemm.getTransA() != 0)
    return "transposes its activation, whose rows have dynamic scales";
  if (!accumulatorFits(op))
    return "could overflow its 32-bit accumulator";
  return {};
}

PrecisionAttr makePrecision(onnx::QuantizableOpInterface op, PrecisionSettings settings,
                            StringRef decidedBy) {
  MLIRContext *context = op->getContext();
  std::string provenance = decidedBy.str() + settings.name();
  QuantizerAttr activations = makeActivations(context, settings.activations);
  if (!op.getWeightOperand())
    return PrecisionAttr::get(context, {}, activations, StringAttr::get(context, provenance));
  auto gemm = dyn_cast<onnx::GemmOp>(*op);
  bool transposesCodes = activations && gemm && gemm.getTransA() != 0;
  if (settings.weights.granularity == WeightGranularity::Group &&
      (!hasConstantMatrix(op) || transposesCodes)) {
    settings.weights.granularity = WeightGranularity::Channel;
    settings.weights.groupSize = 0;
    provenance += ", per channel: only matrix products have groups";
  }
  return PrecisionAttr::get(context, makeWeights(context, settings.weights), activations,
                            StringAttr::get(context, provenance));
}

namespace {
struct AssignPrecisionPass : impl::AssignPrecisionBase<AssignPrecisionPass> {
  using AssignPrecisionBase::AssignPrecisionBase;

  AssignPrecisionPass(Recipe asked, bool wantsIntegerTail, bool announces) : recipe(std::move(asked)) {
    integerTail = wantsIntegerTail;
    announce = announces;
  }

  LogicalResult initialize(MLIRContext *context) override {
    if (recipe)
      return success();
    llvm::Expected<Recipe> asked = readOptions();
    if (asked) {
      recipe = std::move(*asked);
      return success();
    }
    SmallVector<StringRef> reasons;
    std::string text = llvm::toString(asked.takeError());
    StringRef(text).split(reasons, '\n', -1, /*KeepEmpty=*/false);
    for (StringRef reason : reasons)
      emitError(UnknownLoc::get(context)) << reason;
    return failure();
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module->hasAttr(kPrequantizedAttrName))
      return;
    RuleMatcher rules(*recipe);
    // Every node counts, also one that could not be quantized anyway.
    if (failed(rules.verifyAllMatch(module)))
      return signalPassFailure();
    for (auto function : module.getOps<func::FuncOp>())
      if (failed(announce ? announceTo(function, rules) : assign(function, rules)))
        signalPassFailure();
  }

private:
  llvm::Expected<Recipe> readOptions() const {
    if (!recipeFile.empty())
      return readRecipe(recipeFile, RecipeVocabulary());
    Preset preset;
    preset.scheme = scheme;
    preset.activationMode = activationMode;
    preset.activationType = activations;
    preset.activationScheme = symmetric ? "symmetric" : "";
    preset.weightGranularity = perTensor ? "tensor" : "";
    preset.weightScheme = weightScheme;
    preset.groupSize = groupSize;
    preset.exclude.assign(exclude.begin(), exclude.end());
    return makeRecipe(preset);
  }

  LogicalResult decide(onnx::QuantizableOpInterface op, const RuleMatcher &rules) {
    const RecipeRule *rule = rules.match(op);
    PrecisionSettings settings = rule ? rule->settings : recipe->settings;
    if (op->hasAttr(kRowScalesAttrName) && op.getWeightOperand()) {
      if (std::string reason = refuseRows(op, settings); !reason.empty())
        return op->emitOpError() << "cannot have " << kRowScalesAttrName << ": " << reason;
      settings.activations.mode = ActivationMode::Dynamic;
    }
    op->setAttr(kPrecisionAttrName, makePrecision(op, settings, rule ? "rule " : "uniform "));
    return success();
  }

  LogicalResult announceTo(func::FuncOp function, const RuleMatcher &rules) {
    const PrecisionSettings &settings = recipe->settings;
    function->setAttr(kPrecisionAttrName,
                      PrecisionAttr::get(&getContext(), makeWeights(&getContext(), settings.weights),
                                         makeActivations(&getContext(), settings.activations),
                                         StringAttr::get(&getContext(), settings.name())));
    bool areDecided = true;
    function.walk([&](onnx::QuantizableOpInterface op) {
      if (const RecipeRule *rule = rules.match(op); rule && !rule->isFloat && op.getWeightOperand())
        areDecided &= succeeded(decide(op, rules));
    });
    return success(areDecided);
  }

  /// Why an op must not compute on static codes, whatever its operands are; empty if it may.
  std::string refuse(Operation *op, const RuleMatcher &rules) const {
    if (auto reason = op->getAttrOfType<StringAttr>(kFloatReasonAttrName))
      return reason.str(); // decided before
    const RecipeRule *rule = rules.match(op);
    if (rule && rule->isFloat)
      return "is excluded by " + (rule->line ? rule->description() : "'" + rule->name + "'");
    const PrecisionSettings *settings = rules.settingsFor(op);
    if (settings->isWeightOnly())
      return "has activations that stay float, as its precision asks";
    if (settings->isDynamic())
      return "has activations that are no static codes, as its precision asks";
    // Codes before it have one scale for all channels, and so have lost what the factors are for.
    if (!integerTail && isa<onnx::MulOp>(op) && op->hasAttr(kTransformedByAttrName) &&
        llvm::any_of(op->getOperands(), onnx::getConstant))
      return "evens channels out before they share a scale, as a method asks";
    return {};
  }

  LogicalResult assign(func::FuncOp function, const RuleMatcher &rules) {
    bool areDecided = true;
    bool hasIntegers =
        recipe->anySettings([](const PrecisionSettings &asked) { return !asked.isWeightOnly(); });
    if (hasIntegers) {
      IntegerRegion region(function, integerTail, [&](Operation *op) { return refuse(op, rules); });
      for (auto [op, form] : region.getMembers())
        areDecided &= succeeded(decide(cast<onnx::QuantizableOpInterface>(op), rules));
      for (auto &[op, reason] : region.getOthers())
        op->setAttr(kFloatReasonAttrName, StringAttr::get(&getContext(), reason));
    }
    function.walk([&](onnx::QuantizableOpInterface op) {
      const PrecisionSettings *settings = rules.settingsFor(op);
      if (!settings || (!settings->isWeightOnly() && !settings->isDynamic()))
        return;
      std::string reason = settings->isDynamic() ? refuseRows(op, *settings) : "";
      if (!reason.empty())
        op->setAttr(kFloatReasonAttrName, StringAttr::get(&getContext(), reason));
      if (!reason.empty() || !hasConstantMatrix(op))
        return;
      op->removeAttr(kFloatReasonAttrName);
      areDecided &= succeeded(decide(op, rules));
    });
    return success(areDecided);
  }

  std::optional<Recipe> recipe;
};
} // namespace

std::unique_ptr<Pass> createAssignPrecision(Recipe recipe, bool integerTail) {
  return std::make_unique<AssignPrecisionPass>(std::move(recipe), integerTail, /*announces=*/false);
}

std::unique_ptr<Pass> createAnnouncePrecision(Recipe recipe) {
  return std::make_unique<AssignPrecisionPass>(std::move(recipe), /*wantsIntegerTail=*/false,
                                               /*announces=*/true);
}

} // namespace quern
