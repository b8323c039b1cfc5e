// The passes and pipelines of the process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace quern {

/// Enters MLIR's passes, Quern's and the stages into MLIR's registry, once.
void registerPassesOnce();

} // namespace quern
