// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/PrepareBufferization/PrepareBufferization.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_PREPAREBUFFERIZATION
#include "passes/PrepareBufferization/PrepareBufferization.h.inc"

namespace {

struct PrepareBufferizationPass : impl::PrepareBufferizationBase<PrepareBufferizationPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
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
