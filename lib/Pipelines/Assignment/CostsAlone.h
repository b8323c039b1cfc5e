// Costs of ops, each of them compiled alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/CostStore.h"
#include "lib/Pipelines/Assignment/Problem.h"

namespace quern {

/// Compiles each distinct op (type, shapes, attributes) with each storage of its options, unless the store
/// knows what it costs. Options of one storage (5 to 8 bits; 2 to 4) cost the same.
llvm::Expected<CostTable> measureCostsAlone(mlir::ModuleOp assigned, llvm::ArrayRef<AssignableOp> ops,
                                            const Target &target, bool measuresTime, CostStore &store);

} // namespace quern
