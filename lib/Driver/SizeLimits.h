// What is too large to be compiled is refused before the work begins.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace quern {

// `quernc --help` states these limits.

/// How much is compiled at most, after preparation; a minute or two of work. An operator counts once, and
/// once more for each result beyond the first and each operand beyond the fourth; a contraction counts eight
/// times.
inline constexpr size_t compiledWorkLimit = 10'000;
inline constexpr size_t contractionWork = 8;

/// Operands of one operator that is compiled: bufferization takes quadratic time in those of a concatenation.
inline constexpr size_t compiledOperandsLimit = 1'000;

/// Inputs and outputs, together, of a model that is compiled.
inline constexpr size_t compiledSignatureLimit = 2'000;

/// Bytes that one tensor of a compiled model may take.
inline constexpr int64_t compiledTensorLimit = int64_t(1) << 31;

/// Refuses a prepared module beyond the limits, naming the first operator too many and every value that is
/// too large.
mlir::LogicalResult checkCompiledSize(mlir::ModuleOp prepared);

} // namespace quern
