// Pad: a constant, or elements of the input repeated or mirrored.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Tensor.h"
#include "passes/ConvertONNXToLinalg/Indexing.h"

using namespace mlir;

namespace quern::structure {

namespace {

/// Elements before and behind each dimension; negative ones are cut off.
struct Padding {
  SmallVector<int64_t> low, high;
};

FailureOr<Padding> paddingOf(Emitter &b) {
  int64_t rank = tensorType(b.operands[0]).getRank();
  FailureOr<SmallVector<int64_t>> pads = b.constantIntegers(1);
  if (failed(pads))
    return b.refuse("expected pads to be constant");
  SmallVector<int64_t> axes;
  if (b.hasOperand(3)) {
    FailureOr<SmallVector<int64_t>> stated = b.constantIntegers(3);
    if (failed(stated))
      return b.refuse("expected axes to be constant");
    axes = *stated;
  } else {
    axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  }
  if (pads->size() != 2 * axes.size())
    return b.refuse("expected pads to state a beginning and an end for each axis");
  Padding padding{SmallVector<int64_t>(rank, 0), SmallVector<int64_t>(rank, 0)};
  for (auto [i, axis] : llvm::enumerate(axes)) {
    FailureOr<int64_t> normal = normalizeAxis(axis, rank);
    if (failed(normal))
      return b.refuse("expected axes within the rank of the input");
    padding.low[*normal] = (*pads)[i];
    padding.high[*normal] = (*pads)[i + axes.size()];
  }
  for (auto [extent, low, high] : llvm::zip_equal(shapeOf(b.operands[0]), padding.low, padding.high))
    if (extent + std::min<int64_t>(low, 0) + std::min<int64_t>(high, 0) < 0)
      return b.refuse("expected pads that cut off no more than there is");
  return padding;
}

/// Cuts off what negative padding says.
Value crop(ImplicitLocOpBuilder &b, Value value, const Padding &padding) {
  SmallVector<int64_t> offsets, sizes, ones(padding.low.size(), 1);
  for (auto [extent, low, high] : llvm::zip_equal(shapeOf(value), padding.low, padding.high)) {
    offsets.push_back(std::max<int64_t>(-low, 0));
    sizes.push_back(extent - offsets.back() - std::max<int64_t>(-high, 0));
  }
  if (ArrayRef(sizes) == shapeOf(value))
    return value;
  return tensor::ExtractSliceOp::create(b, value, getAsIndexOpFoldResult(b.getContext(), offsets),
                                        getAsIndexOpFoldResult(b.getContext(), sizes),
                                        getAsIndexOpFoldResult(b.getContext(), ones));
}

Value fillOf(Emitter &b) {
  if (!b.hasOperand(2))
    return scalar(b, elementOf(b.operands[0]), 0);
  return tensor::ExtractOp::create(b, reshape(b, b.operands[2], {}), ValueRange{});
}

/// The element of `extent` that position x of a mirrored sequence repeats: 0 1 2 1 0 1 2 ...
Value mirror(Indices &i, Value x, int64_t extent) {
  if (extent == 1)
    return i.constant(0);
  Value inPeriod = i.wrap(x, 2 * (extent - 1));
  Value back = arith::SubIOp::create(i.b, i.constant(2 * (extent - 1)), inPeriod);
  return arith::MinSIOp::create(i.b, inPeriod, back);
}

FailureOr<Value> lowerPad(onnx::PadOp op, Emitter &b) {
  StringRef mode = op.getMode();
  FailureOr<Padding> padding = paddingOf(b);
  if (failed(padding))
    return failure();
  if (mode == "constant") {
    // A constant fill stays a constant, which targets recognize.
    Value fill;
    if (FailureOr<SmallVector<double>> number = b.constantNumbers(2); succeeded(number))
      fill = scalar(b, elementOf(b.operands[0]), number->front());
    else
      fill = fillOf(b);
    SmallVector<int64_t> low, high;
    for (auto [before, after] : llvm::zip_equal(padding->low, padding->high)) {
      low.push_back(std::max<int64_t>(before, 0));
      high.push_back(std::max<int64_t>(after, 0));
    }
    return pad(b, crop(b, b.operands[0], *padding), low, high, fill);
  }
  if (mode != "reflect" && mode != "edge" && mode != "wrap")
    return b.refuse("expected mode constant, reflect, edge or wrap");
  Value source = b.operands[0];
  ArrayRef<int64_t> extents = shapeOf(source);
  if (llvm::is_contained(extents, 0))
    return b.refuse("expected an input that is not empty");
  return gather(b, b.resultShape(), source, {}, [&](ImplicitLocOpBuilder &inner, ValueRange at, ValueRange) {
    Indices i(inner);
    SmallVector<Value> position;
    for (auto [x, low, extent] : llvm::zip_equal(at, padding->low, extents)) {
      Value shifted = i.add(x, -low);
      position.push_back(mode == "edge"   ? i.clamp(shifted, extent)
                         : mode == "wrap" ? i.wrap(shifted, extent)
                                          : mirror(i, shifted, extent));
    }
    return position;
  });
}

} // namespace

void populatePaddingPatterns(LoweringPatterns &patterns) { patterns.add<onnx::PadOp>(lowerPad); }

} // namespace quern::structure
