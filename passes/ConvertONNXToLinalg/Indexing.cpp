// Index arithmetic inside of generics.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertONNXToLinalg/Indexing.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"

using namespace mlir;

namespace quern::structure {

Value Indices::constant(int64_t number) { return arith::ConstantIndexOp::create(b, number); }

Value Indices::add(Value x, int64_t number) {
  return number == 0 ? x : Value(arith::AddIOp::create(b, x, constant(number)));
}

Value Indices::multiply(Value x, int64_t number) {
  return number == 1 ? x : Value(arith::MulIOp::create(b, x, constant(number)));
}

Value Indices::clamp(Value x, int64_t extent) {
  Value low = arith::MaxSIOp::create(b, x, constant(0));
  return arith::MinSIOp::create(b, low, constant(extent - 1));
}

Value Indices::wrap(Value x, int64_t period) {
  Value rest = arith::RemSIOp::create(b, x, constant(period));
  Value isNegative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, rest, constant(0));
  return arith::SelectOp::create(b, isNegative, add(rest, period), rest);
}

Value Indices::from(Value x) { return arith::IndexCastOp::create(b, b.getIndexType(), x); }

Value Indices::inRange(Value x, int64_t extent) {
  Value isNegative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, x, constant(0));
  return clamp(arith::SelectOp::create(b, isNegative, add(x, extent), x), extent);
}

void requireIndices(Emitter &b, Value indices, int64_t extent) {
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, tensorType(indices).getRank()));
  Value all =
      reduce(b, indices, axes, scalar(b, b.getI1Type(), 1), [&](ImplicitLocOpBuilder &inner, ValueRange in) {
        Type type = in[0].getType();
        Value low = arith::CmpIOp::create(inner, arith::CmpIPredicate::sge, in[0],
                                          scalarInteger(inner, type, -extent));
        Value high = arith::CmpIOp::create(inner, arith::CmpIPredicate::slt, in[0],
                                           scalarInteger(inner, type, extent));
        return Value(arith::AndIOp::create(inner, in[1], arith::AndIOp::create(inner, low, high)));
      });
  Value holds = tensor::ExtractOp::create(b, all, ValueRange{});
  cf::AssertOp::create(b, holds, "node '" + b.nodeName() + "': an index is out of range");
}

LogicalResult checkIndices(Emitter &b, unsigned operand, Value indices, int64_t extent) {
  auto fits = [&](int64_t index) { return index >= -extent && index < extent; };
  if (FailureOr<SmallVector<int64_t>> constants = b.constantIntegers(operand); succeeded(constants)) {
    if (!llvm::all_of(*constants, fits))
      return b.refuse("expected indices of at least " + Twine(-extent) + " and less than " + Twine(extent));
    return success();
  }
  if (extent == 0 && tensorType(indices).getNumElements() != 0)
    return b.refuse("expected a dimension to choose from that is not empty");
  requireIndices(b, indices, extent);
  return success();
}

} // namespace quern::structure
