// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/Reduction.h"
#include "dialects/ONNX/IR/Tensor.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/Integerize/Movement.h"
#include "passes/Integerize/Patterns.h"

using namespace mlir;

namespace quern {
namespace {

/// The integers of a moved operand: behind a dequantize of `type`, of a constant, or of a quantization made
/// here.
Value createCodes(PatternRewriter &rewriter, Location location, Value real,
                  quant::UniformQuantizedType type) {
  auto tensor = cast<TensorType>(real.getType());
  if (auto reals = readReals(real)) {
    Quantizer quantizer = quantizerOf(type);
    auto codes = llvm::map_to_vector(*reals, [&](float value) { return int64_t(quantizer.quantize(value)); });
    return createIntegers(rewriter, location, cast<RankedTensorType>(tensor.clone(storageTypeOf(type))),
                          codes);
  }
  auto dequantize = real.getDefiningOp<DequantizeOp>();
  if (dequantize && quantizedElementType(dequantize.getInput().getType()) == type)
    return castToStorage(rewriter, location, dequantize.getInput());
  auto quantize = QuantizeOp::create(rewriter, location, tensor.clone(type), real);
  return castToStorage(rewriter, location, quantize);
}

/// The op on 8-bit integers. onnx.GlobalMaxPool has no such form in ONNX: onnx.ReduceMax computes the same.
Operation *createOnIntegers(PatternRewriter &rewriter, Operation *op, ValueRange operands, TypeRange types) {
  OperationState state(op->getLoc(), op->getName(), operands, types, op->getAttrs());
  if (isa<onnx::GlobalMaxPoolOp>(op)) {
    int64_t spatial = cast<RankedTensorType>(operands[0].getType()).getRank() - 2;
    auto axes = llvm::to_vector(llvm::seq<int64_t>(2, 2 + spatial));
    auto axesType = RankedTensorType::get({spatial}, rewriter.getI64Type());
    state.name = OperationName(onnx::ReduceMaxOp::getOperationName(), rewriter.getContext());
    state.addOperands(
        createConstant(rewriter, op->getLoc(), DenseElementsAttr::get(axesType, ArrayRef<int64_t>(axes))));
  }
  return rewriter.create(state);
}

/// `op` on codes; its float results become dequantized codes.
void moveCodes(PatternRewriter &rewriter, Operation *op, const MovementPlan &plan) {
  rewriter.setInsertionPoint(op);
  Location location = op->getLoc();
  SmallVector<Value> operands(op->getOperands());
  for (unsigned number : plan.moved)
    operands[number] = createCodes(rewriter, location, operands[number], plan.type);
  if (cast<onnx::DataMovementOpInterface>(op).insertsZeros() && plan.type.getZeroPoint() != 0)
    operands[2] = createZeroPoint(rewriter, location, plan.type, plan.type.getZeroPoint());
  SmallVector<Type> types;
  for (Type type : op->getResultTypes()) {
    auto tensor = dyn_cast<TensorType>(type);
    types.push_back(tensor && tensor.getElementType().isF32() ? tensor.clone(storageTypeOf(plan.type))
                                                              : type);
  }
  Operation *moved = createOnIntegers(rewriter, op, operands, types);
  SmallVector<Value> results;
  for (auto [before, after] : llvm::zip_equal(op->getResults(), moved->getResults())) {
    if (before.getType() == after.getType()) {
      results.push_back(after);
      continue;
    }
    Value codes = castFromStorage(rewriter, location, after, plan.type);
    results.push_back(DequantizeOp::create(rewriter, location, before.getType(), codes));
  }
  rewriter.replaceOp(op, results);
}

/// move(dequantize(q)...) -> dequantize(move(q...)): exact, because dequantization is an increasing function.
struct MoveCodes : OpInterfaceRewritePattern<onnx::DataMovementOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(onnx::DataMovementOpInterface op, PatternRewriter &rewriter) const override {
    Refusal refusal;
    FailureOr<MovementPlan> plan = planMovement(op, refusal);
    if (failed(plan))
      return rewriter.notifyMatchFailure(op, refusal.reason);
    moveCodes(rewriter, op, *plan);
    return success();
  }
};

/// quantize(move(x...)) -> move(quantize(x)...): exact, because quantization is monotone. What computes x
/// then sees the quantization; operands of other scales (Concat) are requantized each on its own.
struct QuantizeBeforeMovement : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter &rewriter) const override {
    Refusal refusal;
    FailureOr<quant::UniformQuantizedType> type = getResultType(op, refusal);
    Operation *producer = op.getInput().getDefiningOp();
    if (failed(type))
      return rewriter.notifyMatchFailure(op, refusal.reason);
    if (!producer || !producer->hasOneUse())
      return rewriter.notifyMatchFailure(op, "expected an op that nothing else reads");
    if (llvm::all_of(producer->getOperands(), isConstantTensor))
      return rewriter.notifyMatchFailure(op, "expected an operand that is not constant");
    FailureOr<MovementPlan> plan = planQuantizedMovement(producer, *type, refusal);
    if (failed(plan))
      return rewriter.notifyMatchFailure(op, refusal.reason);
    moveCodes(rewriter, producer, *plan);
    return success();
  }
};

} // namespace

void populateMovementPatterns(RewritePatternSet &patterns) {
  patterns.add<MoveCodes, QuantizeBeforeMovement>(patterns.getContext());
}

} // namespace quern
