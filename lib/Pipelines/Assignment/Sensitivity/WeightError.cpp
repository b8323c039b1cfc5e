// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Sensitivity/WeightError.h"

#include "dialects/ONNX/IR/Constants.h"
#include "lib/Pipelines/Assignment/ApplyAssignment.h"

using namespace mlir;

namespace quern {

llvm::Expected<LossTable> measureWeightErrors(
    const SensitivityInputs &inputs,
    llvm::function_ref<double(size_t op, const WeightVariant &variant, int64_t element)> cost) {
  llvm::DenseMap<int64_t, Operation *> byNumber = mapNumbers(inputs.assigned);
  LossTable losses;
  for (auto [index, op] : llvm::enumerate(inputs.ops)) {
    std::vector<double> &ofOp = losses.emplace_back();
    for (const WeightVariant &variant : inputs.variants[index]) {
      std::vector<float> weight = readFloatWeight(byNumber[op.number], variant);
      auto codes = *onnx::ConstantView::of(Attribute(variant.weight));
      double error = 0, power = 0;
      for (size_t i = 0; i < weight.size(); ++i) {
        double difference = double(weight[i]) - codes.real(int64_t(i)), c = cost(index, variant, int64_t(i));
        error += c * difference * difference;
        power += c * double(weight[i]) * weight[i];
      }
      ofOp.push_back(power > 0 ? error / power : 0.0);
    }
  }
  return losses;
}

} // namespace quern
