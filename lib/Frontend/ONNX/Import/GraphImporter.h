// Builds the ops of graphs, one node at a time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Import.h"
#include "lib/Frontend/ONNX/Import/Constants.h"
#include "lib/Frontend/ONNX/Upgrade/Upgrade.h"
#include "lib/Frontend/ONNX/Validate/ErrorLog.h"
#include "lib/Frontend/ONNX/Validate/TypeRules.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace quern::onnx {
struct OpSchema;
}

namespace quern {

/// Imports a validated graph whose functions are expanded.
class GraphImporter {
public:
  GraphImporter(mlir::ModuleOp module, int opset, ConstantSource source, const ImportOptions &options,
                ErrorLog &errors);

  /// Builds `@main`. Fails if the errors, or a diagnostic of an op, say so.
  llvm::LogicalResult importMain(const proto::GraphProto &graph);

private:
  /// A value of the graph being built.
  struct Imported {
    mlir::Value value;
    /// As in TypeRules.h.
    llvm::StringRef type;
    const proto::TensorProto *constant = nullptr;
  };
  /// The values of a graph and, through `parent`, of those around it.
  struct Values {
    explicit Values(const Values *parent = nullptr) : parent(parent) {}
    const Imported *find(llvm::StringRef name) const;

    const Values *parent;
    llvm::StringMap<Imported> map;
    /// What the graph declares.
    llvm::StringMap<llvm::StringRef> declaredTypes;
  };
  class Site;
  /// A node on its way to the newest opset.
  struct Pending {
    std::shared_ptr<const proto::NodeProto> node;
    int opset;
  };
  using Types = llvm::SmallVector<llvm::StringRef>;

  mlir::func::FuncOp makeFunction(const proto::GraphProto &graph,
                                  llvm::ArrayRef<const proto::ValueInfoProto *> inputs);
  void finishFunction(mlir::func::FuncOp function, const proto::GraphProto &graph, const Values &values);
  void declareTypes(const proto::GraphProto &graph, Values &values);
  void importInitializers(const proto::GraphProto &graph, Values &values);
  void importNodes(const proto::GraphProto &graph, Values &values);
  void importNode(std::shared_ptr<const proto::NodeProto> node, Values &values);
  /// Replaces `pending` by its next form; false if it has the newest.
  bool upgrade(const Pending &pending, const Values &values, std::vector<Pending> &work);
  void importNewest(const std::shared_ptr<const proto::NodeProto> &node, Values &values);
  void importConstant(const std::shared_ptr<const proto::NodeProto> &node, Values &values);
  Types importBodies(const proto::NodeProto &node, const onnx::OpSchema &schema, mlir::Operation *op,
                     llvm::ArrayRef<llvm::StringRef> inputTypes, Values &values);
  Types importBody(const proto::GraphProto &graph, mlir::Region &region,
                   llvm::ArrayRef<llvm::StringRef> inputTypes, mlir::Location location, const Values &outer);
  void addOperands(const proto::NodeProto &node, const onnx::OpSchema &schema, mlir::OperationState &state,
                   const Values &values);
  void addAttributes(const std::shared_ptr<const proto::NodeProto> &node, const onnx::OpSchema &schema,
                     mlir::OperationState &state);
  /// As many results as the schema has, of type none until `setResultTypes`.
  void addResults(const proto::NodeProto &node, const onnx::OpSchema &schema, mlir::OperationState &state);
  bool setResultTypes(const proto::NodeProto &node, const onnx::OpSchema &schema, Types &types,
                      mlir::Operation *op, const Values &values);
  void refineResults(mlir::Operation *op);
  void nameResults(mlir::Operation *op, const proto::NodeProto &node);
  mlir::Value makeConstant(mlir::ElementsAttr value, llvm::StringRef name, mlir::Location location);
  mlir::Value absentValue();
  Types typesOf(const proto::NodeProto &node, const Values &values) const;

  mlir::ModuleOp module;
  mlir::OpBuilder builder;
  int opset;
  ConstantSource source;
  const ImportOptions &options;
  ErrorLog &errors;
  TypeNames names;
  /// `onnx.NoValue`, made when first needed.
  mlir::Value noValue;
  mlir::Block *entry = nullptr;
  /// Nodes that upgrading made; constants among them are looked at later.
  std::vector<std::shared_ptr<const proto::NodeProto>> made;
  uint64_t madeValues = 0;
  bool failed = false;
};

} // namespace quern
