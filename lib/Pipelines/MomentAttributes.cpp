// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/MomentAttributes.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "passes/QuantizeWeights/GroupedWeight.h"

using namespace mlir;

namespace quern {

static ElementsAttr makeTensor(MLIRContext *context, ArrayRef<int64_t> shape, ArrayRef<double> values) {
  return onnx::makeConstant(
      RankedTensorType::get(shape, Float64Type::get(context)),
      ArrayRef<char>(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(double)));
}

MomentAttributes MomentAttributes::get(MLIRContext *context, const SecondMoment &moment, bool centered) {
  int64_t size = moment.getSize();
  if (!centered)
    return {makeTensor(context, {size, size}, moment.get())};
  return {makeTensor(context, {size, size}, moment.getCentered()),
          makeTensor(context, {size}, moment.getMean())};
}

void MomentAttributes::setOn(Operation *op) const {
  op->setAttr(kSecondMomentAttrName, moment);
  if (mean)
    op->setAttr(kActivationMeanAttrName, mean);
  else
    op->removeAttr(kActivationMeanAttrName);
}

bool canCorrectBias(Operation *op) {
  auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
  if (!quantizable)
    return false;
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  int64_t columns = isa<onnx::ConvOp>(op) ? result.getDimSize(1) : result.getShape().back();
  return findConstantBias(quantizable, columns).has_value();
}

} // namespace quern
