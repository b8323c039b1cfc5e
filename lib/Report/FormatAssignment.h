// What --assign=auto found, as JSON.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/Assignment.h"

#include "llvm/Support/JSON.h"

namespace quern {

/// {"budget", "sensitivity", "weight_bytes", "weights", "front"}: weights by what their narrowest option
/// loses, the most first; front is that of --pareto, or null.
llvm::json::Value formatForReport(const Assignment &assignment, llvm::StringRef budget);

} // namespace quern
