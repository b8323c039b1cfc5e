// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/ObservedModel.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Calibration/Padding.h"
#include "lib/Support/Progress.h"
#include "passes/InsertObservers/InsertObservers.h"
#include "passes/InsertObservers/ObservableValues.h"
#include "passes/ReturnObserved/ReturnObserved.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace quern {

/// What stages have noted on ops plays no part in what the float model computes. Without it, a stage that
/// runs the model once more can be given the same one.
static void dropNotes(ModuleOp module) {
  auto isNote = [](NamedAttribute attribute) { return attribute.getName().getValue().starts_with("quern."); };
  module.walk([&](Operation *op) {
    for (NamedAttribute attribute : llvm::to_vector(op->getDiscardableAttrs()))
      if (isNote(attribute))
        op->removeDiscardableAttr(attribute.getName());
  });
  for (auto function : module.getOps<func::FuncOp>()) {
    SmallVector<DictionaryAttr> arguments;
    function.getAllArgAttrs(arguments);
    for (DictionaryAttr &attributes : arguments) {
      NamedAttrList kept(llvm::to_vector(
          llvm::make_filter_range(attributes, [&](NamedAttribute attribute) { return !isNote(attribute); })));
      attributes = kept.getDictionary(module.getContext());
    }
    function.setAllArgAttrs(arguments);
  }
}

llvm::Expected<ObservedModel> ObservedModel::create(ModuleOp prepared, const CompileInstrumented &compile) {
  OwningOpRef<ModuleOp> module = prepared.clone();
  dropNotes(*module);
  PassManager passes(prepared.getContext());
  passes.addNestedPass<func::FuncOp>(createInsertObservers());
  passes.addNestedPass<func::FuncOp>(createReturnObserved());
  if (failed(passes.run(*module)))
    return llvm::createStringError("the model cannot be instrumented");
  ObservedModel observed;
  auto main = module->lookupSymbol<func::FuncOp>("main");
  for (unsigned i = 0; i < main.getNumResults(); ++i) {
    auto name = main.getResultAttrOfType<StringAttr>(i, onnx::nameAttribute);
    observed.names.push_back(name ? name.str() : "");
  }
  auto original = prepared.lookupSymbol<func::FuncOp>("main");
  llvm::DenseMap<Value, std::string> nameOf;
  for (ObservableValue &observable : listObservableValues(original))
    nameOf[observable.value] = std::move(observable.name);
  for (Value output : original.getBody().front().getTerminator()->getOperands()) {
    auto found = llvm::find(observed.names, nameOf.lookup(output));
    observed.seesAllOutputs &= nameOf.contains(output) && found != observed.names.end();
    observed.outputs.push_back(found - observed.names.begin());
  }
  auto model = compile(*module);
  if (!model)
    return model.takeError();
  observed.model = std::move(*model);
  return observed;
}

llvm::Expected<std::vector<NpyArray>> ObservedModel::runOnce(const Sample &sample) {
  llvm::Expected<std::vector<NpyArray>> arrays = model->run(sample);
  if (arrays && arrays->size() != names.size())
    return llvm::createStringError("the instrumented model returned %zu values, expected %zu", arrays->size(),
                                   names.size());
  return arrays;
}

llvm::Expected<std::vector<NpyArray>> ObservedModel::run(const Sample &sample) {
  auto once = [&](const Sample &inputs) { return runOnce(inputs); };
  return seesAllOutputs ? runAndMarkPadding(once, outputs, sample) : runOnce(sample);
}

llvm::Expected<int64_t>
visitObserved(ModuleOp prepared, SampleReader &samples, StringRef title, const CalibrateOptions &options,
              const CompileInstrumented &compile,
              llvm::function_ref<void(const Sample &, ArrayRef<std::string>, ArrayRef<NpyArray>)> visit) {
  llvm::Expected<ObservedModel> model = ObservedModel::create(prepared, compile);
  if (!model)
    return model.takeError();
  std::optional<int64_t> total = samples.count();
  if (total && options.samples)
    total = std::min(*total, *options.samples);
  Progress progress(title.str(), total, options.progress);
  auto observe = [&](const Sample &sample) -> llvm::Error {
    llvm::Expected<std::vector<NpyArray>> arrays = model->run(sample);
    if (!arrays)
      return arrays.takeError();
    visit(sample, model->getNames(), *arrays);
    return progress.advance();
  };
  return forEachSample(samples, observe, options.samples);
}

} // namespace quern
