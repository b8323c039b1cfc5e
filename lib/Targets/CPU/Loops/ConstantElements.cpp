// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/Loops/ConstantElements.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace quern::cpu {

FailureOr<ConstantElements> ConstantElements::get(Value value) {
  while (Operation *producer = value.getDefiningOp()) {
    if (!isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(producer))
      break;
    value = producer->getOperand(0);
  }
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return failure();
  auto type = dyn_cast<ShapedType>(value.getType());
  if (!type || !type.getElementType().isIntOrFloat() || type.getElementTypeBitWidth() % 8)
    return failure();
  ConstantElements elements;
  elements.elementType = type.getElementType();
  elements.width = type.getElementTypeBitWidth() / 8;
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute)) {
    elements.bytes = dense.getRawData();
    elements.splat = dense.isSplat();
    return elements;
  }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute))
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob()) {
      elements.bytes = blob->getData();
      if (int64_t(elements.bytes.size()) == int64_t(elements.width) * type.getNumElements())
        return elements;
    }
  return failure();
}

int64_t ConstantElements::getSigned(int64_t index) const {
  ArrayRef<char> element = getBytes(index);
  uint64_t bits = 0;
  for (size_t i = element.size(); i-- > 0;)
    bits = bits << 8 | static_cast<unsigned char>(element[i]);
  return llvm::SignExtend64(bits, unsigned(8 * element.size()));
}

Value ConstantElements::transpose(OpBuilder &builder, Location loc, RankedTensorType type,
                                  ArrayRef<int64_t> permutation) const {
  auto permuted = RankedTensorType::get(applyPermutation(type.getShape(), permutation), elementType);
  SmallVector<int64_t> strides = applyPermutation(computeStrides(type.getShape()), permutation);
  std::vector<char> result;
  result.reserve(type.getNumElements() * width);
  SmallVector<int64_t> index(type.getRank(), 0);
  for (int64_t count = type.getNumElements(); count > 0; --count) {
    llvm::append_range(result, getBytes(linearize(index, strides)));
    for (int64_t dim = type.getRank(); dim-- > 0 && ++index[dim] == permuted.getDimSize(dim);)
      index[dim] = 0;
  }
  return createResourceConstant(builder, loc, "transposed", permuted, result);
}

Value createResourceConstant(OpBuilder &builder, Location loc, StringRef name, RankedTensorType type,
                             ArrayRef<char> bytes) {
  AsmResourceBlob blob = HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64);
  return arith::ConstantOp::create(builder, loc, type,
                                   DenseResourceElementsAttr::get(type, name, std::move(blob)));
}

} // namespace quern::cpu
