// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Sensitivity/ActivationPower.h"

#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "lib/Pipelines/Assignment/ApplyAssignment.h"
#include "lib/Pipelines/Assignment/Sensitivity/WeightError.h"
#include "lib/Pipelines/ObservedModel.h"
#include "passes/InsertObservers/ObservableValues.h"

#include <cmath>

using namespace mlir;

namespace quern {

namespace {
/// Sums over [outer, channels, inner].
struct Power {
  int64_t channels, inner;
  std::vector<double> sums;
  std::vector<int64_t> values;

  void add(ArrayRef<float> elements) {
    for (auto [i, value] : llvm::enumerate(elements)) {
      if (!std::isfinite(value)) // padding
        continue;
      size_t channel = int64_t(i) / inner % channels;
      sums[channel] += double(value) * value;
      ++values[channel];
    }
  }
};
} // namespace

/// Nothing where the op's activation has no axis of channels.
static std::optional<Power> makePower(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto quantizable = cast<onnx::QuantizableOpInterface>(op);
  if (!type || !type.hasStaticShape() || quantizable.getWeightOperand() != 1u)
    return std::nullopt;
  int64_t axis = type.getRank() - 1;
  if (isa<onnx::ConvOp>(op))
    axis = 1;
  else if (auto gemm = dyn_cast<onnx::GemmOp>(op); gemm && gemm.getTransA() != 0)
    axis = 0;
  else if (!isa<onnx::MatMulOp, onnx::GemmOp>(op))
    return std::nullopt;
  int64_t channels = type.getDimSize(axis);
  if (channels == 0)
    return std::nullopt;
  return Power{channels, ShapedType::getNumElements(type.getShape().drop_front(axis + 1)),
               std::vector<double>(channels, 0.0), std::vector<int64_t>(channels, 0)};
}

llvm::Expected<std::vector<std::vector<double>>> measureActivationPowers(const SensitivityInputs &inputs) {
  ModuleOp assigned = inputs.assigned;
  llvm::DenseMap<int64_t, Operation *> byNumber = mapNumbers(assigned);
  std::vector<std::optional<Power>> powers;
  std::map<std::string, std::vector<size_t>> readers;
  llvm::DenseMap<Value, std::string> names;
  for (const ObservableValue &observable : listObservableValues(assigned.lookupSymbol<func::FuncOp>("main")))
    names[observable.value] = observable.name;
  for (auto [index, op] : llvm::enumerate(inputs.ops)) {
    powers.push_back(makePower(byNumber[op.number]));
    if (powers.back())
      readers[names.lookup(byNumber[op.number]->getOperand(0))].push_back(index);
  }
  auto visit = [&](const Sample &, ArrayRef<std::string> observed, ArrayRef<NpyArray> arrays) {
    for (auto [name, array] : llvm::zip_equal(observed, arrays))
      if (auto found = readers.find(name); found != readers.end())
        for (size_t index : found->second)
          powers[index]->add(readFloats(array));
  };
  std::unique_ptr<SampleReader> samples =
      makeSamplesInMemory(std::vector<Sample>(inputs.samples.begin(), inputs.samples.end()));
  CalibrateOptions options;
  options.progress = inputs.progress;
  auto count = visitObserved(assigned, *samples, "activations", options, inputs.compile, visit);
  if (!count)
    return count.takeError();
  std::vector<std::vector<double>> means(inputs.ops.size());
  for (auto [power, mean] : llvm::zip_equal(powers, means))
    if (power)
      for (auto [sum, values] : llvm::zip_equal(power->sums, power->values))
        mean.push_back(sum / double(std::max<int64_t>(values, 1)));
  return means;
}

int64_t channelOfElement(Operation *op, const WeightVariant &variant, int64_t index) {
  ArrayRef<int64_t> shape = variant.weight.getShapedType().getShape();
  if (auto conv = dyn_cast<onnx::ConvOp>(op)) {
    int64_t kernel = ShapedType::getNumElements(shape.drop_front(2)), terms = shape[1];
    int64_t output = index / (kernel * terms), group = output / (shape[0] / conv.getGroup());
    return group * terms + index / kernel % terms;
  }
  if (shape.size() < 2)
    return index;
  auto transposed = dyn_cast_or_null<IntegerAttr>(variant.attributes.get("transB"));
  return transposed && transposed.getInt() != 0 ? index % shape.back() : index / shape.back();
}

llvm::Expected<LossTable> measureHessianTraces(const SensitivityInputs &inputs) {
  auto powers = measureActivationPowers(inputs);
  if (!powers)
    return powers.takeError();
  llvm::DenseMap<int64_t, Operation *> byNumber = mapNumbers(inputs.assigned);
  return measureWeightErrors(inputs, [&](size_t op, const WeightVariant &variant, int64_t element) {
    const std::vector<double> &power = (*powers)[op];
    return power.empty() ? 1.0 : power[channelOfElement(byNumber[inputs.ops[op].number], variant, element)];
  });
}

} // namespace quern
