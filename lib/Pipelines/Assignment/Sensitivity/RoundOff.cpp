// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Sensitivity/WeightError.h"

namespace quern {

llvm::Expected<LossTable> measureRoundOff(const SensitivityInputs &inputs) {
  return measureWeightErrors(inputs, [](size_t, const WeightVariant &, int64_t) { return 1.0; });
}

} // namespace quern
