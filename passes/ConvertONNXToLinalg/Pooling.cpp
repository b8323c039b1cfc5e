// Pooling: explicit padding, then a fold over each window.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/NN.h"
#include "passes/ConvertONNXToLinalg/Scalars.h"
#include "passes/ConvertONNXToLinalg/Window.h"

using namespace mlir;

namespace quern::structure {

namespace {

/// Folds `body(element, accumulator)` over the windows of the padded `image`, starting at `initial`.
/// Dimensions (n, c, output..., kernel...).
Value foldWindows(ImplicitLocOpBuilder &b, Value image, const Window &window, Value initial,
                  OneScalarBody body) {
  unsigned r = window.rank(), count = 2 + 2 * r;
  SmallVector<AffineExpr> read{b.getAffineDimExpr(0), b.getAffineDimExpr(1)}, kernel;
  SmallVector<int64_t> shape(shapeOf(image).take_front(2));
  for (unsigned i = 0; i < r; ++i) {
    kernel.push_back(b.getAffineDimExpr(2 + r + i));
    read.push_back(b.getAffineDimExpr(2 + i) * window.strides[i] + kernel.back() * window.dilations[i]);
    shape.push_back(window.output[i]);
  }
  // Only its extents matter: they are those of the window.
  Operand extents{empty(b, window.kernel, elementOf(image)),
                  AffineMap::get(count, 0, kernel, b.getContext())};
  Operand source{image, AffineMap::get(count, 0, read, b.getContext())};
  Operand accumulator{filled(b, shape, initial),
                      AffineMap::getMinorIdentityMap(count, count, b.getContext()).getMajorSubMap(2 + r)};
  SmallVector<utils::IteratorType> iterators(2 + r, utils::IteratorType::parallel);
  iterators.append(r, utils::IteratorType::reduction);
  return generic(b, {source, extents}, accumulator, iterators,
                 [&](ImplicitLocOpBuilder &inner, ValueRange in) {
                   return SmallVector<Value>{body(inner, {in[0], in[2]})};
                 })[0];
}

template <typename Op> FailureOr<Window> windowOf(Op op, Emitter &b) {
  if (tensorType(b.operands[0]).getRank() < 3)
    return b.refuse("expected an input with at least one spatial dimension");
  return analyzeWindow(b, {op.getAutoPad(), op.getStrides(), op.getDilations(), op.getPads()},
                       op.getKernelShape(), shapeOf(b.operands[0]).drop_front(2),
                       b.resultShape().drop_front(2));
}

Value maximumOver(Emitter &b, const Window &window) {
  TypedAttr lowest = lowestOf(elementOf(b.operands[0]), b.isUnsigned());
  Value initial = arith::ConstantOp::create(b, lowest);
  Value padded = padForWindow(b, b.operands[0], window, initial);
  return foldWindows(b, padded, window, initial, [&](ImplicitLocOpBuilder &inner, ValueRange in) {
    return Scalars(inner, b.isUnsigned()).maximum(in[1], in[0]);
  });
}

FailureOr<SmallVector<Value>> lowerMaxPool(onnx::MaxPoolOp op, Emitter &b) {
  if (b.hasResult(1))
    return b.refuse("expected the result Indices to be unused");
  FailureOr<Window> window = windowOf(op, b);
  if (failed(window))
    return failure();
  return SmallVector<Value>{maximumOver(b, *window), Value()};
}

/// How many elements each position of dimension `i` averages: those inside of the input, or of input and
/// padding.
SmallVector<int64_t> countElements(const Window &window, int64_t i, bool includePadding) {
  int64_t begin = includePadding ? -window.low[i] : 0;
  int64_t end = window.input[i] + (includePadding ? window.high[i] : 0);
  SmallVector<int64_t> counts;
  for (int64_t position = 0; position < window.output[i]; ++position) {
    int64_t start = position * window.strides[i] - window.low[i], count = 0;
    for (int64_t k = 0; k < window.kernel[i]; ++k) {
      int64_t at = start + k * window.dilations[i];
      count += at >= begin && at < end;
    }
    counts.push_back(count);
  }
  return counts;
}

/// sum / (number of elements), the number from one constant per dimension along which it varies.
Value divideByCounts(ImplicitLocOpBuilder &b, Value sum, const Window &window, bool includePadding) {
  double uniform = 1;
  SmallVector<Value> operands{sum};
  for (int64_t i = 0; i < window.rank(); ++i) {
    SmallVector<int64_t> counts = countElements(window, i, includePadding);
    if (llvm::all_equal(counts)) {
      uniform *= double(counts.front());
      continue;
    }
    SmallVector<int64_t> shape(window.rank(), 1);
    shape[i] = counts.size();
    operands.push_back(floatTable(b, shape, llvm::to_vector_of<float>(counts)));
  }
  return elementwise(b, shapeOf(sum), elementOf(sum), operands,
                     [&](ImplicitLocOpBuilder &inner, ValueRange in) {
                       Scalars s(inner, false);
                       Value count = s.constant(in[0].getType(), uniform);
                       for (Value factor : in.drop_front())
                         count = s.multiply(count, s.convert(factor, in[0].getType(), false));
                       return s.divide(in[0], count);
                     });
}

FailureOr<Value> lowerAveragePool(onnx::AveragePoolOp op, Emitter &b) {
  if (!isa<FloatType>(elementOf(b.operands[0])))
    return b.refuse("expected float elements");
  FailureOr<Window> window = windowOf(op, b);
  if (failed(window))
    return failure();
  Value image = extendHalf(b, b.operands[0]);
  Value zero = scalar(b, elementOf(image), 0);
  Value sum = foldWindows(b, padForWindow(b, image, *window, zero), *window, zero,
                          [](ImplicitLocOpBuilder &inner, ValueRange in) -> Value {
                            return arith::AddFOp::create(inner, in[1], in[0]);
                          });
  return roundTo(b, divideByCounts(b, sum, *window, op.getCountIncludePad() != 0), b.resultElement());
}

/// (sum of |x|^p)^(1/p) for p = 1, 2
FailureOr<Value> lowerLpPool(onnx::LpPoolOp op, Emitter &b) {
  int64_t p = int64_t(op.getP());
  if (p != 1 && p != 2)
    return b.refuse("expected p = 1 or p = 2");
  FailureOr<Window> window = windowOf(op, b);
  if (failed(window))
    return failure();
  Value image = extendHalf(b, b.operands[0]);
  Value zero = scalar(b, elementOf(image), 0);
  Value sum = foldWindows(b, padForWindow(b, image, *window, zero), *window, zero,
                          [&](ImplicitLocOpBuilder &inner, ValueRange in) {
                            Scalars s(inner, false);
                            return s.add(in[1], p == 1 ? s.absolute(in[0]) : s.multiply(in[0], in[0]));
                          });
  if (p == 2)
    sum = elementwise(b, shapeOf(sum), elementOf(sum), sum,
                      [](ImplicitLocOpBuilder &inner, ValueRange in) -> Value {
                        return math::SqrtOp::create(inner, in[0]);
                      });
  return roundTo(b, sum, b.resultElement());
}

} // namespace

void populatePoolingPatterns(LoweringPatterns &patterns) {
  patterns.add<onnx::MaxPoolOp>(lowerMaxPool);
  patterns.add<onnx::AveragePoolOp>(lowerAveragePool);
  patterns.add<onnx::LpPoolOp>(lowerLpPool);
}

} // namespace quern::structure
