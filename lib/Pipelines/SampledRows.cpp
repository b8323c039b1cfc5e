// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/SampleHash.h"
#include "lib/Numerics/RowReservoir.h"
#include "lib/Pipelines/Calibrate.h"
#include "lib/Pipelines/ObservedModel.h"
#include "passes/EdgeTransforms/ActivationRows.h"
#include "passes/EdgeTransforms/Edges.h"
#include "passes/EdgeTransforms/OutputError.h"
#include "passes/InsertObservers/ObservableValues.h"

#include <cmath>

using namespace mlir;

namespace quern {

namespace {
/// Rows of a value, and ranges of its channels, in two halves of the samples.
class SampledHalves {
public:
  SampledHalves(Value value, int64_t width, int64_t count)
      : value(value), count(count), rows{RowReservoir(width, count), RowReservoir(width, count)} {}

  /// Rows with elements that are not finite do not count.
  void add(size_t half, std::span<const float> values) {
    rows[half].add(values);
    auto width = size_t(rows[half].getWidth());
    for (size_t first = 0; first + width <= values.size(); first += width) {
      std::span<const float> row = values.subspan(first, width);
      if (!llvm::all_of(row, [](float value) { return std::isfinite(value); }))
        continue;
      if (ranges[half].empty())
        for (float value : row)
          ranges[half].push_back({value, value});
      for (auto [range, value] : llvm::zip_equal(ranges[half], row))
        range = range.unite({value, value});
    }
  }

  void write() const {
    ActivationRows found{0, rows[0].getWidth(), {}, {}};
    std::array<std::vector<float>, 2> values{rows[0].get(), rows[1].get()};
    auto append = [&](size_t half, int64_t row) {
      if (found.count == count || row >= rows[half].count())
        return;
      auto first = values[half].begin() + row * found.width;
      found.values.insert(found.values.end(), first, first + found.width);
      ++found.count;
    };
    int64_t both = std::min(rows[0].count(), rows[1].count());
    // Uneven halves would leave rows out: few samples are no two halves.
    if (bool areHalves = 2 * both >= std::min(count, rows[0].count() + rows[1].count()) * 3 / 4; areHalves) {
      for (int64_t row = 0; row < both; ++row)
        for (size_t half : {0, 1})
          append(half, row);
      found.halves = ranges;
    } else {
      for (int64_t row = 0; row < count; ++row)
        for (size_t half : {0, 1})
          append(half, row);
    }
    if (found.count > 0)
      writeRows(value, found);
  }

private:
  Value value;
  int64_t count;
  std::array<RowReservoir, 2> rows;
  std::array<std::vector<RealRange>, 2> ranges;
};
} // namespace

/// 0 or 1, whatever the order of the samples.
static size_t halfOf(const Sample &sample, ArrayRef<InputSpec> inputs) {
  SampleHash hash;
  hash.add(sample, inputs);
  return (hash.toString().back() - '0') % 2; // the parity of '0' to '9', and of 'a' to 'f' too
}

llvm::Error attachRows(ModuleOp prepared, SampleReader &samples, int64_t count,
                       const CalibrateOptions &options, const CompileInstrumented &compile) {
  auto main = prepared.lookupSymbol<func::FuncOp>("main");
  llvm::DenseMap<Value, int64_t> wanted;
  for (const Edge &edge : listEdges(main, /*shifted=*/false))
    if (llvm::all_of(edge.consumers, [&](auto &consumer) { return readMatrix(edge, consumer).has_value(); }))
      wanted[edge.value] = edge.channels;
  if (wanted.empty())
    return llvm::Error::success();
  FailureOr<std::vector<InputSpec>> inputs = readInputSpecs(prepared);
  if (failed(inputs))
    return llvm::createStringError("the model cannot be calibrated");
  std::map<std::string, SampledHalves> sampled;
  for (const ObservableValue &observable : listObservableValues(main))
    if (auto found = wanted.find(observable.value); found != wanted.end())
      sampled.emplace(observable.name, SampledHalves(observable.value, found->second, count));
  auto visit = [&](const Sample &sample, ArrayRef<std::string> names, ArrayRef<NpyArray> arrays) {
    size_t half = halfOf(sample, *inputs);
    for (auto [name, array] : llvm::zip_equal(names, arrays))
      if (auto found = sampled.find(name); found != sampled.end())
        found->second.add(half, floatsOf(array));
  };
  if (auto count = visitObserved(prepared, samples, "sample rows", options, compile, visit); !count)
    return count.takeError();
  for (const auto &[name, halves] : sampled)
    halves.write();
  return llvm::Error::success();
}

} // namespace quern
