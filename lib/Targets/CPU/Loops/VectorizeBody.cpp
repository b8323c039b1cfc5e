// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/Loops/VectorizeBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace quern::cpu {

bool canVectorizeBody(Block &body) {
  for (Operation &op : body.without_terminator()) {
    if (op.hasTrait<OpTrait::ConstantLike>()) {
      if (!op.getResult(0).getType().isIntOrFloat())
        return false;
      continue;
    }
    if (!OpTrait::hasElementwiseMappableTraits(&op) || op.getNumResults() != 1 ||
        !op.getResult(0).getType().isIntOrFloat())
      return false;
  }
  for (Value yielded : body.getTerminator()->getOperands())
    if (!yielded.getType().isIntOrFloat())
      return false;
  return true;
}

/// True when `value` is only converted to an integer in the end, on the way perhaps clamped or rounded.
static bool endsInInteger(Value value) {
  return llvm::all_of(value.getUsers(), [](Operation *user) {
    if (isa<arith::FPToSIOp, arith::FPToUIOp>(user))
      return true;
    return isa<arith::MaximumFOp, arith::MinimumFOp, math::RoundEvenOp>(user) &&
           endsInInteger(user->getResult(0));
  });
}

static bool isZero(Value value) {
  APFloat constant(0.0f);
  return matchPattern(value, m_ConstantFloat(&constant)) && constant.isZero();
}

static void relaxFloatExtremum(Operation &scalar, Operation *vector) {
  if (!isa<arith::MaximumFOp, arith::MinimumFOp>(scalar))
    return;
  arith::FastMathFlags flags = arith::FastMathFlags::none;
  if (endsInInteger(scalar.getResult(0)))
    flags = arith::FastMathFlags::nnan | arith::FastMathFlags::nsz;
  else if (isZero(scalar.getOperand(0)) || isZero(scalar.getOperand(1)))
    flags = arith::FastMathFlags::nsz; // a Relu: -0 and 0 are one number to whoever reads the result
  vector->setAttr("fastmath", arith::FastMathFlagsAttr::get(vector->getContext(), flags));
}

/// Matches fptosi(roundeven(x)) : f32 -> i32 and returns x.
static Value matchRoundToInteger(Operation &op) {
  auto convert = dyn_cast<arith::FPToSIOp>(op);
  if (!convert || !convert.getType().isInteger(32) || !convert.getIn().getType().isF32())
    return nullptr;
  auto round = convert.getIn().getDefiningOp<math::RoundEvenOp>();
  return round ? round.getOperand() : nullptr;
}

SmallVector<Value> vectorizeBody(Block &body, ArrayRef<Value> arguments, int64_t lanes, OpBuilder &builder) {
  IRMapping mapping;
  for (auto [argument, vector] : llvm::zip(body.getArguments(), arguments))
    if (vector)
      mapping.map(argument, vector);
  auto onVectors = [&](Type type) { return VectorType::get({lanes}, type); };
  auto lookup = [&](Value scalar) -> Value {
    if (Value vector = mapping.lookupOrNull(scalar))
      return vector;
    // Defined outside the body: the same in each lane.
    Value vector = vector::BroadcastOp::create(builder, scalar.getLoc(), onVectors(scalar.getType()), scalar);
    mapping.map(scalar, vector);
    return vector;
  };
  for (Operation &op : body.without_terminator()) {
    Value result = op.getResult(0);
    Attribute constant;
    if (matchPattern(&op, m_Constant(&constant))) {
      auto type = onVectors(result.getType());
      mapping.map(result,
                  arith::ConstantOp::create(builder, op.getLoc(), DenseElementsAttr::get(type, constant)));
    } else if (Value rounded = matchRoundToInteger(op)) {
      mapping.map(result,
                  LLVM::LrintOp::create(builder, op.getLoc(), onVectors(result.getType()), lookup(rounded)));
    } else {
      SmallVector<Value> operands = llvm::map_to_vector(op.getOperands(), lookup);
      Operation *vector = builder.create(op.getLoc(), op.getName().getIdentifier(), operands,
                                         onVectors(result.getType()), op.getAttrs());
      relaxFloatExtremum(op, vector);
      mapping.map(result, vector->getResult(0));
    }
  }
  return llvm::map_to_vector(body.getTerminator()->getOperands(), lookup);
}

} // namespace quern::cpu
