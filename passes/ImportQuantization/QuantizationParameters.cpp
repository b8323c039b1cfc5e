// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ImportQuantization/QuantizationParameters.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/Quern/IR/QuernStorage.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"

#include <cmath>

using namespace mlir;

namespace quern {

/// Zero points as codes; zeros where the operand is absent.
static std::optional<SmallVector<int64_t>> readZeroPoints(const QuantizationParameters &parameters,
                                                          int64_t count) {
  if (isa<NoneType>(parameters.zeroPoint.getType()))
    return SmallVector<int64_t>(count, 0);
  auto view = onnx::ConstantView::of(parameters.zeroPoint);
  if (!view || view->size() != count || !isa<IntegerType>(view->getElementType()))
    return std::nullopt;
  SmallVector<int64_t> codes;
  for (int64_t i = 0; i < count; ++i)
    codes.push_back(view->integer(i));
  return codes;
}

static FailureOr<SmallVector<float>> readScales(Operation *op, const onnx::ConstantView &view) {
  SmallVector<float> scales;
  for (int64_t i = 0; i < view.size(); ++i) {
    float scale = float(view.real(i));
    if (!std::isnormal(scale) || scale < 0)
      return op->emitError() << "expected scales that are finite, positive and normal, got " << scale;
    scales.push_back(scale);
  }
  return scales;
}

/// One scale per block along `axis` and per index along every other dimension.
static quant::QuantizedType blockedType(const QuantizationParameters &parameters, int64_t axis,
                                        ArrayRef<int64_t> scaleShape, ArrayRef<float> scales,
                                        ArrayRef<int64_t> zeroPoints) {
  MLIRContext *context = parameters.op->getContext();
  ArrayRef<int64_t> shape = parameters.tensor.getShape();
  SmallVector<int32_t> dimensions;
  SmallVector<int64_t> blocks(shape.size(), 1);
  blocks[axis] = parameters.blockSize;
  for (auto [i, extent] : llvm::enumerate(shape)) {
    if (ShapedType::isDynamic(extent) || extent % blocks[i] != 0 || scaleShape[i] != extent / blocks[i])
      return {};
    dimensions.push_back(i);
  }
  bool isSigned = !parameters.storage.isUnsigned();
  auto storage = IntegerType::get(context, parameters.storage.getWidth());
  IntegerRange codes = integerRange(parameters.storage);
  SmallVector<APInt> zeros;
  for (int64_t zeroPoint : zeroPoints)
    zeros.emplace_back(storage.getWidth(), zeroPoint, isSigned, /*implicitTrunc=*/true);
  auto f32 = Float32Type::get(context);
  return quant::UniformQuantizedSubChannelType::get(
      isSigned ? quant::QuantizationFlags::Signed : 0, storage, f32,
      DenseElementsAttr::get(RankedTensorType::get(scaleShape, f32), scales),
      DenseElementsAttr::get(RankedTensorType::get(scaleShape, storage), zeros), dimensions, blocks,
      codes.minimum, codes.maximum);
}

FailureOr<quant::QuantizedType> findQuantizedType(const QuantizationParameters &parameters) {
  auto none = [] { return quant::QuantizedType(); };
  auto view = onnx::ConstantView::of(parameters.scale);
  unsigned width = parameters.storage.getWidth();
  if (!view || !view->getElementType().isF32() || width > 32)
    return none();
  auto scales = readScales(parameters.op, *view);
  if (failed(scales))
    return failure();
  auto zeroPoints = readZeroPoints(parameters, scales->size());
  if (!zeroPoints)
    return none();
  MLIRContext *context = parameters.op->getContext();
  bool isSigned = !parameters.storage.isUnsigned();
  if (scales->size() == 1 && parameters.blockSize == 0)
    return quant::QuantizedType(
        perTensorType(context, width, isSigned, scales->front(), zeroPoints->front()));

  int64_t rank = parameters.tensor.getRank();
  int64_t axis = parameters.axis < 0 ? parameters.axis + rank : parameters.axis;
  if (axis < 0 || axis >= rank)
    return none();
  if (parameters.blockSize > 0) {
    if (int64_t(view->getShape().size()) != rank)
      return none();
    return blockedType(parameters, axis, view->getShape(), *scales, *zeroPoints);
  }
  if (view->getShape().size() != 1 || parameters.tensor.getDimSize(axis) != int64_t(scales->size()))
    return none();
  return quant::QuantizedType(perAxisType(context, width, isSigned, *scales, *zeroPoints, axis));
}

} // namespace quern
