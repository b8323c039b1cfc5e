// One node: upgraded to the newest opset, then an op by the schema of its operator.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Import/Attributes.h"
#include "lib/Frontend/ONNX/Import/GraphImporter.h"
#include "lib/Frontend/ONNX/Import/Types.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/OpSchemas.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace quern {

using proto::AttributeProto;
using proto::NodeProto;

//===------------------------------------------------------------------------------------------------------------===//
// Upgrading
//===------------------------------------------------------------------------------------------------------------===//

/// What changes of operators may ask about values.
class GraphImporter::Site : public UpgradeSite {
public:
  explicit Site(const Values &values) : values(values) {}

  StringRef typeOf(StringRef value) const override {
    const Imported *found = values.find(value);
    return found ? found->type : StringRef();
  }
  std::optional<int64_t> rankOf(StringRef value) const override {
    const Imported *found = values.find(value);
    auto type = found ? dyn_cast<RankedTensorType>(found->value.getType()) : RankedTensorType();
    return type ? std::optional(type.getRank()) : std::nullopt;
  }
  const proto::TensorProto *constantOf(StringRef value) const override {
    const Imported *found = values.find(value);
    return found ? found->constant : nullptr;
  }

private:
  const Values &values;
};

bool GraphImporter::upgrade(const Pending &pending, const Values &values, std::vector<Pending> &work) {
  const Upgrade *change = nextUpgrade(pending.node->op_type(), pending.opset);
  if (!change)
    return false;
  Site site(values);
  Rewriter rewriter(site, cast<NameLoc>(nodeLocation(*module.getContext(), *pending.node)).getName().str(),
                    madeValues);
  if (llvm::Error error = change->rewrite(*pending.node, rewriter)) {
    errors.node(*pending.node, llvm::toString(std::move(error)));
    return true;
  }
  // The last comes first: `work` is a stack.
  for (NodeProto &node : llvm::reverse(rewriter.nodesMade()))
    work.push_back({std::make_shared<const NodeProto>(std::move(node)), change->opset});
  return true;
}

void GraphImporter::importNode(std::shared_ptr<const NodeProto> node, Values &values) {
  std::vector<Pending> work = {{std::move(node), opset}};
  while (!work.empty()) {
    Pending pending = std::move(work.back());
    work.pop_back();
    if (!upgrade(pending, values, work))
      importNewest(pending.node, values);
  }
}

void GraphImporter::importNodes(const proto::GraphProto &graph, Values &values) {
  for (const NodeProto &node : graph.node())
    importNode(std::shared_ptr<const NodeProto>(source.owner, &node), values);
}

//===------------------------------------------------------------------------------------------------------------===//
// Building
//===------------------------------------------------------------------------------------------------------------===//

static bool endsVariadic(ArrayRef<onnx::ParameterSchema> parameters) {
  return !parameters.empty() && parameters.back().occurrence == onnx::Occurrence::Variadic;
}

GraphImporter::Types GraphImporter::typesOf(const NodeProto &node, const Values &values) const {
  Types types;
  for (const std::string &input : node.input()) {
    const Imported *value = input.empty() ? nullptr : values.find(input);
    types.push_back(value ? value->type : StringRef());
  }
  return types;
}

void GraphImporter::addOperands(const NodeProto &node, const onnx::OpSchema &schema, OperationState &state,
                                const Values &values) {
  for (const std::string &input : node.input())
    state.operands.push_back(input.empty() ? absentValue() : values.find(input)->value);
  while (state.operands.size() < schema.inputs.size() - endsVariadic(schema.inputs))
    state.operands.push_back(absentValue());
}

void GraphImporter::addAttributes(const std::shared_ptr<const NodeProto> &node, const onnx::OpSchema &schema,
                                  OperationState &state) {
  ConstantSource nodeSource{node, source.files};
  for (const AttributeProto &attribute : node->attribute())
    if (schema.attribute(attribute.name()))
      if (Attribute value = attributeFromProto(attribute, nodeSource, module.getContext()))
        state.addAttribute(attribute.name(), value);
}

GraphImporter::Types GraphImporter::importBodies(const NodeProto &node, const onnx::OpSchema &schema,
                                                 Operation *op, ArrayRef<StringRef> inputTypes,
                                                 Values &values) {
  Types inputs = bodyInputTypes(node, inputTypes, names), outputs;
  for (auto [name, region] : llvm::zip_equal(schema.regions, op->getRegions())) {
    if (const AttributeProto *attribute = findAttribute(node, name)) {
      Types types = importBody(attribute->g(), region, inputs, op->getLoc(), values);
      if (outputs.empty())
        outputs = std::move(types);
    }
  }
  return outputs;
}

void GraphImporter::addResults(const NodeProto &node, const onnx::OpSchema &schema, OperationState &state) {
  size_t count = std::max<size_t>(node.output_size(), schema.outputs.size() - endsVariadic(schema.outputs));
  state.types.append(count, builder.getNoneType());
}

bool GraphImporter::setResultTypes(const NodeProto &node, const onnx::OpSchema &schema, Types &types,
                                   Operation *op, const Values &values) {
  for (int index = 0; index < node.output_size(); ++index) {
    if (node.output(index).empty() && !endsVariadic(schema.outputs))
      continue;
    if (types[index].empty())
      types[index] = values.declaredTypes.lookup(node.output(index));
    Type type = typeFromText(types[index], module.getContext());
    if (!type) {
      errors.node(node, "the type of output '" + Twine(node.output(index)) +
                            "' follows from nothing; state it in the graph's value_info");
      return false;
    }
    op->getResult(index).setType(type);
  }
  return true;
}

/// Shapes that follow from the operands; what an op reports here is wrong with the model.
void GraphImporter::refineResults(Operation *op) {
  if (auto inference = dyn_cast<onnx::ShapeInferenceOpInterface>(op)) {
    SmallVector<Type> types;
    if (mlir::failed(inference.inferShapes(types))) {
      failed = true;
      return;
    }
    for (auto [result, type] : llvm::zip(op->getResults(), types))
      if (!isa<NoneType>(result.getType()) && onnx::areCompatible(result.getType(), type))
        result.setType(type);
  }
  failed |= mlir::failed(mlir::verify(op, /*verifyRecursively=*/false));
}

void GraphImporter::nameResults(Operation *op, const NodeProto &node) {
  SmallVector<StringRef> results(op->getNumResults());
  for (int index = 0; index < node.output_size(); ++index)
    if (!isMadeByUpgrade(node.output(index)))
      results[index] = node.output(index);
  if (llvm::any_of(results, [](StringRef name) { return !name.empty(); }))
    op->setAttr(onnx::valueNamesAttribute, builder.getStrArrayAttr(results));
}

void GraphImporter::importConstant(const std::shared_ptr<const NodeProto> &node, Values &values) {
  ElementsAttr value = constantValue(*node, {node, source.files}, module.getContext());
  Location location = nodeLocation(*module.getContext(), *node);
  const AttributeProto &attribute = node->attribute(0);
  made.push_back(node);
  values.map[node->output(0)] = {
      makeConstant(value, node->output(0), location),
      inferTypes(*schema::find("Constant", schema::newestOpset()), *node, {}, names).outputs[0],
      attribute.has_t() ? &attribute.t() : nullptr};
}

void GraphImporter::importNewest(const std::shared_ptr<const NodeProto> &node, Values &values) {
  if (node->op_type() == "Constant")
    return importConstant(node, values);
  // An input that could not be built is reported where it failed.
  for (const std::string &input : node->input())
    if (!input.empty() && !values.find(input))
      return;
  const schema::Schema *checked = schema::find(node->op_type(), schema::newestOpset());
  const onnx::OpSchema *schema = onnx::lookupOpSchema(node->op_type());
  if (!checked || !schema)
    return errors.node(*node, "operator '" + Twine(node->op_type()) + "' has no form in the newest opset");

  OperationState state(nodeLocation(*module.getContext(), *node), ("onnx." + node->op_type()));
  addOperands(*node, *schema, state, values);
  addAttributes(node, *schema, state);
  addResults(*node, *schema, state);
  for (size_t count = schema->regions.size(); count != 0; --count)
    state.addRegion();
  Operation *op = builder.create(state);
  nameResults(op, *node);

  // Result types may follow from bodies, and ops in bodies are checked in place; so the op comes first, its
  // types last.
  Types inputTypes = typesOf(*node, values);
  Types bodyOutputs = importBodies(*node, *schema, op, inputTypes, values);
  InferredTypes types = inferTypes(*checked, *node, {inputTypes, bodyOutputs}, names);
  for (const std::string &problem : types.problems)
    errors.node(*node, problem);
  if (!types.problems.empty() || !setResultTypes(*node, *schema, types.outputs, op, values))
    return;
  refineResults(op);
  for (int index = 0; index < node->output_size(); ++index)
    if (!node->output(index).empty())
      values.map[node->output(index)] = {op->getResult(index), types.outputs[index], nullptr};
}

} // namespace quern
