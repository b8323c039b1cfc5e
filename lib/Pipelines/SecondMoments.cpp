// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Pipelines/Calibrate.h"
#include "lib/Pipelines/MomentAttributes.h"
#include "lib/Pipelines/MomentRows.h"
#include "lib/Pipelines/ObservedModel.h"
#include "passes/InsertObservers/ObservableValues.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace quern {

namespace {
/// Ops that multiply the same rows of one activation, and the second moment of these.
struct Readers {
  Value activation;
  MomentRows rows;
  SecondMoment moment;
  SmallVector<Operation *> ops;
};
} // namespace

static std::vector<Readers> findReaders(func::FuncOp main, llvm::function_ref<bool(Operation *)> isWanted) {
  std::map<std::pair<void *, std::string>, size_t> known;
  std::vector<Readers> readers;
  main.walk([&](Operation *op) {
    auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
    if (!precision || !precision.getWeights() || !isWanted(op))
      return;
    std::optional<MomentRows> rows = MomentRows::of(op);
    if (!rows)
      return;
    Value activation = op->getOperand(0);
    auto [entry, isNew] =
        known.try_emplace({activation.getAsOpaquePointer(), rows->getKey()}, readers.size());
    if (isNew)
      readers.push_back({activation, *rows, SecondMoment(rows->getSize()), {}});
    readers[entry->second].ops.push_back(op);
  });
  return readers;
}

/// One attribute for all ops: its bytes are shared.
static void attach(const Readers &readers, llvm::function_ref<RoundingChoice(Operation *)> choose) {
  MLIRContext *context = readers.ops.front()->getContext();
  std::optional<MomentAttributes> attributes[2]; // around zero, around the mean
  for (Operation *op : readers.ops) {
    bool centered = choose(op).correctBias && canCorrectBias(op);
    if (!attributes[centered])
      attributes[centered] = MomentAttributes::get(context, readers.moment, centered);
    attributes[centered]->setOn(op);
  }
}

llvm::Error attachSecondMoments(ModuleOp assigned, SampleReader &samples, const CalibrateOptions &options,
                                const CompileInstrumented &compile,
                                llvm::function_ref<RoundingChoice(Operation *)> choose) {
  auto main = assigned.lookupSymbol<func::FuncOp>("main");
  std::vector<Readers> readers = findReaders(main, [&](Operation *op) { return choose(op).weighsErrors(); });
  if (readers.empty())
    return llvm::Error::success();
  std::map<std::string, SmallVector<Readers *>> byName;
  for (const ObservableValue &observable : listObservableValues(main))
    for (Readers &reader : readers)
      if (reader.activation == observable.value)
        byName[observable.name].push_back(&reader);

  auto visit = [&](const Sample &, ArrayRef<std::string> names, ArrayRef<NpyArray> arrays) {
    for (auto [name, array] : llvm::zip_equal(names, arrays))
      if (auto found = byName.find(name); found != byName.end())
        for (Readers *reader : found->second)
          reader->rows.addTo(reader->moment, floatsOf(array));
  };
  if (auto count = visitObserved(assigned, samples, "second moments", options, compile, visit); !count)
    return count.takeError();
  for (const Readers &reader : readers)
    attach(reader, choose);
  return llvm::Error::success();
}

} // namespace quern
