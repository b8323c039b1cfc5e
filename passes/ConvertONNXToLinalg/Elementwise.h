// The form of ops that compute each element of the result from one element of each operand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/ConvertONNXToLinalg/Lowering.h"
#include "passes/ConvertONNXToLinalg/Scalars.h"

namespace quern::structure {

/// The element types that a formula is good for.
enum class Elements {
  Numbers,      ///< floats and integers
  Floats,       ///< any float
  SingleFloats, ///< floats of at most 32 bits: functions that are approximated to that precision
  Integers,
};

/// True if `type` is among `accepted`.
bool accepts(Elements accepted, Type type);
/// In words, for messages.
llvm::StringRef describe(Elements accepted);

/// A formula on scalars. Halves arrive as f32, and an f32 result is rounded to the half that the op yields.
using Formula = llvm::function_ref<Value(Scalars &, ValueRange)>;

/// result = formula(operands...), with ONNX's broadcasting. The elements of operand 0 must be `accepted`, and
/// decide between signed and unsigned arithmetic.
FailureOr<Value> lowerElementwise(Emitter &b, ValueRange operands, Elements accepted, Formula formula);

/// Adds the elementwise lowering of `Op`.
template <typename Op>
void addElementwise(LoweringPatterns &patterns, Elements accepted,
                    Value (*formula)(Scalars &, Op, ValueRange)) {
  patterns.add(Op::getOperationName(), [=](Emitter &b) -> FailureOr<SmallVector<Value>> {
    FailureOr<Value> value = lowerElementwise(b, b.operands, accepted, [&](Scalars &s, ValueRange in) {
      return formula(s, mlir::cast<Op>(b.op), in);
    });
    if (failed(value))
      return mlir::failure();
    return SmallVector<Value>{*value};
  });
}

} // namespace quern::structure
