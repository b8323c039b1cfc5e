// One compiled model on which any choice of weights can be tried.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/WeightVariants.h"
#include "lib/Pipelines/Calibrate.h"
#include "passes/InsertSimulation/SimulationSlots.h"

namespace quern {

/// The option of each op.
using WeightChoice = std::vector<size_t>;

/// Runs the model with a choice of weights, and with simulated codes of activations or without, on a few
/// samples that it keeps.
class VariantModel {
public:
  /// Compiles a copy of the numbered module in which each op is computed with every variant of its weight,
  /// and inputs choose between the results. Outputs that are a Softmax, LogSoftmax or Sigmoid are compared
  /// before it. The truth is what the float model, compiled beside it, makes of the samples.
  static llvm::Expected<std::unique_ptr<VariantModel>>
  create(mlir::ModuleOp assigned, llvm::ArrayRef<AssignableOp> ops,
         llvm::ArrayRef<std::vector<WeightVariant>> variants, std::vector<Sample> samples,
         const CompileInstrumented &compile);

  llvm::Expected<std::vector<NpyArray>> run(const WeightChoice &choice, bool quantizeActivations,
                                            size_t sample);

  /// Every op with its first option.
  WeightChoice baseChoice() const { return WeightChoice(selectors.size(), 0); }
  size_t countSamples() const { return samples.size(); }
  /// The outputs of the float model; what takes no part in them is marked (lib/Calibration/Padding.h).
  llvm::ArrayRef<NpyArray> truthOf(size_t sample) const { return truth[sample]; }
  /// The outputs with the first option of each op and float activations.
  llvm::ArrayRef<NpyArray> baseOf(size_t sample) const { return base[sample]; }

private:
  VariantModel() = default;
  llvm::Error runReferences(mlir::ModuleOp assigned, const CompileInstrumented &compile);
  void select(const WeightChoice &choice, bool quantizeActivations);

  std::unique_ptr<InstrumentedModel> model;
  std::vector<SimulationSlot> slots;
  std::vector<std::vector<size_t>>
      selectors; ///< of each op and option: the number of the input; none for one option
  std::vector<Sample> samples;
  std::vector<std::vector<NpyArray>> truth, base; ///< of each sample
  Sample buffer;                                  ///< inputs, what slots are given, selectors
  size_t inputs = 0;
};

/// The f32 elements of an array; none of other types.
llvm::ArrayRef<float> readFloats(const NpyArray &array);

/// Adds sum |y - r|^2 and sum |r|^2 over the float outputs; r that are not finite do not count.
struct SquaredError {
  double error = 0, power = 0;

  void add(llvm::ArrayRef<NpyArray> outputs, llvm::ArrayRef<NpyArray> references);
  /// The error relative to the power; infinite where an output was not finite.
  double get() const;
};

/// The error of the outputs of the samples [begin, end) against the truth, with everything quantized.
llvm::Expected<double> measureOutputError(VariantModel &model, const WeightChoice &choice, size_t begin,
                                          size_t end);

} // namespace quern
