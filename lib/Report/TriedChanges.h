// What changes do, measured: at their node, and at the outputs of the model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/Change.h"

namespace quern {

struct TriedChange {
  ErrorPower added;   ///< of the node: q(x') with the change against f(x')
  ErrorPower outputs; ///< of all f32 outputs of the model with the change against the float model
};

struct TriedChanges {
  ErrorPower outputs; ///< with no change
  std::vector<TriedChange> changes;
};

/// Compiles the hub form with every change beside what it changes, one input for each that lets it pass, and
/// runs it once for each change on each sample. Each node that has changes must have the one that leaves it
/// float as its first.
llvm::Expected<TriedChanges> tryChanges(mlir::ModuleOp hub, ComparedModel &compared,
                                        llvm::ArrayRef<Change> changes, llvm::ArrayRef<Sample> samples,
                                        const CompileInstrumented &compile, ProgressListener *listener);

} // namespace quern
