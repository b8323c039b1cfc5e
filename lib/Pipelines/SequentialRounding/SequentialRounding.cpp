// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/SequentialRounding/SequentialRounding.h"

#include "lib/Numerics/DriftCorrection.h"
#include "lib/Pipelines/MomentAttributes.h"
#include "lib/Pipelines/ObservedModel.h"
#include "lib/Pipelines/Search/IntegerIslands.h"
#include "lib/Pipelines/Search/SampleSplit.h"
#include "lib/Pipelines/SequentialRounding/ReplaceableWeights.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/QuantizeWeights/GroupedWeight.h"

using namespace mlir;

namespace quern {

static constexpr int64_t kMostSamples = 64, kLeastSamples = 4;

bool isRoundedInSequence(Operation *op, const RoundingChoice &choice) {
  auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
  return choice.correctDrift && quantizable && isa<func::FuncOp>(op->getParentOp()) &&
         canRoundWeight(quantizable) && MomentRows::of(op).has_value();
}

namespace {
using Folds = std::array<DriftMoments, 2>;

class Sequence {
public:
  Sequence(ReplaceableWeights &model, ModuleOp module, std::vector<Sample> samples,
           const SequentialRoundingOptions &options)
      : model(model), samples(std::move(samples)), options(options) {
    for (auto op : module.lookupSymbol<func::FuncOp>("main").getOps<onnx::QuantizableOpInterface>())
      ops[numberOf(op)] = op;
  }

  llvm::Error run();

private:
  llvm::Expected<std::vector<Folds>> measure(ArrayRef<ReplaceableWeight> weights);
  LogicalResult round(size_t weight, const Folds &folds);

  ReplaceableWeights &model;
  std::vector<Sample> samples;
  const SequentialRoundingOptions &options;
  llvm::DenseMap<int64_t, onnx::QuantizableOpInterface> ops; ///< by number
  std::vector<std::vector<NpyArray>> originals; ///< the float model's activations, of each sample
};
} // namespace

/// The moments of one activation, as each of its readers multiplies it. Samples go to either fold in turn.
llvm::Expected<std::vector<Folds>> Sequence::measure(ArrayRef<ReplaceableWeight> weights) {
  std::vector<Folds> moments;
  for (const ReplaceableWeight &weight : weights) {
    int64_t size = weight.rows.getSize();
    moments.push_back({DriftMoments(size), DriftMoments(size)});
  }
  size_t activation = weights.front().activation;
  for (auto [number, sample] : llvm::enumerate(samples)) {
    const NpyArray &original = originals[number][activation];
    std::optional<NpyArray> now;
    if (!model.isInput(activation)) {
      auto drifted = model.run(sample);
      if (!drifted)
        return drifted.takeError();
      now = std::move((*drifted)[activation]);
    }
    std::span<const float> versions[] = {floatsOf(original), floatsOf(now ? *now : original)};
    for (size_t reader = 0; reader < weights.size(); ++reader) {
      if (reader > 0 && weights[reader].rows.getKey() == weights[reader - 1].rows.getKey())
        continue; // the same rows
      weights[reader].rows.visit(versions,
                                 [&](auto rows) { moments[reader][number % 2].add(rows[0], rows[1]); });
    }
  }
  for (size_t reader = 1; reader < weights.size(); ++reader)
    if (weights[reader].rows.getKey() == weights[reader - 1].rows.getKey())
      moments[reader] = moments[reader - 1];
  return moments;
}

LogicalResult Sequence::round(size_t weight, const Folds &folds) {
  onnx::QuantizableOpInterface op = ops.lookup(model.getWeights()[weight].number);
  RoundingChoice choice = options.choose(op);
  auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
  FailureOr<GroupedWeight> matrix = readGroupedWeight(op, precision.getWeights());
  if (failed(matrix))
    return failure();
  int64_t rows = matrix->layout.rows, columns = matrix->layout.columns;
  std::optional<unsigned> bias = choice.correctBias ? findConstantBias(op, columns) : std::nullopt;
  std::vector<double> correction = correctDrift(folds, matrix->values, columns, bias.has_value());
  if (!correction.empty())
    addToWeight(op, correction);
  DriftMoments whole = folds[0];
  whole += folds[1];
  if (bias) {
    // W^T E x - (W + D)^T E y: the mean of the result is the float model's.
    std::vector<double> drift = whole.getDrift().getRightMean(), mean = whole.getDrifted().getMean();
    std::vector<double> lost(columns, 0.0);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t column = 0; column < columns; ++column) {
        int64_t at = row * columns + column;
        lost[column] += double(matrix->values[at]) * drift[row];
        if (!correction.empty())
          lost[column] -= correction[at] * mean[row];
      }
    addToBias(op, *bias, lost);
  }
  MomentAttributes::get(op->getContext(), whole.getDrifted(), bias.has_value()).setOn(op);
  FailureOr<std::vector<float>> reals = roundWeight(op, choice);
  op->removeAttr(kSecondMomentAttrName);
  op->removeAttr(kActivationMeanAttrName);
  if (failed(reals))
    return failure();
  model.replace(weight, *reals, op);
  return success();
}

llvm::Error Sequence::run() {
  for (const Sample &sample : samples) {
    auto activations = model.runAndMark(sample);
    if (!activations)
      return activations.takeError();
    originals.push_back(std::move(*activations));
  }
  Progress progress("round weights", int64_t(model.countActivations()), options.progress);
  ArrayRef<ReplaceableWeight> rest = model.getWeights();
  while (!rest.empty()) {
    auto ofActivation = rest.take_while(
        [&](const ReplaceableWeight &weight) { return weight.activation == rest.front().activation; });
    auto moments = measure(ofActivation);
    if (!moments)
      return moments.takeError();
    size_t first = model.getWeights().size() - rest.size();
    for (auto [index, folds] : llvm::enumerate(*moments))
      if (failed(round(first + index, folds)))
        return llvm::createStringError("a weight cannot be rounded");
    rest = rest.drop_front(ofActivation.size());
    if (llvm::Error stop = progress.advance())
      return stop;
  }
  return llvm::Error::success();
}

llvm::Error roundInSequence(ModuleOp assigned, ModuleOp module, SampleReader &reader,
                            const SequentialRoundingOptions &options, const CompileInstrumented &compile) {
  ReplaceableWeights model = ReplaceableWeights::find(
      assigned, [&](auto op) { return isRoundedInSequence(op, options.choose(op)); });
  if (model.getWeights().empty())
    return llvm::Error::success();
  FailureOr<std::vector<InputSpec>> specs = readInputSpecs(assigned);
  if (failed(specs))
    return llvm::createStringError("the model cannot be calibrated");
  double workOfSample =
      countContractionWork(assigned.lookupSymbol<func::FuncOp>("main")) * double(model.countActivations());
  double affordable = std::min(options.work / std::max(1.0, workOfSample),
                               options.memory / std::max(1.0, double(model.countActivationBytes())));
  int64_t count =
      std::clamp(int64_t(std::min(affordable, double(kMostSamples))), kLeastSamples, kMostSamples);
  auto split = splitSamples(reader, *specs, count, 0, options.limit);
  if (!split)
    return split.takeError();
  if (llvm::Error error = model.compile(compile))
    return error;
  return Sequence(model, module, std::move(split->samples), options).run();
}

} // namespace quern
