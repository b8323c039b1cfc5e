// Convolutions: explicit padding, then one contraction on the bias.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "passes/ConvertONNXToLinalg/Contraction.h"
#include "passes/ConvertONNXToLinalg/Scalars.h"
#include "passes/ConvertONNXToLinalg/Window.h"

using namespace mlir;

namespace quern::structure {

namespace {

using Iterators = SmallVector<utils::IteratorType>;

/// What Conv, ConvInteger and ConvTranspose reduce to: an image that is padded already, and a weight
/// OI(spatial).
struct Convolution {
  Value image;   ///< [N, C, padded...]
  Value weight;  ///< [OC, C / groups, kernel...]
  Value initial; ///< [N, OC, output...]
  int64_t groups;
  Window window;
  bool imageUnsigned = false, weightUnsigned = false;
  Value imageZero = {};      ///< i32 or null
  ZeroPoint weightZero = {}; ///< a tensor is [OC]
};

/// The affine map from an iteration space of `count` dimensions to `results`.
AffineMap mapOf(ImplicitLocOpBuilder &b, unsigned count, ArrayRef<AffineExpr> results) {
  return AffineMap::get(count, 0, results, b.getContext());
}

/// output * stride + kernel * dilation for each spatial dimension, given the first dimension of either.
SmallVector<AffineExpr> windowExpressions(ImplicitLocOpBuilder &b, const Window &window, unsigned output,
                                          unsigned kernel) {
  SmallVector<AffineExpr> expressions;
  for (int64_t i = 0; i < window.rank(); ++i)
    expressions.push_back(b.getAffineDimExpr(output + i) * window.strides[i] +
                          b.getAffineDimExpr(kernel + i) * window.dilations[i]);
  return expressions;
}

SmallVector<AffineExpr> dimensions(ImplicitLocOpBuilder &b, ArrayRef<unsigned> first, unsigned spatial,
                                   unsigned count) {
  SmallVector<AffineExpr> expressions;
  for (unsigned i : first)
    expressions.push_back(b.getAffineDimExpr(i));
  for (unsigned i = 0; i < count; ++i)
    expressions.push_back(b.getAffineDimExpr(spatial + i));
  return expressions;
}

Iterators iterators(unsigned parallel, unsigned reduction) {
  Iterators result(parallel, utils::IteratorType::parallel);
  result.append(reduction, utils::IteratorType::reduction);
  return result;
}

Contraction contractionOf(const Convolution &conv, Operand image, Operand weight, AffineMap weightZeros) {
  Contraction operands{
      image, weight, conv.imageUnsigned, conv.weightUnsigned, conv.imageZero, conv.weightZero.scalar, {}, {}};
  if (conv.weightZero.tensor)
    operands.rightZeros = {conv.weightZero.tensor, weightZeros};
  return operands;
}

/// Dimensions (n, oc, output..., ic, kernel...).
Value denseConvolution(ImplicitLocOpBuilder &b, const Convolution &conv) {
  unsigned r = conv.window.rank(), n = 0, oc = 1, out = 2, ic = 2 + r, k = 3 + r, count = 3 + 2 * r;
  SmallVector<AffineExpr> image = dimensions(b, {n, ic}, 0, 0);
  image.append(windowExpressions(b, conv.window, out, k));
  Contraction operands = contractionOf(conv, {conv.image, mapOf(b, count, image)},
                                       {conv.weight, mapOf(b, count, dimensions(b, {oc, ic}, k, r))},
                                       mapOf(b, count, dimensions(b, {oc}, 0, 0)));
  return contract(b, operands, {conv.initial, mapOf(b, count, dimensions(b, {n, oc}, out, r))},
                  iterators(2 + r, 1 + r));
}

/// Dimensions (n, c, output..., kernel...): each channel has one filter of its own.
Value depthwiseConvolution(ImplicitLocOpBuilder &b, const Convolution &conv) {
  unsigned r = conv.window.rank(), n = 0, c = 1, out = 2, k = 2 + r, count = 2 + 2 * r;
  SmallVector<AffineExpr> image = dimensions(b, {n, c}, 0, 0);
  image.append(windowExpressions(b, conv.window, out, k));
  Value weight = dropDimensions(b, conv.weight, {1});
  Contraction operands = contractionOf(conv, {conv.image, mapOf(b, count, image)},
                                       {weight, mapOf(b, count, dimensions(b, {c}, k, r))},
                                       mapOf(b, count, dimensions(b, {c}, 0, 0)));
  return contract(b, operands, {conv.initial, mapOf(b, count, dimensions(b, {n, c}, out, r))},
                  iterators(2 + r, r));
}

/// `value` with dimension `axis` split into `groups` and the rest.
Value splitGroups(ImplicitLocOpBuilder &b, Value value, int64_t axis, int64_t groups) {
  SmallVector<int64_t> shape(shapeOf(value));
  shape[axis] /= groups;
  shape.insert(shape.begin() + axis, groups);
  return reshape(b, value, shape);
}

/// Dimensions (n, g, oc, output..., ic, kernel...).
Value groupedConvolution(ImplicitLocOpBuilder &b, Convolution conv) {
  unsigned r = conv.window.rank(), n = 0, g = 1, oc = 2, out = 3, ic = 3 + r, k = 4 + r, count = 4 + 2 * r;
  SmallVector<int64_t> resultShape(shapeOf(conv.initial));
  SmallVector<AffineExpr> image = dimensions(b, {n, g, ic}, 0, 0);
  image.append(windowExpressions(b, conv.window, out, k));
  if (conv.weightZero.tensor)
    conv.weightZero.tensor = splitGroups(b, conv.weightZero.tensor, 0, conv.groups);
  Contraction operands = contractionOf(
      conv, {splitGroups(b, conv.image, 1, conv.groups), mapOf(b, count, image)},
      {splitGroups(b, conv.weight, 0, conv.groups), mapOf(b, count, dimensions(b, {g, oc, ic}, k, r))},
      mapOf(b, count, dimensions(b, {g, oc}, 0, 0)));
  Operand initial{splitGroups(b, conv.initial, 1, conv.groups),
                  mapOf(b, count, dimensions(b, {n, g, oc}, out, r))};
  return reshape(b, contract(b, operands, initial, iterators(3 + r, 1 + r)), resultShape);
}

Value convolve(ImplicitLocOpBuilder &b, const Convolution &conv) {
  int64_t channels = shapeOf(conv.image)[1], outputs = shapeOf(conv.weight)[0];
  if (conv.groups == 1)
    return denseConvolution(b, conv);
  if (conv.groups == channels && conv.groups == outputs)
    return depthwiseConvolution(b, conv);
  return groupedConvolution(b, conv);
}

/// The bias along dimension 1 of `shape`, or zeros; elements of `accumulator`.
Value initialOf(ImplicitLocOpBuilder &b, Value bias, ArrayRef<int64_t> shape, Type accumulator) {
  if (!bias)
    return filled(b, shape, scalar(b, accumulator, 0));
  SmallVector<int64_t> others{0};
  llvm::append_range(others, llvm::seq<int64_t>(2, shape.size()));
  Value target = empty(b, shape, accumulator);
  return linalg::BroadcastOp::create(b, extendHalf(b, bias), target, others).getResult()[0];
}

/// Channels and groups must divide each other as the weight's extents say.
LogicalResult checkChannels(Emitter &b, Value image, Value weight, int64_t groups) {
  if (tensorType(image).getRank() < 3 || tensorType(image).getRank() != tensorType(weight).getRank())
    return b.refuse("expected an input and a weight of equal rank with at least one spatial dimension");
  ArrayRef<int64_t> x = shapeOf(image), w = shapeOf(weight);
  if (groups < 1 || x[1] != w[1] * groups || w[0] % groups != 0)
    return b.refuse(
        "expected input channels = groups * weight channels, and output channels divisible by groups");
  return success();
}

/// The window of onnx.Conv or onnx.ConvInteger, whose channels it checks.
template <typename Op> FailureOr<Window> windowOf(Op op, Emitter &b) {
  Value image = b.operands[0], weight = b.operands[1];
  if (failed(checkChannels(b, image, weight, int64_t(op.getGroup()))))
    return failure();
  WindowAttributes attributes{op.getAutoPad(), op.getStrides(), op.getDilations(), op.getPads()};
  return analyzeWindow(b, attributes, shapeOf(weight).drop_front(2), shapeOf(image).drop_front(2),
                       b.resultShape().drop_front(2));
}

FailureOr<Value> lowerConv(onnx::ConvOp op, Emitter &b) {
  Value image = b.operands[0], weight = b.operands[1];
  int64_t groups = int64_t(op.getGroup());
  if (!isa<FloatType>(elementOf(image)))
    return b.refuse("expected float elements");
  FailureOr<Window> window = windowOf(op, b);
  if (failed(window))
    return failure();
  Type element = elementOf(image);
  Value padded = padForWindow(b, image, *window, scalar(b, element, 0));
  Value initial =
      initialOf(b, b.hasOperand(2) ? b.operands[2] : Value(), b.resultShape(), accumulatorOf(element));
  return roundTo(b, convolve(b, {padded, weight, initial, groups, *window}), b.resultElement());
}

FailureOr<Value> lowerConvInteger(onnx::ConvIntegerOp op, Emitter &b) {
  Value image = b.operands[0], weight = b.operands[1];
  int64_t groups = int64_t(op.getGroup());
  FailureOr<Window> window = windowOf(op, b);
  if (failed(window))
    return failure();
  ZeroPoint imageZero = zeroPointOf(b, 2), weightZero = zeroPointOf(b, 3);
  if (imageZero.tensor)
    return b.refuse("expected one zero point for the input");
  // Padding stands for the number zero, so it holds the zero point.
  Type element = elementOf(image);
  Value fill = scalarInteger(b, element, 0);
  if (FailureOr<SmallVector<int64_t>> zeros = b.constantIntegers(2); b.hasOperand(2) && succeeded(zeros))
    fill = scalarInteger(b, element, zeros->front());
  else if (imageZero.scalar)
    fill = arith::TruncIOp::create(b, element, imageZero.scalar);
  Value padded = padForWindow(b, image, *window, fill);
  Value initial = initialOf(b, {}, b.resultShape(), b.getI32Type());
  return convolve(b, {padded, weight, initial, groups, *window, b.isUnsigned(0), b.isUnsigned(1),
                      imageZero.scalar, weightZero});
}

/// `image` with `stride - 1` zeros between neighbours, and `low`, `high` zeros around (negative: elements cut
/// off).
Value dilateAndPad(ImplicitLocOpBuilder &b, Value image, ArrayRef<int64_t> strides, ArrayRef<int64_t> low,
                   ArrayRef<int64_t> high) {
  SmallVector<int64_t> shape(shapeOf(image)), spread = shape, steps{1, 1};
  for (size_t i = 0; i < strides.size(); ++i) {
    spread[i + 2] = (shape[i + 2] - 1) * strides[i] + 1;
    steps.push_back(strides[i]);
  }
  Value zero = scalar(b, elementOf(image), 0);
  if (spread != shape) {
    SmallVector<int64_t> offsets(shape.size(), 0);
    image = tensor::InsertSliceOp::create(
        b, image, filled(b, spread, zero), getAsIndexOpFoldResult(b.getContext(), offsets),
        getAsIndexOpFoldResult(b.getContext(), shape), getAsIndexOpFoldResult(b.getContext(), steps));
  }
  SmallVector<int64_t> before{0, 0}, after{0, 0}, offsets{0, 0}, sizes(shapeOf(image).take_front(2)),
      ones{1, 1};
  for (size_t i = 0; i < strides.size(); ++i) {
    before.push_back(std::max<int64_t>(low[i], 0));
    after.push_back(std::max<int64_t>(high[i], 0));
    offsets.push_back(std::max<int64_t>(-low[i], 0));
    sizes.push_back(spread[i + 2] - offsets.back() - std::max<int64_t>(-high[i], 0));
    ones.push_back(1);
  }
  if (ArrayRef(sizes) != shapeOf(image))
    image = tensor::ExtractSliceOp::create(b, image, getAsIndexOpFoldResult(b.getContext(), offsets),
                                           getAsIndexOpFoldResult(b.getContext(), sizes),
                                           getAsIndexOpFoldResult(b.getContext(), ones));
  return pad(b, image, before, after, zero);
}

/// The weight [C, OC / groups, kernel...] of a transposed convolution as that of the convolution which
/// computes it: [OC, C / groups, kernel reversed...].
Value flipWeight(ImplicitLocOpBuilder &b, Value weight, int64_t groups) {
  SmallVector<int64_t> shape(shapeOf(weight));
  Value grouped = splitGroups(b, weight, 0, groups); // [groups, C / groups, OC / groups, kernel...]
  SmallVector<int64_t> flipped{groups, shape[1], shape[0] / groups};
  flipped.append(shape.begin() + 2, shape.end());
  Value reversed =
      gather(b, flipped, grouped, {}, [&](ImplicitLocOpBuilder &inner, ValueRange in, ValueRange) {
        SmallVector<Value> position{in[0], in[2], in[1]};
        for (size_t i = 2; i < shape.size(); ++i) {
          Value last = scalarInteger(inner, inner.getIndexType(), shape[i] - 1);
          position.push_back(arith::SubIOp::create(inner, last, in[i + 1]));
        }
        return position;
      });
  SmallVector<int64_t> result{groups * shape[1], shape[0] / groups};
  result.append(shape.begin() + 2, shape.end());
  return reshape(b, reversed, result);
}

/// The convolution of the input, spread by the strides, with the weight mirrored.
FailureOr<Value> lowerConvTranspose(onnx::ConvTransposeOp op, Emitter &b) {
  Value image = b.operands[0], weight = b.operands[1];
  int64_t groups = int64_t(op.getGroup()), rank = tensorType(image).getRank() - 2;
  if (rank < 1 || tensorType(weight).getRank() != rank + 2 || groups < 1 ||
      shapeOf(image)[1] != shapeOf(weight)[0] || shapeOf(image)[1] % groups != 0)
    return b.refuse("expected an input and a weight of equal rank, and input channels divisible by groups");
  if (!isa<FloatType>(elementOf(image)))
    return b.refuse("expected float elements");
  Window window;
  window.kernel.assign(shapeOf(weight).drop_front(2).begin(), shapeOf(weight).end());
  window.strides.assign(rank, 1);
  window.dilations = op.getDilations() ? llvm::to_vector(*op.getDilations()) : SmallVector<int64_t>(rank, 1);
  auto strides = op.getStrides() ? llvm::to_vector(*op.getStrides()) : SmallVector<int64_t>(rank, 1);
  auto extra =
      op.getOutputPadding() ? llvm::to_vector(*op.getOutputPadding()) : SmallVector<int64_t>(rank, 0);
  auto pads = op.getPads() ? llvm::to_vector(*op.getPads()) : SmallVector<int64_t>(2 * rank, 0);
  bool isSame = op.getAutoPad().starts_with("SAME"), oddBehind = op.getAutoPad() == "SAME_UPPER";
  if (int64_t(strides.size()) != rank || int64_t(window.dilations.size()) != rank ||
      int64_t(extra.size()) != rank || int64_t(pads.size()) != 2 * rank)
    return b.refuse(
        "expected one stride, dilation and output_padding, and two pads, for each spatial dimension");
  SmallVector<int64_t> low, high;
  for (int64_t i = 0; i < rank; ++i) {
    int64_t reach = (window.kernel[i] - 1) * window.dilations[i];
    int64_t full = (shapeOf(image)[i + 2] - 1) * strides[i] + reach + 1;
    int64_t output = b.resultShape()[i + 2], cut = pads[i];
    if (isSame || op.getOutputShape()) {
      int64_t total = std::max<int64_t>(full + extra[i] - output, 0);
      cut = oddBehind ? total / 2 : total - total / 2;
    }
    low.push_back(reach - cut);
    high.push_back(output - (full - cut) + reach);
  }
  Type element = elementOf(image);
  Value spread = dilateAndPad(b, image, strides, low, high);
  Value initial =
      initialOf(b, b.hasOperand(2) ? b.operands[2] : Value(), b.resultShape(), accumulatorOf(element));
  Value mirrored = flipWeight(b, weight, groups);
  return roundTo(b, convolve(b, {spread, mirrored, initial, groups, window}), b.resultElement());
}

} // namespace

void populateConvolutionPatterns(LoweringPatterns &patterns) {
  patterns.add<onnx::ConvOp>(lowerConv);
  patterns.add<onnx::ConvIntegerOp>(lowerConvInteger);
  patterns.add<onnx::ConvTransposeOp>(lowerConvTranspose);
}

} // namespace quern::structure
