// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/ErrorCompensation.h"

#include "test/Numerics/RoundingProblem.h"

#include <gtest/gtest.h>

using namespace quern;

TEST(ErrorCompensation, LossOfOneColumnIsTheQuadraticForm) {
  GroupLayout layout{2, 1, 2};
  GroupCodes zeros{{Quantizer{1, 0, CodeRange::symmetricBits(4)}}, {0, 0}};
  EXPECT_EQ(columnLosses(std::vector<float>{1, 2}, zeros, layout, std::vector<double>{10, -1, -1, 5})[0],
            10 - 4 + 20);
}

TEST(ErrorCompensation, IsFarBetterThanRoundToNearest) {
  for (bool symmetric : {true, false})
    for (int64_t groupSize : {8, 40, 17}) {
      RoundingProblem problem(40, 6, groupSize, 11);
      GroupFormat format{4, symmetric};
      GroupCodes nearest = quantizeGroups(problem.weight, problem.layout, format);
      GroupCodes compensated =
          compensateRounding(problem.weight, nearest, problem.layout, problem.moment.get());
      EXPECT_LT(problem.loss(compensated), 0.9 * problem.loss(nearest));
      for (int16_t code : compensated.codes) {
        EXPECT_GE(code, format.codes().lowest);
        EXPECT_LE(code, format.codes().highest);
      }
    }
}

TEST(ErrorCompensation, BestColumnsAreNeverAboveAnyCandidate) {
  for (unsigned seed = 0; seed < 20; ++seed)
    for (unsigned bits : {2u, 3u, 4u}) {
      RoundingProblem problem(1 + seed * 3, 3, 5, seed);
      GroupFormat format{bits, seed % 2 == 0};
      std::vector<double> moment = problem.moment.get();
      GroupCodes nearest = quantizeGroups(problem.weight, problem.layout, format);
      GroupCodes clipped =
          clipGroups(problem.weight, problem.layout, format, momentDiagonal(moment, problem.layout.rows));
      GroupCodes candidates[] = {nearest, clipped,
                                 compensateRounding(problem.weight, nearest, problem.layout, moment),
                                 compensateRounding(problem.weight, clipped, problem.layout, moment)};
      GroupCodes best = bestColumns(problem.weight, candidates, problem.layout, moment);
      std::vector<double> losses = columnLosses(problem.weight, best, problem.layout, moment);
      for (const GroupCodes &candidate : candidates) {
        std::vector<double> others = columnLosses(problem.weight, candidate, problem.layout, moment);
        for (size_t column = 0; column < losses.size(); ++column)
          EXPECT_LE(losses[column], others[column]);
      }
    }
}

TEST(ErrorCompensation, UncorrelatedRowsAreRoundedToNearest) {
  GroupLayout layout{3, 2, 3};
  std::vector<float> weight = {0.3f, -1, 2.6f, 0.2f, -7, 7};
  GroupCodes nearest = quantizeGroups(weight, layout, {4, true});
  std::vector<double> diagonal = {4, 0, 0, 0, 1, 0, 0, 0, 9};
  EXPECT_EQ(compensateRounding(weight, nearest, layout, diagonal).codes, nearest.codes);
}

TEST(ErrorCompensation, NothingActiveIsRoundToNearest) {
  GroupLayout layout{2, 1, 2};
  std::vector<float> weight = {0.3f, -1};
  GroupCodes nearest = quantizeGroups(weight, layout, {4, true});
  EXPECT_EQ(compensateRounding(weight, nearest, layout, std::vector<double>(4, 0.0)).codes, nearest.codes);
}

TEST(Clipping, DiagonalLossIsNeverAboveUnclipped) {
  RoundingProblem problem(24, 4, 6, 3);
  std::vector<double> diagonal(24 * 24, 0.0), moment = problem.moment.get();
  for (int64_t k = 0; k < 24; ++k)
    diagonal[k * 24 + k] = moment[k * 24 + k];
  for (bool symmetric : {true, false}) {
    GroupFormat format{3, symmetric};
    auto unclipped = columnLosses(problem.weight, quantizeGroups(problem.weight, problem.layout, format),
                                  problem.layout, diagonal);
    auto clipped = columnLosses(
        problem.weight,
        clipGroups(problem.weight, problem.layout, format, momentDiagonal(diagonal, problem.layout.rows)),
        problem.layout, diagonal);
    for (size_t column = 0; column < 4; ++column)
      EXPECT_LE(clipped[column], unclipped[column] * (1 + 1e-12));
  }
}

TEST(ErrorCompensation, ClampedGroupsAreNeverWorse) {
  for (int64_t groupSize : {8, 40, 17}) {
    RoundingProblem problem(40, 6, groupSize, 13);
    problem.weight[0] = 20; // worth clamping, or not, by its moment
    for (bool symmetric : {true, false}) {
      GroupFormat format{3, symmetric};
      std::vector<double> moment = problem.moment.get();
      GroupCodes nearest = quantizeGroups(problem.weight, problem.layout, format),
                 clamped = clampGroups(problem.weight, problem.layout, format, moment);
      // By the measure of the search: each group on its own.
      for (int64_t i = 0; i < 40; ++i)
        for (int64_t j = 0; j < 40; ++j)
          if (i / groupSize != j / groupSize)
            moment[i * 40 + j] = 0;
      std::vector<double> before = columnLosses(problem.weight, nearest, problem.layout, moment),
                          after = columnLosses(problem.weight, clamped, problem.layout, moment);
      for (int64_t column = 0; column < 6; ++column)
        EXPECT_LE(after[column], before[column] * (1 + 1e-9));
      EXPECT_LT(std::accumulate(after.begin(), after.end(), 0.0),
                0.95 * std::accumulate(before.begin(), before.end(), 0.0));
    }
  }
}

TEST(ErrorCompensation, ClampingKeepsWeightsThatAreCodes) {
  GroupLayout layout{4, 1, 4};
  std::vector<float> weight{7, -3, 2, 1};
  std::vector<double> moment(16, 0.0);
  for (int64_t i = 0; i < 4; ++i)
    moment[i * 5] = 1;
  GroupCodes clamped = clampGroups(weight, layout, {4, true}, moment);
  EXPECT_EQ(clamped.codes, (std::vector<int16_t>{7, -3, 2, 1}));
}
