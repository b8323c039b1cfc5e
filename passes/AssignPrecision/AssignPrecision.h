// See AssignPrecision.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Recipe/Recipe.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/AssignPrecision/AssignPrecision.h.inc"

/// The pass on a recipe in memory; its options describe one otherwise.
std::unique_ptr<mlir::Pass> createAssignPrecision(Recipe recipe, bool integerTail);

/// The settings as an op can have them: weights in groups only where its weight is a matrix. The provenance
/// begins with `decidedBy`.
PrecisionAttr makePrecision(onnx::QuantizableOpInterface op, PrecisionSettings settings,
                            llvm::StringRef decidedBy);

/// Why the rows of the op's activation cannot have scales of their own where it has these settings otherwise;
/// empty if they can.
std::string refuseRows(onnx::QuantizableOpInterface op, PrecisionSettings settings);

/// The pass with `announce`.
std::unique_ptr<mlir::Pass> createAnnouncePrecision(Recipe recipe);

} // namespace quern
