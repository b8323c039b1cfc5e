// See ImportQuantization.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/ImportQuantization/ImportQuantization.h.inc"

} // namespace quern
