// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Read/ElementType.h"

#include "lib/Frontend/ONNX/Proto/Proto.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

namespace quern {

using Tensor = proto::TensorProto;

static constexpr ElementType elementTypes[] = {
    {Tensor::FLOAT, "float", 32, TypedField::Float},
    {Tensor::UINT8, "uint8", 8, TypedField::Int32, 0, 255},
    {Tensor::INT8, "int8", 8, TypedField::Int32, -128, 127},
    {Tensor::UINT16, "uint16", 16, TypedField::Int32, 0, 65535},
    {Tensor::INT16, "int16", 16, TypedField::Int32, -32768, 32767},
    {Tensor::INT32, "int32", 32, TypedField::Int32, INT32_MIN, INT32_MAX},
    {Tensor::INT64, "int64", 64, TypedField::Int64},
    {Tensor::STRING, "string", 0, TypedField::String},
    {Tensor::BOOL, "bool", 8, TypedField::Int32, 0, 1},
    {Tensor::FLOAT16, "float16", 16, TypedField::Int32, 0, 65535},
    {Tensor::DOUBLE, "double", 64, TypedField::Double},
    {Tensor::UINT32, "uint32", 32, TypedField::UInt64, 0, UINT32_MAX},
    {Tensor::UINT64, "uint64", 64, TypedField::UInt64},
    {Tensor::COMPLEX64, "complex64", 64, TypedField::Float},
    {Tensor::COMPLEX128, "complex128", 128, TypedField::Double},
    {Tensor::BFLOAT16, "bfloat16", 16, TypedField::Int32, 0, 65535},
    {Tensor::FLOAT8E4M3FN, "float8e4m3fn", 8, TypedField::Int32, 0, 255},
    {Tensor::FLOAT8E4M3FNUZ, "float8e4m3fnuz", 8, TypedField::Int32, 0, 255},
    {Tensor::FLOAT8E5M2, "float8e5m2", 8, TypedField::Int32, 0, 255},
    {Tensor::FLOAT8E5M2FNUZ, "float8e5m2fnuz", 8, TypedField::Int32, 0, 255},
    {Tensor::UINT4, "uint4", 4, TypedField::Int32, -128, 255},
    {Tensor::INT4, "int4", 4, TypedField::Int32, -128, 255},
    {Tensor::FLOAT4E2M1, "float4e2m1", 4, TypedField::Int32, -128, 255},
    {Tensor::FLOAT8E8M0, "float8e8m0", 8, TypedField::Int32, 0, 255},
    {Tensor::UINT2, "uint2", 2, TypedField::Int32, -128, 255},
    {Tensor::INT2, "int2", 2, TypedField::Int32, -128, 255},
    {Tensor::FLOAT6E2M3, "float6e2m3", 6, TypedField::Int32, 0, 63},
    {Tensor::FLOAT6E3M2, "float6e3m2", 6, TypedField::Int32, 0, 63},
};

uint64_t ElementType::fieldEntries(uint64_t elements) const {
  if (number == Tensor::COMPLEX64 || number == Tensor::COMPLEX128)
    return 2 * elements;
  // Six-bit floats are packed in raw_data only.
  return bits == 2 || bits == 4 ? llvm::divideCeil(elements, 8 / bits) : elements;
}

uint64_t ElementType::rawBytes(uint64_t elements) const {
  return bits < 8 ? llvm::divideCeil(elements * bits, uint64_t(8)) : elements * (bits / 8);
}

const ElementType *findElementType(int number) {
  const auto *found =
      llvm::find_if(elementTypes, [&](const ElementType &type) { return type.number == number; });
  return found == std::end(elementTypes) ? nullptr : found;
}

const ElementType *findElementType(llvm::StringRef name) {
  const auto *found = llvm::find_if(elementTypes, [&](const ElementType &type) { return type.name == name; });
  return found == std::end(elementTypes) ? nullptr : found;
}

std::string listElementTypes() {
  std::string text;
  for (const ElementType &type : elementTypes)
    text += (text.empty() ? "" : ", ") + type.name.str();
  return text;
}

} // namespace quern
