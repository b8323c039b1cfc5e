// Measures how long a model runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Runtime/LoadedModel.h"

namespace quern {

struct Timing {
  double medianMs = 0;
  double minMs = 0;
  double p90Ms = 0;
  int64_t runs = 0;
  /// Of each node that the model counts, its part of a run's time: by the medians of the first thousand runs.
  std::vector<double> shares;
};

/// Data for every input, the same each time: floats in [-1, 1) and bytes from a fixed sequence, zeros for the
/// integers that are often indices.
std::vector<NpyArray> makeInputs(const LoadedModel &model);

/// Warms up, then runs for about a second, three times at least. Without a result, `error` is the model's.
std::optional<Timing> measure(LoadedModel &model, const std::vector<NpyArray> &inputs,
                              const quern_parallel *parallel, std::string &error);

} // namespace quern
