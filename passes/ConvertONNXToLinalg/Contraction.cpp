// The scalar kernel that convolutions and matrix products share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertONNXToLinalg/Contraction.h"

#include "passes/ConvertONNXToLinalg/Scalars.h"

using namespace mlir;

namespace quern::structure {

static Value extend(ImplicitLocOpBuilder &b, Value x, Type accumulator, bool isUnsigned) {
  return Scalars(b, isUnsigned).convert(x, accumulator, false);
}

ZeroPoint zeroPointOf(Emitter &b, unsigned i) {
  if (!b.hasOperand(i))
    return {};
  Type i32 = b.getI32Type();
  FailureOr<SmallVector<int64_t>> constants = b.constantIntegers(i);
  if (succeeded(constants) && !constants->empty() && llvm::all_equal(*constants))
    return {constants->front() == 0 ? Value() : scalarInteger(b, i32, constants->front()), {}};
  if (tensorType(b.operands[i]).getNumElements() != 1)
    return {{}, b.operands[i]};
  Value number = tensor::ExtractOp::create(b, reshape(b, b.operands[i], {}), ValueRange{});
  return {extend(b, number, i32, b.isUnsigned(i)), {}};
}

Value contractOnBias(Emitter &b, Value sum, Value bias) {
  auto contraction = sum.getDefiningOp<linalg::GenericOp>();
  if (!contraction || contraction.getNumReductionLoops() == 0 || !elementOf(sum).isInteger(32) ||
      shapeOf(sum) != b.resultShape())
    return {};
  auto zeros = contraction.getOutputs()[0].getDefiningOp<linalg::FillOp>();
  if (!zeros || !matchPattern(zeros.getInputs()[0], m_Zero()))
    return {};
  IRMapping mapping;
  mapping.map(contraction.getOutputs()[0], broadcastTo(b, bias, shapeOf(sum)));
  return b.clone(*contraction, mapping)->getResult(0);
}

Type accumulatorOf(Type element) {
  if (isa<Float16Type, BFloat16Type>(element))
    return Float32Type::get(element.getContext());
  if (element.isInteger() && element.getIntOrFloatBitWidth() < 32)
    return IntegerType::get(element.getContext(), 32);
  return element;
}

Value contract(ImplicitLocOpBuilder &b, const Contraction &operands, Operand initial,
               ArrayRef<utils::IteratorType> iterators) {
  Type accumulator = elementOf(initial.value);
  SmallVector<Operand> inputs{operands.left, operands.right};
  if (operands.leftZeros.value)
    inputs.push_back(operands.leftZeros);
  if (operands.rightZeros.value)
    inputs.push_back(operands.rightZeros);
  auto body = [&](ImplicitLocOpBuilder &inner, ValueRange in) {
    Scalars s(inner, false);
    unsigned next = 2;
    auto centered = [&](Value x, bool isUnsigned, Value zero, bool readsZero) {
      x = extend(inner, x, accumulator, isUnsigned);
      if (readsZero)
        zero = extend(inner, in[next++], accumulator, isUnsigned);
      return zero ? s.subtract(x, zero) : x;
    };
    Value left = centered(in[0], operands.leftUnsigned, operands.leftZero, bool(operands.leftZeros.value));
    Value right =
        centered(in[1], operands.rightUnsigned, operands.rightZero, bool(operands.rightZeros.value));
    return SmallVector<Value>{s.add(in.back(), s.multiply(left, right))};
  };
  return generic(b, inputs, initial, iterators, body)[0];
}

} // namespace quern::structure
