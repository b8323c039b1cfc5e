// What samples show of a quantized model, node by node.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/ComparedModel.h"
#include "lib/Report/EdgeStatistics.h"
#include "lib/Report/ErrorPower.h"

namespace quern {

/// Errors of one node: over all its f32 results.
struct NodeErrors {
  ErrorPower total;     ///< q(x') against f(x)
  ErrorPower inherited; ///< f(x') against f(x)
  ErrorPower added;     ///< q(x') against f(x')
  AddedParts parts;     ///< of what is added
};

struct Measurement {
  int64_t samples = 0;
  std::vector<NodeErrors> nodes;     ///< of ComparedModel::getNodes
  std::vector<EdgeStatistics> edges; ///< of ComparedModel::getEdges
  std::vector<ErrorPower> outputs;   ///< of the hub form, for each output of the model; f32 ones only count
};

/// Runs the model on the samples; one of them and its activations are in memory at a time.
llvm::Expected<Measurement> measureErrors(ComparedModel &model, llvm::ArrayRef<Sample> samples,
                                          ProgressListener *listener);

} // namespace quern
