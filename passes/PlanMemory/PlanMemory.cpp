// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/PlanMemory/PlanMemory.h"

#include "passes/PlanMemory/Lifetimes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_PLANMEMORY
#include "passes/PlanMemory/PlanMemory.h.inc"

/// Bytes of a buffer of `type`, or nothing where the size overflows.
static std::optional<int64_t> sizeInBytes(MemRefType type, const DataLayout &layout) {
  int64_t bytes = llvm::alignTo(layout.getTypeSize(type.getElementType()).getFixedValue(),
                                layout.getTypeABIAlignment(type.getElementType()));
  for (int64_t extent : type.getShape())
    if (__builtin_mul_overflow(bytes, extent, &bytes))
      return std::nullopt;
  return bytes;
}

static bool isInParallelLoop(Operation *op) {
  return op->getParentOfType<scf::ForallOp>() || op->getParentOfType<scf::ParallelOp>();
}

/// Of the inputs of `op` that die there, one whose place the output `buffer` can take: every iteration reads
/// the element that it overwrites, and no iteration reads another.
static Value findInputToOverwrite(linalg::LinalgOp op, Value buffer, const Lifetimes &lifetimes,
                                  function_ref<bool(Value)> diesHere) {
  if (op.getNumParallelLoops() != op.getNumLoops())
    return {};
  OpOperand *output = nullptr;
  for (OpOperand &init : op.getDpsInitsMutable())
    if (init.get() == buffer)
      output = &init;
  if (!output || !op.getMatchingIndexingMap(output).isPermutation())
    return {};
  auto type = cast<MemRefType>(buffer.getType());
  for (OpOperand *input : op.getDpsInputOperands()) {
    Value candidate = input->get();
    if (candidate.getType() != type || !diesHere(candidate) || lifetimes.isUsedInside(op, candidate))
      continue;
    bool sameElementOnly = llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
      if (operand.get() == candidate)
        return op.getMatchingIndexingMap(&operand) == op.getMatchingIndexingMap(output);
      return !lifetimes.mayShow(candidate, operand.get());
    });
    if (sameElementOnly)
      return candidate;
  }
  return {};
}

namespace {

struct PlanMemoryPass : impl::PlanMemoryBase<PlanMemoryPass> {
  using PlanMemoryBase::PlanMemoryBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.getName() != entry || function.isExternal())
      return;
    function.walk([](memref::DeallocOp dealloc) { dealloc.erase(); });
    separateLoopCarriedBuffers(function);
    if (failed(moveThreadBuffersToStack(function)))
      return signalPassFailure();

    SmallVector<memref::AllocOp> allocs;
    function.walk([&](memref::AllocOp alloc) { allocs.push_back(alloc); });
    std::vector<PlannedBuffer> buffers;
    Lifetimes lifetimes(function);
    if (failed(measure(allocs, lifetimes, buffers)))
      return signalPassFailure();

    std::vector<unsigned> slots = shareSlots(allocs, lifetimes, buffers);
    rewrite(function, allocs, slots, planMemory(buffers, alignment));
  }

private:
  /// Checks C1 and C2 and returns the size.
  FailureOr<int64_t> checkedSize(memref::AllocOp alloc) {
    MemRefType type = alloc.getType();
    if (!type.hasStaticShape())
      return alloc.emitOpError("expected a static size to plan memory for, got ") << type << " (C1)";
    if (!type.getLayout().isIdentity())
      return alloc.emitOpError("expected a contiguous layout to plan memory for, got ") << type << " (C2)";
    std::optional<int64_t> bytes = sizeInBytes(type, DataLayout::closest(alloc));
    if (!bytes)
      return alloc.emitOpError("the size of ") << type << " overflows 64 bits";
    return *bytes;
  }

  LogicalResult moveThreadBuffersToStack(func::FuncOp function) {
    SmallVector<memref::AllocOp> allocs;
    function.walk([&](memref::AllocOp alloc) {
      if (isInParallelLoop(alloc))
        allocs.push_back(alloc);
    });
    for (memref::AllocOp alloc : allocs) {
      FailureOr<int64_t> bytes = checkedSize(alloc);
      if (failed(bytes))
        return failure();
      if (*bytes > maxStackBytes)
        return alloc.emitOpError("a buffer of a parallel loop may have ")
               << maxStackBytes.getValue() << " bytes, this one has " << *bytes << " (C3)";
      OpBuilder builder(alloc);
      alloc.replaceAllUsesWith(memref::AllocaOp::create(builder, alloc.getLoc(), alloc.getType(),
                                                        builder.getI64IntegerAttr(alignment))
                                   .getResult());
      alloc.erase();
    }
    return success();
  }

  LogicalResult measure(MutableArrayRef<memref::AllocOp> allocs, const Lifetimes &lifetimes,
                        std::vector<PlannedBuffer> &buffers) {
    bool valid = true;
    for (memref::AllocOp alloc : allocs) {
      FailureOr<int64_t> bytes = checkedSize(alloc);
      valid &= succeeded(bytes);
      if (valid)
        buffers.push_back(lifetimes.lifetime(alloc, *bytes));
    }
    return success(valid);
  }

  /// Joins the lifetimes of buffers that may share their memory. Returns each buffer's index in `buffers`,
  /// from which the joined ones are removed.
  std::vector<unsigned> shareSlots(MutableArrayRef<memref::AllocOp> allocs, const Lifetimes &lifetimes,
                                   std::vector<PlannedBuffer> &buffers) {
    std::vector<unsigned> slots(allocs.size());
    std::vector<PlannedBuffer> joined;
    std::vector<std::optional<unsigned>> owner(allocs.size());
    DenseMap<Value, unsigned> indexOf;
    for (auto [index, alloc] : llvm::enumerate(allocs))
      indexOf[alloc.getResult()] = index;
    for (unsigned index = 0; reuseInPlace && index < allocs.size(); ++index)
      if (Value over =
              inputOverwrittenBy(allocs[index], lifetimes, buffers[index], [&](Value value, int64_t end) {
                auto found = indexOf.find(value);
                return found != indexOf.end() && buffers[found->second].lastUse == end;
              }))
        owner[index] = indexOf[over];

    // A chain of owners ends at the buffer that is written first.
    auto root = [&](unsigned index) {
      while (owner[index])
        index = *owner[index];
      return index;
    };
    std::vector<std::optional<unsigned>> slotOfRoot(allocs.size());
    for (unsigned index = 0; index < allocs.size(); ++index) {
      std::optional<unsigned> &slot = slotOfRoot[root(index)];
      if (!slot) {
        slot = joined.size();
        joined.push_back(buffers[index]);
      }
      joined[*slot].firstUse = std::min(joined[*slot].firstUse, buffers[index].firstUse);
      joined[*slot].lastUse = std::max(joined[*slot].lastUse, buffers[index].lastUse);
      slots[index] = *slot;
    }
    buffers = std::move(joined);
    return slots;
  }

  /// The buffer whose memory `alloc` takes over, if its first use is an operation that allows it. Each input
  /// is taken over at most once: two outputs of one operation must not share memory.
  Value inputOverwrittenBy(memref::AllocOp alloc, const Lifetimes &lifetimes, const PlannedBuffer &buffer,
                           function_ref<bool(Value, int64_t)> endsAt) {
    for (Operation *user : alloc->getUsers()) {
      auto op = dyn_cast<linalg::LinalgOp>(user);
      if (!op || lifetimes.begin(op) != buffer.firstUse || op->getBlock() != alloc->getBlock())
        continue;
      Value over = findInputToOverwrite(op, alloc, lifetimes, [&](Value candidate) {
        return endsAt(candidate, lifetimes.end(op)) && !overwritten.contains(candidate) &&
               candidate.getParentBlock() == op->getBlock();
      });
      if (over)
        overwritten.insert(over);
      return over;
    }
    return {};
  }

  void rewrite(func::FuncOp function, MutableArrayRef<memref::AllocOp> allocs, ArrayRef<unsigned> slots,
               const MemoryPlan &plan) {
    OpBuilder builder(function.getContext());
    auto type = MemRefType::get({plan.bytes}, builder.getI8Type());
    unsigned position = function.getNumArguments();
    (void)function.insertArgument(
        position, type,
        builder.getDictionaryAttr(builder.getNamedAttr("quern.workspace", builder.getUnitAttr())),
        function.getLoc());
    Value workspace = function.getArgument(position);
    builder.setInsertionPointToStart(&function.front());
    for (auto [alloc, slot] : llvm::zip_equal(allocs, slots)) {
      Value offset = arith::ConstantIndexOp::create(builder, alloc.getLoc(), plan.offsets[slot]);
      Value view =
          memref::ViewOp::create(builder, alloc.getLoc(), alloc.getType(), workspace, offset, ValueRange{});
      alloc.replaceAllUsesWith(view);
    }
    for (memref::AllocOp alloc : allocs) // the builder stood before one of them
      alloc.erase();
    function->setAttr("quern.workspace_bytes", builder.getI64IntegerAttr(plan.bytes));
    function->setAttr("quern.workspace_lower_bound", builder.getI64IntegerAttr(plan.lowerBound));
  }

  DenseSet<Value> overwritten;
};

} // namespace
} // namespace quern
