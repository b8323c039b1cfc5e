// Values known at compile time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/Tensor.h"
#include "passes/ConvertONNXToLinalg/ConstantValues.h"
#include "passes/ConvertONNXToLinalg/Lowering.h"

using namespace mlir;

namespace quern::structure {

static FailureOr<Value> lowerConstant(onnx::ConstantOp op, Emitter &b) {
  auto elements = dyn_cast_or_null<ElementsAttr>(op->getAttr("value"));
  if (!elements)
    return b.refuse("expected a constant with the attribute value");
  RankedTensorType type = b.resultType();
  ElementsAttr value = withSignlessElements(elements, type);
  if (!value || value.getShapedType() != type)
    return b.refuse("expected dense elements of the type of the result");
  return Value(arith::ConstantOp::create(b, cast<TypedAttr>(value)));
}

static FailureOr<Value> lowerConstantOfShape(onnx::ConstantOfShapeOp op, Emitter &b) {
  RankedTensorType type = b.resultType();
  auto value = dyn_cast_or_null<DenseElementsAttr>(op->getAttr("value"));
  if (!op->hasAttr("value"))
    return Value(
        arith::ConstantOp::create(b, DenseElementsAttr::get(type, FloatAttr::get(b.getF32Type(), 0.0))));
  if (!value || !value.isSplat())
    return b.refuse("expected value to be a tensor of one element");
  return Value(arith::ConstantOp::create(
      b, cast<TypedAttr>(withSignlessElements(
             value.resizeSplat(RankedTensorType::get(type.getShape(), value.getElementType())), type))));
}

/// The extents of the operand, which are known.
static FailureOr<Value> lowerShape(onnx::ShapeOp op, Emitter &b) {
  ArrayRef<int64_t> shape = shapeOf(b.operands[0]);
  int64_t rank = shape.size();
  auto clampAxis = [&](int64_t axis) { return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank); };
  int64_t start = clampAxis(int64_t(op.getStart()));
  int64_t end = op.getEnd() ? clampAxis(int64_t(*op.getEnd())) : rank;
  ArrayRef<int64_t> extents = shape.slice(start, std::max<int64_t>(end - start, 0));
  return integerTable(b, {int64_t(extents.size())}, extents);
}

static FailureOr<Value> lowerSize(onnx::SizeOp, Emitter &b) {
  return integerTable(b, {}, tensorType(b.operands[0]).getNumElements());
}

/// In inference a node that only serves training hands on its operand.
template <typename Op> static FailureOr<Value> lowerIdentity(Op, Emitter &b) { return b.operands[0]; }

/// The identity, and a mask of ones; dropping at random belongs to training.
static FailureOr<SmallVector<Value>> lowerDropout(onnx::DropoutOp, Emitter &b) {
  if (b.hasOperand(2)) {
    FailureOr<SmallVector<int64_t>> training = b.constantIntegers(2);
    if (failed(training) || training->front() != 0)
      return b.refuse("expected training_mode to be absent or false");
  }
  Value mask;
  if (b.hasResult(1))
    mask = arith::ConstantOp::create(b, DenseElementsAttr::get(b.resultType(1), true));
  return SmallVector<Value>{b.operands[0], mask};
}

/// result[i, j] = 1 where j = i + k, else 0
static FailureOr<Value> lowerEyeLike(onnx::EyeLikeOp op, Emitter &b) {
  int64_t k = int64_t(op.getK());
  Type element = b.resultElement();
  Value one = scalar(b, element, 1), zero = scalar(b, element, 0);
  return elementwise(b, b.resultShape(), element, {}, [&](ImplicitLocOpBuilder &inner, ValueRange) -> Value {
    Value row = linalg::IndexOp::create(inner, 0), column = linalg::IndexOp::create(inner, 1);
    Value shifted = arith::AddIOp::create(inner, row, scalarInteger(inner, inner.getIndexType(), k));
    Value onDiagonal = arith::CmpIOp::create(inner, arith::CmpIPredicate::eq, shifted, column);
    return arith::SelectOp::create(inner, onDiagonal, one, zero);
  });
}

void populateConstantPatterns(LoweringPatterns &patterns) {
  patterns.add<onnx::ConstantOp>(lowerConstant);
  patterns.add<onnx::ConstantOfShapeOp>(lowerConstantOfShape);
  patterns.add<onnx::ShapeOp>(lowerShape);
  patterns.add<onnx::SizeOp>(lowerSize);
  patterns.add<onnx::IdentityOp>(lowerIdentity<onnx::IdentityOp>);
  patterns.add<onnx::DropoutOp>(lowerDropout);
  patterns.add<onnx::EyeLikeOp>(lowerEyeLike);
}

} // namespace quern::structure
