// Constants under another shape, permuted, selected, repeated or joined.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/Folding/Evaluation.h"
#include "dialects/ONNX/ShapeInference/Shapes.h"

using namespace mlir;

namespace quern::onnx::evaluate {

/// Reshape, Squeeze, Unsqueeze, Flatten, Identity: the same bytes.
ElementsAttr reshape(Operation *op, ArrayRef<Attribute> operands) {
  auto elements = dyn_cast_or_null<ElementsAttr>(operands[0]);
  RankedTensorType type = staticResult(op);
  return elements && type ? reshapeConstant(elements, type) : ElementsAttr();
}

ElementsAttr transpose(Operation *op, ArrayRef<Attribute> operands) {
  std::optional<ConstantView> source = ConstantView::of(operands[0]);
  RankedTensorType type = staticResult(op);
  if (!source || !type)
    return {};
  SmallVector<int64_t> strides = stridesOf(source->getShape());
  auto permuted = llvm::map_to_vector(infer::transposition(op, type.getRank()),
                                      [&](int64_t axis) { return strides[axis]; });
  return copyStrided(*source, type, 0, permuted);
}

ElementsAttr slice(Operation *op, ArrayRef<Attribute> operands) {
  std::optional<ConstantView> source = ConstantView::of(operands[0]);
  RankedTensorType type = staticResult(op);
  if (!source || !type)
    return {};
  FailureOr<std::optional<infer::SlicePlan>> plan = infer::planSlice(op, source->getShape());
  if (failed(plan) || !*plan)
    return {};
  SmallVector<int64_t> strides = stridesOf(source->getShape());
  int64_t base = 0;
  for (auto [axis, stride] : llvm::enumerate(strides)) {
    base += (*plan)->starts[axis] * stride;
    stride *= (*plan)->steps[axis];
  }
  return copyStrided(*source, type, base, strides);
}

ElementsAttr expand(Operation *op, ArrayRef<Attribute> operands) {
  std::optional<ConstantView> source = ConstantView::of(operands[0]);
  RankedTensorType type = staticResult(op);
  if (!source || !type)
    return {};
  return copyStrided(*source, type, 0, broadcastStrides(source->getShape(), type.getShape()));
}

/// Elements [outer, own axis size, inner] of each operand stand one after another within each outer index.
ElementsAttr concat(Operation *op, ArrayRef<Attribute> operands) {
  RankedTensorType type = staticResult(op);
  SmallVector<ConstantView> parts;
  for (Attribute operand : operands)
    if (std::optional<ConstantView> part = ConstantView::of(operand))
      parts.push_back(std::move(*part));
  if (!type || parts.size() != operands.size())
    return {};
  int64_t axis = *getInteger(op, "axis");
  axis += axis < 0 ? type.getRank() : 0;
  int64_t outer = infer::product(type.getShape().take_front(axis));
  SmallVector<char> bytes;
  for (int64_t i = 0; i < outer; ++i)
    for (const ConstantView &part : parts)
      for (int64_t k = 0, count = part.size() / outer; k < count; ++k)
        llvm::append_range(bytes, part.bytes(i * count + k));
  return makeConstant(type, bytes);
}

/// result[outer, indices..., inner] = data[outer, index, inner].
ElementsAttr gather(Operation *op, ArrayRef<Attribute> operands) {
  std::optional<ConstantView> data = ConstantView::of(operands[0]), indices = ConstantView::of(operands[1]);
  RankedTensorType type = staticResult(op);
  if (!data || !indices || !type)
    return {};
  int64_t axis = *getInteger(op, "axis");
  axis += axis < 0 ? data->getType().getRank() : 0;
  int64_t size = data->getShape()[axis];
  int64_t outer = infer::product(data->getShape().take_front(axis)),
          inner = infer::product(data->getShape().drop_front(axis + 1));
  SmallVector<char> bytes;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < indices->size(); ++i) {
      int64_t index = indices->integer(i);
      index += index < 0 ? size : 0;
      if (index < 0 || index >= size)
        return {}; // reported when the model runs, as ONNX does
      for (int64_t k = 0; k < inner; ++k)
        llvm::append_range(bytes, data->bytes((o * size + index) * inner + k));
    }
  return makeConstant(type, bytes);
}

} // namespace quern::onnx::evaluate
