// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/NoiseError.h"

namespace quern {

double noiseErrorChange(double distance, double amplitude, double halfStep) {
  double noise = amplitude * amplitude / 3;
  if (distance >= amplitude)
    return noise;
  return noise - amplitude * halfStep + 2 * halfStep * distance - halfStep / amplitude * distance * distance;
}

} // namespace quern
