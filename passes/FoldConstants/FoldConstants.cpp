// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/FoldConstants/FoldConstants.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/ONNXNames.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_FOLDCONSTANTS
#include "passes/FoldConstants/FoldConstants.h.inc"

/// Bytes of a tensor; 0 if unknown.
static int64_t bytesOf(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return 0;
  return tensor.getNumElements() * onnx::bytesPerElement(tensor.getElementType()).value_or(0);
}

/// Constant operands, null for those that are absent; nothing if one is computed at run time.
static std::optional<SmallVector<Attribute>> constantOperands(Operation *op) {
  SmallVector<Attribute> constants;
  for (Value operand : op->getOperands()) {
    ElementsAttr constant = onnx::getConstant(operand);
    if (!constant && !isa<NoneType>(operand.getType()))
      return std::nullopt;
    constants.push_back(constant);
  }
  return constants;
}

namespace {
struct FoldConstants : impl::FoldConstantsBase<FoldConstants> {
  using FoldConstantsBase::FoldConstantsBase;

  bool isWorthStoring(Operation *op) const {
    int64_t operands = 0;
    for (Type type : op->getOperandTypes())
      operands += bytesOf(type);
    return bytesOf(op->getResult(0).getType()) <= std::max<int64_t>(maxBytes, operands);
  }

  void evaluate(onnx::ConstantEvaluationOpInterface op) const {
    std::optional<SmallVector<Attribute>> operands = constantOperands(op);
    if (!operands || !isWorthStoring(op))
      return;
    ElementsAttr value = op.evaluate(*operands);
    if (!value || value.getType() != op->getResult(0).getType())
      return;
    OpBuilder builder(op);
    auto constant = onnx::ConstantOp::create(builder, op->getLoc(), value.getType(), value);
    onnx::copyValueNames(op, constant);
    op->replaceAllUsesWith(constant);
    op->erase();
  }

  void runOnOperation() override {
    SmallVector<onnx::ConstantEvaluationOpInterface> ops;
    getOperation().walk([&](onnx::ConstantEvaluationOpInterface op) { ops.push_back(op); });
    for (onnx::ConstantEvaluationOpInterface op : ops)
      evaluate(op);
  }
};
} // namespace

} // namespace quern
