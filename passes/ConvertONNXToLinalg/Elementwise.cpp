// The form of ops that compute each element of the result from one element of each operand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertONNXToLinalg/Elementwise.h"

using namespace mlir;

namespace quern::structure {

bool accepts(Elements accepted, Type type) {
  auto floating = dyn_cast<FloatType>(type);
  bool isNumber = (floating && floating.getWidth() >= 16) || isa<IntegerType>(type);
  switch (accepted) {
  case Elements::Numbers:
    return isNumber;
  case Elements::Floats:
    return isNumber && floating;
  case Elements::SingleFloats:
    return isNumber && floating && floating.getWidth() <= 32;
  case Elements::Integers:
    return isNumber && !floating;
  }
  llvm_unreachable("all kinds are handled");
}

llvm::StringRef describe(Elements accepted) {
  switch (accepted) {
  case Elements::Numbers:
    return "integers or float16, bfloat16, float, double";
  case Elements::Floats:
    return "float16, bfloat16, float or double";
  case Elements::SingleFloats:
    return "float16, bfloat16 or float";
  case Elements::Integers:
    return "integers";
  }
  llvm_unreachable("all kinds are handled");
}

static bool broadcastsTo(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  return from.size() <= to.size() &&
         llvm::all_of(llvm::zip_equal(from, to.take_back(from.size())), [](auto pair) {
           return std::get<0>(pair) == 1 || std::get<0>(pair) == std::get<1>(pair);
         });
}

static Value halfToSingle(ImplicitLocOpBuilder &b, Value x) {
  return isa<Float16Type, BFloat16Type>(x.getType()) ? Value(arith::ExtFOp::create(b, b.getF32Type(), x)) : x;
}

FailureOr<Value> lowerElementwise(Emitter &b, ValueRange operands, Elements accepted, Formula formula) {
  if (!accepts(accepted, elementOf(operands[0])))
    return b.refuse("expected elements that are " + describe(accepted));
  for (Value operand : operands)
    if (!broadcastsTo(shapeOf(operand), b.resultShape()))
      return b.refuse("expected operands whose shapes broadcast to that of the result");
  Type element = b.resultElement();
  return elementwise(b, b.resultShape(), element, operands, [&](ImplicitLocOpBuilder &inner, ValueRange in) {
    Scalars scalars(inner, b.isUnsigned());
    auto values = llvm::map_to_vector(in, [&](Value x) { return halfToSingle(inner, x); });
    Value value = formula(scalars, values);
    if (isa<Float16Type, BFloat16Type>(element) && value.getType().isF32())
      value = arith::TruncFOp::create(inner, element, value);
    return value;
  });
}

} // namespace quern::structure
