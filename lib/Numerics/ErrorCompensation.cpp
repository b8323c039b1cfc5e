// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/ErrorCompensation.h"

#include "lib/Numerics/Cholesky.h"
#include "lib/Numerics/WideVectors.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quern {

std::vector<double> columnLosses(std::span<const float> weight, const GroupCodes &codes,
                                 const GroupLayout &layout, std::span<const double> moment) {
  std::vector<float> reals = dequantizeGroups(codes, layout);
  std::vector<double> error(weight.size());
  for (size_t i = 0; i < weight.size(); ++i)
    error[i] = static_cast<double>(weight[i]) - static_cast<double>(reals[i]);
  int64_t columns = layout.columns;
  std::vector<double> product = multiplyMoment(moment, layout.rows, 0, layout.rows, error, columns);
  std::vector<double> losses(columns, 0.0);
  for (int64_t row = 0; row < layout.rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      losses[column] += product[row * columns + column] * error[row * columns + column];
  return losses;
}

namespace {
/// The elements of one group and what errors of them cost.
struct Group {
  std::vector<float> values;
  std::vector<double> costs;

  double loss(const Quantizer &quantizer) const {
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      double error = static_cast<double>(values[i]) - static_cast<double>(quantizer.roundTrip(values[i]));
      sum += costs[i] * error * error;
    }
    return sum;
  }

  Quantizer findClipping(GroupFormat format) const {
    auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    float min = std::min(*least, 0.0f), max = std::max(*greatest, 0.0f);
    Quantizer best = format.choose(min, max);
    double bestLoss = loss(best);
    constexpr int steps = 10;
    for (int low = 0; low <= steps; ++low)
      for (int high = 0; high <= steps; ++high) {
        if (format.isSymmetric && low != high)
          continue;
        auto factor = [](int step) { return 1.0f - 0.05f * static_cast<float>(step); };
        Quantizer candidate = format.choose(min * factor(low), max * factor(high));
        if (double candidateLoss = loss(candidate); candidateLoss < bestLoss) {
          best = candidate;
          bestLoss = candidateLoss;
        }
      }
    return best;
  }
};
} // namespace

GroupCodes clipGroups(std::span<const float> weight, const GroupLayout &layout, GroupFormat format,
                      std::span<const double> costs) {
  GroupCodes result;
  result.codes.resize(weight.size());
  for (int64_t group = 0; group < layout.groups(); ++group)
    for (int64_t column = 0; column < layout.columns; ++column) {
      Group elements;
      for (int64_t row = layout.firstRow(group); row < layout.endRow(group); ++row) {
        elements.values.push_back(weight[row * layout.columns + column]);
        elements.costs.push_back(costs[row]);
      }
      Quantizer quantizer = elements.findClipping(format);
      for (int64_t row = layout.firstRow(group); row < layout.endRow(group); ++row) {
        int64_t at = row * layout.columns + column;
        result.codes[at] = static_cast<int16_t>(quantizer.quantize(weight[at]));
      }
      result.quantizers.push_back(quantizer);
    }
  return result;
}

/// `weight` with the elements of each column clamped to `share` of the column's largest magnitude.
static std::vector<float> clampColumns(std::span<const float> weight, int64_t columns, float share) {
  std::vector<float> bounds(columns, 0.0f), clamped(weight.begin(), weight.end());
  for (size_t i = 0; i < weight.size(); ++i)
    bounds[i % columns] = std::max(bounds[i % columns], std::fabs(weight[i]) * share);
  for (size_t i = 0; i < weight.size(); ++i)
    clamped[i] = std::clamp(weight[i], -bounds[i % columns], bounds[i % columns]);
  return clamped;
}

GroupCodes clampGroups(std::span<const float> weight, const GroupLayout &layout, GroupFormat format,
                       std::span<const double> moment) {
  constexpr int steps = 10;
  GroupCodes result;
  for (int64_t group = 0; group < layout.groups(); ++group) {
    int64_t first = layout.firstRow(group), rows = layout.endRow(group) - first;
    GroupLayout own{rows, layout.columns, rows};
    std::span<const float> values = weight.subspan(first * layout.columns, rows * layout.columns);
    std::vector<double> ownMoment(rows * rows);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < rows; ++j)
        ownMoment[i * rows + j] = moment[(first + i) * layout.rows + first + j];
    std::vector<GroupCodes> candidates;
    for (int step = 0; step < steps; ++step)
      candidates.push_back(quantizeGroups(
          clampColumns(values, layout.columns, 1.0f - 0.05f * static_cast<float>(step)), own, format));
    GroupCodes best = bestColumns(values, candidates, own, ownMoment);
    result.codes.insert(result.codes.end(), best.codes.begin(), best.codes.end());
    result.quantizers.insert(result.quantizers.end(), best.quantizers.begin(), best.quantizers.end());
  }
  return result;
}

/// U of the damped moment with rows and columns in `order`.
static std::vector<double> findPropagation(std::span<const double> moment, std::span<const int64_t> order) {
  auto size = static_cast<int64_t>(order.size());
  double damping = dampingOf(moment, size);
  std::vector<double> ordered(size * size);
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = 0; j < size; ++j)
      ordered[i * size + j] = moment[order[i] * size + order[j]] + (i == j ? damping : 0.0);
  factorizeUpper(ordered, size);
  return invertUpper(ordered, size);
}

GroupCodes compensateRounding(std::span<const float> weight, const GroupCodes &start,
                              const GroupLayout &layout, std::span<const double> moment) {
  int64_t rows = layout.rows, columns = layout.columns;
  auto cost = [&](int64_t row) { return moment[row * rows + row]; };
  std::vector<int64_t> order(rows);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](int64_t a, int64_t b) { return cost(a) != cost(b) ? cost(a) > cost(b) : a < b; });
  if (rows == 0 || !(cost(order[0]) > 0))
    return start;
  std::vector<double> propagation = findPropagation(moment, order);
  std::vector<double> current(weight.begin(), weight.end()), error(columns);
  GroupCodes result = start;
  withWideVectors([&]() QUERN_LOOPS {
    for (int64_t k = 0; k < rows && cost(order[k]) > 0; ++k) {
      int64_t row = order[k];
      for (int64_t column = 0; column < columns; ++column) {
        int64_t at = row * columns + column;
        const Quantizer &quantizer = start.quantizers[layout.parameter(row, column)];
        int32_t code = quantizer.quantize(static_cast<float>(current[at]));
        result.codes[at] = static_cast<int16_t>(code);
        error[column] =
            (current[at] - static_cast<double>(quantizer.dequantize(code))) / propagation[k * rows + k];
      }
      for (int64_t later = k + 1; later < rows; ++later) {
        double factor = propagation[k * rows + later];
        double *into = current.data() + order[later] * columns;
        for (int64_t column = 0; column < columns; ++column)
          into[column] -= factor * error[column];
      }
    }
  });
  return result;
}

GroupCodes bestColumns(std::span<const float> weight, std::span<const GroupCodes> candidates,
                       const GroupLayout &layout, std::span<const double> moment) {
  GroupCodes best = candidates.front();
  std::vector<double> bestLosses = columnLosses(weight, best, layout, moment);
  for (const GroupCodes &candidate : candidates.subspan(1)) {
    std::vector<double> losses = columnLosses(weight, candidate, layout, moment);
    for (int64_t column = 0; column < layout.columns; ++column) {
      if (!(losses[column] < bestLosses[column]))
        continue;
      bestLosses[column] = losses[column];
      for (int64_t row = 0; row < layout.rows; ++row)
        best.codes[row * layout.columns + column] = candidate.codes[row * layout.columns + column];
      for (int64_t group = 0; group < layout.groups(); ++group)
        best.quantizers[group * layout.columns + column] =
            candidate.quantizers[group * layout.columns + column];
    }
  }
  return best;
}

} // namespace quern
