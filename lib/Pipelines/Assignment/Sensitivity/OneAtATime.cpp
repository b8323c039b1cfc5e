// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Sensitivity/OneAtATime.h"

#include "lib/Support/Progress.h"

namespace quern {

llvm::Expected<LossTable>
measureOneAtATime(const SensitivityInputs &inputs,
                  llvm::function_ref<llvm::Expected<double>(const WeightChoice &choice)> loss) {
  int64_t total = 0;
  for (const AssignableOp &op : inputs.ops)
    total += int64_t(op.options.size()) - 1;
  Progress progress("sensitivities", total, inputs.progress);
  LossTable losses;
  for (size_t op = 0; op < inputs.ops.size(); ++op) {
    std::vector<double> &ofOp = losses.emplace_back(1, 0.0);
    for (size_t option = 1; option < inputs.ops[op].options.size(); ++option) {
      WeightChoice choice = inputs.model->baseChoice();
      choice[op] = option;
      llvm::Expected<double> value = loss(choice);
      if (!value)
        return value.takeError();
      ofOp.push_back(*value);
      if (llvm::Error stop = progress.advance())
        return std::move(stop);
    }
  }
  return losses;
}

llvm::Expected<LossTable> measureOutputErrors(const SensitivityInputs &inputs) {
  return measureOneAtATime(inputs, [&](const WeightChoice &choice) -> llvm::Expected<double> {
    SquaredError error;
    for (size_t sample = 0; sample < inputs.samples.size(); ++sample) {
      auto outputs = inputs.model->run(choice, /*quantizeActivations=*/false, sample);
      if (!outputs)
        return outputs.takeError();
      error.add(*outputs, inputs.model->baseOf(sample));
    }
    return error.get();
  });
}

} // namespace quern
