// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/FormContractions/MatchContraction.h"

#include "lib/Targets/CPU/Loops/StridedNest.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace quern::cpu {

/// Follows extensions and subtracted constants back to an argument of the region.
static FailureOr<Factor> traceFactor(linalg::GenericOp op, Value value) {
  Factor factor;
  while (Operation *producer = value.getDefiningOp()) {
    APInt constant;
    if (isa<arith::SubIOp>(producer) && matchPattern(producer->getOperand(1), m_ConstantInt(&constant))) {
      factor.zeroPoint += constant.getSExtValue();
    } else if (isa<arith::ExtUIOp, arith::ExtSIOp>(producer)) {
      factor.isSigned = isa<arith::ExtSIOp>(producer);
    } else {
      return failure();
    }
    value = producer->getOperand(0);
  }
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != op.getBlock() || argument.getArgNumber() >= op.getNumDpsInputs())
    return failure();
  OpOperand *operand = op.getDpsInputOperand(argument.getArgNumber());
  factor.value = operand->get();
  factor.map = op.getMatchingIndexingMap(operand);
  return factor;
}

/// The two factors of `acc + a * b`, the region's whole meaning.
static FailureOr<std::pair<Factor, Factor>> matchBody(linalg::GenericOp op) {
  Value accumulator = op.getRegionOutputArgs()[0];
  Operation *add = op.getBlock()->getTerminator()->getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::AddIOp, arith::AddFOp>(add))
    return failure();
  Value product = add->getOperand(0) == accumulator ? add->getOperand(1) : add->getOperand(0);
  if (add->getOperand(0) != accumulator && add->getOperand(1) != accumulator)
    return failure();
  Operation *multiply = product.getDefiningOp();
  if (!isa_and_nonnull<arith::MulIOp, arith::MulFOp>(multiply))
    return failure();
  FailureOr<Factor> a = traceFactor(op, multiply->getOperand(0)),
                    b = traceFactor(op, multiply->getOperand(1));
  if (failed(a) || failed(b))
    return failure();
  return std::make_pair(*a, *b);
}

void peelBroadcasts(Value &value, AffineMap &map) {
  while (Operation *producer = value.getDefiningOp()) {
    if (auto fill = dyn_cast<linalg::FillOp>(producer)) {
      value = fill.getInputs()[0];
      map = AffineMap::get(map.getNumDims(), 0, map.getContext());
      return;
    }
    auto copy = dyn_cast<linalg::LinalgOp>(producer);
    if (!copy || copy.getNumDpsInputs() != 1 || copy.getNumDpsInits() != 1 || copy.getNumReductionLoops() ||
        copy->getNumResults() != 1)
      return;
    Block &body = copy->getRegion(0).front();
    AffineMap out = copy.getMatchingIndexingMap(copy.getDpsInitOperand(0));
    if (body.getTerminator()->getOperand(0) != body.getArgument(0) || !out.isPermutation())
      return;
    AffineMap in = copy.getMatchingIndexingMap(copy.getDpsInputOperand(0));
    map = in.compose(inversePermutation(out)).compose(map);
    value = copy.getDpsInputOperand(0)->get();
  }
}

/// Loops of `op` in the kernel's order: parallel ones as out has them, reductions by falling stride in lhs.
static FailureOr<SmallVector<unsigned>> orderLoops(linalg::GenericOp op, const Factor &lhs,
                                                   ContractionMatch &match) {
  SmallVector<unsigned> order;
  for (AffineExpr result : op.getMatchingIndexingMap(op.getDpsInitOperand(0)).getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(result);
    if (!dim || llvm::is_contained(order, dim.getPosition()))
      return failure();
    order.push_back(dim.getPosition());
  }
  if (order.size() != op.getNumParallelLoops() || order.empty())
    return failure();
  match.parallelCount = order.size();

  SmallVector<int64_t> sizes = op.getStaticLoopRanges(), offsets;
  FailureOr<SmallVector<StridedLoop>> loops =
      getStridedLoops(sizes, {lhs.map}, {cast<ShapedType>(lhs.value.getType())}, offsets);
  if (failed(loops))
    return failure();
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  llvm::sort(reductions, [&](unsigned a, unsigned b) {
    // A loop of one iteration has no stride worth the name; outermost, it separates nothing.
    auto key = [&](unsigned d) {
      return std::make_pair(sizes[d] == 1 ? INT64_MIN : -(*loops)[d].strides[0], d);
    };
    return key(a) < key(b);
  });
  order.append(reductions);
  int64_t expected = 1;
  for (unsigned d : llvm::reverse(reductions)) {
    if ((*loops)[d].strides[0] != expected && sizes[d] != 1)
      break;
    expected *= sizes[d];
    ++match.run;
  }
  for (unsigned d : order)
    match.loopSizes.push_back(sizes[d]);
  return order;
}

FailureOr<ContractionMatch> matchContraction(linalg::GenericOp op, RewriterBase &rewriter) {
  if (op.getNumDpsInits() != 1 || !op.hasPureTensorSemantics() || op.getNumReductionLoops() == 0 ||
      ShapedType::isDynamicShape(op.getStaticLoopRanges()))
    return rewriter.notifyMatchFailure(op, "expected one result, a reduction and static shapes");
  auto factors = matchBody(op);
  if (failed(factors))
    return rewriter.notifyMatchFailure(op, "expected a body that adds a product to the accumulator");
  ContractionMatch match;
  match.accumulator = op.getRegionOutputArgs()[0].getType();
  if (!match.accumulator.isF32() && !match.accumulator.isInteger(32))
    return rewriter.notifyMatchFailure(op, "expected an accumulator of f32 or i32");

  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  auto channel = out.getNumResults() ? dyn_cast<AffineDimExpr>(out.getResults().back()) : nullptr;
  if (!channel)
    return rewriter.notifyMatchFailure(op, "expected an output whose last subscript is a loop");
  match.lhs = factors->first;
  match.rhs = factors->second;
  if (match.lhs.map.isFunctionOfDim(channel.getPosition()))
    std::swap(match.lhs, match.rhs);
  if (match.lhs.map.isFunctionOfDim(channel.getPosition()) ||
      !match.rhs.map.isFunctionOfDim(channel.getPosition()))
    return rewriter.notifyMatchFailure(op,
                                       "expected one operand that walks the innermost loop of the output");

  FailureOr<SmallVector<unsigned>> order = orderLoops(op, match.lhs, match);
  if (failed(order))
    return rewriter.notifyMatchFailure(op, "expected an output subscripted by all parallel loops");
  match.initial = op.getDpsInitOperand(0)->get();
  match.initialMap = out;
  peelBroadcasts(match.initial, match.initialMap);
  // New loop k is old loop order[k].
  SmallVector<AffineExpr> renamed(order->size());
  for (auto [position, d] : llvm::enumerate(*order))
    renamed[d] = getAffineDimExpr(position, op.getContext());
  for (AffineMap *map : {&match.lhs.map, &match.rhs.map, &match.initialMap})
    *map = map->replaceDimsAndSymbols(renamed, {}, order->size(), 0);
  return match;
}

} // namespace quern::cpu
