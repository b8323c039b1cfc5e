// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/SampleLayout.h"

namespace quern {

static std::string extentToString(int64_t extent) { return extent < 0 ? "?" : std::to_string(extent); }

std::string describe(const InputSpec &spec) {
  std::string text = spec.name + ": ";
  for (int64_t extent : spec.shape)
    text += extentToString(extent) + "x";
  return text + elementTypeName(spec.type);
}

bool fits(const std::vector<int64_t> &shape, const std::vector<int64_t> &expected) {
  if (shape.size() != expected.size())
    return false;
  for (size_t axis = 0; axis < shape.size(); ++axis)
    if (expected[axis] >= 0 && shape[axis] != expected[axis])
      return false;
  return true;
}

static std::vector<int64_t> withoutFirst(const std::vector<int64_t> &shape) {
  return shape.empty() ? shape : std::vector<int64_t>(shape.begin() + 1, shape.end());
}

std::optional<SampleLayout> findLayout(const std::vector<int64_t> &stored, const InputSpec &input) {
  if (stored.empty())
    return input.shape.empty() ? std::optional<SampleLayout>({1, {}}) : std::nullopt;
  std::vector<int64_t> rest = withoutFirst(stored);
  if (fits(rest, input.shape)) // (L1)
    return SampleLayout{stored[0], rest};
  if (input.shape.empty() || !fits(rest, withoutFirst(input.shape)))
    return std::nullopt;
  int64_t batch = input.shape[0] < 0 ? 1 : input.shape[0]; // (L2)
  if (batch == 0 || stored[0] % batch != 0)
    return std::nullopt;
  std::vector<int64_t> sampleShape = stored;
  sampleShape[0] = batch;
  return SampleLayout{stored[0] / batch, sampleShape};
}

std::string describeLayouts(const InputSpec &input) {
  std::string all = "[N", rest;
  for (int64_t extent : input.shape)
    all += ", " + extentToString(extent);
  if (input.shape.empty())
    return all + "]";
  for (int64_t extent : withoutFirst(input.shape))
    rest += ", " + extentToString(extent);
  std::string batch = input.shape[0] > 1 ? " * " + std::to_string(input.shape[0]) : "";
  return all + "] or [N" + batch + rest + "]";
}

} // namespace quern
