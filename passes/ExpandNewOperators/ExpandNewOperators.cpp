// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ExpandNewOperators/ExpandNewOperators.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/Reduction.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_EXPANDNEWOPERATORS
#include "passes/ExpandNewOperators/ExpandNewOperators.h.inc"

namespace {
/// Writes the ops in the place of one.
class Expansion {
public:
  explicit Expansion(Operation *op) : op(op), builder(op) {}

  template <typename Op> Value add(StringRef name, Type type, ValueRange operands) {
    std::string place = (onnx::getNodeName(op) + "/" + name).str();
    return Op::create(builder, NameLoc::get(builder.getStringAttr(place)), TypeRange(type), operands)
        ->getResult(0);
  }
  /// The last op: a product.
  void finish(Value left, Value right) {
    auto product = onnx::MulOp::create(builder, op->getLoc(), op->getResultTypes(), ValueRange{left, right});
    onnx::copyValueNames(op, product);
    op->replaceAllUsesWith(product);
    op->erase();
  }
  Value scalar(double value) {
    auto type = RankedTensorType::get({}, builder.getF32Type());
    return onnx::ConstantOp::create(builder, op->getLoc(), type, onnx::makeConstant(type, ArrayRef(value)));
  }
  Value integers(ArrayRef<int64_t> values) {
    auto type = RankedTensorType::get(static_cast<int64_t>(values.size()), builder.getI64Type());
    return onnx::ConstantOp::create(builder, op->getLoc(), type, onnx::makeIntegerConstant(type, values));
  }

private:
  Operation *op;
  OpBuilder builder;
};
} // namespace

/// C1.
static RankedTensorType floatType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32() ? type : RankedTensorType();
}

static void expand(onnx::SwishOp op) {
  RankedTensorType type = floatType(op.getX());
  if (!type)
    return;
  Expansion expansion(op);
  Value x = op.getX(), argument = x;
  if (double alpha = op.getAlpha().convertToDouble(); alpha != 1)
    argument = expansion.add<onnx::MulOp>("scale", type, {x, expansion.scalar(alpha)});
  expansion.finish(x, expansion.add<onnx::SigmoidOp>("sigmoid", type, argument));
}

static void expand(onnx::RMSNormalizationOp op) {
  RankedTensorType type = floatType(op.getX());
  if (!type)
    return;
  Expansion expansion(op);
  Value x = op.getX();
  int64_t axis = int64_t(op.getAxis()) + (int64_t(op.getAxis()) < 0 ? type.getRank() : 0);
  auto axes = llvm::to_vector(llvm::seq<int64_t>(axis, type.getRank()));
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t each : axes)
    shape[each] = 1;
  auto reduced = type.clone(shape);
  Value square = expansion.add<onnx::MulOp>("square", type, {x, x});
  Value mean = expansion.add<onnx::ReduceMeanOp>("mean", reduced, {square, expansion.integers(axes)});
  Value sum = expansion.add<onnx::AddOp>("epsilon", reduced,
                                         {mean, expansion.scalar(op.getEpsilon().convertToDouble())});
  Value root = expansion.add<onnx::SqrtOp>("root", reduced, sum);
  expansion.finish(expansion.add<onnx::DivOp>("normalize", type, {x, root}), op.getScale());
}

namespace {
struct ExpandNewOperators : impl::ExpandNewOperatorsBase<ExpandNewOperators> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (auto swish = dyn_cast<onnx::SwishOp>(op))
        expand(swish);
      else if (auto normalization = dyn_cast<onnx::RMSNormalizationOp>(op))
        expand(normalization);
    });
  }
};
} // namespace

} // namespace quern
