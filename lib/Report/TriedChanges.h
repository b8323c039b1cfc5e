// What changes do, measured: at their node, and at the outputs of the model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/Change.h"

#include <map>

namespace quern {

/// The float model with one node quantized. All else stays float, since in a quantized model every change
/// shifts all roundings behind it, and what a node does would drown in that noise.
struct TriedChange {
  ErrorPower added;   ///< of the node: q(x) against f(x)
  ErrorPower outputs; ///< of all f32 outputs against the float model
};

struct TriedChanges {
  ErrorPower whole;                      ///< of the outputs with all nodes quantized, on the same samples
  std::map<size_t, TriedChange> present; ///< of each node that has changes: quantized as it is
  std::vector<TriedChange> changes;      ///< quantized with each change; no error where it is left float
};

/// Compiles the float model with every such node beside the float one, an input for each that lets it pass,
/// and runs it once for each on each sample.
llvm::Expected<TriedChanges> tryChanges(mlir::ModuleOp floatModule, ComparedModel &compared,
                                        llvm::ArrayRef<Change> changes, llvm::ArrayRef<Sample> samples,
                                        const CompileInstrumented &compile, ProgressListener *listener);

} // namespace quern
