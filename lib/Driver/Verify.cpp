// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Verify.h"

#include "lib/Calibration/DataReader.h"
#include "lib/Runtime/Compare.h"
#include "lib/Targets/Common/Jit.h"

using namespace mlir;

namespace quern {

static constexpr int verifiedSamples = 4;

static llvm::Expected<std::unique_ptr<LoadedModel>> loadReference(ModuleOp structured) {
  TargetOptions options;
  options.name = "reference";
  auto target = createTarget(options);
  if (!target)
    return target.takeError();
  return compileAndLoad(structured, **target);
}

static llvm::Expected<std::unique_ptr<SampleReader>> openVerificationSamples(const Signature &signature,
                                                                             const CompileOptions &options) {
  std::vector<InputSpec> specs;
  for (const TensorSignature &input : signature.inputs)
    specs.push_back({input.name, static_cast<ElementType>(input.elementType), input.shape});
  return openSamples(options.calibrationData.empty() ? "random" : options.calibrationData, specs);
}

static llvm::Expected<std::vector<NpyArray>> runModel(LoadedModel &model, const Sample &sample) {
  std::vector<const NpyArray *> inputs;
  for (const NpyArray &input : sample)
    inputs.push_back(&input);
  std::string error;
  auto outputs = model.run(inputs, error);
  if (!outputs)
    return llvm::createStringError(error);
  return std::move(*outputs);
}

static llvm::Error compareOutputs(llvm::ArrayRef<NpyArray> actual, llvm::ArrayRef<NpyArray> expected, const Signature &signature,
                                  const Tolerance &tolerance) {
  llvm::Error errors = llvm::Error::success();
  for (auto [output, a, e] : llvm::zip_equal(signature.outputs, actual, expected)) {
    Difference difference = compareArrays(a, e, tolerance);
    if (!difference.within)
      errors = llvm::joinErrors(std::move(errors),
                                llvm::createStringError(llvm::formatv("--verify=reference: output '{0}' differs at {1}: {2}, reference {3}",
                                                                      output.name, describePosition(a.shape, difference.worstIndex),
                                                                      difference.actual, difference.expected)
                                                            .str()));
  }
  return errors;
}

static llvm::Error verify(ModuleOp structured, const ModelObject &object, const Signature &signature, const CompileOptions &options) {
  auto ours = loadObject(object);
  if (!ours)
    return ours.takeError();
  auto reference = loadReference(structured);
  if (!reference)
    return reference.takeError();
  auto samples = openVerificationSamples(signature, options);
  if (!samples)
    return samples.takeError();
  Sample sample;
  for (int i = 0; i < verifiedSamples; ++i) {
    llvm::Expected<bool> got = (*samples)->next(sample);
    if (!got)
      return got.takeError();
    if (!*got)
      break;
    auto actual = runModel(**ours, sample);
    if (!actual)
      return actual.takeError();
    auto expected = runModel(**reference, sample);
    if (!expected)
      return expected.takeError();
    if (llvm::Error error = compareOutputs(*actual, *expected, signature, {options.relativeTolerance, options.absoluteTolerance}))
      return error;
  }
  return llvm::Error::success();
}

LogicalResult verifyAgainstReference(ModuleOp structured, const ModelObject &object, const Signature &signature,
                                     const CompileOptions &options) {
  llvm::Error error = verify(structured, object, signature, options);
  if (!error)
    return success();
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &info) {
    emitError(UnknownLoc::get(structured.getContext())) << info.message();
  });
  return failure();
}

} // namespace quern
