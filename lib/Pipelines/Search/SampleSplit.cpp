// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Search/SampleSplit.h"

#include "lib/Calibration/SampleHash.h"

#include <map>

namespace quern {

llvm::Expected<SampleSplit> splitSamples(SampleReader &samples, llvm::ArrayRef<InputSpec> specs,
                                         int64_t search, int64_t heldBack, std::optional<int64_t> limit) {
  std::multimap<std::string, Sample> kept;
  auto read = forEachSample(
      samples,
      [&](const Sample &sample) {
        SampleHash hash;
        hash.add(sample, specs);
        std::string name = hash.toString();
        bool full = int64_t(kept.size()) == search + heldBack;
        if (full && std::prev(kept.end())->first <= name)
          return llvm::Error::success();
        if (full)
          kept.erase(std::prev(kept.end()));
        kept.emplace(std::move(name), sample);
        return llvm::Error::success();
      },
      limit);
  if (!read)
    return read.takeError();
  SampleSplit split;
  for (auto &[name, sample] : kept)
    split.samples.push_back(std::move(sample));
  split.searched = std::min<size_t>(size_t(search), (kept.size() + 1) / 2);
  return split;
}

} // namespace quern
