// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/PlanMemory/Lifetimes.h"

#include "mlir/Interfaces/LoopLikeInterface.h"

using namespace mlir;

namespace quern {

static int64_t numberOps(Operation *op, int64_t next,
                         std::map<Operation *, std::pair<int64_t, int64_t>> &numbers) {
  int64_t begin = next++;
  for (Region &region : op->getRegions())
    for (Block &block : region)
      for (Operation &inner : block)
        next = numberOps(&inner, next, numbers);
  numbers[op] = {begin, next - 1};
  return next;
}

Lifetimes::Lifetimes(Operation *function) : views(function) { numberOps(function, 0, numbers); }

/// The innermost block around `block` that holds every user in `users`, directly or nested.
static Block *commonBlock(Block *block, ArrayRef<Operation *> users) {
  while (block->getParentOp()) {
    if (llvm::all_of(users, [&](Operation *user) { return block->findAncestorOpInBlock(*user); }))
      return block;
    block = block->getParentOp()->getBlock();
  }
  return block;
}

bool Lifetimes::isUsedInside(Operation *op, Value alloc) const {
  return llvm::any_of(views.resolve(alloc), [&](Value alias) {
    return llvm::any_of(alias.getUsers(), [&](Operation *user) { return op->isProperAncestor(user); });
  });
}

PlannedBuffer Lifetimes::lifetime(memref::AllocOp alloc, int64_t bytes) const {
  SmallVector<Operation *> users;
  for (Value alias : views.resolve(alloc.getResult()))
    llvm::append_range(users, alias.getUsers());
  llvm::erase_if(users, [](Operation *user) { return isa<memref::DeallocOp>(user); });
  if (users.empty())
    return {bytes, begin(alloc), begin(alloc)};

  Block *home = commonBlock(alloc->getBlock(), users);
  PlannedBuffer buffer{bytes, INT64_MAX, 0};
  for (Operation *user : users) {
    Operation *ancestor = home->findAncestorOpInBlock(*user);
    buffer.firstUse = std::min(buffer.firstUse, begin(ancestor));
    buffer.lastUse = std::max(buffer.lastUse, end(ancestor));
  }
  // Where the buffer leaves the block that allocates it, the operation in between holds it from its start.
  if (home != alloc->getBlock())
    buffer.firstUse = std::min(buffer.firstUse, begin(home->findAncestorOpInBlock(*alloc)));
  return buffer;
}

namespace {

/// The values that one loop hands from an iteration to the next.
class CarriedValues {
public:
  CarriedValues(LoopLikeOpInterface loop, const BufferViewFlowAnalysis &views)
      : loop(loop), views(views), args(loop.getRegionIterArgs()), yielded(*loop.getYieldedValuesMutable()) {}

  void separate() {
    SmallVector<unsigned> positions = positionsToCopy();
    if (positions.empty())
      return;
    bool throughTemporaries = llvm::any_of(positions, [&](unsigned position) {
      return llvm::any_of(positions,
                          [&](unsigned other) { return other != position && handsOn(other, position); });
    });
    SmallVector<Value> values;
    for (unsigned position : positions)
      values.push_back(yielded[position].get());
    if (throughTemporaries)
      values = copyToNewBuffers(positions, values, /*inside=*/true);
    values = copyToNewBuffers(positions, values, /*inside=*/false);
    for (auto [position, value] : llvm::zip_equal(positions, values))
      yielded[position].set(value);
  }

private:
  /// True when the value handed on at `to` may be the buffer that the iteration was given at `from`.
  bool handsOn(unsigned from, unsigned to) const {
    return isa<MemRefType>(args[from].getType()) && yielded[to].get() != args[to] &&
           views.resolve(args[from]).contains(yielded[to].get());
  }

  bool allocatedInside(Value value) const {
    return llvm::any_of(views.resolveReverse(value), [&](Value origin) {
      Operation *op = origin.getDefiningOp();
      return op && isa<memref::AllocOp>(op) && loop->isProperAncestor(op);
    });
  }

  /// Positions whose value the iteration allocates, and those that hand on what is then overwritten.
  SmallVector<unsigned> positionsToCopy() const {
    SmallVector<unsigned> positions;
    auto add = [&](auto &&condition) {
      bool grew = false;
      for (unsigned position = 0; position < yielded.size(); ++position) {
        if (!isa<MemRefType>(args[position].getType()) || llvm::is_contained(positions, position) ||
            !condition(position))
          continue;
        positions.push_back(position);
        grew = true;
      }
      return grew;
    };
    add([&](unsigned position) { return allocatedInside(yielded[position].get()); });
    while (add([&](unsigned position) {
      return llvm::any_of(positions, [&](unsigned other) { return handsOn(other, position); });
    })) {
    }
    llvm::sort(positions);
    return positions;
  }

  SmallVector<Value> copyToNewBuffers(ArrayRef<unsigned> positions, ArrayRef<Value> values, bool inside) {
    Operation *terminator = yielded[0].getOwner();
    OpBuilder atAlloc(inside ? terminator : loop.getOperation());
    OpBuilder atEnd(terminator);
    SmallVector<Value> copies;
    for (auto [position, value] : llvm::zip_equal(positions, values)) {
      auto type = cast<MemRefType>(args[position].getType());
      copies.push_back(memref::AllocOp::create(atAlloc, loop.getLoc(), type));
      memref::CopyOp::create(atEnd, loop.getLoc(), value, copies.back());
    }
    return copies;
  }

  LoopLikeOpInterface loop;
  const BufferViewFlowAnalysis &views;
  Block::BlockArgListType args;
  MutableArrayRef<OpOperand> yielded;
};

} // namespace

void separateLoopCarriedBuffers(Operation *function) {
  // Innermost loops first: what they carry is then allocated in the loop around them.
  SmallVector<LoopLikeOpInterface> loops;
  function->walk<WalkOrder::PostOrder>([&](LoopLikeOpInterface loop) {
    if (!loop.getRegionIterArgs().empty() && loop.getYieldedValuesMutable())
      loops.push_back(loop);
  });
  for (LoopLikeOpInterface loop : loops) {
    BufferViewFlowAnalysis views(function);
    CarriedValues(loop, views).separate();
  }
}

} // namespace quern
