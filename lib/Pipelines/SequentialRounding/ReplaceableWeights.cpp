// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/SequentialRounding/ReplaceableWeights.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "lib/Calibration/Padding.h"
#include "lib/Pipelines/ExtraInput.h"
#include "lib/Pipelines/FloatArrays.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/QuantizeWeights/GroupedWeight.h"

#include <numeric>
#include <tuple>

using namespace mlir;

namespace quern {

static NpyArray makeArray(ArrayRef<int64_t> shape, ArrayRef<float> values) {
  NpyArray array = makeFloats(shape);
  llvm::copy(values, floatsOf(array).begin());
  return array;
}

/// `matrix` [rows, columns] with rows and columns exchanged.
static std::vector<float> transpose(ArrayRef<float> matrix, size_t columns) {
  size_t rows = columns == 0 ? 0 : matrix.size() / columns;
  std::vector<float> turned(matrix.size());
  for (size_t row = 0; row < rows; ++row)
    for (size_t column = 0; column < columns; ++column)
      turned[column * rows + row] = matrix[row * columns + column];
  return turned;
}

static std::vector<float> readReals(Value constant) {
  onnx::ConstantView view = *onnx::ConstantView::of(constant);
  std::vector<float> reals(view.size());
  for (int64_t i = 0; i < view.size(); ++i)
    reals[i] = float(view.real(i));
  return reals;
}

/// The activation's turn comes when everything before it has had its own: block arguments, then values in
/// order.
static bool comesBefore(Value a, Value b) {
  if (isa<BlockArgument>(a) || isa<BlockArgument>(b))
    return isa<BlockArgument>(a) && (!isa<BlockArgument>(b) || cast<BlockArgument>(a).getArgNumber() <
                                                                   cast<BlockArgument>(b).getArgNumber());
  return a.getDefiningOp() != b.getDefiningOp()
             ? a.getDefiningOp()->isBeforeInBlock(b.getDefiningOp())
             : cast<OpResult>(a).getResultNumber() < cast<OpResult>(b).getResultNumber();
}

ReplaceableWeights ReplaceableWeights::find(ModuleOp numbered,
                                            llvm::function_ref<bool(onnx::QuantizableOpInterface)> isWanted) {
  ReplaceableWeights found;
  found.module = numbered;
  auto main = numbered.lookupSymbol<func::FuncOp>("main");
  std::vector<std::pair<onnx::QuantizableOpInterface, MomentRows>> ops;
  for (auto op : main.getOps<onnx::QuantizableOpInterface>())
    if (isWanted(op))
      if (std::optional<MomentRows> rows = MomentRows::of(op)) {
        ops.emplace_back(op, std::move(*rows));
        if (!llvm::is_contained(found.activations, op->getOperand(0)))
          found.activations.push_back(op->getOperand(0));
      }
  llvm::sort(found.activations, comesBefore);
  for (auto [number, activation] : llvm::enumerate(found.activations))
    for (auto &[op, rows] : ops)
      if (op->getOperand(0) == activation)
        found.weights.push_back({numberOf(op), number, rows});
  llvm::sort(found.weights, [](const ReplaceableWeight &a, const ReplaceableWeight &b) {
    return std::tuple(a.activation, a.rows.getKey(), a.number) <
           std::tuple(b.activation, b.rows.getKey(), b.number);
  });
  return found;
}

int64_t ReplaceableWeights::countActivationBytes() const {
  int64_t bytes = 0;
  for (Value activation : activations)
    bytes += cast<RankedTensorType>(activation.getType()).getNumElements() * int64_t(sizeof(float));
  return bytes;
}

LogicalResult ReplaceableWeights::makeInputs(func::FuncOp main, onnx::QuantizableOpInterface op) {
  auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
  FailureOr<GroupedWeight> weight = readGroupedWeight(op, precision.getWeights());
  if (failed(weight))
    return failure();
  int64_t columns = weight->layout.columns;
  std::optional<unsigned> bias = findConstantBias(op, columns);
  std::vector<float> biasReals;
  if (bias)
    biasReals = readReals(op->getOperand(*bias));
  bool isConvolution = isa<onnx::ConvOp>(*op);
  SmallVector<int64_t> shape{weight->layout.rows, columns};
  if (isConvolution)
    shape.assign(cast<RankedTensorType>(op->getOperand(1).getType()).getShape());
  Builder builder(op->getContext());
  if (auto gemm = dyn_cast<onnx::GemmOp>(*op)) {
    for (float &value : biasReals)
      value *= gemm.getBeta().convertToFloat();
    if (bias)
      op->setAttr("beta", builder.getF32FloatAttr(1));
    op->setAttr("alpha", builder.getF32FloatAttr(1));
    op->setAttr("transB", builder.getI64IntegerAttr(0));
  }
  Inputs &own = inputs.emplace_back(Inputs{buffer.size(), std::nullopt, isConvolution});
  auto matrixType = RankedTensorType::get(shape, builder.getF32Type());
  op->setOperand(1, addExtraInput(main, matrixType, "quern.weight" + Twine(own.weight)));
  buffer.push_back(makeArray(shape, isConvolution ? transpose(weight->values, columns) : weight->values));
  if (!bias)
    return success();
  own.bias = buffer.size();
  auto type = cast<RankedTensorType>(op->getOperand(*bias).getType());
  op->setOperand(*bias, addExtraInput(main, type, "quern.bias" + Twine(*own.bias)));
  buffer.push_back(makeArray(type.getShape(), biasReals));
  return success();
}

llvm::Expected<LogicalResult> ReplaceableWeights::compile(const CompileInstrumented &compile) {
  IRMapping mapping;
  OwningOpRef<ModuleOp> copy(cast<ModuleOp>(module->clone(mapping)));
  auto main = copy->lookupSymbol<func::FuncOp>("main");
  ownInputs = main.getNumArguments();
  buffer.resize(ownInputs);
  llvm::DenseMap<int64_t, onnx::QuantizableOpInterface> ops;
  for (auto op : main.getOps<onnx::QuantizableOpInterface>())
    ops[numberOf(op)] = op;
  for (const ReplaceableWeight &weight : weights)
    if (failed(makeInputs(main, ops.lookup(weight.number))))
      return failure();
  Operation *terminator = main.front().getTerminator();
  SmallVector<Value> results;
  for (Value activation : activations)
    results.push_back(mapping.lookup(activation));
  ownOutputs = terminator->getNumOperands();
  llvm::append_range(results, terminator->getOperands());
  terminator->setOperands(results);
  Builder builder(main.getContext());
  main.setFunctionType(builder.getFunctionType(main.getArgumentTypes(), ValueRange(results).getTypes()));
  SmallVector<Attribute> names;
  for (size_t number = 0; number < results.size(); ++number)
    names.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr(onnx::nameAttribute, builder.getStringAttr("quern.result" + Twine(number)))));
  main.setResAttrsAttr(builder.getArrayAttr(names));
  auto compiled = compile(*copy);
  if (!compiled)
    return compiled.takeError();
  model = std::move(*compiled);
  return success();
}

void ReplaceableWeights::replace(size_t weight, ArrayRef<float> reals, onnx::QuantizableOpInterface op) {
  const Inputs &own = inputs[weight];
  NpyArray &target = buffer[own.weight];
  size_t columns = own.hasChannelsFirst ? target.shape.front() : target.shape.back();
  llvm::copy(own.hasChannelsFirst ? transpose(reals, columns) : std::vector<float>(reals),
             floatsOf(target).begin());
  if (own.bias)
    llvm::copy(readReals(op->getOperand(*op.getBiasOperand())), floatsOf(buffer[*own.bias]).begin());
}

llvm::Expected<std::vector<NpyArray>> ReplaceableWeights::runAll(const Sample &sample) {
  llvm::copy(sample, buffer.begin());
  return model->run(buffer);
}

llvm::Expected<std::vector<NpyArray>> ReplaceableWeights::run(const Sample &sample) {
  llvm::Expected<std::vector<NpyArray>> results = runAll(sample);
  if (results)
    results->resize(activations.size());
  return results;
}

llvm::Expected<std::vector<NpyArray>> ReplaceableWeights::runAndMark(const Sample &sample) {
  std::vector<size_t> outputs(ownOutputs);
  std::iota(outputs.begin(), outputs.end(), activations.size());
  llvm::Expected<std::vector<NpyArray>> results =
      runAndMarkPadding([&](const Sample &inputs) { return runAll(inputs); }, outputs, sample);
  if (results)
    results->resize(activations.size());
  return results;
}

} // namespace quern
