// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"

using namespace mlir;

namespace quern {

LogicalResult WeightOnlyMatMulOp::verify() {
  if (getBits() != 2 && getBits() != 4 && getBits() != 8) // C1
    return emitOpError() << "expected codes of 2, 4 or 8 bits, got " << getBits();
  auto input = dyn_cast<RankedTensorType>(getInput().getType());
  auto result = dyn_cast<RankedTensorType>(getType());
  auto codes = dyn_cast<RankedTensorType>(getCodes().getType());
  if (!input || !result || !codes || codes.getRank() != 2 || input.getRank() == 0 ||
      input.isDynamicDim(input.getRank() - 1))
    return emitOpError("expected ranked operands, a matrix of codes and a known number of terms");
  if (getGroupSize() < 1)
    return emitOpError() << "expected a positive group size, got " << getGroupSize();
  int64_t terms = input.getShape().back(), columns = codes.getDimSize(1), perByte = 8 / getBits();
  SmallVector<int64_t> parameters{int64_t(llvm::divideCeil(terms, getGroupSize())), columns};
  auto hasShape = [&](Value table) {
    return cast<ShapedType>(table.getType()).getShape() == ArrayRef(parameters);
  };
  if (codes.getDimSize(0) != int64_t(llvm::divideCeil(terms, perByte)) || !hasShape(getScales()) ||
      (getZeroPoints() && !hasShape(getZeroPoints()))) // C2
    return emitOpError() << "expected codes [" << llvm::divideCeil(terms, perByte)
                         << ", N], and scales and zero points [" << parameters[0] << ", N]";
  if (getGroupSize() % perByte != 0 && getGroupSize() < terms) // C3
    return emitOpError() << "expected groups that end with a byte, got " << getGroupSize() << " codes of "
                         << getBits() << " bits";
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = columns;
  if (result.getShape() != ArrayRef(shape)) // C4
    return emitOpError() << "expected a result of the operand's shape with " << columns << " columns, got "
                         << result;
  return success();
}

LogicalResult GroupedMatMulOp::verify() {
  auto input = dyn_cast<RankedTensorType>(getInput().getType());
  auto result = dyn_cast<RankedTensorType>(getType());
  auto weights = dyn_cast<RankedTensorType>(getWeights().getType());
  if (!input || !result || !weights || weights.getRank() != 2 || input.getRank() == 0 ||
      input.getShape().back() != weights.getDimSize(0))
    return emitOpError("expected ranked operands, and a matrix with a row for each term");
  if (getGroupSize() < 1)
    return emitOpError() << "expected a positive group size, got " << getGroupSize();
  int64_t terms = weights.getDimSize(0), columns = weights.getDimSize(1);
  SmallVector<int64_t> parameters{int64_t(llvm::divideCeil(terms, getGroupSize())), columns};
  if (cast<ShapedType>(getScales().getType()).getShape() != ArrayRef(parameters) ||
      (getBias() && cast<ShapedType>(getBias().getType()).getShape() != ArrayRef(columns))) // C1
    return emitOpError() << "expected scales [" << parameters[0] << ", " << columns << "] and a bias ["
                         << columns << "]";
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = columns;
  if (result.getShape() != ArrayRef(shape)) // C2
    return emitOpError() << "expected a result of the operand's shape with " << columns << " columns, got "
                         << result;
  return success();
}

} // namespace quern
