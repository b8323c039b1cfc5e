// Expansion of calls: values of the function are renamed, its attribute references replaced by what the call
// states.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Functions/Functions.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"

namespace quern {

using proto::AttributeProto;
using proto::FunctionProto;
using proto::GraphProto;
using proto::NodeProto;
using Nodes = google::protobuf::RepeatedPtrField<NodeProto>;

namespace {
/// Names inside a function, or a body in it, and what they are called at one call.
class Renaming {
public:
  explicit Renaming(const Renaming *outer = nullptr) : outer(outer) {}

  const std::string *find(llvm::StringRef name) const {
    for (const Renaming *scope = this; scope; scope = scope->outer)
      if (auto found = scope->names.find(name); found != scope->names.end())
        return &found->second;
    return nullptr;
  }
  /// The new name of a value defined here: the one it has already, or `fresh`.
  const std::string &define(llvm::StringRef name, std::string fresh) {
    return names.try_emplace(name, std::move(fresh)).first->second;
  }

private:
  const Renaming *outer;
  llvm::StringMap<std::string> names;
};

/// One call being expanded.
class Call {
public:
  Call(const FunctionProto &function, const NodeProto &caller, std::string prefix)
      : function(function), caller(caller), prefix(std::move(prefix)) {}

  Nodes expand();

private:
  void bindParameters(Renaming &names);
  void rename(Nodes &nodes, Renaming &names);
  void renameBody(GraphProto &graph, const Renaming &outer);
  void substituteAttributes(NodeProto &node);
  const AttributeProto *argument(llvm::StringRef name) const;

  const FunctionProto &function;
  const NodeProto &caller;
  std::string prefix;
};
} // namespace

void Call::bindParameters(Renaming &names) {
  for (int index = 0; index < function.input_size(); ++index)
    names.define(function.input(index), index < caller.input_size() ? caller.input(index) : "");
  // A function may hand an input through; such an output is bound already and gets an Identity in `expand`.
  for (int index = 0; index < function.output_size() && index < caller.output_size(); ++index)
    if (!caller.output(index).empty())
      names.define(function.output(index), caller.output(index));
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

void Call::renameBody(GraphProto &graph, const Renaming &outer) {
  Renaming names(&outer);
  auto define = [&](std::string *name) { *name = names.define(*name, prefix + *name); };
  for (auto &input : *graph.mutable_input())
    define(input.mutable_name());
  for (auto &initializer : *graph.mutable_initializer())
    define(initializer.mutable_name());
  for (auto &initializer : *graph.mutable_sparse_initializer())
    define(initializer.mutable_values()->mutable_name());
  graph.clear_value_info();
  rename(*graph.mutable_node(), names);
  for (auto &output : *graph.mutable_output())
    if (const std::string *name = names.find(output.name()))
      output.set_name(*name);
}

void Call::rename(Nodes &nodes, Renaming &names) {
  for (NodeProto &node : nodes) {
    substituteAttributes(node);
    node.set_name(prefix + (node.name().empty() ? node.op_type() : node.name()));
    for (std::string &input : *node.mutable_input())
      if (const std::string *name = names.find(input))
        input = *name;
    for (AttributeProto &attribute : *node.mutable_attribute())
      if (attribute.has_g())
        renameBody(*attribute.mutable_g(), names);
    for (std::string &output : *node.mutable_output())
      if (!output.empty())
        output = names.define(output, prefix + output);
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
    identity->add_input(*names.find(function.output(index)));
    identity->add_output(caller.output(index));
  }
  return nodes;
}

/// What the names inside a call begin with. The number makes it unique where nodes have no names or share
/// one; the bound keeps nested calls of long names from filling the memory.
static std::string prefixOf(const NodeProto &call, uint64_t number) {
  constexpr size_t longest = 256;
  llvm::StringRef name = call.name().empty() ? call.op_type() : call.name();
  return (name.take_front(longest) + "/" + llvm::Twine(number) + "/").str();
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
    Nodes body = Call(*function, node, prefixOf(node, calls++)).expand();
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
