// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Import/Types.h"

#include "dialects/ONNX/IR/ElementTypes.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "lib/Frontend/ONNX/Read/ElementType.h"

using namespace mlir;

namespace quern {

static Type elementTypeFromName(StringRef name, MLIRContext *context) {
  const ElementType *type = findElementType(name);
  return type ? onnx::elementTypeFromNumber(type->number, context) : Type();
}

Type typeFromText(StringRef text, MLIRContext *context) {
  StringRef inner = text;
  if (!inner.consume_back(")"))
    return {};
  if (inner.consume_front("tensor(")) {
    Type element = elementTypeFromName(inner, context);
    return element ? UnrankedTensorType::get(element) : Type();
  }
  if (inner.consume_front("map(")) {
    auto [key, value] = inner.split(", ");
    Type keyType = elementTypeFromName(key, context), valueType = typeFromText(value, context);
    return keyType && valueType ? onnx::MapType::get(context, keyType, valueType) : Type();
  }
  bool isSequence = inner.consume_front("seq(");
  if (!isSequence && !inner.consume_front("optional("))
    return {};
  Type element = typeFromText(inner, context);
  if (!element)
    return {};
  return isSequence ? Type(onnx::SequenceType::get(context, element))
                    : onnx::OptionalType::get(context, element);
}

static Type tensorFromProto(const proto::TypeProto::Tensor &tensor,
                            const std::map<std::string, int64_t> &dimensions, MLIRContext *context) {
  Type element = onnx::elementTypeFromNumber(tensor.elem_type(), context);
  if (!element)
    return {};
  if (!tensor.has_shape())
    return UnrankedTensorType::get(element);
  SmallVector<int64_t> shape;
  for (const auto &dim : tensor.shape().dim()) {
    auto bound = dimensions.find(dim.dim_param());
    if (dim.has_dim_value())
      shape.push_back(dim.dim_value());
    else
      shape.push_back(dim.has_dim_param() && bound != dimensions.end() ? bound->second
                                                                       : ShapedType::kDynamic);
  }
  return RankedTensorType::get(shape, element);
}

Type typeFromProto(const proto::TypeProto &type, const std::map<std::string, int64_t> &dimensions,
                   MLIRContext *context) {
  if (type.has_tensor_type())
    return tensorFromProto(type.tensor_type(), dimensions, context);
  if (type.has_map_type()) {
    Type key = onnx::elementTypeFromNumber(type.map_type().key_type(), context);
    Type value = typeFromProto(type.map_type().value_type(), dimensions, context);
    return key && value ? onnx::MapType::get(context, key, value) : Type();
  }
  if (type.has_sequence_type())
    if (Type element = typeFromProto(type.sequence_type().elem_type(), dimensions, context))
      return onnx::SequenceType::get(context, element);
  if (type.has_optional_type())
    if (Type element = typeFromProto(type.optional_type().elem_type(), dimensions, context))
      return onnx::OptionalType::get(context, element);
  return {};
}

SmallVector<StringRef> symbolicDimensions(const proto::TypeProto &type,
                                          const std::map<std::string, int64_t> &dimensions) {
  SmallVector<StringRef> names;
  for (const auto &dim : type.tensor_type().shape().dim())
    names.push_back(dim.has_dim_param() && !dimensions.count(dim.dim_param()) ? dim.dim_param()
                                                                              : StringRef());
  if (llvm::all_of(names, [](StringRef name) { return name.empty(); }))
    names.clear();
  return names;
}

} // namespace quern
