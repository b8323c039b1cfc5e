// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Refinement.h"

#include "lib/Support/Progress.h"

using namespace mlir;

namespace quern {

static llvm::Expected<double> errorOf(VariantModel &model, ArrayRef<size_t> options, size_t begin,
                                      size_t end) {
  return measureOutputError(model, options.vec(), begin, end);
}

/// What was measured, unless it contradicts the sensitivities, `expected`.
static double withoutNoise(double measured, double expected) {
  constexpr double kDoubt = 0.01;
  bool contradicts = measured == 0 || (measured > 0) != (expected > 0);
  return expected != 0 && contradicts ? kDoubt * expected : measured;
}

/// The errors of the model with each op (and its group) changed alone, less that of `options`.
static llvm::Expected<LossTable> measureChanges(VariantModel &model, const AssignmentProblem &problem,
                                                const LossTable &sensitivities, ArrayRef<size_t> options,
                                                double error, size_t searched, ProgressListener *listener) {
  Progress progress("refinement", problem.ops.size(), listener);
  LossTable losses;
  std::set<size_t> measured;
  for (auto [index, op] : llvm::enumerate(problem.ops)) {
    std::vector<double> &ofOp = losses.emplace_back(op.options.size(), 0.0);
    // The first op of a group carries the losses of all.
    if (measured.insert(op.group).second)
      for (size_t option = 0; option < op.options.size(); ++option) {
        if (option == options[index])
          continue;
        std::vector<size_t> changed = options.vec();
        double expected = 0;
        for (size_t tied = 0; tied < changed.size(); ++tied)
          if (problem.ops[tied].group == op.group) {
            changed[tied] = option;
            expected += sensitivities[tied][option] - sensitivities[tied][options[tied]];
          }
        llvm::Expected<double> changedError = errorOf(model, changed, 0, searched);
        if (!changedError)
          return changedError.takeError();
        ofOp[option] = withoutNoise(*changedError - error, expected);
      }
    if (llvm::Error stop = progress.advance())
      return std::move(stop);
  }
  return losses;
}

llvm::Expected<RefinedAssignment> refineAssignment(VariantModel &model, const AssignmentProblem &problem,
                                                   const LossTable &sensitivities, std::vector<size_t> start,
                                                   size_t searched, ProgressListener *listener) {
  constexpr int kMostRounds = 3;
  std::vector<std::vector<size_t>> taken{std::move(start)};
  llvm::Expected<double> error = errorOf(model, taken.back(), 0, searched);
  if (!error)
    return error.takeError();
  for (int round = 0; round < kMostRounds; ++round) {
    auto losses = measureChanges(model, problem, sensitivities, taken.back(), *error, searched, listener);
    if (!losses)
      return losses.takeError();
    auto next = problem.solve(*losses);
    if (!next)
      return next.takeError();
    if (*next == taken.back())
      break;
    llvm::Expected<double> nextError = errorOf(model, *next, 0, searched);
    if (!nextError)
      return nextError.takeError();
    if (!(*nextError < *error))
      break;
    *error = *nextError;
    taken.push_back(std::move(*next));
  }
  size_t begin = searched < model.countSamples() ? searched : 0;
  std::optional<RefinedAssignment> best;
  for (std::vector<size_t> &options : taken) {
    llvm::Expected<double> judged = errorOf(model, options, begin, model.countSamples());
    if (!judged)
      return judged.takeError();
    if (!best || *judged < best->outputError)
      best = RefinedAssignment{std::move(options), *judged};
  }
  return std::move(*best);
}

} // namespace quern
