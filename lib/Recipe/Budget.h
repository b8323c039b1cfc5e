// What a quantized model has to fit into: --budget=size=200K,latency=2ms,sram=64K,average-bits=5.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace quern {

/// A number of bytes, or a share of what uniform 8-bit weights take.
struct SizeBudget {
  double value = 0;
  bool isShare = false;

  /// The bytes, for a model that takes `eightBitBytes` with 8-bit weights.
  int64_t bytes(int64_t eightBitBytes) const;
};

/// Each part as asked; absent: not limited.
struct Budget {
  std::optional<SizeBudget> size;    ///< constants of the artefact ("flash" is another word for it)
  std::optional<double> latency;     ///< seconds of one run on one thread
  std::optional<SizeBudget> sram;    ///< bytes of workspace: the peak of the memory plan
  std::optional<double> averageBits; ///< of a weight, over all weights whose precision is chosen

  bool empty() const { return !size && !latency && !sram && !averageBits; }
  /// Canonical text, "size=204800,latency=2ms".
  std::string str() const;
};

inline constexpr std::array<const char *, 5> budgetNames = {"size", "flash", "latency", "sram",
                                                            "average-bits"};

/// Reads `name=value` parts. The error lists every mistake, one a line, with what would be accepted:
/// sizes are bytes, "200K" or "1M" (binary), size and flash also "0.6x"; latency is "2ms", "500us" or "1s";
/// average-bits is a number from 2 to 8. All are positive and finite.
llvm::Expected<Budget> parseBudget(llvm::ArrayRef<std::string> parts);

} // namespace quern
