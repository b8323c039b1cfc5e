// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/TriedChanges.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/Structure.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"
#include "lib/Pipelines/ObservedModel.h"
#include "lib/Report/HubForm.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace quern {

namespace {
/// Adds changes to a copy of a hub form.
class ChangedModel {
public:
  ChangedModel(ModuleOp hub, ArrayRef<ComparedNode> nodes)
      : nodes(nodes), copy(copyForFloat(hub, toCopy)), main(copy->lookupSymbol<func::FuncOp>("main")),
        builder(main.getContext()) {}

  void build(ArrayRef<Change> changes);
  OwningOpRef<ModuleOp> takeModule() { return std::move(copy); }

  size_t outputs = 0;                       ///< the first arrays are the model's outputs
  std::vector<std::vector<size_t>> results; ///< of each change: the arrays that are its node's f32 results

private:
  Operation *buildChange(const Change &change);
  Value requantize(Value value, const Quantizer &quantizer);
  Value divide(Value value, ArrayRef<float> divisors);
  Value makeFloats(ArrayRef<int64_t> shape, ArrayRef<float> values, Location loc);
  Value addSelector(size_t number);

  ArrayRef<ComparedNode> nodes;
  IRMapping toCopy;
  OwningOpRef<ModuleOp> copy;
  func::FuncOp main;
  OpBuilder builder;
};
} // namespace

Value ChangedModel::makeFloats(ArrayRef<int64_t> shape, ArrayRef<float> values, Location loc) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float));
  return onnx::ConstantOp::create(builder, loc, type, onnx::makeConstant(type, bytes));
}

Value ChangedModel::requantize(Value value, const Quantizer &quantizer) {
  bool isSigned = quantizer.codes.lowest < 0;
  auto type = quant::UniformQuantizedType::get(
      isSigned ? quant::QuantizationFlags::Signed : 0, builder.getIntegerType(8), builder.getF32Type(),
      quantizer.scale, quantizer.zeroPoint, quantizer.codes.lowest, quantizer.codes.highest);
  auto tensor = cast<RankedTensorType>(value.getType());
  Value codes = QuantizeOp::create(builder, value.getLoc(), withElementType(tensor, type), value);
  return DequantizeOp::create(builder, value.getLoc(), tensor, codes);
}

Value ChangedModel::divide(Value value, ArrayRef<float> divisors) {
  Value divisor = makeFloats({int64_t(divisors.size())}, divisors, value.getLoc());
  return onnx::DivOp::create(builder, value.getLoc(), value.getType(), value, divisor);
}

Operation *ChangedModel::buildChange(const Change &change) {
  const ComparedNode &node = nodes[change.node];
  auto plain = [&](unsigned operand) {
    return toCopy.lookup(beforeQuantizer(node.hubOp->getOperand(operand)));
  };
  if (change.kind == ChangeKind::Float) {
    IRMapping operands;
    for (Value operand : node.floatOp->getOperands())
      if (Operation *constant = operand.getDefiningOp())
        if (onnx::getConstant(operand) || isa<onnx::NoValueOp>(constant))
          operands.map(operand, builder.clone(*constant)->getResult(0));
    Operation *clone = builder.clone(*node.floatOp, operands);
    for (unsigned i = 0; i < clone->getNumOperands(); ++i)
      if (!operands.contains(node.floatOp->getOperand(i)))
        clone->setOperand(i, plain(i));
    return clone;
  }
  IRMapping operands;
  for (Value operand : node.hubOp->getOperands())
    operands.map(operand, toCopy.lookup(operand));
  SmallVector<std::pair<unsigned, Value>> changed;
  for (auto [operand, quantizer] : change.ranges) {
    Value value = plain(operand);
    changed.push_back(
        {operand, requantize(change.divisors.empty() ? value : divide(value, change.divisors), quantizer)});
  }
  if (!change.weight.empty()) {
    unsigned operand = *cast<onnx::QuantizableOpInterface>(node.hubOp).getWeightOperand();
    auto type = cast<RankedTensorType>(node.hubOp->getOperand(operand).getType());
    changed.push_back({operand, makeFloats(type.getShape(), change.weight, node.hubOp->getLoc())});
  }
  Operation *clone = builder.clone(*node.hubOp, operands);
  for (auto [operand, value] : changed)
    clone->setOperand(operand, value);
  return clone;
}

Value ChangedModel::addSelector(size_t number) {
  auto type = RankedTensorType::get({1}, builder.getF32Type());
  unsigned argument = main.getNumArguments();
  auto name = builder.getStringAttr("quern.change" + std::to_string(number));
  (void)main.insertArgument(argument, type,
                            builder.getDictionaryAttr(builder.getNamedAttr(onnx::nameAttribute, name)),
                            main.getLoc());
  return main.getArgument(argument);
}

void ChangedModel::build(ArrayRef<Change> changes) {
  SmallVector<Value> shown;
  Operation *terminator = main.front().getTerminator();
  outputs = terminator->getNumOperands();
  std::vector<SmallVector<Value>> values;
  for (auto [number, change] : llvm::enumerate(changes)) {
    Operation *actual = toCopy.lookup(nodes[change.node].hubOp);
    // In front of the selections of the node's earlier changes, which read what this one lets pass.
    builder.setInsertionPointAfter(actual);
    Operation *changed = buildChange(change);
    // 0 or 1, so that one of the two passes, bit by bit.
    Value selector = addSelector(number), one = makeFloats({1}, {1.0f}, actual->getLoc());
    Value keeper = onnx::SubOp::create(builder, actual->getLoc(), one.getType(), one, selector);
    SmallVector<Value> &ofChange = values.emplace_back();
    for (auto [before, after] : llvm::zip_equal(actual->getResults(), changed->getResults())) {
      auto type = dyn_cast<RankedTensorType>(before.getType());
      if (!type || !type.getElementType().isF32())
        continue;
      ofChange.push_back(after);
      auto kept = onnx::MulOp::create(builder, before.getLoc(), type, before, keeper);
      auto taken = onnx::MulOp::create(builder, before.getLoc(), type, after, selector);
      Value chosen = onnx::AddOp::create(builder, before.getLoc(), type, kept, taken);
      before.replaceAllUsesExcept(chosen, kept);
    }
  }
  shown.assign(terminator->operand_begin(), terminator->operand_end());
  for (const SmallVector<Value> &ofChange : values) {
    std::vector<size_t> &numbers = results.emplace_back();
    for (Value value : ofChange) {
      numbers.push_back(shown.size());
      shown.push_back(value);
    }
  }
  terminator->setOperands(shown);
  main.setFunctionType(builder.getFunctionType(main.getArgumentTypes(), ValueRange(shown).getTypes()));
  main.removeResAttrsAttr();
}

/// The input that lets a change pass, or not.
static NpyArray makeSelector(bool passes) {
  NpyArray array{ElementType::Float32, {1}, std::vector<std::byte>(sizeof(float))};
  *reinterpret_cast<float *>(array.data.data()) = passes ? 1.0f : 0.0f;
  return array;
}

static void addOutputs(ErrorPower &errors, ArrayRef<NpyArray> actual, ArrayRef<const NpyArray *> exact) {
  for (auto [y, r] : llvm::zip_equal(actual, exact))
    if (r->type == ElementType::Float32)
      errors.add(floatsOf(y), floatsOf(*r), floatsOf(*r));
}

llvm::Expected<TriedChanges> tryChanges(ModuleOp hub, ComparedModel &compared, ArrayRef<Change> changes,
                                        ArrayRef<Sample> samples, const CompileInstrumented &compile,
                                        ProgressListener *listener) {
  TriedChanges tried;
  tried.changes.resize(changes.size());
  ChangedModel changed(hub, compared.getNodes());
  changed.build(changes);
  OwningOpRef<ModuleOp> module = changed.takeModule();
  auto model = compile(*module);
  if (!model)
    return model.takeError();
  Progress progress("report: changes", int64_t(samples.size() * (changes.size() + 1)), listener);
  for (const Sample &sample : samples) {
    llvm::Expected<std::vector<NpyArray>> reference = compared.run(sample);
    if (!reference)
      return reference.takeError();
    SmallVector<const NpyArray *> exact;
    for (size_t output : compared.getExactOutputs())
      exact.push_back(&(*reference)[output]);
    Sample inputs = sample;
    inputs.insert(inputs.end(), changes.size(), makeSelector(false));
    auto run = [&]() -> llvm::Expected<std::vector<NpyArray>> {
      if (llvm::Error stop = progress.advance())
        return std::move(stop);
      return (*model)->run(inputs);
    };
    llvm::Expected<std::vector<NpyArray>> plain = run();
    if (!plain)
      return plain.takeError();
    addOutputs(tried.outputs, ArrayRef<NpyArray>(*plain).take_front(changed.outputs), exact);
    size_t leaveFloat = 0;
    for (auto [number, change] : llvm::enumerate(changes)) {
      if (change.kind == ChangeKind::Float)
        leaveFloat = number;
      for (auto [result, inherited, evaluation] :
           llvm::zip_equal(changed.results[number], changed.results[leaveFloat],
                           compared.getNodes()[change.node].results))
        tried.changes[number].added.add(floatsOf((*plain)[result]), floatsOf((*plain)[inherited]),
                                        floatsOf((*reference)[evaluation.exact]));
      NpyArray &selector = inputs[sample.size() + number];
      selector = makeSelector(true);
      llvm::Expected<std::vector<NpyArray>> outputs = run();
      selector = makeSelector(false);
      if (!outputs)
        return outputs.takeError();
      addOutputs(tried.changes[number].outputs, ArrayRef<NpyArray>(*outputs).take_front(changed.outputs),
                 exact);
    }
  }
  return tried;
}

} // namespace quern
