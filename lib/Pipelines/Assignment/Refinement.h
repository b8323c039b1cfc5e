// A choice of precisions made better by the error of the whole model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/Problem.h"

namespace quern {

struct RefinedAssignment {
  std::vector<size_t> options;
  double outputError = 0; ///< on the samples that were held back
};

/// The sum of sensitivities leaves out what ops do to each other. So the error of the outputs with everything
/// quantized is measured at `start` and with each group changed alone; these differences are the losses of
/// the next solution, which is taken if its error on the first `searched` samples is lower, and so on, a few
/// times. Of all that were taken, the one with the least error on the other samples is returned. Every choice
/// is within the budgets.
llvm::Expected<RefinedAssignment> refineAssignment(VariantModel &model, const AssignmentProblem &problem,
                                                   const LossTable &sensitivities, std::vector<size_t> start,
                                                   size_t searched, ProgressListener *listener);

} // namespace quern
