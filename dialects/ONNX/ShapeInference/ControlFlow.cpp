// If: what both branches agree on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/ShapeInference/Shapes.h"

using namespace mlir;

namespace quern::onnx::infer {

/// The most precise type that holds values of both types; null if there is none.
static Type join(Type a, Type b) {
  auto tensorA = dyn_cast<RankedTensorType>(a), tensorB = dyn_cast<RankedTensorType>(b);
  if (a == b || !isa<TensorType>(a) || !isa<TensorType>(b))
    return a == b ? a : Type();
  Type element = cast<TensorType>(a).getElementType();
  if (element != cast<TensorType>(b).getElementType())
    return {};
  if (!tensorA || !tensorB || tensorA.getRank() != tensorB.getRank())
    return UnrankedTensorType::get(element);
  Shape shape;
  for (auto [x, y] : llvm::zip_equal(tensorA.getShape(), tensorB.getShape()))
    shape.push_back(x == y ? x : unknown);
  return RankedTensorType::get(shape, element);
}

LogicalResult conditional(Operation *op, Types &types) {
  for (Region &region : op->getRegions())
    if (region.empty() || region.front().empty() ||
        region.front().back().getNumOperands() != op->getNumResults())
      return op->emitOpError() << "(C16) expected each branch to yield " << op->getNumResults() << " values";
  Operation &first = op->getRegion(0).front().back(), &second = op->getRegion(1).front().back();
  for (auto [result, a, b] :
       llvm::zip_equal(op->getResults(), first.getOperandTypes(), second.getOperandTypes())) {
    Type joined = join(a, b);
    types.push_back(joined ? joined : result.getType());
  }
  return success();
}

} // namespace quern::onnx::infer
