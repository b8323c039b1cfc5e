// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Sensitivity/OneAtATime.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace quern {

static bool isDistribution(ArrayRef<float> row) {
  double sum = 0;
  for (float value : row) {
    if (!(value >= 0 && value <= 1))
      return false;
    sum += value;
  }
  return std::abs(sum - 1) < 1e-3;
}

/// log p for each element; the logarithms of a softmax, or of probabilities.
static std::vector<double> logDistribution(ArrayRef<float> row, bool isProbability) {
  constexpr double kLeast = 1e-12; // a probability of zero would make any divergence infinite
  std::vector<double> logs(row.begin(), row.end());
  if (isProbability) {
    for (double &value : logs)
      value = std::log(std::max(value, kLeast));
    return logs;
  }
  double greatest = *llvm::max_element(row), sum = 0;
  for (double value : logs)
    sum += std::exp(value - greatest);
  for (double &value : logs)
    value -= greatest + std::log(sum);
  return logs;
}

static double divergence(ArrayRef<float> truth, ArrayRef<float> changed) {
  auto isFinite = [](float value) { return std::isfinite(value); };
  if (!llvm::all_of(truth, isFinite))
    return 0;
  if (!llvm::all_of(changed, isFinite))
    return std::numeric_limits<double>::infinity();
  bool isProbability = isDistribution(truth);
  std::vector<double> p = logDistribution(truth, isProbability), q = logDistribution(changed, isProbability);
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i)
    sum += std::exp(p[i]) * (p[i] - q[i]);
  return std::max(sum, 0.0); // rounding may leave less than nothing
}

llvm::Expected<LossTable> measureDivergences(const SensitivityInputs &inputs) {
  return measureOneAtATime(
      inputs, [&](const WeightChoice &choice, CodedActivations coded) -> llvm::Expected<double> {
        double sum = 0;
        int64_t rows = 0;
        for (size_t sample = 0; sample < inputs.samples.size(); ++sample) {
          auto outputs = inputs.model->run(choice, coded, sample);
          if (!outputs)
            return outputs.takeError();
          for (auto [output, reference] : llvm::zip_equal(*outputs, inputs.model->baseOf(sample))) {
            ArrayRef<float> truth = readFloats(reference), changed = readFloats(output);
            size_t width = reference.shape.empty() ? 1 : size_t(reference.shape.back());
            for (size_t at = 0; width > 0 && at + width <= truth.size(); at += width, ++rows)
              sum += divergence(truth.slice(at, width), changed.slice(at, width));
          }
        }
        return rows ? sum / double(rows) : 0.0;
      });
}

} // namespace quern
