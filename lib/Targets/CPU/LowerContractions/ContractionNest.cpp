// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/LowerContractions/ContractionNest.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace quern::cpu {

/// Gives the loops the strides of a packed rhs: [batch, blocks, groups, lanes * group size].
static void setPackedStrides(ContractionOp op, MutableArrayRef<StridedLoop> loops, ContractionNest &nest) {
  ArrayRef<int64_t> shape = cast<MemRefType>(op.getRhs().getType()).getShape();
  unsigned channel = op.getParallelCount() - 1;
  nest.blockStride = shape[2] * shape[3];
  nest.runRhsStride = shape[3];
  int64_t batch = shape[1] * nest.blockStride;
  for (unsigned i = channel; i-- > 0;)
    if (op.getRhsMap().isFunctionOfDim(i)) {
      loops[i].strides[ContractionNest::rhs] = batch;
      batch *= loops[i].size;
    }
  int64_t groups = llvm::divideCeil(nest.run, op.getGroupSize());
  int64_t group = (op.getNibbles() ? llvm::divideCeil(groups, 2) : groups) * shape[3];
  for (unsigned i = loops.size() - op.getRun(); i-- > channel + 1;) {
    loops[i].strides[ContractionNest::rhs] = group;
    group *= loops[i].size;
  }
}

/// Finds the run among the innermost reductions and removes them from `loops`.
static LogicalResult takeRun(ContractionOp op, SmallVectorImpl<StridedLoop> &loops, ContractionNest &nest) {
  int64_t expected = 1;
  for (unsigned i = 0; i < op.getRun(); ++i) {
    StridedLoop loop = loops.pop_back_val();
    if (loop.size != 1 && loop.strides[ContractionNest::lhs] != expected)
      return failure();
    expected *= loop.size;
  }
  nest.run = expected;
  return success();
}

/// Splits the parallel loops into the two that are tiled and the rest.
static void splitParallel(SmallVector<StridedLoop> parallel, unsigned operands, ContractionNest &nest) {
  StridedLoop none{1, SmallVector<int64_t, 4>(operands, 0)};
  nest.rows = nest.columns = none;
  for (StridedLoop *target : {&nest.columns, &nest.rows}) {
    auto *found = std::find_if(parallel.rbegin(), parallel.rend(), [](const StridedLoop &loop) {
                    return loop.strides[ContractionNest::rhs] == 0;
                  }).base();
    if (found == parallel.begin())
      break;
    *target = *(found - 1);
    parallel.erase(found - 1);
  }
  nest.outer = std::move(parallel);
}

FailureOr<ContractionNest> analyzeContraction(ContractionOp op) {
  SmallVector<ShapedType> types;
  for (Value operand : op->getOperands())
    types.push_back(cast<ShapedType>(operand.getType()));
  SmallVector<AffineMap> maps;
  for (Attribute map : op.getIndexingMaps())
    maps.push_back(cast<AffineMapAttr>(map).getValue());
  if (op.getPacked()) // its strides follow from the packed shape
    maps[ContractionNest::rhs] = AffineMap::get(op.getLoopSizes().size(), 0, op.getContext());
  ContractionNest nest;
  FailureOr<SmallVector<StridedLoop>> found = getStridedLoops(op.getLoopSizes(), maps, types, nest.offsets);
  if (failed(found))
    return failure();
  SmallVector<StridedLoop> loops = std::move(*found);

  unsigned channel = op.getParallelCount() - 1;
  if (op.getPacked()) {
    SmallVector<StridedLoop> all = loops;
    if (failed(takeRun(op, loops, nest)))
      return failure();
    setPackedStrides(op, all, nest);
    llvm::copy(ArrayRef(all).take_front(loops.size()), loops.begin());
  } else {
    nest.blockStride = op.getLanes() * loops[channel].strides[ContractionNest::rhs];
  }
  nest.channel = loops[channel];
  splitParallel(mergeLoops(ArrayRef(loops).take_front(channel)), types.size(), nest);
  nest.reductions = mergeLoops(ArrayRef(loops).drop_front(channel + 1));
  // A last reduction of single steps takes the place of the run where there is none.
  if (nest.run == 1 && op.getGroupSize() == 1 && !nest.reductions.empty()) {
    StridedLoop last = nest.reductions.pop_back_val();
    nest.run = last.size;
    nest.runStride = last.strides[ContractionNest::lhs];
    nest.runRhsStride = last.strides[ContractionNest::rhs];
  }
  return nest;
}

} // namespace quern::cpu
