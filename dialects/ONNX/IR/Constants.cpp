// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Constants.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/Endian.h"

using namespace mlir;

namespace quern::onnx {

/// From this size on, a constant is a resource: below, uniquing it is cheap and its text is readable.
static constexpr int64_t resourceThreshold = 1024;
/// Alignment of the resources made here; enough for any vector load.
static constexpr size_t resourceAlignment = 64;
/// Shapes, axes, pads: no operand that decides a shape is longer.
static constexpr int64_t maximumShapeOperand = 4096;

std::optional<int64_t> bytesPerElement(Type elementType) {
  if (auto complex = dyn_cast<ComplexType>(elementType))
    return 2 * bytesPerElement(complex.getElementType()).value_or(0);
  if (!elementType.isIntOrFloat())
    return std::nullopt;
  return llvm::divideCeil(elementType.getIntOrFloatBitWidth(), 8);
}

static SmallVector<char> unpackBooleans(DenseElementsAttr elements) {
  return llvm::map_to_vector(elements.getValues<bool>(), [](bool value) { return static_cast<char>(value); });
}

std::optional<ConstantView> ConstantView::of(Attribute attribute) {
  auto elements = dyn_cast_or_null<ElementsAttr>(attribute);
  std::optional<int64_t> width = elements ? onnx::bytesPerElement(elements.getElementType()) : std::nullopt;
  if (!width)
    return std::nullopt;
  ConstantView view;
  view.type = elements.getShapedType();
  view.bytesPerElement = *width;
  if (auto floatType = dyn_cast<FloatType>(elements.getElementType()))
    view.semantics = &floatType.getFloatSemantics();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || static_cast<int64_t>(blob->getData().size()) < view.size() * *width)
      return std::nullopt;
    view.borrowed = blob->getData();
    return view;
  }
  auto dense = dyn_cast<DenseIntOrFPElementsAttr>(attribute);
  if (!dense)
    return std::nullopt;
  view.splat = dense.isSplat() && !dense.getElementType().isInteger(1);
  if (dense.getElementType().isInteger(1))
    view.owned = unpackBooleans(dense);
  else
    view.borrowed = dense.getRawData();
  return view;
}

std::optional<ConstantView> ConstantView::of(Value value) { return of(getConstant(value)); }

static uint64_t loadBits(ArrayRef<char> bytes) {
  uint64_t bits = 0;
  std::memcpy(&bits, bytes.data(), std::min<size_t>(bytes.size(), sizeof(bits)));
  return llvm::support::endian::byte_swap(bits, llvm::endianness::little);
}

int64_t ConstantView::integer(int64_t index) const {
  auto integerType = cast<IntegerType>(getElementType());
  unsigned width = integerType.getWidth();
  uint64_t bits = loadBits(bytes(index));
  if (width == 64)
    return static_cast<int64_t>(bits);
  bits &= llvm::maskTrailingOnes<uint64_t>(width);
  return integerType.isUnsigned() || width == 1 ? static_cast<int64_t>(bits)
                                                : llvm::SignExtend64(bits, width);
}

double ConstantView::real(int64_t index) const {
  if (!semantics)
    return static_cast<double>(integer(index));
  uint64_t bits = loadBits(bytes(index));
  if (semantics == &APFloat::IEEEsingle()) // most constants: no software for them
    return llvm::bit_cast<float>(static_cast<uint32_t>(bits));
  APFloat number(*semantics, APInt(APFloat::getSizeInBits(*semantics), bits, false, true));
  bool lossy;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lossy);
  return number.convertToDouble();
}

ElementsAttr makeConstant(RankedTensorType type, ArrayRef<char> bytes) {
  if (static_cast<int64_t>(bytes.size()) >= resourceThreshold)
    return DenseResourceElementsAttr::get(
        type, "constant", HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, resourceAlignment));
  if (type.getElementType().isInteger(1))
    return DenseElementsAttr::get(type, llvm::map_to_vector(bytes, [](char byte) { return byte != 0; }));
  return DenseElementsAttr::getFromRawBuffer(type, bytes);
}

static void appendBits(SmallVectorImpl<char> &bytes, uint64_t bits, int64_t width) {
  bits = llvm::support::endian::byte_swap(bits, llvm::endianness::little);
  const char *begin = reinterpret_cast<const char *>(&bits);
  bytes.append(begin, begin + width);
}

ElementsAttr makeIntegerConstant(RankedTensorType type, ArrayRef<int64_t> numbers) {
  unsigned width = type.getElementTypeBitWidth();
  SmallVector<char> bytes;
  for (int64_t number : numbers)
    appendBits(bytes, number & llvm::maskTrailingOnes<uint64_t>(width),
               *bytesPerElement(type.getElementType()));
  return makeConstant(type, bytes);
}

ElementsAttr makeConstant(RankedTensorType type, ArrayRef<double> numbers) {
  auto floatType = dyn_cast<FloatType>(type.getElementType());
  if (!floatType)
    return makeIntegerConstant(
        type, llvm::map_to_vector(numbers, [](double n) { return static_cast<int64_t>(n); }));
  SmallVector<char> bytes;
  if (floatType.isF32()) {
    for (double value : numbers)
      appendBits(bytes, llvm::bit_cast<uint32_t>(static_cast<float>(value)), sizeof(float));
    return makeConstant(type, bytes);
  }
  for (double value : numbers) {
    APFloat number(value);
    bool lossy;
    number.convert(floatType.getFloatSemantics(), APFloat::rmNearestTiesToEven, &lossy);
    appendBits(bytes, number.bitcastToAPInt().getZExtValue(), *bytesPerElement(floatType));
  }
  return makeConstant(type, bytes);
}

ElementsAttr reshapeConstant(ElementsAttr elements, RankedTensorType type) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  if (auto dense = dyn_cast<DenseElementsAttr>(elements))
    return dense.reshape(type);
  return {};
}

ElementsAttr getConstant(Value value) {
  ElementsAttr elements;
  return matchPattern(value, m_Constant(&elements)) ? elements : ElementsAttr();
}

std::optional<SmallVector<int64_t>> getConstantIntegers(Value value) {
  std::optional<ConstantView> view = ConstantView::of(value);
  if (!view || !isa<IntegerType>(view->getElementType()) || view->getType().getRank() > 1 ||
      view->size() > maximumShapeOperand)
    return std::nullopt;
  SmallVector<int64_t> numbers;
  for (int64_t i = 0; i < view->size(); ++i)
    numbers.push_back(view->integer(i));
  return numbers;
}

std::optional<SmallVector<double>> getConstantReals(Value value) {
  std::optional<ConstantView> view = ConstantView::of(value);
  if (!view || !isa<FloatType>(view->getElementType()))
    return std::nullopt;
  SmallVector<double> numbers(view->size());
  for (int64_t i = 0; i < view->size(); ++i)
    numbers[i] = view->real(i);
  return numbers;
}

std::optional<double> getConstantScalar(Value value) {
  std::optional<ConstantView> view = ConstantView::of(value);
  if (!view || view->size() != 1 || !view->getElementType().isIntOrFloat())
    return std::nullopt;
  return view->real(0);
}

} // namespace quern::onnx
