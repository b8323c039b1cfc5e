// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/Verifiers.h"

#include "dialects/Quern/IR/QuernStorage.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace quern {

LogicalResult verifySameShape(Operation *op, TensorType a, TensorType b) {
  if (a.hasRank() != b.hasRank() || (a.hasRank() && a.getShape() != b.getShape()))
    return op->emitOpError() << "expected operand and result of one shape, got " << a << " and " << b;
  return success();
}

LogicalResult verifyPerTensorOrAxis(Operation *op, TensorType type, StringRef what, ArrayRef<float> values,
                                    std::optional<int64_t> axis) {
  int64_t count = values.size();
  if (!axis && count != 1) // C1
    return op->emitOpError() << "expected one value in '" << what << "' where there is no axis, got "
                             << count;
  if (axis) {
    auto ranked = dyn_cast<RankedTensorType>(type);
    if (!ranked || *axis < 0 || *axis >= ranked.getRank()) // C1
      return op->emitOpError() << "expected an axis within the rank of " << type << ", got " << *axis;
    if (!ranked.isDynamicDim(*axis) && ranked.getDimSize(*axis) != count) // C1
      return op->emitOpError() << "expected " << ranked.getDimSize(*axis) << " values in '" << what
                               << "', got " << count;
  }
  if (!llvm::all_of(values, isPositiveFinite)) // C2
    return op->emitOpError() << "expected finite and positive '" << what << "'";
  return success();
}

LogicalResult verifyMultiplier(Operation *op, const llvm::APFloat &multiplier) {
  if (isPositiveFinite(multiplier.convertToFloat()))
    return success();
  return op->emitOpError("expected a finite and positive multiplier");
}

LogicalResult verifyOperandZeroPoint(Operation *op, Type operand, int64_t zeroPoint) {
  auto type = cast<IntegerType>(getElementTypeOrSelf(operand));
  if (integerRange(type).contains(zeroPoint))
    return success();
  return op->emitOpError() << "expected an operand's zero point within " << type << ", got " << zeroPoint;
}

} // namespace quern
