// The parts of a lowering that targets share: tensors to buffers, buffers to one workspace, loops to the LLVM
// dialect.
//
// A target's pipeline is: its tensor passes, `addBufferizePasses`, its buffer passes, `addPlanMemoryPasses`,
// its outlining of tasks, `addLowerToLLVMPasses`.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"

namespace quern {

/// Dialects, bufferization models and LLVM translations that the passes below need.
void registerCommonDialects(mlir::DialectRegistry &registry);

/// Inlines private functions, turns tensors into memrefs without writing to inputs, and results into
/// arguments.
void addBufferizePasses(mlir::OpPassManager &pm);

/// Gives buffers their place in the workspace.
void addPlanMemoryPasses(mlir::OpPassManager &pm);

/// Lowers what is left to loops and then everything to the LLVM dialect, with the entry `quern_entry`.
/// Floating-point operations keep their order and rounding. The code counts the time of each node by
/// `profileClock`, an LLVM intrinsic; empty: it does not.
void addLowerToLLVMPasses(mlir::OpPassManager &pm, llvm::StringRef profileClock = {});

} // namespace quern
