// One compiled model on which any choice of activations' quantizers can be tried.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"
#include "lib/Pipelines/Calibrate.h"
#include "passes/InsertSimulation/SimulationSlots.h"

namespace quern {

/// What happens in one slot. Off by default: the value passes as it is.
struct SlotSetting {
  std::optional<Quantizer> quantizer;
  llvm::ArrayRef<double> scale, shift; ///< of the channels; empty: 1 and 0
};

/// Squared errors of outputs, and what they are measured against.
struct SimulationError {
  double error = 0, power = 0; ///< sum |y - y_float|^2, sum |y_float|^2

  SimulationError &operator+=(const SimulationError &other);
  /// error / power; the error itself of outputs that are all zero, infinity if one is not finite.
  double relative() const;
};

/// Runs the float model with simulated quantization on a few samples that it keeps.
class Simulator {
public:
  /// Compiles a copy of `assigned`, whose ops are numbered and have their precision and ranges, and keeps the
  /// outputs of the float model on `samples` as the truth.
  static llvm::Expected<std::unique_ptr<Simulator>>
  create(mlir::ModuleOp assigned, std::vector<Sample> samples, const CompileInstrumented &compile);

  llvm::ArrayRef<SimulationSlot> getSlots() const { return slots; }

  /// Over all float outputs of the samples of these numbers, one setting for each slot; padding
  /// (lib/Calibration/Padding.h) does not count.
  llvm::Expected<SimulationError> measure(llvm::ArrayRef<SlotSetting> settings,
                                          llvm::ArrayRef<size_t> numbers);

private:
  Simulator() = default;
  llvm::Expected<std::vector<NpyArray>> run(llvm::ArrayRef<SlotSetting> settings, const Sample &sample);

  std::unique_ptr<InstrumentedModel> model;
  std::vector<SimulationSlot> slots;
  std::vector<Sample> samples;
  std::vector<std::vector<NpyArray>> truth; ///< of each sample
  Sample buffer;                            ///< inputs, then what the slots are given
  size_t inputs = 0;
};

} // namespace quern
