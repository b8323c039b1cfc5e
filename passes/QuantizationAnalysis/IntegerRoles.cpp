// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/QuantizationAnalysis/IntegerRoles.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/Quern/IR/QuernAttributes.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using quern::onnx::IntegerForm;

namespace quern {

bool isConstant(Value value) { return onnx::ConstantView::of(value).has_value(); }

SmallVector<OpOperand *> activationsOf(Operation *op) {
  SmallVector<unsigned> numbers;
  auto movement = dyn_cast<onnx::DataMovementOpInterface>(op);
  if (movement)
    numbers = movement.getMovedOperands();
  else if (auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op))
    numbers = quantizable.getActivationOperands();
  SmallVector<OpOperand *> operands;
  for (unsigned number : numbers)
    operands.push_back(&op->getOpOperand(number));
  return operands;
}

SmallVector<OpOperand *> staticActivationsOf(Operation *op) {
  SmallVector<OpOperand *> operands = activationsOf(op);
  if (op->hasAttr(kRowScalesAttrName))
    operands.erase(operands.begin());
  return operands;
}

static bool isRankedF32(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32();
}

/// Why the operands rule the integer form out; empty if they do not.
static std::string findObstacle(onnx::QuantizableOpInterface op, IntegerForm form) {
  SmallVector<OpOperand *> activations = activationsOf(op);
  if (activations.empty())
    return "has no activations";
  for (OpOperand *activation : activations)
    if (!isRankedF32(activation->get()))
      return "is not of ranked float32 tensors";
  for (OpOperand &operand : op->getOpOperands()) {
    bool isParameter = !llvm::is_contained(activations, &operand) && !isa<NoneType>(operand.get().getType());
    if (isParameter && !isConstant(operand.get()))
      return "has parameters, weights or a bias that are not constant";
  }
  if (llvm::all_of(activations, [](OpOperand *activation) { return isConstant(activation->get()); }))
    return "has constant operands only";
  for (Value result : op->getResults().drop_front())
    if (form != IntegerForm::Movement && !result.use_empty())
      return "has more than one result in use";
  return {};
}

IntegerRole findIntegerRole(Operation *op) {
  auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
  if (!quantizable)
    return {IntegerForm::None, "has no integer form"};
  IntegerForm form = quantizable.getIntegerForm();
  if (form == IntegerForm::None)
    return {form, isa<onnx::DataMovementOpInterface>(op) ? "has no integer form with its attributes"
                                                         : "has no integer form"};
  // Of the contractions, only MatMul's second operand may vary: the others pack or rescale it ahead of time.
  SmallVector<OpOperand *> activations = activationsOf(op);
  if (form == IntegerForm::Contraction && activations.size() > 1 && !quantizable.getWeightOperand() &&
      op->getNumOperands() > 2)
    return {IntegerForm::None, "has weights that are not constant"};
  if (std::string obstacle = findObstacle(quantizable, form); !obstacle.empty())
    return {IntegerForm::None, obstacle};
  return {form, {}};
}

bool isAbsorbedClamp(Operation *op) {
  auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
  if (!quantizable || quantizable.getIntegerForm() != IntegerForm::Clamp || !op->getOperand(0).hasOneUse())
    return false;
  auto producer = op->getOperand(0).getDefiningOp<onnx::QuantizableOpInterface>();
  if (!producer)
    return false;
  IntegerForm form = producer.getIntegerForm();
  return form == IntegerForm::Contraction || form == IntegerForm::Sum || form == IntegerForm::Product ||
         form == IntegerForm::Mean;
}

} // namespace quern
