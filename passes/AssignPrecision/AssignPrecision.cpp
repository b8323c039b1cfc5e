// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/AssignPrecision/AssignPrecision.h"

#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "dialects/Quern/IR/QuernDialect.h"
#include "passes/AssignPrecision/IntegerRegion.h"
#include "passes/AssignPrecision/SchemeName.h"

#include "llvm/Support/Regex.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_ASSIGNPRECISION
#include "passes/AssignPrecision/AssignPrecision.h.inc"

/// Regular expressions over node names, each of which has to match something.
class Exclusions {
public:
  explicit Exclusions(ArrayRef<std::string> texts) : texts(texts), used(texts.size(), false) {
    for (const std::string &text : texts)
      expressions.emplace_back(text);
  }

  LogicalResult verify(Location loc) const {
    bool valid = true;
    for (auto [text, expression] : llvm::zip(texts, expressions))
      if (std::string problem; !expression.isValid(problem)) {
        emitError(loc) << "exclude: '" << text << "' is not a regular expression: " << problem;
        valid = false;
      }
    return success(valid);
  }

  /// The first expression that matches; empty if none does.
  StringRef match(StringRef name) {
    StringRef first;
    for (auto [i, expression] : llvm::enumerate(expressions)) {
      if (!expression.match(name))
        continue;
      used[i] = true;
      if (first.empty())
        first = texts[i];
    }
    return first;
  }

  LogicalResult verifyAllUsed(Location loc) const {
    bool valid = true;
    for (auto [text, isUsed] : llvm::zip(texts, used))
      if (!isUsed) {
        emitError(loc) << "exclude: '" << text << "' matches the name of no node";
        valid = false;
      }
    return success(valid);
  }

private:
  ArrayRef<std::string> texts;
  SmallVector<bool> used;
  std::vector<llvm::Regex> expressions;
};

/// A product of an activation with a constant matrix: what has a form with weights in groups, or with codes
/// for weights only.
static bool hasConstantMatrix(onnx::QuantizableOpInterface op) {
  if (!isa<onnx::MatMulOp, onnx::GemmOp>(op) || !findIntegerRole(op) || !op.getWeightOperand())
    return false;
  auto weight = dyn_cast<RankedTensorType>(op->getOperand(*op.getWeightOperand()).getType());
  return *op.getWeightOperand() == 1 && weight && weight.getRank() == 2;
}

namespace {
/// What the options say an op's operands become.
struct Decision {
  QuantizerAttr weights, activations;
  StringAttr provenance;

  bool isWeightOnly() const { return !activations; }

  PrecisionAttr forOp(Operation *op) const {
    auto quantizable = cast<onnx::QuantizableOpInterface>(op);
    MLIRContext *context = op->getContext();
    if (!quantizable.getWeightOperand())
      return PrecisionAttr::get(context, {}, activations, provenance);
    bool groups = weights.getGranularity().getKind() == GranularityKind::Group;
    auto gemm = dyn_cast<onnx::GemmOp>(op);
    bool transposesCodes = activations && gemm && gemm.getTransA() != 0;
    if (!groups || (hasConstantMatrix(quantizable) && !transposesCodes))
      return PrecisionAttr::get(context, weights, activations, provenance);
    auto perChannel =
        QuantizerAttr::get(context, weights.getFormat(),
                           GranularityAttr::get(context, GranularityKind::Channel, 0), weights.getScheme());
    return PrecisionAttr::get(
        context, perChannel, activations,
        StringAttr::get(context, provenance.getValue() + ", per channel: only matrix products have groups"));
  }
};

struct AssignPrecisionPass : impl::AssignPrecisionBase<AssignPrecisionPass> {
  using AssignPrecisionBase::AssignPrecisionBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module->hasAttr(kPrequantizedAttrName))
      return;
    FailureOr<Decision> decision = readOptions();
    if (announce && succeeded(decision)) {
      for (auto function : module.getOps<func::FuncOp>())
        function->setAttr(kPrecisionAttrName,
                          PrecisionAttr::get(&getContext(), decision->weights, decision->activations,
                                             decision->provenance));
      return;
    }
    Exclusions exclusions(exclude);
    if (failed(decision) || failed(exclusions.verify(module.getLoc())))
      return signalPassFailure();
    // Every name counts, also of ops that could not be quantized anyway.
    module.walk([&](Operation *op) { exclusions.match(onnx::getNodeName(op)); });
    if (failed(exclusions.verifyAllUsed(module.getLoc())))
      return signalPassFailure();
    for (auto function : module.getOps<func::FuncOp>())
      assign(function, *decision, exclusions);
  }

private:
  FailureOr<Decision> readOptions() {
    MLIRContext *context = &getContext();
    llvm::Expected<SchemeName> name = parseSchemeName(scheme);
    if (!name)
      return emitError(getOperation().getLoc()) << llvm::toString(name.takeError()), failure();
    if (!activations.empty() && activations != "u8" && activations != "s8")
      return emitError(getOperation().getLoc())
                 << "activations: '" << activations << "' is neither u8 nor s8",
             failure();
    FailureOr<QuantizerAttr> weights = readWeights(*name);
    if (failed(weights))
      return failure();
    auto provenance = StringAttr::get(context, "uniform " + name->str());
    if (name->isWeightOnly())
      return Decision{*weights, {}, provenance};
    bool isSigned = name->signedActivations.value_or(false);
    if (!activations.empty())
      isSigned = activations == "s8";
    return Decision{*weights,
                    QuantizerAttr::get(context, FormatAttr::get(context, name->activationBits, isSigned),
                                       GranularityAttr::get(context, GranularityKind::Tensor, 0),
                                       symmetric ? Scheme::Symmetric : Scheme::Asymmetric),
                    provenance};
  }

  FailureOr<QuantizerAttr> readWeights(const SchemeName &name) {
    MLIRContext *context = &getContext();
    if (!weightScheme.empty() && weightScheme != "symmetric" && weightScheme != "asymmetric")
      return emitError(getOperation().getLoc())
                 << "weight-scheme: '" << weightScheme << "' is neither symmetric nor asymmetric",
             failure();
    if (groupSize > 0 && perTensor)
      return emitError(getOperation().getLoc()) << "weights have one scale per tensor or one per group of "
                                                << int64_t(groupSize) << ", not both",
             failure();
    // Few codes are worth a zero point; 8 bits do well without.
    bool symmetricWeights = weightScheme.empty() ? name.weightBits == 8 : weightScheme == "symmetric";
    GranularityKind kind = groupSize > 0 ? GranularityKind::Group
                           : perTensor   ? GranularityKind::Tensor
                                         : GranularityKind::Channel;
    return QuantizerAttr::get(context, FormatAttr::get(context, name.weightBits, symmetricWeights),
                              GranularityAttr::get(context, kind, groupSize > 0 ? groupSize : 0),
                              symmetricWeights ? Scheme::Symmetric : Scheme::Asymmetric);
  }

  void assignWeightOnly(func::FuncOp function, const Decision &decision, Exclusions &exclusions) {
    function.walk([&](onnx::QuantizableOpInterface op) {
      if (hasConstantMatrix(op) && exclusions.match(onnx::getNodeName(op)).empty())
        op->setAttr(kPrecisionAttrName, decision.forOp(op));
    });
  }

  void assign(func::FuncOp function, const Decision &decision, Exclusions &exclusions) {
    if (decision.isWeightOnly())
      return assignWeightOnly(function, decision, exclusions);
    IntegerRegion region(function, integerTail, [&](Operation *op) -> std::string {
      StringRef expression = exclusions.match(onnx::getNodeName(op));
      return expression.empty() ? "" : ("is excluded by '" + expression + "'").str();
    });
    for (auto [op, form] : region.getMembers())
      op->setAttr(kPrecisionAttrName, decision.forOp(op));
    for (auto &[op, reason] : region.getOthers())
      op->setAttr(kFloatReasonAttrName, StringAttr::get(&getContext(), reason));
  }
};
} // namespace

} // namespace quern
