// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/ApplyAssignment.h"
#include "lib/Pipelines/Assignment/Sensitivity/RelevanceRules.h"
#include "lib/Pipelines/Assignment/Sensitivity/WeightError.h"
#include "lib/Pipelines/ObservedModel.h"
#include "passes/InsertObservers/ObservableValues.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cmath>

using namespace mlir;

namespace quern {

/// Each row (last dimension) of a float output has one unit of relevance, at its greatest element.
static std::vector<double> relevanceOfOutput(ArrayRef<float> values, int64_t width) {
  std::vector<double> relevance(values.size(), 0.0);
  for (size_t at = 0; width > 0 && at + width <= values.size(); at += width) {
    ArrayRef<float> row = values.slice(at, width);
    relevance[at + (std::max_element(row.begin(), row.end()) - row.begin())] = 1;
  }
  return relevance;
}

/// The mean relevance of the elements of each op's result on one sample.
static std::vector<double> meanRelevances(func::FuncOp main, const Activations &activations,
                                          ArrayRef<Operation *> ops) {
  Relevances relevances;
  Operation *terminator = main.front().getTerminator();
  for (Value output : terminator->getOperands())
    if (auto found = activations.find(output); found != activations.end()) {
      ArrayRef<int64_t> shape = cast<RankedTensorType>(output.getType()).getShape();
      relevances[output] = relevanceOfOutput(found->second, shape.empty() ? 1 : shape.back());
    }
  for (Operation &op : llvm::reverse(main.front().without_terminator()))
    if (op.getNumResults() == 1)
      passRelevance(&op, activations, relevances);
  std::vector<double> means;
  for (Operation *op : ops) {
    double sum = 0;
    ArrayRef<double> ofResult = relevances[op->getResult(0)];
    for (double value : ofResult)
      sum += std::abs(value);
    means.push_back(ofResult.empty() ? 0 : sum / double(ofResult.size()));
  }
  return means;
}

llvm::Expected<LossTable> measureRelevances(const SensitivityInputs &inputs) {
  constexpr size_t kMostSamples = 4; // the rules are plain loops
  ModuleOp assigned = inputs.assigned;
  auto main = assigned.lookupSymbol<func::FuncOp>("main");
  llvm::DenseMap<int64_t, Operation *> byNumber = mapNumbers(assigned);
  SmallVector<Operation *> ops;
  for (const AssignableOp &op : inputs.ops)
    ops.push_back(byNumber[op.number]);
  std::map<std::string, Value> values;
  for (const ObservableValue &observable : listObservableValues(main))
    values[observable.name] = observable.value;
  std::vector<double> scores(ops.size(), 0.0);
  auto visit = [&](const Sample &, ArrayRef<std::string> names, ArrayRef<NpyArray> arrays) {
    Activations activations;
    for (auto [name, array] : llvm::zip_equal(names, arrays)) {
      auto value = values.find(name);
      if (value == values.end() || array.type != ElementType::Float32)
        continue;
      std::vector<float> &elements = activations[value->second];
      for (float element : readFloats(array))
        elements.push_back(std::isfinite(element) ? element : 0.0f); // padding
    }
    for (auto [score, mean] : llvm::zip_equal(scores, meanRelevances(main, activations, ops)))
      score += mean;
  };
  ArrayRef<Sample> few = inputs.samples.take_front(kMostSamples);
  std::unique_ptr<SampleReader> samples = makeSamplesInMemory(std::vector<Sample>(few.begin(), few.end()));
  CalibrateOptions options;
  options.progress = inputs.progress;
  auto count = visitObserved(assigned, *samples, "relevance", options, inputs.compile, visit);
  if (!count)
    return count.takeError();
  double total = 0;
  for (double score : scores)
    total += score;
  auto losses = measureRoundOff(inputs);
  if (losses)
    for (auto [ofOp, score] : llvm::zip_equal(*losses, scores))
      for (double &loss : ofOp)
        loss *= total > 0 ? score / total : 1.0 / double(scores.size());
  return losses;
}

} // namespace quern
