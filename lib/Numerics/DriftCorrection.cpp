// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/DriftCorrection.h"

#include "lib/Numerics/Cholesky.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace quern {

/// Times dampingOf. The search begins in the middle and goes on as long as that helps.
static constexpr double kDampings[] = {1.0, 4.0, 16.0, 64.0, 256.0};
/// Columns that the damping is chosen by.
static constexpr int64_t kTriedColumns = 64;

void DriftMoments::add(std::span<const float> original, std::span<const float> now) {
  std::vector<float> difference(now.size());
  for (size_t i = 0; i < now.size(); ++i)
    difference[i] = original[i] - now[i];
  drifted.add(now);
  drift.add(now, difference);
}

DriftMoments &DriftMoments::operator+=(const DriftMoments &other) {
  drifted += other.drifted;
  drift += other.drift;
  return *this;
}

namespace {
/// One set of samples, for one weight.
class System {
public:
  System(const DriftMoments &moments, const std::vector<double> &weight, int64_t columns, bool centered);

  /// dampingOf(H), what dampings are relative to.
  double unit() const { return dampingOf(moment, size); }
  /// D; empty where nothing was active.
  std::vector<double> solve(double damping) const;
  /// sum || W^T (x - y) - D^T y ||^2 less what it is for D = 0.
  double excess(std::span<const double> correction) const;

private:
  int64_t size, columns;
  std::vector<double> moment; ///< H
  std::vector<double> wanted; ///< G W
};
} // namespace

System::System(const DriftMoments &moments, const std::vector<double> &weight, int64_t columns, bool centered)
    : size(moments.getSize()), columns(columns),
      moment(centered ? moments.getDrifted().getCentered() : moments.getDrifted().get()) {
  const CrossMoment &drift = moments.getDrift();
  std::vector<double> cross =
      centered ? drift.getCentered() : std::vector<double>(drift.get().begin(), drift.get().end());
  wanted = multiplyMoment(cross, size, 0, size, weight, columns);
}

std::vector<double> System::solve(double damping) const {
  if (!(damping > 0))
    return {};
  std::vector<double> damped = moment, correction = wanted;
  for (int64_t i = 0; i < size; ++i)
    damped[i * size + i] += damping;
  factorizeUpper(damped, size);
  solveFactorized(damped, size, correction, columns);
  return correction;
}

double System::excess(std::span<const double> correction) const {
  std::vector<double> product = multiplyMoment(moment, size, 0, size, correction, columns);
  double sum = 0;
  for (size_t i = 0; i < product.size(); ++i)
    sum += correction[i] * (product[i] - 2 * wanted[i]);
  return sum;
}

/// Up to kTriedColumns columns of a weight, from all over it.
static std::vector<double> pickColumns(std::span<const float> weight, int64_t columns, int64_t &picked) {
  int64_t stride = std::max<int64_t>((columns + kTriedColumns - 1) / kTriedColumns, 1);
  picked = (columns + stride - 1) / stride;
  std::vector<double> some;
  some.reserve(columns == 0 ? 0 : weight.size() / columns * picked);
  for (size_t first = 0; first < weight.size(); first += columns)
    for (int64_t column = 0; column < columns; column += stride)
      some.push_back(weight[first + column]);
  return some;
}

/// The damping with which each fold helps the other most; nothing if none does.
static std::optional<double> chooseDamping(const System &first, const System &second) {
  double unit = (first.unit() + second.unit()) / 2;
  if (!(first.unit() > 0 && second.unit() > 0))
    return std::nullopt;
  auto excessOf = [&](double factor) {
    return first.excess(second.solve(factor * unit)) + second.excess(first.solve(factor * unit));
  };
  constexpr int middle = 2, count = std::size(kDampings);
  int best = middle;
  double least = excessOf(kDampings[middle]);
  for (int step : {-1, 1})
    for (int next = middle + step; next >= 0 && next < count; next += step) {
      double excess = excessOf(kDampings[next]);
      if (!(excess < least))
        break;
      least = excess;
      best = next;
    }
  return least < 0 ? std::optional(kDampings[best] * unit) : std::nullopt;
}

std::vector<double> correctDrift(std::span<const DriftMoments, 2> folds, std::span<const float> weight,
                                 int64_t columns, bool centered) {
  int64_t picked = 0;
  std::vector<double> some = pickColumns(weight, columns, picked);
  std::optional<double> damping =
      chooseDamping(System(folds[0], some, picked, centered), System(folds[1], some, picked, centered));
  if (!damping)
    return {};
  DriftMoments whole = folds[0];
  whole += folds[1];
  std::vector<double> reals(weight.begin(), weight.end());
  return System(whole, reals, columns, centered).solve(*damping);
}

} // namespace quern
