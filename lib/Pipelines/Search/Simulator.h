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

/// Runs the float model with simulated quantization on a few samples that it keeps.
class Simulator {
public:
  /// Compiles a copy of `assigned`, whose ops are numbered and have their precision and ranges, and keeps the
  /// outputs of the float model on `samples` as the truth.
  static llvm::Expected<std::unique_ptr<Simulator>>
  create(mlir::ModuleOp assigned, std::vector<Sample> samples, const CompileInstrumented &compile);

  llvm::ArrayRef<SimulationSlot> getSlots() const { return slots; }

  /// sum |y - y_float|^2 / sum |y_float|^2 over all float outputs of the samples [begin, end), one setting
  /// for each slot; padding (lib/Calibration/Padding.h) does not count. An output that is not finite counts
  /// as an infinite error.
  llvm::Expected<double> measure(llvm::ArrayRef<SlotSetting> settings, size_t begin, size_t end);

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
