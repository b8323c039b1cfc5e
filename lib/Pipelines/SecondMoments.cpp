// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Constants.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Numerics/ErrorCompensation.h"
#include "lib/Pipelines/Calibrate.h"
#include "lib/Pipelines/Instrument.h"
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

  auto visit = [&](const std::string &name, ArrayRef<float> values) {
    if (auto moment = moments.find(name); moment != moments.end())
      moment->second.add(values);
  };
  if (llvm::Error error = visitObserved(assigned, samples, "second moments", options, compile, visit))
    return error;
  for (const auto &[name, moment] : moments)
    attach(readers[observed[name]], moment);
  return llvm::Error::success();
}

} // namespace quern
