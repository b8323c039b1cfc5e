// Changes that turned an attribute into an input: axes, pads, bounds, counts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Upgrade/Upgrade.h"

namespace quern {

using proto::AttributeProto;
using proto::NodeProto;

static llvm::ArrayRef<int64_t> intsOf(const AttributeProto &attribute) {
  return {attribute.ints().data(), static_cast<size_t>(attribute.ints_size())};
}

namespace {

/// A list of integers, optional or not, becomes an input of its own.
class IntegersToInput : public Upgrade {
public:
  IntegersToInput(int opset, std::initializer_list<llvm::StringLiteral> operators, const char *attribute,
                  int input)
      : Upgrade(opset, operators), attribute(attribute), input(input) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    if (auto values = takeAttribute(node, attribute))
      setInput(node, input, to.integers(intsOf(*values)));
    to.add(std::move(node));
    return llvm::Error::success();
  }

private:
  const char *attribute;
  int input;
};

/// Clip: the attributes min and max become inputs of the element type of x.
class ClipBoundsToInputs : public Upgrade {
public:
  ClipBoundsToInputs() : Upgrade(11, {"Clip"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    llvm::StringRef type = to.site.typeOf(node.input(0));
    int index = 1;
    for (const char *name : {"min", "max"}) {
      if (auto bound = takeAttribute(node, name)) {
        llvm::Expected<std::string> value = to.scalar(bound->f(), type);
        if (!value)
          return value.takeError();
        setInput(node, index, *value);
      }
      ++index;
    }
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// Dropout: the attribute ratio becomes an input, and the mask is always of booleans. Inference stays
/// inference: the new input training_mode is absent.
class DropoutRatioToInput : public Upgrade {
public:
  DropoutRatioToInput() : Upgrade(12, {"Dropout"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    if (auto ratio = takeAttribute(node, "ratio"))
      setInput(node, 1, llvm::cantFail(to.scalar(ratio->f(), "tensor(float)")));
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// Dropout before opset 10 gave its mask in the type of its data.
class DropoutMaskToBool : public Upgrade {
public:
  DropoutMaskToBool() : Upgrade(10, {"Dropout"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    if (node.output_size() > 1 && !node.output(1).empty())
      return llvm::createStringError(
          "the mask of Dropout before opset 10 is not accepted; leave the output away");
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// Pad: the attributes pads and value become inputs.
class PadAttributesToInputs : public Upgrade {
public:
  PadAttributesToInputs() : Upgrade(11, {"Pad"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    if (auto pads = takeAttribute(node, "pads"))
      setInput(node, 1, to.integers(intsOf(*pads)));
    if (auto value = takeAttribute(node, "value")) {
      llvm::Expected<std::string> scalar = to.scalar(value->f(), to.site.typeOf(node.input(0)));
      if (!scalar)
        return scalar.takeError();
      setInput(node, 2, *scalar);
    }
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// Slice: the attributes starts, ends and axes become inputs.
class SliceBoundsToInputs : public Upgrade {
public:
  SliceBoundsToInputs() : Upgrade(10, {"Slice"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    int index = 1;
    for (const char *name : {"starts", "ends", "axes"}) {
      if (auto values = takeAttribute(node, name))
        setInput(node, index, to.integers(intsOf(*values)));
      ++index;
    }
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// Split into equal parts: their number, known from the outputs, is stated.
class SplitStatesOutputs : public Upgrade {
public:
  SplitStatesOutputs() : Upgrade(18, {"Split"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    if (node.input_size() < 2 || node.input(1).empty())
      setAttribute(node, "num_outputs", node.output_size());
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// TopK: the attribute k becomes an input of one element.
class TopKCountToInput : public Upgrade {
public:
  TopKCountToInput() : Upgrade(10, {"TopK"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    if (auto k = takeAttribute(node, "k"))
      setInput(node, 1, to.integers(k->i()));
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

/// DFT: the attribute axis becomes an input. Its default changed from 1 to -2, so it is always stated.
class DftAxisToInput : public Upgrade {
public:
  DftAxisToInput() : Upgrade(20, {"DFT"}) {}

  llvm::Error rewrite(NodeProto node, Rewriter &to) const override {
    auto axis = takeAttribute(node, "axis");
    setInput(node, 2, to.integer(axis ? axis->i() : 1));
    to.add(std::move(node));
    return llvm::Error::success();
  }
};

} // namespace

void addAttributeToInputUpgrades(UpgradeList &list) {
  list.push_back(std::make_unique<ClipBoundsToInputs>());
  list.push_back(std::make_unique<DftAxisToInput>());
  list.push_back(std::make_unique<DropoutMaskToBool>());
  list.push_back(std::make_unique<DropoutRatioToInput>());
  list.push_back(std::make_unique<PadAttributesToInputs>());
  list.push_back(std::make_unique<SliceBoundsToInputs>());
  list.push_back(std::make_unique<SplitStatesOutputs>());
  list.push_back(std::make_unique<TopKCountToInput>());
  using Operators = std::initializer_list<llvm::StringLiteral>;
  auto add = [&](int opset, Operators operators, const char *attribute) {
    list.push_back(std::make_unique<IntegersToInput>(opset, operators, attribute, 1));
  };
  add(13, {"ReduceSum", "Squeeze", "Unsqueeze"}, "axes");
  add(13, {"Split"}, "split");
  add(18,
      {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin",
       "ReduceProd", "ReduceSumSquare"},
      "axes");
}

} // namespace quern
