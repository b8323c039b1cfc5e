// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Validate/GraphValidator.h"

#include "llvm/ADT/StringSet.h"

namespace quern {

using llvm::StringRef;
using llvm::Twine;
using proto::AttributeProto;
using proto::GraphProto;
using proto::NodeProto;
using proto::TensorProto;
using proto::ValueInfoProto;

void GraphValidator::report(const Frame &frame, const Twine &message) {
  if (frame.owner)
    context.errors.node(*frame.owner, "in its body: " + message);
  else
    context.errors.model(message);
}

//===------------------------------------------------------------------------------------------------------------===//
// Inputs, initializers, outputs
//===------------------------------------------------------------------------------------------------------------===//

static const proto::TensorShapeProto *statedShape(const ValueInfoProto &value) {
  const proto::TypeProto &type = value.type();
  if (type.has_tensor_type() && type.tensor_type().has_shape())
    return &type.tensor_type().shape();
  return nullptr;
}

void GraphValidator::checkStatedType(StringRef kind, const ValueInfoProto &value, const Frame &frame) {
  std::string what = (kind + " '" + value.name() + "'").str();
  if (value.name().empty())
    return report(frame, "an " + kind + " of the graph has no name");
  // The inputs and outputs of bodies may leave their types to inference.
  if (!frame.owner && !value.has_type())
    return report(frame, what + " has no type");
  if (!value.has_type() || value.type().value_case() == proto::TypeProto::VALUE_NOT_SET) {
    if (!frame.owner)
      report(frame, what + " has no type");
    return;
  }
  bool isUntypedTensor = value.type().has_tensor_type() && value.type().tensor_type().elem_type() == 0;
  if (context.names.of(value.type()).empty() && !(frame.owner && isUntypedTensor))
    return report(frame, what + " has an unknown type; accepted: tensors, sequences, optionals and maps of " +
                             listElementTypes());
  const proto::TensorShapeProto *shape = statedShape(value);
  if (!frame.owner && value.type().has_tensor_type() && !shape)
    return report(frame, what + " states no shape; dimensions may be symbolic, their number must be stated");
  if (!shape)
    return;
  if (shape->dim_size() > context.limits.rank)
    return report(frame, what + " has " + Twine(shape->dim_size()) + " dimensions, more than the limit of " +
                             Twine(context.limits.rank));
  llvm::SmallVector<int64_t> known;
  for (const auto &dim : shape->dim())
    if (dim.has_dim_value())
      known.push_back(dim.dim_value());
  if (llvm::any_of(known, [](int64_t dim) { return dim < 0; }))
    return report(frame,
                  what + " has a negative dimension; an unknown one is symbolic (dim_param) or left out");
  std::optional<uint64_t> elements = countElements(known);
  if (!elements || *elements > context.limits.tensorBytes)
    report(frame, what + " has more elements than the limit of " + Twine(context.limits.tensorBytes));
}

void GraphValidator::checkInputs(const GraphProto &graph, Frame &frame,
                                 llvm::ArrayRef<StringRef> inputTypes) {
  for (int index = 0; index < graph.input_size(); ++index) {
    const ValueInfoProto &input = graph.input(index);
    checkStatedType("input", input, frame);
    if (frame.scope.hasHere(input.name()))
      report(frame, "input '" + Twine(input.name()) + "' is declared more than once");
    StringRef type = context.names.of(input.type());
    StringRef given = static_cast<size_t>(index) < inputTypes.size() ? inputTypes[index] : StringRef();
    if (!type.empty() && !given.empty() && type != given)
      report(frame, "input '" + Twine(input.name()) + "' is declared as " + type + " and given " + given);
    frame.scope.define(input.name(), {type.empty() ? given : type});
  }
}

/// Why an initializer does not fit the graph input of its name.
static std::optional<std::string> findInputMismatch(const TensorProto &tensor, const ValueInfoProto &input) {
  if (input.type().has_tensor_type() && input.type().tensor_type().elem_type() != tensor.data_type())
    return "its element type differs from that of the graph input of its name";
  const proto::TensorShapeProto *shape = statedShape(input);
  if (!shape)
    return std::nullopt;
  bool same = shape->dim_size() == tensor.dims_size();
  for (int axis = 0; same && axis < tensor.dims_size(); ++axis)
    same = !shape->dim(axis).has_dim_value() || shape->dim(axis).dim_value() == tensor.dims(axis);
  return same ? std::nullopt
              : std::optional<std::string>("its shape differs from that of the graph input of its name");
}

void GraphValidator::defineInitializer(StringRef name, KnownValue value, const Problems &problems,
                                       Frame &frame) {
  for (const std::string &problem : problems)
    report(frame, "initializer '" + Twine(name) + "': " + problem);
  if (name.empty())
    report(frame, "an initializer has no name");
  frame.scope.define(name, value);
}

void GraphValidator::checkInitializers(const GraphProto &graph, Frame &frame) {
  llvm::StringMap<const ValueInfoProto *> inputs;
  for (const ValueInfoProto &input : graph.input())
    inputs[input.name()] = &input;
  llvm::StringSet<> seen;
  for (const TensorProto &tensor : graph.initializer()) {
    Problems problems = findProblems(tensor, *context.model.files, context.limits);
    if (!seen.insert(tensor.name()).second)
      problems.push_back("it is given more than once");
    const ValueInfoProto *input = inputs.lookup(tensor.name());
    if (input && problems.empty())
      if (auto mismatch = findInputMismatch(tensor, *input))
        problems.push_back(*mismatch);
    if (!input && context.model.proto->ir_version() <= 3)
      problems.push_back("ir_version 3 and older require every initializer to be a graph input too");
    const TensorProto *constant = problems.empty() ? &tensor : nullptr;
    defineInitializer(tensor.name(), {context.names.tensor(tensor.data_type()), constant}, problems, frame);
  }
  for (const proto::SparseTensorProto &tensor : graph.sparse_initializer()) {
    Problems problems = findProblems(tensor, *context.model.files, context.limits);
    if (!seen.insert(tensor.values().name()).second)
      problems.push_back("it is given more than once");
    defineInitializer(tensor.values().name(), {context.names.tensor(tensor.values().data_type())}, problems,
                      frame);
  }
}

GraphValidator::Types GraphValidator::checkOutputs(const GraphProto &graph, Frame &frame) {
  Types types;
  llvm::StringSet<> seen;
  for (const ValueInfoProto &output : graph.output()) {
    checkStatedType("output", output, frame);
    const KnownValue *value = frame.scope.hasHere(output.name()) ? frame.scope.find(output.name()) : nullptr;
    if (!value)
      report(frame, "output '" + Twine(output.name()) +
                        "' is defined by no node, input or initializer of its graph");
    if (!seen.insert(output.name()).second)
      report(frame, "output '" + Twine(output.name()) + "' is declared more than once");
    StringRef declared = context.names.of(output.type());
    StringRef type = value ? value->type : StringRef();
    if (!declared.empty() && !type.empty() && declared != type)
      report(frame,
             "output '" + Twine(output.name()) + "' is declared as " + declared + " and computed as " + type);
    types.push_back(type.empty() ? declared : type);
  }
  return types;
}

void GraphValidator::declareTypes(const GraphProto &graph, Frame &frame) {
  // The types of outputs are compared when all is known.
  for (const ValueInfoProto &value : graph.value_info())
    if (StringRef type = context.names.of(value.type()); !type.empty())
      frame.declaredTypes[value.name()] = type;
}

//===------------------------------------------------------------------------------------------------------------===//
// Graphs
//===------------------------------------------------------------------------------------------------------------===//

void GraphValidator::checkMainGraph(const GraphProto &graph) {
  Frame frame{Scope(), nullptr, {}};
  if (graph.name().empty())
    report(frame, "the graph has no name");
  if (graph.output_size() == 0)
    report(frame, "the graph has no outputs; at least one is required");
  declareTypes(graph, frame);
  checkInputs(graph, frame, {});
  checkInitializers(graph, frame);
  checkNodes(graph.node(), frame);
  checkOutputs(graph, frame);
}

GraphValidator::Types GraphValidator::checkBody(const NodeProto &owner, const GraphProto &graph,
                                                const Scope &outer, llvm::ArrayRef<StringRef> inputTypes) {
  Frame frame{Scope(&outer), &owner, {}};
  if (graph.name().empty())
    report(frame, "the graph has no name");
  declareTypes(graph, frame);
  checkInputs(graph, frame, inputTypes);
  checkInitializers(graph, frame);
  checkNodes(graph.node(), frame);
  return checkOutputs(graph, frame);
}

void GraphValidator::checkFunction(const proto::FunctionProto &function) {
  // Errors of its interface name the function as if it were a node.
  NodeProto named;
  named.set_name(function.name());
  Frame frame{Scope(), &named, {}};
  for (const std::string &input : function.input()) {
    if (frame.scope.hasHere(input))
      report(frame, "input '" + Twine(input) + "' is declared more than once");
    frame.scope.define(input, {});
  }
  checkNodes(function.node(), frame);
  for (const std::string &output : function.output())
    if (!frame.scope.hasHere(output))
      report(frame, "output '" + Twine(output) + "' is defined by no node of the function");
}

//===------------------------------------------------------------------------------------------------------------===//
// Nodes
//===------------------------------------------------------------------------------------------------------------===//

void GraphValidator::checkInputsDefined(const NodeList &nodes, int index, const Frame &frame,
                                        std::optional<GraphOrder> &order) {
  for (const std::string &input : nodes[index].input()) {
    if (input.empty() || frame.scope.find(input))
      continue;
    if (!order)
      order.emplace(nodes);
    context.errors.node(nodes[index], order->explain(input, index));
  }
}

void GraphValidator::checkNodes(const NodeList &nodes, Frame &frame) {
  std::optional<GraphOrder> order;
  for (int index = 0; index < nodes.size(); ++index) {
    checkInputsDefined(nodes, index, frame, order);
    Types types = checkNode(nodes[index], frame.scope);
    defineOutputs(nodes[index], types, frame);
  }
}

void GraphValidator::defineOutputs(const NodeProto &node, llvm::ArrayRef<StringRef> types, Frame &frame) {
  bool isConstant = node.op_type() == "Constant" && canonicalDomain(node.domain()).empty();
  const AttributeProto *value = isConstant ? findAttribute(node, "value") : nullptr;
  for (int index = 0; index < node.output_size(); ++index) {
    const std::string &name = node.output(index);
    if (name.empty())
      continue;
    if (frame.scope.find(name))
      context.errors.node(node,
                          "output '" + Twine(name) + "' is already defined; every value has one definition");
    StringRef type = static_cast<size_t>(index) < types.size() ? types[index] : StringRef();
    StringRef declared = frame.declaredTypes.lookup(name);
    if (!type.empty() && !declared.empty() && type != declared)
      context.errors.node(node, "output '" + Twine(name) + "' has type " + type + ", the graph declares " +
                                    declared);
    frame.scope.define(name,
                       {type.empty() ? declared : type, value && value->has_t() ? &value->t() : nullptr});
  }
}

void GraphValidator::checkCall(const proto::FunctionProto &function, const NodeProto &node) {
  if (node.input_size() > function.input_size())
    context.errors.node(node, "has " + Twine(node.input_size()) + " inputs; function '" + function.name() +
                                  "' accepts " + Twine(function.input_size()));
  if (node.output_size() > function.output_size())
    context.errors.node(node, "has " + Twine(node.output_size()) + " outputs; function '" + function.name() +
                                  "' yields " + Twine(function.output_size()));
}

/// Why a node that calls no function names no operator of ONNX.
static std::string explainForeign(const NodeProto &node, StringRef domain, bool isImported) {
  return "operator '" + node.op_type() + "' of domain '" + domain.str() + "' is not supported" +
         (isImported ? "" : ", and the domain is used but not imported") +
         "; accepted: operators of ONNX's default domain and functions of the model";
}

static std::string explainDeprecated(const schema::Schema &schema, int64_t opset) {
  return std::string("operator '") + schema.name + "' is deprecated since opset " +
         std::to_string(schema.sinceVersion) + "; the model states opset " + std::to_string(opset);
}

GraphValidator::Types GraphValidator::checkNode(const NodeProto &node, const Scope &scope) {
  StringRef domain = canonicalDomain(node.domain());
  auto import = imports.find(domain);
  bool isImported = import != imports.end();
  const proto::FunctionProto *function = context.functions.find(node);
  if (node.op_type().empty()) {
    context.errors.node(node, "the node states no operator");
  } else if (!isImported && (function || domain.empty())) {
    context.errors.node(node, "domain '" + Twine(domain.empty() ? "ai.onnx" : domain) + "' of operator '" +
                                  node.op_type() + "' is used but not imported (opset_import)");
  } else if (function) {
    checkCall(*function, node);
  } else if (!domain.empty()) {
    context.errors.node(node, explainForeign(node, domain, isImported));
  } else {
    const schema::Schema *schema = schema::find(node.op_type(), static_cast<int>(import->second));
    if (schema && !schema->deprecated)
      return checkOperator(*schema, node, scope);
    context.errors.node(node, schema
                                  ? explainDeprecated(*schema, import->second)
                                  : explainMissingSchema(node.op_type(), static_cast<int>(import->second)));
  }
  return {};
}

GraphValidator::Types GraphValidator::checkOperator(const schema::Schema &schema, const NodeProto &node,
                                                    const Scope &scope) {
  Types inputs;
  for (const std::string &input : node.input()) {
    const KnownValue *value = input.empty() ? nullptr : scope.find(input);
    inputs.push_back(value ? value->type : StringRef());
  }
  Problems problems;
  checkArity(schema, node, problems);
  checkAttributes(schema, node, *context.model.files, context.limits, problems);
  checkScales(schema, node, scope, *context.model.files, problems);
  for (const std::string &problem : problems)
    context.errors.node(node, problem);

  Types bodyOutputs = checkBodies(node, scope, inputs);
  InferredTypes types = inferTypes(schema, node, {inputs, bodyOutputs}, context.names);
  for (const std::string &problem : types.problems)
    context.errors.node(node, problem);
  return types.outputs;
}

GraphValidator::Types GraphValidator::checkBodies(const NodeProto &node, const Scope &scope,
                                                  llvm::ArrayRef<StringRef> inputTypes) {
  Types inputs = bodyInputTypes(node, inputTypes, context.names);
  std::optional<Types> outputs;
  for (const AttributeProto &attribute : node.attribute()) {
    if (!attribute.has_g())
      continue;
    Types types = checkBody(node, attribute.g(), scope, inputs);
    if (!outputs) {
      outputs = std::move(types);
      continue;
    }
    if (types.size() != outputs->size())
      context.errors.node(node, "its branches yield " + Twine(outputs->size()) + " and " +
                                    Twine(types.size()) + " values");
    for (auto [index, first, second] :
         llvm::enumerate(llvm::MutableArrayRef(*outputs).take_front(types.size()),
                         llvm::ArrayRef(types).take_front(outputs->size()))) {
      if (!first.empty() && !second.empty() && first != second)
        context.errors.node(node, "its branches yield " + Twine(first) + " and " + second + " as output " +
                                      Twine(index));
      if (first.empty())
        first = second;
    }
  }
  return outputs.value_or(Types());
}

} // namespace quern
