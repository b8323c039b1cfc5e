// A choice of options, given to a module.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/AssignableOps.h"

namespace quern {

/// The ops of @main by their numbers.
llvm::DenseMap<int64_t, mlir::Operation *> mapNumbers(mlir::ModuleOp numbered);

/// Gives each op its option. Where that changes activations, the others of the module are assigned anew by
/// the recipe: what lies between ops that stay float does too. Refusals are diagnostics.
llvm::LogicalResult applyAssignment(mlir::ModuleOp numbered, llvm::ArrayRef<AssignableOp> ops,
                                    llvm::ArrayRef<size_t> options, const Recipe &recipe);

/// Marks an op with what its option makes of its activations; a mark of an option before is removed.
void markActivations(mlir::Operation *op, const AssignableOp &assignable, size_t option);

} // namespace quern
