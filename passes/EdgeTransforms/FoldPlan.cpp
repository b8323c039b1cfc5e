// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/FoldPlan.h"

#include "passes/EdgeTransforms/ChannelRanges.h"
#include "passes/EdgeTransforms/LabelRoutes.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/Tensor.h"

#include <numeric>

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

std::optional<FoldPlan> planFold(Value value, int64_t axis, bool shifted) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  auto result = dyn_cast<OpResult>(value);
  if (!type || !result || result.getResultNumber() != 0 || axis >= type.getRank() || type.isDynamicDim(axis))
    return std::nullopt;
  SmallVector<int64_t> channels(type.getDimSize(axis));
  std::iota(channels.begin(), channels.end(), 0);
  Draft draft{{}, ChannelTies(channels.size()), {}};
  draft.open.push_back({result, ChannelLabels::along(type.getRank(), axis, channels), shifted, 1});
  std::optional<Draft> solved = Planner().solve(std::move(draft));
  if (!solved)
    return std::nullopt;
  solved->plan.ties = solved->ties.classes();
  return std::move(solved->plan);
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

/// Where channels lie along one axis, ranges of channels tell those of the transformed value; from there they
/// go to what only moves the same elements, first towards the weights, then back towards the edge.
static void transformAllRanges(const FoldPlan &plan, const ChannelMap &map) {
  ChannelMap scaleOnly = map.scaleOnly();
  DenseSet<Value> settled;
  for (const FoldPlan::Passed &passed : plan.values)
    if (std::optional<int64_t> axis = passed.labels.onlyAxis()) {
      transformRanges(passed.value, *axis, (passed.shifted ? map : scaleOnly).select(passed.labels.channel));
      settled.insert(passed.value);
    }
  auto settle = [&](const FoldPlan::Passed &passed, Operation *movement, Value moved) {
    if (settled.contains(passed.value) || !movement || !onlyMoves(movement) || !settled.contains(moved))
      return;
    transformRanges(passed.value, map, moved);
    settled.insert(passed.value);
  };
  for (const FoldPlan::Passed &passed : plan.values)
    if (passed.value.hasOneUse())
      if (Operation *user = *passed.value.user_begin(); user->getNumResults() == 1)
        settle(passed, user, user->getResult(0));
  for (const FoldPlan::Passed &passed : llvm::reverse(plan.values))
    settle(passed, passed.value.getOwner(), passed.value.getOwner()->getOperand(0));
  for (const FoldPlan::Passed &passed : plan.values)
    if (!settled.contains(passed.value))
      transformRanges(passed.value, passed.shifted ? map : scaleOnly, Value());
}

void applyFold(const FoldPlan &plan, const ChannelMap &map, ArrayAttr methods) {
  assert(plan.allows(map) && "tied channels have one map");
  ChannelMap scaleOnly = map.scaleOnly();
  for (const FoldPlan::Constant &constant : plan.constants) {
    changeOperand(constant, constant.shifted ? map : scaleOnly);
    addProvenance(constant.op, methods);
  }
  transformAllRanges(plan, map);
}

} // namespace quern
