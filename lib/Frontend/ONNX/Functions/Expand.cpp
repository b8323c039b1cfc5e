// Expansion of calls: values of the function are renamed, its attribute references replaced by what the call
// states. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Functions/Functions.h"

#include "llvm/ADT/StringSet.h"

namespace quern {

using proto::AttributeProto;
using proto::FunctionProto;
using proto::GraphProto;
using proto::NodeProto;
using Nodes = google::protobuf::RepeatedPtrField<NodeProto>;

namespace {
/// Names inside a function body and what they are called at one call.
using Renaming = llvm::StringMap<std::string>;

/// One call being expanded.
class Call {
public:
  Call(const FunctionProto &function, const NodeProto &caller, std::string prefix)
      : function(function), caller(caller), prefix(std::move(prefix)) {}

  Nodes expand();

private:
  void bindParameters(Renaming &names);
  void rename(Nodes &nodes, Renaming &names);
  void renameBody(GraphProto &graph, Renaming names);
  void define(std::string &name, Renaming &names);
  void substituteAttributes(NodeProto &node);
  const AttributeProto *argument(llvm::StringRef name) const;

  const FunctionProto &function;
  const NodeProto &caller;
  std::string prefix;
};
} // namespace

void Call::bindParameters(Renaming &names) {
  for (int index = 0; index < function.input_size(); ++index)
    names[function.input(index)] = index < caller.input_size() ? caller.input(index) : "";
  for (int index = 0; index < function.output_size() && index < caller.output_size(); ++index)
    // A function may hand an input through; such an output gets an Identity in `expand`.
    if (!caller.output(index).empty() && !names.contains(function.output(index)))
      names[function.output(index)] = caller.output(index);
}

const AttributeProto *Call::argument(llvm::StringRef name) const {
  for (const AttributeProto &attribute : caller.attribute())
    if (name == attribute.name())
      return &attribute;
  for (const AttributeProto &attribute : function.attribute_proto())
    if (name == attribute.name())
      return &attribute;
  return nullptr;
}

void Call::substituteAttributes(NodeProto &node) {
  google::protobuf::RepeatedPtrField<AttributeProto> kept;
  for (AttributeProto &attribute : *node.mutable_attribute()) {
    if (attribute.ref_attr_name().empty()) {
      kept.Add(std::move(attribute));
      continue;
    }
    // An attribute whose reference the call leaves open is absent.
    if (const AttributeProto *value = argument(attribute.ref_attr_name())) {
      AttributeProto *copy = kept.Add();
      *copy = *value;
      copy->set_name(attribute.name());
    }
  }
  node.mutable_attribute()->Swap(&kept);
}

void Call::define(std::string &name, Renaming &names) {
  if (name.empty())
    return;
  auto [entry, isNew] = names.try_emplace(name, prefix + name);
  name = entry->second;
}

void Call::renameBody(GraphProto &graph, Renaming names) {
  auto shadow = [&](std::string *name) {
    names[*name] = prefix + *name;
    *name = names[*name];
  };
  for (auto &input : *graph.mutable_input())
    shadow(input.mutable_name());
  for (auto &initializer : *graph.mutable_initializer())
    shadow(initializer.mutable_name());
  for (auto &initializer : *graph.mutable_sparse_initializer())
    shadow(initializer.mutable_values()->mutable_name());
  graph.clear_value_info();
  rename(*graph.mutable_node(), names);
  for (auto &output : *graph.mutable_output())
    if (auto found = names.find(output.name()); found != names.end())
      output.set_name(found->second);
}

void Call::rename(Nodes &nodes, Renaming &names) {
  for (NodeProto &node : nodes) {
    substituteAttributes(node);
    node.set_name(prefix + (node.name().empty() ? node.op_type() : node.name()));
    for (std::string &input : *node.mutable_input())
      if (auto found = names.find(input); found != names.end())
        input = found->second;
    for (AttributeProto &attribute : *node.mutable_attribute())
      if (attribute.has_g())
        renameBody(*attribute.mutable_g(), names);
    for (std::string &output : *node.mutable_output())
      define(output, names);
  }
}

Nodes Call::expand() {
  Renaming names;
  bindParameters(names);
  Nodes nodes = function.node();
  rename(nodes, names);
  llvm::StringSet<> inputs;
  for (const std::string &input : function.input())
    inputs.insert(input);
  for (int index = 0; index < function.output_size() && index < caller.output_size(); ++index) {
    if (!inputs.contains(function.output(index)) || caller.output(index).empty())
      continue;
    NodeProto *identity = nodes.Add();
    identity->set_name(prefix + function.output(index));
    identity->set_op_type("Identity");
    identity->add_input(names[function.output(index)]);
    identity->add_output(caller.output(index));
  }
  return nodes;
}

/// Appends `nodes` to `target`, calls expanded. The depth is bounded by `checkExpansion`.
static void appendExpanded(Nodes &nodes, const FunctionTable &functions, uint64_t &calls, Nodes &target) {
  for (NodeProto &node : nodes) {
    for (AttributeProto &attribute : *node.mutable_attribute())
      if (attribute.has_g()) {
        Nodes expanded;
        appendExpanded(*attribute.mutable_g()->mutable_node(), functions, calls, expanded);
        attribute.mutable_g()->mutable_node()->Swap(&expanded);
      }
    const FunctionProto *function = functions.find(node);
    if (!function) {
      target.Add(std::move(node));
      continue;
    }
    // The number makes the prefix unique where nodes have no names or share one.
    std::string name = node.name().empty() ? node.op_type() : node.name();
    Nodes body = Call(*function, node, name + "/" + std::to_string(calls++) + "/").expand();
    appendExpanded(body, functions, calls, target);
  }
}

void expandFunctions(proto::ModelProto &model) {
  FunctionTable functions(model);
  if (functions.empty())
    return;
  uint64_t calls = 0;
  Nodes expanded;
  appendExpanded(*model.mutable_graph()->mutable_node(), functions, calls, expanded);
  model.mutable_graph()->mutable_node()->Swap(&expanded);
  model.clear_functions();
}

} // namespace quern
