// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Search/SearchSpace.h"

#include "passes/InsertQuantization/QuantizationPlan.h"

using namespace mlir;

namespace quern {

SearchSpace::SearchSpace(std::vector<SearchedEdge> edges,
                         const std::map<std::pair<int64_t, unsigned>, int> &edgeOfUse,
                         std::vector<IntegerIsland> islands, ArrayRef<SimulationSlot> slots,
                         const Fit &fitToAll)
    : edges(std::move(edges)), islands(std::move(islands)), slots(slots) {
  for (const SimulationSlot &slot : slots) {
    auto edge = edgeOfUse.find({slot.user, slot.operand});
    edgeOfSlot.push_back(slot.channels && edge != edgeOfUse.end() ? edge->second : -1);
    groups = std::max<size_t>(groups, slot.group + 1);
  }
  findSlotsOnWay();
  bounded.assign(groups, false);
  for (auto [slot, range, observed] : llvm::zip_equal(slots, fitToAll.ranges, fitToAll.observedRanges))
    if (observed != range)
      bounded[slot.group] = true;
}

Choice SearchSpace::makePlain() const {
  return {std::vector<int>(edges.size(), -1), std::vector<bool>(islands.size(), false),
          std::vector<bool>(groups, false), std::vector<double>(groups + edges.size(), 1.0)};
}

/// A map is folded into what computes the value, ahead of the ops that move it (Reshape before a product):
/// with it, codes on the way are those of the mapped value.
void SearchSpace::findSlotsOnWay() {
  isOnWay.assign(slots.size(), false);
  std::map<int64_t, std::vector<size_t>> slotsBehind; // of each op
  for (auto [index, slot] : llvm::enumerate(slots))
    slotsBehind[slot.producer].push_back(index);
  // A value comes after those that it is moved from.
  for (size_t index = slots.size(); index-- > 0;) {
    auto behind = slotsBehind.find(slots[index].user);
    if (edgeOfSlot[index] >= 0 || behind == slotsBehind.end())
      continue;
    std::set<int> next;
    for (size_t user : behind->second)
      next.insert(slots[user].group == slots[index].group ? edgeOfSlot[user] : -1);
    if (next.size() != 1 || *next.begin() < 0)
      continue;
    edgeOfSlot[index] = *next.begin();
    isOnWay[index] = true;
  }
}

std::optional<size_t> SearchSpace::transformOf(const Choice &choice, size_t slot) const {
  int edge = edgeOfSlot[slot];
  return edge >= 0 && choice.edges[edge] >= 0 ? std::optional<size_t>(edge) : std::nullopt;
}

size_t SearchSpace::scaleOf(const Choice &choice, size_t slot) const {
  std::optional<size_t> edge = transformOf(choice, slot);
  return edge ? groups + *edge : slots[slot].group;
}

const EdgeCandidate *SearchSpace::candidateAt(const Choice &choice, const Fit &fit, size_t slot) const {
  std::optional<size_t> edge = transformOf(choice, slot);
  if (!edge)
    return nullptr;
  const std::optional<EdgeCandidate> &candidate = fit.candidates[*edge][choice.edges[*edge]];
  return candidate ? &*candidate : nullptr;
}

RealRange SearchSpace::rangeOf(const Choice &choice, const Fit &fit, size_t slot) const {
  const EdgeCandidate *candidate = candidateAt(choice, fit, slot);
  bool isObserved = choice.observed[slots[slot].group];
  RealRange range = candidate ? candidate->range : isObserved ? fit.observedRanges[slot] : fit.ranges[slot];
  double factor = choice.factors[scaleOf(choice, slot)];
  return {range.min * factor, range.max * factor};
}

std::vector<SlotSetting> SearchSpace::makeSettings(const Choice &choice, const Fit &fit) const {
  std::set<int64_t> floats;
  for (auto [island, isFloat] : llvm::zip_equal(islands, choice.islands))
    if (isFloat)
      floats.insert(island.ops.begin(), island.ops.end());
  std::vector<SlotSetting> settings;
  for (auto [index, slot] : llvm::enumerate(slots)) {
    SlotSetting &setting = settings.emplace_back();
    if (floats.contains(opOfCodes(slot)))
      continue;
    if (isOnWay[index] && transformOf(choice, index))
      continue; // rounded once, where the map stands
    RealRange range = rangeOf(choice, fit, index);
    auto type = chooseType(slot.quantizer, range.min, range.max);
    setting.quantizer = Quantizer{float(type.getScale()),
                                  int32_t(type.getZeroPoint()),
                                  {int32_t(type.getStorageTypeMin()), int32_t(type.getStorageTypeMax())}};
    if (const EdgeCandidate *candidate = candidateAt(choice, fit, index)) {
      setting.scale = candidate->map.scale;
      setting.shift = candidate->map.shift;
    }
  }
  return settings;
}

TransformDecisions SearchSpace::decide(const Choice &choice, const Fit &fitToAll) const {
  TransformDecisions decisions;
  for (auto [edge, chosen] : llvm::zip_equal(edges, choice.edges))
    if (chosen >= 0) {
      const EdgeCandidate &candidate = edge.candidates[chosen];
      decisions.edges.push_back({edge.key.first, edge.key.second, candidate.method, candidate.map});
    }
  for (auto [island, isFloat] : llvm::zip_equal(islands, choice.islands))
    if (isFloat && island.hasRowScales)
      decisions.rowOps.insert(island.ops.begin(), island.ops.end());
    else if (isFloat)
      for (int64_t op : island.ops)
        decisions.floatOps[op] = "adds to the error of the outputs if it computes on integers";
  for (auto [index, slot] : llvm::enumerate(slots)) {
    if (choice.factors[scaleOf(choice, index)] != 1 ||
        (choice.observed[slot.group] && !transformOf(choice, index)))
      decisions.ranges.push_back({slot.user, slot.operand, rangeOf(choice, fitToAll, index)});
  }
  return decisions;
}

} // namespace quern
