// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/AssignPrecision/IntegerRegion.h"

#include "dialects/Quern/IR/QuernAttributes.h"
#include "passes/QuantizationAnalysis/AccumulatorBound.h"
#include "passes/QuantizationAnalysis/ValueRanges.h"

using namespace mlir;
using quern::onnx::IntegerForm;

namespace quern {

/// The op's codes need a scale of their own, since its results cannot leave it as f32.
static bool needsResultRange(IntegerForm form) {
  return form == IntegerForm::Sum || form == IntegerForm::Product || form == IntegerForm::Mean;
}

static bool isFollowedByAbsorbedClamp(Operation *op) {
  return op->getResult(0).hasOneUse() && isAbsorbedClamp(*op->getResult(0).user_begin());
}

/// Why ranges or accumulators rule integers out; empty if they do not.
static std::string findMissingProof(Operation *op, IntegerForm form) {
  for (OpOperand *activation : activationsOf(op))
    if (!isAbsorbedClamp(op) && !findRange(activation->get()))
      return "has an operand whose range is unknown";
  if (needsResultRange(form) && !isFollowedByAbsorbedClamp(op) && !findRange(op->getResult(0)))
    return "has a result whose range is unknown";
  if (form == IntegerForm::Contraction && !accumulatorFits(cast<onnx::QuantizableOpInterface>(op)))
    return "could overflow its 32-bit accumulator";
  return {};
}

static bool makesSmaller(Operation *op) {
  auto elements = [](Value value) { return cast<ShapedType>(value.getType()); };
  int64_t before = 0;
  for (OpOperand *activation : activationsOf(op)) {
    if (!elements(activation->get()).hasStaticShape())
      return false;
    before += elements(activation->get()).getNumElements();
  }
  ShapedType after = elements(op->getResult(0));
  return after.hasStaticShape() && after.getNumElements() < before && activationsOf(op).size() == 1;
}

bool IntegerRegion::isProducedInside(Value value) const {
  return isConstant(value) || (value.getDefiningOp() && members.contains(value.getDefiningOp()));
}

bool IntegerRegion::readsCodes(OpOperand &use) const {
  Operation *user = use.getOwner();
  if (!members.contains(user))
    return false;
  // Rows with scales of their own are rounded from f32. Softmax, whose rows multiply activations, makes f32
  // of codes.
  return !user->hasAttr(kRowScalesAttrName) || !cast<onnx::QuantizableOpInterface>(user).getWeightOperand() ||
         llvm::is_contained(staticActivationsOf(user), &use);
}

bool IntegerRegion::hasUserInside(Operation *op) const {
  return llvm::any_of(op->getUses(), [&](OpOperand &use) {
    return readsCodes(use) || (integerTail && use.getOwner()->hasTrait<OpTrait::IsTerminator>());
  });
}

bool IntegerRegion::isUsedInsideOnly(Value value) const {
  return llvm::all_of(value.getUses(), [&](OpOperand &use) { return readsCodes(use); });
}

std::string IntegerRegion::findDoubt(Operation *op, IntegerForm form) const {
  if (form == IntegerForm::Contraction)
    return {};
  bool readsInside = true;
  for (OpOperand *activation : activationsOf(op)) {
    if (isProducedInside(activation->get()))
      continue;
    if (form != IntegerForm::Movement || !isUsedInsideOnly(activation->get()))
      return "follows an op that stays float";
    readsInside = false;
  }
  if (!hasUserInside(op) && !(readsInside && makesSmaller(op)))
    return "has only float users";
  return {};
}

IntegerRegion::IntegerRegion(func::FuncOp function, bool integerTail,
                             function_ref<std::string(Operation *)> refuse)
    : integerTail(integerTail) {
  SmallVector<Operation *> inOrder;
  function.walk([&](onnx::QuantizableOpInterface op) {
    inOrder.push_back(op);
    IntegerRole role = findIntegerRole(op);
    std::string reason = refuse(op);
    if (reason.empty())
      reason = role ? findMissingProof(op, role.form) : role.reason;
    if (reason.empty())
      members.insert({op, role.form});
    else
      others.insert({op, std::move(reason)});
  });
  removeDoubtful(std::move(inOrder));
}

void IntegerRegion::removeDoubtful(SmallVector<Operation *> worklist) {
  auto revisit = [&](auto &&ops) { worklist.append(ops.begin(), ops.end()); };
  // Removing can only raise doubts about others, so the largest set is reached whatever the order. The
  // reasons given depend on it.
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    auto member = members.find(op);
    std::string doubt = member == members.end() ? "" : findDoubt(op, member->second);
    if (doubt.empty())
      continue;
    members.erase(member);
    others.insert({op, std::move(doubt)});
    revisit(op->getUsers());
    for (OpOperand *activation : activationsOf(op)) {
      revisit(activation->get().getUsers());
      if (Operation *producer = activation->get().getDefiningOp())
        worklist.push_back(producer);
    }
  }
}

} // namespace quern
