// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/PrepareBufferization/PrepareBufferization.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_PREPAREBUFFERIZATION
#include "passes/PrepareBufferization/PrepareBufferization.h.inc"

namespace {

bool isTensorConstant(Operation *op) {
  return isa<arith::ConstantOp>(op) && isa<TensorType>(op->getResult(0).getType());
}

/// Leaves one use to `source` and gives every further one its own. Uses in inner regions get it from outside,
/// since a loop may not allocate.
void unshare(Operation *source) {
  auto uses = llvm::map_to_vector(source->getUses(), [](OpOperand &use) { return &use; });
  if (uses.size() < 2)
    return;
  for (OpOperand *use : llvm::drop_end(uses)) {
    Operation *user = use->getOwner();
    OpBuilder builder(user->getBlock() == source->getBlock() ? user : source->getNextNode());
    use->set(builder.clone(*source)->getResult(0));
  }
}

struct PrepareBufferizationPass : impl::PrepareBufferizationBase<PrepareBufferizationPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    function.walk([](Operation *op) {
      if (isa<tensor::EmptyOp>(op) || isTensorConstant(op))
        unshare(op);
    });
    if (function.isPrivate())
      return;
    for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
      if (isa<TensorType>(type))
        function.setArgAttr(index, bufferization::BufferizationDialect::kWritableAttrName,
                            BoolAttr::get(&getContext(), false));
  }
};

} // namespace
} // namespace quern
