// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/FormContractions/FormWindow.h"

#include "lib/Targets/CPU/FormContractions/MatchContraction.h"
#include "lib/Targets/CPU/Loops/StridedNest.h"
#include "lib/Targets/CPU/Loops/VectorizeBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace quern::cpu {

/// The loops as the result has them, reductions behind them in their order; empty where the result repeats or
/// skips one.
static SmallVector<unsigned> orderLoops(linalg::GenericOp op) {
  SmallVector<unsigned> order;
  for (AffineExpr subscript : op.getMatchingIndexingMap(op.getDpsInitOperand(0)).getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(subscript);
    if (!dim || llvm::is_contained(order, dim.getPosition()))
      return {};
    order.push_back(dim.getPosition());
  }
  if (order.size() != op.getNumParallelLoops())
    return {};
  op.getReductionDims(order);
  return order;
}

/// True where the last loop of the result moves each input that is read by one element or none.
static bool hasContiguousChannels(linalg::GenericOp op, unsigned channel) {
  for (OpOperand *input : op.getDpsInputOperands()) {
    auto type = dyn_cast<RankedTensorType>(input->get().getType());
    if (!type)
      return false;
    if (op.getMatchingBlockArgument(input).use_empty())
      continue;
    SmallVector<int64_t> offsets;
    auto loops =
        getStridedLoops(op.getStaticLoopRanges(), {op.getMatchingIndexingMap(input)}, {type}, offsets);
    if (failed(loops) || (*loops)[channel].strides[0] < 0 || (*loops)[channel].strides[0] > 1)
      return false;
  }
  return true;
}

/// Integer sums that are scaled are part of the integer semantics, where every operation rounds.
static bool scalesIntegerSums(Block &body) {
  return llvm::any_of(body.getOps<arith::SIToFPOp>(), [&](arith::SIToFPOp op) {
    auto argument = dyn_cast<BlockArgument>(op.getIn());
    return argument && argument.getOwner() == &body && argument.getType().isInteger(32);
  });
}

/// A product of reals that is added may be rounded once, as in contractions; the order of the sum stays.
static void allowFusedMultiplyAdd(Block &body) {
  if (scalesIntegerSums(body))
    return;
  for (Operation &op : body)
    if (isa<arith::MulFOp, arith::AddFOp>(op))
      op.setAttr("fastmath", arith::FastMathFlagsAttr::get(op.getContext(), arith::FastMathFlags::contract));
}

FailureOr<Operation *> formWindow(linalg::GenericOp op, RewriterBase &rewriter) {
  if (op.getNumDpsInits() != 1 || !op.hasPureTensorSemantics() || op.getNumReductionLoops() == 0 ||
      ShapedType::isDynamicShape(op.getStaticLoopRanges()) || op.hasIndexSemantics() ||
      !canVectorizeBody(*op.getBlock()))
    return rewriter.notifyMatchFailure(op, "expected a reduction of static shape made of element-wise ops");
  SmallVector<unsigned> order = orderLoops(op);
  unsigned parallel = op.getNumParallelLoops();
  if (order.empty() || parallel == 0 || !hasContiguousChannels(op, order[parallel - 1]))
    return rewriter.notifyMatchFailure(op, "expected a result and operands with contiguous channels");
  Value initial = op.getDpsInitOperand(0)->get();
  AffineMap initialMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  peelBroadcasts(initial, initialMap);

  Location loc = op.getLoc();
  SmallVector<AffineMap> maps;
  SmallVector<Value> inputs(op.getDpsInputs());
  for (OpOperand *input : op.getDpsInputOperands())
    maps.push_back(op.getMatchingIndexingMap(input));
  maps.append({initialMap, op.getMatchingIndexingMap(op.getDpsInitOperand(0))});
  SmallVector<AffineExpr> renamed(order.size()); // new loop k is old loop order[k]
  SmallVector<int64_t> sizes;
  for (auto [position, d] : llvm::enumerate(order)) {
    renamed[d] = rewriter.getAffineDimExpr(position);
    sizes.push_back(op.getStaticLoopRanges()[d]);
  }
  for (AffineMap &map : maps)
    map = map.replaceDimsAndSymbols(renamed, {}, order.size(), 0);

  rewriter.setInsertionPoint(op);
  auto type = cast<RankedTensorType>(op.getResult(0).getType());
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
  auto window = WindowOp::create(rewriter, loc, TypeRange(type), inputs, initial, ValueRange(), empty,
                                 rewriter.getDenseI64ArrayAttr(sizes),
                                 rewriter.getI64IntegerAttr(op.getNumReductionLoops()),
                                 rewriter.getAffineMapArrayAttr(maps));
  rewriter.inlineRegionBefore(op.getRegion(), window.getBody(), window.getBody().end());
  allowFusedMultiplyAdd(window.getBody().front());
  Operation *yield = window.getBody().front().getTerminator();
  rewriter.setInsertionPoint(yield);
  rewriter.replaceOpWithNewOp<YieldOp>(yield, yield->getOperand(0));
  Block *epilogue = rewriter.createBlock(&window.getEpilogue());
  YieldOp::create(rewriter, loc, epilogue->addArgument(type.getElementType(), loc));
  rewriter.replaceOp(op, window->getResults());
  return window.getOperation();
}

} // namespace quern::cpu
