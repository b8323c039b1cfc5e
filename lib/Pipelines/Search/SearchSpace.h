// What a search can choose, and what a choice means: for each slot of the simulation, and for the model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Search/CrossFitting.h"
#include "lib/Pipelines/Search/IntegerIslands.h"
#include "lib/Pipelines/Search/Simulator.h"
#include "lib/Pipelines/Search/TransformSearch.h"

namespace quern {

/// Everything that can be chosen.
struct Choice {
  std::vector<int> edges;      ///< of each edge: the candidate, or -1
  std::vector<bool> islands;   ///< of each island: stays float, or has scales of rows
  std::vector<bool> observed;  ///< of each group: the observed range, not what the op's definition bounds
  std::vector<double> factors; ///< of each scale (groups, then edges): of its range
};

/// The edges, islands and scales of one simulation. A scale is that of a group of slots, or, where a map
/// stands before a slot, that of the mapped edge.
class SearchSpace {
public:
  /// `edgeOfUse` has, for uses by op number and operand, the number of the edge whose map would stand there.
  SearchSpace(std::vector<SearchedEdge> edges, const std::map<std::pair<int64_t, unsigned>, int> &edgeOfUse,
              std::vector<IntegerIsland> islands, llvm::ArrayRef<SimulationSlot> slots, const Fit &fitToAll);

  llvm::ArrayRef<SearchedEdge> getEdges() const { return edges; }
  llvm::ArrayRef<IntegerIsland> getIslands() const { return islands; }

  /// No map, no float island, all ranges as they are.
  Choice makePlain() const;

  /// Whether the slot's codes are made for the edge.
  bool isOfEdge(size_t slot, size_t edge) const { return edgeOfSlot[slot] == int(edge); }
  /// Whether the slot's codes are there because the island computes on integers.
  bool isOfIsland(size_t slot, size_t island) const {
    return islands[island].ops.count(opOfCodes(slots[slot])) > 0;
  }
  /// The number of the slot's scale among `Choice::factors`.
  size_t scaleOf(const Choice &choice, size_t slot) const;
  /// Whether an op's definition bounds the values of the scale, and another range was observed.
  bool isBounded(size_t scale) const { return scale < groups && bounded[scale]; }

  /// What the slots do, with ranges and maps from `fit`. Settings refer to the maps.
  std::vector<SlotSetting> makeSettings(const Choice &choice, const Fit &fit) const;
  /// What the choice does to the model, with ranges from `fitToAll`.
  TransformDecisions decide(const Choice &choice, const Fit &fitToAll) const;

private:
  /// The op without which the slot would have no codes: codes that a producer makes reach float users too,
  /// others are made for their user.
  static int64_t opOfCodes(const SimulationSlot &slot) {
    return slot.isForInteger ? slot.user : slot.producer;
  }
  void findSlotsOnWay();
  RealRange rangeOf(const Choice &choice, const Fit &fit, size_t slot) const;
  /// The edge whose map stands before the slot, if one does.
  std::optional<size_t> transformOf(const Choice &choice, size_t slot) const;
  /// The map that stands before the slot, as it was fitted; null if none does.
  const EdgeCandidate *candidateAt(const Choice &choice, const Fit &fit, size_t slot) const;

  std::vector<SearchedEdge> edges;
  std::vector<IntegerIsland> islands;
  llvm::ArrayRef<SimulationSlot> slots;
  size_t groups = 0;
  std::vector<int> edgeOfSlot; ///< -1: none
  std::vector<bool> isOnWay;   ///< of each slot: what it holds is only moved to where the edge's map stands
  std::vector<bool> bounded;   ///< of each group
};

} // namespace quern
