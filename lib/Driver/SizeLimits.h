// What is too large to be compiled is refused before the work begins.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace quern {

/// Operators that are compiled at most, after preparation: minutes of work. `quernc --help` states both
/// limits.
inline constexpr size_t compiledOperatorsLimit = 20'000;

/// Bytes that one tensor of a compiled model may take.
inline constexpr int64_t compiledTensorLimit = int64_t(1) << 31;

/// Refuses a prepared module beyond the limits, naming the first operator too many and every value that is
/// too large.
mlir::LogicalResult checkCompiledSize(mlir::ModuleOp prepared);

} // namespace quern
