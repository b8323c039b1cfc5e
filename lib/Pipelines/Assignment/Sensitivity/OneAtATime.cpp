// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Sensitivity/OneAtATime.h"

#include "lib/Support/Progress.h"

namespace quern {

llvm::Expected<LossTable> measureOneAtATime(
    const SensitivityInputs &inputs,
    llvm::function_ref<llvm::Expected<double>(const WeightChoice &choice, CodedActivations coded)> loss) {
  int64_t total = 0;
  for (const AssignableOp &op : inputs.ops)
    total += int64_t(op.options.size()) - 1;
  Progress progress("sensitivities", total, inputs.progress);
  LossTable losses;
  for (size_t op = 0; op < inputs.ops.size(); ++op) {
    size_t options = inputs.ops[op].options.size();
    std::vector<double> &ofOp = losses.emplace_back(options, 0.0);
    WeightChoice choice = inputs.model->baseChoice();
    size_t finest = inputs.ops[op].finest();
    for (size_t option = 0; option < options; ++option) {
      if (option == finest)
        continue;
      choice[op] = option;
      llvm::Expected<double> value = loss(choice, CodedActivations::of(op));
      if (!value)
        return value.takeError();
      ofOp[option] = *value;
      if (llvm::Error stop = progress.advance())
        return std::move(stop);
    }
  }
  return losses;
}

llvm::Expected<LossTable> measureOutputErrors(const SensitivityInputs &inputs) {
  return measureOneAtATime(inputs,
                           [&](const WeightChoice &choice, CodedActivations coded) -> llvm::Expected<double> {
                             SquaredError error;
                             for (size_t sample = 0; sample < inputs.samples.size(); ++sample) {
                               auto outputs = inputs.model->run(choice, coded, sample);
                               if (!outputs)
                                 return outputs.takeError();
                               error.add(*outputs, inputs.model->baseOf(sample));
                             }
                             return error.get();
                           });
}

} // namespace quern
