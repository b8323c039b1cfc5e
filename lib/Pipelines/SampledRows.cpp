// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/RowReservoir.h"
#include "lib/Pipelines/Calibrate.h"
#include "lib/Pipelines/ObservedModel.h"
#include "passes/EdgeTransforms/ActivationRows.h"
#include "passes/EdgeTransforms/Edges.h"
#include "passes/EdgeTransforms/OutputError.h"
#include "passes/InsertObservers/ObservableValues.h"

using namespace mlir;

namespace quern {

llvm::Error attachRows(ModuleOp prepared, SampleReader &samples, int64_t count,
                       const CalibrateOptions &options, const CompileInstrumented &compile) {
  auto main = prepared.lookupSymbol<func::FuncOp>("main");
  llvm::DenseMap<Value, int64_t> wanted;
  for (const Edge &edge : listEdges(main, /*shifted=*/false))
    if (llvm::all_of(edge.consumers, [&](auto &consumer) { return readMatrix(edge, consumer).has_value(); }))
      wanted[edge.value] = edge.channels;
  if (wanted.empty())
    return llvm::Error::success();
  std::map<std::string, std::pair<Value, RowReservoir>> reservoirs;
  for (const ObservableValue &observable : listObservableValues(main))
    if (auto found = wanted.find(observable.value); found != wanted.end())
      reservoirs.emplace(observable.name, std::pair(observable.value, RowReservoir(found->second, count)));
  auto visit = [&](const Sample &, ArrayRef<std::string> names, ArrayRef<NpyArray> arrays) {
    for (auto [name, array] : llvm::zip_equal(names, arrays))
      if (auto found = reservoirs.find(name); found != reservoirs.end())
        found->second.second.add(floatsOf(array));
  };
  if (auto count = visitObserved(prepared, samples, "sample rows", options, compile, visit); !count)
    return count.takeError();
  for (const auto &[name, entry] : reservoirs)
    if (entry.second.count() > 0)
      writeRows(entry.first, {entry.second.count(), entry.second.getWidth(), entry.second.get()});
  return llvm::Error::success();
}

} // namespace quern
