// One compiled model on which any choice of weights can be tried.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/ChosenRegion.h"
#include "lib/Pipelines/Assignment/WeightVariants.h"
#include "lib/Pipelines/Calibrate.h"
#include "passes/InsertSimulation/SimulationSlots.h"

namespace quern {

/// The option of each op.
using WeightChoice = std::vector<size_t>;

/// How one of the results that an op has with its options is chosen.
struct ResultSelector {
  std::vector<size_t> inputs;  ///< of the model, for each result; none where there is one
  std::vector<size_t> results; ///< of each option: the number of its result
};

/// Which activations are rounded to static codes where the choice has such.
struct CodedActivations {
  enum Kind { None, OfOneOp, All } kind = None;
  size_t op = 0; ///< whose, for OfOneOp

  static CodedActivations none() { return {}; }
  /// Those of the op where its options differ in activations; none otherwise.
  static CodedActivations of(size_t op) { return {OfOneOp, op}; }
  static CodedActivations all() { return {All, 0}; }
};

/// Runs the model with a choice of options, and with simulated codes of activations or without, on a few
/// samples that it keeps. Scales of rows are found as they are when the model runs.
class VariantModel {
public:
  /// Compiles a copy of the numbered module in which each op is computed with every variant of its weight,
  /// and of its activation's rows, and inputs choose between the results. `ops` outlive the model. Outputs
  /// that are a Softmax, LogSoftmax or Sigmoid are compared before it. The truth is what the float model,
  /// compiled beside it, makes of the samples.
  static llvm::Expected<std::unique_ptr<VariantModel>>
  create(mlir::ModuleOp assigned, llvm::ArrayRef<AssignableOp> ops,
         llvm::ArrayRef<std::vector<WeightVariant>> variants, std::vector<Sample> samples,
         const CompileInstrumented &compile);

  llvm::Expected<std::vector<NpyArray>> run(const WeightChoice &choice, CodedActivations coded,
                                            size_t sample);

  /// Every op with its finest option.
  WeightChoice baseChoice() const;
  size_t countSamples() const { return samples.size(); }
  /// The outputs of the float model; what takes no part in them is marked (lib/Calibration/Padding.h).
  llvm::ArrayRef<NpyArray> truthOf(size_t sample) const { return truth[sample]; }
  /// The outputs with that choice and no static codes of activations.
  llvm::ArrayRef<NpyArray> baseOf(size_t sample) const { return base[sample]; }

private:
  VariantModel() = default;
  llvm::Error runReferences(mlir::ModuleOp assigned, const CompileInstrumented &compile);
  void select(const WeightChoice &choice, CodedActivations coded);
  bool isCoded(const SimulationSlot &slot, const WeightChoice &choice, CodedActivations coded) const;

  std::unique_ptr<InstrumentedModel> model;
  std::vector<SimulationSlot> slots;
  llvm::ArrayRef<AssignableOp> ops;
  std::unique_ptr<ChosenRegion> region;
  std::vector<ResultSelector> selectors; ///< of each op
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
