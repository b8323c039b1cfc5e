// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Cause.h"

#include "llvm/ADT/STLExtras.h"

namespace quern {

llvm::StringRef nameOf(Cause cause) {
  switch (cause) {
  case Cause::None:
    return "none";
  case Cause::Clipping:
    return "clipping";
  case Cause::Saturation:
    return "saturation";
  case Cause::OutlierChannel:
    return "outlier channel";
  case Cause::WastedRange:
    return "wasted range";
  case Cause::Rounding:
    return "rounding";
  case Cause::WeightRounding:
    return "weight rounding";
  case Cause::WeightRange:
    return "weight range";
  }
  llvm_unreachable("every cause has a name");
}

CauseShares divideShares(const AddedParts &parts, llvm::ArrayRef<const EdgeStatistics *> edges) {
  CauseShares shares;
  double total = parts.total(), beyond = 0, drifted = 0;
  if (!(total > 0))
    return shares;
  for (const EdgeStatistics *edge : edges) {
    beyond += edge->clippingError;
    drifted += edge->driftError;
  }
  double clipped = parts.clipping / total;
  shares.saturation = beyond + drifted > 0 ? clipped * drifted / (beyond + drifted) : 0;
  shares.clipping = clipped - shares.saturation;
  shares.rounding = parts.rounding / total;
  shares.weights = parts.weights / total;
  return shares;
}

Cause findCause(const CauseShares &shares, llvm::ArrayRef<const EdgeStatistics *> edges,
                const std::optional<WeightFacts> &weight) {
  double largest = std::max({shares.clipping, shares.saturation, shares.rounding, shares.weights});
  if (!(largest > 0))
    return Cause::None;
  if (largest == shares.clipping)
    return Cause::Clipping;
  if (largest == shares.saturation)
    return Cause::Saturation;
  if (largest == shares.weights)
    return weight && weight->perTensor && weight->channelRatio >= kOutlierRatio ? Cause::WeightRange
                                                                                : Cause::WeightRounding;
  if (llvm::any_of(edges, [](const EdgeStatistics *edge) {
        return edge->quantizer && findOutlier(edge->values.channels).ratio >= kOutlierRatio;
      }))
    return Cause::OutlierChannel;
  if (llvm::any_of(edges, [](const EdgeStatistics *edge) { return edge->usedRange() < kWastedRange; }))
    return Cause::WastedRange;
  return Cause::Rounding;
}

} // namespace quern
