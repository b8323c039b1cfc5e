// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/LengthProfile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace quern {

static constexpr int64_t kLongest = int64_t(1) << 31, kLargestWeight = 1000;
static constexpr size_t kMostLengths = 16;

std::string LengthProfile::str() const {
  if (automatic)
    return "auto";
  std::string text;
  for (const LengthShare &share : shares)
    text += (text.empty() ? "" : ",") + std::to_string(share.length) +
            (share.weight == 1 ? "" : ":" + std::to_string(share.weight));
  return text;
}

llvm::Expected<LengthProfile> parseLengthProfile(llvm::StringRef text) {
  auto refuse = [&] {
    return llvm::createStringError(
        "'" + text +
        "' is no profile of lengths; expected auto, a length, or LENGTH[:WEIGHT],... with up to 16 different "
        "lengths and weights up to 1000");
  };
  LengthProfile profile;
  profile.automatic = text == "auto";
  if (profile.automatic)
    return profile;
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, ',');
  for (llvm::StringRef part : parts) {
    auto [length, weight] = part.split(':');
    LengthShare share{0};
    bool valid =
        !length.trim().getAsInteger(10, share.length) && share.length >= 1 && share.length <= kLongest;
    if (part.contains(':'))
      valid &= !weight.trim().getAsInteger(10, share.weight) && share.weight >= 1 &&
               share.weight <= kLargestWeight;
    if (!valid)
      return refuse();
    profile.shares.push_back(share);
  }
  auto length = [](const LengthShare &share) { return share.length; };
  llvm::sort(profile.shares, [&](auto &a, auto &b) { return length(a) < length(b); });
  auto repeated = std::ranges::adjacent_find(profile.shares, {}, length);
  if (repeated != profile.shares.end() || profile.shares.size() > kMostLengths)
    return refuse();
  return profile;
}

double meanLength(llvm::ArrayRef<LengthShare> shares) {
  double sum = 0, weights = 0;
  for (const LengthShare &share : shares) {
    sum += double(share.length) * double(share.weight);
    weights += double(share.weight);
  }
  return weights > 0 ? sum / weights : 0;
}

} // namespace quern
