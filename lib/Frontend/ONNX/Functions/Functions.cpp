// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Functions/Functions.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/MathExtras.h"

namespace quern {

using proto::AttributeProto;
using proto::FunctionProto;
using proto::NodeProto;
using Nodes = google::protobuf::RepeatedPtrField<NodeProto>;

static std::string keyOf(llvm::StringRef domain, llvm::StringRef name, llvm::StringRef overload) {
  return ((domain == "ai.onnx" ? "" : domain) + "\n" + name + "\n" + overload).str();
}

FunctionTable::FunctionTable(const proto::ModelProto &model) {
  for (const FunctionProto &function : model.functions())
    functions[keyOf(function.domain(), function.name(), function.overload())] = &function;
}

const FunctionProto *FunctionTable::find(const NodeProto &node) const {
  return functions.empty() ? nullptr
                           : functions.lookup(keyOf(node.domain(), node.op_type(), node.overload()));
}

namespace {
/// What a list of nodes grows to.
struct Extent {
  uint64_t nodes = 0;
  /// Levels of bodies and calls below.
  int depth = 0;
};

/// Measures graphs with their calls expanded, each function once.
class Measure {
public:
  Measure(const FunctionTable &functions, const Limits &limits) : functions(functions), limits(limits) {}

  llvm::Expected<Extent> nodes(const Nodes &list, int level);

private:
  llvm::Expected<Extent> function(const FunctionProto &function, int level);
  llvm::Error addNested(Extent &total, llvm::Expected<Extent> nested);
  llvm::Error checkDepth(int depth);

  const FunctionTable &functions;
  const Limits &limits;
  llvm::DenseMap<const FunctionProto *, Extent> known;
  llvm::DenseSet<const FunctionProto *> open;
};
} // namespace

static llvm::Error refuse(const std::string &reason) { return llvm::createStringError(reason); }

llvm::Error Measure::checkDepth(int depth) {
  if (depth <= limits.graphDepth)
    return llvm::Error::success();
  return refuse("the model nests bodies and function calls deeper than the limit of " +
                std::to_string(limits.graphDepth));
}

llvm::Error Measure::addNested(Extent &total, llvm::Expected<Extent> nested) {
  if (!nested)
    return nested.takeError();
  total.nodes = llvm::SaturatingAdd(total.nodes, nested->nodes);
  total.depth = std::max(total.depth, nested->depth + 1);
  return llvm::Error::success();
}

llvm::Expected<Extent> Measure::function(const FunctionProto &function, int level) {
  if (auto found = known.find(&function); found != known.end()) {
    if (llvm::Error error = checkDepth(level + found->second.depth))
      return std::move(error);
    return found->second;
  }
  if (!open.insert(&function).second)
    return refuse("function '" + function.name() + "' of domain '" + function.domain() + "' calls itself");
  llvm::Expected<Extent> extent = nodes(function.node(), level);
  open.erase(&function);
  if (extent)
    known[&function] = *extent;
  return extent;
}

llvm::Expected<Extent> Measure::nodes(const Nodes &list, int level) {
  if (llvm::Error error = checkDepth(level))
    return std::move(error);
  Extent total{static_cast<uint64_t>(list.size()), 0};
  for (const NodeProto &node : list) {
    if (const FunctionProto *callee = functions.find(node))
      if (llvm::Error error = addNested(total, function(*callee, level + 1)))
        return std::move(error);
    for (const AttributeProto &attribute : node.attribute())
      if (attribute.has_g())
        if (llvm::Error error = addNested(total, nodes(attribute.g().node(), level + 1)))
          return std::move(error);
  }
  if (total.nodes > limits.nodes)
    return refuse("the model holds more nodes than the limit of " + std::to_string(limits.nodes) +
                  " once its functions are expanded");
  return total;
}

llvm::Error checkExpansion(const proto::ModelProto &model, const FunctionTable &functions,
                           const Limits &limits) {
  Measure measure(functions, limits);
  for (const FunctionProto &function : model.functions())
    if (auto extent = measure.nodes(function.node(), 1); !extent)
      return extent.takeError();
  return measure.nodes(model.graph().node(), 0).takeError();
}

} // namespace quern
