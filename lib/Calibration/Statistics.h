// The result of calibration: what was seen of each value, and of what model and data.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/SampleHash.h"
#include "lib/Numerics/TensorStatistics.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <string>

namespace quern {

/// Statistics of the values of one model. Shuffled samples give equal bytes in a file, and so do shards that
/// are merged.
struct Statistics {
  /// SHA-256 of the model file; empty for a model that came from no file.
  std::string modelHash;
  /// What else the statistics depend on, by name: bound dimensions, a limit on samples.
  std::map<std::string, std::string> settings;
  SampleHash dataHash;
  int64_t samples = 0;
  /// Keyed by the ONNX name of the value.
  std::map<std::string, TensorStatistics> values;

  /// Adds those of other samples. Refused if they are of another model or other settings.
  llvm::Error merge(const Statistics &other);

  /// JSON with sorted keys, a line for each value. Numbers come back to the bit.
  std::string toJSON() const;
  /// Reads what toJSON wrote. The text is not trusted: types, ranges and the agreement of the fields are
  /// checked, and the error says where in the text something is wrong.
  static llvm::Expected<Statistics> fromJSON(llvm::StringRef text);

  bool operator==(const Statistics &) const = default;
};

/// Reads and writes files; the error names the path.
llvm::Expected<Statistics> readStatistics(llvm::StringRef path);
llvm::Error writeStatistics(llvm::StringRef path, const Statistics &statistics);

} // namespace quern
