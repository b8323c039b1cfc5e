// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/PlanMemory/Planner.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace quern {

static int64_t alignUp(int64_t value, int64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

/// Sweeps over the points where a lifetime starts or has just ended.
static int64_t peakOfLiveBytes(const std::vector<PlannedBuffer> &buffers, int64_t alignment) {
  std::map<int64_t, int64_t> changes;
  for (const PlannedBuffer &buffer : buffers) {
    changes[buffer.firstUse] += alignUp(buffer.bytes, alignment);
    changes[buffer.lastUse + 1] -= alignUp(buffer.bytes, alignment);
  }
  int64_t live = 0, peak = 0;
  for (auto [point, change] : changes)
    peak = std::max(peak, live += change);
  return peak;
}

namespace {
struct Placement {
  int64_t offset;
  int64_t end;
};
} // namespace

/// `taken` is sorted by offset; its members may overlap each other.
static int64_t findBestGap(const std::vector<Placement> &taken, int64_t bytes) {
  int64_t best = -1, bestGap = 0, end = 0;
  for (const Placement &other : taken) {
    int64_t gap = other.offset - end;
    if (gap >= bytes && (best < 0 || gap < bestGap)) {
      best = end;
      bestGap = gap;
    }
    end = std::max(end, other.end);
  }
  return best < 0 ? end : best;
}

MemoryPlan planMemory(const std::vector<PlannedBuffer> &buffers, int64_t alignment) {
  MemoryPlan plan;
  plan.offsets.resize(buffers.size());
  plan.lowerBound = peakOfLiveBytes(buffers, alignment);

  std::vector<size_t> bySize(buffers.size());
  std::iota(bySize.begin(), bySize.end(), 0);
  std::sort(bySize.begin(), bySize.end(), [&](size_t a, size_t b) {
    return buffers[a].bytes != buffers[b].bytes ? buffers[a].bytes > buffers[b].bytes : a < b;
  });

  std::vector<size_t> placed; // sorted by offset
  for (size_t index : bySize) {
    const PlannedBuffer &buffer = buffers[index];
    std::vector<Placement> taken;
    for (size_t other : placed)
      if (buffers[other].firstUse <= buffer.lastUse && buffer.firstUse <= buffers[other].lastUse)
        taken.push_back(
            {plan.offsets[other], plan.offsets[other] + alignUp(buffers[other].bytes, alignment)});
    int64_t bytes = alignUp(buffer.bytes, alignment);
    int64_t offset = findBestGap(taken, bytes);
    plan.offsets[index] = offset;
    plan.bytes = std::max(plan.bytes, offset + bytes);
    auto later = std::upper_bound(placed.begin(), placed.end(), offset,
                                  [&](int64_t value, size_t other) { return value < plan.offsets[other]; });
    placed.insert(later, index);
  }
  return plan;
}

} // namespace quern
