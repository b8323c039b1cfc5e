// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/DataReader.h"

#include <cmath>
#include <cstring>
#include <numbers>

namespace quern {
namespace {

class SamplesInMemory : public SampleReader {
public:
  explicit SamplesInMemory(std::vector<Sample> samples) : samples(std::move(samples)) {}

  llvm::Expected<bool> next(Sample &sample) override {
    if (position == samples.size())
      return false;
    sample = samples[position++];
    return true;
  }
  llvm::Error rewind() override {
    position = 0;
    return llvm::Error::success();
  }
  std::optional<int64_t> count() const override { return static_cast<int64_t>(samples.size()); }

private:
  std::vector<Sample> samples;
  size_t position = 0;
};

/// SplitMix64 (G. Steele et al., "Fast Splittable Pseudorandom Number Generators", 2014): the same on every
/// machine, as the standard library's distributions are not.
class Generator {
public:
  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  /// In (0, 1].
  double uniform() { return static_cast<double>((next() >> 11) + 1) * 0x1p-53; }
  double normal() { return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform()); }

private:
  uint64_t state = 0;
};

void fill(NpyArray &array, Generator &generator) {
  size_t width = elementBytes(array.type);
  for (size_t at = 0; at < array.data.size(); at += width) {
    std::byte *element = array.data.data() + at;
    if (array.type == ElementType::Float32) {
      float value = static_cast<float>(generator.normal());
      std::memcpy(element, &value, sizeof value);
    } else if (array.type == ElementType::Float64) {
      double value = generator.normal();
      std::memcpy(element, &value, sizeof value);
    } else if (array.type == ElementType::Float16) {
      uint16_t bits = generator.next() & 1 ? 0x3c00 : 0xbc00; // 1 or -1
      std::memcpy(element, &bits, sizeof bits);
    } else {
      *element = static_cast<std::byte>(generator.next() & 1); // the lowest byte
    }
  }
}

} // namespace

std::unique_ptr<SampleReader> makeSamplesInMemory(std::vector<Sample> samples) {
  return std::make_unique<SamplesInMemory>(std::move(samples));
}

std::unique_ptr<SampleReader> makeRandomSamples(llvm::ArrayRef<InputSpec> inputs, int64_t count) {
  Generator generator;
  std::vector<Sample> samples(count);
  for (Sample &sample : samples)
    for (const InputSpec &input : inputs) {
      NpyArray &array = sample.emplace_back();
      array.type = input.type;
      for (int64_t extent : input.shape)
        array.shape.push_back(extent < 0 ? 1 : extent);
      array.data.resize(static_cast<size_t>(array.elementCount()) * elementBytes(array.type));
      fill(array, generator);
    }
  return makeSamplesInMemory(std::move(samples));
}

} // namespace quern
