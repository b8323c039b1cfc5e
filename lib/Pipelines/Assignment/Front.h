// The whole trade between bytes and loss.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/Problem.h"

namespace quern {

/// A choice, what it is expected to take, and what it loses.
struct FrontPoint {
  std::string name;            ///< "8 bits" for a uniform choice; empty for one of the front
  std::vector<size_t> options; ///< of each op
  std::vector<int64_t> sums;   ///< of each constraint of the problem, what no choice changes included
  double loss = 0;             ///< sum of the ops' sensitivities
  std::optional<double>
      outputError;        ///< of the whole model, everything quantized, on samples that were held back
  bool isRefined = false; ///< what was chosen, by errors of the whole model; the sum of losses may be higher
};

/// The best choices for `count` budgets of the problem's first constraint, evenly from what the cheapest
/// choice takes to what the dearest does, the other constraints kept; by rising cost, without repetition.
/// Then each uniform choice, and what was chosen unless it is one of these.
llvm::Expected<std::vector<FrontPoint>> findFront(const AssignmentProblem &problem, const LossTable &losses,
                                                  llvm::ArrayRef<size_t> chosen, VariantModel *model,
                                                  size_t searched, int64_t count);

/// JSON: the names of the constraints, and the points with the bits of each node.
std::string formatFront(const AssignmentProblem &problem, llvm::ArrayRef<FrontPoint> points,
                        llvm::StringRef modelHash, llvm::StringRef sensitivity,
                        llvm::ArrayRef<size_t> chosen);

} // namespace quern
