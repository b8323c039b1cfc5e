// Rounding of weights by what it does to the product: second moments of activations, clipping, compensation.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/GroupQuantizer.h"

namespace quern {

/// H = sum over observed rows x of x x^T, [size, size] in row-major order: what errors of weights cost. Added
/// up in f64 in the order of the rows that it is given; another order may differ in the last bits.
class SecondMoment {
public:
  explicit SecondMoment(int64_t size) : size(size), sums(size * size, 0.0), totals(size, 0.0) {}

  /// Adds rows of `size` values each.
  void add(std::span<const float> rows);
  int64_t getSize() const { return size; }
  /// The sums, both triangles.
  std::vector<double> get() const;
  /// sum (x - m)(x - m)^T for the mean m of the rows: what errors cost whose mean a bias takes in.
  std::vector<double> getCentered() const;
  /// The mean of the rows; zeros if there are none.
  std::vector<double> getMean() const;

private:
  int64_t size, count = 0;
  std::vector<double> sums;   ///< upper triangle
  std::vector<double> totals; ///< of each element
};

/// For each column n of an error d = weight - dequantized: d_n^T H d_n, the squared error of the product.
std::vector<double> columnLosses(std::span<const float> weight, const GroupCodes &codes,
                                 const GroupLayout &layout, std::span<const double> moment);

/// Round to nearest with ranges that are clipped where that lowers sum_k costs[k] * d_k^2 of the group, with
/// one cost per row (H[k][k], or 1 where no moment is known): each end is scaled by 1, 0.95, ... 0.5, both
/// alike where codes are symmetric. Ties keep the larger range, so no group is worse than unclipped.
GroupCodes clipGroups(std::span<const float> weight, const GroupLayout &layout, GroupFormat format,
                      std::span<const double> costs);

/// H[k][k] of a moment [size, size].
std::vector<double> momentDiagonal(std::span<const double> moment, int64_t size);

/// Round to nearest of weights that are first clamped to a share of their group's largest magnitude: 1, 0.95,
/// ... 0.55, the share with the smallest d^T H d over the group's own rows. Ties keep the larger. (The clip
/// search of AWQ, Lin et al. 2023, whose sampled tokens H sums up.)
GroupCodes clampGroups(std::span<const float> weight, const GroupLayout &layout, GroupFormat format,
                       std::span<const double> moment);

/// Rounds to the quantizers of `start` row by row, and moves each row's rounding error into the rows that are
/// still to come so that the product changes least (error-compensated rounding; Frantar et al. 2022, from
/// Hassibi and Stork 1993). Rows go from the largest H[k][k] to the smallest. With H + damping I = R R^T, R
/// upper triangular in that order, and U = R^-1:
///
///   e_k = (w_k - q_k) / U_kk,   w_j -= U_kj e_k  for all later j
///
/// The damping is 1% of the mean diagonal. Rows that were never active keep the codes of round to nearest.
GroupCodes compensateRounding(std::span<const float> weight, const GroupCodes &start,
                              const GroupLayout &layout, std::span<const double> moment);

/// Each column from the candidate with the smallest loss; ties keep the first.
GroupCodes bestColumns(std::span<const float> weight, std::span<const GroupCodes> candidates,
                       const GroupLayout &layout, std::span<const double> moment);

} // namespace quern
