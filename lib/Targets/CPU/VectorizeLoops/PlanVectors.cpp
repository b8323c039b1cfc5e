// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/VectorizeLoops/PlanVectors.h"

#include "lib/Targets/CPU/Loops/VectorizeBody.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace quern::cpu {

static bool isUsed(linalg::LinalgOp op, unsigned operand) {
  return !op.getBlock()->getArgument(operand).use_empty();
}

/// The widest element that the body computes or touches, in bits.
static int64_t widestElement(linalg::LinalgOp op) {
  int64_t bits = 8;
  auto widen = [&](Type type) {
    if (type.isIntOrFloat())
      bits = std::max<int64_t>(bits, type.getIntOrFloatBitWidth());
  };
  for (BlockArgument argument : op.getBlock()->getArguments())
    if (!argument.use_empty() || int64_t(argument.getArgNumber()) >= op.getNumDpsInputs())
      widen(argument.getType());
  for (Operation &nested : op.getBlock()->without_terminator())
    for (Type type : nested.getResultTypes())
      widen(type);
  return bits;
}

static LogicalResult checkOperands(linalg::LinalgOp op, RewriterBase &rewriter) {
  for (OpOperand &operand : op->getOpOperands()) {
    Type type = operand.get().getType();
    auto memref = dyn_cast<MemRefType>(type);
    if (!memref && !op.isScalar(&operand))
      return rewriter.notifyMatchFailure(op, "expected memrefs or scalars");
    Type element = getElementTypeOrSelf(type);
    if (!element.isIntOrFloat() || element.getIntOrFloatBitWidth() % 8)
      return rewriter.notifyMatchFailure(op, "expected elements of whole bytes");
  }
  return success();
}

/// Parallel loops from the largest to the smallest stride in the output, neighbours merged.
static SmallVector<StridedLoop> orderParallel(ArrayRef<StridedLoop> loops, linalg::LinalgOp op) {
  SmallVector<std::pair<int64_t, unsigned>> order;
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  unsigned out = op.getNumDpsInputs();
  for (unsigned i = 0; i < loops.size(); ++i)
    if (iterators[i] == utils::IteratorType::parallel)
      order.push_back({-loops[i].strides[out], i});
  llvm::sort(order);
  SmallVector<StridedLoop> parallel;
  for (auto [stride, i] : order)
    parallel.push_back(loops[i]);
  return mergeLoops(parallel);
}

/// A loop that moves every output by one element and every input that is read by one or none.
static bool isVectorLoop(const StridedLoop &loop, linalg::LinalgOp op) {
  for (auto [operand, stride] : llvm::enumerate(loop.strides)) {
    bool output = int64_t(operand) >= op.getNumDpsInputs();
    if (output ? stride != 1 : (stride != 0 && stride != 1 && isUsed(op, operand)))
      return false;
  }
  return true;
}

static void chooseSizes(VectorPlan &plan, linalg::LinalgOp op, const Capabilities &capabilities) {
  if (plan.vector.size > 1) {
    int64_t lanes = capabilities.vectorBits / widestElement(op);
    plan.lanes = std::min<int64_t>(lanes, llvm::PowerOf2Ceil(plan.vector.size));
  }
  int64_t blocks = llvm::divideCeil(plan.vector.size, plan.lanes);
  // Half of the registers hold accumulators; the rest inputs and what the body makes of them.
  int64_t accumulators = capabilities.vectorRegisters / 2;
  if (plan.reductions.empty()) {
    plan.vectors = std::min<int64_t>(blocks, 4);
    return;
  }
  plan.vectors = std::min<int64_t>(blocks, 2);
  int64_t limit = std::min<int64_t>(accumulators / plan.vectors, 8);
  // As many positions as divide the extent best: the same number of tiles, evenly filled.
  plan.positions = llvm::divideCeil(plan.position.size, llvm::divideCeil(plan.position.size, limit));
}

FailureOr<VectorPlan> planVectors(linalg::LinalgOp op, const Capabilities &capabilities,
                                  RewriterBase &rewriter) {
  if (!op.hasPureBufferSemantics() || ShapedType::isDynamicShape(op.getStaticLoopRanges()))
    return rewriter.notifyMatchFailure(op, "expected memrefs of static shape");
  if (op.hasIndexSemantics() || !canVectorizeBody(*op.getBlock()))
    return rewriter.notifyMatchFailure(op, "expected a body of element-wise ops");
  if (failed(checkOperands(op, rewriter)))
    return failure();
  SmallVector<ShapedType> types;
  for (Value operand : op->getOperands())
    types.push_back(dyn_cast<ShapedType>(operand.getType()));
  VectorPlan plan;
  FailureOr<SmallVector<StridedLoop>> loops =
      getStridedLoops(op.getStaticLoopRanges(), op.getIndexingMapsArray(), types, plan.offsets);
  if (failed(loops))
    return rewriter.notifyMatchFailure(op, "expected constant strides and linear subscripts");

  SmallVector<StridedLoop> parallel = orderParallel(*loops, op), reductions;
  for (auto [loop, iterator] : llvm::zip(*loops, op.getIteratorTypesArray()))
    if (iterator == utils::IteratorType::reduction)
      reductions.push_back(loop);
  plan.reductions = mergeLoops(reductions);
  StridedLoop none{1, SmallVector<int64_t, 4>(types.size(), 0)};
  plan.vector = plan.position = none;
  if (!parallel.empty() && isVectorLoop(parallel.back(), op))
    plan.vector = parallel.pop_back_val();
  if (!parallel.empty())
    plan.position = parallel.pop_back_val();
  plan.outer = std::move(parallel);
  chooseSizes(plan, op, capabilities);
  return plan;
}

} // namespace quern::cpu
