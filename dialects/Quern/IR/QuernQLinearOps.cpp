// Verifiers of the ops whose operands and results have scales of their own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"

#include "dialects/Quern/IR/QuernStorage.h"
#include "dialects/Quern/IR/Verifiers.h"
#include "lib/Numerics/Softmax.h"

#include "mlir/Dialect/Traits.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace quern {

//===-- Elementwise
//------------------------------------------------------------------------------------------===//

static LogicalResult verifyBroadcast(Operation *op) {
  SmallVector<RankedTensorType, 3> types;
  for (Type type : {op->getOperand(0).getType(), op->getOperand(1).getType(), op->getResult(0).getType()}) {
    auto ranked = dyn_cast<RankedTensorType>(type);
    if (!ranked)
      return op->emitOpError() << "expected ranked tensors, got " << type;
    types.push_back(ranked);
  }
  SmallVector<int64_t> shape;
  if (!OpTrait::util::getBroadcastedShape(types[0].getShape(), types[1].getShape(), shape) ||
      failed(verifyCompatibleShape(shape, types[2].getShape())))
    return op->emitOpError() << "expected operands that broadcast to the result, got " << types[0] << ", "
                             << types[1] << " and " << types[2];
  return success();
}

LogicalResult QLinearAddOp::verify() {
  if (failed(verifyBroadcast(*this))) // C1
    return failure();
  if (failed(verifyMultiplier(*this, getAMultiplier())) ||
      failed(verifyMultiplier(*this, getBMultiplier()))) // C2
    return failure();
  if (failed(verifyOperandZeroPoint(*this, getA().getType(), getAZeroPoint()))) // C3
    return failure();
  return verifyOperandZeroPoint(*this, getB().getType(), getBZeroPoint()); // C3
}

LogicalResult QLinearMulOp::verify() {
  if (failed(verifyBroadcast(*this)) || failed(verifyMultiplier(*this, getMultiplier()))) // C1, C2
    return failure();
  if (failed(verifyOperandZeroPoint(*this, getA().getType(), getAZeroPoint()))) // C3
    return failure();
  return verifyOperandZeroPoint(*this, getB().getType(), getBZeroPoint()); // C3
}

//===-- Means
//--------------------------------------------------------------------------------------------------===//

/// C5 of the means: `count` differences of 8-bit codes, each below 256 in magnitude, fit i32.
static LogicalResult verifySum(Operation *op, int64_t count) {
  constexpr int64_t limit = std::numeric_limits<int32_t>::max() / 255;
  if (count <= limit)
    return success();
  return op->emitOpError() << "expected a sum of at most " << limit << " codes, got " << count;
}

LogicalResult QLinearAveragePoolOp::verify() {
  auto input = dyn_cast<RankedTensorType>(getInput().getType()),
       result = dyn_cast<RankedTensorType>(getType());
  if (!input || !result || input.getRank() < 3 || input.getRank() != result.getRank())
    return emitOpError("expected operand and result of one rank, [N, C, spatial...]");
  size_t spatial = input.getRank() - 2;
  auto isPositive = [](int64_t value) { return value > 0; };
  for (ArrayRef<int64_t> sizes : {getKernelShape(), getStrides(), getDilations()})
    if (sizes.size() != spatial || !llvm::all_of(sizes, isPositive)) // C1
      return emitOpError() << "expected " << spatial
                           << " positive values in kernel_shape, strides and dilations";
  if (getPads().size() != 2 * spatial || llvm::any_of(getPads(), [](int64_t pad) { return pad < 0; })) // C1
    return emitOpError() << "expected " << 2 * spatial << " pads that are not negative";
  for (size_t i = 0; i < spatial; ++i) {
    int64_t in = input.getDimSize(i + 2), out = result.getDimSize(i + 2), stride = getStrides()[i];
    if (ShapedType::isDynamic(in) || ShapedType::isDynamic(out))
      continue;
    int64_t room =
        in + getPads()[i] + getPads()[i + spatial] - (getKernelShape()[i] - 1) * getDilations()[i] - 1;
    if (room < 0 || out < room / stride + 1 || out > (room + stride - 1) / stride + 1) // C2
      return emitOpError() << "expected a window that gives size " << out << " from size " << in
                           << " in dimension " << i + 2;
  }
  if (failed(verifyMultiplier(*this, getMultiplier()))) // C3
    return failure();
  if (failed(verifyOperandZeroPoint(*this, getInput().getType(), getInputZeroPoint()))) // C4
    return failure();
  return verifySum(*this, ShapedType::getNumElements(getKernelShape())); // C5
}

LogicalResult QLinearGlobalAveragePoolOp::verify() {
  auto input = dyn_cast<RankedTensorType>(getInput().getType()),
       result = dyn_cast<RankedTensorType>(getType());
  if (!input || !result)
    return emitOpError("expected ranked tensors");
  int64_t previous = -1;
  for (int64_t axis : getAxes()) {
    if (axis <= previous || axis >= input.getRank()) // C1
      return emitOpError("expected distinct ascending axes within the rank");
    previous = axis;
  }
  SmallVector<int64_t> shape;
  int64_t count = 1;
  for (auto [axis, size] : llvm::enumerate(input.getShape())) {
    if (!llvm::is_contained(getAxes(), int64_t(axis))) {
      shape.push_back(size);
      continue;
    }
    if (getKeepDims())
      shape.push_back(1);
    count = ShapedType::isDynamic(size) ? count : count * size;
  }
  if (failed(verifyCompatibleShape(shape, result.getShape()))) // C2
    return emitOpError() << "expected a result of the operand's shape without the axes, got " << result;
  if (failed(verifyMultiplier(*this, getMultiplier()))) // C3
    return failure();
  if (failed(verifyOperandZeroPoint(*this, getInput().getType(), getInputZeroPoint()))) // C4
    return failure();
  return verifySum(*this, count); // C5
}

//===-- Softmax
//------------------------------------------------------------------------------------------------===//

/// C2 of softmax.
static LogicalResult verifyTable(QLinearSoftmaxOp op) {
  auto table = dyn_cast<DenseIntElementsAttr>(op.getTable());
  if (!table || table.getNumElements() != 256 || !table.getElementType().isSignlessInteger(32))
    return op.emitOpError() << "expected a table of 256 i32, got " << op.getTable().getType();
  int32_t previous = 1 << 22;
  if (*table.value_begin<int32_t>() != previous)
    return op.emitOpError("expected a table that starts at 4194304");
  for (int32_t entry : table.getValues<int32_t>()) {
    if (entry < 0 || entry > previous)
      return op.emitOpError("expected a table that never rises and is not negative");
    previous = entry;
  }
  return success();
}

LogicalResult QLinearSoftmaxOp::verify() {
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || getAxis() < 0 || getAxis() >= type.getRank()) // C1
    return emitOpError() << "expected an axis within the rank of " << getType() << ", got " << getAxis();
  if (failed(verifyTable(*this)))
    return failure();
  auto codes = dyn_cast<IntegerType>(type.getElementType());
  for (bool present :
       {getOutputScale().has_value(), getZeroPoint().has_value(), getMin().has_value(), getMax().has_value()})
    if (present != bool(codes)) // C3
      return emitOpError(
          "expected output_scale, zero_point, min and max exactly where the result holds codes");
  if (!codes)
    return success();
  if (!isPositiveFinite(getOutputScale()->convertToFloat())) // C3
    return emitOpError("expected a finite and positive output_scale");
  IntegerRange range = integerRange(codes);
  if (!range.contains(*getZeroPoint()) || !range.contains(*getMin()) || !range.contains(*getMax()) ||
      *getMin() > *getMax()) // C4
    return emitOpError() << "expected zero_point, min and max within " << codes << " and in order";
  return success();
}

DenseElementsAttr QLinearSoftmaxOp::computeTable(MLIRContext *context, float scale) {
  QLinearSoftmax softmax(scale);
  SmallVector<int32_t> entries(softmax.getTable().begin(), softmax.getTable().end());
  return DenseElementsAttr::get(RankedTensorType::get({256}, IntegerType::get(context, 32)),
                                ArrayRef<int32_t>(entries));
}

} // namespace quern
