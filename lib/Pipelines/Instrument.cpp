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

llvm::Error visitObserved(ModuleOp prepared, SampleReader &samples, StringRef title,
                          const CalibrateOptions &options, const CompileInstrumented &compile,
                          llvm::function_ref<void(const std::string &, ArrayRef<float>)> visit) {
  std::vector<std::string> names;
  llvm::Expected<OwningOpRef<ModuleOp>> instrumented = makeInstrumented(prepared, names);
  if (!instrumented)
    return instrumented.takeError();
  llvm::Expected<std::unique_ptr<InstrumentedModel>> model = compile(**instrumented);
  if (!model)
    return model.takeError();
  Progress progress(title.str(), samples.count(), options.progress);
  auto observe = [&](const Sample &sample) -> llvm::Error {
    llvm::Expected<std::vector<NpyArray>> arrays = (*model)->run(sample);
    if (!arrays)
      return arrays.takeError();
    for (auto [name, array] : llvm::zip_equal(names, *arrays))
      if (array.type == ElementType::Float32)
        visit(name, {reinterpret_cast<const float *>(array.data.data()), array.data.size() / sizeof(float)});
    return progress.advance();
  };
  llvm::Expected<int64_t> count = forEachSample(samples, observe, options.samples);
  return count ? llvm::Error::success() : count.takeError();
}

} // namespace quern
