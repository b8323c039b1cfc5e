// The sizes that samples have.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/DataReader.h"

#include <vector>

namespace quern {

/// The smallest and the largest size of one dimension among all samples.
struct ExtentRange {
  int64_t min, max;

  bool isOne() const { return min == max; }
};

/// One range for each axis of each input. Reads all samples and rewinds; refuses data without any.
llvm::Expected<std::vector<std::vector<ExtentRange>>> findExtents(SampleReader &samples);

} // namespace quern
