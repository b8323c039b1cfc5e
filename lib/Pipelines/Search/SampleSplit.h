// Which samples a search looks at, and which it is judged by.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/DataReader.h"

namespace quern {

struct SampleSplit {
  std::vector<Sample> samples; ///< those to search with, then those held back
  size_t searched = 0;
};

/// Reads all samples, or the first `limit`. Keeps at most `search` + `heldBack` samples in memory: those
/// whose hashes are smallest, so that order plays no part. Of few half are searched with; a single one is
/// both.
llvm::Expected<SampleSplit> splitSamples(SampleReader &samples, llvm::ArrayRef<InputSpec> specs,
                                         int64_t search, int64_t heldBack, std::optional<int64_t> limit);

} // namespace quern
