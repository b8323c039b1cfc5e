// From an operand into a weight: which constant takes in x = s * x' + z.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/OpHooks.h"

using namespace mlir;

namespace quern::onnx::absorptions {

/// Padding puts zeros where a shifted input would need -z / s.
static bool pads(ConvOp op) {
  auto pads = op->getAttrOfType<DenseI64ArrayAttr>("pads");
  bool automatic = op.getAutoPad() != "NOTSET" && op.getAutoPad() != "VALID";
  return automatic || (pads && llvm::any_of(pads.asArrayRef(), [](int64_t pad) { return pad != 0; }));
}

Absorption conv(Operation *op, unsigned number, int64_t axis, bool shifted) {
  auto conv = cast<ConvOp>(op);
  if (number != 0 || axis != 1 || (shifted && pads(conv)))
    return std::nullopt;
  return ChannelAbsorption{1, 1, 0, 1, int64_t(conv.getGroup()), 2};
}

Absorption gemm(Operation *op, unsigned number, int64_t axis, bool shifted) {
  auto gemm = cast<GemmOp>(op);
  bool plain = gemm.getAlpha().convertToFloat() == 1 && gemm.getBeta().convertToFloat() == 1;
  if (number != 0 || axis != (gemm.getTransA() ? 0 : 1) || (shifted && !plain))
    return std::nullopt;
  int64_t inputAxis = gemm.getTransB() ? 1 : 0;
  return ChannelAbsorption{1, inputAxis, 1 - inputAxis, 1, 1, 2};
}

Absorption matMul(Operation *op, unsigned number, int64_t axis, bool) {
  auto left = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto right = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (number != 0 || !left || !right || !result || right.getRank() != 2 || left.getRank() < 2 ||
      axis != left.getRank() - 1)
    return std::nullopt;
  return ChannelAbsorption{1, 0, 1, result.getRank() - 1};
}

} // namespace quern::onnx::absorptions
