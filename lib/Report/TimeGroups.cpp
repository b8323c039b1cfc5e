// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/TimeGroups.h"

#include "llvm/ADT/IntEqClasses.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace quern {

static constexpr llvm::StringLiteral kJoint(" + ");

/// The known names that `joined` is made of; itself where it is not.
static std::vector<std::string> splitNames(llvm::StringRef joined, const llvm::StringSet<> &known) {
  llvm::SmallVector<llvm::StringRef> parts;
  joined.split(parts, kJoint);
  auto join = [&](size_t begin, size_t end) {
    return llvm::join(llvm::ArrayRef(parts).slice(begin, end - begin), kJoint);
  };
  // begins[end]: where the last name of a division of the first `end` parts begins; nothing if there is none.
  std::vector<std::optional<size_t>> begins(parts.size() + 1);
  begins[0] = 0;
  for (size_t end = 1; end <= parts.size(); ++end)
    for (size_t begin = 0; begin < end && !begins[end]; ++begin)
      if (begins[begin] && known.contains(join(begin, end)))
        begins[end] = begin;
  if (!begins.back())
    return {joined.str()};
  std::vector<std::string> names;
  for (size_t end = parts.size(); end > 0; end = *begins[end])
    names.push_back(join(*begins[end], end));
  std::reverse(names.begin(), names.end());
  return names;
}

std::vector<TimeGroup> groupTimes(const ProfiledTimes &quantized, const ProfiledTimes &exact,
                                  llvm::ArrayRef<std::string> known) {
  llvm::StringSet<> names;
  for (const std::string &name : known)
    names.insert(name);
  std::map<std::string, unsigned> numbers; // of the nodes
  std::vector<std::vector<std::string>> nodesOf[2];
  for (auto [side, times] : llvm::enumerate(std::array{&quantized, &exact}))
    for (const std::string &counter : times->names)
      for (const std::string &node : nodesOf[side].emplace_back(splitNames(counter, names)))
        numbers.try_emplace(node, unsigned(numbers.size()));
  llvm::IntEqClasses together(unsigned(numbers.size()));
  for (const auto &ofSide : nodesOf)
    for (const std::vector<std::string> &nodes : ofSide)
      for (const std::string &node : nodes)
        together.join(numbers[nodes.front()], numbers[node]);
  std::vector<TimeGroup> groups;
  std::map<unsigned, size_t> groupOf; // by the class's leader
  for (auto [side, times] : llvm::enumerate(std::array{&quantized, &exact}))
    for (auto [nodes, time] : llvm::zip_equal(nodesOf[side], times->microseconds)) {
      unsigned leader = together.findLeader(numbers[nodes.front()]);
      auto [found, isNew] = groupOf.try_emplace(leader, groups.size());
      if (isNew)
        groups.emplace_back();
      TimeGroup &group = groups[found->second];
      for (const std::string &node : nodes)
        if (!llvm::is_contained(group.nodes, node))
          group.nodes.push_back(node);
      (side == 0 ? group.quantized : group.exact) += time;
    }
  return groups;
}

} // namespace quern
