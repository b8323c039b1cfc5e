// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/ConvertQuernToLinalg/CodeArithmetic.h"
#include "passes/ConvertQuernToLinalg/Parameters.h"
#include "passes/ConvertQuernToLinalg/Patterns.h"

using namespace mlir;
using namespace quern::structure;

namespace quern {
namespace {

/// rhe(clamp(f32(sum) * f32(m / f32(count)), lo - z, hi - z)) + z for the sums `sums`; `counts` has one
/// number, or one per position along `dimensions`. The sum is finite and so is the factor: the product is no
/// NaN.
template <typename Op>
Value roundMeans(ImplicitLocOpBuilder &b, Op op, Value sums, ArrayRef<int64_t> counts,
                 ArrayRef<int64_t> dimensions) {
  SmallVector<float> factors;
  for (int64_t count : counts)
    factors.push_back(op.getMultiplier().convertToFloat() / float(count));
  BodyOperands operands(b, shapeOf(sums));
  auto sum = operands.add(sums);
  auto factor = operands.addFloats(factors, dimensions);
  CodeRounding rounding{op.getZeroPoint(), op.getMin(), op.getMax()};
  Type storage = b.getIntegerType(8);
  return mapElements(b, shapeOf(sums), storage, operands.get(), [&](ImplicitLocOpBuilder &b, ValueRange in) {
    Value mean = arith::MulFOp::create(b, toFloat(b, sum(b, in)), factor(b, in));
    return roundToCode(b, mean, rounding, storage, NaNs::Impossible);
  });
}

/// A window sliding over one spatial dimension.
struct Window {
  int64_t extent, taps, stride, dilation, padBefore, padAfter, positions;

  /// How far the last window reaches beyond the padded input: rounding the number of positions up lets it.
  int64_t overhang() const {
    int64_t reach = (positions - 1) * stride + (taps - 1) * dilation + 1;
    return std::max<int64_t>(0, reach - (padBefore + extent + padAfter));
  }
  /// The taps of the window at `position` that lie inside the input, widened by the padding if that counts.
  int64_t count(int64_t position, bool includePadding) const {
    int64_t begin = includePadding ? -padBefore : 0, end = includePadding ? extent + padAfter : extent;
    int64_t inside = 0;
    for (int64_t tap = 0; tap < taps; ++tap) {
      int64_t index = position * stride + tap * dilation - padBefore;
      inside += index >= begin && index < end;
    }
    return inside;
  }
};

SmallVector<Window> windowsOf(QLinearAveragePoolOp op) {
  ArrayRef<int64_t> kernel = op.getKernelShape(), pads = op.getPads();
  SmallVector<Window> windows;
  for (size_t i = 0; i < kernel.size(); ++i)
    windows.push_back({shapeOf(op.getInput())[2 + i], kernel[i], op.getStrides()[i], op.getDilations()[i],
                       pads[i], pads[kernel.size() + i], shapeOf(op.getResult())[2 + i]});
  return windows;
}

/// The number of codes averaged at each position of the result, in row-major order. A window without any
/// gives 0 / 1.
SmallVector<int64_t> countCodes(ArrayRef<Window> windows, bool includePadding) {
  SmallVector<int64_t> counts{1};
  for (const Window &window : windows) {
    SmallVector<int64_t> extended;
    for (int64_t count : counts)
      for (int64_t position = 0; position < window.positions; ++position)
        extended.push_back(count * window.count(position, includePadding));
    counts = std::move(extended);
  }
  for (int64_t &count : counts)
    count = std::max<int64_t>(count, 1);
  return counts;
}

struct ConvertQLinearAveragePool : OpConversionPattern<QLinearAveragePoolOp> {
  using OpConversionPattern::OpConversionPattern;

  /// The input with padding that contributes nothing: codes equal to the zero point.
  static Value padWithZeroPoint(ImplicitLocOpBuilder &b, QLinearAveragePoolOp op, Value input,
                                ArrayRef<Window> windows) {
    SmallVector<int64_t> before(2, 0), after(2, 0);
    for (const Window &window : windows) {
      before.push_back(window.padBefore);
      after.push_back(window.padAfter + window.overhang());
    }
    return pad(b, input, before, after, scalarInteger(b, elementOf(input), op.getInputZeroPoint()));
  }

  /// sum over the window of (a - za), as i32.
  static Value sumWindows(ImplicitLocOpBuilder &b, QLinearAveragePoolOp op, Value padded,
                          ArrayRef<Window> windows) {
    int64_t spatial = windows.size(), outer = 2 + spatial, dimensionCount = outer + spatial;
    SmallVector<AffineExpr> read{b.getAffineDimExpr(0), b.getAffineDimExpr(1)}, taps;
    SmallVector<utils::IteratorType> iterators(outer, utils::IteratorType::parallel);
    for (auto [i, window] : llvm::enumerate(windows)) {
      AffineExpr tap = b.getAffineDimExpr(outer + i);
      read.push_back(b.getAffineDimExpr(2 + i) * window.stride + tap * window.dilation);
      taps.push_back(tap);
      iterators.push_back(utils::IteratorType::reduction);
    }
    Operand input{padded, AffineMap::get(dimensionCount, 0, read, b.getContext())};
    Operand window{empty(b, op.getKernelShape(), elementOf(padded)),
                   AffineMap::get(dimensionCount, 0, taps, b.getContext())};
    Value zeros = filled(b, shapeOf(op.getResult()), scalarInteger(b, b.getI32Type(), 0));
    Operand output{zeros,
                   AffineMap::getMultiDimIdentityMap(dimensionCount, b.getContext()).getMajorSubMap(outer)};
    bool isUnsigned = holdsUnsignedCodes(op.getInput().getType());
    return generic(b, {input, window}, output, iterators, [&](ImplicitLocOpBuilder &b, ValueRange in) {
      Value distance = codeDistance(b, in[0], isUnsigned, op.getInputZeroPoint());
      return SmallVector<Value>{arith::AddIOp::create(b, in[2], distance)};
    })[0];
  }

  LogicalResult matchAndRewrite(QLinearAveragePoolOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<Window> windows = windowsOf(op);
    Value sums = sumWindows(b, op, padWithZeroPoint(b, op, adaptor.getInput(), windows), windows);
    auto dimensions = llvm::to_vector(llvm::seq<int64_t>(2, 2 + windows.size()));
    rewriter.replaceOp(op, roundMeans(b, op, sums, countCodes(windows, op.getCountIncludePad()), dimensions));
    return success();
  }
};

struct ConvertQLinearGlobalAveragePool : OpConversionPattern<QLinearGlobalAveragePoolOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(QLinearGlobalAveragePoolOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    bool isUnsigned = holdsUnsignedCodes(op.getInput().getType());
    Value zero = scalarInteger(b, b.getI32Type(), 0);
    Value sums = reduce(
        b, adaptor.getInput(), op.getAxes(), zero, [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
          return arith::AddIOp::create(b, in[1], codeDistance(b, in[0], isUnsigned, op.getInputZeroPoint()));
        });
    int64_t count = 1;
    for (int64_t axis : op.getAxes())
      count *= shapeOf(op.getInput())[axis];
    Value means = roundMeans(b, op, sums, std::max<int64_t>(count, 1), {});
    rewriter.replaceOp(op, reshape(b, means, shapeOf(op.getResult())));
    return success();
  }
};

} // namespace

void populatePoolPatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<ConvertQLinearAveragePool, ConvertQLinearGlobalAveragePool>(types, patterns.getContext());
}

} // namespace quern
