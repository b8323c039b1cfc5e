// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/RecognizeActivations/Polynomial.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"

#include <cmath>

using namespace mlir;

namespace quern {

/// Deeper arithmetic is no activation; the bound keeps the recursion small.
static constexpr int kDeepest = 8;
static constexpr double kTolerance = 1e-6;

Polynomial Polynomial::monomial(double coefficient, unsigned x, unsigned e) {
  Polynomial result;
  result.at(x, e) = coefficient;
  return result;
}

std::optional<double> Polynomial::constant() const {
  for (unsigned i = 0; i < kX; ++i)
    for (unsigned j = 0; j < kE; ++j)
      if (i + j > 0 && at(i, j) != 0)
        return std::nullopt;
  return at(0, 0);
}

Polynomial Polynomial::plus(const Polynomial &other, double factor) const {
  Polynomial sum = *this;
  for (unsigned i = 0; i < kX; ++i)
    for (unsigned j = 0; j < kE; ++j)
      sum.at(i, j) += factor * other.at(i, j);
  return sum;
}

std::optional<Polynomial> Polynomial::times(const Polynomial &other) const {
  Polynomial product;
  for (unsigned i = 0; i < kX; ++i)
    for (unsigned j = 0; j < kE; ++j)
      for (unsigned k = 0; k < kX; ++k)
        for (unsigned l = 0; l < kE; ++l) {
          double term = at(i, j) * other.at(k, l);
          if (term == 0)
            continue;
          if (i + k >= kX || j + l >= kE)
            return std::nullopt;
          product.at(i + k, j + l) += term;
        }
  return product;
}

bool Polynomial::isNear(const Polynomial &other) const {
  for (unsigned i = 0; i < kX; ++i)
    for (unsigned j = 0; j < kE; ++j)
      if (!(std::abs(at(i, j) - other.at(i, j)) <= kTolerance * std::abs(other.at(i, j))))
        return false;
  return true;
}

bool isPolynomialStep(Operation *op) {
  return isa<onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp, onnx::NegOp, onnx::PowOp>(op);
}

namespace {
struct Reader {
  Value x, e;
  MatchedGroup &group;

  std::optional<Polynomial> read(Value value, int depth) {
    if (value == x)
      return Polynomial::monomial(1, 1, 0);
    if (e && value == e)
      return Polynomial::monomial(1, 0, 1);
    if (std::optional<double> number = onnx::getConstantScalar(value))
      return Polynomial::monomial(*number, 0, 0);
    Operation *op = value.getDefiningOp();
    if (!op || depth == kDeepest || !isPolynomialStep(op))
      return std::nullopt;
    group.add(op);
    std::optional<Polynomial> left = read(op->getOperand(0), depth + 1);
    if (!left || isa<onnx::NegOp>(op))
      return left ? std::optional(Polynomial().plus(*left, -1)) : std::nullopt;
    std::optional<Polynomial> right = read(op->getOperand(1), depth + 1);
    return right ? combine(op, *left, *right) : std::nullopt;
  }

  static std::optional<Polynomial> combine(Operation *op, const Polynomial &left, const Polynomial &right) {
    if (isa<onnx::AddOp, onnx::SubOp>(op))
      return left.plus(right, isa<onnx::AddOp>(op) ? 1 : -1);
    if (isa<onnx::MulOp>(op))
      return left.times(right);
    std::optional<double> number = right.constant();
    if (!number)
      return std::nullopt;
    if (isa<onnx::DivOp>(op))
      return *number != 0 ? std::optional(Polynomial().plus(left, 1 / *number)) : std::nullopt;
    std::optional<Polynomial> power = Polynomial::monomial(1, 0, 0);
    if (*number != 1 && *number != 2 && *number != 3)
      return std::nullopt;
    for (int i = 0; power && i < *number; ++i)
      power = power->times(left);
    return power;
  }
};
} // namespace

std::optional<Polynomial> readPolynomial(Value value, Value x, Value e, MatchedGroup &group) {
  return Reader{x, e, group}.read(value, 0);
}

} // namespace quern
