// Changes of BatchNormalization.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Upgrade/Upgrade.h"

namespace quern {

using proto::NodeProto;

namespace {

/// `spatial` went away; its default, statistics for each channel, is what remains.
class BatchNormalizationIsSpatial : public Upgrade {
public:
  BatchNormalizationIsSpatial() : Upgrade(9, {"BatchNormalization"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    if (auto spatial = takeAttribute(node, "spatial"); spatial && spatial->i() != 1)
      return llvm::createStringError("BatchNormalization with spatial = " + std::to_string(spatial->i()) +
                                     " has no form in newer opsets; accepted: spatial = 1");
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// Before opset 14 a node with more than one output was in training mode; its statistics are computed
/// otherwise now.
class BatchNormalizationInfers : public Upgrade {
public:
  BatchNormalizationInfers() : Upgrade(14, {"BatchNormalization"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    for (int index = 1; index < node.output_size(); ++index)
      if (!node.output(index).empty())
        return llvm::createStringError("BatchNormalization in training mode (output '" + node.output(index) +
                                       "') before opset 14 is not accepted; export the model for inference");
    node.mutable_output()->DeleteSubrange(1, node.output_size() - 1);
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

} // namespace

void addNormalizationUpgrades(UpgradeList &list) {
  list.push_back(std::make_unique<BatchNormalizationIsSpatial>());
  list.push_back(std::make_unique<BatchNormalizationInfers>());
}

} // namespace quern
