// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ResultsToArguments/ResultsToArguments.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_RESULTSTOARGUMENTS
#include "passes/ResultsToArguments/ResultsToArguments.h.inc"

static bool isContiguous(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  return memref && memref.hasStaticShape() && memref.getLayout().isIdentity();
}

/// The allocation whose whole buffer `value` shows, in the same order of elements, if the function's first
/// block makes it.
static memref::AllocOp findAllocation(Value value, Block &entry) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isContiguous(value.getType()))
      return {};
    if (auto alloc = dyn_cast<memref::AllocOp>(op))
      return alloc->getBlock() == &entry ? alloc : memref::AllocOp();
    if (!isa<memref::ExpandShapeOp, memref::CollapseShapeOp, memref::CastOp>(op))
      return {};
    value = op->getOperand(0);
  }
  return {};
}

/// `argument` with the shape of `type`; both are contiguous and have as many elements.
static Value reshape(OpBuilder &builder, Location loc, Value argument, MemRefType type) {
  if (argument.getType() == type)
    return argument;
  auto [strides, offset] = type.getStridesAndOffset();
  return memref::ReinterpretCastOp::create(builder, loc, type, argument, offset, type.getShape(), strides);
}

namespace {

struct ResultsToArgumentsPass : impl::ResultsToArgumentsBase<ResultsToArgumentsPass> {
  using ResultsToArgumentsBase::ResultsToArgumentsBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.getName() != entry || function.isExternal())
      return;
    if (!function.getBody().hasOneBlock()) {
      function.emitOpError("expected one block, so that all results are known in one place");
      return signalPassFailure();
    }
    for (auto [index, type] : llvm::enumerate(function.getResultTypes())) {
      if (isContiguous(type))
        continue;
      function.emitOpError("expected result ")
          << index << " to be a contiguous memref of static shape, got " << type << " (C1)";
      return signalPassFailure();
    }

    Operation *terminator = function.front().getTerminator();
    OpBuilder builder(terminator);
    for (auto [index, result] : llvm::enumerate(terminator->getOperands())) {
      unsigned position = function.getNumArguments();
      NamedAttrList attributes(function.getResultAttrDict(index));
      attributes.set("quern.result", builder.getUnitAttr());
      (void)function.insertArgument(position, result.getType(), attributes.getDictionary(&getContext()),
                                    function.getLoc());
      writeInto(function.getArgument(position), result, builder, terminator);
    }
    terminator->setOperands({});
    (void)function.eraseResults(llvm::BitVector(function.getNumResults(), true));
  }

private:
  void writeInto(Value argument, Value result, OpBuilder &builder, Operation *terminator) {
    if (memref::AllocOp alloc = findAllocation(result, *terminator->getBlock())) {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPoint(alloc);
      alloc.replaceAllUsesWith(reshape(builder, alloc.getLoc(), argument, alloc.getType()));
      alloc.erase();
      return;
    }
    memref::CopyOp::create(builder, terminator->getLoc(), result, argument);
  }
};

} // namespace
} // namespace quern
