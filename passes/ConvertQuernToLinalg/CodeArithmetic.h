// The scalar steps that the arithmetic on codes is made of, as operations of arith and math.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/ConvertONNXToLinalg/StructureBuilders.h"

namespace quern::structure {

/// The last step of every operation that yields codes: rhe(clamp(v, lowest - zeroPoint, highest - zeroPoint))
/// + zeroPoint.
struct CodeRounding {
  int64_t zeroPoint;
  int64_t lowest;
  int64_t highest;
};

/// What is known of a float before it is rounded to a code.
enum class NaNs { Impossible, BecomeLowest };

/// True if `tensor` (before conversion) holds unsigned codes: ui8 or a quantized type of unsigned storage.
bool holdsUnsignedCodes(mlir::Type tensor);

/// `code` as i32.
Value widenCode(ImplicitLocOpBuilder &b, Value code, bool isUnsigned);
/// `code - zeroPoint` as i32.
Value codeDistance(ImplicitLocOpBuilder &b, Value code, bool isUnsigned, int64_t zeroPoint);
/// `integer` rounded to f32.
Value toFloat(ImplicitLocOpBuilder &b, Value integer);
/// clamp(value, lowest, highest) for bounds that f32 holds exactly.
Value clampFloat(ImplicitLocOpBuilder &b, Value value, int64_t lowest, int64_t highest, NaNs nans);
/// The code of type `storage` that `value`, in units of the result's scale, rounds to.
Value roundToCode(ImplicitLocOpBuilder &b, Value value, const CodeRounding &rounding, Type storage,
                  NaNs nans);

/// result[i] = body(operands[i]...), each operand read through its own map.
Value mapElements(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Type element, ArrayRef<Operand> operands,
                  OneScalarBody body);
/// Reads `value` of the iteration space's own shape.
Operand identityOperand(ImplicitLocOpBuilder &b, Value value);

} // namespace quern::structure
