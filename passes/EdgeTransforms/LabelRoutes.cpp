// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/LabelRoutes.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/Tensor.h"

using namespace mlir;

namespace quern {

using onnx::ChannelChange;
using Routes = std::vector<LabelRoute>;

static RankedTensorType staticType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getNumElements() > 0 ? type : RankedTensorType();
}

/// Does the constant vary along no other axes than the labels?
static bool variesWithChannels(Value value, const ChannelLabels &labels) {
  RankedTensorType type = staticType(value);
  if (!onnx::getConstant(value) || !type || type.getRank() > static_cast<int64_t>(labels.shape.size()))
    return false;
  ArrayRef<int64_t> met = ArrayRef(labels.shape).take_back(type.getRank());
  return llvm::all_of(llvm::zip_equal(type.getShape(), met), [](auto sizes) {
    auto [own, label] = sizes;
    return own == 1 || label != 1;
  });
}

namespace {
/// One op whose result is labelled.
class Passage {
public:
  Passage(Operation *op, const ChannelLabels &labels, bool shifted, const ChannelTies &ties)
      : op(op), labels(labels), shifted(shifted), ties(ties),
        through(shifted ? ChannelChange::Shift : ChannelChange::Divide) {}

  Routes alongOneAxis(int64_t axis) const;
  Routes list() const;

private:
  RankedTensorType typeOf(unsigned operand) const { return staticType(op->getOperand(operand)); }
  Routes only(LabelRoute route) const { return {std::move(route)}; }
  /// One operand that is the input of an op that only moves elements.
  Routes input(ChannelLabels own) const { return only({{{0, std::move(own), through}}, ties}); }

  Routes transpose() const;
  Routes reshape() const;
  Routes expand() const;
  Routes matMul() const;
  Routes gather() const;
  Routes slice() const;
  Routes concat() const;
  Routes multiply() const;
  Routes add() const;

  Operation *op;
  const ChannelLabels &labels;
  bool shifted;
  const ChannelTies &ties;
  ChannelChange through;
};
} // namespace

Routes Passage::alongOneAxis(int64_t axis) const {
  auto interface = dyn_cast<onnx::ChannelTransformOpInterface>(op);
  Routes routes;
  if (!interface)
    return routes;
  for (const onnx::ChannelRoute &route : interface.getChannelRoutes(axis, shifted)) {
    LabelRoute result{{}, ties};
    bool isWanted = true;
    for (const onnx::ChannelStep &step : route) {
      Value operand = op->getOperand(step.operand);
      auto type = dyn_cast<RankedTensorType>(operand.getType());
      result.steps.push_back({step.operand,
                              ChannelLabels::along(type ? type.getRank() : 1, step.axis, labels.channel),
                              step.change});
      // A table of positions (the cosines of a rotation) stays as it is: its other factor has the weights.
      isWanted &= !isa<onnx::MulOp>(op) || !onnx::getConstant(operand) || variesWithChannels(operand, labels);
    }
    if (isWanted)
      routes.push_back(std::move(result));
  }
  return routes;
}

Routes Passage::transpose() const {
  SmallVector<int64_t> permutation(labels.shape.size());
  for (auto [axis, from] : llvm::enumerate(permutation))
    from = permutation.size() - 1 - axis;
  if (auto stated = op->getAttrOfType<DenseI64ArrayAttr>("perm"))
    permutation.assign(stated.asArrayRef().begin(), stated.asArrayRef().end());
  return input(labels.transposedFrom(permutation));
}

Routes Passage::reshape() const {
  RankedTensorType from = typeOf(0), to = staticType(op->getResult(0));
  return from && to ? input(labels.reshapedFrom(from.getShape(), to.getShape())) : Routes();
}

Routes Passage::expand() const {
  RankedTensorType type = typeOf(0);
  if (!type || type.getRank() > static_cast<int64_t>(labels.shape.size()))
    return {};
  LabelRoute route{{}, ties};
  ChannelLabels own = labels.broadcastFrom(type.getShape(), route.ties);
  route.steps.push_back({0, std::move(own), through});
  return only(std::move(route));
}

Routes Passage::matMul() const {
  RankedTensorType left = typeOf(0), right = typeOf(1);
  size_t rank = labels.shape.size();
  if (shifted || !left || !right || left.getRank() < 2 || right.getRank() < 2 || labels.shape[rank - 2] != 1)
    return {};
  LabelRoute route{{}, ties};
  ChannelLabels own = labels.broadcastFrom(right.getShape(), route.ties);
  route.steps.push_back({1, std::move(own), ChannelChange::Divide});
  return only(std::move(route));
}

Routes Passage::gather() const {
  auto gather = cast<onnx::GatherOp>(op);
  RankedTensorType type = typeOf(0), indexType = typeOf(1);
  std::optional<SmallVector<int64_t>> indices = onnx::getConstantIntegers(gather.getIndices());
  if (!type || !indexType || indexType.getRank() != 1 || !indices)
    return {};
  int64_t axis = int64_t(gather.getAxis()) + (int64_t(gather.getAxis()) < 0 ? type.getRank() : 0);
  for (int64_t &index : *indices)
    index += index < 0 ? type.getDimSize(axis) : 0;
  LabelRoute route{{}, ties};
  ChannelLabels own = labels.gatheredFrom(axis, type.getDimSize(axis), *indices, route.ties);
  route.steps.push_back({0, std::move(own), through});
  return only(std::move(route));
}

/// Slices with steps of 1, all bounds constant.
Routes Passage::slice() const {
  auto slice = cast<onnx::SliceOp>(op);
  RankedTensorType type = typeOf(0), result = staticType(op->getResult(0));
  std::optional<SmallVector<int64_t>> starts = onnx::getConstantIntegers(slice.getStarts());
  std::optional<SmallVector<int64_t>> axes = onnx::getConstantIntegers(slice.getAxes());
  std::optional<SmallVector<int64_t>> steps = onnx::getConstantIntegers(slice.getSteps());
  bool isPlain = isa<NoneType>(slice.getSteps().getType()) ||
                 (steps && llvm::all_of(*steps, [](int64_t step) { return step == 1; }));
  if (!type || !result || !starts || !axes || axes->size() != starts->size() || !isPlain)
    return {};
  LabelRoute route{{}, ties};
  ChannelLabels own = labels;
  for (auto [axis, start] : llvm::zip_equal(*axes, *starts)) {
    axis += axis < 0 ? type.getRank() : 0;
    int64_t size = type.getDimSize(axis), begin = start < 0 ? std::max<int64_t>(start + size, 0) : start;
    auto positions = llvm::to_vector(llvm::seq(begin, begin + result.getDimSize(axis)));
    own = own.gatheredFrom(axis, size, positions, route.ties);
  }
  route.steps.push_back({0, std::move(own), through});
  return only(std::move(route));
}

Routes Passage::concat() const {
  int64_t rank = labels.shape.size(), axis = int64_t(cast<onnx::ConcatOp>(op).getAxis()), begin = 0;
  axis += axis < 0 ? rank : 0;
  LabelRoute route{{}, ties};
  for (unsigned operand = 0; operand < op->getNumOperands(); ++operand) {
    RankedTensorType type = typeOf(operand);
    if (!type)
      return {};
    route.steps.push_back({operand, labels.slice(axis, begin, type.getDimSize(axis)), through});
    begin += type.getDimSize(axis);
  }
  return only(std::move(route));
}

Routes Passage::multiply() const {
  Routes routes;
  if (shifted)
    return routes;
  for (bool constant : {true, false})
    for (unsigned number : {0, 1}) {
      Value operand = op->getOperand(number);
      RankedTensorType type = typeOf(number);
      if (!type || bool(onnx::getConstant(operand)) != constant ||
          (constant && !variesWithChannels(operand, labels)))
        continue;
      LabelRoute route{{}, ties};
      ChannelLabels own = constant ? labels : labels.broadcastFrom(type.getShape(), route.ties);
      route.steps.push_back({number, std::move(own), ChannelChange::Divide});
      routes.push_back(std::move(route));
    }
  return routes;
}

Routes Passage::add() const {
  bool areComputed = !onnx::getConstant(op->getOperand(0)) && !onnx::getConstant(op->getOperand(1));
  LabelRoute route{{}, ties};
  for (unsigned number : {0, 1}) {
    RankedTensorType type = typeOf(number);
    bool constant = bool(onnx::getConstant(op->getOperand(number)));
    if (!type || (shifted && (areComputed || isa<onnx::SubOp>(op))))
      return {};
    ChannelLabels own = constant ? labels : labels.broadcastFrom(type.getShape(), route.ties);
    // The constant takes the shift.
    route.steps.push_back({number, std::move(own), constant ? ChannelChange::Shift : ChannelChange::Divide});
  }
  return only(std::move(route));
}

Routes Passage::list() const {
  if (isa<onnx::TransposeOp>(op))
    return transpose();
  if (isa<onnx::ReshapeOp, onnx::SqueezeOp, onnx::UnsqueezeOp, onnx::FlattenOp>(op))
    return reshape();
  if (isa<onnx::IdentityOp>(op) || (isa<onnx::NegOp>(op) && !shifted))
    return input(labels);
  if (isa<onnx::ExpandOp>(op))
    return expand();
  if (isa<onnx::MatMulOp>(op))
    return matMul();
  if (isa<onnx::GatherOp>(op))
    return gather();
  if (isa<onnx::SliceOp>(op))
    return slice();
  if (isa<onnx::ConcatOp>(op))
    return concat();
  if (isa<onnx::MulOp>(op))
    return multiply();
  if (isa<onnx::AddOp, onnx::SubOp>(op))
    return add();
  return {};
}

std::vector<LabelRoute> listRoutes(Operation *op, const ChannelLabels &labels, bool shifted,
                                   const ChannelTies &ties) {
  if (!staticType(op->getResult(0)))
    return {};
  Passage passage(op, labels, shifted, ties);
  if (std::optional<int64_t> axis = labels.onlyAxis())
    if (Routes routes = passage.alongOneAxis(*axis); !routes.empty())
      return routes;
  return passage.list();
}

} // namespace quern
