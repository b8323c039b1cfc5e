// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ProfileNodes/ProfileNodes.h"

#include "passes/ProfileNodes/ProfileAttributes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_PROFILENODES
#include "passes/ProfileNodes/ProfileNodes.h.inc"

/// What computes, as against what says where data lies.
static bool takesTime(Operation &op) {
  return !op.hasTrait<OpTrait::IsTerminator>() && !isa<memref::AllocaOp>(op) && !isMemoryEffectFree(&op);
}

/// The names within a location, each once, in their order.
static void collectNames(Location location, llvm::SetVector<StringRef> &names) {
  if (auto name = dyn_cast<NameLoc>(location))
    names.insert(name.getName());
  else if (auto call = dyn_cast<CallSiteLoc>(location))
    collectNames(call.getCallee(), names);
  else if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      collectNames(part, names);
}

static StringAttr nameOf(Operation *op) {
  llvm::SetVector<StringRef> names;
  collectNames(op->getLoc(), names);
  return StringAttr::get(op->getContext(), names.empty() ? "(no node)" : llvm::join(names, " + "));
}

namespace {

/// Neighbours that count as one.
struct Step {
  int64_t counter;
  bool isFirst; ///< of its counter
  Operation *last;
};

struct ProfileNodesPass : impl::ProfileNodesBase<ProfileNodesPass> {
  using ProfileNodesBase::ProfileNodesBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>(entry);
    if (!main || main.isExternal() || !main.getBody().hasOneBlock()) {
      getOperation().emitOpError("expected a function '") << entry << "' with one block";
      return signalPassFailure();
    }
    SmallVector<Attribute> names;
    SmallVector<Step> steps = collectSteps(main, names);
    getOperation()->setAttr(kProfileAttrName, ArrayAttr::get(&getContext(), names));
    if (!steps.empty())
      count(main, steps, int64_t(names.size()));
  }

private:
  /// Adds the name of each counter to `names`.
  static SmallVector<Step> collectSteps(func::FuncOp main, SmallVector<Attribute> &names) {
    SmallVector<Step> steps;
    llvm::DenseMap<StringAttr, int64_t> counters;
    for (Operation &op : main.front()) {
      if (!takesTime(op))
        continue;
      auto [counter, isNew] = counters.try_emplace(nameOf(&op), names.size());
      if (isNew)
        names.push_back(counter->first);
      if (!steps.empty() && steps.back().counter == counter->second)
        steps.back().last = &op;
      else
        steps.push_back({counter->second, isNew, &op});
    }
    return steps;
  }

  void count(func::FuncOp main, ArrayRef<Step> steps, int64_t size) {
    ImplicitLocOpBuilder b(main.getLoc(), &main.front(), main.front().begin());
    auto type = MemRefType::get(size, b.getI64Type());
    unsigned number = main.getNumArguments();
    auto mark = b.getDictionaryAttr(b.getNamedAttr(kCountersAttrName, b.getUnitAttr()));
    (void)main.insertArgument(number, type, mark, b.getLoc());
    Value array = main.getArgument(number), before = readClock(b);
    for (const Step &step : steps) {
      b.setInsertionPointAfter(step.last);
      Value after = readClock(b), time = arith::SubIOp::create(b, after, before);
      Value index = arith::ConstantIndexOp::create(b, step.counter);
      if (!step.isFirst)
        time = arith::AddIOp::create(b, memref::LoadOp::create(b, array, index), time);
      memref::StoreOp::create(b, time, array, index);
      before = after;
    }
  }

  Value readClock(ImplicitLocOpBuilder &b) {
    return LLVM::CallIntrinsicOp::create(b, b.getI64Type(), b.getStringAttr(clock), ValueRange())
        .getResult(0);
  }
};

} // namespace
} // namespace quern
