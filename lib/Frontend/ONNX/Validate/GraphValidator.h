// Checks of graphs: names, order, types, and each node.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Functions/Functions.h"
#include "lib/Frontend/ONNX/Validate/GraphOrder.h"
#include "lib/Frontend/ONNX/Validate/NodeChecks.h"
#include "lib/Frontend/ONNX/Validate/TypeRules.h"
#include "lib/Frontend/ONNX/Validate/Validate.h"

#include <optional>

namespace quern {

/// Opset versions by domain; the default domain is "".
using Imports = llvm::StringMap<int64_t>;

/// What all graphs of a model share while they are checked.
struct ModelContext {
  const ParsedModel &model;
  const Limits &limits;
  ErrorLog &errors;
  const FunctionTable &functions;
  TypeNames names;
};

/// Checks the graphs that see one set of imported domains: the model's, or a function's.
class GraphValidator {
public:
  GraphValidator(ModelContext &context, const Imports &imports) : context(context), imports(imports) {}

  void checkMainGraph(const proto::GraphProto &graph);
  void checkFunction(const proto::FunctionProto &function);

private:
  using Types = llvm::SmallVector<llvm::StringRef>;
  /// Where the values of a graph are declared, and whom to blame for the graph itself: a node, or null for
  /// the model.
  struct Frame {
    Scope scope;
    const proto::NodeProto *owner;
    llvm::StringMap<llvm::StringRef> declaredTypes;
  };

  Types checkBody(const proto::NodeProto &owner, const proto::GraphProto &graph, const Scope &outer,
                  llvm::ArrayRef<llvm::StringRef> inputTypes);
  void checkInputs(const proto::GraphProto &graph, Frame &frame, llvm::ArrayRef<llvm::StringRef> inputTypes);
  void checkStatedType(llvm::StringRef kind, const proto::ValueInfoProto &value, const Frame &frame);
  void checkInitializers(const proto::GraphProto &graph, Frame &frame);
  void checkInitializer(const proto::TensorProto &tensor, const proto::GraphProto &graph, Frame &frame);
  void defineInitializer(llvm::StringRef name, KnownValue value, const Problems &problems, Frame &frame);
  void checkNodes(const NodeList &nodes, Frame &frame);
  void checkInputsDefined(const NodeList &nodes, int index, const Frame &frame,
                          std::optional<GraphOrder> &order);
  /// Returns the types of the outputs.
  Types checkNode(const proto::NodeProto &node, const Scope &scope);
  Types checkOperator(const schema::Schema &schema, const proto::NodeProto &node, const Scope &scope);
  Types checkBodies(const proto::NodeProto &node, const Scope &scope,
                    llvm::ArrayRef<llvm::StringRef> inputTypes);
  void checkCall(const proto::FunctionProto &function, const proto::NodeProto &node);
  void defineOutputs(const proto::NodeProto &node, llvm::ArrayRef<llvm::StringRef> types, Frame &frame);
  Types checkOutputs(const proto::GraphProto &graph, Frame &frame);
  void declareTypes(const proto::GraphProto &graph, Frame &frame);
  void report(const Frame &frame, const llvm::Twine &message);

  ModelContext &context;
  const Imports &imports;
};

} // namespace quern
