// Values as polynomials of two others.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/MatchedGroup/MatchedGroup.h"

#include <array>
#include <optional>

namespace quern {

/// sum c[i][j] x^i e^j, of degree 3 in x and 1 in e.
class Polynomial {
public:
  static constexpr unsigned kX = 4, kE = 2; ///< numbers of powers

  static Polynomial monomial(double coefficient, unsigned x, unsigned e);

  double &at(unsigned x, unsigned e) { return coefficients[x][e]; }
  double at(unsigned x, unsigned e) const { return coefficients[x][e]; }
  /// The number, of a polynomial that has no other term.
  std::optional<double> constant() const;

  Polynomial plus(const Polynomial &other, double factor) const;
  /// Nothing if the degree grows beyond what is kept.
  std::optional<Polynomial> times(const Polynomial &other) const;
  /// Equal coefficients, up to 1e-6 of each.
  bool isNear(const Polynomial &other) const;

private:
  std::array<std::array<double, kE>, kX> coefficients{};
};

/// `value` as a polynomial of `x` and `e` (null: of x alone), through Add, Sub, Mul, Neg, Div and Pow by
/// constants of one element. Adds each op on the way to `group`. Nothing if other values take part.
std::optional<Polynomial> readPolynomial(mlir::Value value, mlir::Value x, mlir::Value e,
                                         MatchedGroup &group);

/// True for the ops that readPolynomial looks through.
bool isPolynomialStep(mlir::Operation *op);

} // namespace quern
