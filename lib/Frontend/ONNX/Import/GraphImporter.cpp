// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Import/GraphImporter.h"

#include "lib/Frontend/ONNX/Import/Types.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/Structure.h"

using namespace mlir;

namespace quern {

using proto::GraphProto;
using proto::ValueInfoProto;

const GraphImporter::Imported *GraphImporter::Values::find(StringRef name) const {
  for (const Values *values = this; values; values = values->parent)
    if (auto found = values->map.find(name); found != values->map.end())
      return &found->second;
  return nullptr;
}

GraphImporter::GraphImporter(ModuleOp module, int opset, ConstantSource source, const ImportOptions &options,
                             ErrorLog &errors)
    : module(module), builder(module.getContext()), opset(opset), source(std::move(source)), options(options),
      errors(errors) {}

//===------------------------------------------------------------------------------------------------------------===//
// The function
//===------------------------------------------------------------------------------------------------------------===//

/// Inputs of the graph that callers give: one that also has an initializer is a constant.
static SmallVector<const ValueInfoProto *> inputsWithoutInitializer(const GraphProto &graph) {
  llvm::StringSet<> initialized;
  for (const auto &tensor : graph.initializer())
    initialized.insert(tensor.name());
  for (const auto &tensor : graph.sparse_initializer())
    initialized.insert(tensor.values().name());
  SmallVector<const ValueInfoProto *> inputs;
  for (const ValueInfoProto &input : graph.input())
    if (!initialized.contains(input.name()))
      inputs.push_back(&input);
  return inputs;
}

func::FuncOp GraphImporter::makeFunction(const GraphProto &graph, ArrayRef<const ValueInfoProto *> inputs) {
  SmallVector<Type> types;
  for (const ValueInfoProto *input : inputs)
    types.push_back(typeFromProto(input->type(), options.dimensions, module.getContext()));
  builder.setInsertionPointToEnd(module.getBody());
  // All attributes at once: one at a time copies those of all arguments each time.
  SmallVector<DictionaryAttr> attributes;
  for (const ValueInfoProto *input : inputs) {
    NamedAttrList named(builder.getNamedAttr(onnx::nameAttribute, builder.getStringAttr(input->name())));
    SmallVector<StringRef> dimensions = symbolicDimensions(input->type(), options.dimensions);
    if (!dimensions.empty())
      named.set(onnx::dimensionsAttribute, builder.getStrArrayAttr(dimensions));
    attributes.push_back(named.getDictionary(builder.getContext()));
  }
  auto function = func::FuncOp::create(builder, module.getLoc(), "main", builder.getFunctionType(types, {}),
                                       {}, attributes);
  entry = function.addEntryBlock();
  builder.setInsertionPointToEnd(entry);
  return function;
}

/// A value whose rank nothing implies takes that of the output it is. Sizes are left to inference: those that
/// models state for values are often stale.
static void adoptRank(Value value, const ValueInfoProto &output) {
  auto type = dyn_cast<UnrankedTensorType>(value.getType());
  if (!type || !value.getDefiningOp() || !output.type().tensor_type().has_shape())
    return;
  SmallVector<int64_t> shape(output.type().tensor_type().shape().dim_size(), ShapedType::kDynamic);
  value.setType(RankedTensorType::get(shape, type.getElementType()));
}

void GraphImporter::finishFunction(func::FuncOp function, const GraphProto &graph, const Values &values) {
  SmallVector<Value> results;
  for (const ValueInfoProto &output : graph.output())
    if (const Imported *value = values.find(output.name())) {
      adoptRank(value->value, output);
      results.push_back(value->value);
    }
  if (results.size() != static_cast<size_t>(graph.output_size()))
    return; // The node that failed to define it is reported.
  func::ReturnOp::create(builder, module.getLoc(), results);
  function.setFunctionType(
      builder.getFunctionType(function.getArgumentTypes(), ValueRange(results).getTypes()));
  SmallVector<DictionaryAttr> attributes;
  for (const ValueInfoProto &output : graph.output())
    attributes.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr(onnx::nameAttribute, builder.getStringAttr(output.name()))));
  function.setAllResultAttrs(attributes);
}

/// Initializers and helper values that no node uses.
static void eraseUnusedConstants(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block))
    if (op.hasTrait<OpTrait::ConstantLike>() && op.use_empty())
      op.erase();
}

LogicalResult GraphImporter::importMain(const GraphProto &graph) {
  SmallVector<const ValueInfoProto *> inputs = inputsWithoutInitializer(graph);
  func::FuncOp function = makeFunction(graph, inputs);
  Values values;
  declareTypes(graph, values);
  for (auto [input, argument] : llvm::zip_equal(inputs, function.getArguments()))
    values.map[input->name()] = {argument, names.of(input->type()), nullptr};
  importInitializers(graph, values);
  importNodes(graph, values);
  finishFunction(function, graph, values);
  eraseUnusedConstants(*entry);
  return success(!failed && !errors.hasErrors());
}

void GraphImporter::declareTypes(const GraphProto &graph, Values &values) {
  for (const auto *list : {&graph.value_info(), &graph.output()})
    for (const ValueInfoProto &value : *list)
      if (StringRef type = names.of(value.type()); !type.empty())
        values.declaredTypes[value.name()] = type;
}

//===------------------------------------------------------------------------------------------------------------===//
// Bodies
//===------------------------------------------------------------------------------------------------------------===//

GraphImporter::Types GraphImporter::importBody(const GraphProto &graph, Region &region,
                                               ArrayRef<StringRef> inputTypes, Location location,
                                               const Values &outer) {
  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(&region);
  Values values(&outer);
  declareTypes(graph, values);
  for (auto [index, input] : llvm::enumerate(graph.input())) {
    StringRef text = names.of(input.type());
    if (text.empty() && index < inputTypes.size())
      text = inputTypes[index];
    Type type = typeFromProto(input.type(), options.dimensions, module.getContext());
    if (!type)
      type = typeFromText(text, module.getContext());
    if (!type) {
      errors.at(location,
                "in its body: the type of input '" + Twine(input.name()) + "' is not known; state it");
      type = builder.getNoneType();
    }
    values.map[input.name()] = {block->addArgument(type, location), text, nullptr};
  }
  importInitializers(graph, values);
  importNodes(graph, values);

  Types types;
  SmallVector<Value> results;
  for (const ValueInfoProto &output : graph.output()) {
    const Imported *value = values.find(output.name());
    if (!value)
      return types;
    results.push_back(value->value);
    types.push_back(value->type);
  }
  onnx::YieldOp::create(builder, location, results);
  eraseUnusedConstants(*block);
  return types;
}

//===------------------------------------------------------------------------------------------------------------===//
// Constants
//===------------------------------------------------------------------------------------------------------------===//

Value GraphImporter::makeConstant(ElementsAttr value, StringRef name, Location location) {
  OperationState state(location, "onnx.Constant");
  state.addTypes(value.getType());
  state.addAttribute("value", value);
  if (!isMadeByUpgrade(name))
    state.addAttribute(onnx::valueNamesAttribute, builder.getStrArrayAttr({name}));
  return builder.create(state)->getResult(0);
}

Value GraphImporter::absentValue() {
  if (!noValue) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(entry);
    noValue = onnx::NoValueOp::create(builder, module.getLoc(), builder.getNoneType()).getResult();
  }
  return noValue;
}

void GraphImporter::importInitializers(const GraphProto &graph, Values &values) {
  MLIRContext *context = module.getContext();
  auto define = [&](const std::string &name, ElementsAttr value, StringRef type,
                    const proto::TensorProto *tensor) {
    Location location = NameLoc::get(builder.getStringAttr(name));
    values.map[name] = {makeConstant(value, name, location), type, tensor};
  };
  for (const auto &tensor : graph.initializer())
    define(tensor.name(), attributeFromTensor(tensor, tensor.name(), source, context),
           names.tensor(tensor.data_type()), &tensor);
  for (const auto &tensor : graph.sparse_initializer())
    define(tensor.values().name(), attributeFromTensor(tensor, tensor.values().name(), source, context),
           names.tensor(tensor.values().data_type()), nullptr);
}

} // namespace quern
