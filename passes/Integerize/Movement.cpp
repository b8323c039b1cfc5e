// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Integerize/Movement.h"

#include "dialects/ONNX/IR/Tensor.h"
#include "dialects/Quern/IR/QuernOps.h"

using namespace mlir;

namespace quern {

/// True if every element of the constant `real` is the real value of a code.
static bool holdsCodes(Value real, const Quantizer &quantizer) {
  auto reals = readReals(real);
  return reals && llvm::all_of(*reals, [&](float value) { return quantizer.roundTrip(value) == value; });
}

FailureOr<MovementPlan> planQuantizedMovement(Operation *op, quant::UniformQuantizedType type,
                                              Refusal &refusal) {
  auto movement = dyn_cast<onnx::DataMovementOpInterface>(op);
  if (!movement || movement.getMovedOperands().empty())
    return refuse(refusal, "expected an op that moves elements without computing", "");
  MovementPlan plan{type, movement.getMovedOperands()};
  for (unsigned number : plan.moved)
    if (auto tensor = dyn_cast<TensorType>(op->getOperand(number).getType());
        !tensor || !tensor.getElementType().isF32())
      return refuse(refusal, "expected tensors of f32", "");
  if (movement.insertsZeros() && type.getZeroPoint() != 0 && !isa<onnx::PadOp>(op))
    return refuse(refusal, "expected a zero point of 0, because the op inserts zeros",
                  "quantize the operand symmetrically, or as u8 without negative values");
  return plan;
}

FailureOr<MovementPlan> planMovement(Operation *op, Refusal &refusal) {
  auto movement = dyn_cast<onnx::DataMovementOpInterface>(op);
  if (!movement || movement.getMovedOperands().empty())
    return refuse(refusal, "expected an op that moves elements without computing", "");
  std::optional<TensorCodes> first;
  for (unsigned number : movement.getMovedOperands()) {
    Value operand = op->getOperand(number);
    if (isConstantTensor(operand))
      continue;
    FailureOr<TensorCodes> codes = getTensorCodes(operand, refusal);
    if (failed(codes))
      return failure();
    if (first && first->type != codes->type)
      return refuse(refusal, "expected operands of one scale and zero point", "quantize the result, too");
    first = *codes;
  }
  if (!first)
    return refuse(refusal, "expected an operand of codes, not constants only", "fold the constants");
  for (unsigned number : movement.getMovedOperands())
    if (isConstantTensor(op->getOperand(number)) && !holdsCodes(op->getOperand(number), first->quantizer()))
      return refuse(refusal,
                    "expected constants that codes of the other operands stand for exactly; operand " +
                        Twine(number) + " holds others",
                    "quantize the result, too");
  return planQuantizedMovement(op, first->type, refusal);
}

} // namespace quern
