// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ExpandRowQuantization/ExpandRowQuantization.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Logical.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/Reduction.h"
#include "dialects/ONNX/IR/Tensor.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "lib/Numerics/RowQuantizer.h"

#include <limits>

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_EXPANDROWQUANTIZATION
#include "passes/ExpandRowQuantization/ExpandRowQuantization.h.inc"

namespace {
/// Writes the float operators in the place of one quantization and its dequantizations.
class Expansion {
public:
  explicit Expansion(DynamicQuantizeOp op)
      : op(op), builder(op), rows(cast<RankedTensorType>(op.getScales().getType())),
        elements(cast<RankedTensorType>(op.getInput().getType())) {
    Value low = extreme<onnx::ReduceMinOp, onnx::MinOp, onnx::MaxOp>("low", -kLargestRowExtreme);
    Value high = extreme<onnx::ReduceMaxOp, onnx::MaxOp, onnx::MinOp>("high", kLargestRowExtreme);
    Value step = add<onnx::DivOp>("step", rows, {add<onnx::SubOp>("range", rows, {high, low}), scalar(255)});
    Value isSmall = add<onnx::LessOp>("is_small", rows.clone(builder.getI1Type()),
                                      {step, scalar(std::numeric_limits<float>::min())});
    scale = add<onnx::WhereOp>("scale", rows, {isSmall, scalar(1), step});
    Value negated = add<onnx::NegOp>("negated", rows, low);
    zeroPoint = add<onnx::RoundOp>("zero_point", rows, add<onnx::DivOp>("zero", rows, {negated, scale}));
  }

  /// The reals that the codes stand for.
  Value dequantize() {
    Value ratio = add<onnx::DivOp>("ratio", elements, {op.getInput(), scale});
    Value steps = add<onnx::RoundOp>("rounded", elements, ratio);
    Value shifted = add<onnx::AddOp>("shifted", elements, {steps, zeroPoint});
    Value code = add<onnx::ClipOp>("code", elements, {shifted, scalar(0), scalar(255)});
    Value distance = add<onnx::SubOp>("distance", elements, {code, zeroPoint});
    return add<onnx::MulOp>("real", elements, {distance, scale});
  }

private:
  template <typename Reduce, typename WithZero, typename Bound> Value extreme(StringRef name, float bound) {
    auto type = RankedTensorType::get({1}, builder.getI64Type());
    Value axes = onnx::ConstantOp::create(
        builder, op.getLoc(), type, onnx::makeIntegerConstant(type, ArrayRef<int64_t>{rows.getRank() - 1}));
    Value found = add<Reduce>((name + "est").str(), rows, {op.getInput(), axes});
    Value withZero = add<WithZero>((name + "_or_zero").str(), rows, {found, scalar(0)});
    return add<Bound>(name, rows, {withZero, scalar(bound)});
  }

  template <typename Op> Value add(StringRef name, Type type, ValueRange operands) {
    std::string place = (onnx::getNodeName(op) + "/" + name).str();
    return Op::create(builder, NameLoc::get(builder.getStringAttr(place)), TypeRange(type), operands)
        ->getResult(0);
  }

  Value scalar(double value) {
    auto type = RankedTensorType::get({}, builder.getF32Type());
    return onnx::ConstantOp::create(builder, op.getLoc(), type, onnx::makeConstant(type, ArrayRef(value)));
  }

  DynamicQuantizeOp op;
  OpBuilder builder;
  RankedTensorType rows, elements;
  Value scale, zeroPoint;
};

struct ExpandRowQuantization : impl::ExpandRowQuantizationBase<ExpandRowQuantization> {
  void runOnOperation() override {
    SmallVector<DynamicQuantizeOp> found;
    getOperation().walk([&](DynamicQuantizeOp op) { found.push_back(op); });
    llvm::for_each(found, expand);
  }

  static void expand(DynamicQuantizeOp op) {
    SmallVector<DequantizeRowsOp> dequantized;
    for (Operation *user : op->getUsers())
      if (auto rows = dyn_cast<DequantizeRowsOp>(user);
          rows && !llvm::is_contained(dequantized, rows) && rows->getOperands() == op->getResults()) // C1
        dequantized.push_back(rows);
    if (dequantized.empty())
      return;
    Value reals = Expansion(op).dequantize();
    for (DequantizeRowsOp rows : dequantized) {
      rows.replaceAllUsesWith(reals);
      rows.erase();
    }
    if (op->use_empty())
      op.erase();
  }
};
} // namespace

} // namespace quern
