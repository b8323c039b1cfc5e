// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Export/GraphExporter.h"

#include "lib/Frontend/ONNX/Export/Tensors.h"
#include "lib/Frontend/ONNX/Export/Types.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/Structure.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

using namespace mlir;

namespace quern {

using proto::GraphProto;
using proto::NodeProto;

//===------------------------------------------------------------------------------------------------------------===//
// Graphs
//===------------------------------------------------------------------------------------------------------------===//

static SmallVector<StringRef> dimensionNames(Attribute attribute) {
  SmallVector<StringRef> names;
  if (auto array = dyn_cast_or_null<ArrayAttr>(attribute))
    for (auto name : array.getAsRange<StringAttr>())
      names.push_back(name.getValue());
  return names;
}

/// The name of a function's argument or result, or one made up from its number.
static std::string interfaceName(StringAttr name, StringRef kind, size_t index) {
  return name && !name.getValue().empty() ? name.getValue().str() : (kind + Twine(index)).str();
}

static StringAttr resultName(func::FuncOp function, size_t index) {
  return function.getResultAttrOfType<StringAttr>(index, onnx::nameAttribute);
}

/// True for an op that sees the bits of its operand under another type; it leaves no node behind.
static bool isView(Operation *op) { return isa<quant::StorageCastOp, StorageCastOp, ObserveOp>(op); }

/// True if a node of the graph computes `value`.
static bool isComputed(Value value) {
  Operation *producer = value.getDefiningOp();
  return producer && !producer->hasTrait<OpTrait::ConstantLike>() && !isView(producer);
}

/// Inputs and outputs come first: their names are the model's interface. A result takes the name of the
/// output that it is; one that is several outputs, an input or a constant is copied by `exportOutput`.
void GraphExporter::nameInterface(func::FuncOp function) {
  for (auto [index, argument] : llvm::enumerate(function.getArguments()))
    names.set(argument,
              names.unique(interfaceName(function.getArgAttrOfType<StringAttr>(index, onnx::nameAttribute),
                                         "input_", index)));
  Operation *terminator = function.front().getTerminator();
  for (auto [index, value] : llvm::enumerate(terminator->getOperands()))
    if (isComputed(value) && !names.has(value))
      names.set(value, names.unique(interfaceName(resultName(function, index), "output_", index)));
}

LogicalResult GraphExporter::exportFunction(func::FuncOp function, GraphProto &graph) {
  main = &graph;
  graph.set_name(function.getName().str());
  nameInterface(function);
  for (auto [index, argument] : llvm::enumerate(function.getArguments())) {
    auto *input = graph.add_input();
    input->set_name(names.get(argument));
    SmallVector<StringRef> dimensions = dimensionNames(function.getArgAttr(index, onnx::dimensionsAttribute));
    if (failed(typeToProto(argument.getType(), dimensions, *input->mutable_type())))
      return function.emitError() << "argument " << index << " has no ONNX type: " << argument.getType();
  }
  if (failed(exportBlock(function.front(), graph)))
    return failure();
  Operation *terminator = function.front().getTerminator();
  for (auto [index, value] : llvm::enumerate(terminator->getOperands()))
    if (failed(exportOutput(value, terminator, interfaceName(resultName(function, index), "output_", index),
                            dimensionNames(function.getResultAttr(index, onnx::dimensionsAttribute)), graph)))
      return failure();
  return success();
}

LogicalResult GraphExporter::exportOutput(Value value, Operation *terminator, StringRef wanted,
                                          ArrayRef<StringRef> dimensions, GraphProto &graph) {
  auto *output = graph.add_output();
  // ONNX wants every output to be a value of its graph, under a name of its own.
  bool isOwn = value.getParentBlock() == terminator->getBlock() &&
               (isComputed(value) || nameOf(value) == wanted) && outputNames.insert(nameOf(value)).second;
  std::string name = nameOf(value);
  if (!isOwn) {
    NodeProto &copy = addNode(graph, "Identity", (wanted + "_Identity").str());
    copy.add_input(name);
    copy.add_output(name = names.unique(wanted));
  }
  output->set_name(name);
  if (failed(typeToProto(value.getType(), dimensions, *output->mutable_type())))
    return terminator->emitError() << "output '" << wanted << "' has no ONNX type: " << value.getType();
  return success();
}

LogicalResult GraphExporter::exportBlock(Block &block, GraphProto &graph) {
  for (Operation &op : block.without_terminator())
    if (failed(exportOp(op, graph)))
      return failure();
  return success();
}

//===------------------------------------------------------------------------------------------------------------===//
// Words
//===------------------------------------------------------------------------------------------------------------===//

NodeProto &GraphExporter::addNode(GraphProto &graph, StringRef type, StringRef name) {
  NodeProto &node = *graph.add_node();
  node.set_op_type(type.str());
  node.set_name(names.uniqueNode(name));
  return node;
}

std::string GraphExporter::addInitializer(proto::TensorProto tensor, StringRef wanted) {
  tensor.set_name(names.unique(wanted));
  *main->add_initializer() = std::move(tensor);
  return main->initializer(main->initializer_size() - 1).name();
}

std::string GraphExporter::nameOf(Value value) const {
  return isa<NoneType>(value.getType()) ? "" : names.get(value);
}

const std::string &GraphExporter::nameResult(Value value, StringRef wanted) {
  if (!names.has(value))
    names.set(value, names.unique(wanted));
  return names.get(value);
}

//===------------------------------------------------------------------------------------------------------------===//
// Quantization
//===------------------------------------------------------------------------------------------------------------===//

static void setInteger(NodeProto &node, StringRef name, int64_t value) {
  auto *attribute = node.add_attribute();
  attribute->set_name(name.str());
  attribute->set_type(proto::AttributeProto::INT);
  attribute->set_i(value);
}

LogicalResult GraphExporter::addParameters(Operation *op, quant::QuantizedType type, RankedTensorType tensor,
                                           StringRef base, NodeProto &node) {
  FailureOr<LinearParameters> parameters = linearParameters(type, tensor);
  if (failed(parameters))
    return op->emitError() << "ONNX has no form of the quantized type " << type;
  auto &[scale, zeroPoint] = parameterNames[{base.str(), type.getAsOpaquePointer()}];
  if (scale.empty()) {
    scale = addInitializer(std::move(parameters->scale), (base + "_scale").str());
    if (parameters->zeroPoint)
      zeroPoint = addInitializer(std::move(*parameters->zeroPoint), (base + "_zero_point").str());
  }
  node.add_input(scale);
  if (!zeroPoint.empty())
    node.add_input(zeroPoint);
  if (parameters->axis)
    setInteger(node, "axis", *parameters->axis);
  if (parameters->blockSize)
    setInteger(node, "block_size", parameters->blockSize);
  return success();
}

LogicalResult GraphExporter::exportQuantize(QuantizeOp op, GraphProto &graph) {
  auto tensor = cast<TensorType>(op.getResult().getType());
  auto type = cast<quant::QuantizedType>(tensor.getElementType());
  std::string base = baseName(op.getInput()), input = nameOf(op.getInput());
  if (auto range = narrowRange(type)) {
    // QuantizeLinear saturates at the ends of the ONNX type only.
    NodeProto &clip = addNode(graph, "Clip", base + "_Clip");
    clip.add_input(input);
    clip.add_input(addInitializer(floatTensor(range->first, {}), base + "_min"));
    clip.add_input(addInitializer(floatTensor(range->second, {}), base + "_max"));
    clip.add_output(input = names.unique(base + "_clipped"));
  }
  NodeProto &node = addNode(graph, "QuantizeLinear", base + "_QuantizeLinear");
  node.add_input(input);
  if (failed(addParameters(op, type, dyn_cast<RankedTensorType>(tensor), base, node)))
    return failure();
  node.add_output(nameResult(op.getResult(), base + "_quantized"));
  require(op, node);
  return success();
}

LogicalResult GraphExporter::exportDequantize(DequantizeOp op, GraphProto &graph) {
  auto tensor = cast<TensorType>(op.getInput().getType());
  auto type = cast<quant::QuantizedType>(tensor.getElementType());
  std::string base = baseName(op.getInput());
  NodeProto &node = addNode(graph, "DequantizeLinear", base + "_DequantizeLinear");
  node.add_input(nameOf(op.getInput()));
  if (failed(addParameters(op, type, dyn_cast<RankedTensorType>(tensor), base, node)))
    return failure();
  node.add_output(nameResult(op.getResult(), base + "_dequantized"));
  require(op, node);
  return success();
}

/// True if a constant is only seen as codes, so that its own name belongs to the real values.
static bool isCodes(Value value) {
  return !value.use_empty() && llvm::all_of(value.getUsers(), [](Operation *user) {
    return isa<quant::StorageCastOp, StorageCastOp>(user);
  });
}

LogicalResult GraphExporter::exportConstant(Operation &op, GraphProto &graph) {
  Value value = op.getResult(0);
  if (value.use_empty())
    return success();
  proto::TensorProto &tensor = *graph.add_initializer();
  auto elements = op.getAttrOfType<ElementsAttr>("value");
  if (!elements || failed(tensorToProto(elements, tensor)))
    return op.emitError() << "the constant of type " << value.getType() << " has no ONNX form";
  tensor.set_name(nameResult(value, baseName(value) + (isCodes(value) ? "_quantized" : "")));
  return success();
}

//===------------------------------------------------------------------------------------------------------------===//
// Ops
//===------------------------------------------------------------------------------------------------------------===//

LogicalResult GraphExporter::exportOp(Operation &op, GraphProto &graph) {
  if (isa<onnx::NoValueOp>(op))
    return success();
  if (op.getName().getStringRef() == "onnx.Constant")
    return exportConstant(op, graph);
  if (auto quantize = dyn_cast<QuantizeOp>(op))
    return exportQuantize(quantize, graph);
  if (auto dequantize = dyn_cast<DequantizeOp>(op))
    return exportDequantize(dequantize, graph);
  if (isView(&op)) {
    // The same bits under another type. An output keeps its own name through the copy that `exportOutput`
    // makes.
    names.set(op.getResult(0), nameOf(op.getOperand(0)));
    return success();
  }
  return exportNode(op, graph);
}

} // namespace quern
