// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Tool/Benchmark.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>

namespace quern {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWarmUp(200);
constexpr std::chrono::milliseconds kMeasure(1000);
constexpr size_t kFewest = 3;
constexpr size_t kMost = 1'000'000;
constexpr size_t kProfiledRuns = 1000;

/// Numerical Recipes' linear congruential generator; any fixed sequence would do.
class Sequence {
public:
  uint32_t next() { return (state = state * 1664525u + 1013904223u) >> 8; }

private:
  uint32_t state = 1;
};

void fill(NpyArray &array, Sequence &sequence) {
  auto fillWith = [&](auto make) {
    using T = decltype(make());
    for (size_t at = 0; at + sizeof(T) <= array.data.size(); at += sizeof(T)) {
      T value = make();
      std::memcpy(array.data.data() + at, &value, sizeof(T));
    }
  };
  auto real = [&] { return static_cast<double>(sequence.next()) / (1 << 23) - 1; };
  if (array.type == ElementType::Float32)
    fillWith([&] { return static_cast<float>(real()); });
  else if (array.type == ElementType::Float64)
    fillWith(real);
  else if (array.type == ElementType::UInt8 || array.type == ElementType::Int8)
    fillWith([&] { return static_cast<uint8_t>(sequence.next()); });
  else if (array.type == ElementType::Bool)
    fillWith([&] { return static_cast<uint8_t>(sequence.next() & 1); });
}

/// The median of each row as its part of all medians; rows are reordered.
std::vector<double> shareOut(std::vector<std::vector<uint64_t>> &rows) {
  std::vector<double> shares;
  for (std::vector<uint64_t> &row : rows) {
    auto middle = row.begin() + (row.size() - 1) / 2;
    std::nth_element(row.begin(), middle, row.end());
    shares.push_back(static_cast<double>(*middle));
  }
  double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double &share : shares)
    share = total > 0 ? share / total : 0;
  return shares;
}

double milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

} // namespace

std::vector<NpyArray> makeInputs(const LoadedModel &model) {
  Sequence sequence;
  std::vector<NpyArray> inputs;
  for (const TensorInfo &info : model.inputs()) {
    NpyArray &array = inputs.emplace_back();
    array.type = ElementType(info.elementType);
    array.shape = info.shape;
    array.data.resize(info.bytes());
    fill(array, sequence);
  }
  return inputs;
}

std::optional<Timing> measure(LoadedModel &model, const std::vector<NpyArray> &inputs,
                              const quern_parallel *parallel, std::string &error) {
  std::vector<const void *> inputData;
  inputData.reserve(inputs.size());
  for (const NpyArray &array : inputs)
    inputData.push_back(array.data.data());
  std::vector<std::vector<std::byte>> outputs;
  std::vector<void *> outputData;
  for (const TensorInfo &info : model.outputs())
    outputData.push_back(outputs.emplace_back(info.bytes()).data());

  std::vector<std::vector<uint64_t>> nodeTimes(model.nodeTimes().size());
  auto runFor = [&](Clock::duration length, std::vector<double> &times) {
    Clock::time_point start = Clock::now(), now = start;
    do {
      Clock::time_point before = now;
      if (int32_t status = model.run(inputData.data(), outputData.data(), parallel)) {
        error = model.errorText(status);
        return false;
      }
      now = Clock::now();
      times.push_back(milliseconds(now - before));
      if (!nodeTimes.empty() && times.size() <= kProfiledRuns) {
        std::vector<uint64_t> latest = model.nodeTimes();
        for (size_t node = 0; node < latest.size(); ++node)
          nodeTimes[node].push_back(latest[node]);
        now = Clock::now(); // what this takes is no part of a run
      }
    } while ((now - start < length || times.size() < kFewest) && times.size() < kMost);
    return true;
  };
  std::vector<double> times;
  times.reserve(kMost);
  if (!runFor(kWarmUp, times))
    return std::nullopt;
  times.clear();
  for (std::vector<uint64_t> &warmUp : nodeTimes)
    warmUp.clear();
  if (!runFor(kMeasure, times))
    return std::nullopt;

  std::sort(times.begin(), times.end());
  size_t count = times.size();
  return Timing{(times[(count - 1) / 2] + times[count / 2]) / 2, times.front(), times[(count - 1) * 9 / 10],
                static_cast<int64_t>(count), shareOut(nodeTimes)};
}

} // namespace quern
