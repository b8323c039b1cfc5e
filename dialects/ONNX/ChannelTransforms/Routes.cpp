// From a result to operands: which operands change, and how, where the channels of the result become (y - z)
// / s.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/OpHooks.h"
#include "dialects/ONNX/IR/Tensor.h"

using namespace mlir;

namespace quern::onnx::routes {

/// The type of result 0, if its shape is static and holds `axis`.
static RankedTensorType resultType(Operation *op, int64_t axis) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  return type && type.hasStaticShape() && axis >= 0 && axis < type.getRank() ? type : RankedTensorType();
}

/// The axis of a broadcast operand that meets axis `axis` of the result; negative if the operand begins
/// behind it.
static std::optional<int64_t> meetingAxis(Operation *op, unsigned number, int64_t axis) {
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  auto type = dyn_cast<RankedTensorType>(op->getOperand(number).getType());
  if (!type)
    return std::nullopt;
  int64_t own = axis - (result.getRank() - type.getRank());
  // A constant can be written out along the axis; what is computed must have the channels.
  bool carries = own >= 0 && type.getDimSize(own) == result.getDimSize(axis);
  return carries || getConstant(op->getOperand(number)) ? std::optional(own) : std::nullopt;
}

/// A route through one operand of an op that treats all elements alike.
static Routes through(unsigned operand, int64_t axis, bool shifted) {
  return {{ChannelStep{operand, axis, shifted ? ChannelChange::Shift : ChannelChange::Divide}}};
}

Routes conv(Operation *op, int64_t axis, bool) {
  if (axis != 1)
    return {};
  return {{ChannelStep{1, 0, ChannelChange::Divide}, ChannelStep{2, 0, ChannelChange::Shift}}};
}

Routes gemm(Operation *op, int64_t axis, bool) {
  auto gemm = cast<GemmOp>(op);
  if (axis != 1 || gemm.getBeta().convertToFloat() != 1)
    return {};
  auto bias = dyn_cast<RankedTensorType>(gemm.getC().getType());
  if (!bias && detail::isPresent(gemm.getC()))
    return {};
  return {{ChannelStep{1, gemm.getTransB() ? 0 : 1, ChannelChange::Divide},
           ChannelStep{2, bias ? bias.getRank() - 1 : 0, ChannelChange::Shift}}};
}

Routes matMul(Operation *op, int64_t axis, bool shifted) {
  RankedTensorType result = resultType(op, axis);
  auto right = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  auto left = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (shifted || !result || !left || !right || left.getRank() < 2 || right.getRank() < 2 ||
      axis != result.getRank() - 1)
    return {};
  return through(1, right.getRank() - 1, false);
}

/// A sum of a computed value and a constant. Two computed values are a residual: neither side may change
/// alone, and both together would reach through the whole network.
Routes add(Operation *op, int64_t axis, bool) {
  if (!resultType(op, axis))
    return {};
  unsigned constant = getConstant(op->getOperand(1)) ? 1 : 0;
  if (!getConstant(op->getOperand(constant)))
    return {};
  std::optional<int64_t> own = meetingAxis(op, constant, axis), other = meetingAxis(op, 1 - constant, axis);
  if (!own || !other)
    return {};
  return {{ChannelStep{1 - constant, *other, ChannelChange::Divide},
           ChannelStep{constant, *own, ChannelChange::Shift}}};
}

Routes subtract(Operation *op, int64_t axis, bool) {
  if (!resultType(op, axis))
    return {};
  bool constantLeft = bool(getConstant(op->getOperand(0))),
       constantRight = bool(getConstant(op->getOperand(1)));
  std::optional<int64_t> left = meetingAxis(op, 0, axis), right = meetingAxis(op, 1, axis);
  if (constantLeft == constantRight || !left || !right)
    return {};
  return {{ChannelStep{0, *left, constantLeft ? ChannelChange::Shift : ChannelChange::Divide},
           ChannelStep{1, *right, constantLeft ? ChannelChange::Divide : ChannelChange::ShiftNegative}}};
}

Routes multiply(Operation *op, int64_t axis, bool shifted) {
  if (shifted || !resultType(op, axis))
    return {};
  Routes routes;
  for (bool constant : {true, false})
    for (unsigned number : {0, 1})
      if (bool(getConstant(op->getOperand(number))) == constant)
        if (std::optional<int64_t> own = meetingAxis(op, number, axis))
          routes.push_back({ChannelStep{number, *own, ChannelChange::Divide}});
  return routes;
}

Routes divide(Operation *op, int64_t axis, bool shifted) {
  if (shifted || !resultType(op, axis))
    return {};
  Routes routes;
  if (getConstant(op->getOperand(1)))
    if (std::optional<int64_t> own = meetingAxis(op, 1, axis))
      routes.push_back({ChannelStep{1, *own, ChannelChange::Multiply}});
  if (std::optional<int64_t> own = meetingAxis(op, 0, axis))
    routes.push_back({ChannelStep{0, *own, ChannelChange::Divide}});
  return routes;
}

Routes normalization(Operation *op, int64_t axis, bool shifted) {
  bool hasShift = op->getNumOperands() == 3; // RMSNormalization has none
  if (!resultType(op, axis) || (shifted && !hasShift))
    return {};
  std::optional<int64_t> scale = meetingAxis(op, 1, axis);
  if (!scale || *scale < 0)
    return {}; // not an axis that is normalized
  ChannelRoute route{ChannelStep{1, *scale, ChannelChange::Divide}};
  if (hasShift)
    route.push_back({2, *scale, ChannelChange::Shift});
  return {route};
}

Routes homogeneous(Operation *op, int64_t axis, bool shifted) {
  // Windows lie in the axes behind the channels; elementwise ops keep every axis.
  bool keepsAxis = op->getOperand(0).getType() == op->getResult(0).getType() || axis <= 1;
  if (!resultType(op, axis) || !keepsAxis || (shifted && !isa<IdentityOp>(op)))
    return {};
  return through(0, axis, shifted);
}

Routes bounded(Operation *op, int64_t axis, bool shifted) {
  if (shifted || !resultType(op, axis))
    return {};
  ChannelRoute route;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!detail::isPresent(operand.get()))
      continue;
    std::optional<int64_t> own = meetingAxis(op, operand.getOperandNumber(), axis);
    if (!own)
      return {};
    route.push_back({operand.getOperandNumber(), *own, ChannelChange::Divide});
  }
  return {route};
}

Routes transpose(Operation *op, int64_t axis, bool shifted) {
  RankedTensorType result = resultType(op, axis);
  if (!result)
    return {};
  auto permutation = op->getAttrOfType<DenseI64ArrayAttr>("perm");
  return through(0, permutation ? permutation[axis] : result.getRank() - 1 - axis, shifted);
}

Routes reshape(Operation *op, int64_t axis, bool shifted) {
  RankedTensorType result = resultType(op, axis);
  auto input = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!result || !input || !input.hasStaticShape())
    return {};
  auto inner = [](ArrayRef<int64_t> shape, int64_t from) {
    return ShapedType::getNumElements(shape.drop_front(from + 1));
  };
  for (int64_t own = 0; own < input.getRank(); ++own)
    if (input.getDimSize(own) == result.getDimSize(axis) &&
        inner(input.getShape(), own) == inner(result.getShape(), axis))
      return through(0, own, shifted);
  return {};
}

} // namespace quern::onnx::routes
