// Changes of operators between opsets, one small class each.
//
// A model of an older opset is brought to the newest one node by node: every change of an operator's form
// since the model's opset is applied in order. README.md lists all changes in ONNX's history and why most
// need no class.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Proto/Proto.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <optional>
#include <vector>

namespace quern {

/// What is known about the values around a node.
class UpgradeSite {
public:
  virtual ~UpgradeSite() = default;
  /// As in TypeRules.h: "tensor(float)".
  virtual llvm::StringRef typeOf(llvm::StringRef value) const = 0;
  virtual std::optional<int64_t> rankOf(llvm::StringRef value) const = 0;
  /// Null if the value is no constant.
  virtual const proto::TensorProto *constantOf(llvm::StringRef value) const = 0;
};

/// Collects the nodes that replace one node. They get its name, so that messages name what the user wrote.
class Rewriter {
public:
  Rewriter(const UpgradeSite &site, std::string nodeName, uint64_t &counter)
      : site(site), nodeName(std::move(nodeName)), counter(counter) {}

  const UpgradeSite &site;

  void add(proto::NodeProto node);
  /// Adds `op` of `inputs` with one new value as its output, whose name is returned. `op` must stay valid at
  /// the opset of the change.
  proto::NodeProto &make(llvm::StringRef op, llvm::ArrayRef<std::string> inputs, std::string &output);
  /// The names of new constants.
  std::string integers(llvm::ArrayRef<int64_t> values);
  std::string integer(int64_t value);
  std::string floats(llvm::ArrayRef<float> values);
  /// A scalar of the element type that `type` ("tensor(float16)") has.
  llvm::Expected<std::string> scalar(double value, llvm::StringRef type);
  std::string constant(proto::TensorProto tensor);
  std::string freshName();

  std::vector<proto::NodeProto> &nodesMade() { return nodes; }

private:
  std::string nodeName;
  uint64_t &counter;
  std::vector<proto::NodeProto> nodes;
};

/// True for a value that upgrading made; the model cannot name one so.
inline bool isMadeByUpgrade(llvm::StringRef value) { return value.starts_with("\1"); }

/// One change of the form of some operators.
class Upgrade {
public:
  Upgrade(int opset, std::initializer_list<llvm::StringLiteral> operators)
      : opset(opset), operators(operators) {}
  virtual ~Upgrade() = default;

  /// Replaces `node`, valid before `opset`, by nodes valid at it. The error says why the old form has no new
  /// one.
  virtual llvm::Error rewrite(proto::NodeProto node, Rewriter &to) const = 0;

  const int opset;
  const std::vector<llvm::StringLiteral> operators;
};

/// The first change of `op` after opset `version`; null if its form is the newest.
const Upgrade *nextUpgrade(llvm::StringRef op, int version);

// One function for each file of changes; Registry.cpp calls them all.
using UpgradeList = std::vector<std::unique_ptr<Upgrade>>;
void addAttributeToInputUpgrades(UpgradeList &list);
void addNormalizationUpgrades(UpgradeList &list);
void addResizeUpgrades(UpgradeList &list);
void addRenamingUpgrades(UpgradeList &list);
void addSoftmaxUpgrades(UpgradeList &list);

// Words for writing changes.
std::optional<proto::AttributeProto> takeAttribute(proto::NodeProto &node, llvm::StringRef name);
void setAttribute(proto::NodeProto &node, llvm::StringRef name, int64_t value);
void setAttribute(proto::NodeProto &node, llvm::StringRef name, llvm::StringRef value);
/// Sets input `index`, padding with absent inputs.
void setInput(proto::NodeProto &node, int index, const std::string &value);

} // namespace quern
