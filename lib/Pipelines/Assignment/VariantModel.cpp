// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/VariantModel.h"

#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Calibration/Padding.h"
#include "lib/Pipelines/Assignment/ApplyAssignment.h"
#include "lib/Pipelines/ExtraInput.h"
#include "lib/Pipelines/FloatArrays.h"
#include "passes/InsertQuantization/InsertQuantization.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace mlir;

namespace quern {

static NpyArray fillFloats(int64_t count, float value) {
  NpyArray array = makeFloats(count);
  llvm::fill(floatsOf(array), value);
  return array;
}

ArrayRef<float> readFloats(const NpyArray &array) {
  if (array.type != ElementType::Float32)
    return {};
  return floatsOf(array);
}

/// An f32 input of one element.
static BlockArgument addSelector(func::FuncOp function, const Twine &name) {
  return addExtraInput(function, RankedTensorType::get({1}, Float32Type::get(function.getContext())), name);
}

static Value makeConstant(OpBuilder &builder, Value replaced, ElementsAttr value) {
  return onnx::ConstantOp::create(builder, replaced.getLoc(), value.getType(), value);
}

/// Gives the op the variant's weight and bias; one without a bias leaves the op's own.
static void setVariant(onnx::QuantizableOpInterface op, const WeightVariant &variant) {
  OpBuilder builder(op);
  unsigned weightNumber = *op.getWeightOperand();
  std::optional<unsigned> biasNumber = variant.bias ? op.getBiasOperand() : std::nullopt;
  Value weight = makeConstant(builder, op->getOperand(weightNumber), variant.weight);
  Value bias = biasNumber ? makeConstant(builder, op->getOperand(*biasNumber), variant.bias) : Value();
  op->setAttrs(variant.attributes);
  op->setOperand(weightNumber, weight);
  if (bias)
    op->setOperand(*biasNumber, bias);
}

/// Computes the op with every variant and adds the results up, each times an input that is 0 or 1: so one of
/// them passes, bit by bit.
static ResultSelector insertVariants(func::FuncOp main, onnx::QuantizableOpInterface op,
                                     const AssignableOp &assignable, ArrayRef<WeightVariant> variants) {
  ResultSelector selector;
  if (!assignable.hasWeight) { // its options differ in activations
    selector.results.assign(variants.size(), 0);
    return selector;
  }
  std::vector<std::pair<size_t, bool>> distinct; // weights, and whether rows have scales
  for (size_t option = 0; option < variants.size(); ++option) {
    std::pair key(assignable.weightsOf(option), assignable.activationsOf(option) == "dynamic");
    selector.results.push_back(size_t(llvm::find(distinct, key) - distinct.begin()));
    if (selector.results.back() == distinct.size())
      distinct.push_back(key);
  }
  OpBuilder builder(op);
  Value activation = op->getOperand(0), rows;
  if (llvm::any_of(distinct, [](const auto &key) { return key.second; }))
    rows = insertRowPair(builder, op->getLoc(), activation);
  auto activationOf = [&](const std::pair<size_t, bool> &key) { return key.second ? rows : activation; };
  OwningOpRef<Operation *> original(op->clone()); // floats have its bias, which codes may have corrected
  setVariant(op, variants.front());
  op->setOperand(0, activationOf(distinct.front()));
  if (distinct.size() == 1)
    return selector;
  builder.setInsertionPointAfter(op);
  Value first = op->getResult(0), sum;
  Operation *reader = nullptr; // of the first variant's result
  for (const auto &key : distinct) {
    Operation *computed = op;
    if (sum) {
      computed = builder.clone(**original);
      setVariant(cast<onnx::QuantizableOpInterface>(computed), variants[key.first]);
      computed->setOperand(0, activationOf(key));
      computed->removeAttr(onnx::valueNamesAttribute);
      computed->removeAttr(kNumberAttrName);
    }
    std::string name =
        "quern.variant" + std::to_string(numberOf(op)) + "." + std::to_string(selector.inputs.size());
    selector.inputs.push_back(main.getNumArguments());
    Value selected = onnx::MulOp::create(builder, op->getLoc(), first.getType(), computed->getResult(0),
                                         addSelector(main, name));
    if (!reader)
      reader = selected.getDefiningOp();
    sum = sum ? Value(onnx::AddOp::create(builder, op->getLoc(), first.getType(), sum, selected)) : selected;
  }
  first.replaceAllUsesExcept(sum, reader);
  return selector;
}

/// A copy that returns, instead of a Softmax or Sigmoid of a value, the value: where the model is sure, these
/// hide errors that show on samples where it is not, and there are few samples.
static OwningOpRef<ModuleOp> cloneWithoutSaturation(ModuleOp assigned) {
  OwningOpRef<ModuleOp> copy = assigned.clone();
  Operation *terminator = copy->lookupSymbol<func::FuncOp>("main").front().getTerminator();
  for (OpOperand &output : terminator->getOpOperands())
    if (Operation *last = output.get().getDefiningOp();
        isa_and_present<onnx::SoftmaxOp, onnx::LogSoftmaxOp, onnx::SigmoidOp>(last) &&
        last->getOperand(0).getType() == output.get().getType())
      output.set(last->getOperand(0));
  return copy;
}

llvm::Expected<std::unique_ptr<VariantModel>>
VariantModel::create(ModuleOp assigned, ArrayRef<AssignableOp> ops,
                     ArrayRef<std::vector<WeightVariant>> variants, std::vector<Sample> samples,
                     const CompileInstrumented &compile) {
  std::unique_ptr<VariantModel> created(new VariantModel);
  OwningOpRef<ModuleOp> module = cloneWithoutSaturation(assigned);
  auto main = module->lookupSymbol<func::FuncOp>("main");
  created->inputs = main.getNumArguments();
  FailureOr<std::vector<SimulationSlot>> slots = insertSimulation(main);
  if (failed(slots))
    return llvm::createStringError("the quantization of the model cannot be simulated");
  created->slots = std::move(*slots);
  llvm::DenseMap<int64_t, Operation *> byNumber = mapNumbers(*module);
  for (auto [op, ofOp] : llvm::zip_equal(ops, variants))
    created->selectors.push_back(
        insertVariants(main, cast<onnx::QuantizableOpInterface>(byNumber[op.number]), op, ofOp));
  auto model = compile(*module);
  if (!model)
    return model.takeError();
  created->model = std::move(*model);
  created->samples = std::move(samples);
  created->ops = ops;
  created->region = std::make_unique<ChosenRegion>(assigned, ops);

  created->buffer.resize(created->inputs);
  for (const SimulationSlot &slot : created->slots) {
    created->buffer.push_back(fillFloats(4, 0));
    if (!slot.channels)
      continue;
    created->buffer.push_back(fillFloats(slot.channels, 1));
    created->buffer.push_back(fillFloats(slot.channels, 0));
  }
  for (const ResultSelector &selector : created->selectors)
    created->buffer.insert(created->buffer.end(), selector.inputs.size(), fillFloats(1, 0));
  if (llvm::Error error = created->runReferences(assigned, compile))
    return std::move(error);
  return created;
}

/// What is not finite in `from` is not in `to` either.
static void copyMarks(ArrayRef<NpyArray> from, MutableArrayRef<NpyArray> to) {
  for (auto [marked, array] : llvm::zip_equal(from, to)) {
    auto *values = reinterpret_cast<float *>(array.data.data());
    for (auto [index, value] : llvm::enumerate(readFloats(marked)))
      if (!std::isfinite(value))
        values[index] = value;
  }
}

llvm::Error VariantModel::runReferences(ModuleOp assigned, const CompileInstrumented &compile) {
  OwningOpRef<ModuleOp> copy = cloneWithoutSaturation(assigned);
  std::vector<size_t> outputs(copy->lookupSymbol<func::FuncOp>("main").getNumResults());
  std::iota(outputs.begin(), outputs.end(), 0);
  auto floatModel = compile(*copy);
  if (!floatModel)
    return floatModel.takeError();
  for (size_t sample = 0; sample < samples.size(); ++sample) {
    auto marked = runAndMarkPadding([&](const Sample &inputs) { return (*floatModel)->run(inputs); }, outputs,
                                    samples[sample]);
    if (!marked)
      return marked.takeError();
    auto ofBase = run(baseChoice(), CodedActivations::none(), sample);
    if (!ofBase)
      return ofBase.takeError();
    copyMarks(*marked, *ofBase);
    truth.push_back(std::move(*marked));
    base.push_back(std::move(*ofBase));
  }
  return llvm::Error::success();
}

WeightChoice VariantModel::baseChoice() const {
  WeightChoice choice;
  for (const AssignableOp &op : ops)
    choice.push_back(op.finest());
  return choice;
}

bool VariantModel::isCoded(const SimulationSlot &slot, const WeightChoice &choice,
                           CodedActivations coded) const {
  switch (coded.kind) {
  case CodedActivations::None:
    return false;
  case CodedActivations::OfOneOp: {
    const AssignableOp &op = ops[coded.op];
    return slot.user == op.number && op.choosesActivations() && !op.hasOtherActivations(choice[coded.op]);
  }
  case CodedActivations::All:
    return region->isCoded(slot);
  }
  llvm_unreachable("every kind has a case");
}

void VariantModel::select(const WeightChoice &choice, CodedActivations coded) {
  region->choose(choice);
  for (const SimulationSlot &slot : slots) {
    auto *quantizer = reinterpret_cast<float *>(buffer[slot.quantizerArgument].data.data());
    std::fill_n(quantizer, 4, 0.0f); // passes values as they are
    if (!isCoded(slot, choice, coded))
      continue;
    quantizer[0] = float(slot.type.getScale());
    quantizer[1] = float(slot.type.getZeroPoint());
    quantizer[2] = float(slot.type.getStorageTypeMin());
    quantizer[3] = float(slot.type.getStorageTypeMax());
  }
  for (auto [selector, option] : llvm::zip_equal(selectors, choice))
    for (auto [result, input] : llvm::enumerate(selector.inputs))
      *reinterpret_cast<float *>(buffer[input].data.data()) =
          result == selector.results[option] ? 1.0f : 0.0f;
}

llvm::Expected<std::vector<NpyArray>> VariantModel::run(const WeightChoice &choice, CodedActivations coded,
                                                        size_t sample) {
  select(choice, coded);
  // The sample is lent to the buffer for the run.
  auto lend = [&] { std::swap_ranges(buffer.begin(), buffer.begin() + inputs, samples[sample].begin()); };
  lend();
  auto outputs = model->run(buffer);
  lend();
  return outputs;
}

void SquaredError::add(ArrayRef<NpyArray> outputs, ArrayRef<NpyArray> references) {
  for (auto [output, reference] : llvm::zip_equal(outputs, references))
    for (auto [y, r] : llvm::zip_equal(readFloats(output), readFloats(reference))) {
      if (!std::isfinite(r))
        continue;
      error += (double(y) - r) * (double(y) - r);
      power += double(r) * r;
    }
}

double SquaredError::get() const {
  if (!std::isfinite(error))
    return std::numeric_limits<double>::infinity();
  return power > 0 ? error / power : error;
}

llvm::Expected<double> measureOutputError(VariantModel &model, const WeightChoice &choice, size_t begin,
                                          size_t end) {
  SquaredError error;
  for (size_t sample = begin; sample < end; ++sample) {
    auto outputs = model.run(choice, CodedActivations::all(), sample);
    if (!outputs)
      return outputs.takeError();
    error.add(*outputs, model.truthOf(sample));
  }
  return error.get();
}

} // namespace quern
