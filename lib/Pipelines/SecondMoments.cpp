// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Constants.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Numerics/ErrorCompensation.h"
#include "lib/Pipelines/Calibrate.h"
#include "lib/Pipelines/Instrument.h"
#include "lib/Support/Progress.h"
#include "passes/InsertObservers/ObservableValues.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace quern {

/// The ops that want a second moment, by the activation that they read.
static llvm::MapVector<Value, SmallVector<Operation *>> findReaders(func::FuncOp main) {
  llvm::MapVector<Value, SmallVector<Operation *>> readers;
  main.walk([&](Operation *op) {
    auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
    if (precision && precision.getWeights() && !precision.getActivations())
      readers[op->getOperand(0)].push_back(op);
  });
  return readers;
}

static void attach(ArrayRef<Operation *> ops, const SecondMoment &moment) {
  Builder builder(ops.front()->getContext());
  int64_t size = moment.getSize();
  std::vector<double> sums = moment.get();
  // One attribute for all of them: its bytes are shared.
  ElementsAttr attribute = onnx::makeConstant(
      RankedTensorType::get({size, size}, builder.getF64Type()),
      ArrayRef<char>(reinterpret_cast<const char *>(sums.data()), sums.size() * sizeof(double)));
  for (Operation *op : ops)
    op->setAttr(kSecondMomentAttrName, attribute);
}

llvm::Error attachSecondMoments(ModuleOp assigned, SampleReader &samples, const CalibrateOptions &options,
                                const CompileInstrumented &compile) {
  auto main = assigned.lookupSymbol<func::FuncOp>("main");
  auto readers = findReaders(main);
  if (readers.empty())
    return llvm::Error::success();
  std::map<std::string, SecondMoment> moments;
  std::map<std::string, Value> observed;
  for (const ObservableValue &observable : listObservableValues(main))
    if (readers.contains(observable.value)) {
      moments.emplace(observable.name, cast<ShapedType>(observable.value.getType()).getShape().back());
      observed[observable.name] = observable.value;
    }

  std::vector<std::string> names;
  llvm::Expected<OwningOpRef<ModuleOp>> instrumented = makeInstrumented(assigned, names);
  if (!instrumented)
    return instrumented.takeError();
  llvm::Expected<std::unique_ptr<InstrumentedModel>> model = compile(**instrumented);
  if (!model)
    return model.takeError();
  std::optional<Progress> progress;
  if (options.showProgress)
    progress.emplace("second moments", samples.count());
  auto observe = [&](const Sample &sample) -> llvm::Error {
    llvm::Expected<std::vector<NpyArray>> arrays = (*model)->run(sample);
    if (!arrays)
      return arrays.takeError();
    for (auto [name, array] : llvm::zip_equal(names, *arrays))
      if (auto moment = moments.find(name); moment != moments.end())
        moment->second.add(
            {reinterpret_cast<const float *>(array.data.data()), array.data.size() / sizeof(float)});
    if (progress)
      progress->advance();
    return llvm::Error::success();
  };
  llvm::Expected<int64_t> count = forEachSample(samples, observe);
  if (!count)
    return count.takeError();
  for (const auto &[name, moment] : moments)
    attach(readers[observed[name]], moment);
  return llvm::Error::success();
}

} // namespace quern
