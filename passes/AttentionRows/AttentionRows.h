// See AttentionRows.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace quern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/AttentionRows/AttentionRows.h.inc"

} // namespace quern
