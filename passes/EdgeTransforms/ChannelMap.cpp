// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/ChannelMap.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/Quern/IR/QuernAttributes.h"

#include <cmath>
#include <numeric>

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

ChannelMap ChannelMap::tied(ArrayRef<int64_t> representatives) const {
  if (representatives.empty())
    return *this;
  ChannelMap result = identity(channels());
  SmallVector<double> logarithms(channels(), 0), shifts(channels(), 0), counts(channels(), 0);
  SmallVector<bool> areEqual(channels(), true);
  for (auto [channel, first] : llvm::enumerate(representatives)) {
    logarithms[first] += std::log(scale[channel]);
    shifts[first] += shift[channel];
    ++counts[first];
    areEqual[first] = areEqual[first] && scale[channel] == scale[first] && shift[channel] == shift[first];
  }
  for (auto [channel, first] : llvm::enumerate(representatives)) {
    result.scale[channel] = areEqual[first] ? scale[first] : std::exp(logarithms[first] / counts[first]);
    result.shift[channel] = areEqual[first] ? shift[first] : shifts[first] / counts[first];
  }
  return result;
}

ChannelMap ChannelMap::select(ArrayRef<int64_t> channels) const {
  ChannelMap result = identity(channels.size());
  for (auto [index, channel] : llvm::enumerate(channels))
    if (channel != ChannelLabels::kNone) {
      result.scale[index] = scale[channel];
      result.shift[index] = shift[channel];
    }
  return result;
}

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

Value changeConstant(OpBuilder &builder, Value value, const ChannelLabels &labels, onnx::ChannelChange change,
                     const ChannelMap &map) {
  onnx::ConstantView view = *onnx::ConstantView::of(value);
  // Both broadcast to the shape of the result; the indices of elements of the old constant are labels of
  // another kind.
  size_t rank = std::max(view.getShape().size(), labels.shape.size());
  SmallVector<int64_t> shape(rank, 1);
  for (ArrayRef<int64_t> part : {view.getShape(), ArrayRef(labels.shape)})
    for (size_t i = 1; i <= part.size(); ++i)
      shape[rank - i] = std::max(shape[rank - i], part[part.size() - i]);
  ChannelLabels elements{SmallVector<int64_t>(view.getShape()), SmallVector<int64_t>(view.size())};
  std::iota(elements.channel.begin(), elements.channel.end(), 0);
  SmallVector<int64_t> sources = elements.expanded(shape).channel, channels = labels.expanded(shape).channel;
  SmallVector<double> values;
  for (auto [source, channel] : llvm::zip_equal(sources, channels))
    values.push_back(channel == ChannelLabels::kNone
                         ? view.real(source)
                         : changed(view.real(source), change, map.scale[channel], map.shift[channel]));
  return makeConstant(builder, value.getLoc(), RankedTensorType::get(shape, view.getElementType()), values);
}

Value changeConstant(OpBuilder &builder, Value value, int64_t axis, onnx::ChannelChange change,
                     const ChannelMap &map) {
  auto channels = llvm::to_vector(llvm::seq<int64_t>(0, map.channels()));
  int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  return changeConstant(builder, value, ChannelLabels::along(rank, axis, channels), change, map);
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
