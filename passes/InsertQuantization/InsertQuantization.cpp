// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/InsertQuantization/InsertQuantization.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"
#include "lib/Numerics/Quantizer.h"
#include "passes/InsertQuantization/QuantizationPlan.h"
#include "passes/QuantizationAnalysis/IntegerRoles.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_INSERTQUANTIZATION
#include "passes/InsertQuantization/InsertQuantization.h.inc"

static Value insertPair(OpBuilder &builder, const PlannedPair &pair) {
  auto type = cast<TensorType>(pair.value.getType());
  // An input is quantized on behalf of the node that reads it: an argument has no node of its own.
  Location loc = pair.value.getDefiningOp() || pair.uses.empty() ? pair.value.getLoc()
                                                                 : pair.uses.front()->getOwner()->getLoc();
  Value codes = QuantizeOp::create(builder, loc, withElementType(type, pair.type), pair.value);
  return DequantizeOp::create(builder, loc, type, codes);
}

/// The codes of a constant, as a constant.
static Value quantizeConstant(OpBuilder &builder, const PlannedPair &pair) {
  auto view = onnx::ConstantView::of(pair.value);
  auto type = cast<RankedTensorType>(pair.value.getType());
  Quantizer quantizer{float(pair.type.getScale()),
                      int32_t(pair.type.getZeroPoint()),
                      {int32_t(pair.type.getStorageTypeMin()), int32_t(pair.type.getStorageTypeMax())}};
  SmallVector<int64_t> codes;
  for (int64_t i = 0; i < view->size(); ++i)
    codes.push_back(quantizer.quantize(view->real(i)));
  auto storage = RankedTensorType::get(type.getShape(), storageTypeOf(pair.type));
  Location loc = pair.value.getLoc();
  Value integers = onnx::ConstantOp::create(builder, loc, storage, onnx::makeIntegerConstant(storage, codes));
  return DequantizeOp::create(builder, loc, type, castFromStorage(builder, loc, integers, pair.type));
}

Value insertRowPair(OpBuilder &builder, Location loc, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> rows(type.getShape());
  rows.back() = 1;
  Type code = builder.getIntegerType(8, /*isSigned=*/false);
  auto codes = DynamicQuantizeOp::create(builder, loc, type.clone(code), type.clone(rows),
                                         RankedTensorType::get(rows, code), value);
  return DequantizeRowsOp::create(builder, loc, type, codes.getCodes(), codes.getScales(),
                                  codes.getZeroPoints());
}

/// Once for each value, whatever the number of its readers.
static void quantizeRows(func::FuncOp function) {
  llvm::MapVector<Value, SmallVector<OpOperand *>> readers;
  function.walk([&](onnx::QuantizableOpInterface op) {
    auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
    if (!precision || !precision.getActivations())
      return;
    SmallVector<OpOperand *> others;
    if (!precision.hasDynamicRows())
      others = staticActivationsOf(op);
    for (OpOperand *activation : activationsOf(op))
      if (!llvm::is_contained(others, activation))
        readers[activation->get()].push_back(activation);
  });
  OpBuilder builder(function.getContext());
  for (auto &[value, uses] : readers) {
    builder.setInsertionPointAfterValue(value);
    Value replacement = insertRowPair(builder, uses.front()->getOwner()->getLoc(), value);
    for (OpOperand *use : uses)
      use->set(replacement);
  }
}

namespace {
struct InsertQuantizationPass : impl::InsertQuantizationBase<InsertQuantizationPass> {
  using InsertQuantizationBase::InsertQuantizationBase;

  void runOnOperation() override {
    auto plan = planQuantization(getOperation());
    if (failed(plan))
      return signalPassFailure();
    OpBuilder builder(&getContext());
    for (const PlannedPair &pair : *plan) {
      builder.setInsertionPointAfterValue(pair.value);
      Value replacement =
          isConstant(pair.value) ? quantizeConstant(builder, pair) : insertPair(builder, pair);
      for (OpOperand *use : pair.uses)
        use->set(replacement);
    }
    quantizeRows(getOperation());
  }
};
} // namespace

} // namespace quern
