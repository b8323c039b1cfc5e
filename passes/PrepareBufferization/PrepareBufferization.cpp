// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/PrepareBufferization/PrepareBufferization.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_PREPAREBUFFERIZATION
#include "passes/PrepareBufferization/PrepareBufferization.h.inc"

namespace {

/// Leaves one use to `empty` and gives every further one its own. Uses in inner regions get it from outside,
/// since a loop may not allocate.
void unshare(tensor::EmptyOp empty) {
  auto uses = llvm::map_to_vector(empty->getUses(), [](OpOperand &use) { return &use; });
  for (OpOperand *use : llvm::drop_end(uses)) {
    Operation *user = use->getOwner();
    OpBuilder builder(user->getBlock() == empty->getBlock() ? user : empty->getNextNode());
    use->set(builder.clone(*empty)->getResult(0));
  }
}

struct PrepareBufferizationPass : impl::PrepareBufferizationBase<PrepareBufferizationPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    function.walk([](tensor::EmptyOp empty) {
      if (!empty->use_empty() && !empty->hasOneUse())
        unshare(empty);
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
