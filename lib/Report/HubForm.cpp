// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/HubForm.h"

#include "dialects/ONNX/IR/Generator.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "lib/Pipelines/Assignment/WeightVariants.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace quern {

Value beforeQuantizer(Value operand) {
  if (auto rows = operand.getDefiningOp<DequantizeRowsOp>())
    if (auto quantize = rows.getCodes().getDefiningOp<DynamicQuantizeOp>())
      return quantize.getInput();
  if (auto dequantize = operand.getDefiningOp<DequantizeOp>())
    if (auto quantize = dequantize.getInput().getDefiningOp<QuantizeOp>())
      return quantize.getInput();
  return operand;
}

OwningOpRef<ModuleOp> copyForFloat(ModuleOp hub, IRMapping &toCopy) {
  OwningOpRef<ModuleOp> copy = cast<ModuleOp>(hub->clone(toCopy));
  hub.lookupSymbol<func::FuncOp>("main").walk([&](DequantizeOp codes) {
    ElementsAttr reals = readWeightAsReals(codes.getResult());
    if (!reals)
      return;
    Operation *copied = toCopy.lookup(codes.getOperation());
    OpBuilder builder(copied);
    Value constant = onnx::ConstantOp::create(builder, copied->getLoc(), reals.getType(), reals);
    copied->getResult(0).replaceAllUsesWith(constant);
    toCopy.map(codes.getResult(), constant);
    copied->erase();
  });
  return copy;
}

} // namespace quern
