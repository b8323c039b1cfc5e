// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernDialect.h"

#include "dialects/Quern/IR/QuernAttributes.h"
#include "dialects/Quern/IR/QuernOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include "dialects/Quern/IR/QuernDialect.cpp.inc"

using namespace mlir;

namespace quern {

void QuernDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Quern/IR/QuernOps.cpp.inc"
      >();
}

/// Passes look at the rows of the first operand without asking again what the op is.
static LogicalResult verifyRowScales(Operation *op, Attribute value) {
  if (!isa<UnitAttr>(value))
    return op->emitOpError() << "expected " << kRowScalesAttrName << " without a value";
  StringRef name = op->getName().getStringRef(); // the dialect of ONNX stands above this one
  auto rows = op->getNumOperands() > 0 ? dyn_cast<RankedTensorType>(op->getOperand(0).getType()) : nullptr;
  if ((name != "onnx.MatMul" && name != "onnx.Gemm") || !rows || rows.getRank() == 0)
    return op->emitOpError() << "cannot have " << kRowScalesAttrName
                             << ": expected onnx.MatMul or onnx.Gemm whose first operand has rows";
  return success();
}

LogicalResult QuernDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  if (attribute.getName() == kRowScalesAttrName)
    return verifyRowScales(op, attribute.getValue());
  return success();
}

} // namespace quern
