// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/TriedChanges.h"

#include "lib/Pipelines/ObservedModel.h"
#include "lib/Report/ChangedModel.h"

using namespace mlir;

namespace quern {

namespace {
/// One way to quantize one node, and where its errors go.
struct Variant {
  size_t node;
  TriedChange *errors;
};
} // namespace

/// The input that lets a variant pass, or not.
static NpyArray makeSelector(bool passes) {
  NpyArray array{ElementType::Float32, {1}, std::vector<std::byte>(sizeof(float))};
  *reinterpret_cast<float *>(array.data.data()) = passes ? 1.0f : 0.0f;
  return array;
}

static std::vector<Variant> addVariants(ChangedModel &model, ArrayRef<Change> changes, TriedChanges &tried) {
  std::vector<Variant> variants;
  for (auto [number, change] : llvm::enumerate(changes)) {
    if (auto [present, isNew] = tried.present.try_emplace(change.node); isNew) {
      model.add(change.node, nullptr);
      variants.push_back({change.node, &present->second});
    }
    if (change.kind == ChangeKind::Float)
      continue;
    model.add(change.node, &change);
    variants.push_back({change.node, &tried.changes[number]});
  }
  return variants;
}

llvm::Expected<TriedChanges> tryChanges(ModuleOp floatModule, ComparedModel &compared,
                                        ArrayRef<Change> changes, ArrayRef<Sample> samples,
                                        const CompileInstrumented &compile, ProgressListener *listener) {
  TriedChanges tried;
  tried.changes.resize(changes.size());
  ChangedModel changed(floatModule, compared.getNodes());
  std::vector<Variant> variants = addVariants(changed, changes, tried);
  OwningOpRef<ModuleOp> module = changed.finish();
  auto model = compile(*module);
  if (!model)
    return model.takeError();
  Progress progress("report: changes", int64_t(samples.size() * variants.size()), listener);
  for (const Sample &sample : samples) {
    llvm::Expected<std::vector<NpyArray>> reference = compared.run(sample);
    if (!reference)
      return reference.takeError();
    auto valuesOf = [&](size_t number) { return floatsOf((*reference)[number]); };
    for (auto [hub, exact] : llvm::zip_equal(compared.getHubOutputs(), compared.getExactOutputs()))
      if ((*reference)[exact].type == ElementType::Float32)
        tried.whole.add(valuesOf(hub), valuesOf(exact), valuesOf(exact));
    Sample inputs = sample;
    inputs.insert(inputs.end(), variants.size(), makeSelector(false));
    for (auto [number, variant] : llvm::enumerate(variants)) {
      NpyArray &selector = inputs[sample.size() + number];
      selector = makeSelector(true);
      llvm::Expected<std::vector<NpyArray>> arrays = (*model)->run(inputs);
      selector = makeSelector(false);
      if (!arrays)
        return arrays.takeError();
      for (auto [output, exact] : llvm::enumerate(compared.getExactOutputs()))
        if ((*arrays)[output].type == ElementType::Float32)
          variant.errors->outputs.add(floatsOf((*arrays)[output]), valuesOf(exact), valuesOf(exact));
      for (auto [result, evaluation] :
           llvm::zip_equal(changed.getResults(number), compared.getNodes()[variant.node].results))
        variant.errors->added.add(floatsOf((*arrays)[result]), valuesOf(evaluation.exact),
                                  valuesOf(evaluation.exact));
      if (llvm::Error stop = progress.advance())
        return std::move(stop);
    }
  }
  return tried;
}

} // namespace quern
