// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/AttentionRows/AttentionRows.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/Tensor.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "dialects/Quern/IR/QuernDialect.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_ATTENTIONROWS
#include "passes/AttentionRows/AttentionRows.h.inc"

static RankedTensorType staticType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getRank() > 0 ? type : RankedTensorType();
}

/// The op leaves the order of the elements, and each row whole.
static bool movesWholeRows(Operation *op) {
  if (!isa_and_present<onnx::ReshapeOp, onnx::SqueezeOp, onnx::UnsqueezeOp, onnx::FlattenOp>(op))
    return false;
  RankedTensorType from = staticType(op->getOperand(0)), to = staticType(op->getResult(0));
  return from && to && from.getShape().back() == to.getShape().back();
}

static bool isAlongLastAxis(onnx::SoftmaxOp softmax) {
  RankedTensorType type = staticType(softmax.getInput());
  auto axis = int64_t(softmax.getAxis());
  return type && (axis == -1 || axis == type.getRank() - 1);
}

/// What is known of a value that is now another one.
static void forgetStatistics(Operation *op) {
  for (StringRef name : {kRangesAttrName, kChannelRangesAttrName, kRowsAttrName, kHalfRangesAttrName})
    op->removeAttr(name);
}

/// moves(softmax(x)) -> softmax(moves(x)); `moves`, the last first, are read by one op each.
static Value moveBefore(onnx::SoftmaxOp softmax, ArrayRef<Operation *> moves) {
  if (moves.empty())
    return softmax.getResult();
  moves.back()->setOperand(0, softmax.getInput());
  llvm::for_each(moves, forgetStatistics);
  Value moved = moves.front()->getResult(0);
  OpBuilder builder(softmax.getContext());
  builder.setInsertionPointAfterValue(moved);
  auto result = onnx::SoftmaxOp::create(builder, softmax.getLoc(), moved.getType(), moved);
  result->setAttrs(softmax->getAttrDictionary());
  result.setAxis(-1);
  forgetStatistics(result);
  softmax.erase();
  return result;
}

namespace {
struct AttentionRows : impl::AttentionRowsBase<AttentionRows> {
  void runOnOperation() override {
    getOperation().walk([&](onnx::MatMulOp product) {
      if (!product->hasAttr(kLeftAloneAttrName) && !onnx::getConstant(product.getB()) &&
          keepsLeadingDimensions(product))
        mark(product);
    });
  }

  static bool keepsLeadingDimensions(onnx::MatMulOp product) {
    RankedTensorType rows = staticType(product.getA()), columns = staticType(product.getB());
    RankedTensorType result = staticType(product.getResult());
    return rows && columns && result && rows.getRank() > 1 && columns.getRank() > 1 &&
           rows.getShape().drop_back() == result.getShape().drop_back();
  }

  static void mark(onnx::MatMulOp product) {
    SmallVector<Operation *> moves;
    Value value = product.getA();
    for (; movesWholeRows(value.getDefiningOp()) && value.hasOneUse();
         value = value.getDefiningOp()->getOperand(0))
      moves.push_back(value.getDefiningOp());
    auto softmax = value.getDefiningOp<onnx::SoftmaxOp>();
    if (!softmax || !isAlongLastAxis(softmax) || (!moves.empty() && !value.hasOneUse()))
      return;
    product.setOperand(0, moveBefore(softmax, moves));
    product->setAttr(kRowScalesAttrName, UnitAttr::get(product.getContext()));
  }
};
} // namespace

} // namespace quern
