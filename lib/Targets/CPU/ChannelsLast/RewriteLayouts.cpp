// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/ChannelsLast/RewriteLayouts.h"

#include "lib/Targets/CPU/Loops/ConstantElements.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

namespace quern::cpu {

static RankedTensorType permuteType(Type type, ArrayRef<int64_t> permutation) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(applyPermutation(tensor.getShape(), permutation), tensor.getElementType());
}

/// True where `permutation` only moves dimensions of one, so that memory stays as it is.
static bool keepsMemoryOrder(ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation) {
  int64_t last = -1;
  for (int64_t dim : permutation) {
    if (shape[dim] == 1)
      continue;
    if (dim < last)
      return false;
    last = dim;
  }
  return true;
}

/// `value` with its dimensions permuted: a view where memory stays as it is, a constant where it is one.
static Value transpose(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> permutation) {
  auto type = cast<RankedTensorType>(value.getType());
  RankedTensorType permuted = permuteType(type, permutation);
  if (value.getDefiningOp<tensor::EmptyOp>())
    return tensor::EmptyOp::create(builder, loc, permuted.getShape(), permuted.getElementType());
  if (FailureOr<ConstantElements> elements = ConstantElements::get(value); succeeded(elements))
    return elements->transpose(builder, loc, type, permutation);
  if (keepsMemoryOrder(type.getShape(), permutation)) {
    ReassociationIndices all = llvm::to_vector<2>(llvm::seq<int64_t>(type.getRank()));
    auto flat = RankedTensorType::get({type.getNumElements()}, type.getElementType());
    Value line = tensor::CollapseShapeOp::create(builder, loc, flat, value, ArrayRef{all});
    return tensor::ExpandShapeOp::create(builder, loc, permuted, line, ArrayRef{all});
  }
  Value empty = tensor::EmptyOp::create(builder, loc, permuted.getShape(), permuted.getElementType());
  return linalg::TransposeOp::create(builder, loc, value, empty, permutation).getResult()[0];
}

namespace {
class LayoutRewriter {
public:
  LayoutRewriter(Block &block, const LayoutMap &layouts)
      : block(block), layouts(layouts), builder(block.getParent()) {}

  void run() {
    SmallVector<Operation *> ops;
    for (Operation &op : block)
      ops.push_back(&op);
    builder.setInsertionPointToStart(&block);
    for (BlockArgument argument : block.getArguments())
      if (Permutation permutation = layoutOf(argument); !permutation.empty()) {
        Value result = transpose(builder, argument.getLoc(), argument, permutation);
        converted.push_back({{argument, {}}, argument}); // who wants it plain takes it as it came
        heldValues[argument] = result;
      }
    for (Operation *op : ops)
      rewrite(op);
    for (Operation *op : llvm::reverse(replaced))
      if (op->use_empty())
        op->erase();
  }

private:
  void rewrite(Operation *op);
  void rewriteLinalg(linalg::LinalgOp op);
  bool rewriteMovement(Operation *op, const Permutation &permutation);
  void makePlain(Operation *op);

  Permutation layoutOf(Value value) const { return layouts.lookup(value); }

  /// The value as its layout says.
  Value held(Value value) {
    if (Value known = heldValues.lookup(value))
      return known;
    return value;
  }

  /// The value in the order of `permutation`; empty for plain.
  Value getAs(Value value, ArrayRef<int64_t> permutation) {
    Permutation has = heldValues.contains(value) ? layoutOf(value) : Permutation();
    if (ArrayRef<int64_t>(has) == permutation)
      return held(value);
    auto key = std::make_pair(value, Permutation(permutation));
    for (auto &[known, result] : converted)
      if (known == key)
        return result;
    // From the order it has to plain, and on to the order wanted, in one step.
    int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
    Permutation wanted(permutation), step;
    if (wanted.empty())
      wanted = llvm::to_vector(llvm::seq<int64_t>(rank));
    SmallVector<int64_t> position =
        has.empty() ? llvm::to_vector(llvm::seq<int64_t>(rank)) : invertPermutationVector(has);
    for (int64_t dim : wanted)
      step.push_back(position[dim]);
    Value result = transpose(builder, value.getLoc(), held(value), step);
    converted.push_back({key, result});
    return result;
  }

  void replace(Operation *op, Value result) {
    if (layoutOf(op->getResult(0)).empty())
      op->getResult(0).replaceAllUsesWith(result);
    else
      heldValues[op->getResult(0)] = result;
    replaced.push_back(op);
  }

  Block &block;
  const LayoutMap &layouts;
  OpBuilder builder;
  llvm::DenseMap<Value, Value> heldValues;
  SmallVector<std::pair<std::pair<Value, Permutation>, Value>> converted;
  SmallVector<Operation *> replaced;
};
} // namespace

/// Others read values in plain order, also from inside their regions.
void LayoutRewriter::makePlain(Operation *op) {
  op->walk([&](Operation *nested) {
    for (OpOperand &operand : nested->getOpOperands())
      if (heldValues.contains(operand.get()))
        operand.set(getAs(operand.get(), {}));
  });
}

/// The loops in the order of the result, reductions behind them.
static SmallVector<unsigned> resultOrder(linalg::LinalgOp op, AffineMap out) {
  SmallVector<unsigned> order;
  for (AffineExpr subscript : out.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(subscript); dim && !llvm::is_contained(order, dim.getPosition()))
      order.push_back(dim.getPosition());
  for (unsigned d = 0; d < op.getNumLoops(); ++d)
    if (!llvm::is_contained(order, d))
      order.push_back(d);
  return order;
}

/// The order in which a constant has the subscript of loop `innermost` as its own innermost dimension; empty
/// where `value` is no constant, or no subscript is that loop.
static Permutation constantOrder(Value value, AffineMap map, unsigned innermost) {
  Permutation order;
  if (failed(ConstantElements::get(value)) || map.getNumResults() < 2)
    return order;
  for (auto [i, subscript] : llvm::enumerate(map.getResults()))
    if (subscript != getAffineDimExpr(innermost, map.getContext()))
      order.push_back(i);
  if (order.size() + 1 != map.getNumResults())
    return {};
  for (unsigned i = 0; i < map.getNumResults(); ++i)
    if (!llvm::is_contained(order, i))
      order.push_back(i);
  return order;
}

void LayoutRewriter::rewriteLinalg(linalg::LinalgOp op) {
  bool touched = llvm::any_of(op->getOperands(), [&](Value v) { return heldValues.contains(v); }) ||
                 llvm::any_of(op->getResults(), [&](Value v) { return layouts.contains(v); });
  if (!touched || op->getNumResults() != 1 || op.getNumDpsInits() != 1 || op.hasIndexSemantics())
    return makePlain(op);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  unsigned out = op.getNumDpsInputs();
  Permutation outLayout = layoutOf(op->getResult(0));
  auto permuteMap = [&](AffineMap map, ArrayRef<int64_t> permutation) {
    return AffineMap::get(map.getNumDims(), 0, applyPermutation(map.getResults(), permutation),
                          map.getContext());
  };
  if (!outLayout.empty())
    maps[out] = permuteMap(maps[out], outLayout);
  SmallVector<unsigned> order = resultOrder(op, maps[out]);
  unsigned parallel = op.getNumParallelLoops();
  SmallVector<Value> inputs;
  for (auto [i, operand] : llvm::enumerate(op.getDpsInputs())) {
    Value value = operand;
    Permutation layout = heldValues.contains(value) ? layoutOf(value) : Permutation();
    if (layout.empty() && parallel)
      layout = constantOrder(value, maps[i], order[parallel - 1]);
    if (!layout.empty()) {
      value = getAs(value, layout);
      maps[i] = permuteMap(maps[i], layout);
    }
    inputs.push_back(value);
  }
  // New loop k is old loop order[k].
  SmallVector<AffineExpr> renamed(order.size());
  SmallVector<utils::IteratorType> iterators;
  for (auto [position, d] : llvm::enumerate(order)) {
    renamed[d] = builder.getAffineDimExpr(position);
    iterators.push_back(op.getIteratorTypesArray()[d]);
  }
  for (AffineMap &map : maps)
    map = map.replaceDimsAndSymbols(renamed, {}, order.size(), 0);
  Value init = getAs(op.getDpsInits()[0], outLayout);
  auto generic =
      linalg::GenericOp::create(builder, op.getLoc(), TypeRange(init.getType()), inputs, ValueRange(init),
                                maps, iterators, nullptr, op->getDiscardableAttrDictionary().getValue());
  IRMapping mapping;
  op->getRegion(0).cloneInto(&generic.getRegion(), mapping);
  replace(op, generic.getResult(0));
}

static SmallVector<OpFoldResult> permuteFolds(ArrayRef<OpFoldResult> values, ArrayRef<int64_t> permutation) {
  return applyPermutation(values, permutation);
}

/// Ops that only move data; false where one of them has a form that is not handled.
bool LayoutRewriter::rewriteMovement(Operation *op, const Permutation &p) {
  Location loc = op->getLoc();
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    Value value = pad.getConstantPaddingValue();
    if (!value)
      return false;
    replace(op, tensor::PadOp::create(builder, loc, permuteType(pad.getType(), p), getAs(pad.getSource(), p),
                                      permuteFolds(pad.getMixedLowPad(), p),
                                      permuteFolds(pad.getMixedHighPad(), p), value));
    return true;
  }
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    if (slice.getSourceType().getRank() != slice.getType().getRank())
      return false;
    replace(op, tensor::ExtractSliceOp::create(
                    builder, loc, getAs(slice.getSource(), p), permuteFolds(slice.getMixedOffsets(), p),
                    permuteFolds(slice.getMixedSizes(), p), permuteFolds(slice.getMixedStrides(), p)));
    return true;
  }
  if (auto slice = dyn_cast<tensor::InsertSliceOp>(op)) {
    if (slice.getSourceType().getRank() != slice.getType().getRank())
      return false;
    replace(op, tensor::InsertSliceOp::create(
                    builder, loc, getAs(slice.getSource(), p), getAs(slice.getDest(), p),
                    permuteFolds(slice.getMixedOffsets(), p), permuteFolds(slice.getMixedSizes(), p),
                    permuteFolds(slice.getMixedStrides(), p)));
    return true;
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    SmallVector<Value> inputs;
    for (Value input : concat.getInputs())
      inputs.push_back(getAs(input, p));
    replace(op, tensor::ConcatOp::create(builder, loc, invertPermutationVector(p)[concat.getDim()], inputs));
    return true;
  }
  // Reshapes: the groups of the permuted shapes, in their order.
  auto regroup = [&](ArrayRef<int64_t> shorter, ArrayRef<SmallVector<int64_t, 2>> groups) {
    SmallVector<ReassociationIndices> result;
    int64_t next = 0;
    for (int64_t dim : shorter) {
      ReassociationIndices &group = result.emplace_back();
      for (size_t i = 0; i < groups[dim].size(); ++i)
        group.push_back(next++);
    }
    return result;
  };
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    auto groups = expand.getReassociationIndices();
    Permutation source = collapsePermutation(p, groups);
    if (source.empty())
      return false;
    replace(op, tensor::ExpandShapeOp::create(builder, loc, permuteType(expand.getType(), p),
                                              getAs(expand.getSrc(), source), regroup(source, groups)));
    return true;
  }
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    auto groups = collapse.getReassociationIndices();
    replace(op, tensor::CollapseShapeOp::create(builder, loc, permuteType(collapse.getType(), p),
                                                getAs(collapse.getSrc(), expandPermutation(p, groups)),
                                                regroup(p, groups)));
    return true;
  }
  return false;
}

void LayoutRewriter::rewrite(Operation *op) {
  builder.setInsertionPoint(op);
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return rewriteLinalg(linalgOp);
  if (op->getNumResults() == 1)
    if (Permutation permutation = layoutOf(op->getResult(0)); !permutation.empty()) {
      if (isa<arith::ConstantOp, tensor::EmptyOp>(op)) {
        builder.setInsertionPointAfter(op);
        heldValues[op->getResult(0)] = transpose(builder, op->getLoc(), op->getResult(0), permutation);
        return;
      }
      if (rewriteMovement(op, permutation))
        return;
      makePlain(op);
      builder.setInsertionPointAfter(op);
      heldValues[op->getResult(0)] = transpose(builder, op->getLoc(), op->getResult(0), permutation);
      return;
    }
  makePlain(op);
}

void rewriteLayouts(func::FuncOp function, const LayoutMap &layouts) {
  LayoutRewriter(function.getBody().front(), layouts).run();
}

} // namespace quern::cpu
