// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertQuernToLinalg/CodeArithmetic.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"

using namespace mlir;

namespace quern::structure {

bool holdsUnsignedCodes(Type tensor) {
  Type element = cast<TensorType>(tensor).getElementType();
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    return !quantized.isSigned();
  return element.isUnsignedInteger();
}

Value widenCode(ImplicitLocOpBuilder &b, Value code, bool isUnsigned) {
  if (code.getType().isInteger(32))
    return code;
  if (isUnsigned)
    return arith::ExtUIOp::create(b, b.getI32Type(), code);
  return arith::ExtSIOp::create(b, b.getI32Type(), code);
}

Value codeDistance(ImplicitLocOpBuilder &b, Value code, bool isUnsigned, int64_t zeroPoint) {
  Value wide = widenCode(b, code, isUnsigned);
  if (zeroPoint == 0)
    return wide;
  return arith::SubIOp::create(b, wide, scalarInteger(b, b.getI32Type(), zeroPoint));
}

Value toFloat(ImplicitLocOpBuilder &b, Value integer) {
  return arith::SIToFPOp::create(b, b.getF32Type(), integer);
}

Value clampFloat(ImplicitLocOpBuilder &b, Value value, int64_t lowest, int64_t highest, NaNs nans) {
  Value low = scalar(b, b.getF32Type(), lowest), high = scalar(b, b.getF32Type(), highest);
  if (nans == NaNs::Impossible)
    return arith::MinimumFOp::create(b, arith::MaximumFOp::create(b, value, low), high);
  // An ordered comparison is false for NaN; this is also the one instruction that processors have for it.
  Value above = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, value, low);
  Value raised = arith::SelectOp::create(b, above, value, low);
  return arith::MinimumFOp::create(b, raised, high);
}

Value roundToCode(ImplicitLocOpBuilder &b, Value value, const CodeRounding &rounding, Type storage,
                  NaNs nans) {
  Value clamped =
      clampFloat(b, value, rounding.lowest - rounding.zeroPoint, rounding.highest - rounding.zeroPoint, nans);
  Value rounded = math::RoundEvenOp::create(b, clamped);
  Value code = arith::FPToSIOp::create(b, b.getI32Type(), rounded);
  if (rounding.zeroPoint != 0)
    code = arith::AddIOp::create(b, code, scalarInteger(b, b.getI32Type(), rounding.zeroPoint));
  if (storage.getIntOrFloatBitWidth() < 32)
    code = arith::TruncIOp::create(b, storage, code);
  return code;
}

Value mapElements(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Type element, ArrayRef<Operand> operands,
                  OneScalarBody body) {
  Operand output{empty(b, shape, element), b.getMultiDimIdentityMap(shape.size())};
  SmallVector<utils::IteratorType> iterators(shape.size(), utils::IteratorType::parallel);
  return generic(b, operands, output, iterators, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
    return SmallVector<Value>{body(inner, arguments.drop_back())};
  })[0];
}

Operand identityOperand(ImplicitLocOpBuilder &b, Value value) {
  return {value, b.getMultiDimIdentityMap(tensorType(value).getRank())};
}

} // namespace quern::structure
