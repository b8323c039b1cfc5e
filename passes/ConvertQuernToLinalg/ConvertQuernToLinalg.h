// Lowers the arithmetic on codes to linalg on signless integers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernOps.h"

#include "mlir/Pass/Pass.h"

namespace quern {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/ConvertQuernToLinalg/ConvertQuernToLinalg.h.inc"
} // namespace quern
