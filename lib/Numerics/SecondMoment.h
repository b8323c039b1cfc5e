// What errors of weights cost: second moments of the activations that they are multiplied with.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace quern {

/// H = sum over observed rows x of x x^T, [size, size] in row-major order. Added up in f64, in which the
/// products of f32 numbers are exact, in the order of the rows that it is given; another order may differ in
/// the last bits.
class SecondMoment {
public:
  explicit SecondMoment(int64_t size) : size(size), sums(size * size, 0.0), totals(size, 0.0) {}

  /// Adds rows of `size` values each; many at once are faster.
  void add(std::span<const float> rows);
  int64_t getSize() const { return size; }
  /// The sums, both triangles.
  std::vector<double> get() const;
  /// sum (x - m)(x - m)^T for the mean m of the rows: what errors cost whose mean a bias takes in.
  std::vector<double> getCentered() const;
  /// The mean of the rows; zeros if there are none.
  std::vector<double> getMean() const;
  /// Adds the rows of another one.
  SecondMoment &operator+=(const SecondMoment &other);

private:
  int64_t size, count = 0;
  std::vector<double> sums;   ///< the upper triangle is complete, the lower one partly filled
  std::vector<double> totals; ///< of each element
};

/// G = sum over pairs of rows (a, b) of a b^T, [size, size] in row-major order, added up as a SecondMoment.
class CrossMoment {
public:
  explicit CrossMoment(int64_t size)
      : size(size), sums(size * size, 0.0), leftTotals(size, 0.0), rightTotals(size, 0.0) {}

  /// Adds as many rows of `size` values on either side.
  void add(std::span<const float> left, std::span<const float> right);
  std::span<const double> get() const { return sums; }
  /// sum (a - mean of a)(b - mean of b)^T.
  std::vector<double> getCentered() const;
  /// Of the rows b; zeros if there are none.
  std::vector<double> getRightMean() const;
  /// Adds the rows of another one.
  CrossMoment &operator+=(const CrossMoment &other);

private:
  int64_t size, count = 0;
  std::vector<double> sums, leftTotals, rightTotals;
};

/// H[k][k] of a moment [size, size].
std::vector<double> momentDiagonal(std::span<const double> moment, int64_t size);

/// What is added to the diagonal where a moment is inverted, so that few samples are not followed too far: 5%
/// of its mean (docs/decisions.md).
double dampingOf(std::span<const double> moment, int64_t size);

/// Columns [first, end) of a moment [size, size] times a matrix [end - first, columns]: [size, columns], all
/// row-major.
std::vector<double> multiplyMoment(std::span<const double> moment, int64_t size, int64_t first, int64_t end,
                                   std::span<const double> matrix, int64_t columns);

} // namespace quern
