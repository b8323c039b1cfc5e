// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Instrument.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "passes/InsertObservers/InsertObservers.h"
#include "passes/ReturnObserved/ReturnObserved.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace quern {

llvm::Expected<OwningOpRef<ModuleOp>> makeInstrumented(ModuleOp prepared, std::vector<std::string> &names) {
  OwningOpRef<ModuleOp> module = prepared.clone();
  PassManager passes(prepared.getContext());
  passes.addNestedPass<func::FuncOp>(createInsertObservers());
  passes.addNestedPass<func::FuncOp>(createReturnObserved());
  if (failed(passes.run(*module)))
    return llvm::createStringError("the model cannot be instrumented");
  auto main = module->lookupSymbol<func::FuncOp>("main");
  for (unsigned i = 0; i < main.getNumResults(); ++i) {
    auto name = main.getResultAttrOfType<StringAttr>(i, onnx::nameAttribute);
    names.push_back(name ? name.str() : "");
  }
  return module;
}

llvm::Expected<int64_t>
runInstrumented(ModuleOp prepared, SampleReader &samples, StringRef title, const CalibrateOptions &options,
                const CompileInstrumented &compile,
                llvm::function_ref<void(const Sample &, ArrayRef<std::string>, ArrayRef<NpyArray>)> visit) {
  std::vector<std::string> names;
  llvm::Expected<OwningOpRef<ModuleOp>> instrumented = makeInstrumented(prepared, names);
  if (!instrumented)
    return instrumented.takeError();
  llvm::Expected<std::unique_ptr<InstrumentedModel>> model = compile(**instrumented);
  if (!model)
    return model.takeError();
  std::optional<int64_t> total = samples.count();
  if (total && options.samples)
    total = std::min(*total, *options.samples);
  Progress progress(title.str(), total, options.progress);
  auto observe = [&](const Sample &sample) -> llvm::Error {
    llvm::Expected<std::vector<NpyArray>> values = (*model)->run(sample);
    if (!values)
      return values.takeError();
    if (values->size() != names.size())
      return llvm::createStringError("the instrumented model returned %zu values, expected %zu",
                                     values->size(), names.size());
    visit(sample, names, *values);
    return progress.advance();
  };
  return forEachSample(samples, observe, options.samples);
}

llvm::Error visitObserved(ModuleOp prepared, SampleReader &samples, StringRef title,
                          const CalibrateOptions &options, const CompileInstrumented &compile,
                          llvm::function_ref<void(const std::string &, ArrayRef<float>)> visit) {
  auto visitFloats = [&](const Sample &, ArrayRef<std::string> names, ArrayRef<NpyArray> values) {
    for (auto [name, array] : llvm::zip_equal(names, values))
      if (array.type == ElementType::Float32)
        visit(name, {reinterpret_cast<const float *>(array.data.data()), array.data.size() / sizeof(float)});
  };
  return runInstrumented(prepared, samples, title, options, compile, visitFloats).takeError();
}

} // namespace quern
