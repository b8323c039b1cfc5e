// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/OpAttributes.h"

#include "mlir/IR/Builders.h"

#include <cstdlib>

using namespace mlir;

namespace quern::onnx {

static SmallVector<StringRef> listItems(StringRef text) {
  SmallVector<StringRef> items;
  text.split(items, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  return items;
}

static int64_t toInteger(StringRef text) { return std::strtoll(text.str().c_str(), nullptr, 10); }
static float toFloat(StringRef text) { return std::strtof(text.str().c_str(), nullptr); }

Attribute defaultAttribute(const AttributeSchema &schema, MLIRContext *context) {
  if (!schema.hasDefault)
    return {};
  Builder builder(context);
  SmallVector<StringRef> items = listItems(schema.defaultText);
  switch (schema.kind) {
  case AttributeKind::Integer:
    return builder.getI64IntegerAttr(toInteger(schema.defaultText));
  case AttributeKind::Float:
    return builder.getF32FloatAttr(toFloat(schema.defaultText));
  case AttributeKind::String:
    return builder.getStringAttr(schema.defaultText);
  case AttributeKind::Integers:
    return builder.getDenseI64ArrayAttr(llvm::map_to_vector(items, toInteger));
  case AttributeKind::Floats:
    return builder.getDenseF32ArrayAttr(llvm::map_to_vector(items, toFloat));
  case AttributeKind::Strings:
    return builder.getStrArrayAttr(items);
  case AttributeKind::Tensor:
  case AttributeKind::Type:
    return {};
  }
  llvm_unreachable("every kind of attribute is listed");
}

Attribute getAttribute(Operation *op, StringRef name) {
  if (Attribute own = op->getAttr(name))
    return own;
  const OpSchema *schema = lookupOpSchema(op->getName().stripDialect());
  const AttributeSchema *attribute = schema ? schema->attribute(name) : nullptr;
  return attribute ? defaultAttribute(*attribute, op->getContext()) : Attribute();
}

std::optional<int64_t> getInteger(Operation *op, StringRef name) {
  auto attribute = dyn_cast_or_null<IntegerAttr>(getAttribute(op, name));
  return attribute ? std::optional(attribute.getInt()) : std::nullopt;
}

std::optional<ArrayRef<int64_t>> getIntegers(Operation *op, StringRef name) {
  auto attribute = dyn_cast_or_null<DenseI64ArrayAttr>(getAttribute(op, name));
  return attribute ? std::optional(attribute.asArrayRef()) : std::nullopt;
}

std::optional<float> getFloat(Operation *op, StringRef name) {
  auto attribute = dyn_cast_or_null<FloatAttr>(getAttribute(op, name));
  return attribute ? std::optional(attribute.getValue().convertToFloat()) : std::nullopt;
}

StringRef getString(Operation *op, StringRef name) {
  auto attribute = dyn_cast_or_null<StringAttr>(getAttribute(op, name));
  return attribute ? attribute.getValue() : StringRef();
}

} // namespace quern::onnx
