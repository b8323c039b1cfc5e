// Which channel of an edge each element of a value belongs to.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace quern {

/// Channels that must have the same scale, since the same number is scaled by both.
class ChannelTies {
public:
  explicit ChannelTies(int64_t channels);

  /// kNone ties nothing.
  void unite(int64_t a, int64_t b);
  int64_t representative(int64_t channel) const;
  /// The representative of each channel; empty if all are free.
  llvm::SmallVector<int64_t> classes() const;

private:
  llvm::SmallVector<int64_t> parent;
};

/// A table of channels that is broadcast over a value of `shape.size()` axes: size 1 along each axis on which
/// the channel does not depend.
struct ChannelLabels {
  static constexpr int64_t kNone = -1; ///< an element that no reader of the edge sees

  llvm::SmallVector<int64_t> shape;
  llvm::SmallVector<int64_t> channel; ///< row-major

  /// `channels` along `axis`; a negative axis counts leading axes that a constant of `rank` axes does not
  /// have.
  static ChannelLabels along(int64_t rank, int64_t axis, llvm::ArrayRef<int64_t> channels);
  /// The axis along which the channel varies, if there is just one.
  std::optional<int64_t> onlyAxis() const;

  /// The same table written out to `target`, a shape of at least as many axes, with which it broadcasts.
  ChannelLabels expanded(llvm::ArrayRef<int64_t> target) const;
  /// Of an operand that is broadcast to the labelled value: elements that become one are tied.
  ChannelLabels broadcastFrom(llvm::ArrayRef<int64_t> operand, ChannelTies &ties) const;
  /// Of x, where the labelled value is x with its axes permuted: axis i was axis permutation[i].
  ChannelLabels transposedFrom(llvm::ArrayRef<int64_t> permutation) const;
  /// Of x, where the labelled value is x reshaped `from` one static shape `to` another.
  ChannelLabels reshapedFrom(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to) const;
  /// Of x with `size` elements along `axis`, where the labelled value holds those at `positions`.
  ChannelLabels gatheredFrom(int64_t axis, int64_t size, llvm::ArrayRef<int64_t> positions,
                             ChannelTies &ties) const;
  /// Elements [begin, begin + size) along `axis`.
  ChannelLabels slice(int64_t axis, int64_t begin, int64_t size) const;
  /// One table for both demands on one value.
  ChannelLabels mergedWith(const ChannelLabels &other, ChannelTies &ties) const;

private:
  /// Axes along which nothing changes get size 1.
  void compress();
};

} // namespace quern
