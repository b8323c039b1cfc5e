// Errors of weights alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/Sensitivity/Sensitivity.h"

namespace quern {

/// sum c (W - Q(W))^2 / sum c W^2 for each op and option; 0 for weights of zeros. `cost(op, variant, i)` is c
/// of element i of the variant's weight, for the op of this index.
llvm::Expected<LossTable> measureWeightErrors(
    const SensitivityInputs &inputs,
    llvm::function_ref<double(size_t op, const WeightVariant &variant, int64_t element)> cost);

} // namespace quern
