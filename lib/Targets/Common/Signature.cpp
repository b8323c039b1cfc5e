// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/Common/Signature.h"

using namespace mlir;

namespace quern {

/// The number of ONNX's TensorProto.DataType; 0 for a type that it lacks.
static int32_t onnxElementType(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type)) {
    bool isUnsigned = integer.isUnsigned();
    switch (integer.getWidth()) {
    case 1:
      return 9;
    case 4:
      return isUnsigned ? 21 : 22;
    case 8:
      return isUnsigned ? 2 : 3;
    case 16:
      return isUnsigned ? 4 : 5;
    case 32:
      return isUnsigned ? 12 : 6;
    case 64:
      return isUnsigned ? 13 : 7;
    default:
      return 0;
    }
  }
  return llvm::TypeSwitch<Type, int32_t>(type)
      .Case<Float32Type>([](Type) { return 1; })
      .Case<Float16Type>([](Type) { return 10; })
      .Case<Float64Type>([](Type) { return 11; })
      .Case<BFloat16Type>([](Type) { return 16; })
      .Case<Float8E4M3FNType>([](Type) { return 17; })
      .Case<Float8E4M3FNUZType>([](Type) { return 18; })
      .Case<Float8E5M2Type>([](Type) { return 19; })
      .Case<Float8E5M2FNUZType>([](Type) { return 20; })
      .Default([](Type) { return 0; });
}

static FailureOr<TensorSignature> readTensor(func::FuncOp main, Type type, DictionaryAttr attributes,
                                             const Twine &role) {
  TensorSignature tensor;
  auto name = attributes ? attributes.getAs<StringAttr>("onnx.name") : StringAttr();
  tensor.name = name ? name.str() : role.str();
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.hasStaticShape())
    return main.emitError() << "'" << tensor.name << "' has type " << type
                            << "; a compiled model needs a static shape, bind its dimensions with --dim";
  auto sign = attributes ? attributes.getAs<TypeAttr>("onnx.type") : TypeAttr();
  tensor.elementType = onnxElementType(sign ? sign.getValue() : shaped.getElementType());
  if (tensor.elementType == 0)
    return main.emitError() << "'" << tensor.name << "' has element type " << shaped.getElementType()
                            << ", which a compiled model cannot take or return";
  tensor.shape = std::vector<int64_t>(shaped.getShape());
  return tensor;
}

FailureOr<Signature> readSignature(func::FuncOp main) {
  Signature signature;
  bool valid = true;
  auto add = [&](std::vector<TensorSignature> &list, Type type, DictionaryAttr attributes,
                 const Twine &role) {
    FailureOr<TensorSignature> tensor = readTensor(main, type, attributes, role);
    valid &= succeeded(tensor);
    if (valid)
      list.push_back(std::move(*tensor));
  };
  for (auto [index, type] : llvm::enumerate(main.getArgumentTypes()))
    add(signature.inputs, type, main.getArgAttrDict(index), "input_" + Twine(index));
  for (auto [index, type] : llvm::enumerate(main.getResultTypes()))
    add(signature.outputs, type, main.getResultAttrDict(index), "output_" + Twine(index));
  if (!valid)
    return failure();
  return signature;
}

} // namespace quern
