// How a stored array divides into samples.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/Sample.h"

#include <optional>

namespace quern {

/// `count` samples of shape `sampleShape` follow each other in the array.
struct SampleLayout {
  int64_t count;
  std::vector<int64_t> sampleShape;
};

/// True if `shape` has the sizes that `expected` (-1: any) asks for.
bool fits(const std::vector<int64_t> &shape, const std::vector<int64_t> &expected);

/// The layout of an array of shape `stored` for `input`; the first that fits:
///   (L1) [N] + input.shape: one more axis, over samples;
///   (L2) [N * B] + rest, where input.shape = [B] + rest: N samples of B rows. So an array of the input's own
///   shape is
///        one sample, and where B is 1 or any size a sample may lack the batch axis.
/// Nothing if neither fits.
std::optional<SampleLayout> findLayout(const std::vector<int64_t> &stored, const InputSpec &input);

/// What findLayout would accept, for messages: "[N, 1, 640] or [N, 640]".
std::string describeLayouts(const InputSpec &input);

} // namespace quern
