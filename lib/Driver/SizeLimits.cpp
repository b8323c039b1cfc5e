// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/SizeLimits.h"

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

LogicalResult checkCompiledSize(ModuleOp prepared) {
  size_t operators = 0;
  bool accepted = true;
  prepared->walk([&](Operation *op) {
    accepted &= succeeded(checkTensors(op));
    if (op->hasTrait<OpTrait::ConstantLike>() || ++operators != compiledOperatorsLimit + 1)
      return;
    op->emitError()
        << "the graph has more operators than the " << compiledOperatorsLimit
        << " that are compiled or calibrated at most (--emit=onnx without --quantize has no such limit)";
    accepted = false;
  });
  return success(accepted);
}

} // namespace quern
