// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/Edges.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "passes/EdgeTransforms/ChannelRanges.h"
#include "passes/EdgeTransforms/FoldPlan.h"

using namespace mlir;

namespace quern {

static std::optional<EdgeConsumer> asConsumer(OpOperand &use, int64_t axis, bool shifted) {
  auto op = dyn_cast<onnx::ChannelTransformOpInterface>(use.getOwner());
  if (!op)
    return std::nullopt;
  std::optional<onnx::ChannelAbsorption> absorption =
      op.getChannelAbsorption(use.getOperandNumber(), axis, shifted);
  if (!absorption || !isRewritableConstant(use.getOwner()->getOperand(absorption->weight)))
    return std::nullopt;
  return EdgeConsumer{&use, *absorption};
}

/// The axis along which the first contraction of `value` contracts it.
static std::optional<int64_t> contractedAxis(Value value, bool shifted) {
  int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  for (OpOperand &use : value.getUses())
    for (int64_t axis = 0; axis < rank; ++axis)
      if (asConsumer(use, axis, shifted))
        return axis;
  return std::nullopt;
}

static std::optional<Edge> makeEdge(Value value, bool shifted) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isF32() || isRewritableConstant(value))
    return std::nullopt;
  std::optional<int64_t> axis = contractedAxis(value, shifted);
  if (!axis)
    return std::nullopt;
  Edge edge{value, *axis, type.getDimSize(*axis), {}};
  for (OpOperand &use : value.getUses()) {
    if (std::optional<EdgeConsumer> consumer = asConsumer(use, *axis, shifted))
      edge.consumers.push_back(*consumer);
    else
      edge.hasOtherUses = true;
  }
  // Use lists are in the reverse order of the graph.
  std::reverse(edge.consumers.begin(), edge.consumers.end());
  if (std::optional<FoldPlan> plan = planEdge(edge, shifted))
    edge.ties = std::move(plan->ties);
  return edge;
}

std::vector<Edge> listEdges(func::FuncOp function, bool shifted) {
  std::vector<Edge> edges;
  auto isLeftAlone = [](const EdgeConsumer &consumer) {
    return consumer.use->getOwner()->hasAttr(kLeftAloneAttrName);
  };
  auto add = [&](Value value) {
    std::optional<Edge> edge = makeEdge(value, shifted);
    if (edge && llvm::none_of(edge->consumers, isLeftAlone))
      edges.push_back(std::move(*edge));
  };
  llvm::for_each(function.getArguments(), add);
  function.walk([&](Operation *op) {
    if (op->getParentOp() == function)
      llvm::for_each(op->getResults(), add);
  });
  std::reverse(edges.begin(), edges.end());
  return edges;
}

ArrayAttr Edge::findProvenance() const {
  if (auto transform = value.getDefiningOp<EdgeTransformOp>())
    return transform.getProvenanceAttr();
  for (const EdgeConsumer &consumer : consumers)
    if (auto names = consumer.use->getOwner()->getAttrOfType<ArrayAttr>(kTransformedByAttrName))
      return names;
  return {};
}

std::optional<FoldPlan> planEdge(const Edge &edge, bool shifted) {
  if (edge.hasOtherUses)
    return std::nullopt;
  // The plan asks for one reader; here the readers are many and become one.
  OpBuilder builder(edge.value.getContext());
  builder.setInsertionPointAfterValue(edge.value);
  Value stand = EdgeTransformOp::create(
      builder, edge.value.getLoc(), edge.value.getType(), edge.value, builder.getI64IntegerAttr(edge.axis),
      builder.getDenseF32ArrayAttr(SmallVector<float>(edge.channels, 1)),
      builder.getDenseF32ArrayAttr(SmallVector<float>(edge.channels, 0)), ArrayAttr());
  for (const EdgeConsumer &consumer : edge.consumers)
    consumer.use->set(stand);
  // Transforms in a row become one, and fold as one.
  Value produced = edge.value;
  for (EdgeTransformOp before; (before = produced.getDefiningOp<EdgeTransformOp>());) {
    if (before.getAxis() != edge.axis || !before->hasOneUse())
      break;
    produced = before.getInput();
  }
  std::optional<FoldPlan> plan = planFold(produced, edge.axis, shifted);
  for (const EdgeConsumer &consumer : llvm::reverse(edge.consumers))
    consumer.use->set(edge.value);
  stand.getDefiningOp()->erase();
  return plan;
}

int64_t countOutputs(const EdgeConsumer &consumer) {
  return cast<RankedTensorType>(consumer.weight().getType()).getDimSize(consumer.absorption.outputAxis);
}

void forEachWeight(const EdgeConsumer &consumer,
                   llvm::function_ref<void(int64_t, int64_t, int64_t, double)> visit) {
  onnx::ConstantView view = *onnx::ConstantView::of(consumer.weight());
  const onnx::ChannelAbsorption &absorption = consumer.absorption;
  ArrayRef<int64_t> shape = view.getShape();
  auto stride = [&](int64_t axis) { return ShapedType::getNumElements(shape.drop_front(axis + 1)); };
  int64_t inputs = shape[absorption.inputAxis], outputs = shape[absorption.outputAxis];
  int64_t inputStride = stride(absorption.inputAxis), outputStride = stride(absorption.outputAxis);
  int64_t outputsOfGroup = outputs / absorption.groups;
  for (int64_t i = 0; i < view.size(); ++i) {
    int64_t output = i / outputStride % outputs, input = i / inputStride % inputs;
    visit(i, output, output / outputsOfGroup * inputs + input, view.real(i));
  }
}

/// result + addend along the consumer's channels, in the result's place.
static void addToResult(const EdgeConsumer &consumer, ArrayRef<double> addend) {
  Operation *op = consumer.use->getOwner();
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  int64_t channels = addend.size();
  ChannelMap removed{SmallVector<double>(channels, 1), SmallVector<double>(addend)};
  Operation *sum = op->getResult(0).hasOneUse() ? *op->getResult(0).user_begin() : nullptr;
  // A bias that is added anyway takes it.
  if (auto add = dyn_cast_or_null<onnx::AddOp>(sum)) {
    unsigned other = add.getOperand(0) == op->getResult(0) ? 1 : 0;
    auto bias = dyn_cast<RankedTensorType>(add->getOperand(other).getType());
    int64_t axis = bias ? consumer.absorption.resultAxis - (type.getRank() - bias.getRank()) : 0;
    if (add.getResult().getType() == type && isRewritableConstant(add->getOperand(other)) &&
        bias.getRank() <= type.getRank()) {
      ChannelMap added{SmallVector<double>(channels, 1), {}};
      for (double value : addend)
        added.shift.push_back(-value);
      replaceConstant(add->getOpOperand(other), changeConstant(builder, add->getOperand(other), axis,
                                                               onnx::ChannelChange::Shift, added));
      // The constant was made behind the contraction and before the sum.
      transformRanges(op->getOpResult(0), consumer.absorption.resultAxis, removed);
      return;
    }
  }
  SmallVector<int64_t> shape(type.getRank() - consumer.absorption.resultAxis, 1);
  shape.front() = channels;
  Value constant =
      makeConstant(builder, op->getLoc(), RankedTensorType::get(shape, type.getElementType()), addend);
  auto add = onnx::AddOp::create(builder, op->getLoc(), type, op->getResult(0), constant);
  op->getResult(0).replaceAllUsesExcept(add, add);
  copyRanges(op->getResult(0), add->getOpResult(0));
  onnx::setValueName(add->getOpResult(0), onnx::getValueName(op->getResult(0)));
  onnx::setValueName(op->getOpResult(0), "");
  transformRanges(op->getOpResult(0), consumer.absorption.resultAxis, removed);
}

/// bias + addend, where the op has a bias operand that can take it.
static bool addToBias(const EdgeConsumer &consumer, ArrayRef<double> addend) {
  if (!consumer.absorption.bias)
    return false;
  Operation *op = consumer.use->getOwner();
  OpOperand &bias = op->getOpOperand(*consumer.absorption.bias);
  OpBuilder builder(op);
  bool absent = isa<NoneType>(bias.get().getType());
  if (!absent && !isRewritableConstant(bias.get()))
    return false;
  auto type = RankedTensorType::get(addend.size(), builder.getF32Type());
  if (absent) {
    replaceConstant(bias, makeConstant(builder, op->getLoc(), type, addend));
    return true;
  }
  ChannelMap added{SmallVector<double>(addend.size(), 1), {}};
  for (double value : addend)
    added.shift.push_back(-value);
  int64_t axis = cast<RankedTensorType>(bias.get().getType()).getRank() - 1;
  replaceConstant(bias, changeConstant(builder, bias.get(), axis, onnx::ChannelChange::Shift, added));
  return true;
}

/// W' = W diag(s), b' = b + W z.
static void absorbInverse(const EdgeConsumer &consumer, const ChannelMap &map) {
  auto type = cast<RankedTensorType>(consumer.weight().getType());
  SmallVector<double> scaled(type.getNumElements()), addend(countOutputs(consumer), 0);
  forEachWeight(consumer, [&](int64_t element, int64_t output, int64_t channel, double weight) {
    scaled[element] = weight * map.scale[channel];
    addend[output] += weight * map.shift[channel];
  });
  Operation *op = consumer.use->getOwner();
  OpBuilder builder(op);
  replaceConstant(op->getOpOperand(consumer.absorption.weight),
                  makeConstant(builder, consumer.weight().getLoc(), type, scaled));
  if (map.isShifted() && !addToBias(consumer, addend))
    addToResult(consumer, addend);
}

EdgeTransformOp insertEdgeTransform(const Edge &edge, const ChannelMap &map, StringRef method) {
  OpBuilder builder(edge.value.getContext());
  builder.setInsertionPointAfterValue(edge.value);
  // The constants of the inverse are those of the rounded map.
  ChannelMap rounded = map.tied(edge.ties);
  SmallVector<float> scale(rounded.scale.begin(), rounded.scale.end()),
      shift(rounded.shift.begin(), rounded.shift.end());
  llvm::copy(scale, rounded.scale.begin());
  llvm::copy(shift, rounded.shift.begin());
  ArrayAttr provenance = builder.getStrArrayAttr({method});
  auto transform = EdgeTransformOp::create(
      builder, edge.value.getLoc(), edge.value.getType(), edge.value, builder.getI64IntegerAttr(edge.axis),
      builder.getDenseF32ArrayAttr(scale), builder.getDenseF32ArrayAttr(shift), provenance);
  copyRanges(edge.value, transform->getOpResult(0));
  transformRanges(transform->getOpResult(0), edge.axis, rounded);
  for (const EdgeConsumer &consumer : edge.consumers) {
    consumer.use->set(transform.getResult());
    absorbInverse(consumer, rounded);
    addProvenance(consumer.use->getOwner(), provenance);
  }
  return transform;
}

} // namespace quern
