// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertQuernToLinalg/ConvertQuernToLinalg.h"

#include "passes/ConvertQuernToLinalg/Patterns.h"
#include "passes/ConvertQuernToLinalg/StorageTypeConverter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace quern {
#define GEN_PASS_DEF_CONVERTQUERNTOLINALG
#include "passes/ConvertQuernToLinalg/ConvertQuernToLinalg.h.inc"

LogicalResult requireStaticShapes(Operation *op, PatternRewriter &rewriter) {
  for (Type type : llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (auto tensor = dyn_cast<TensorType>(type); tensor && !tensor.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "expected static shapes");
  return success();
}

namespace {
struct ConvertQuernToLinalgPass : impl::ConvertQuernToLinalgBase<ConvertQuernToLinalgPass> {
  void runOnOperation() override {
    StorageTypeConverter types;
    RewritePatternSet patterns(&getContext());
    populateCodeCastPatterns(types, patterns);
    populateAccumulatorPatterns(types, patterns);
    populateQLinearPatterns(types, patterns);
    populatePoolPatterns(types, patterns);
    populateTablePatterns(types, patterns);
    populateGroupedPatterns(types, patterns);
    populateRowPatterns(types, patterns);
    populateSimulationPatterns(types, patterns);
    populateWeightOnlyPatterns(types, patterns);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, types);
    populateReturnOpTypeConversionPattern(patterns, types);
    populateCallOpTypeConversionPattern(patterns, types);

    ConversionTarget target(getContext());
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    target.addIllegalDialect<QuernDialect, quant::QuantDialect>();
    target.addDynamicallyLegalOp<func::FuncOp>(
        [&](func::FuncOp op) { return types.isSignatureLegal(op.getFunctionType()); });
    target.addDynamicallyLegalOp<func::ReturnOp, func::CallOp>(
        [&](Operation *op) { return types.isLegal(op); });
    if (failed(applyPartialConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
} // namespace quern
