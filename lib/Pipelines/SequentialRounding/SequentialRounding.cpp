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

  llvm::Expected<LogicalResult> run();

private:
  llvm::Expected<Folds> measure(const ReplaceableWeight &weight);
  LogicalResult round(size_t weight, const Folds &folds);

  ReplaceableWeights &model;
  std::vector<Sample> samples;
  const SequentialRoundingOptions &options;
  llvm::DenseMap<int64_t, onnx::QuantizableOpInterface> ops; ///< by number
  std::vector<std::vector<NpyArray>> originals; ///< the float model's activations, of each sample
};
} // namespace

/// The moments of what the weight is multiplied with. Samples go to either fold in turn.
llvm::Expected<Folds> Sequence::measure(const ReplaceableWeight &weight) {
  int64_t size = weight.rows.getSize();
  Folds folds{DriftMoments(size), DriftMoments(size)};
  for (auto [number, sample] : llvm::enumerate(samples)) {
    const NpyArray &original = originals[number][weight.activation];
    std::optional<NpyArray> now;
    if (!model.isInput(weight.activation)) {
      auto drifted = model.run(sample);
      if (!drifted)
        return drifted.takeError();
      now = std::move((*drifted)[weight.activation]);
    }
    std::span<const float> versions[] = {floatsOf(original), floatsOf(now ? *now : original)};
    weight.rows.visit(versions, [&](auto rows) { folds[number % 2].add(rows[0], rows[1]); });
  }
  return folds;
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

llvm::Expected<LogicalResult> Sequence::run() {
  for (const Sample &sample : samples) {
    auto activations = model.runAndMark(sample);
    if (!activations)
      return activations.takeError();
    originals.push_back(std::move(*activations));
  }
  ArrayRef<ReplaceableWeight> weights = model.getWeights();
  Progress progress("round weights", int64_t(weights.size()), options.progress);
  std::optional<Folds> folds;
  for (size_t weight = 0; weight < weights.size(); ++weight) {
    if (weight == 0 || !weights[weight].sharesRowsWith(weights[weight - 1])) {
      llvm::Expected<Folds> measured = measure(weights[weight]);
      if (!measured)
        return measured.takeError();
      folds = std::move(*measured);
    }
    if (failed(round(weight, *folds)))
      return failure();
    if (llvm::Error stop = progress.advance())
      return std::move(stop);
  }
  return success();
}

llvm::Expected<LogicalResult> roundInSequence(ModuleOp assigned, ModuleOp module, SampleReader &reader,
                                              const SequentialRoundingOptions &options,
                                              const CompileInstrumented &compile) {
  ReplaceableWeights model = ReplaceableWeights::find(
      assigned, [&](auto op) { return isRoundedInSequence(op, options.choose(op)); });
  if (model.getWeights().empty())
    return success();
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
  llvm::Expected<LogicalResult> compiled = model.compile(compile);
  if (!compiled || failed(*compiled))
    return compiled;
  return Sequence(model, module, std::move(split->samples), options).run();
}

} // namespace quern
