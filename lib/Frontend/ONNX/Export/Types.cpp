// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Export/Types.h"

#include "lib/Frontend/ONNX/Read/ElementType.h"

#include "dialects/ONNX/IR/ElementTypes.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernStorage.h"

using namespace mlir;

namespace quern {

int elementTypeNumber(Type type) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(type))
    type = storageTypeOf(quantized);
  if (auto integer = dyn_cast<IntegerType>(type); integer && !llvm::isPowerOf2_32(integer.getWidth()))
    type =
        IntegerType::get(type.getContext(), llvm::PowerOf2Ceil(integer.getWidth()), integer.getSignedness());
  return static_cast<int>(onnx::numberFromElementType(type));
}

std::string typeToText(Type type) {
  auto nest = [](StringRef wrapper, Type inner) {
    std::string text = typeToText(inner);
    return text.empty() ? text : (wrapper + text + ")").str();
  };
  if (auto tensor = dyn_cast<TensorType>(type)) {
    const ElementType *element = findElementType(elementTypeNumber(tensor.getElementType()));
    return element ? ("tensor(" + element->name + ")").str() : "";
  }
  if (auto sequence = dyn_cast<onnx::SequenceType>(type))
    return nest("seq(", sequence.getElementType());
  if (auto optional = dyn_cast<onnx::OptionalType>(type))
    return nest("optional(", optional.getElementType());
  return "";
}

static LogicalResult tensorToProto(TensorType type, ArrayRef<StringRef> dimensions,
                                   proto::TypeProto::Tensor &proto) {
  int number = elementTypeNumber(type.getElementType());
  proto.set_elem_type(number);
  if (!type.hasRank())
    return success(number != 0);
  proto.mutable_shape();
  for (auto [axis, size] : llvm::enumerate(type.getShape())) {
    auto *dim = proto.mutable_shape()->add_dim();
    if (!ShapedType::isDynamic(size))
      dim->set_dim_value(size);
    else if (axis < dimensions.size() && !dimensions[axis].empty())
      dim->set_dim_param(dimensions[axis].str());
  }
  return success(number != 0);
}

LogicalResult typeToProto(Type type, ArrayRef<StringRef> dimensions, proto::TypeProto &proto) {
  if (auto tensor = dyn_cast<TensorType>(type))
    return tensorToProto(tensor, dimensions, *proto.mutable_tensor_type());
  if (auto sequence = dyn_cast<onnx::SequenceType>(type))
    return typeToProto(sequence.getElementType(), {}, *proto.mutable_sequence_type()->mutable_elem_type());
  if (auto optional = dyn_cast<onnx::OptionalType>(type))
    return typeToProto(optional.getElementType(), {}, *proto.mutable_optional_type()->mutable_elem_type());
  if (auto map = dyn_cast<onnx::MapType>(type)) {
    proto.mutable_map_type()->set_key_type(elementTypeNumber(map.getKeyType()));
    return typeToProto(map.getValueType(), {}, *proto.mutable_map_type()->mutable_value_type());
  }
  return failure();
}

} // namespace quern
