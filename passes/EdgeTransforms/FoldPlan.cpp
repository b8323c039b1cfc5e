// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/FoldPlan.h"

#include "passes/EdgeTransforms/ChannelRanges.h"
#include "passes/EdgeTransforms/LabelRoutes.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/Tensor.h"

#include <cmath>

using namespace mlir;

namespace quern {

/// Between a contraction and the weights that produce its input lie a few ops, some twenty in attention. The
/// bound is on all the ops that are tried.
static constexpr int kMostOps = 128;

namespace {
/// A value that is to come out transformed, and how many of its readers ask for it.
struct Demand {
  OpResult value;
  ChannelLabels labels;
  bool shifted;
  unsigned readers;
};

/// A plan in the making: demands that are open, the last of the graph first.
struct Draft {
  FoldPlan plan;
  ChannelTies ties;
  SmallVector<Demand> open;
};

/// Meets one demand after the other, the last value first: when its turn comes, all readers of a value have
/// asked.
class Planner {
public:
  std::optional<Draft> solve(Draft draft);

private:
  /// Adds what the route asks for; false if an operand cannot change.
  static bool take(Operation *op, const LabelRoute &route, bool shifted, Draft &draft);
  static bool demand(Value value, const ChannelLabels &labels, bool shifted, Draft &draft);

  int tried = 0;
};
} // namespace

bool Planner::demand(Value value, const ChannelLabels &labels, bool shifted, Draft &draft) {
  auto result = dyn_cast<OpResult>(value);
  if (!result || result.getResultNumber() != 0)
    return false;
  auto *place = llvm::find_if(draft.open, [&](const Demand &each) { return each.value == result; });
  if (place != draft.open.end()) {
    place->labels = place->labels.mergedWith(labels, draft.ties);
    ++place->readers;
    return place->shifted == shifted;
  }
  if (!draft.open.empty() && draft.open.front().value.getOwner()->getBlock() != result.getOwner()->getBlock())
    return false;
  place = llvm::find_if(draft.open, [&](const Demand &each) {
    return each.value.getOwner()->isBeforeInBlock(result.getOwner());
  });
  draft.open.insert(place, Demand{result, labels, shifted, 1});
  return true;
}

bool Planner::take(Operation *op, const LabelRoute &route, bool shifted, Draft &draft) {
  draft.ties = route.ties;
  for (const LabelStep &step : route.steps) {
    Value operand = op->getOperand(step.operand);
    bool shiftArrives = shifted && step.change != onnx::ChannelChange::Divide;
    bool isAbsent = isa<NoneType>(operand.getType());
    if (isAbsent && shiftArrives && step.labels.shape.size() != 1)
      return false;
    if (isAbsent || isRewritableConstant(operand)) {
      draft.plan.constants.push_back({op, step.operand, step.change, step.labels, shiftArrives});
      continue;
    }
    bool canPass = step.change == onnx::ChannelChange::Divide || step.change == onnx::ChannelChange::Shift;
    if (!canPass || !demand(operand, step.labels, shiftArrives, draft))
      return false;
  }
  return true;
}

std::optional<Draft> Planner::solve(Draft draft) {
  if (draft.open.empty())
    return draft;
  Demand next = std::move(draft.open.front());
  draft.open.erase(draft.open.begin());
  auto readers = std::distance(next.value.use_begin(), next.value.use_end());
  if (readers != next.readers || ++tried > kMostOps)
    return std::nullopt;
  draft.plan.values.push_back({next.value, next.labels, next.shifted});
  Operation *op = next.value.getOwner();
  for (const LabelRoute &route : listRoutes(op, next.labels, next.shifted, draft.ties)) {
    Draft attempt = draft;
    if (take(op, route, next.shifted, attempt))
      if (std::optional<Draft> solved = solve(std::move(attempt)))
        return solved;
  }
  return std::nullopt;
}

bool FoldPlan::allows(const ChannelMap &map) const {
  return ties.empty() || llvm::all_of(llvm::seq<size_t>(0, ties.size()), [&](size_t channel) {
           return map.scale[channel] == map.scale[ties[channel]] &&
                  map.shift[channel] == map.shift[ties[channel]];
         });
}

std::optional<FoldPlan> planFold(Value value, const ChannelLabels &labels, bool shifted, ChannelTies &ties) {
  auto result = dyn_cast<OpResult>(value);
  if (!result || result.getResultNumber() != 0)
    return std::nullopt;
  Draft draft{{}, ties, {}};
  draft.open.push_back({result, labels, shifted, 1});
  std::optional<Draft> solved = Planner().solve(std::move(draft));
  if (!solved)
    return std::nullopt;
  ties = solved->ties;
  solved->plan.ties = ties.classes();
  return std::move(solved->plan);
}

std::optional<FoldPlan> planFold(Value value, int64_t axis, bool shifted) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || axis >= type.getRank() || type.isDynamicDim(axis))
    return std::nullopt;
  auto channels = llvm::to_vector(llvm::seq<int64_t>(0, type.getDimSize(axis)));
  ChannelTies ties(channels.size());
  return planFold(value, ChannelLabels::along(type.getRank(), axis, channels), shifted, ties);
}

SmallVector<double> largestMagnitudes(const FoldPlan &plan, int64_t channels) {
  for (const FoldPlan::Passed &passed : plan.values) {
    std::optional<int64_t> axis = passed.labels.onlyAxis();
    ChannelRangesAttr ranges = findChannelRanges(passed.value);
    if (!axis || !ranges || ranges.getAxis() != *axis ||
        ranges.getMinima().size() != static_cast<int64_t>(passed.labels.channel.size()))
      continue;
    auto classOf = [&](int64_t channel) { return plan.ties.empty() ? channel : plan.ties[channel]; };
    SmallVector<double> largest(channels, 0);
    for (auto [index, channel] : llvm::enumerate(passed.labels.channel))
      if (channel != ChannelLabels::kNone)
        for (double bound : {ranges.getMinima()[index], ranges.getMaxima()[index]})
          largest[classOf(channel)] = std::max(largest[classOf(channel)], std::abs(bound));
    for (int64_t channel = 0; channel < channels; ++channel)
      largest[channel] = largest[classOf(channel)];
    return largest;
  }
  return {};
}

static void changeOperand(const FoldPlan::Constant &constant, const ChannelMap &map) {
  OpBuilder builder(constant.op);
  OpOperand &operand = constant.op->getOpOperand(constant.operand);
  if (!isa<NoneType>(operand.get().getType())) {
    replaceConstant(operand, changeConstant(builder, operand.get(), constant.labels, constant.change, map));
    return;
  }
  if (!constant.shifted)
    return;
  int64_t channels = constant.labels.channel.size();
  auto zeros = RankedTensorType::get(channels, builder.getF32Type());
  Value zero = makeConstant(builder, constant.op->getLoc(), zeros, SmallVector<double>(channels, 0));
  replaceConstant(operand, changeConstant(builder, zero, constant.labels, constant.change, map));
  zero.getDefiningOp()->erase();
}

/// Does the op keep all elements, and change only their order or their shape?
static bool onlyMoves(Operation *op) {
  return isa<onnx::TransposeOp, onnx::ReshapeOp, onnx::SqueezeOp, onnx::UnsqueezeOp, onnx::FlattenOp,
             onnx::IdentityOp>(op);
}

/// The range of a value whose channels vary along several axes, so that their own ranges are not known: it
/// shrinks as the largest channel does, or, without any channel's range, is the smallest that holds whatever
/// it held before.
static RealRange estimateRange(RealRange before, ArrayRef<double> magnitudes, const ChannelMap &map) {
  double largest = 0, mapped = 0;
  for (auto [magnitude, s] : llvm::zip(magnitudes, map.scale)) {
    largest = std::max(largest, magnitude);
    mapped = std::max(mapped, magnitude / s);
  }
  // An observer may have cut the largest channel off; the others, now as large, are not to be cut.
  if (largest > 0 && !map.isShifted()) {
    double reach = std::max(std::abs(before.min), std::abs(before.max));
    double factor = std::max(mapped / largest, mapped / reach);
    return {before.min * factor, before.max * factor};
  }
  std::optional<RealRange> range;
  for (auto [s, z] : llvm::zip_equal(map.scale, map.shift)) {
    RealRange own{(before.min - z) / s, (before.max - z) / s};
    range = range ? range->unite(own) : own;
  }
  return *range;
}

/// Where channels lie along one axis, ranges of channels tell those of the transformed value; from there they
/// go to what only moves the same elements, first towards the weights, then back towards the edge.
static void transformAllRanges(const FoldPlan &plan, const ChannelMap &map) {
  ChannelMap scaleOnly = map.scaleOnly();
  SmallVector<double> magnitudes = largestMagnitudes(plan, map.channels());
  DenseSet<Value> settled;
  for (const FoldPlan::Passed &passed : plan.values)
    if (std::optional<int64_t> axis = passed.labels.onlyAxis()) {
      transformRanges(passed.value, *axis, (passed.shifted ? map : scaleOnly).select(passed.labels.channel));
      settled.insert(passed.value);
    }
  auto settle = [&](const FoldPlan::Passed &passed, Operation *movement, Value moved) {
    std::optional<RealRange> range = findRange(moved);
    if (settled.contains(passed.value) || !onlyMoves(movement) || !settled.contains(moved) || !range)
      return;
    replaceRanges(passed.value, *range);
    settled.insert(passed.value);
  };
  for (const FoldPlan::Passed &passed : plan.values)
    if (passed.value.hasOneUse())
      if (Operation *user = *passed.value.user_begin(); user->getNumResults() == 1)
        settle(passed, user, user->getResult(0));
  for (const FoldPlan::Passed &passed : llvm::reverse(plan.values))
    settle(passed, passed.value.getOwner(), passed.value.getOwner()->getOperand(0));
  for (const FoldPlan::Passed &passed : plan.values)
    if (std::optional<RealRange> range = findRange(passed.value); range && !settled.contains(passed.value))
      replaceRanges(passed.value, estimateRange(*range, magnitudes, passed.shifted ? map : scaleOnly));
}

/// The least and largest values of a Clip are scalars; those that vary with the channels are operands of Max
/// and Min, and a Max with zeros is a Relu.
static void splitClip(onnx::ClipOp clip) {
  OpBuilder builder(clip);
  Type type = clip.getType();
  Value value = clip.getInput();
  if (auto lowest = onnx::ConstantView::of(clip.getMin())) {
    bool isZero = llvm::all_of(llvm::seq(lowest->size()), [&](int64_t i) { return lowest->real(i) == 0; });
    value = isZero ? Value(onnx::ReluOp::create(builder, clip.getLoc(), type, value))
                   : Value(onnx::MaxOp::create(builder, clip.getLoc(), type,
                                               mlir::ValueRange{value, clip.getMin()}));
  }
  if (onnx::getConstant(clip.getMax()))
    value = onnx::MinOp::create(builder, clip.getLoc(), type, mlir::ValueRange{value, clip.getMax()});
  // Names, ranges and methods: what is known of the Clip's result.
  value.getDefiningOp()->setAttrs(clip->getAttrDictionary());
  clip.replaceAllUsesWith(value);
  clip.erase();
}

void applyFold(const FoldPlan &plan, const ChannelMap &map, ArrayAttr methods) {
  assert(plan.allows(map) && "tied channels have one map");
  ChannelMap scaleOnly = map.scaleOnly();
  for (const FoldPlan::Constant &constant : plan.constants) {
    changeOperand(constant, constant.shifted ? map : scaleOnly);
    addProvenance(constant.op, methods);
  }
  transformAllRanges(plan, map);
  llvm::SmallSetVector<Operation *, 2> clips;
  for (const FoldPlan::Constant &constant : plan.constants)
    if (isa<onnx::ClipOp>(constant.op))
      clips.insert(constant.op);
  for (Operation *clip : clips)
    splitClip(cast<onnx::ClipOp>(clip));
}

} // namespace quern
