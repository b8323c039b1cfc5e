// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/SampleExtents.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

namespace quern {

llvm::Expected<std::vector<std::vector<ExtentRange>>> findExtents(SampleReader &samples) {
  std::vector<std::vector<ExtentRange>> extents;
  Sample sample;
  while (true) {
    llvm::Expected<bool> got = samples.next(sample);
    if (!got)
      return got.takeError();
    if (!*got)
      break;
    if (extents.empty())
      for (const NpyArray &array : sample)
        for (extents.emplace_back(); int64_t size : array.shape)
          extents.back().push_back({size, size});
    for (auto [ranges, array] : llvm::zip_equal(extents, sample))
      for (auto [range, size] : llvm::zip_equal(ranges, array.shape))
        range = {std::min(range.min, size), std::max(range.max, size)};
  }
  if (extents.empty())
    return llvm::createStringError("there are no samples");
  if (llvm::Error error = samples.rewind())
    return std::move(error);
  return extents;
}

} // namespace quern
