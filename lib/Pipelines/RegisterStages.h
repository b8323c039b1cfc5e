// The flags that run one stage each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace quern {

/// Registers --quern-stage-NAME for each stage.
void registerAllStages();

} // namespace quern
