// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/OutlineTasks/OutlineTasks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace quern {
#define GEN_PASS_DEF_OUTLINETASKS
#include "lib/Targets/CPU/OutlineTasks/OutlineTasks.h.inc"

/// The constant trip count of a loop, or a guess of one iteration.
static int64_t tripCount(Value lower, Value upper, Value step) {
  auto l = getConstantIntValue(lower), u = getConstantIntValue(upper), s = getConstantIntValue(step);
  return l && u && s && *s > 0 ? std::max<int64_t>(0, (*u - *l + *s - 1) / *s) : 1;
}

/// Operations that one execution of `region` takes; of two branches the longer one counts.
static int64_t estimateWork(Region &region) {
  int64_t work = 0;
  for (Operation &op : region.getOps()) {
    int64_t nested = 0;
    for (Region &inner : op.getRegions())
      nested = isa<scf::IfOp>(op) ? std::max(nested, estimateWork(inner)) : nested + estimateWork(inner);
    if (auto loop = dyn_cast<scf::ForOp>(op))
      nested *= tripCount(loop.getLowerBound(), loop.getUpperBound(), loop.getStep());
    bool computes = op.getNumResults() && !op.hasTrait<OpTrait::ConstantLike>() && op.getNumRegions() == 0;
    work += nested + computes;
  }
  return work;
}

/// True for values that a task makes again instead of receiving: constants and views of memory.
static bool isRematerialized(Operation *op) {
  return op && (op->hasTrait<OpTrait::ConstantLike>() || isa<memref::GetGlobalOp, ViewLikeOpInterface>(op));
}

/// Clones into the task what its body needs and can make again; what remains becomes `captures`.
static void collectCaptures(Region &body, SmallVectorImpl<Operation *> &remade, SetVector<Value> &captures) {
  SetVector<Value> needed;
  getUsedValuesDefinedAbove(body, needed);
  SetVector<Operation *> operations;
  SmallVector<Value> work(needed.begin(), needed.end());
  while (!work.empty()) {
    Value value = work.pop_back_val();
    Operation *producer = value.getDefiningOp();
    if (!isRematerialized(producer)) {
      captures.insert(value);
    } else if (operations.insert(producer)) {
      llvm::append_range(work, producer->getOperands());
    }
  }
  remade.assign(operations.begin(), operations.end());
  // All stand in one block, before the loop: their order there is an order of definition before use.
  llvm::sort(remade, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
}

/// How many outer dimensions of `loop` form the range of the task, and their product.
static std::pair<unsigned, int64_t> chooseRange(scf::ParallelOp loop, int64_t pieces) {
  unsigned dimensions = 0;
  int64_t count = 1;
  while (dimensions < loop.getNumLoops() && count < pieces) {
    count *= tripCount(loop.getLowerBound()[dimensions], loop.getUpperBound()[dimensions],
                       loop.getStep()[dimensions]);
    ++dimensions;
  }
  return {dimensions, count};
}

/// Fills the task: for each position of the range, the remaining dimensions as a nest, and the body.
static void fillTask(func::FuncOp task, scf::ParallelOp loop, unsigned dimensions,
                     ArrayRef<Operation *> remade, const SetVector<Value> &captures) {
  OpBuilder builder(task.getContext());
  builder.setInsertionPointToStart(task.addEntryBlock());
  Location loc = loop.getLoc();
  IRMapping mapping;
  for (auto [capture, argument] : llvm::zip(captures, task.getArguments()))
    mapping.map(capture, argument);
  for (Operation *op : remade)
    builder.clone(*op, mapping);
  Value begin = task.getArguments().end()[-2], end = task.getArguments().end()[-1];
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  auto range = scf::ForOp::create(builder, loc, begin, end, one);
  builder.setInsertionPointToStart(range.getBody());
  Value position = range.getInductionVar();
  for (unsigned d = dimensions; d-- > 0;) {
    Value index = position;
    if (d > 0) {
      Value size = arith::ConstantIndexOp::create(
          builder, loc, tripCount(loop.getLowerBound()[d], loop.getUpperBound()[d], loop.getStep()[d]));
      index = arith::RemUIOp::create(builder, loc, position, size);
      position = arith::DivUIOp::create(builder, loc, position, size);
    }
    mapping.map(loop.getInductionVars()[d], index);
  }
  for (unsigned d = dimensions; d < loop.getNumLoops(); ++d) {
    auto inner =
        scf::ForOp::create(builder, loc, mapping.lookup(loop.getLowerBound()[d]),
                           mapping.lookup(loop.getUpperBound()[d]), mapping.lookup(loop.getStep()[d]));
    mapping.map(loop.getInductionVars()[d], inner.getInductionVar());
    builder.setInsertionPointToStart(inner.getBody());
  }
  for (Operation &op : loop.getBody()->without_terminator())
    builder.clone(op, mapping);
  builder.setInsertionPointToEnd(&task.getBody().back());
  func::ReturnOp::create(builder, loc);
}

namespace {
struct OutlineTasksPass : impl::OutlineTasksBase<OutlineTasksPass> {
  using OutlineTasksBase::OutlineTasksBase;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    auto function = symbols.lookup<func::FuncOp>(entry);
    if (!function)
      return;
    for (auto loop : llvm::make_early_inc_range(function.getOps<scf::ParallelOp>()))
      if (isWorthATask(loop))
        outline(loop, function, symbols);
  }

  bool isWorthATask(scf::ParallelOp loop) {
    int64_t iterations = 1;
    for (auto [lower, upper, step] : llvm::zip(loop.getLowerBound(), loop.getUpperBound(), loop.getStep())) {
      auto l = getConstantIntValue(lower), s = getConstantIntValue(step);
      if (!l || *l != 0 || !s || *s != 1 || !getConstantIntValue(upper))
        return false; // bounds of generated nests are constants
      iterations *= tripCount(lower, upper, step);
    }
    return loop.getNumReductions() == 0 && iterations > 1 &&
           iterations * estimateWork(loop.getRegion()) >= minimumWork;
  }

  void outline(scf::ParallelOp loop, func::FuncOp function, SymbolTable &symbols) {
    SmallVector<Operation *> remade;
    SetVector<Value> captures;
    collectCaptures(loop.getRegion(), remade, captures);
    // The bounds of inner dimensions are constants, but nothing in the body names them.
    auto [dimensions, count] = chooseRange(loop, pieces);
    for (unsigned d = dimensions; d < loop.getNumLoops(); ++d)
      for (Value bound : {loop.getLowerBound()[d], loop.getUpperBound()[d], loop.getStep()[d]})
        if (!llvm::is_contained(remade, bound.getDefiningOp()))
          remade.push_back(bound.getDefiningOp());

    OpBuilder builder(function);
    SmallVector<Type> types;
    for (Value capture : captures)
      types.push_back(capture.getType());
    types.append(2, builder.getIndexType());
    auto task =
        func::FuncOp::create(builder, loop.getLoc(), entry + "_task", builder.getFunctionType(types, {}));
    task.setPrivate();
    symbols.insert(task);
    fillTask(task, loop, dimensions, remade, captures);

    builder.setInsertionPoint(loop);
    SmallVector<Value> operands(captures.begin(), captures.end());
    operands.push_back(arith::ConstantIndexOp::create(builder, loop.getLoc(), 0));
    operands.push_back(arith::ConstantIndexOp::create(builder, loop.getLoc(), count));
    auto call = func::CallOp::create(builder, loop.getLoc(), task, operands);
    call->setAttr("quern.parallel", builder.getUnitAttr());
    loop.erase();
  }
};
} // namespace
} // namespace quern
