// Matrix products.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/ShapeInference/Shapes.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace quern::onnx::infer {

/// A: [batch..., m, k] or [k]; B: [batch..., k, n] or [k]. Result [batch..., m, n] without the dimension that
/// a vector lacks.
static LogicalResult multiply(Operation *op, unsigned lhs, unsigned rhs, Type element, Types &types) {
  RankedTensorType a = ranked(op, lhs), b = ranked(op, rhs);
  if (!a || !b) {
    addUnranked(types, element);
    return success();
  }
  if (a.getRank() == 0 || b.getRank() == 0)
    return op->emitOpError() << "(C8) expected matrices or vectors, but got " << a << " and " << b;
  bool vectorA = a.getRank() == 1, vectorB = b.getRank() == 1;
  int64_t inner = a.getShape().back(), innerB = b.getShape()[vectorB ? 0 : b.getRank() - 2];
  if (failed(merge(inner, innerB)))
    return op->emitOpError() << "(C8) the contracted dimensions differ: " << inner << " and " << innerB;
  Shape shape;
  if (!OpTrait::util::getBroadcastedShape(a.getShape().drop_back(vectorA ? 1 : 2),
                                          b.getShape().drop_back(vectorB ? 1 : 2), shape))
    return op->emitOpError() << "(C4) the batch dimensions of " << a << " and " << b << " do not broadcast";
  if (!vectorA)
    shape.push_back(a.getShape()[a.getRank() - 2]);
  if (!vectorB)
    shape.push_back(b.getShape().back());
  add(types, shape, element);
  return success();
}

LogicalResult matMul(Operation *op, Types &types) { return multiply(op, 0, 1, elementType(op, 0), types); }

LogicalResult integerMatMul(Operation *op, Types &types) {
  return multiply(op, 0, 1, IntegerType::get(op->getContext(), 32), types);
}

LogicalResult quantizedMatMul(Operation *op, Types &types) {
  return multiply(op, 0, 3, elementType(op, 7), types);
}

LogicalResult gemm(Operation *op, Types &types) {
  RankedTensorType a = ranked(op, 0), b = ranked(op, 1), c = ranked(op, 2);
  if (!a || !b) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  if (a.getRank() != 2 || b.getRank() != 2)
    return op->emitOpError() << "(C8) expected matrices, but got " << a << " and " << b;
  bool transA = getInteger(op, "transA").value_or(0), transB = getInteger(op, "transB").value_or(0);
  int64_t inner = a.getDimSize(transA ? 0 : 1), innerB = b.getDimSize(transB ? 1 : 0);
  if (failed(merge(inner, innerB)))
    return op->emitOpError() << "(C8) the contracted dimensions differ: " << inner << " and " << innerB;
  Shape shape = {a.getDimSize(transA ? 1 : 0), b.getDimSize(transB ? 0 : 1)}, joined;
  if (c && (!OpTrait::util::getBroadcastedShape(shape, c.getShape(), joined) || joined.size() != 2 ||
            failed(verifyCompatibleShape(joined, shape))))
    return op->emitOpError() << "(C4) operand C " << c << " does not broadcast to the product's shape";
  add(types, shape, a.getElementType());
  return success();
}

} // namespace quern::onnx::infer
