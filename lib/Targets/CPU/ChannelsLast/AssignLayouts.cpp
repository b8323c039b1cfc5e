// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/ChannelsLast/AssignLayouts.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace quern::cpu {

Permutation expandPermutation(ArrayRef<int64_t> shorter, ArrayRef<SmallVector<int64_t, 2>> groups) {
  Permutation longer;
  for (int64_t dim : shorter)
    longer.append(groups[dim].begin(), groups[dim].end());
  return longer;
}

Permutation collapsePermutation(ArrayRef<int64_t> longer, ArrayRef<SmallVector<int64_t, 2>> groups) {
  Permutation shorter;
  for (size_t at = 0; at < longer.size();) {
    size_t before = at;
    for (auto [dim, group] : llvm::enumerate(groups))
      if (group.front() == longer[at] && longer.slice(at).size() >= group.size() &&
          ArrayRef<int64_t>(group) == longer.slice(at, group.size())) {
        shorter.push_back(dim);
        at += group.size();
        break;
      }
    if (at == before)
      return {};
  }
  return shorter;
}

static bool isIdentity(ArrayRef<int64_t> permutation) {
  return llvm::all_of(llvm::enumerate(permutation),
                      [](auto entry) { return int64_t(entry.index()) == entry.value(); });
}

namespace {
class Assignment {
public:
  explicit Assignment(Block &block) : block(block) {}

  LayoutMap run() {
    for (auto op : block.getOps<linalg::LinalgOp>())
      seedWindow(op);
    do {
      changed = false;
      for (Operation &op : block)
        propagate(&op);
      for (Operation &op : llvm::reverse(block))
        propagate(&op);
    } while (changed);
    for (auto &[value, permutation] : llvm::make_early_inc_range(layouts))
      if (isIdentity(permutation))
        layouts.erase(value);
    return std::move(layouts);
  }

private:
  void seedWindow(linalg::LinalgOp op);
  void propagate(Operation *op);
  void assignArgument(Value value, const Permutation &permutation);
  void propagateLinalg(linalg::LinalgOp op);
  void share(ValueRange values);
  bool canHold(Value value) const;

  void assign(Value value, const Permutation &permutation) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (permutation.empty() || !type || type.getRank() != int64_t(permutation.size()) ||
        layouts.contains(value) || !canHold(value))
      return;
    layouts[value] = permutation;
    changed = true;
  }
  Permutation lookup(Value value) const { return layouts.lookup(value); }

  Block &block;
  LayoutMap layouts;
  bool changed = false;
};
} // namespace

/// True for ops that are made again in another layout at no cost.
static bool isFlexible(Operation *op) {
  return isa_and_nonnull<linalg::LinalgOp, tensor::EmptyOp, arith::ConstantOp, tensor::PadOp,
                         tensor::ExtractSliceOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp,
                         tensor::ConcatOp, tensor::InsertSliceOp>(op);
}

/// True where the producer of `value` can make it in any order at no cost.
bool Assignment::canHold(Value value) const {
  Operation *producer = value.getDefiningOp();
  if (!producer || producer->getBlock() != &block)
    return false;
  if (isa<linalg::LinalgOp, tensor::EmptyOp, arith::ConstantOp>(producer))
    return true;
  if (isa<tensor::PadOp, tensor::ExtractSliceOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp>(producer))
    return layouts.contains(producer->getOperand(0)) || canHold(producer->getOperand(0));
  if (isa<tensor::ConcatOp, tensor::InsertSliceOp>(producer))
    return llvm::any_of(producer->getOperands(), [&](Value operand) {
      return isa<RankedTensorType>(operand.getType()) && (layouts.contains(operand) || canHold(operand));
    });
  return false;
}

/// Batch, positions, channels: for the subscripts of an operand, given which of them are positions.
static Permutation channelsLast(ArrayRef<bool> isPosition) {
  Permutation permutation{0};
  for (bool positions : {true, false})
    for (size_t i = 1; i < isPosition.size(); ++i)
      if (isPosition[i] == positions)
        permutation.push_back(i);
  return permutation;
}

/// A value from outside, say an argument of the function, that a window reads, perhaps padded, is worth a
/// transpose unless it has few channels of floats, which the window reads as well where they are.
void Assignment::assignArgument(Value value, const Permutation &permutation) {
  while (auto pad = value.getDefiningOp<tensor::PadOp>())
    value = pad.getSource();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  constexpr int64_t fewChannels = 4;
  bool few = type && type.getElementType().isF32() && type.getDimSize(permutation.back()) <= fewChannels;
  if (type && !few && !isFlexible(value.getDefiningOp()))
    layouts.try_emplace(value, permutation);
}

/// An op whose operand is subscripted by a sum of a parallel and a reduction loop wants channels last.
void Assignment::seedWindow(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() == 0 || op.getNumDpsInits() != 1 || op->getNumResults() != 1)
    return;
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    SmallVector<bool> inputPositions, parallelInWindow(op.getNumLoops(), false);
    for (AffineExpr subscript : map.getResults()) {
      bool window = !isa<AffineDimExpr, AffineConstantExpr>(subscript);
      inputPositions.push_back(window);
      for (unsigned d = 0; window && d < op.getNumLoops(); ++d)
        if (iterators[d] == utils::IteratorType::parallel && subscript.isFunctionOfDim(d))
          parallelInWindow[d] = true;
    }
    if (!llvm::is_contained(inputPositions, true) || inputPositions.front())
      continue;
    SmallVector<bool> outputPositions;
    for (AffineExpr subscript : op.getMatchingIndexingMap(op.getDpsInitOperand(0)).getResults()) {
      auto dim = dyn_cast<AffineDimExpr>(subscript);
      outputPositions.push_back(dim && parallelInWindow[dim.getPosition()]);
    }
    assign(op->getResult(0), channelsLast(outputPositions));
    Permutation permutation = channelsLast(inputPositions);
    assignArgument(input->get(), permutation);
    assign(input->get(), permutation);
    return;
  }
}

/// Gives all `values` the layout that one of them has.
void Assignment::share(ValueRange values) {
  for (Value value : values)
    if (Permutation permutation = lookup(value); !permutation.empty()) {
      for (Value other : values)
        assign(other, permutation);
      return;
    }
}

void Assignment::propagateLinalg(linalg::LinalgOp op) {
  if (op->getNumResults() != 1)
    return;
  OpOperand *init = op.getDpsInitOperand(0);
  AffineMap out = op.getMatchingIndexingMap(init);
  assign(init->get(), lookup(op->getResult(0)));
  // Operands that are subscripted like the result, except for broadcast or reduced dimensions.
  SmallVector<Value> alike{op->getResult(0)};
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    if (map.getNumResults() != out.getNumResults() || out.getNumResults() < 3)
      continue;
    bool same = llvm::all_of(llvm::zip(map.getResults(), out.getResults()), [](auto pair) {
      auto [a, b] = pair;
      return a == b || isa<AffineConstantExpr>(a) || isa<AffineConstantExpr>(b);
    });
    if (same)
      alike.push_back(input->get());
  }
  share(alike);
}

void Assignment::propagate(Operation *op) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return propagateLinalg(linalgOp);
  if (isa<tensor::PadOp>(op))
    return share({op->getOperand(0), op->getResult(0)});
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    if (slice.getSourceType().getRank() == slice.getType().getRank())
      share({slice.getSource(), slice.getResult()});
  } else if (auto slice = dyn_cast<tensor::InsertSliceOp>(op)) {
    if (slice.getSourceType().getRank() == slice.getType().getRank())
      share({slice.getSource(), slice.getDest(), slice.getResult()});
  } else if (isa<tensor::ConcatOp>(op)) {
    SmallVector<Value> values(op->getOperands());
    values.push_back(op->getResult(0));
    share(values);
  } else if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    auto groups = expand.getReassociationIndices();
    if (Permutation p = lookup(expand.getSrc()); !p.empty())
      assign(expand.getResult(), expandPermutation(p, groups));
    if (Permutation p = lookup(expand.getResult()); !p.empty())
      assign(expand.getSrc(), collapsePermutation(p, groups));
  } else if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    auto groups = collapse.getReassociationIndices();
    if (Permutation p = lookup(collapse.getSrc()); !p.empty())
      assign(collapse.getResult(), collapsePermutation(p, groups));
    if (Permutation p = lookup(collapse.getResult()); !p.empty())
      assign(collapse.getSrc(), expandPermutation(p, groups));
  }
}

LayoutMap assignLayouts(func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return LayoutMap();
  return Assignment(function.getBody().front()).run();
}

} // namespace quern::cpu
