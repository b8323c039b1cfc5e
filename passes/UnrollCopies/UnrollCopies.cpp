// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/UnrollCopies/UnrollCopies.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_UNROLLCOPIES
#include "passes/UnrollCopies/UnrollCopies.h.inc"

static bool isOneBlockOfMemory(Value value) {
  auto type = cast<MemRefType>(value.getType());
  return type.getLayout().isIdentity() ||
         (type.hasStaticShape() && type.areTrailingDimsContiguous(type.getRank()));
}

namespace {

struct UnrollCopiesPass : impl::UnrollCopiesBase<UnrollCopiesPass> {
  void runOnOperation() override {
    SmallVector<memref::CopyOp> copies;
    getOperation().walk([&](memref::CopyOp copy) {
      if (!isOneBlockOfMemory(copy.getSource()) || !isOneBlockOfMemory(copy.getTarget()))
        copies.push_back(copy);
    });
    for (memref::CopyOp copy : copies) {
      OpBuilder builder(copy);
      linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(), copy.getTarget());
      copy.erase();
    }
  }
};

} // namespace
} // namespace quern
