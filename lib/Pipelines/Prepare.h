// The stage "prepare": from the graph as it was imported to one of static shapes, without shape arithmetic,
// without BatchNorm, whose normalizations and activations are one op each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

namespace mlir {
class OpPassManager;
}

namespace quern {

struct PrepareOptions {
  /// Sizes of symbolic dimensions, as NAME=SIZE.
  std::vector<std::string> dimensions;
  /// Refuse inputs whose dimensions are not all bound.
  bool requireStatic = true;
};

/// Appends the passes of the stage to a pipeline over modules.
void populatePreparePipeline(mlir::OpPassManager &manager, const PrepareOptions &options);

/// The flag --quern-stage-prepare.
void registerPrepareStage();

} // namespace quern
