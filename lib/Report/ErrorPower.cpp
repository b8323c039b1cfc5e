// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/ErrorPower.h"

#include "lib/Calibration/Padding.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace quern {

void ErrorPower::add(llvm::ArrayRef<float> actual, llvm::ArrayRef<float> reference,
                     llvm::ArrayRef<float> marks) {
  for (auto [y, r, mark] : llvm::zip_equal(actual, reference, marks)) {
    if (!std::isfinite(mark) || !std::isfinite(r) || takesNoPart(y))
      continue;
    if (!std::isfinite(y)) {
      ++notFinite;
      continue;
    }
    ++count;
    error += (double(y) - r) * (double(y) - r);
    power += double(r) * r;
    actualPower += double(y) * y;
    product += double(y) * r;
  }
}

double ErrorPower::relative() const {
  if (notFinite || (power == 0 && error > 0))
    return std::numeric_limits<double>::infinity();
  return power > 0 ? error / power : 0;
}

std::optional<double> ErrorPower::sqnr() const {
  double share = relative();
  if (share == 0)
    return std::nullopt;
  return std::max(kLeastSqnr, -10 * std::log10(share));
}

double ErrorPower::cosine() const {
  if (error == 0 && !notFinite)
    return 1;
  double norm = std::sqrt(power) * std::sqrt(actualPower);
  return norm > 0 ? std::clamp(product / norm, -1.0, 1.0) : 0;
}

void AddedParts::add(llvm::ArrayRef<float> inherited, llvm::ArrayRef<float> clipped,
                     llvm::ArrayRef<float> rounded, llvm::ArrayRef<float> actual,
                     llvm::ArrayRef<float> marks) {
  for (auto [f, c, a, y, mark] : llvm::zip_equal(inherited, clipped, rounded, actual, marks)) {
    if (!std::isfinite(mark) || !std::isfinite(f) || !std::isfinite(c) || !std::isfinite(a) ||
        !std::isfinite(y))
      continue;
    double e = double(y) - f;
    clipping += (double(c) - f) * e;
    rounding += (double(a) - c) * e;
    weights += (double(y) - a) * e;
  }
}

} // namespace quern
