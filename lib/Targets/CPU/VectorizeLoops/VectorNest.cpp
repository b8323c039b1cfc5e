// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/VectorizeLoops/VectorNest.h"

#include "lib/Targets/CPU/IR/QuernCPU.h"
#include "lib/Targets/CPU/Loops/StridedNest.h"
#include "lib/Targets/CPU/Loops/VectorizeBody.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;

namespace quern::cpu {

bool VectorNest::isRead(unsigned operand) const {
  if (operand < firstInitial)
    return !body->getArgument(operand).use_empty();
  if (!epilogue) // a linalg op: the output is read where the body accumulates
    return hasReductions() || !body->getArgument(operand).use_empty();
  if (operand < firstExtra)
    return true; // where the accumulator starts
  return operand < firstOut && !epilogue->getArgument(1 + operand - firstExtra).use_empty();
}

static FailureOr<VectorNest> describeLinalg(linalg::LinalgOp op, RewriterBase &rewriter) {
  if (!op.hasPureBufferSemantics() || ShapedType::isDynamicShape(op.getStaticLoopRanges()))
    return rewriter.notifyMatchFailure(op, "expected memrefs of static shape");
  if (op.hasIndexSemantics() || !canVectorizeBody(*op.getBlock()))
    return rewriter.notifyMatchFailure(op, "expected a body of element-wise ops");
  VectorNest nest;
  nest.op = op;
  nest.operands.assign(op->operand_begin(), op->operand_end());
  nest.maps = op.getIndexingMapsArray();
  nest.sizes = op.getStaticLoopRanges();
  for (utils::IteratorType iterator : op.getIteratorTypesArray())
    nest.isReduction.push_back(iterator == utils::IteratorType::reduction);
  nest.body = op.getBlock();
  nest.firstInitial = nest.firstExtra = nest.firstOut = op.getNumDpsInputs();
  return nest;
}

static VectorNest describeWindow(WindowOp op) {
  VectorNest nest;
  nest.op = op;
  nest.operands.assign(op->operand_begin(), op->operand_end());
  for (Attribute map : op.getIndexingMaps())
    nest.maps.push_back(cast<AffineMapAttr>(map).getValue());
  nest.sizes = SmallVector<int64_t>(op.getLoopSizes());
  nest.isReduction.assign(nest.sizes.size(), true);
  std::fill_n(nest.isReduction.begin(), op.getParallelCount(), false);
  nest.body = &op.getBody().front();
  nest.epilogue = &op.getEpilogue().front();
  nest.firstInitial = op.getInputs().size();
  nest.firstExtra = nest.firstInitial + 1;
  nest.firstOut = nest.operands.size() - 1;
  return nest;
}

FailureOr<VectorNest> describeNest(Operation *op, RewriterBase &rewriter) {
  FailureOr<VectorNest> nest = failure();
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    nest = describeLinalg(linalgOp, rewriter);
  else if (auto window = dyn_cast<WindowOp>(op))
    nest = describeWindow(window);
  if (failed(nest))
    return failure();
  for (Value operand : nest->operands)
    if (isa<TensorType>(operand.getType()) || !hasElementsOfWholeBytes(operand.getType()))
      return rewriter.notifyMatchFailure(op, "expected memrefs or scalars with elements of whole bytes");
  return nest;
}

} // namespace quern::cpu
