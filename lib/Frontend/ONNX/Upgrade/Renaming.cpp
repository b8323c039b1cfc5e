// Changes of names and defaults, and forms that are gone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Upgrade/Upgrade.h"

namespace quern {

using proto::NodeProto;

namespace {

/// Scatter became ScatterElements.
class ScatterToScatterElements : public Upgrade {
public:
  ScatterToScatterElements() : Upgrade(11, {"Scatter"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    node.set_op_type("ScatterElements");
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// The modes of GridSample lost their dimension: bilinear became linear, bicubic cubic.
class GridSampleModes : public Upgrade {
public:
  GridSampleModes() : Upgrade(20, {"GridSample"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    auto mode = takeAttribute(node, "mode");
    llvm::StringRef name = mode ? llvm::StringRef(mode->s()) : "bilinear";
    setAttribute(node, "mode", name == "bilinear" ? "linear" : name == "bicubic" ? "cubic" : name);
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// RoiAlign gained a mode whose default shifts by half a pixel; before there was no shift.
class RoiAlignWithoutShift : public Upgrade {
public:
  RoiAlignWithoutShift() : Upgrade(16, {"RoiAlign"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    setAttribute(node, "coordinate_transformation_mode", "output_half_pixel");
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// Scan of opset 8 runs over a batch axis that the newer form does not have.
class ScanWithoutBatch : public Upgrade {
public:
  ScanWithoutBatch() : Upgrade(9, {"Scan"}) {}

  llvm::Error rewrite(NodeProto, Rewriter &) const override {
    return llvm::createStringError(
        "Scan of opset 8, with a batch axis, is not accepted; accepted: opset 9 and newer");
  }
};

} // namespace

void addRenamingUpgrades(UpgradeList &list) {
  list.push_back(std::make_unique<GridSampleModes>());
  list.push_back(std::make_unique<RoiAlignWithoutShift>());
  list.push_back(std::make_unique<ScanWithoutBatch>());
  list.push_back(std::make_unique<ScatterToScatterElements>());
}

} // namespace quern
