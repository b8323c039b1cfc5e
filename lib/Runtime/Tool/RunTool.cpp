// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Tool/RunTool.h"

#include "lib/Runtime/Json.h"
#include "lib/Runtime/ThreadPool.h"
#include "lib/Runtime/Tool/Benchmark.h"
#include "lib/Runtime/Tool/Comparison.h"
#include "lib/Runtime/Tool/DataFiles.h"
#include "lib/Runtime/Tool/RunOptions.h"
#include "lib/Runtime/Tool/YamlText.h"
#include "lib/Support/Printable.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <numeric>

namespace quern {
namespace {

constexpr int kDone = 0, kRefused = 1, kWrongUsage = 2;

int refuse(const Complaints &complaints) {
  for (const std::string &complaint : complaints)
    std::fprintf(stderr, "error: %s\n", printable(complaint).c_str());
  return kRefused;
}

bool isSameFile(const std::string &a, const std::string &b) {
  std::error_code code;
  return std::filesystem::equivalent(a, b, code) && !code;
}

std::vector<const NpyArray *> toPointers(const std::vector<NpyArray> &arrays) {
  std::vector<const NpyArray *> pointers;
  pointers.reserve(arrays.size());
  for (const NpyArray &array : arrays)
    pointers.push_back(&array);
  return pointers;
}

/// Complains about outputs that NumPy's files cannot hold.
void checkWritable(const LoadedModel &model, Complaints &complaints) {
  for (const TensorInfo &info : model.outputs())
    if (elementBytes(ElementType(info.elementType)) == 0)
      complaints.push_back("output '" + info.name + "' has " +
                           elementTypeName(ElementType(info.elementType)) +
                           ", which NumPy's files cannot hold");
}

/// One mode of the tool on one model.
class Run {
public:
  Run(LoadedModel &model, const RunOptions &options)
      : model(model), options(options), pool(options.threads) {}

  int once() {
    Complaints complaints;
    checkWritable(model, complaints);
    std::vector<NpyArray> inputs = readInputs(model, options.inputs, complaints);
    std::error_code code;
    if (complaints.empty() && !std::filesystem::is_directory(options.outputFolder, code) &&
        !std::filesystem::create_directories(options.outputFolder, code))
      complaints.push_back("cannot make the folder '" + options.outputFolder + "': " + code.message());
    if (!complaints.empty())
      return refuse(complaints);

    std::string error;
    auto outputs = model.run(toPointers(inputs), error, pool.parallel());
    if (!outputs)
      return refuse({error});
    for (size_t index = 0; index < outputs->size(); ++index) {
      std::string path = options.outputFolder + "/" + toFileName(model.outputs()[index].name) + ".npy";
      if (!writeFile(path, formatNpy((*outputs)[index]), error))
        return refuse({error});
    }
    return kDone;
  }

  int samples() {
    for (const std::string *input : {&options.samples, &options.model, &options.expected})
      if (!options.outputs.empty() && isSameFile(options.outputs, *input))
        return refuse({"'" + options.outputs + "' is an input; it is not written over"});
    Complaints complaints;
    checkWritable(model, complaints);
    int64_t count = 0;
    std::vector<NpyArray> inputs = readSamples(model, options.samples, count, complaints);
    if (count < 0)
      complaints.push_back("the model has no input that would tell how many samples there are");
    std::vector<NpyArray> expected;
    if (!options.expected.empty() && complaints.empty())
      expected = readExpected(model, options.expected, count, complaints);
    if (!complaints.empty())
      return refuse(complaints);

    std::vector<NpyArray> outputs;
    outputs.reserve(model.outputs().size());
    for (const TensorInfo &info : model.outputs()) {
      NpyArray &array = outputs.emplace_back();
      array.type = ElementType(info.elementType);
      array.shape = info.shape;
      array.shape.insert(array.shape.begin(), count);
      array.data.resize(info.bytes() * count);
    }
    for (int64_t sample = 0; sample < count; ++sample)
      if (int32_t status = runSample(inputs, outputs, sample))
        return refuse({"sample " + std::to_string(sample) + ": " + model.errorText(status)});

    if (!expected.empty())
      std::fputs(formatComparison(model.outputs(), outputs, expected, options.json).c_str(), stdout);
    return options.outputs.empty() ? kDone : writeSamples(outputs);
  }

  int writeSamples(const std::vector<NpyArray> &outputs) {
    std::vector<std::pair<std::string, const NpyArray *>> named;
    for (size_t index = 0; index < outputs.size(); ++index)
      named.emplace_back(model.outputs()[index].name, &outputs[index]);
    std::string error;
    std::optional<std::string> bytes = formatNpz(named, error);
    if (!bytes || !writeFile(options.outputs, *bytes, error))
      return refuse({error});
    return kDone;
  }

  int testData() {
    Complaints complaints;
    TestData data = readTestData(model, options.testData, complaints);
    if (!complaints.empty())
      return refuse(complaints);
    std::string error;
    auto outputs = model.run(toPointers(data.inputs), error, pool.parallel());
    if (!outputs)
      return refuse({error});
    for (size_t index = 0; index < outputs->size(); ++index)
      compare(model.outputs()[index], (*outputs)[index], data.outputs[index], complaints);
    return complaints.empty() ? kDone : refuse(complaints);
  }

  int benchmark() {
    Complaints complaints;
    if (options.profile && !model.profiledNodes())
      complaints.push_back("'" + options.model +
                           "' does not count the time of its nodes: compile it with quernc --profile");
    std::vector<NpyArray> inputs =
        options.inputs.empty() ? makeInputs(model) : readInputs(model, options.inputs, complaints);
    if (!complaints.empty())
      return refuse(complaints);
    std::string error;
    std::optional<Timing> timing = measure(model, inputs, pool.parallel(), error);
    if (!timing)
      return refuse(
          {error + (options.inputs.empty() ? " (on made-up data; give real data with --input)" : "")});
    std::printf(options.json ? "{\"median_ms\": %.6g, \"min_ms\": %.6g, \"p90_ms\": %.6g, \"runs\": %" PRId64
                               ", \"threads\": %d"
                             : "median %.6g ms, minimum %.6g ms, 90%% below %.6g ms, %" PRId64
                               " runs, threads: %d",
                timing->medianMs, timing->minMs, timing->p90Ms, timing->runs, options.threads);
    if (options.profile && options.json)
      std::printf(", \"nodes\": %s", formatNodes(*timing).c_str());
    std::puts(options.json ? "}" : "");
    if (options.profile && !options.json)
      printNodes(*timing);
    return kDone;
  }

  int describe() {
    if (options.json) {
      std::printf("%s\n", model.manifest().c_str());
      return kDone;
    }
    Json manifest = parseJson(model.manifest()).value_or(Json());
    std::printf("model %s, %s for %s (%s)\n", manifest["name"].text.c_str(),
                manifest["precision"].text.c_str(), manifest["target"].text.c_str(),
                manifest["cpu"].text.c_str());
    for (const TensorInfo &info : model.inputs())
      std::printf("input  %s: %s\n", info.name.c_str(),
                  describeType(ElementType(info.elementType), info.shape).c_str());
    for (const TensorInfo &info : model.outputs())
      std::printf("output %s: %s\n", info.name.c_str(),
                  describeType(ElementType(info.elementType), info.shape).c_str());
    std::printf("weights %s bytes, workspace %s bytes\n", manifest["weight_bytes"].text.c_str(),
                manifest["workspace_bytes"].text.c_str());
    if (const Json &length = manifest["calibration_length"]; length.kind == Json::Kind::Object)
      std::printf("calibrated at length %s of '%s'; compiled for %s\n", length["lengths"].text.c_str(),
                  printable(length["dimension"].text).c_str(), length["compiled"].text.c_str());
    for (const auto &[name, hash] : manifest["hashes"].members)
      std::printf("hash of %s: %s\n", name.c_str(), hash.text.c_str());
    std::printf("made by %s\n", manifest["compiler"].text.c_str());
    if (const Json &recipe = manifest["recipe"]; recipe.kind == Json::Kind::Object)
      std::printf("recipe:\n%s", formatYaml(recipe, /*indentation=*/2).c_str());
    return kDone;
  }

private:
  /// The nodes in the order in which they run, as JSON.
  std::string formatNodes(const Timing &timing) const {
    std::string list;
    for (size_t node = 0; node < timing.shares.size(); ++node) {
      char numbers[96];
      std::snprintf(numbers, sizeof(numbers), ", \"ms\": %.6g, \"share\": %.6g}",
                    timing.shares[node] * timing.medianMs, timing.shares[node]);
      list += (list.empty() ? "{\"name\": " : ", {\"name\": ") + quoteJson((*model.profiledNodes())[node]) +
              numbers;
    }
    return "[" + list + "]";
  }

  /// The nodes for people: those that take longest first.
  void printNodes(const Timing &timing) const {
    std::vector<size_t> order(timing.shares.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return std::pair(-timing.shares[a], a) < std::pair(-timing.shares[b], b);
    });
    for (size_t node : order)
      std::printf("%12.6f ms %6.2f %%  %s\n", timing.shares[node] * timing.medianMs,
                  timing.shares[node] * 100, printable((*model.profiledNodes())[node]).c_str());
  }

  int32_t runSample(const std::vector<NpyArray> &inputs, std::vector<NpyArray> &outputs, int64_t sample) {
    std::vector<const void *> inputData;
    std::vector<void *> outputData;
    inputData.reserve(inputs.size());
    outputData.reserve(outputs.size());
    for (size_t index = 0; index < inputs.size(); ++index)
      inputData.push_back(inputs[index].data.data() + sample * model.inputs()[index].bytes());
    for (size_t index = 0; index < outputs.size(); ++index)
      outputData.push_back(outputs[index].data.data() + sample * model.outputs()[index].bytes());
    return model.run(inputData.data(), outputData.data(), pool.parallel());
  }

  void compare(const TensorInfo &info, const NpyArray &actual, const NpyArray &expected,
               Complaints &complaints) {
    Difference difference = compareArrays(actual, expected, options.tolerance);
    char values[128];
    std::snprintf(values, sizeof(values), "%.9g, expected %.9g", difference.actual, difference.expected);
    std::string worst = describePosition(info.shape, difference.worstIndex) + " is " + values;
    if (!difference.within)
      complaints.push_back("output '" + info.name + "': " + std::to_string(difference.failing) + " of " +
                           std::to_string(actual.elementCount()) + " elements differ; the worst, at " +
                           worst);
    else if (actual.elementCount() != 0)
      std::printf("output '%s' matches; the element furthest off, at %s\n", info.name.c_str(), worst.c_str());
  }

  LoadedModel &model;
  const RunOptions &options;
  ThreadPool pool;
};

/// Static scales serve sequences about as long as those that they were found on.
void warnOfLength(const LoadedModel &model) {
  Json manifest = parseJson(model.manifest()).value_or(Json());
  const Json &length = manifest["calibration_length"];
  double mean = std::atof(length["mean"].text.c_str()), compiled = std::atof(length["compiled"].text.c_str());
  if (mean > 0 && (compiled > 2 * mean || compiled < mean / 2))
    std::fprintf(stderr,
                 "warning: the model runs sequences of %g positions and was calibrated at %g on average: its "
                 "static scales may "
                 "not fit\n",
                 compiled, mean);
}

int dispatch(const RunOptions &options) {
  std::string error;
  std::unique_ptr<LoadedModel> model = LoadedModel::open(options.model, error);
  if (!model)
    return refuse({error});
  Run run(*model, options);
  if (options.mode != RunOptions::Mode::Describe && options.mode != RunOptions::Mode::Benchmark)
    warnOfLength(*model);
  switch (options.mode) {
  case RunOptions::Mode::Samples:
    return run.samples();
  case RunOptions::Mode::TestData:
    return run.testData();
  case RunOptions::Mode::Benchmark:
    return run.benchmark();
  case RunOptions::Mode::Describe:
    return run.describe();
  default:
    return run.once();
  }
}

} // namespace

int runTool(const std::vector<std::string> &arguments) {
  std::string error;
  std::optional<RunOptions> options = parseRunOptions(arguments, error);
  if (!options) {
    std::fprintf(stderr, "error: %s\n", printable(error).c_str());
    return kWrongUsage;
  }
  int status = kDone;
  if (options->mode == RunOptions::Mode::Help)
    std::fputs(kRunHelp, stdout);
  else if (options->mode == RunOptions::Mode::Version)
    std::puts("quern-run " QUERN_VERSION);
  else
    status = dispatch(*options);
  if (std::fflush(stdout) != 0)
    return refuse({"cannot write to standard output"});
  return status;
}

} // namespace quern
