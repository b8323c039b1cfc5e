// Changes one op at a time on a compiled model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/Sensitivity/Sensitivity.h"

namespace quern {

/// loss(choice) for each op and option but the first, which loses nothing; all other ops have their first
/// option.
llvm::Expected<LossTable>
measureOneAtATime(const SensitivityInputs &inputs,
                  llvm::function_ref<llvm::Expected<double>(const WeightChoice &choice)> loss);

} // namespace quern
