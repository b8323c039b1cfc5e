// Constants that follow from types, and conversions between element types.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/Folding/Evaluation.h"
#include "dialects/ONNX/ShapeInference/Shapes.h"

#include <cmath>

using namespace mlir;

namespace quern::onnx::evaluate {

ElementsAttr shape(Operation *op, ArrayRef<Attribute>) {
  RankedTensorType input = infer::ranked(op, 0), type = staticResult(op);
  if (!input || !type)
    return {};
  auto [begin, end] = infer::shapeSlice(op, input.getRank());
  ArrayRef<int64_t> dimensions = input.getShape().slice(begin, end - begin);
  return llvm::any_of(dimensions, ShapedType::isDynamic) ? ElementsAttr()
                                                         : makeIntegerConstant(type, dimensions);
}

ElementsAttr size(Operation *op, ArrayRef<Attribute>) {
  RankedTensorType input = infer::ranked(op, 0), type = staticResult(op);
  return input && type && input.hasStaticShape() ? makeIntegerConstant(type, input.getNumElements())
                                                 : ElementsAttr();
}

ElementsAttr constantOfShape(Operation *op, ArrayRef<Attribute>) {
  RankedTensorType type = staticResult(op);
  std::optional<ConstantView> value = ConstantView::of(op->getAttr("value"));
  if (!type)
    return {};
  if (!value)
    return DenseElementsAttr::get(type, FloatAttr::get(type.getElementType(), 0.0));
  return copyStrided(*value, type, 0, SmallVector<int64_t>(type.getRank(), 0));
}

ElementsAttr range(Operation *op, ArrayRef<Attribute> operands) {
  std::optional<ConstantView> start = ConstantView::of(operands[0]), delta = ConstantView::of(operands[2]);
  RankedTensorType type = staticResult(op);
  if (!start || !delta || !type || !isa<IntegerType>(type.getElementType()))
    return {};
  SmallVector<int64_t> numbers;
  for (int64_t i = 0; i < type.getNumElements(); ++i)
    numbers.push_back(start->integer(0) + i * delta->integer(0));
  return makeIntegerConstant(type, numbers);
}

/// Integers between each other and from booleans truncate; to booleans, all but 0 is true; floats truncate
/// towards zero. What a float beyond an integer's range becomes is undefined in ONNX, so that is left alone.
static std::optional<SmallVector<int64_t>> toIntegers(const ConstantView &source, IntegerType target) {
  bool toBoolean = target.getWidth() == 1, fromFloat = isa<FloatType>(source.getElementType());
  double limit = std::ldexp(1.0, target.getWidth() - (target.isUnsigned() ? 0 : 1));
  SmallVector<int64_t> numbers;
  for (int64_t i = 0; i < source.size(); ++i) {
    if (toBoolean) {
      numbers.push_back(source.real(i) != 0);
    } else if (fromFloat) {
      double number = std::trunc(source.real(i));
      if (!(number >= (target.isUnsigned() ? 0 : -limit) && number < limit) || number >= 0x1p63)
        return std::nullopt;
      numbers.push_back(static_cast<int64_t>(number));
    } else
      numbers.push_back(source.integer(i));
  }
  return numbers;
}

ElementsAttr cast(Operation *op, ArrayRef<Attribute> operands) {
  std::optional<ConstantView> source = ConstantView::of(operands[0]);
  RankedTensorType type = staticResult(op);
  if (!source || !type || !source->getElementType().isIntOrFloat())
    return {};
  if (auto integer = dyn_cast<IntegerType>(type.getElementType())) {
    std::optional<SmallVector<int64_t>> numbers = toIntegers(*source, integer);
    return numbers ? makeIntegerConstant(type, *numbers) : ElementsAttr();
  }
  // Narrower floats saturate or not by attribute; only the IEEE-like ones are folded.
  if (!type.getElementType().isF32() && !type.getElementType().isF64() && !type.getElementType().isF16())
    return {};
  SmallVector<double> numbers;
  for (int64_t i = 0; i < source->size(); ++i)
    numbers.push_back(source->real(i));
  return makeConstant(type, numbers);
}

} // namespace quern::onnx::evaluate
