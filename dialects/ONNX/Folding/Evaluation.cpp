// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/Folding/Evaluation.h"
#include "dialects/ONNX/ShapeInference/Shapes.h"

using namespace mlir;

namespace quern::onnx {

/// A fold may not make the IR large: bulk work is left to the pass FoldConstants.
static constexpr int64_t maximumFoldedElements = 512;

OpFoldResult detail::foldOp(Operation *op, ArrayRef<Attribute> operands, bool returnsOperand) {
  if (returnsOperand && op->getOperand(0).getType() == op->getResult(0).getType())
    return op->getOperand(0);
  auto evaluable = dyn_cast<ConstantEvaluationOpInterface>(op);
  RankedTensorType type = evaluate::staticResult(op);
  if (!evaluable || !type || type.getNumElements() > maximumFoldedElements)
    return {};
  return evaluable.evaluate(operands);
}

namespace evaluate {

RankedTensorType staticResult(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  bool countable = type && type.hasStaticShape() && infer::product(type.getShape()) != infer::unknown;
  return countable ? type : RankedTensorType();
}

SmallVector<int64_t> stridesOf(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t axis = static_cast<int64_t>(shape.size()) - 2; axis >= 0; --axis)
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

SmallVector<int64_t> broadcastStrides(ArrayRef<int64_t> shape, ArrayRef<int64_t> target) {
  SmallVector<int64_t> own = stridesOf(shape), strides(target.size(), 0);
  size_t lead = target.size() - shape.size();
  for (size_t axis = 0; axis < shape.size(); ++axis)
    strides[lead + axis] = shape[axis] == 1 ? 0 : own[axis];
  return strides;
}

void walkStrided(ArrayRef<int64_t> shape, int64_t base, ArrayRef<int64_t> strides,
                 llvm::function_ref<void(int64_t)> visit) {
  if (llvm::is_contained(shape, 0))
    return;
  SmallVector<int64_t> index(shape.size(), 0);
  int64_t position = base;
  while (true) {
    visit(position);
    int64_t axis = static_cast<int64_t>(shape.size()) - 1;
    for (; axis >= 0; --axis) {
      position += strides[axis];
      if (++index[axis] < shape[axis])
        break;
      position -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
    if (axis < 0)
      return;
  }
}

ElementsAttr copyStrided(const ConstantView &source, RankedTensorType type, int64_t base,
                         ArrayRef<int64_t> strides) {
  SmallVector<char> bytes;
  bytes.reserve(type.getNumElements() * source.elementBytes());
  walkStrided(type.getShape(), base, strides,
              [&](int64_t index) { llvm::append_range(bytes, source.bytes(index)); });
  return makeConstant(type, bytes);
}

} // namespace evaluate
} // namespace quern::onnx
