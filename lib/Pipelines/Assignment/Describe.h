// What was assigned, for people.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/Assignment.h"

namespace quern {

/// One line.
std::string summarize(const Assignment &assignment);

/// The ops by what their narrowest option loses, the most first, a line each.
std::string formatRanking(const Assignment &assignment);

/// The file that --assign=FILE reads (lib/Recipe/AssignmentFile.h), with sensitivities and costs as comments.
std::string formatAssignment(const Assignment &assignment, llvm::StringRef modelHash, llvm::StringRef budget);

} // namespace quern
