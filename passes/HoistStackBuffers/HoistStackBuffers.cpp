// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/HoistStackBuffers/HoistStackBuffers.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_HOISTSTACKBUFFERS
#include "passes/HoistStackBuffers/HoistStackBuffers.h.inc"

namespace {

struct HoistStackBuffersPass : impl::HoistStackBuffersBase<HoistStackBuffersPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    Block &entry = function.front();
    SmallVector<memref::AllocaOp> nested;
    function.walk([&](memref::AllocaOp op) {
      if (op->getBlock() != &entry && op.getType().hasStaticShape())
        nested.push_back(op);
    });
    for (memref::AllocaOp op : nested)
      op->moveBefore(&entry, entry.begin());
  }
};

} // namespace
} // namespace quern
