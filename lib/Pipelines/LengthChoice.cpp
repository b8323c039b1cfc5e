// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/LengthChoice.h"

#include "lib/Calibration/Padding.h"
#include "lib/Pipelines/ObservedModel.h"

#include <cmath>

using namespace mlir;

namespace quern {

static constexpr double kNegligible = 1e-3;

static double reachOf(const ChannelRange &range) {
  return range.min > range.max ? 0 : std::max(std::abs(double(range.min)), std::abs(double(range.max)));
}

ChannelGrowth findGrowth(const Statistics &earlier, const Statistics &later) {
  ChannelGrowth growth;
  for (const auto &[name, after] : later.values) {
    auto before = earlier.values.find(name);
    if (before == earlier.values.end() || before->second.channels.size() != after.channels.size())
      continue;
    double floor = kNegligible * std::max(std::abs(double(after.min)), std::abs(double(after.max)));
    for (auto [channel, range] : llvm::enumerate(after.channels)) {
      double reach = reachOf(range), was = reachOf(before->second.channels[channel]);
      if (was > 0 && reach > floor && reach / was > growth.ratio)
        growth = {reach / was, name, channel};
    }
  }
  return growth;
}

llvm::Expected<std::vector<double>> measureCodes(ModuleOp prepared, SampleReader &samples,
                                                 ArrayRef<const Statistics *> statistics,
                                                 const ObserverOptions &observer,
                                                 const CalibrateOptions &options,
                                                 const CompileInstrumented &compile) {
  struct Value {
    std::vector<Quantizer> quantizers; ///< of each candidate
    std::vector<double> errors;
    double power = 0;
  };
  std::map<std::string, Value> values;
  for (const auto &[name, unused] : statistics.front()->values) {
    Value value;
    for (const Statistics *candidate : statistics)
      if (auto found = candidate->values.find(name); found != candidate->values.end())
        if (std::optional<ValueRange> range = chooseRange(found->second, observer))
          value.quantizers.push_back(chooseAsymmetric(range->min, range->max, observer.codes));
    value.errors.assign(statistics.size(), 0);
    if (value.quantizers.size() == statistics.size())
      values[name] = std::move(value);
  }
  auto add = [&](Value &value, ArrayRef<float> elements) {
    for (float element : elements) {
      if (takesNoPart(element))
        continue;
      value.power += double(element) * element;
      for (auto [quantizer, error] : llvm::zip_equal(value.quantizers, value.errors))
        error += std::pow(double(quantizer.roundTrip(element)) - element, 2);
    }
  };
  auto visit = [&](const Sample &, ArrayRef<std::string> names, ArrayRef<NpyArray> arrays) {
    for (auto [name, array] : llvm::zip_equal(names, arrays))
      if (auto found = values.find(name); found != values.end())
        add(found->second, floatsOf(array));
  };
  if (auto count = visitObserved(prepared, samples, "compare lengths", options, compile, visit); !count)
    return count.takeError();
  std::vector<double> means(statistics.size(), 0);
  for (const auto &[name, value] : values)
    for (auto [mean, error] : llvm::zip_equal(means, value.errors))
      mean += value.power > 0 ? error / value.power / double(values.size()) : 0;
  return means;
}

} // namespace quern
