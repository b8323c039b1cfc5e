// Softmax, LogSoftmax and Hardmax once worked on all axes from `axis` on, taken as one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Upgrade/Upgrade.h"

namespace quern {

using proto::NodeProto;

namespace {

/// Where `axis` is the last axis both forms agree. Elsewhere the data is flattened to two axes and shaped
/// back.
class SoftmaxOverOneAxis : public Upgrade {
public:
  SoftmaxOverOneAxis() : Upgrade(13, {"Hardmax", "LogSoftmax", "Softmax"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    auto attribute = takeAttribute(node, "axis");
    int64_t axis = attribute ? attribute->i() : 1;
    std::optional<int64_t> rank = to.site.rankOf(node.input(0));
    setAttribute(node, "axis", -1);
    if (axis == -1 || (rank && axis == *rank - 1)) {
      to.add(std::move(node));
      return llvm::Error::success();
    }
    std::string input = node.input(0), output = node.output(0), shape, flat, result;
    to.make("Shape", {input}, shape);
    setAttribute(to.make("Flatten", {input}, flat), "axis", axis);
    node.set_input(0, flat);
    node.set_output(0, result = to.freshName());
    to.add(std::move(node));
    NodeProto reshape;
    reshape.set_op_type("Reshape");
    reshape.add_input(result);
    reshape.add_input(shape);
    reshape.add_output(output);
    to.add(std::move(reshape));
    return llvm::Error::success();
  }
};

} // namespace

void addSoftmaxUpgrades(UpgradeList &list) { list.push_back(std::make_unique<SoftmaxOverOneAxis>()); }

} // namespace quern
