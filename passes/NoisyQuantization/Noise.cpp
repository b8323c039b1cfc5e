// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/NoisyQuantization/Noise.h"

#include "lib/Numerics/NoiseError.h"

#include <cmath>
#include <random>

using namespace mlir;

namespace quern {

/// Offsets within a step, and amplitudes within half a step.
static constexpr int kOffsets = 16, kAmplitudes = 20;

SmallVector<double> drawNoise(int64_t channels, uint64_t seed) {
  // The standard defines the engine's numbers, but not those of its distributions.
  std::mt19937_64 engine(seed);
  SmallVector<double> noise;
  for (int64_t c = 0; c < channels; ++c)
    noise.push_back(double(engine() >> 11) * 0x1p-52 - 1);
  return noise;
}

/// The expected change of the outputs' squared error. Values beyond the codes get the noise and no more.
static double expectedChange(const ActivationRows &rows, ArrayRef<double> power, const Quantizer &codes,
                             double offset, double amplitude) {
  double step = codes.scale, change = 0;
  for (size_t i = 0; i < rows.values.size(); ++i) {
    double position = (rows.values[i] + offset) / step, code = position + codes.zeroPoint;
    bool isClamped = code < codes.codes.lowest || code > codes.codes.highest;
    double distance = isClamped ? step : step * std::abs(position - std::floor(position) - 0.5);
    change += power[i % rows.width] * noiseErrorChange(distance, amplitude, step / 2);
  }
  return change;
}

static CodedMap noisy(ArrayRef<double> noise, const Quantizer &codes, double offset, double amplitude) {
  CodedMap coded{ChannelMap::identity(noise.size()), codes};
  for (auto [shift, number] : llvm::zip_equal(coded.map.shift, noise))
    shift = -(offset + amplitude * number);
  return coded;
}

void considerNoise(const ActivationRows &rows, ArrayRef<double> power, ArrayRef<double> noise,
                   const Quantizer &codes, double largest, CodedSearch &search) {
  double half = largest * codes.scale / 2, offset = 0;
  for (int k = -kOffsets / 2; k < kOffsets / 2 && half > 0; ++k) {
    double tried = half * k / (kOffsets / 2), least = search.leastError();
    if (k != 0 && search.consider(noisy(noise, codes, tried, 0)) < least)
      offset = tried;
  }
  for (int k = 1; k <= kAmplitudes && half > 0; ++k)
    if (double amplitude = half * k / kAmplitudes; expectedChange(rows, power, codes, offset, amplitude) < 0)
      search.consider(noisy(noise, codes, offset, amplitude));
}

} // namespace quern
