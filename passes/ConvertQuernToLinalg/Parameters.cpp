// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertQuernToLinalg/Parameters.h"

#include "dialects/Quern/IR/QuernStorage.h"

using namespace mlir;

namespace quern::structure {

BodyOperands::Reader BodyOperands::add(Value tensor) {
  operands.push_back({tensor, b.getMultiDimIdentityMap(shape.size())});
  return [index = operands.size() - 1](ImplicitLocOpBuilder &, ValueRange scalars) { return scalars[index]; };
}

BodyOperands::Reader BodyOperands::addBroadcast(Value tensor) {
  operands.push_back(broadcastOperand(b, tensor, shape));
  return [index = operands.size() - 1](ImplicitLocOpBuilder &, ValueRange scalars) { return scalars[index]; };
}

BodyOperands::Reader BodyOperands::addTable(DenseElementsAttr table, ArrayRef<int64_t> dimensions) {
  SmallVector<int64_t> extents;
  for (int64_t dimension : dimensions)
    extents.push_back(shape[dimension]);
  auto type = RankedTensorType::get(extents, table.getElementType());
  Value constant = arith::ConstantOp::create(b, type, table.reshape(type));
  operands.push_back(operand(b, constant, dimensions, extents, shape.size()));
  return [index = operands.size() - 1](ImplicitLocOpBuilder &, ValueRange scalars) { return scalars[index]; };
}

BodyOperands::Reader BodyOperands::addFloats(ArrayRef<float> values, ArrayRef<int64_t> dimensions) {
  if (llvm::all_equal(values))
    return [value = values.front()](ImplicitLocOpBuilder &inner, ValueRange) {
      return scalar(inner, inner.getF32Type(), value);
    };
  auto type = RankedTensorType::get(int64_t(values.size()), b.getF32Type());
  return addTable(DenseElementsAttr::get(type, values), dimensions);
}

BodyOperands::Reader BodyOperands::addIntegers(ArrayRef<int64_t> values, ArrayRef<int64_t> dimensions) {
  if (llvm::all_equal(values))
    return [value = values.front()](ImplicitLocOpBuilder &inner, ValueRange) {
      return scalarInteger(inner, inner.getI32Type(), value);
    };
  auto type = RankedTensorType::get(int64_t(values.size()), b.getI32Type());
  auto narrow = llvm::to_vector_of<int32_t>(values);
  return addTable(DenseElementsAttr::get(type, ArrayRef<int32_t>(narrow)), dimensions);
}

static ScaleLayout layOutBlocks(quant::UniformQuantizedSubChannelType type, ArrayRef<int64_t> shape) {
  ScaleLayout layout;
  for (auto [extent, count] : llvm::zip_equal(shape, type.getScales().getType().getShape())) {
    if (count > 1)
      layout.dimensions.push_back(layout.shape.size());
    layout.shape.push_back(count == 1 ? extent : count);
    if (count != 1 && count != extent)
      layout.shape.push_back(extent / count);
  }
  layout.scales = blockScales(type);
  layout.zeroPoints = blockZeroPoints(type);
  return layout;
}

FailureOr<ScaleLayout> layOutScales(quant::QuantizedType type, ArrayRef<int64_t> shape) {
  ScaleLayout layout;
  layout.shape.assign(shape.begin(), shape.end());
  if (auto perTensor = dyn_cast<quant::UniformQuantizedType>(type)) {
    layout.scales.push_back(float(perTensor.getScale()));
    layout.zeroPoints.push_back(perTensor.getZeroPoint());
    return layout;
  }
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type)) {
    layout.dimensions.push_back(perAxis.getQuantizedDimension());
    llvm::append_range(layout.scales,
                       llvm::map_range(perAxis.getScales(), [](double s) { return float(s); }));
    llvm::append_range(layout.zeroPoints, perAxis.getZeroPoints());
    return layout;
  }
  if (auto blocks = dyn_cast<quant::UniformQuantizedSubChannelType>(type))
    return layOutBlocks(blocks, shape);
  return failure();
}

Value firstRows(ImplicitLocOpBuilder &b, Value matrix, int64_t count) {
  if (shapeOf(matrix)[0] == count)
    return matrix;
  SmallVector<OpFoldResult> offsets(2, b.getIndexAttr(0)), strides(2, b.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes{b.getIndexAttr(count), b.getIndexAttr(shapeOf(matrix)[1])};
  return tensor::ExtractSliceOp::create(b, matrix, offsets, sizes, strides);
}

} // namespace quern::structure
