// Symmetric positive definite systems: moments of activations that are inverted.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace quern {

/// Overwrites a symmetric positive definite matrix [size, size], row-major, with R, upper triangular, of
/// H = R R^T; the rest with zeros.
void factorizeUpper(std::vector<double> &matrix, int64_t size);

/// The inverse of an upper triangular matrix.
std::vector<double> invertUpper(const std::vector<double> &matrix, int64_t size);

/// Overwrites B [size, columns] with the solution X of R R^T X = B, R upper triangular.
void solveFactorized(const std::vector<double> &upper, int64_t size, std::vector<double> &right,
                     int64_t columns);

} // namespace quern
