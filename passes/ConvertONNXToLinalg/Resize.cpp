// Resize: one resampling after another along the axes that change.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Tensor.h"
#include "passes/ConvertONNXToLinalg/Indexing.h"
#include "passes/ConvertONNXToLinalg/Scalars.h"
#include "passes/ConvertONNXToLinalg/Taps.h"

using namespace mlir;

namespace quern::structure {

namespace {

/// What the operands of Resize say of each dimension of the input.
struct Scaling {
  SmallVector<double> scale, roiStart, roiEnd;
};

FailureOr<SmallVector<int64_t>> axesOf(onnx::ResizeOp op, Emitter &b, int64_t rank) {
  if (!op.getAxes())
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  SmallVector<int64_t> axes;
  ArrayRef<int64_t> stated = *op.getAxes();
  for (int64_t axis : stated) {
    FailureOr<int64_t> normal = normalizeAxis(axis, rank);
    if (failed(normal))
      return b.refuse("expected axes within the rank of the input");
    axes.push_back(*normal);
  }
  return axes;
}

/// `sizes` under a policy that keeps the aspect ratio are scaled by the least or greatest of their ratios.
double commonScale(ArrayRef<double> sizes, ArrayRef<int64_t> axes, ArrayRef<int64_t> shape, bool notLarger) {
  double scale = sizes[0] / double(shape[axes[0]]);
  for (auto [size, axis] : llvm::zip_equal(sizes, axes)) {
    double ratio = size / double(shape[axis]);
    scale = notLarger ? std::min(scale, ratio) : std::max(scale, ratio);
  }
  return scale;
}

FailureOr<Scaling> scalingOf(onnx::ResizeOp op, Emitter &b) {
  ArrayRef<int64_t> shape = shapeOf(b.operands[0]);
  int64_t rank = shape.size();
  Scaling scaling{SmallVector<double>(rank, 1), SmallVector<double>(rank, 0), SmallVector<double>(rank, 1)};
  FailureOr<SmallVector<int64_t>> axes = axesOf(op, b, rank);
  if (failed(axes))
    return failure();
  bool bySizes = b.hasOperand(3) && tensorType(b.operands[3]).getNumElements() != 0;
  if (!bySizes && !b.hasOperand(2))
    return b.refuse("expected scales or sizes");
  FailureOr<SmallVector<double>> numbers = b.constantNumbers(bySizes ? 3 : 2);
  if (failed(numbers) || numbers->size() != axes->size())
    return b.refuse("expected scales or sizes to be constant, one for each axis");
  bool stretch = op.getKeepAspectRatioPolicy() == "stretch";
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    double number = (*numbers)[i];
    scaling.scale[axis] =
        !bySizes  ? number
        : stretch ? number / double(shape[axis])
                  : commonScale(*numbers, *axes, shape, op.getKeepAspectRatioPolicy() == "not_larger");
    if (!(scaling.scale[axis] > 0))
      return b.refuse("expected positive scales");
  }
  if (op.getCoordinateTransformationMode() != "tf_crop_and_resize")
    return scaling;
  FailureOr<SmallVector<double>> roi = b.constantNumbers(1);
  if (failed(roi) || roi->size() != 2 * axes->size())
    return b.refuse("expected roi to be constant, a start and an end for each axis");
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    scaling.roiStart[axis] = (*roi)[i];
    scaling.roiEnd[axis] = (*roi)[i + axes->size()];
  }
  return scaling;
}

/// result[..., j, ...] = sum over t of weight[t][j] * input[..., index[t][j], ...] along `axis`.
Value resample(ImplicitLocOpBuilder &b, Value input, int64_t axis, const Taps &taps, double outsideValue) {
  SmallVector<int64_t> shape(shapeOf(input));
  int64_t output = taps.outside.size(), count = taps.index.size();
  shape[axis] = output;
  AffineMap along = AffineMap::get(shape.size(), 0, b.getAffineDimExpr(axis));
  bool weighted = count > 1, bounded = llvm::is_contained(taps.outside, true);
  SmallVector<Operand> tables;
  for (const auto &index : taps.index)
    tables.push_back({integerTable(b, {output}, index), along});
  if (weighted)
    for (const auto &weight : taps.weight)
      tables.push_back({floatTable(b, {output}, weight), along});
  if (bounded)
    tables.push_back(
        {arith::ConstantOp::create(
             b, DenseElementsAttr::get(RankedTensorType::get({output}, b.getI1Type()), taps.outside)),
         along});
  Operand result{empty(b, shape, elementOf(input)), b.getMultiDimIdentityMap(shape.size())};
  SmallVector<utils::IteratorType> iterators(shape.size(), utils::IteratorType::parallel);
  return generic(b, tables, result, iterators, [&](ImplicitLocOpBuilder &inner, ValueRange in) {
    Scalars s(inner, false);
    SmallVector<Value> position;
    for (size_t i = 0; i < shape.size(); ++i)
      position.push_back(linalg::IndexOp::create(inner, i));
    Value sum;
    for (int64_t t = 0; t < count; ++t) {
      position[axis] = Indices(inner).from(in[t]);
      Value x = tensor::ExtractOp::create(inner, input, position);
      if (weighted)
        x = s.multiply(s.convert(in[count + t], x.getType(), false), x);
      sum = sum ? s.add(sum, x) : x;
    }
    if (bounded)
      sum = s.select(in.drop_back().back(), s.constant(sum.getType(), outsideValue), sum);
    return SmallVector<Value>{sum};
  })[0];
}

/// The factor by which every element is repeated, if that is what the taps do.
std::optional<int64_t> repetition(const Taps &taps, int64_t input) {
  int64_t output = taps.outside.size();
  if (taps.index.size() != 1 || output % input != 0 || llvm::is_contained(taps.outside, true))
    return std::nullopt;
  int64_t factor = output / input;
  for (int64_t j = 0; j < output; ++j)
    if (taps.index[0][j] != j / factor)
      return std::nullopt;
  return factor;
}

/// Repeats every element `factors[i]` times along dimension i: a broadcast between two reshapes.
Value repeatElements(ImplicitLocOpBuilder &b, Value input, ArrayRef<int64_t> factors) {
  SmallVector<int64_t> source, spread, merged;
  for (auto [extent, factor] : llvm::zip_equal(shapeOf(input), factors)) {
    source.push_back(extent);
    spread.push_back(extent);
    merged.push_back(extent * factor);
    if (factor == 1)
      continue;
    source.push_back(1);
    spread.push_back(factor);
  }
  return reshape(b, broadcastTo(b, reshape(b, input, source), spread), merged);
}

LogicalResult checkModes(onnx::ResizeOp op, Emitter &b) {
  auto isOneOf = [](StringRef value, ArrayRef<StringRef> accepted) {
    return llvm::is_contained(accepted, value);
  };
  if (!isOneOf(op.getMode(), {"nearest", "linear", "cubic"}))
    return b.refuse("expected mode nearest, linear or cubic");
  if (!isOneOf(op.getCoordinateTransformationMode(),
               {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric",
                "tf_crop_and_resize"}))
    return b.refuse("expected a coordinate_transformation_mode that ONNX defines");
  if (!isOneOf(op.getNearestMode(), {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}))
    return b.refuse("expected a nearest_mode that ONNX defines");
  if (op.getMode() != "nearest" && !isa<FloatType>(elementOf(b.operands[0])))
    return b.refuse("expected float elements, or mode nearest");
  return success();
}

FailureOr<Value> lowerResize(onnx::ResizeOp op, Emitter &b) {
  if (failed(checkModes(op, b)))
    return failure();
  FailureOr<Scaling> scaling = scalingOf(op, b);
  if (failed(scaling))
    return failure();
  Resampling resampling{op.getMode(),
                        op.getCoordinateTransformationMode(),
                        op.getNearestMode(),
                        op.getCubicCoeffA().convertToDouble(),
                        op.getExcludeOutside() != 0,
                        op.getAntialias() != 0};
  Value value = extendHalf(b, b.operands[0]);
  SmallVector<int64_t> from(shapeOf(value)), to(b.resultShape()), factors(from.size(), 1);
  if (llvm::is_contained(from, 0) || llvm::is_contained(to, 0))
    return b.refuse("expected an input and a result that are not empty");
  SmallVector<std::pair<int64_t, Taps>> resampled;
  for (int64_t axis = 0; axis < int64_t(from.size()); ++axis) {
    bool cropped = scaling->roiStart[axis] != 0 || scaling->roiEnd[axis] != 1;
    if (scaling->scale[axis] == 1 && !cropped && from[axis] == to[axis])
      continue;
    Taps taps = computeTaps(resampling, from[axis], to[axis], scaling->scale[axis], scaling->roiStart[axis],
                            scaling->roiEnd[axis]);
    if (std::optional<int64_t> factor = repetition(taps, from[axis]))
      factors[axis] = *factor;
    else
      resampled.emplace_back(axis, std::move(taps));
  }
  for (auto &[axis, taps] : resampled)
    value = resample(b, value, axis, taps, op.getExtrapolationValue().convertToDouble());
  return roundTo(b, repeatElements(b, value, factors), b.resultElement());
}

} // namespace

void populateResizePatterns(LoweringPatterns &patterns) { patterns.add<onnx::ResizeOp>(lowerResize); }

} // namespace quern::structure
