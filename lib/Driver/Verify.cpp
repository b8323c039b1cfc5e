// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Verify.h"

#include "lib/Calibration/DataReader.h"
#include "lib/Driver/Calibration.h"
#include "lib/Driver/OnnxRuntime.h"
#include "lib/Runtime/Compare.h"
#include "lib/Targets/Common/Jit.h"

using namespace mlir;

namespace quern {

static constexpr size_t verifiedSamples = 4;

static llvm::Expected<std::unique_ptr<LoadedModel>> loadReference(ModuleOp structured) {
  TargetOptions options;
  options.name = "reference";
  auto target = createTarget(options);
  if (!target)
    return target.takeError();
  return compileAndLoad(structured, **target);
}

static llvm::Expected<std::vector<Sample>> readVerificationSamples(const Signature &signature,
                                                                   const CompileOptions &options) {
  std::vector<InputSpec> specs;
  specs.reserve(signature.inputs.size());
  for (const TensorSignature &input : signature.inputs)
    specs.push_back({input.name, static_cast<ElementType>(input.elementType), input.shape});
  auto reader =
      options.calibrationData.empty() ? openSamples("random", specs) : openCalibrationData(options, specs);
  if (!reader)
    return reader.takeError();
  std::vector<Sample> samples;
  Sample sample;
  while (samples.size() < verifiedSamples) {
    llvm::Expected<bool> got = (*reader)->next(sample);
    if (!got)
      return got.takeError();
    if (!*got)
      break;
    samples.push_back(std::move(sample));
  }
  return samples;
}

static llvm::Expected<std::vector<Sample>> runModel(LoadedModel &model, llvm::ArrayRef<Sample> samples) {
  std::vector<Sample> results;
  for (const Sample &sample : samples) {
    std::vector<const NpyArray *> inputs;
    for (const NpyArray &input : sample)
      inputs.push_back(&input);
    std::string error;
    auto outputs = model.run(inputs, error);
    if (!outputs)
      return llvm::createStringError(error);
    results.push_back(std::move(*outputs));
  }
  return results;
}

/// One error per output of one sample that differs.
static llvm::Error compareResults(llvm::ArrayRef<Sample> actual, llvm::ArrayRef<Sample> expected,
                                  llvm::StringRef peer, const Signature &signature,
                                  const Tolerance &tolerance) {
  llvm::Error errors = llvm::Error::success();
  for (auto [ours, theirs] : llvm::zip_equal(actual, expected))
    for (auto [output, a, e] : llvm::zip_equal(signature.outputs, ours, theirs)) {
      Difference difference = compareArrays(a, e, tolerance);
      if (!difference.within)
        errors =
            llvm::joinErrors(std::move(errors),
                             llvm::createStringError(
                                 llvm::formatv("--verify: output '{0}' differs at {1}: {2}, {3} has {4}",
                                               output.name, describePosition(a.shape, difference.worstIndex),
                                               difference.actual, peer, difference.expected)
                                     .str()));
    }
  return errors;
}

using SecondExecution = llvm::function_ref<llvm::Expected<std::vector<Sample>>(llvm::ArrayRef<Sample>)>;

static llvm::Error verify(const ModelObject &object, llvm::StringRef peer, SecondExecution runPeer,
                          const Signature &signature, const CompileOptions &options) {
  auto samples = readVerificationSamples(signature, options);
  if (!samples)
    return samples.takeError();
  auto model = loadObject(object);
  if (!model)
    return model.takeError();
  auto actual = runModel(**model, *samples);
  if (!actual)
    return actual.takeError();
  auto expected = runPeer(*samples);
  if (!expected)
    return expected.takeError();
  return compareResults(*actual, *expected, peer, signature,
                        {options.relativeTolerance, options.absoluteTolerance});
}

llvm::Error verifyAgainstReference(ModuleOp structured, const ModelObject &object, const Signature &signature,
                                   const CompileOptions &options) {
  auto runReference = [&](llvm::ArrayRef<Sample> samples) -> llvm::Expected<std::vector<Sample>> {
    auto reference = loadReference(structured);
    if (!reference)
      return reference.takeError();
    return runModel(**reference, samples);
  };
  return verify(object, "the reference backend", runReference, signature, options);
}

llvm::Error verifyAgainstOnnxRuntime(llvm::StringRef hubForm, const ModelObject &object,
                                     const Signature &signature, const CompileOptions &options) {
  auto runPeer = [&](llvm::ArrayRef<Sample> samples) {
    return runOnnxRuntime(hubForm, samples, signature, options);
  };
  return verify(object, "ONNX Runtime", runPeer, signature, options);
}

} // namespace quern
