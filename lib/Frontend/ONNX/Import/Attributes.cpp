// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Import/Attributes.h"

#include "lib/Frontend/ONNX/Import/Types.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXDialect.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace quern {

using proto::AttributeProto;

Attribute attributeFromProto(const AttributeProto &attribute, const ConstantSource &source,
                             MLIRContext *context) {
  Builder builder(context);
  switch (attribute.type()) {
  case AttributeProto::INT:
    return builder.getI64IntegerAttr(attribute.i());
  case AttributeProto::FLOAT:
    return builder.getF32FloatAttr(attribute.f());
  case AttributeProto::STRING:
    return builder.getStringAttr(attribute.s());
  case AttributeProto::INTS:
    return builder.getDenseI64ArrayAttr(
        {attribute.ints().data(), static_cast<size_t>(attribute.ints_size())});
  case AttributeProto::FLOATS:
    return builder.getDenseF32ArrayAttr(
        {attribute.floats().data(), static_cast<size_t>(attribute.floats_size())});
  case AttributeProto::STRINGS:
    return builder.getStrArrayAttr(
        SmallVector<StringRef>(attribute.strings().begin(), attribute.strings().end()));
  case AttributeProto::TENSOR:
    return attributeFromTensor(attribute.t(), attribute.t().name(), source, context);
  case AttributeProto::TYPE_PROTO: {
    Type type = typeFromProto(attribute.tp(), {}, context);
    return type ? TypeAttr::get(type) : Attribute();
  }
  default:
    return {};
  }
}

static RankedTensorType listType(size_t size, Type element) {
  return RankedTensorType::get({static_cast<int64_t>(size)}, element);
}

static ElementsAttr stringsAttribute(RankedTensorType type, ArrayRef<StringRef> strings) {
  return cast<ElementsAttr>(DenseElementsAttr::get(type, strings));
}

/// The value of an attribute of a Constant other than `value` and `sparse_value`.
static ElementsAttr plainValue(const AttributeProto &attribute, MLIRContext *context) {
  Builder builder(context);
  Type string = onnx::StringType::get(context);
  switch (attribute.type()) {
  case AttributeProto::INT:
    return onnx::makeIntegerConstant(RankedTensorType::get({}, builder.getI64Type()),
                                     ArrayRef<int64_t>(attribute.i()));
  case AttributeProto::FLOAT:
    return onnx::makeConstant(RankedTensorType::get({}, builder.getF32Type()),
                              ArrayRef<double>(static_cast<double>(attribute.f())));
  case AttributeProto::STRING:
    return stringsAttribute(RankedTensorType::get({}, string), StringRef(attribute.s()));
  case AttributeProto::INTS:
    return onnx::makeIntegerConstant(listType(attribute.ints_size(), builder.getI64Type()),
                                     {attribute.ints().data(), static_cast<size_t>(attribute.ints_size())});
  case AttributeProto::FLOATS:
    return onnx::makeConstant(listType(attribute.floats_size(), builder.getF32Type()),
                              SmallVector<double>(attribute.floats().begin(), attribute.floats().end()));
  case AttributeProto::STRINGS:
    return stringsAttribute(listType(attribute.strings_size(), string),
                            SmallVector<StringRef>(attribute.strings().begin(), attribute.strings().end()));
  default:
    return {};
  }
}

ElementsAttr constantValue(const proto::NodeProto &node, const ConstantSource &source, MLIRContext *context) {
  const AttributeProto &attribute = node.attribute(0);
  StringRef name = node.output(0);
  if (attribute.has_t())
    return attributeFromTensor(attribute.t(), name, source, context);
  if (attribute.has_sparse_tensor())
    return attributeFromTensor(attribute.sparse_tensor(), name, source, context);
  return plainValue(attribute, context);
}

} // namespace quern
