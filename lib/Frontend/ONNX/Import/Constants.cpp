// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Import/Constants.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ElementTypes.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

namespace quern {

/// Below this, a constant is held inline: its text is readable and uniquing it is cheap.
static constexpr size_t resourceThreshold = 1024;

/// The alignment of an element, or less where the data has less. What the memory happens to have beyond it is
/// not stated: it would differ between runs, and is printed with the IR.
static size_t alignmentOf(const void *address, Type element) {
  size_t bytes = element.isIntOrFloat() ? std::max(element.getIntOrFloatBitWidth() / 8, 1u) : 1;
  size_t bits = reinterpret_cast<uintptr_t>(address) | bytes;
  return bits & -bits;
}

static ElementsAttr makeElements(RankedTensorType type, TensorBytes data, StringRef name) {
  if (data.bytes.size() < resourceThreshold)
    return onnx::makeConstant(type, data.bytes);
  AsmResourceBlob blob(
      data.bytes, alignmentOf(data.bytes.data(), type.getElementType()),
      [owner = std::move(data.owner)](void *, size_t, size_t) {},
      /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, name.empty() ? "constant" : name, std::move(blob));
}

static ElementsAttr makeStrings(RankedTensorType type, const proto::TensorProto &tensor) {
  SmallVector<StringRef> strings(tensor.string_data().begin(), tensor.string_data().end());
  return cast<ElementsAttr>(DenseElementsAttr::get(type, strings));
}

ElementsAttr attributeFromTensor(const proto::TensorProto &tensor, StringRef name,
                                 const ConstantSource &source, MLIRContext *context) {
  Type element = onnx::elementTypeFromNumber(tensor.data_type(), context);
  auto type = RankedTensorType::get(dimsOf(tensor), element);
  if (tensor.data_type() == proto::TensorProto::STRING)
    return makeStrings(type, tensor);
  return makeElements(type, readTensor(tensor, source.owner, *source.files), name);
}

ElementsAttr attributeFromTensor(const proto::SparseTensorProto &tensor, StringRef name,
                                 const ConstantSource &source, MLIRContext *context) {
  Type element = onnx::elementTypeFromNumber(tensor.values().data_type(), context);
  ArrayRef<int64_t> dims(tensor.dims().data(), tensor.dims_size());
  return makeElements(RankedTensorType::get(dims, element),
                      readSparseTensor(tensor, source.owner, *source.files), name);
}

} // namespace quern
