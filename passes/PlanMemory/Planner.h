// Places buffers with known lifetimes in one block of memory. Plain C++: targets and tests use it without IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <vector>

namespace quern {

/// One buffer: its size, and the closed interval of program points at which its content matters.
struct PlannedBuffer {
  int64_t bytes = 0;
  int64_t firstUse = 0;
  int64_t lastUse = 0;
};

struct MemoryPlan {
  std::vector<int64_t> offsets; ///< one per buffer
  int64_t bytes = 0;            ///< size of the block: max over buffers of offset + size
  int64_t lowerBound = 0; ///< no plan is smaller: max over points of the sizes of the buffers alive there
};

/// Greedy best fit by size: largest buffer first, each into the smallest gap that fits among the buffers that
/// live at the same time, else after them. Offsets and sizes are rounded up to `alignment`. Buffers of equal
/// size keep their order, so the plan is a function of its input alone. O(n^2) in the number of buffers.
///
/// Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020 (greedy by size for
/// offsets).
MemoryPlan planMemory(const std::vector<PlannedBuffer> &buffers, int64_t alignment);

} // namespace quern
