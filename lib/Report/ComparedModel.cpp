// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/ComparedModel.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"
#include "lib/Calibration/Padding.h"
#include "lib/Report/EdgeStatistics.h"
#include "lib/Report/HubForm.h"
#include "passes/InsertSimulation/SimulationSlots.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace quern {

static bool isFloatTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32();
}

static std::optional<Quantizer> quantizerOf(Value operand) {
  auto dequantize = operand.getDefiningOp<DequantizeOp>();
  auto type = dequantize ? dyn_cast_or_null<quant::UniformQuantizedType>(
                               quantizedElementType(dequantize.getInput().getType()))
                         : quant::UniformQuantizedType();
  if (!type)
    return std::nullopt;
  return Quantizer{float(type.getScale()),
                   int32_t(type.getZeroPoint()),
                   {int32_t(type.getStorageTypeMin()), int32_t(type.getStorageTypeMax())}};
}

/// The ops of the body that depend on an argument.
static llvm::DenseSet<Operation *> findActivations(func::FuncOp main) {
  llvm::DenseSet<Value> values(main.args_begin(), main.args_end());
  llvm::DenseSet<Operation *> found;
  for (Operation &op : main.front()) {
    bool depends = false;
    op.walk([&](Operation *inner) {
      depends |= llvm::any_of(inner->getOperands(), [&](Value operand) { return values.contains(operand); });
    });
    if (!depends)
      continue;
    values.insert(op.result_begin(), op.result_end());
    found.insert(&op);
  }
  return found;
}

namespace {
/// Adds the float model and the evaluations between to a copy of the hub form.
class Comparison {
public:
  Comparison(ModuleOp floatModule, ModuleOp hub)
      : floatMain(floatModule.lookupSymbol<func::FuncOp>("main")),
        hubMain(hub.lookupSymbol<func::FuncOp>("main")), copy(copyForFloat(hub, toCopy)),
        main(copy->lookupSymbol<func::FuncOp>("main")), builder(main.front().getTerminator()),
        activations(findActivations(floatMain)) {}

  void build();

  std::vector<ComparedNode> nodes;
  std::vector<ComparedEdge> edges;
  std::vector<size_t> exactOutputs, hubOutputs;
  OwningOpRef<ModuleOp> takeModule() { return std::move(copy); }

private:
  void addNode(Operation *floatOp, Operation *hubOp);
  size_t addEdge(Value hubOperand, Value floatOperand);
  /// The float op on other operands: those of `hubOp`, as `choose` makes them of its operand.
  Operation *cloneFloat(Operation *floatOp, Operation *hubOp, llvm::function_ref<Value(Value)> choose);
  Value clip(Value hubOperand);
  bool isActivation(Value floatValue) const {
    Operation *producer = floatValue.getDefiningOp();
    return !producer || activations.contains(producer);
  }
  /// The number of the array that shows a value of the copy.
  size_t show(Value value) {
    auto [found, isNew] = shown.try_emplace(value, results.size());
    if (isNew)
      results.push_back(value);
    return found->second;
  }
  void returnShown();

  IRMapping toCopy, toExact; ///< from the hub form, from the float module
  func::FuncOp floatMain, hubMain;
  OwningOpRef<ModuleOp> copy;
  func::FuncOp main;
  OpBuilder builder;
  llvm::DenseSet<Operation *> activations;
  llvm::DenseMap<Value, size_t> shown, edgeOf;
  SmallVector<Value> results;
};
} // namespace

Value Comparison::clip(Value hubOperand) {
  std::optional<Quantizer> quantizer = quantizerOf(hubOperand);
  Value plain = toCopy.lookup(beforeQuantizer(hubOperand));
  if (!quantizer || beforeQuantizer(hubOperand) == hubOperand)
    return plain;
  CodeReach reach = reachOf(*quantizer);
  auto scalar = RankedTensorType::get({}, builder.getF32Type());
  auto constant = [&](float value) -> Value {
    ElementsAttr element = DenseElementsAttr::get(scalar, value);
    return onnx::ConstantOp::create(builder, plain.getLoc(), scalar, element);
  };
  return onnx::ClipOp::create(builder, plain.getLoc(), plain.getType(), plain, constant(reach.lowest),
                              constant(reach.highest));
}

Operation *Comparison::cloneFloat(Operation *floatOp, Operation *hubOp,
                                  llvm::function_ref<Value(Value)> choose) {
  // Not `toExact` itself, in which the op's results are the float model's.
  IRMapping operands;
  for (Value operand : floatOp->getOperands())
    operands.map(operand, toExact.lookup(operand));
  SmallVector<std::pair<unsigned, Value>> chosen;
  for (unsigned i = 0; i < floatOp->getNumOperands(); ++i)
    if (isActivation(floatOp->getOperand(i)))
      chosen.push_back({i, choose(hubOp->getOperand(i))});
  Operation *clone = builder.clone(*floatOp, operands);
  for (auto [operand, value] : chosen)
    clone->setOperand(operand, value);
  return clone;
}

size_t Comparison::addEdge(Value hubOperand, Value floatOperand) {
  auto [found, isNew] = edgeOf.try_emplace(hubOperand, edges.size());
  if (!isNew)
    return found->second;
  ComparedEdge edge;
  StringRef name = onnx::getValueName(floatOperand);
  edge.name = !name.empty()                  ? name.str()
              : floatOperand.getDefiningOp() ? onnx::getNodeName(floatOperand.getDefiningOp()).str()
                                             : "";
  edge.actual = show(toCopy.lookup(beforeQuantizer(hubOperand)));
  edge.exact = show(toExact.lookup(floatOperand));
  edge.quantizer = quantizerOf(hubOperand);
  edge.isDynamic = bool(hubOperand.getDefiningOp<DequantizeRowsOp>());
  edges.push_back(std::move(edge));
  return found->second;
}

void Comparison::addNode(Operation *floatOp, Operation *hubOp) {
  ComparedNode node{onnx::getNodeName(floatOp).str(),
                    floatOp->getName().stripDialect().str(),
                    floatOp,
                    hubOp,
                    false,
                    {},
                    {}};
  bool hasCodesOfConstants = false;
  for (unsigned i = 0; i < floatOp->getNumOperands(); ++i) {
    Value hubOperand = hubOp->getOperand(i), floatOperand = floatOp->getOperand(i);
    bool isQuantized =
        hubOperand.getDefiningOp<DequantizeOp>() && !floatOperand.getDefiningOp<DequantizeOp>();
    isQuantized |= bool(hubOperand.getDefiningOp<DequantizeRowsOp>());
    if (isActivation(floatOperand) && isQuantized)
      node.edges.push_back({i, addEdge(hubOperand, floatOperand)});
    else
      hasCodesOfConstants |= isQuantized;
  }
  node.isQuantized = hasCodesOfConstants || !node.edges.empty();
  Operation *actual = nullptr, *inherited = nullptr, *clipped = nullptr, *rounded = nullptr;
  Operation *exact = toExact.lookup(floatOp->getResult(0)).getDefiningOp();
  actual = toCopy.lookup(hubOp);
  inherited = clipped = rounded = actual;
  if (node.isQuantized) {
    inherited = cloneFloat(floatOp, hubOp, [&](Value v) { return toCopy.lookup(beforeQuantizer(v)); });
    clipped = inherited;
    bool canClip = llvm::any_of(node.edges, [&](auto edge) { return bool(edges[edge.second].quantizer); });
    if (canClip)
      clipped = cloneFloat(floatOp, hubOp, [&](Value v) { return clip(v); });
    if (node.edges.empty())
      rounded = clipped;
    else if (hasCodesOfConstants)
      rounded = cloneFloat(floatOp, hubOp, [&](Value v) { return toCopy.lookup(v); });
  }
  for (auto [number, result] : llvm::enumerate(floatOp->getResults()))
    if (isFloatTensor(result))
      node.results.push_back({show(exact->getResult(number)), show(actual->getResult(number)),
                              show(inherited->getResult(number)), show(clipped->getResult(number)),
                              show(rounded->getResult(number))});
  if (!node.results.empty())
    nodes.push_back(std::move(node));
}

void Comparison::returnShown() {
  builder.setInsertionPoint(main.front().getTerminator());
  main.front().getTerminator()->setOperands(results);
  main.setFunctionType(builder.getFunctionType(main.getArgumentTypes(), ValueRange(results).getTypes()));
  main.removeResAttrsAttr();
}

void Comparison::build() {
  llvm::DenseMap<int64_t, Operation *> hubOps;
  for (Operation &op : hubMain.front())
    if (numberOf(&op) >= 0)
      hubOps[numberOf(&op)] = &op;
  toExact.map(floatMain.getArguments(), main.getArguments());
  for (Operation &op : floatMain.front().without_terminator())
    builder.clone(op, toExact);
  for (Value output : floatMain.front().getTerminator()->getOperands())
    exactOutputs.push_back(show(toExact.lookup(output)));
  for (Value output : main.front().getTerminator()->getOperands())
    hubOutputs.push_back(show(output));
  for (Operation &op : floatMain.front().without_terminator()) {
    Operation *hubOp = hubOps.lookup(numberOf(&op));
    bool isNode = isa<onnx::ONNXDialect>(op.getDialect()) && activations.contains(&op);
    if (isNode && hubOp && hubOp->getName() == op.getName() && hubOp->getNumOperands() == op.getNumOperands())
      addNode(&op, hubOp);
  }
  returnShown();
}

llvm::Expected<ComparedModel> ComparedModel::create(ModuleOp floatModule, ModuleOp hub,
                                                    const CompileInstrumented &compile) {
  Comparison comparison(floatModule, hub);
  comparison.build();
  OwningOpRef<ModuleOp> module = comparison.takeModule();
  auto model = compile(*module);
  if (!model)
    return model.takeError();
  ComparedModel compared;
  compared.model = std::move(*model);
  compared.nodes = std::move(comparison.nodes);
  compared.edges = std::move(comparison.edges);
  compared.exactOutputs = std::move(comparison.exactOutputs);
  compared.hubOutputs = std::move(comparison.hubOutputs);
  return compared;
}

llvm::Expected<std::vector<NpyArray>> ComparedModel::run(const Sample &sample) {
  return runAndMarkPadding([&](const Sample &inputs) { return model->run(inputs); }, exactOutputs, sample);
}

} // namespace quern
