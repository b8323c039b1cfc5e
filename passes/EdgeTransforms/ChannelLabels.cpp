// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/ChannelLabels.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace llvm;

namespace quern {

ChannelTies::ChannelTies(int64_t channels) : parent(channels) { std::iota(parent.begin(), parent.end(), 0); }

int64_t ChannelTies::representative(int64_t channel) const {
  while (parent[channel] != channel)
    channel = parent[channel];
  return channel;
}

void ChannelTies::unite(int64_t a, int64_t b) {
  if (a == ChannelLabels::kNone || b == ChannelLabels::kNone)
    return;
  a = representative(a);
  b = representative(b);
  parent[std::max(a, b)] = std::min(a, b); // the first of a class represents it
}

SmallVector<int64_t> ChannelTies::classes() const {
  SmallVector<int64_t> result;
  bool areFree = true;
  for (int64_t channel = 0; channel < static_cast<int64_t>(parent.size()); ++channel) {
    result.push_back(representative(channel));
    areFree &= result.back() == channel;
  }
  return areFree ? SmallVector<int64_t>() : result;
}

static int64_t countElements(ArrayRef<int64_t> shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
}

/// Row-major strides; 0 along axes of size 1, which are broadcast.
static SmallVector<int64_t> stridesOf(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (int64_t axis = shape.size() - 1; axis >= 0; stride *= shape[axis--])
    strides[axis] = shape[axis] == 1 ? 0 : stride;
  return strides;
}

/// Calls visit(element, offset) for each element of `shape`, with its offset in a tensor of the given
/// strides.
template <typename Visit> static void walk(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides, Visit visit) {
  for (int64_t element = 0, count = countElements(shape); element < count; ++element) {
    int64_t rest = element, offset = 0;
    for (int64_t axis = shape.size() - 1; axis >= 0; rest /= shape[axis--])
      offset += rest % shape[axis] * strides[axis];
    visit(element, offset);
  }
}

/// A label for each element of `shape`.
static ChannelLabels unlabelled(ArrayRef<int64_t> shape) {
  return {SmallVector<int64_t>(shape), SmallVector<int64_t>(countElements(shape), ChannelLabels::kNone)};
}

ChannelLabels ChannelLabels::along(int64_t rank, int64_t axis, ArrayRef<int64_t> channels) {
  SmallVector<int64_t> shape(axis < 0 ? rank - axis : rank, 1);
  shape[std::max<int64_t>(axis, 0)] = channels.size();
  return {std::move(shape), SmallVector<int64_t>(channels)};
}

std::optional<int64_t> ChannelLabels::onlyAxis() const {
  const auto *first = llvm::find_if(shape, [](int64_t size) { return size != 1; });
  if (first == shape.end() || std::any_of(first + 1, shape.end(), [](int64_t size) { return size != 1; }))
    return std::nullopt;
  return first - shape.begin();
}

void ChannelLabels::compress() {
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 1)
      continue;
    ChannelLabels first = slice(axis, 0, 1);
    ChannelLabels all = first.expanded(shape);
    if (all.channel == channel)
      *this = std::move(first);
  }
}

ChannelLabels ChannelLabels::expanded(ArrayRef<int64_t> target) const {
  SmallVector<int64_t> own(target.size() - shape.size(), 1);
  own.append(shape);
  ChannelLabels result = unlabelled(target);
  walk(target, stridesOf(own),
       [&](int64_t element, int64_t offset) { result.channel[element] = channel[offset]; });
  return result;
}

ChannelLabels ChannelLabels::broadcastFrom(ArrayRef<int64_t> operand, ChannelTies &ties) const {
  // Along an axis that the operand has with one element, or not at all, labels fall together.
  SmallVector<int64_t> kept(shape);
  int64_t missing = static_cast<int64_t>(shape.size()) - static_cast<int64_t>(operand.size());
  for (int64_t axis = 0; axis < static_cast<int64_t>(shape.size()); ++axis)
    if (axis < missing || operand[axis - missing] == 1)
      kept[axis] = 1;
  ChannelLabels result = unlabelled(kept);
  walk(shape, stridesOf(kept), [&](int64_t element, int64_t offset) {
    int64_t &label = result.channel[offset];
    ties.unite(label, channel[element]);
    label = label == kNone ? channel[element] : label;
  });
  result.shape.erase(result.shape.begin(), result.shape.begin() + missing);
  return result;
}

ChannelLabels ChannelLabels::transposedFrom(ArrayRef<int64_t> permutation) const {
  SmallVector<int64_t> source(shape.size()), strides(shape.size()), own = stridesOf(shape);
  for (auto [axis, from] : llvm::enumerate(permutation)) {
    source[from] = shape[axis];
    strides[from] = own[axis];
  }
  ChannelLabels result = unlabelled(source);
  walk(source, strides, [&](int64_t element, int64_t offset) { result.channel[element] = channel[offset]; });
  return result;
}

ChannelLabels ChannelLabels::reshapedFrom(ArrayRef<int64_t> from, ArrayRef<int64_t> to) const {
  // Runs of axes that hold the same elements on both sides: within a run labels are written out, if they
  // vary.
  SmallVector<int64_t> full(to.size(), 1), source(from.size(), 1);
  for (size_t i = 0, j = 0; i < to.size() || j < from.size();) {
    size_t firstTo = i, firstFrom = j;
    int64_t sizeTo = i < to.size() ? to[i++] : 1, sizeFrom = j < from.size() ? from[j++] : 1;
    while (sizeTo != sizeFrom)
      if (sizeTo < sizeFrom)
        sizeTo *= to[i++];
      else
        sizeFrom *= from[j++];
    auto run = ArrayRef(shape).slice(firstTo, i - firstTo);
    if (llvm::all_of(run, [](int64_t size) { return size == 1; }))
      continue;
    std::copy(to.begin() + firstTo, to.begin() + i, full.begin() + firstTo);
    std::copy(from.begin() + firstFrom, from.begin() + j, source.begin() + firstFrom);
  }
  ChannelLabels result{std::move(source), expanded(full).channel};
  result.compress();
  return result;
}

ChannelLabels ChannelLabels::gatheredFrom(int64_t axis, int64_t size, ArrayRef<int64_t> positions,
                                          ChannelTies &ties) const {
  if (shape[axis] == 1)
    return *this;
  SmallVector<int64_t> source(shape);
  source[axis] = size;
  ChannelLabels result = unlabelled(source);
  int64_t inner = countElements(ArrayRef(shape).drop_front(axis + 1));
  for (auto [element, label] : llvm::enumerate(channel)) {
    int64_t index = element, outer = index / inner / shape[axis],
            position = positions[index / inner % shape[axis]];
    int64_t &own = result.channel[(outer * size + position) * inner + index % inner];
    ties.unite(own, label);
    own = own == kNone ? label : own;
  }
  return result;
}

ChannelLabels ChannelLabels::slice(int64_t axis, int64_t begin, int64_t size) const {
  if (shape[axis] == 1)
    return *this;
  SmallVector<int64_t> own(shape);
  own[axis] = size;
  ChannelLabels result = unlabelled(own);
  int64_t inner = countElements(ArrayRef(shape).drop_front(axis + 1));
  for (auto [element, label] : llvm::enumerate(result.channel)) {
    int64_t index = element, outer = index / inner / size;
    label = channel[(outer * shape[axis] + begin + index / inner % size) * inner + index % inner];
  }
  return result;
}

ChannelLabels ChannelLabels::mergedWith(const ChannelLabels &other, ChannelTies &ties) const {
  SmallVector<int64_t> joint;
  for (auto [a, b] : llvm::zip_equal(shape, other.shape))
    joint.push_back(std::max(a, b));
  ChannelLabels result = expanded(joint), second = other.expanded(joint);
  for (auto [a, b] : llvm::zip_equal(result.channel, second.channel)) {
    ties.unite(a, b);
    a = a == kNone ? b : a;
  }
  return result;
}

} // namespace quern
