// Reports each float op that is left in an integer graph.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quern {

/// Attribute of a module: the float ops of its integer graph, as JSON text.
inline constexpr llvm::StringLiteral kFloatResidueAttrName = "quern.float_residue";

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/ReportFloatResidue/ReportFloatResidue.h.inc"

} // namespace quern
