// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ImportQuantization/ImportQuantization.h"

#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/Quantization.h"
#include "dialects/ONNX/IR/Structure.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"
#include "passes/ImportQuantization/QuantizationParameters.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/Iterators.h"
#include "mlir/IR/PatternMatch.h"

#include <cmath>

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_IMPORTQUANTIZATION
#include "passes/ImportQuantization/ImportQuantization.h.inc"

/// TensorProto.FLOAT, as the attribute `precision` spells it.
static constexpr int64_t onnxFloat = 1;

namespace {
/// Replaces one operator after another. An operator that cannot be expressed is left alone; one that is wrong
/// fails.
class Importer {
public:
  explicit Importer(MLIRContext *context) : rewriter(context) {}

  LogicalResult import(Operation *op) {
    rewriter.setInsertionPoint(op);
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case<onnx::QuantizeLinearOp, onnx::DequantizeLinearOp, onnx::QLinearConvOp, onnx::QLinearMatMulOp>(
            [&](auto quantized) { return importOp(quantized); })
        .Default(success());
  }

private:
  /// The quantized type of `tensor` (of integers) with the parameters of `op`.
  FailureOr<quant::QuantizedType> typeOf(Operation *op, Value scale, Value zeroPoint, Type tensor,
                                         int64_t axis = 1, int64_t blockSize = 0) {
    auto ranked = dyn_cast<RankedTensorType>(tensor);
    auto storage = ranked ? dyn_cast<IntegerType>(ranked.getElementType()) : IntegerType();
    if (!storage)
      return quant::QuantizedType();
    return findQuantizedType({op, scale, zeroPoint, ranked, storage, axis, blockSize});
  }

  /// Integers as codes; codes that were cast to integers just before are taken as they are.
  Value codesOf(Location loc, Value integers, quant::QuantizedType type) {
    Value codes = storageOperand(integers);
    if (codes && quantizedElementType(codes.getType()) == type)
      return codes;
    return castFromStorage(rewriter, loc, integers, type);
  }

  Value dequantize(Location loc, Value integers, quant::QuantizedType type) {
    Value codes = codesOf(loc, integers, type);
    return DequantizeOp::create(
        rewriter, loc, withElementType(cast<TensorType>(codes.getType()), rewriter.getF32Type()), codes);
  }

  Value quantize(Location loc, Value real, quant::QuantizedType type) {
    Value codes =
        QuantizeOp::create(rewriter, loc, withElementType(cast<TensorType>(real.getType()), type), real);
    return castToStorage(rewriter, loc, codes);
  }

  void replace(Operation *op, Value replacement) {
    onnx::copyValueNames(op, replacement.getDefiningOp());
    rewriter.replaceOp(op, replacement);
  }

  LogicalResult importOp(onnx::QuantizeLinearOp op) {
    auto input = dyn_cast<RankedTensorType>(op.getX().getType());
    bool dividesInF32 = op.getPrecision() == 0 || op.getPrecision() == onnxFloat;
    if (!input || !input.getElementType().isF32() || !dividesInF32)
      return success();
    auto type =
        typeOf(op, op.getYScale(), op.getYZeroPoint(), op.getY().getType(), op.getAxis(), op.getBlockSize());
    if (succeeded(type) && *type)
      replace(op, quantize(op.getLoc(), op.getX(), *type));
    return type;
  }

  LogicalResult importOp(onnx::DequantizeLinearOp op) {
    auto result = dyn_cast<RankedTensorType>(op.getY().getType());
    if (!result || !result.getElementType().isF32())
      return success();
    auto type =
        typeOf(op, op.getXScale(), op.getXZeroPoint(), op.getX().getType(), op.getAxis(), op.getBlockSize());
    if (succeeded(type) && *type)
      replace(op, dequantize(op.getLoc(), op.getX(), *type));
    return type;
  }

  /// i32 codes of scale s_x * s_w.
  FailureOr<Value> importBias(Operation *op, Value bias, quant::QuantizedType input,
                              quant::QuantizedType weight) {
    if (isa<NoneType>(bias.getType()))
      return bias;
    float inputScale = uniformParameters(input)->scales.front();
    auto weightParameters = uniformParameters(weight); // outlives the loop over its scales
    SmallVector<float> scales;
    for (float scale : weightParameters->scales)
      scales.push_back(inputScale * scale);
    if (!llvm::all_of(scales, [](float scale) { return std::isnormal(scale); }))
      return op->emitError("has scales whose product is no normal number of float32");
    if (scales.size() == 1)
      return dequantize(op->getLoc(), bias, perTensorType(op->getContext(), 32, true, scales.front(), 0));
    return dequantize(
        op->getLoc(), bias,
        perAxisType(op->getContext(), 32, true, scales, SmallVector<int64_t>(scales.size(), 0), 0));
  }

  LogicalResult importOp(onnx::QLinearConvOp op) {
    auto x = typeOf(op, op.getXScale(), op.getXZeroPoint(), op.getX().getType());
    auto w = typeOf(op, op.getWScale(), op.getWZeroPoint(), op.getW().getType(), /*axis=*/0);
    auto y = typeOf(op, op.getYScale(), op.getYZeroPoint(), op.getY().getType());
    if (failed(x) || failed(w) || failed(y))
      return failure();
    if (!*x || !*w || !*y || !isa<quant::UniformQuantizedType>(*x))
      return success();
    auto bias = importBias(op, op.getB(), *x, *w);
    if (failed(bias))
      return failure();
    Value input = dequantize(op.getLoc(), op.getX(), *x), weight = dequantize(op.getLoc(), op.getW(), *w);
    Type type = withElementType(cast<TensorType>(op.getY().getType()), rewriter.getF32Type());
    auto conv =
        onnx::ConvOp::create(rewriter, op.getLoc(), type, ValueRange{input, weight, *bias}, op->getAttrs());
    conv->removeAttr(onnx::valueNamesAttribute);
    replace(op, quantize(op.getLoc(), conv->getResult(0), *y));
    return success();
  }

  LogicalResult importOp(onnx::QLinearMatMulOp op) {
    // A vector of scales is per row of a, per column of b. The former has no meaning here: rows are samples.
    auto bType = dyn_cast<RankedTensorType>(op.getB().getType());
    auto a = typeOf(op, op.getAScale(), op.getAZeroPoint(), op.getA().getType());
    auto b =
        typeOf(op, op.getBScale(), op.getBZeroPoint(), op.getB().getType(), bType ? bType.getRank() - 1 : 0);
    auto y = typeOf(op, op.getYScale(), op.getYZeroPoint(), op.getY().getType());
    if (failed(a) || failed(b) || failed(y))
      return failure();
    if (!*a || !*b || !*y || !isa<quant::UniformQuantizedType>(*a) || !isa<quant::UniformQuantizedType>(*y))
      return success();
    Value left = dequantize(op.getLoc(), op.getA(), *a), right = dequantize(op.getLoc(), op.getB(), *b);
    Type type = withElementType(cast<TensorType>(op.getY().getType()), rewriter.getF32Type());
    auto product = onnx::MatMulOp::create(rewriter, op.getLoc(), type, ValueRange{left, right},
                                          ArrayRef<NamedAttribute>());
    replace(op, quantize(op.getLoc(), product->getResult(0), *y));
    return success();
  }

  IRRewriter rewriter;
};

struct ImportQuantizationPass : impl::ImportQuantizationBase<ImportQuantizationPass> {
  using ImportQuantizationBase::ImportQuantizationBase;

  void runOnOperation() override {
    Importer importer(&getContext());
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) { ops.push_back(op); });
    bool complete = true;
    for (Operation *op : ops)
      complete &= succeeded(importer.import(op));
    if (!complete)
      return signalPassFailure();
    eraseUnused();
    bool isQuantized =
        getOperation().walk([](DequantizeOp) { return WalkResult::interrupt(); }).wasInterrupted();
    if (isQuantized)
      getOperation()->setAttr(kPrequantizedAttrName, UnitAttr::get(&getContext()));
  }

private:
  /// Casts, scales and zero points that nothing reads any more; users stand after what they use.
  void eraseUnused() {
    getOperation().walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
      if (isa<onnx::ConstantOp, onnx::NoValueOp, quant::StorageCastOp, StorageCastOp, QuantizeOp>(op) &&
          op->use_empty())
        op->erase();
    });
  }
};
} // namespace

} // namespace quern
