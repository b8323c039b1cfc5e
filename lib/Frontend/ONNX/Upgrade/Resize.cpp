// Upsample became Resize, and Resize gained a choice of coordinates.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Upgrade/Upgrade.h"

namespace quern {

using proto::NodeProto;
using proto::TensorProto;

namespace {

/// Upsample: the attribute scales becomes an input.
class UpsampleScalesToInput : public Upgrade {
public:
  UpsampleScalesToInput() : Upgrade(9, {"Upsample"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    if (auto scales = takeAttribute(node, "scales"))
      setInput(node, 1, to.floats({scales->floats().data(), static_cast<size_t>(scales->floats_size())}));
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// Upsample became Resize with the same attributes and inputs.
class UpsampleToResize : public Upgrade {
public:
  UpsampleToResize() : Upgrade(10, {"Upsample"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    node.set_op_type("Resize");
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// Resize of opset 10 divides coordinates by the scale and rounds down; now that is one choice of several.
class ResizeStatesCoordinates : public Upgrade {
public:
  ResizeStatesCoordinates() : Upgrade(11, {"Resize"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    std::string scales = node.input(1);
    setInput(node, 1, to.floats({}));
    setInput(node, 2, scales);
    setAttribute(node, "coordinate_transformation_mode", "asymmetric");
    setAttribute(node, "nearest_mode", "floor");
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// An absent region or scale was an empty tensor and is no input now; the coordinates of tf_half_pixel_for_nn
/// are gone.
class ResizeOptionalInputs : public Upgrade {
public:
  ResizeOptionalInputs() : Upgrade(13, {"Resize"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    for (const auto &attribute : node.attribute())
      if (attribute.name() == "coordinate_transformation_mode" && attribute.s() == "tf_half_pixel_for_nn")
        return llvm::createStringError(
            "Resize with coordinate_transformation_mode tf_half_pixel_for_nn has no form in "
            "newer opsets; accepted: half_pixel, asymmetric, align_corners, "
            "pytorch_half_pixel, tf_crop_and_resize");
    bool hasSizes = node.input_size() > 3 && !node.input(3).empty();
    for (int index : {1, 2})
      if (node.input_size() > index && (isEmpty(node.input(index), to.site) || (index == 2 && hasSizes)))
        node.set_input(index, "");
    to.add(std::move(node));
    return llvm::Error::success();
  }

private:
  static bool isEmpty(llvm::StringRef value, const UpgradeSite &site) {
    const TensorProto *tensor = site.constantOf(value);
    return tensor && tensor->dims_size() == 1 && tensor->dims(0) == 0;
  }
};

} // namespace

void addResizeUpgrades(UpgradeList &list) {
  list.push_back(std::make_unique<ResizeOptionalInputs>());
  list.push_back(std::make_unique<ResizeStatesCoordinates>());
  list.push_back(std::make_unique<UpsampleScalesToInput>());
  list.push_back(std::make_unique<UpsampleToResize>());
}

} // namespace quern
