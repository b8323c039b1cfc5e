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

  /// Adds the member at a path of names of both.
  void addMember(llvm::StringRef title, const llvm::json::Object &ofA, const llvm::json::Object &ofB,
                 llvm::ArrayRef<llvm::StringRef> path);
  /// Adds how long an array of both is.
  void addCount(llvm::StringRef title, const llvm::json::Object &ofA, const llvm::json::Object &ofB,
                llvm::StringRef array);
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
