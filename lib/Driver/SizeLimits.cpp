// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/SizeLimits.h"

#include "dialects/ONNX/IR/ONNXDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace quern {

/// True if a tensor of this type takes more bytes than the limit; sizes are multiplied without overflow.
static bool isTooLarge(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() || !tensor.getElementType().isIntOrFloat())
    return false;
  int64_t room = compiledTensorLimit * 8 / tensor.getElementTypeBitWidth();
  if (llvm::is_contained(tensor.getShape(), 0))
    return false;
  for (int64_t extent : tensor.getShape())
    room /= extent;
  return room == 0;
}

static LogicalResult checkTensors(Operation *op) {
  for (Type type : op->getResultTypes())
    if (isTooLarge(type))
      return op->emitError() << "a value of type " << type << " is larger than the "
                             << (compiledTensorLimit >> 30)
                             << " GiB that a tensor of a compiled model may take";
  return success();
}

static bool isContraction(Operation *op) {
  auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
  return quantizable && quantizable.getIntegerForm() == onnx::IntegerForm::Contraction;
}

/// See compiledWorkLimit.
static size_t workOf(Operation *op) {
  if (op->hasTrait<OpTrait::ConstantLike>() || op->hasTrait<OpTrait::IsTerminator>())
    return 0;
  size_t results = std::max(op->getNumResults(), 1u), operands = std::max(op->getNumOperands(), 4u);
  return (isContraction(op) ? contractionWork : 1) + (results - 1) + (operands - 4);
}

static constexpr StringLiteral kNoSuchLimit(" (--emit=onnx without --quantize has no such limit)");

static LogicalResult checkOperands(Operation *op) {
  if (op->getNumOperands() <= compiledOperandsLimit || op->hasTrait<OpTrait::IsTerminator>())
    return success();
  return op->emitError() << "an operator of " << op->getNumOperands() << " operands; at most "
                         << compiledOperandsLimit << " are compiled or calibrated" << kNoSuchLimit;
}

static LogicalResult checkSignature(func::FuncOp function) {
  size_t size = function.getNumArguments() + function.getNumResults();
  if (size <= compiledSignatureLimit)
    return success();
  return function.emitError() << "the model has " << size << " inputs and outputs; at most "
                              << compiledSignatureLimit << " are compiled or calibrated" << kNoSuchLimit;
}

LogicalResult checkCompiledSize(ModuleOp prepared) {
  size_t work = 0;
  bool accepted = true;
  for (auto function : prepared.getOps<func::FuncOp>())
    accepted &= succeeded(checkSignature(function));
  prepared->walk([&](Operation *op) {
    accepted &= succeeded(checkTensors(op));
    if (isa<ModuleOp, func::FuncOp>(op))
      return;
    accepted &= succeeded(checkOperands(op));
    bool wasWithin = work <= compiledWorkLimit;
    work += workOf(op);
    if (!wasWithin || work <= compiledWorkLimit)
      return;
    op->emitError() << "with this node the graph has more operators than the " << compiledWorkLimit
                    << " that are compiled or calibrated at most, where a contraction counts as "
                    << contractionWork << kNoSuchLimit;
    accepted = false;
  });
  return success(accepted);
}

} // namespace quern
