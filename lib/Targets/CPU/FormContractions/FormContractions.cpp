// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/FormContractions/FormContractions.h"

#include "lib/Targets/CPU/FormContractions/FormWindow.h"
#include "lib/Targets/CPU/FormContractions/FuseEpilogue.h"
#include "lib/Targets/CPU/FormContractions/MatchContraction.h"
#include "lib/Targets/CPU/FormContractions/PackWeights.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace quern {
#define GEN_PASS_DEF_FORMCONTRACTIONS
#include "lib/Targets/CPU/FormContractions/FormContractions.h.inc"

using namespace cpu;

/// Fills the epilogue with `acc`, or `acc + addend`.
static void buildEpilogue(ContractionOp op, Type accumulator, RewriterBase &rewriter) {
  OpBuilder::InsertionGuard guard(rewriter);
  Block *body = rewriter.createBlock(&op.getEpilogue());
  Value value = body->addArgument(accumulator, op.getLoc());
  if (!op.getExtras().empty())
    value = arith::AddIOp::create(rewriter, op.getLoc(), value, body->addArgument(accumulator, op.getLoc()));
  YieldOp::create(rewriter, op.getLoc(), value);
}

static FailureOr<Operation *> formContraction(linalg::GenericOp op, const Capabilities &capabilities,
                                              RewriterBase &rewriter) {
  FailureOr<ContractionMatch> match = matchContraction(op, rewriter);
  if (failed(match))
    return failure();
  rewriter.setInsertionPoint(op);
  FailureOr<KernelOperands> kernel = makeKernelOperands(*match, capabilities, op, rewriter);
  if (failed(kernel))
    return failure();

  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(op.getResult(0).getType());
  SmallVector<AffineMap> maps{match->lhs.map, match->rhs.map};
  SmallVector<Value> extras;
  if (kernel->initial)
    maps.push_back(kernel->initialMap);
  if (kernel->addend && !isa<ShapedType>(kernel->addend.getType()))
    kernel->addend = tensor::FromElementsOp::create(
        rewriter, loc, RankedTensorType::get({}, match->accumulator), kernel->addend);
  if (kernel->addend) {
    maps.push_back(kernel->addendMap);
    extras.push_back(kernel->addend);
  }
  maps.push_back(AffineMap::getMultiDimIdentityMap(match->loopSizes.size(), rewriter.getContext())
                     .getMajorSubMap(match->parallelCount));
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
  auto contraction = ContractionOp::create(
      rewriter, loc, TypeRange(type), match->lhs.value, kernel->rhs, kernel->initial, extras, empty,
      rewriter.getDenseI64ArrayAttr(match->loopSizes), rewriter.getI64IntegerAttr(match->reductionCount()),
      rewriter.getAffineMapArrayAttr(maps), MultiplyAttr::get(rewriter.getContext(), kernel->multiply),
      rewriter.getI64IntegerAttr(kernel->lanes), rewriter.getI64IntegerAttr(match->run),
      kernel->packed ? rewriter.getUnitAttr() : UnitAttr(),
      match->lhs.isSigned ? rewriter.getUnitAttr() : UnitAttr(),
      kernel->nibbles ? rewriter.getUnitAttr() : UnitAttr());
  buildEpilogue(contraction, match->accumulator, rewriter);
  rewriter.replaceOp(op, contraction->getResults());
  return contraction.getOperation();
}

namespace {
struct FormContractionsPass : impl::FormContractionsBase<FormContractionsPass> {
  using FormContractionsBase::FormContractionsBase;

  void runOnOperation() override {
    FailureOr<Capabilities> capabilities = requireCapabilities(getOperation(), triple, cpu, features);
    if (failed(capabilities))
      return signalPassFailure();
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::GenericOp> candidates;
    getOperation().walk([&](linalg::GenericOp op) { candidates.push_back(op); });
    // From the last to the first: where two contractions meet in one consumer, the later one takes it, and
    // finds the earlier one's result ready.
    for (linalg::GenericOp op : llvm::reverse(candidates)) {
      FailureOr<Operation *> kernel = formContraction(op, *capabilities, rewriter);
      if (failed(kernel))
        kernel = formWindow(op, rewriter);
      while (succeeded(kernel))
        kernel = fuseEpilogue(*kernel, rewriter);
    }
  }
};
} // namespace
} // namespace quern
