// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/FormContractions/FuseEpilogue.h"

#include "lib/Targets/CPU/Loops/StridedNest.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace quern::cpu {

/// The element-wise op that alone uses `op`, where it walks the same space in the same order.
static FailureOr<linalg::GenericOp> findConsumer(Operation *op, RewriterBase &rewriter) {
  Value result = op->getResult(0);
  if (!result.hasOneUse())
    return rewriter.notifyMatchFailure(op, "expected a result with one use");
  OpOperand &use = *result.getUses().begin();
  auto consumer = dyn_cast<linalg::GenericOp>(use.getOwner());
  if (!consumer || consumer.getNumReductionLoops() || consumer.getNumDpsInits() != 1 ||
      consumer.isDpsInit(&use) || consumer->getBlock() != op->getBlock())
    return rewriter.notifyMatchFailure(op, "expected an element-wise consumer with one result");
  AffineMap out = consumer.getMatchingIndexingMap(consumer.getDpsInitOperand(0));
  if (!out.isPermutation() || consumer.getMatchingIndexingMap(&use) != out)
    return rewriter.notifyMatchFailure(op, "expected a consumer that keeps the order of dimensions");
  if (!consumer.getRegionOutputArgs()[0].use_empty() || consumer.hasIndexSemantics())
    return rewriter.notifyMatchFailure(op,
                                       "expected a consumer that reads neither its destination nor indices");
  for (Operation &nested : consumer.getBlock()->without_terminator())
    if (nested.getNumResults() != 1 ||
        (!OpTrait::hasElementwiseMappableTraits(&nested) && !nested.hasTrait<OpTrait::ConstantLike>()))
      return rewriter.notifyMatchFailure(op, "expected a consumer made of element-wise ops");
  return consumer;
}

/// The maps of the consumer's other inputs over the loops of the contraction; fails where a vector of
/// channels would gather.
template <typename Op>
static FailureOr<SmallVector<AffineMap>> mapExtras(Op op, linalg::GenericOp consumer, unsigned fused,
                                                   RewriterBase &rewriter) {
  AffineMap out = consumer.getMatchingIndexingMap(consumer.getDpsInitOperand(0));
  AffineMap toConsumerLoops = inversePermutation(out).compose(op.getOutMap());
  SmallVector<AffineMap> maps;
  for (OpOperand *input : consumer.getDpsInputOperands()) {
    if (input->getOperandNumber() == fused)
      continue;
    AffineMap map = consumer.getMatchingIndexingMap(input).compose(toConsumerLoops);
    auto type = dyn_cast<RankedTensorType>(input->get().getType());
    SmallVector<int64_t> offsets;
    if (!type)
      return rewriter.notifyMatchFailure(op, "expected tensor operands in the consumer");
    auto loops = getStridedLoops(op.getLoopSizes(), {map}, {type}, offsets);
    if (failed(loops))
      return rewriter.notifyMatchFailure(op, "expected linear subscripts in the consumer");
    int64_t stride = (*loops)[op.getParallelCount() - 1].strides[0];
    if (stride != 0 && stride != 1)
      return rewriter.notifyMatchFailure(op, "expected consumer operands that are contiguous over channels");
    maps.push_back(map);
  }
  return maps;
}

template <typename Op> static FailureOr<Operation *> fuse(Op op, RewriterBase &rewriter) {
  FailureOr<linalg::GenericOp> consumer = findConsumer(op, rewriter);
  if (failed(consumer))
    return failure();
  if (isa<WindowOp>(op) &&
      !llvm::all_of(consumer->getOperation()->getOperandTypes(), hasElementsOfWholeBytes))
    return rewriter.notifyMatchFailure(op, "expected elements of whole bytes: a window becomes vector loops");
  unsigned fused = op->getResult(0).getUses().begin()->getOperandNumber();
  FailureOr<SmallVector<AffineMap>> extraMaps = mapExtras(op, *consumer, fused, rewriter);
  if (failed(extraMaps))
    return failure();
  SmallVector<Value> extras;
  for (OpOperand *input : consumer->getDpsInputOperands())
    if (input->getOperandNumber() != fused)
      extras.push_back(input->get());
  SmallVector<Attribute> maps(op.getIndexingMaps().getValue());
  for (AffineMap map : *extraMaps)
    maps.insert(maps.end() - 1, AffineMapAttr::get(map));

  // At the consumer, where all of its operands are known.
  rewriter.setInsertionPoint(*consumer);
  Value destination = consumer->getDpsInitOperand(0)->get();
  auto merged = cast<Op>(rewriter.clone(*op));
  merged->setLoc(rewriter.getFusedLoc({op.getLoc(), consumer->getLoc()}));
  merged.getExtrasMutable().append(extras);
  merged.getOutMutable().assign(destination);
  merged.setIndexingMapsAttr(rewriter.getArrayAttr(maps));
  merged->getResult(0).setType(destination.getType());
  Block &body = merged.getEpilogue().front();
  Operation *yield = body.getTerminator();
  IRMapping mapping;
  for (OpOperand *input : consumer->getDpsInputOperands()) {
    BlockArgument argument = consumer->getMatchingBlockArgument(input);
    if (input->getOperandNumber() == fused)
      mapping.map(argument, yield->getOperand(0));
    else
      mapping.map(argument, body.addArgument(argument.getType(), input->get().getLoc()));
  }
  rewriter.setInsertionPoint(yield);
  for (Operation &nested : consumer->getBlock()->without_terminator())
    rewriter.clone(nested, mapping);
  Value yielded = consumer->getBlock()->getTerminator()->getOperand(0);
  YieldOp::create(rewriter, yield->getLoc(), mapping.lookupOrDefault(yielded));
  rewriter.eraseOp(yield);
  rewriter.replaceOp(*consumer, merged->getResults());
  rewriter.eraseOp(op);
  return merged.getOperation();
}

FailureOr<Operation *> fuseEpilogue(Operation *op, RewriterBase &rewriter) {
  if (auto contraction = dyn_cast<ContractionOp>(op))
    return fuse(contraction, rewriter);
  if (auto window = dyn_cast<WindowOp>(op))
    return fuse(window, rewriter);
  return rewriter.notifyMatchFailure(op, "expected a contraction or a window");
}

} // namespace quern::cpu
