// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Integerize/FloatReasons.h"

#include "passes/Integerize/Arithmetic.h"
#include "passes/Integerize/CodeFunction.h"
#include "passes/Integerize/Contraction.h"
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
    refusal = {"no integer form is known for " + op->getName().stripDialect().str(),
               "replace the operator, or accept its float arithmetic"};
    break;
  }
  return refusal;
}

Refusal explainFloat(Operation *op) {
  auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
  Refusal refusal = explainForm(op, quantizable ? quantizable.getIntegerForm() : onnx::IntegerForm::None);
  if (refusal.reason.empty())
    refusal = {"expected a quantization of its result to 8 bits per tensor", "quantize what the node gives"};
  return refusal;
}

} // namespace quern
