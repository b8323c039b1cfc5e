// Changes one op at a time on a compiled model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/Sensitivity/Sensitivity.h"

namespace quern {

/// loss(choice, coded) for each op and option but the finest, which loses nothing; all other ops have their
/// finest option. `coded` are the activations of the op whose option it is.
llvm::Expected<LossTable> measureOneAtATime(
    const SensitivityInputs &inputs,
    llvm::function_ref<llvm::Expected<double>(const WeightChoice &choice, CodedActivations coded)> loss);

} // namespace quern
