// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/CodeRefinement.h"

#include "lib/Numerics/SecondMoment.h"
#include "lib/Numerics/WideVectors.h"

#include <cmath>

namespace quern {

/// A change must lower the loss by this part of it: less is noise of f64 sums.
static constexpr double kWorthIt = 1e-9;
static constexpr int kMostSweeps = 8;

namespace {
/// All columns of a weight on their way. Matrices are [rows, columns], row-major.
class Refinement {
public:
  Refinement(std::span<const float> weight, const GroupCodes &start, const GroupLayout &layout,
             std::vector<double> damped, std::span<const float> least)
      : weight(weight), layout(layout), damped(std::move(damped)), least(least), result(start) {
    followScales();
  }

  /// True if any code changed.
  bool improveCodes();
  /// True if any scale changed.
  bool improveScales();
  GroupCodes take() { return std::move(result); }

private:
  bool improveCodesOf(int64_t column, std::span<double> gradientOfColumn);
  std::vector<double> findErrors() const;
  std::vector<double> findLosses(std::span<const double> errors) const;
  void followScales() {
    gradient = multiplyMoment(damped, layout.rows, 0, layout.rows, findErrors(), layout.columns);
  }
  /// The least squares scales of all columns, [groups, columns]; those that cannot be found stay.
  std::vector<float> solveScales() const;

  std::span<const float> weight;
  const GroupLayout &layout;
  std::vector<double> damped; ///< H + damping I
  std::span<const float> least;
  GroupCodes result;
  std::vector<double> gradient; ///< (H + damping I) d
};
} // namespace

std::vector<double> Refinement::findErrors() const {
  std::vector<float> reals = dequantizeGroups(result, layout);
  std::vector<double> errors(weight.size());
  for (size_t i = 0; i < weight.size(); ++i)
    errors[i] = static_cast<double>(weight[i]) - static_cast<double>(reals[i]);
  return errors;
}

std::vector<double> Refinement::findLosses(std::span<const double> errors) const {
  std::vector<double> losses(layout.columns, 0.0);
  for (int64_t row = 0; row < layout.rows; ++row)
    for (int64_t column = 0; column < layout.columns; ++column)
      losses[column] += errors[row * layout.columns + column] * gradient[row * layout.columns + column];
  return losses;
}

bool Refinement::improveCodesOf(int64_t column, std::span<double> gradientOfColumn) {
  bool improved = false;
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    bool changed = false;
    for (int64_t row = 0; row < layout.rows; ++row) {
      const Quantizer &quantizer = result.quantizers[layout.parameter(row, column)];
      int16_t &code = result.codes[row * layout.columns + column];
      const double *moments = damped.data() + row * layout.rows;
      double cost = moments[row], slope = gradientOfColumn[row], scale = quantizer.scale;
      double wanted = std::clamp(code + std::nearbyint(slope / (scale * cost)),
                                 static_cast<double>(quantizer.codes.lowest),
                                 static_cast<double>(quantizer.codes.highest));
      double move = (wanted - code) * scale;
      if (!(move * (move * cost - 2 * slope) < -kWorthIt * move * move * cost))
        continue;
      code = static_cast<int16_t>(wanted);
      changed = true;
      withWideVectors([&]() QUERN_LOOPS {
        for (int64_t k = 0; k < layout.rows; ++k)
          gradientOfColumn[k] -= move * moments[k];
      });
    }
    if (!changed)
      break;
    improved = true;
  }
  return improved;
}

bool Refinement::improveCodes() {
  bool improved = false;
  std::vector<double> own(layout.rows);
  for (int64_t column = 0; column < layout.columns; ++column) {
    for (int64_t row = 0; row < layout.rows; ++row)
      own[row] = gradient[row * layout.columns + column];
    if (!improveCodesOf(column, own))
      continue;
    improved = true;
    for (int64_t row = 0; row < layout.rows; ++row)
      gradient[row * layout.columns + column] = own[row];
  }
  return improved;
}

/// Solves a symmetric positive definite system in place; false if it is singular.
static bool solve(std::vector<double> &matrix, std::vector<double> &right) {
  auto size = static_cast<int64_t>(right.size());
  for (int64_t k = 0; k < size; ++k) {
    double pivot = matrix[k * size + k];
    if (!(pivot > 0) || !std::isfinite(pivot))
      return false;
    for (int64_t i = k + 1; i < size; ++i) {
      double factor = matrix[i * size + k] / pivot;
      for (int64_t j = k; j < size; ++j)
        matrix[i * size + j] -= factor * matrix[k * size + j];
      right[i] -= factor * right[k];
    }
  }
  for (int64_t k = size - 1; k >= 0; --k) {
    for (int64_t j = k + 1; j < size; ++j)
      right[k] -= matrix[k * size + j] * right[j];
    right[k] /= matrix[k * size + k];
  }
  return true;
}

std::vector<float> Refinement::solveScales() const {
  int64_t groups = layout.groups(), columns = layout.columns;
  std::vector<double> matrices(columns * groups * groups, 0.0), rights(columns * groups, 0.0);
  auto codeAt = [&](int64_t row, int64_t column) {
    return static_cast<double>(result.codes[row * columns + column] -
                               result.quantizers[layout.parameter(row, column)].zeroPoint);
  };
  for (int64_t group = 0; group < groups; ++group) {
    std::vector<double> codes;
    for (int64_t row = layout.firstRow(group); row < layout.endRow(group); ++row)
      for (int64_t column = 0; column < columns; ++column)
        codes.push_back(codeAt(row, column));
    std::vector<double> product =
        multiplyMoment(damped, layout.rows, layout.firstRow(group), layout.endRow(group), codes, columns);
    for (int64_t row = 0; row < layout.rows; ++row)
      for (int64_t column = 0; column < columns; ++column) {
        double value = product[row * columns + column];
        matrices[(column * groups + group) * groups + row / layout.groupSize] += value * codeAt(row, column);
        rights[column * groups + group] += value * static_cast<double>(weight[row * columns + column]);
      }
  }
  std::vector<float> scales(groups * columns);
  for (int64_t column = 0; column < columns; ++column) {
    std::vector<double> matrix(matrices.begin() + column * groups * groups,
                               matrices.begin() + (column + 1) * groups * groups);
    std::vector<double> right(rights.begin() + column * groups, rights.begin() + (column + 1) * groups);
    for (int64_t group = 0; group < groups; ++group)
      if (!(matrix[group * groups + group] > 0)) { // only zeros: any scale does
        matrix[group * groups + group] = 1;
        right[group] = result.quantizers[group * columns + column].scale;
      }
    float lowest = std::max(least.empty() ? 0.0f : least[column], kSmallestScale);
    bool isSolved = solve(matrix, right) && std::ranges::all_of(right, [&](double scale) {
                      return static_cast<float>(scale) >= lowest && std::isfinite(static_cast<float>(scale));
                    });
    for (int64_t group = 0; group < groups; ++group)
      scales[group * columns + column] =
          isSolved ? static_cast<float>(right[group]) : result.quantizers[group * columns + column].scale;
  }
  return scales;
}

bool Refinement::improveScales() {
  std::vector<float> scales = solveScales();
  std::vector<double> before = findLosses(findErrors());
  std::vector<Quantizer> old = result.quantizers;
  for (size_t i = 0; i < scales.size(); ++i)
    result.quantizers[i].scale = scales[i];
  std::vector<double> oldGradient = gradient;
  followScales();
  std::vector<double> after = findLosses(findErrors());
  bool improved = false;
  for (int64_t column = 0; column < layout.columns; ++column) {
    if (after[column] < before[column] * (1 - kWorthIt)) {
      improved = true;
      continue;
    }
    for (int64_t group = 0; group < layout.groups(); ++group)
      result.quantizers[group * layout.columns + column] = old[group * layout.columns + column];
    for (int64_t row = 0; row < layout.rows; ++row)
      gradient[row * layout.columns + column] = oldGradient[row * layout.columns + column];
  }
  return improved;
}

GroupCodes refineCodes(std::span<const float> weight, const GroupCodes &start, const GroupLayout &layout,
                       std::span<const double> moment, std::span<const float> least, int rounds) {
  double damping = dampingOf(moment, layout.rows);
  if (!(damping > 0))
    return start;
  std::vector<double> damped(moment.begin(), moment.end());
  for (int64_t row = 0; row < layout.rows; ++row)
    damped[row * layout.rows + row] += damping;
  Refinement refinement(weight, start, layout, std::move(damped), least);
  for (int round = 0; round < rounds; ++round) {
    bool codes = refinement.improveCodes(), scales = refinement.improveScales();
    if (!codes && !scales)
      break;
  }
  refinement.improveCodes();
  return refinement.take();
}

} // namespace quern
