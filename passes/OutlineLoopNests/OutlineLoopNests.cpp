// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/OutlineLoopNests/OutlineLoopNests.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_OUTLINELOOPNESTS
#include "passes/OutlineLoopNests/OutlineLoopNests.h.inc"

static bool canMove(Operation &op) {
  if (!isa<scf::ForOp, scf::ParallelOp, scf::ForallOp>(op) || op.getNumResults() != 0)
    return false;
  WalkResult result = op.walk([](Operation *inner) {
    bool stays = isa<cf::AssertOp>(inner) || inner->hasAttr("quern.parallel");
    return stays ? WalkResult::interrupt() : WalkResult::advance();
  });
  return !result.wasInterrupted();
}

/// What a nest uses from outside: values to pass, and operations that are repeated instead.
struct Captures {
  explicit Captures(Operation &nest) {
    llvm::SetVector<Value> used(nest.operand_begin(), nest.operand_end());
    getUsedValuesDefinedAbove(nest.getRegions(), used);
    for (Value value : used) {
      Operation *op = value.getDefiningOp();
      if (op && (op->hasTrait<OpTrait::ConstantLike>() || isa<memref::GetGlobalOp>(op)))
        repeated.push_back(op);
      else
        passed.push_back(value);
    }
  }

  SmallVector<Value> passed;
  SmallVector<Operation *> repeated;
};

namespace {

struct OutlineLoopNestsPass : impl::OutlineLoopNestsBase<OutlineLoopNestsPass> {
  using OutlineLoopNestsBase::OutlineLoopNestsBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>(entry);
    if (!main || main.isExternal() || !main.getBody().hasOneBlock())
      return;
    SymbolTable symbols(getOperation());
    SmallVector<Operation *> nests;
    for (Operation &op : main.front())
      if (canMove(op))
        nests.push_back(&op);
    for (Operation *nest : nests)
      outline(nest, main, symbols);
  }

private:
  static void outline(Operation *nest, func::FuncOp main, SymbolTable &symbols) {
    Captures captures(*nest);
    OpBuilder builder(main);
    auto type = builder.getFunctionType(ValueRange(captures.passed).getTypes(), {});
    auto function = func::FuncOp::create(builder, nest->getLoc(), "nest", type);
    function.setPrivate();
    function->setAttr("passthrough", builder.getStrArrayAttr({"noinline"}));
    symbols.insert(function, Block::iterator(main)); // makes the name unique

    Block *body = function.addEntryBlock();
    IRMapping mapping;
    mapping.map(captures.passed, body->getArguments());
    builder.setInsertionPointToStart(body);
    for (Operation *op : captures.repeated)
      builder.clone(*op, mapping);
    builder.clone(*nest, mapping);
    func::ReturnOp::create(builder, nest->getLoc());

    builder.setInsertionPoint(nest);
    func::CallOp::create(builder, nest->getLoc(), function, captures.passed);
    nest->erase();
  }
};

} // namespace
} // namespace quern
