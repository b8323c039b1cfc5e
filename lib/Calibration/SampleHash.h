// A name for a set of samples.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/Sample.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <array>
#include <optional>

namespace quern {

/// A hash of a multiset of samples: the sum modulo 2^256 of the SHA-256 of each (name, type, shape and bytes
/// of every array). It does not depend on their order, and the hash of shards is the sum of their hashes.
class SampleHash {
public:
  void add(const Sample &sample, llvm::ArrayRef<InputSpec> inputs);
  void merge(const SampleHash &other);

  /// 64 lower-case hexadecimal digits.
  std::string toString() const;
  static std::optional<SampleHash> fromString(llvm::StringRef text);

  bool operator==(const SampleHash &) const = default;

private:
  std::array<uint8_t, 32> sum{}; ///< big-endian
};

} // namespace quern
