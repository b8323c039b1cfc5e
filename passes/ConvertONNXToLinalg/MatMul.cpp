// Matrix products: one contraction over (batch..., m, n, k).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "passes/ConvertONNXToLinalg/Contraction.h"
#include "passes/ConvertONNXToLinalg/Scalars.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace quern::structure {

namespace {

/// The iteration space of NumPy's matmul: the result's batch dimensions, then m (if the left operand is a
/// matrix), n (if the right one is), and k.
struct Product {
  SmallVector<int64_t> batch;
  bool hasRows, hasColumns;
  int64_t m = 1, n = 1, k = 1;

  int64_t rowDimension() const { return batch.size(); }
  int64_t columnDimension() const { return batch.size() + hasRows; }
  int64_t sumDimension() const { return batch.size() + hasRows + hasColumns; }
  int64_t count() const { return sumDimension() + 1; }

  SmallVector<int64_t> resultShape() const {
    SmallVector<int64_t> shape(batch);
    if (hasRows)
      shape.push_back(m);
    if (hasColumns)
      shape.push_back(n);
    return shape;
  }
};

FailureOr<Product> analyzeProduct(Emitter &b, ArrayRef<int64_t> left, ArrayRef<int64_t> right) {
  if (left.empty() || right.empty())
    return b.refuse("expected operands of at least one dimension");
  Product product;
  product.hasRows = left.size() > 1;
  product.hasColumns = right.size() > 1;
  product.k = left.back();
  if (product.hasRows)
    product.m = left[left.size() - 2];
  if (product.hasColumns)
    product.n = right.back();
  if (product.k != right[product.hasColumns ? right.size() - 2 : 0])
    return b.refuse("expected as many columns on the left as rows on the right");
  ArrayRef<int64_t> leftBatch = left.drop_back(product.hasRows ? 2 : 1);
  ArrayRef<int64_t> rightBatch = right.drop_back(product.hasColumns ? 2 : 1);
  if (!OpTrait::util::getBroadcastedShape(leftBatch, rightBatch, product.batch))
    return b.refuse("expected batch dimensions that broadcast");
  return product;
}

/// The dimensions of the iteration space that a stack of matrices with `matrix` as last ones runs along, and
/// their extents.
Operand batchedOperand(ImplicitLocOpBuilder &b, const Product &product, Value value, ArrayRef<int64_t> matrix,
                       ArrayRef<int64_t> matrixExtents) {
  int64_t batchRank = tensorType(value).getRank() - matrix.size(), all = product.batch.size();
  auto dimensions = llvm::to_vector(llvm::seq<int64_t>(all - batchRank, all));
  SmallVector<int64_t> extents(ArrayRef(product.batch).take_back(batchRank));
  llvm::append_range(dimensions, matrix);
  llvm::append_range(extents, matrixExtents);
  return operand(b, value, dimensions, extents, product.count());
}

Operand leftOperand(ImplicitLocOpBuilder &b, const Product &product, Value value) {
  if (product.hasRows)
    return batchedOperand(b, product, value, {product.rowDimension(), product.sumDimension()},
                          {product.m, product.k});
  return batchedOperand(b, product, value, {product.sumDimension()}, {product.k});
}

Operand rightOperand(ImplicitLocOpBuilder &b, const Product &product, Value value) {
  if (product.hasColumns)
    return batchedOperand(b, product, value, {product.sumDimension(), product.columnDimension()},
                          {product.k, product.n});
  return batchedOperand(b, product, value, {product.sumDimension()}, {product.k});
}

Operand initialOperand(ImplicitLocOpBuilder &b, const Product &product, Value value) {
  return {value, b.getMultiDimIdentityMap(product.count()).dropResult(product.sumDimension())};
}

SmallVector<utils::IteratorType> iterators(const Product &product) {
  SmallVector<utils::IteratorType> result(product.count(), utils::IteratorType::parallel);
  result.back() = utils::IteratorType::reduction;
  return result;
}

FailureOr<Value> lowerMatMul(onnx::MatMulOp, Emitter &b) {
  FailureOr<Product> product = analyzeProduct(b, shapeOf(b.operands[0]), shapeOf(b.operands[1]));
  if (failed(product))
    return failure();
  Type element = elementOf(b.operands[0]);
  Type accumulator = isa<IntegerType>(element) ? element : accumulatorOf(element);
  Value zeros = filled(b, product->resultShape(), scalar(b, accumulator, 0));
  Contraction operands{leftOperand(b, *product, b.operands[0]), rightOperand(b, *product, b.operands[1]),
                       false, false};
  Value sum = contract(b, operands, initialOperand(b, *product, zeros), iterators(*product));
  return roundTo(b, sum, b.resultElement());
}

/// A zero point that varies: [M] or [..., M, 1] on the left, [N] or [..., 1, N] on the right.
FailureOr<Operand> varyingZero(Emitter &b, const Product &product, Value zeros, bool isLeft) {
  int64_t dimension = isLeft ? product.rowDimension() : product.columnDimension();
  int64_t extent = isLeft ? product.m : product.n;
  ArrayRef<int64_t> shape = shapeOf(zeros);
  if ((isLeft && !product.hasRows) || (!isLeft && !product.hasColumns))
    return b.refuse("expected one zero point for a vector");
  if (shape.size() == 1 && shape[0] == extent)
    return operand(b, zeros, {dimension}, {extent}, product.count());
  ArrayRef<int64_t> matrix = shape.take_back(2);
  if (shape.size() < 2 || shape.size() - 2 > product.batch.size() || matrix[isLeft ? 0 : 1] != extent ||
      matrix[isLeft ? 1 : 0] != 1)
    return b.refuse(
        "expected zero points for the whole operand, each row of the left or each column of the right one");
  if (isLeft)
    return batchedOperand(b, product, zeros, {dimension, product.sumDimension()}, {extent, 2});
  return batchedOperand(b, product, zeros, {product.sumDimension(), dimension}, {2, extent});
}

FailureOr<Value> lowerMatMulInteger(onnx::MatMulIntegerOp, Emitter &b) {
  FailureOr<Product> product = analyzeProduct(b, shapeOf(b.operands[0]), shapeOf(b.operands[1]));
  if (failed(product))
    return failure();
  ZeroPoint left = zeroPointOf(b, 2), right = zeroPointOf(b, 3);
  Contraction operands{leftOperand(b, *product, b.operands[0]),
                       rightOperand(b, *product, b.operands[1]),
                       b.isUnsigned(0),
                       b.isUnsigned(1),
                       left.scalar,
                       right.scalar,
                       {},
                       {}};
  for (auto [zero, isLeft, target] :
       {std::tuple(left, true, &operands.leftZeros), std::tuple(right, false, &operands.rightZeros)}) {
    if (!zero.tensor)
      continue;
    FailureOr<Operand> zeros = varyingZero(b, *product, zero.tensor, isLeft);
    if (failed(zeros))
      return failure();
    *target = *zeros;
  }
  Value zeros = filled(b, product->resultShape(), scalar(b, b.getI32Type(), 0));
  return contract(b, operands, initialOperand(b, *product, zeros), iterators(*product));
}

/// factor * value, exactly `value` where the factor is 1.
Value scaled(Emitter &b, Value value, double factor) {
  if (factor == 1)
    return value;
  return elementwise(b, shapeOf(value), elementOf(value), value,
                     [&](ImplicitLocOpBuilder &inner, ValueRange in) {
                       Scalars s(inner, false);
                       return s.multiply(s.constant(in[0].getType(), factor), in[0]);
                     });
}

/// alpha * A * B + beta * C. The sum starts at beta * C where alpha is 1.
FailureOr<Value> lowerGemm(onnx::GemmOp op, Emitter &b) {
  Value left = b.operands[0], right = b.operands[1];
  if (tensorType(left).getRank() != 2 || tensorType(right).getRank() != 2)
    return b.refuse("expected matrices");
  bool transA = op.getTransA() != 0, transB = op.getTransB() != 0;
  int64_t m = shapeOf(left)[transA], k = shapeOf(left)[!transA], n = shapeOf(right)[!transB];
  if (k != shapeOf(right)[transB])
    return b.refuse("expected as many columns of A as rows of B");
  Type element = elementOf(left), accumulator = isa<IntegerType>(element) ? element : accumulatorOf(element);
  double alpha = op.getAlpha().convertToDouble(), beta = op.getBeta().convertToDouble();
  if (isa<IntegerType>(element) && (alpha != 1 || beta != 1))
    return b.refuse("expected alpha = beta = 1 for integers");

  SmallVector<int64_t> shape{m, n};
  Value bias;
  if (b.hasOperand(2) && beta != 0) {
    SmallVector<int64_t> common;
    if (!OpTrait::util::getBroadcastedShape(shapeOf(b.operands[2]), shape, common) || common != shape)
      return b.refuse("expected C to broadcast to the result");
    bias = broadcastTo(b, scaled(b, extendHalf(b, b.operands[2]), beta), shape);
  }
  Value initial = bias && alpha == 1 ? bias : filled(b, shape, scalar(b, accumulator, 0));
  AffineExpr dm = b.getAffineDimExpr(0), dn = b.getAffineDimExpr(1), dk = b.getAffineDimExpr(2);
  auto map = [&](AffineExpr first, AffineExpr second) {
    return AffineMap::get(3, 0, {first, second}, b.getContext());
  };
  Contraction operands{
      {left, transA ? map(dk, dm) : map(dm, dk)}, {right, transB ? map(dn, dk) : map(dk, dn)}, false, false};
  Value sum = contract(
      b, operands, {initial, map(dm, dn)},
      {utils::IteratorType::parallel, utils::IteratorType::parallel, utils::IteratorType::reduction});
  sum = scaled(b, sum, alpha);
  if (bias && alpha != 1)
    sum = elementwise(b, shape, accumulator, {sum, bias}, [](ImplicitLocOpBuilder &inner, ValueRange in) {
      return Scalars(inner, false).add(in[0], in[1]);
    });
  return roundTo(b, sum, b.resultElement());
}

} // namespace

void populateMatMulPatterns(LoweringPatterns &patterns) {
  patterns.add<onnx::MatMulOp>(lowerMatMul);
  patterns.add<onnx::MatMulIntegerOp>(lowerMatMulInteger);
  patterns.add<onnx::GemmOp>(lowerGemm);
}

} // namespace quern::structure
