// Weights that make good for what quantization has done to their activations.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/SecondMoment.h"

namespace quern {

/// What is known of the activations x of the float model and y of the model as far as it is quantized: rows
/// of the same positions of the same samples. Memory: 16 `size`^2 bytes.
class DriftMoments {
public:
  explicit DriftMoments(int64_t size) : drifted(size), drift(size) {}

  /// Adds rows of `size` values each.
  void add(std::span<const float> original, std::span<const float> now);
  DriftMoments &operator+=(const DriftMoments &other);

  int64_t getSize() const { return drifted.getSize(); }
  /// H = sum y y^T.
  const SecondMoment &getDrifted() const { return drifted; }
  /// G = sum y (x - y)^T.
  const CrossMoment &getDrift() const { return drift; }

private:
  SecondMoment drifted;
  CrossMoment drift;
};

/// What is added to a weight W [size, columns] so that its product with drifted activations follows the float
/// model's: the D that makes least
///
///   sum || W^T x - (W + D)^T y ||^2 + damping ||D||^2,   D = (H + damping I)^-1 G W
///
/// (Li et al. 2025, "GPTAQ: Efficient Finetuning-Free Quantization for Asymmetric Calibration", section 3.2,
/// in closed form). `centered`: with moments around the means, for products whose bias takes in the rest.
///
/// The two folds are of different samples, and decide: what each one gives must lower the first sum on the
/// other, else the result is empty. The damping is the best for that among 1, 4, 16, 64 and 256 times
/// dampingOf(H) of a fold; for both together it stays the same number, and so weighs half as much.
std::vector<double> correctDrift(std::span<const DriftMoments, 2> folds, std::span<const float> weight,
                                 int64_t columns, bool centered);

} // namespace quern
