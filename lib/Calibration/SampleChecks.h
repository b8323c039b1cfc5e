// Checks that all kinds of calibration data share, and the list of what they find.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/Sample.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace quern {

/// Collects what is wrong with some data, to report it all at once.
class DataProblems {
public:
  explicit DataProblems(llvm::StringRef path) : path(path) {}

  void add(const llvm::Twine &problem) { problems.push_back(problem.str()); }
  bool empty() const { return problems.empty(); }

  /// Success if there are none; else one line for each, the path in front.
  llvm::Error take();

private:
  std::string path;
  std::vector<std::string> problems;
};

/// Adds a problem if the element type is not the input's.
void checkType(ElementType type, const InputSpec &input, DataProblems &problems);

/// Adds a problem for each array of `sample` that holds NaN or an infinity; `place` says where in the data we
/// are.
void checkFinite(const Sample &sample, llvm::ArrayRef<InputSpec> inputs, const llvm::Twine &place,
                 DataProblems &problems);

/// Adds a problem for each name that is not an input's or is there twice, and each input that is not named.
void checkNames(llvm::ArrayRef<std::string> names, llvm::ArrayRef<InputSpec> inputs, DataProblems &problems);

} // namespace quern
