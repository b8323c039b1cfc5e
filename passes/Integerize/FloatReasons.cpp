// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Integerize/FloatReasons.h"

#include "passes/Integerize/Arithmetic.h"
#include "passes/Integerize/CodeFunction.h"
#include "passes/Integerize/Contraction.h"
#include "passes/Integerize/GroupedProduct.h"
#include "passes/Integerize/Means.h"
#include "passes/Integerize/Softmax.h"

#include "dialects/ONNX/IR/ONNXDialect.h"

using namespace mlir;

namespace quern {

bool computesOnFloats(Operation *op) {
  if (!isa_and_present<onnx::ONNXDialect>(op->getDialect()) || op->hasTrait<OpTrait::ConstantLike>() ||
      op->hasTrait<OpTrait::IsTerminator>() || op->getNumRegions() != 0)
    return false;
  if (auto movement = dyn_cast<onnx::DataMovementOpInterface>(op);
      movement && !movement.getMovedOperands().empty())
    return false;
  return llvm::any_of(op->getResultTypes(), [](Type type) {
    auto tensor = dyn_cast<TensorType>(type);
    return tensor && isa<FloatType>(tensor.getElementType());
  });
}

/// The refusal of the analysis for the op's integer form; empty if it had nothing against the op.
static Refusal explainForm(Operation *op, onnx::IntegerForm form) {
  Refusal refusal;
  switch (form) {
  case onnx::IntegerForm::Contraction:
    if (hasGroupedWeight(op))
      (void)planGroupedProduct(op, refusal);
    else
      (void)planContraction(op, refusal);
    break;
  case onnx::IntegerForm::Sum:
  case onnx::IntegerForm::Product:
    (void)planBinary(op, refusal);
    break;
  case onnx::IntegerForm::Mean:
    (void)planMean(op, refusal);
    break;
  case onnx::IntegerForm::Softmax:
    (void)planSoftmax(op, refusal);
    break;
  case onnx::IntegerForm::Table:
  case onnx::IntegerForm::Clamp:
    (void)planFunction(op->getResult(0), refusal);
    break;
  case onnx::IntegerForm::Movement:
  case onnx::IntegerForm::None:
    if (op->getNumOperands() == 1 && findRealFunction(std::string_view(op->getName().stripDialect()))) {
      (void)planFunction(op->getResult(0), refusal);
      break;
    }
    refusal = {"has no integer form", "replace the operator, or accept its float arithmetic"};
    break;
  }
  return refusal;
}

/// What helps an op that an earlier stage kept float.
static std::string suggestRemedy(Operation *op, StringRef reason) {
  if (reason.contains("excluded"))
    return "drop the exclusion";
  for (Value operand : op->getOperands())
    if (Operation *source = operand.getDefiningOp(); source && computesOnFloats(source))
      return "let " + describeSource(operand) + " compute on integers first";
  if (llvm::all_of(op->getUsers(), [](Operation *user) { return user->hasTrait<OpTrait::IsTerminator>(); }))
    return "keep integers up to the outputs";
  return "replace the operator, or accept its float arithmetic";
}

Refusal explainFloat(Operation *op) {
  if (auto reason = op->getAttrOfType<StringAttr>(kFloatReasonAttrName)) {
    auto remedy = op->getAttrOfType<StringAttr>(kFloatRemedyAttrName);
    return {reason.str(), remedy ? remedy.str() : suggestRemedy(op, reason)};
  }
  auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
  Refusal refusal = explainForm(op, quantizable ? quantizable.getIntegerForm() : onnx::IntegerForm::None);
  if (refusal.reason.empty())
    refusal = {"expected a quantization of its result to 8 bits per tensor", "quantize what the node gives"};
  return refusal;
}

} // namespace quern
