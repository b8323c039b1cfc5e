// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/ConvertQuernToLinalg/CodeArithmetic.h"
#include "passes/ConvertQuernToLinalg/Parameters.h"
#include "passes/ConvertQuernToLinalg/Patterns.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace quern::structure;

namespace quern {
namespace {

/// The four numbers of a quantizer, as scalars of the surrounding block.
struct RuntimeQuantizer {
  Value scale, zeroPoint, min, max;

  static RuntimeQuantizer load(ImplicitLocOpBuilder &b, Value quantizer) {
    auto element = [&](int64_t index) -> Value {
      return tensor::ExtractOp::create(b, quantizer,
                                       ValueRange{arith::ConstantIndexOp::create(b, index).getResult()});
    };
    return {element(0), element(1), element(2), element(3)};
  }
};

/// f32(clamp(rhe(x / s), min - z, max - z)) * s: all of it exact integers in f32 but the quotient and the
/// product, as in quern.quantize and quern.dequantize.
struct ConvertSimulateQuantize : OpConversionPattern<SimulateQuantizeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(SimulateQuantizeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    ArrayRef<int64_t> shape = shapeOf(op.getInput());
    SmallVector<Operand> operands = {identityOperand(b, adaptor.getInput())};
    for (Value channel : adaptor.getChannels())
      operands.push_back(operand(b, channel, {*op.getAxis()}, {shape[*op.getAxis()]}, int64_t(shape.size())));
    RuntimeQuantizer quantizer = RuntimeQuantizer::load(b, adaptor.getQuantizer());
    Value isOff =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, quantizer.scale, scalar(b, b.getF32Type(), 0));
    Value lowest = arith::SubFOp::create(b, quantizer.min, quantizer.zeroPoint);
    Value highest = arith::SubFOp::create(b, quantizer.max, quantizer.zeroPoint);
    auto body = [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
      Value x = in[0];
      if (op.transformsChannels())
        x = arith::DivFOp::create(b, arith::SubFOp::create(b, x, in[2]), in[1]);
      Value ratio = arith::DivFOp::create(b, x, quantizer.scale);
      Value code = math::RoundEvenOp::create(b, ratio);
      code = arith::MaximumFOp::create(b, code, lowest);
      code = arith::MinimumFOp::create(b, code, highest);
      Value y = arith::MulFOp::create(b, code, quantizer.scale);
      if (op.transformsChannels())
        y = arith::AddFOp::create(b, arith::MulFOp::create(b, y, in[1]), in[2]);
      return arith::SelectOp::create(b, isOff, in[0], y);
    };
    rewriter.replaceOp(op, mapElements(b, shape, b.getF32Type(), operands, body));
    return success();
  }
};

} // namespace

void populateSimulationPatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<ConvertSimulateQuantize>(types, patterns.getContext());
}

} // namespace quern
