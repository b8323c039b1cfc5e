// A weight to round, and the moments of activations that it multiplies.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/ErrorCompensation.h"

#include <numeric>
#include <random>

namespace quern {

/// Weights and correlated activations, some of which are never active.
struct RoundingProblem {
  RoundingProblem(int64_t rows, int64_t columns, int64_t groupSize, unsigned seed)
      : layout{rows, columns, groupSize}, moment(rows) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (int64_t i = 0; i < rows * columns; ++i)
      weight.push_back(normal(random));
    for (int64_t sample = 0; sample < 4 * rows; ++sample) {
      std::vector<float> x;
      float common = normal(random);
      for (int64_t k = 0; k < rows; ++k)
        x.push_back(k % 7 == 3 ? 0.0f : (normal(random) + common) * static_cast<float>(1 + k % 5));
      moment.add(x);
    }
  }
  double loss(const GroupCodes &codes) const {
    std::vector<double> losses = columnLosses(weight, codes, layout, moment.get());
    return std::accumulate(losses.begin(), losses.end(), 0.0);
  }

  GroupLayout layout;
  SecondMoment moment;
  std::vector<float> weight;
};

} // namespace quern
