// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Search/Simulator.h"

#include "lib/Calibration/Padding.h"
#include "lib/Pipelines/ObservedModel.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace mlir;

namespace quern {

llvm::Expected<std::unique_ptr<Simulator>> Simulator::create(ModuleOp assigned, std::vector<Sample> samples,
                                                             const CompileInstrumented &compile) {
  std::unique_ptr<Simulator> simulator(new Simulator);
  OwningOpRef<ModuleOp> module = assigned.clone();
  auto main = module->lookupSymbol<func::FuncOp>("main");
  FailureOr<std::vector<SimulationSlot>> slots = insertSimulation(main);
  if (failed(slots))
    return llvm::createStringError("the quantization of the model cannot be simulated");
  simulator->slots = std::move(*slots);
  simulator->inputs = assigned.lookupSymbol<func::FuncOp>("main").getNumArguments();
  simulator->samples = std::move(samples);
  auto model = compile(*module);
  if (!model)
    return model.takeError();
  simulator->model = std::move(*model);

  simulator->buffer.resize(simulator->inputs);
  for (const SimulationSlot &slot : simulator->slots) {
    simulator->buffer.push_back(makeFloats(4));
    if (slot.channels) {
      simulator->buffer.push_back(makeFloats(slot.channels));
      simulator->buffer.push_back(makeFloats(slot.channels));
    }
  }
  std::vector<SlotSetting> off(simulator->slots.size());
  std::vector<size_t> outputs(assigned.lookupSymbol<func::FuncOp>("main").getNumResults());
  std::iota(outputs.begin(), outputs.end(), 0);
  auto runFloat = [&](const Sample &sample) { return simulator->run(off, sample); };
  for (const Sample &sample : simulator->samples) {
    auto marked = runAndMarkPadding(runFloat, outputs, sample);
    if (!marked)
      return marked.takeError();
    simulator->truth.push_back(std::move(*marked));
  }
  return simulator;
}

static void fill(MutableArrayRef<float> target, ArrayRef<double> values, float otherwise) {
  if (values.empty())
    llvm::fill(target, otherwise);
  else
    llvm::copy(values, target.begin());
}

llvm::Expected<std::vector<NpyArray>> Simulator::run(ArrayRef<SlotSetting> settings, const Sample &sample) {
  for (auto [slot, setting] : llvm::zip_equal(slots, settings)) {
    MutableArrayRef<float> quantizer = floatsOf(buffer[slot.quantizerArgument]);
    llvm::fill(quantizer, 0.0f);
    if (setting.quantizer) {
      quantizer[0] = setting.quantizer->scale;
      quantizer[1] = float(setting.quantizer->zeroPoint);
      quantizer[2] = setting.quantizer->codes.lowest;
      quantizer[3] = setting.quantizer->codes.highest;
    }
    if (!slot.channels)
      continue;
    fill(floatsOf(buffer[slot.quantizerArgument + 1]), setting.scale, 1);
    fill(floatsOf(buffer[slot.quantizerArgument + 2]), setting.shift, 0);
  }
  llvm::copy(sample, buffer.begin());
  return model->run(buffer);
}

SimulationError &SimulationError::operator+=(const SimulationError &other) {
  error += other.error;
  power += other.power;
  return *this;
}

double SimulationError::relative() const {
  if (!std::isfinite(error))
    return std::numeric_limits<double>::infinity();
  return power > 0 ? error / power : error;
}

llvm::Expected<SimulationError> Simulator::measure(ArrayRef<SlotSetting> settings, ArrayRef<size_t> numbers) {
  SimulationError sum;
  for (size_t sample : numbers) {
    auto outputs = run(settings, samples[sample]);
    if (!outputs)
      return outputs.takeError();
    for (auto [output, reference] : llvm::zip_equal(*outputs, truth[sample])) {
      if (output.type != ElementType::Float32)
        continue;
      for (auto [y, r] : llvm::zip_equal(floatsOf(std::as_const(output)), floatsOf(reference))) {
        if (!std::isfinite(r))
          continue;
        sum += {(double(y) - r) * (double(y) - r), double(r) * r};
      }
    }
  }
  return sum;
}

} // namespace quern
