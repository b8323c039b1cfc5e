// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/VectorizeLoops/VectorizeLoops.h"

#include "lib/Targets/CPU/VectorizeLoops/EmitVectors.h"
#include "lib/Targets/CPU/VectorizeLoops/PlanVectors.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace quern {
#define GEN_PASS_DEF_VECTORIZELOOPS
#include "lib/Targets/CPU/VectorizeLoops/VectorizeLoops.h.inc"

using namespace cpu;

namespace {
struct VectorizeLoopsPass : impl::VectorizeLoopsBase<VectorizeLoopsPass> {
  using VectorizeLoopsBase::VectorizeLoopsBase;

  void runOnOperation() override {
    FailureOr<Capabilities> capabilities = requireCapabilities(getOperation(), triple, cpu, features);
    if (failed(capabilities))
      return signalPassFailure();
    IRRewriter rewriter(&getContext());
    getOperation().walk([&](Operation *op) {
      FailureOr<VectorNest> nest = describeNest(op, rewriter);
      if (failed(nest))
        return;
      FailureOr<VectorPlan> plan = planVectors(*nest, *capabilities);
      if (failed(plan))
        return;
      rewriter.setInsertionPoint(op);
      emitVectorLoops(rewriter, *nest, *plan);
      rewriter.eraseOp(op);
    });
  }
};
} // namespace
} // namespace quern
