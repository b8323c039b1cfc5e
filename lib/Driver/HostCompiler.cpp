// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/HostCompiler.h"

#include "lib/Driver/HostModel.h"
#include "lib/Runtime/ThreadPool.h"

#include "mlir/IR/OperationSupport.h"
#include "llvm/Support/Threading.h"

using namespace mlir;

namespace quern {

/// One that calibration observes and one that a search simulates with.
static constexpr size_t kKeptModels = 2;

namespace {
/// A loaded model behind the interface that calibration asks for.
class HostInstrumentedModel : public InstrumentedModel {
public:
  explicit HostInstrumentedModel(std::unique_ptr<LoadedModel> model)
      : model(std::move(model)),
        threads(int32_t(std::clamp(llvm::hardware_concurrency().compute_thread_count(), 1u, 8u))) {}

  llvm::Expected<std::vector<NpyArray>> run(const Sample &inputs) override {
    std::vector<const NpyArray *> pointers;
    for (const NpyArray &input : inputs)
      pointers.push_back(&input);
    std::string error;
    std::optional<std::vector<NpyArray>> outputs = model->run(pointers, error, threads.parallel());
    if (!outputs)
      return llvm::createStringError(error);
    return std::move(*outputs);
  }

private:
  std::unique_ptr<LoadedModel> model;
  ThreadPool threads; ///< their number does not change the results
};

/// One model in several hands.
class SharedModel : public InstrumentedModel {
public:
  explicit SharedModel(std::shared_ptr<InstrumentedModel> model) : model(std::move(model)) {}

  llvm::Expected<std::vector<NpyArray>> run(const Sample &inputs) override { return model->run(inputs); }

private:
  std::shared_ptr<InstrumentedModel> model;
};
} // namespace

llvm::Expected<std::unique_ptr<InstrumentedModel>> HostCompiler::compile(ModuleOp module) {
  auto same = [&](const Kept &entry) {
    return OperationEquivalence::isEquivalentTo(entry.source.get(), module,
                                                OperationEquivalence::IgnoreLocations);
  };
  if (auto found = llvm::find_if(kept, same); found != kept.end())
    return std::make_unique<SharedModel>(found->model);
  OwningOpRef<ModuleOp> source = module.clone();
  llvm::Expected<std::unique_ptr<LoadedModel>> loaded = loadForHost(module);
  if (!loaded)
    return loaded.takeError();
  if (kept.size() == kKeptModels)
    kept.erase(kept.begin());
  kept.push_back({std::move(source), std::make_shared<HostInstrumentedModel>(std::move(*loaded))});
  return std::make_unique<SharedModel>(kept.back().model);
}

} // namespace quern
