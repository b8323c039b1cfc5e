// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Export/Tensors.h"

#include "lib/Frontend/ONNX/Export/Types.h"
#include "lib/Frontend/ONNX/Read/ElementType.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXDialect.h"

using namespace mlir;

namespace quern {

/// Elements of less than a byte come one a byte and leave packed, the first in the lowest bits.
static std::string pack(ArrayRef<char> bytes, const ElementType &type) {
  std::string packed(type.rawBytes(bytes.size()), '\0');
  unsigned mask = (1u << type.bits) - 1;
  for (size_t index = 0; index < bytes.size(); ++index) {
    size_t bit = index * type.bits;
    unsigned value = (static_cast<unsigned char>(bytes[index]) & mask) << (bit % 8);
    packed[bit / 8] |= static_cast<char>(value);
    // Six-bit elements may straddle two bytes.
    if (value > 0xff)
      packed[bit / 8 + 1] |= static_cast<char>(value >> 8);
  }
  return packed;
}

static void setBytes(proto::TensorProto &tensor, ArrayRef<char> bytes) {
  const ElementType &type = *findElementType(tensor.data_type());
  tensor.set_raw_data(type.isPacked() ? pack(bytes, type) : std::string(bytes.begin(), bytes.end()));
}

static void setShape(proto::TensorProto &tensor, ArrayRef<int64_t> shape) {
  tensor.mutable_dims()->Add(shape.begin(), shape.end());
}

LogicalResult tensorToProto(ElementsAttr elements, proto::TensorProto &tensor) {
  tensor.set_data_type(elementTypeNumber(elements.getElementType()));
  setShape(tensor, elements.getShapedType().getShape());
  if (auto strings = dyn_cast<DenseStringElementsAttr>(elements)) {
    for (StringRef string : strings.getValues<StringRef>())
      tensor.add_string_data(string.str());
    return success(tensor.data_type() == proto::TensorProto::STRING);
  }
  std::optional<onnx::ConstantView> view = onnx::ConstantView::of(elements);
  if (!view || !findElementType(tensor.data_type()))
    return failure();
  if (view->size() == 0)
    return success();
  if (auto integer = dyn_cast<IntegerType>(view->getElementType());
      integer && !llvm::isPowerOf2_32(integer.getWidth())) {
    auto values =
        llvm::map_to_vector(llvm::seq(view->size()), [&](int64_t index) { return view->integer(index); });
    tensor = integerTensor(values, view->getShape(), tensor.data_type());
    return success();
  }
  if (!view->isSplat()) {
    setBytes(tensor, ArrayRef(view->bytes(0).data(), view->size() * view->elementBytes()));
    return success();
  }
  SmallVector<char> repeated;
  for (int64_t index = 0; index < view->size(); ++index)
    llvm::append_range(repeated, view->bytes(index));
  setBytes(tensor, repeated);
  return success();
}

proto::TensorProto integerTensor(ArrayRef<int64_t> values, ArrayRef<int64_t> shape, int elementType) {
  proto::TensorProto tensor;
  tensor.set_data_type(elementType);
  setShape(tensor, shape);
  size_t width = std::max(findElementType(elementType)->bits / 8, 1u);
  SmallVector<char> bytes;
  for (int64_t value : values)
    bytes.append(reinterpret_cast<const char *>(&value), reinterpret_cast<const char *>(&value) + width);
  setBytes(tensor, bytes);
  return tensor;
}

proto::TensorProto floatTensor(ArrayRef<float> values, ArrayRef<int64_t> shape) {
  proto::TensorProto tensor;
  tensor.set_data_type(proto::TensorProto::FLOAT);
  setShape(tensor, shape);
  setBytes(tensor, ArrayRef(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float)));
  return tensor;
}

} // namespace quern
