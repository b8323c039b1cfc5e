// Two compiled models, or two reports, side by side.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <string>
#include <vector>

namespace quern {

/// One property of both sides; null where a side lacks it.
struct ComparedField {
  std::string name;
  llvm::json::Value a, b;
};

/// Rows of values, one for each column.
struct ComparedTable {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<llvm::json::Value>> rows;
};

struct SideBySide {
  std::string a, b; ///< paths
  std::vector<ComparedField> fields;
  std::vector<ComparedTable> tables;
};

/// Compares what the manifests of two artefacts say, and, where `inputs` names samples
/// (lib/Calibration/DataReader.h), what they compute and how long they take. The error names the file that is
/// none.
llvm::Expected<SideBySide> compareArtefacts(llvm::StringRef a, llvm::StringRef b, llvm::StringRef inputs);

/// Compares two JSON files of --report: their figures, and the errors of their nodes by name.
llvm::Expected<SideBySide> compareReports(llvm::StringRef a, llvm::StringRef b);

std::string formatText(const SideBySide &comparison);
llvm::json::Value formatJSON(const SideBySide &comparison);

} // namespace quern
