// The numbers of constant tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertONNXToLinalg/ConstantValues.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/Endian.h"

using namespace mlir;

namespace quern::structure {

/// The raw little-endian element of a resource, one per `width` bits rounded up to bytes.
static APInt readElement(ArrayRef<char> bytes, unsigned width, size_t index) {
  unsigned size = llvm::divideCeil(width, 8);
  uint64_t bits = 0;
  memcpy(&bits, bytes.data() + index * size, size);
  return APInt(64, llvm::support::endian::byte_swap(bits, llvm::endianness::little)).trunc(width);
}

/// Calls `visit` with the bits of each element of the constant that `value` is.
static LogicalResult visitBits(Value value, llvm::function_ref<void(const APInt &)> visit) {
  ElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)))
    return failure();
  Type type = elements.getElementType();
  if (!type.isIntOrFloat() || type.getIntOrFloatBitWidth() > 64)
    return failure();
  unsigned width = type.getIntOrFloatBitWidth();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    size_t size = llvm::divideCeil(width, 8);
    if (!blob || blob->getData().size() < size * elements.getNumElements())
      return failure();
    for (int64_t i = 0, count = elements.getNumElements(); i < count; ++i)
      visit(readElement(blob->getData(), width, i));
    return success();
  }
  if (isa<IntegerType>(type)) {
    auto values = elements.tryGetValues<APInt>();
    if (!values)
      return failure();
    llvm::for_each(*values, visit);
    return success();
  }
  auto values = elements.tryGetValues<APFloat>();
  if (!values)
    return failure();
  for (const APFloat &number : *values)
    visit(number.bitcastToAPInt());
  return success();
}

FailureOr<SmallVector<int64_t>> integersOf(Value value) {
  Type type = getElementTypeOrSelf(value.getType());
  if (!isa<IntegerType>(type))
    return failure();
  bool isUnsigned = type.isUnsignedInteger() || type.isInteger(1);
  SmallVector<int64_t> integers;
  if (failed(visitBits(value, [&](const APInt &bits) {
        integers.push_back(isUnsigned ? int64_t(bits.getZExtValue()) : bits.getSExtValue());
      })))
    return failure();
  return integers;
}

FailureOr<SmallVector<double>> numbersOf(Value value) {
  Type type = getElementTypeOrSelf(value.getType());
  SmallVector<double> numbers;
  if (auto floating = dyn_cast<FloatType>(type)) {
    if (failed(visitBits(value, [&](const APInt &bits) {
          APFloat number(floating.getFloatSemantics(), bits);
          bool losesInfo;
          number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
          numbers.push_back(number.convertToDouble());
        })))
      return failure();
    return numbers;
  }
  FailureOr<SmallVector<int64_t>> integers = integersOf(value);
  if (failed(integers))
    return failure();
  llvm::append_range(numbers, *integers);
  return numbers;
}

ElementsAttr withSignlessElements(ElementsAttr value, RankedTensorType type) {
  if (value.getElementType() == type.getElementType())
    return value;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  if (auto dense = dyn_cast<DenseElementsAttr>(value))
    return dense.bitcast(type.getElementType());
  return {};
}

} // namespace quern::structure
