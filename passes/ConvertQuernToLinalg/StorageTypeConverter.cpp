// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertQuernToLinalg/StorageTypeConverter.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"

using namespace mlir;

namespace quern {

static Type storeElement(Type element) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    element = quantized.getStorageType();
  if (auto integer = dyn_cast<IntegerType>(element); integer && !integer.isSignless())
    return IntegerType::get(element.getContext(), integer.getWidth());
  return element;
}

static Value castUnrealized(OpBuilder &builder, Type type, ValueRange inputs, Location location) {
  return UnrealizedConversionCastOp::create(builder, location, type, inputs).getResult(0);
}

StorageTypeConverter::StorageTypeConverter() {
  addConversion([](Type type) { return type; });
  addConversion([](TensorType type) -> Type { return type.clone(storeElement(type.getElementType())); });
  addSourceMaterialization(castUnrealized);
  addTargetMaterialization(castUnrealized);
}

} // namespace quern
