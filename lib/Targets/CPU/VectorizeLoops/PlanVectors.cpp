// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/VectorizeLoops/PlanVectors.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace quern::cpu {

/// The widest element that the nest computes or touches, in bits.
static int64_t widestElement(const VectorNest &nest) {
  int64_t bits = 8;
  auto widen = [&](Type type) {
    if (type.isIntOrFloat())
      bits = std::max<int64_t>(bits, type.getIntOrFloatBitWidth());
  };
  for (unsigned operand = 0; operand < nest.operands.size(); ++operand)
    if (operand >= nest.firstOut || nest.isRead(operand))
      widen(getElementTypeOrSelf(nest.operands[operand].getType()));
  for (Block *block : {nest.body, nest.epilogue})
    if (block)
      for (Operation &op : block->without_terminator())
        for (Type type : op.getResultTypes())
          widen(type);
  return bits;
}

/// Parallel loops from the largest to the smallest stride in the output, neighbours merged.
static SmallVector<StridedLoop> orderParallel(ArrayRef<StridedLoop> loops, const VectorNest &nest) {
  SmallVector<std::pair<int64_t, unsigned>> order;
  for (unsigned i = 0; i < loops.size(); ++i)
    if (!nest.isReduction[i])
      order.push_back({-loops[i].strides[nest.firstOut], i});
  llvm::sort(order);
  SmallVector<StridedLoop> parallel;
  for (auto [stride, i] : order)
    parallel.push_back(loops[i]);
  return mergeLoops(parallel);
}

/// A loop that moves every output by one element and every operand that is read by one or none.
static bool isVectorLoop(const StridedLoop &loop, const VectorNest &nest) {
  for (unsigned operand = 0; operand < loop.strides.size(); ++operand) {
    int64_t stride = loop.strides[operand];
    if (operand >= nest.firstOut ? stride != 1 : (stride != 0 && stride != 1 && nest.isRead(operand)))
      return false;
  }
  return true;
}

static void chooseSizes(VectorPlan &plan, const VectorNest &nest, const Capabilities &capabilities) {
  if (plan.vector.size > 1) {
    int64_t lanes = capabilities.vectorBits / widestElement(nest);
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

FailureOr<VectorPlan> planVectors(const VectorNest &nest, const Capabilities &capabilities) {
  SmallVector<ShapedType> types;
  for (Value operand : nest.operands)
    types.push_back(dyn_cast<ShapedType>(operand.getType()));
  VectorPlan plan;
  FailureOr<SmallVector<StridedLoop>> loops = getStridedLoops(nest.sizes, nest.maps, types, plan.offsets);
  if (failed(loops))
    return failure();
  // An operand that is never read only shapes the loops.
  for (StridedLoop &loop : *loops)
    for (unsigned operand = 0; operand < nest.firstOut; ++operand)
      if (!nest.isRead(operand))
        loop.strides[operand] = 0;
  SmallVector<StridedLoop> parallel = orderParallel(*loops, nest), reductions;
  for (auto [loop, isReduction] : llvm::zip(*loops, nest.isReduction))
    if (isReduction)
      reductions.push_back(loop);
  plan.reductions = mergeLoops(reductions);
  StridedLoop none{1, SmallVector<int64_t, 4>(types.size(), 0)};
  plan.vector = plan.position = none;
  if (!parallel.empty() && isVectorLoop(parallel.back(), nest))
    plan.vector = parallel.pop_back_val();
  if (!parallel.empty())
    plan.position = parallel.pop_back_val();
  plan.outer = std::move(parallel);
  chooseSizes(plan, nest, capabilities);
  return plan;
}

} // namespace quern::cpu
