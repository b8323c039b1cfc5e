// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Diff/CompareRuns.h"

#include "lib/Calibration/DataReader.h"
#include "lib/Report/ErrorPower.h"
#include "lib/Runtime/Compare.h"
#include "lib/Runtime/LoadedModel.h"
#include "lib/Runtime/Tool/Benchmark.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

namespace quern {

static llvm::Expected<std::unique_ptr<LoadedModel>> openModel(llvm::StringRef path) {
  std::string error;
  std::unique_ptr<LoadedModel> model = LoadedModel::open(path.str(), error);
  return model ? llvm::Expected<std::unique_ptr<LoadedModel>>(std::move(model))
               : llvm::createStringError(error);
}

static std::string describe(llvm::ArrayRef<TensorInfo> tensors) {
  std::string text;
  for (const TensorInfo &tensor : tensors)
    text += (text.empty() ? "" : ", ") + tensor.name + " (" +
            describeType(ElementType(tensor.elementType), tensor.shape) + ")";
  return text;
}

/// Why the two cannot run beside each other; empty if they can.
static std::string findMismatch(const LoadedModel &a, const LoadedModel &b) {
  std::string ofA = describe(a.inputs()), ofB = describe(b.inputs());
  if (ofA != ofB)
    return "the models take different inputs: " + ofA + " and " + ofB;
  bool sameOutputs = llvm::equal(a.outputs(), b.outputs(), [](const TensorInfo &a, const TensorInfo &b) {
    return a.elementType == b.elementType && a.shape == b.shape; // names may differ: exporters make them up
  });
  return sameOutputs ? ""
                     : "the models have different outputs: " + describe(a.outputs()) + " and " +
                           describe(b.outputs());
}

namespace {
/// One output over the samples.
struct OutputDifference {
  ErrorPower errors;
  std::string first; ///< the first element that differs; empty: none does

  void add(const NpyArray &a, const NpyArray &b, int64_t sample) {
    std::vector<float> reference(a.elementCount()), actual(b.elementCount());
    for (size_t index = 0; index < reference.size(); ++index) {
      reference[index] = float(elementAsNumber(a, index));
      actual[index] = float(elementAsNumber(b, index));
    }
    errors.add(actual, reference, reference);
    if (!first.empty() || a.data == b.data)
      return;
    size_t bytes = a.data.size() / reference.size(), index = 0;
    while (std::equal(a.data.begin() + index * bytes, a.data.begin() + (index + 1) * bytes,
                      b.data.begin() + index * bytes))
      ++index;
    llvm::raw_string_ostream(first) << "sample " << sample << ", " << describePosition(a.shape, index) << ": "
                                    << llvm::format("%.6g and %.6g", double(reference[index]),
                                                    double(actual[index]));
  }
};
} // namespace

static llvm::Expected<std::vector<NpyArray>> runOn(LoadedModel &model, const std::vector<NpyArray> &sample) {
  std::vector<const NpyArray *> pointers;
  pointers.reserve(sample.size());
  for (const NpyArray &array : sample)
    pointers.push_back(&array);
  std::string error;
  std::optional<std::vector<NpyArray>> outputs = model.run(pointers, error);
  return outputs ? llvm::Expected<std::vector<NpyArray>>(std::move(*outputs))
                 : llvm::createStringError(error);
}

static ComparedTable tabulate(llvm::ArrayRef<TensorInfo> outputs,
                              llvm::ArrayRef<OutputDifference> differences) {
  ComparedTable table{"Outputs, b against a", {"output", "SQNR dB", "cosine", "first difference"}, {}};
  for (auto [info, difference] : llvm::zip_equal(outputs, differences)) {
    std::optional<double> sqnr = difference.errors.sqnr();
    table.rows.push_back({info.name, sqnr ? llvm::json::Value(*sqnr) : nullptr, difference.errors.cosine(),
                          difference.first.empty() ? "none: the same bits" : difference.first});
  }
  return table;
}

llvm::Error compareRuns(llvm::StringRef a, llvm::StringRef b, llvm::StringRef inputs, SideBySide &sides) {
  auto ofA = openModel(a), ofB = openModel(b);
  if (!ofA || !ofB)
    return llvm::joinErrors(ofA.takeError(), ofB.takeError());
  if (std::string mismatch = findMismatch(**ofA, **ofB); !mismatch.empty())
    return llvm::createStringError("--input: " + mismatch);
  std::vector<InputSpec> specs;
  for (const TensorInfo &info : (*ofA)->inputs())
    specs.push_back({info.name, ElementType(info.elementType), info.shape});
  auto reader = openSamples(inputs, specs);
  if (!reader)
    return reader.takeError();
  const std::vector<TensorInfo> &outputs = (*ofA)->outputs();
  std::vector<OutputDifference> differences(outputs.size());
  int64_t count = 0;
  Sample first;
  auto run = [&](const Sample &sample) -> llvm::Error {
    auto left = runOn(**ofA, sample), right = runOn(**ofB, sample);
    if (!left || !right)
      return llvm::joinErrors(left.takeError(), right.takeError());
    for (size_t output = 0; output < outputs.size(); ++output) {
      differences[output].add((*left)[output], (*right)[output], count);
    }
    if (count++ == 0)
      first = sample;
    return llvm::Error::success();
  };
  auto read = forEachSample(**reader, run);
  if (!read)
    return read.takeError();
  if (count == 0)
    return llvm::createStringError("'" + inputs + "' holds no samples");
  sides.tables.push_back(tabulate(outputs, differences));
  ComparedField time{"median ms of a run, one thread", nullptr, nullptr};
  for (auto [model, value] : {std::pair(&**ofA, &time.a), {&**ofB, &time.b}}) {
    std::string error;
    std::optional<Timing> timing = measure(*model, first, /*parallel=*/nullptr, error);
    if (!timing)
      return llvm::createStringError(error);
    *value = timing->medianMs;
  }
  sides.fields.push_back(std::move(time));
  return llvm::Error::success();
}

} // namespace quern
