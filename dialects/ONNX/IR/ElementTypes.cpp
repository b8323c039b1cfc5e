// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/ElementTypes.h"

#include "dialects/ONNX/IR/ONNXDialect.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace quern::onnx {

/// Index = number in TensorProto.DataType.
static SmallVector<Type> typesByNumber(MLIRContext *context) {
  Builder b(context);
  auto unsignedType = [&](unsigned width) { return IntegerType::get(context, width, IntegerType::Unsigned); };
  return {Type(),
          b.getF32Type(),
          unsignedType(8),
          b.getI8Type(),
          unsignedType(16),
          b.getIntegerType(16),
          b.getI32Type(),
          b.getI64Type(),
          StringType::get(context),
          b.getI1Type(),
          b.getF16Type(),
          b.getF64Type(),
          unsignedType(32),
          unsignedType(64),
          ComplexType::get(b.getF32Type()),
          ComplexType::get(b.getF64Type()),
          b.getBF16Type(),
          Float8E4M3FNType::get(context),
          Float8E4M3FNUZType::get(context),
          Float8E5M2Type::get(context),
          Float8E5M2FNUZType::get(context),
          unsignedType(4),
          b.getIntegerType(4),
          Float4E2M1FNType::get(context),
          Float8E8M0FNUType::get(context),
          unsignedType(2),
          b.getIntegerType(2),
          Float6E2M3FNType::get(context),
          Float6E3M2FNType::get(context)};
}

Type elementTypeFromNumber(int64_t number, MLIRContext *context) {
  SmallVector<Type> types = typesByNumber(context);
  return number >= 0 && number < static_cast<int64_t>(types.size()) ? types[number] : Type();
}

int64_t numberFromElementType(Type type) {
  SmallVector<Type> types = typesByNumber(type.getContext());
  auto *found = llvm::find(types, type);
  return type && found != types.end() ? found - types.begin() : 0;
}

} // namespace quern::onnx
