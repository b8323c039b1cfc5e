// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/ChannelMap.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/Quern/IR/QuernAttributes.h"

using namespace mlir;

namespace quern {

ChannelMap ChannelMap::identity(size_t channels) {
  return {SmallVector<double>(channels, 1), SmallVector<double>(channels, 0)};
}

bool ChannelMap::isShifted() const {
  return llvm::any_of(shift, [](double z) { return z != 0; });
}

bool ChannelMap::isIdentity() const {
  return !isShifted() && llvm::all_of(scale, [](double s) { return s == 1; });
}

ChannelMap ChannelMap::scaleOnly() const { return {scale, SmallVector<double>(scale.size(), 0)}; }

ChannelMap ChannelMap::compose(const ChannelMap &first, const ChannelMap &second) {
  ChannelMap both;
  for (auto [s1, z1, s2, z2] : llvm::zip_equal(first.scale, first.shift, second.scale, second.shift)) {
    both.scale.push_back(s1 * s2);
    both.shift.push_back(z1 + s1 * z2);
  }
  return both;
}

Value makeConstant(OpBuilder &builder, Location loc, RankedTensorType type, ArrayRef<double> values) {
  return onnx::ConstantOp::create(builder, loc, type, onnx::makeConstant(type, values));
}

void replaceConstant(OpOperand &operand, Value value) {
  Operation *old = operand.get().getDefiningOp();
  operand.set(value);
  if (old && isOpTriviallyDead(old))
    old->erase();
}

bool isRewritableConstant(Value value) {
  std::optional<onnx::ConstantView> view = onnx::ConstantView::of(value);
  return view && view->getElementType().isF32() && isa<RankedTensorType>(value.getType());
}

static double changed(double u, onnx::ChannelChange change, double s, double z) {
  switch (change) {
  case onnx::ChannelChange::Divide:
    return u / s;
  case onnx::ChannelChange::Shift:
    return (u - z) / s;
  case onnx::ChannelChange::ShiftNegative:
    return (u + z) / s;
  case onnx::ChannelChange::Multiply:
    return u * s;
  }
  llvm_unreachable("every change is computed");
}

Value changeConstant(OpBuilder &builder, Value value, int64_t axis, onnx::ChannelChange change,
                     const ChannelMap &map) {
  onnx::ConstantView view = *onnx::ConstantView::of(value);
  SmallVector<int64_t> shape(view.getShape());
  if (axis < 0) {
    shape.insert(shape.begin(), -axis, 1);
    axis = 0;
  }
  bool broadcast = shape[axis] == 1;
  shape[axis] = map.channels();
  int64_t inner = ShapedType::getNumElements(ArrayRef(shape).drop_front(axis + 1));
  SmallVector<double> values(ShapedType::getNumElements(shape));
  for (auto [i, result] : llvm::enumerate(values)) {
    int64_t index = i, channel = index / inner % map.channels();
    int64_t source = broadcast ? index / (inner * map.channels()) * inner + index % inner : index;
    result = changed(view.real(source), change, map.scale[channel], map.shift[channel]);
  }
  return makeConstant(builder, value.getLoc(), RankedTensorType::get(shape, view.getElementType()), values);
}

void addProvenance(Operation *op, ArrayAttr methods) {
  SmallVector<Attribute> names;
  if (auto known = op->getAttrOfType<ArrayAttr>(kTransformedByAttrName))
    llvm::append_range(names, known);
  if (methods)
    for (Attribute name : methods)
      if (!llvm::is_contained(names, name))
        names.push_back(name);
  if (!names.empty())
    op->setAttr(kTransformedByAttrName, ArrayAttr::get(op->getContext(), names));
}

} // namespace quern
