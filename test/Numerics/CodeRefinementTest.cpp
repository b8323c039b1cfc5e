// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/CodeRefinement.h"

#include "test/Numerics/RoundingProblem.h"

#include <gtest/gtest.h>

using namespace quern;

/// The loss that refineCodes lowers, of each column.
static std::vector<double> dampedLosses(const RoundingProblem &problem, const GroupCodes &codes) {
  std::vector<double> damped = problem.moment.get();
  double damping = dampingOf(damped, problem.layout.rows);
  for (int64_t row = 0; row < problem.layout.rows; ++row)
    damped[row * problem.layout.rows + row] += damping;
  return columnLosses(problem.weight, codes, problem.layout, damped);
}

TEST(CodeRefinement, NoColumnGetsWorseAndTheSumGetsBetter) {
  for (bool symmetric : {true, false})
    for (int64_t groupSize : {8, 40, 17}) {
      RoundingProblem problem(40, 12, groupSize, 5);
      GroupFormat format{4, symmetric};
      std::vector<double> moment = problem.moment.get();
      GroupCodes start = compensateRounding(
          problem.weight, quantizeGroups(problem.weight, problem.layout, format), problem.layout, moment);
      GroupCodes refined = refineCodes(problem.weight, start, problem.layout, moment, {});
      std::vector<double> before = dampedLosses(problem, start), after = dampedLosses(problem, refined);
      for (int64_t column = 0; column < problem.layout.columns; ++column)
        EXPECT_LE(after[column], before[column] * (1 + 1e-12));
      EXPECT_LT(std::accumulate(after.begin(), after.end(), 0.0),
                0.995 * std::accumulate(before.begin(), before.end(), 0.0));
      for (int16_t code : refined.codes) {
        EXPECT_GE(code, format.codes().lowest);
        EXPECT_LE(code, format.codes().highest);
      }
    }
}

TEST(CodeRefinement, NoSingleCodeCanBeImprovedAnyMore) {
  RoundingProblem problem(24, 5, 8, 3);
  GroupFormat format{3, true};
  GroupCodes refined = refineCodes(problem.weight, quantizeGroups(problem.weight, problem.layout, format),
                                   problem.layout, problem.moment.get(), {});
  std::vector<double> least = dampedLosses(problem, refined);
  for (size_t at = 0; at < refined.codes.size(); ++at)
    for (int step : {-1, 1}) {
      GroupCodes other = refined;
      int code = other.codes[at] + step;
      if (code < format.codes().lowest || code > format.codes().highest)
        continue;
      other.codes[at] = static_cast<int16_t>(code);
      size_t column = at % problem.layout.columns;
      EXPECT_GE(dampedLosses(problem, other)[column], least[column] * (1 - 1e-6));
    }
}

TEST(CodeRefinement, ScalesStayAboveTheLeast) {
  RoundingProblem problem(16, 4, 16, 9);
  GroupCodes start = quantizeGroups(problem.weight, problem.layout, {4, true});
  std::vector<float> least;
  for (const Quantizer &quantizer : start.quantizers)
    least.push_back(quantizer.scale);
  GroupCodes refined = refineCodes(problem.weight, start, problem.layout, problem.moment.get(), least);
  for (size_t column = 0; column < least.size(); ++column)
    EXPECT_GE(refined.quantizers[column].scale, least[column]);
}

TEST(CodeRefinement, WithoutActivityNothingChanges) {
  GroupLayout layout{4, 1, 4};
  std::vector<float> weight{0.3f, -1.0f, 0.6f, 0.2f};
  GroupCodes start = quantizeGroups(weight, layout, {4, true});
  EXPECT_EQ(refineCodes(weight, start, layout, std::vector<double>(16, 0.0), {}).codes, start.codes);
}
