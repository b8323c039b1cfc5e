// Resampling along one axis, worked out at compile time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertONNXToLinalg/Taps.h"

#include <algorithm>
#include <cmath>

namespace quern::structure {

/// Where output element `x` lies among the input elements: ONNX's table of coordinate_transformation_mode.
static double originOf(const Resampling &resampling, double x, int64_t input, int64_t output, double scale,
                       double roiStart, double roiEnd) {
  double resized = scale * double(input), last = double(input - 1);
  if (resampling.coordinates == "align_corners")
    return resized == 1 ? 0 : x * last / (resized - 1);
  if (resampling.coordinates == "asymmetric")
    return x / scale;
  if (resampling.coordinates == "tf_crop_and_resize")
    return roiStart * last +
           (resized == 1 ? (roiEnd - roiStart) * last / 2 : x * (roiEnd - roiStart) * last / (resized - 1));
  if (resampling.coordinates == "pytorch_half_pixel" && resized == 1)
    return -0.5;
  double halfPixel = (x + 0.5) / scale - 0.5;
  if (resampling.coordinates == "half_pixel_symmetric")
    return double(input) / 2 * (1 - double(output) / resized) + halfPixel;
  return halfPixel;
}

static double nearestOf(llvm::StringRef mode, double x) {
  if (mode == "floor")
    return std::floor(x);
  if (mode == "ceil")
    return std::ceil(x);
  if (mode == "round_prefer_ceil")
    return std::floor(x + 0.5);
  return std::ceil(x - 0.5); // round_prefer_floor
}

/// The kernel of the interpolation at distance `x`: a triangle, or Keys' cubic with coefficient a.
static double kernelAt(const Resampling &resampling, double x) {
  x = std::abs(x);
  if (resampling.mode == "linear")
    return std::max(0.0, 1 - x);
  double a = resampling.cubicCoefficient;
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

Taps computeTaps(const Resampling &resampling, int64_t input, int64_t output, double scale, double roiStart,
                 double roiEnd) {
  bool isNearest = resampling.mode == "nearest";
  // Antialiasing widens the kernel where the image shrinks.
  double stretch = resampling.antialias ? std::min(scale, 1.0) : 1.0;
  double radius = resampling.mode == "linear" ? 1 : 2;
  int64_t first = isNearest ? 0 : int64_t(std::floor(-radius / stretch)) + 1;
  int64_t count = isNearest ? 1 : 2 - 2 * first;
  Taps taps;
  taps.index.assign(count, llvm::SmallVector<int64_t>(output));
  taps.weight.assign(count, llvm::SmallVector<float>(output, 1.0f));
  taps.outside.assign(output, false);
  for (int64_t j = 0; j < output; ++j) {
    double x = originOf(resampling, double(j), input, output, scale, roiStart, roiEnd);
    taps.outside[j] = resampling.coordinates == "tf_crop_and_resize" && (x < 0 || x > double(input - 1));
    if (isNearest) {
      taps.index[0][j] = std::clamp<int64_t>(int64_t(nearestOf(resampling.nearest, x)), 0, input - 1);
      continue;
    }
    // The origin lies in (base, base + 1].
    int64_t base = int64_t(std::ceil(x)) - 1;
    llvm::SmallVector<double> weights(count);
    double sum = 0;
    for (int64_t t = 0; t < count; ++t) {
      int64_t at = base + first + t;
      bool counts = !resampling.excludeOutside || (at >= 0 && at < input);
      weights[t] = counts ? kernelAt(resampling, (double(at) - x) * stretch) : 0;
      sum += weights[t];
      taps.index[t][j] = std::clamp<int64_t>(at, 0, input - 1);
    }
    for (int64_t t = 0; t < count; ++t)
      taps.weight[t][j] = float(sum == 0 ? 0 : weights[t] / sum);
  }
  return taps;
}

} // namespace quern::structure
