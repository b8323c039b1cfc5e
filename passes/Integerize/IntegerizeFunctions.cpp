// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/Integerize/CodeFunction.h"
#include "passes/Integerize/Patterns.h"

using namespace mlir;

namespace quern {
namespace {

/// quantize(f(dequantize(q))) -> lut(q): activations alone, chains of them, and a change of scale (f the
/// identity).
struct TabulateFunction : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter &rewriter) const override {
    Refusal refusal;
    FailureOr<quant::UniformQuantizedType> type = getResultType(op, refusal);
    if (failed(type))
      return rewriter.notifyMatchFailure(op, refusal.reason);
    FailureOr<CodeFunction> function = planFunction(op.getInput(), refusal);
    if (failed(function))
      return rewriter.notifyMatchFailure(op, refusal.reason);
    Operation *producer = op.getInput().getDefiningOp();
    Value codes = castToStorage(rewriter, op.getLoc(), function->argument.codes);
    auto storage = cast<TensorType>(codes.getType()).clone(storageTypeOf(*type));
    auto lut = LutOp::create(rewriter, producer->getLoc(), storage, codes, makeTable(*function, *type));
    onnx::copyValueNames(producer, lut);
    rewriter.replaceOp(op, castFromStorage(rewriter, op.getLoc(), lut, *type));
    return success();
  }
};

} // namespace

void populateFunctionPatterns(RewritePatternSet &patterns) {
  patterns.add<TabulateFunction>(patterns.getContext());
}

} // namespace quern
