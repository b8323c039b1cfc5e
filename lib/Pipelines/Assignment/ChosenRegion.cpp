// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/ChosenRegion.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "lib/Pipelines/Assignment/ApplyAssignment.h"
#include "passes/AssignPrecision/IntegerRegion.h"

using namespace mlir;

namespace quern {

ChosenRegion::ChosenRegion(ModuleOp assigned, ArrayRef<AssignableOp> ops)
    : module(assigned.clone()), ops(ops),
      choosesActivations(llvm::any_of(ops, [](const AssignableOp &op) { return op.choosesActivations(); })) {}

/// Why the op computed on no static codes before anything was chosen, or must not as marked; empty if it may.
static std::string refuse(Operation *op) {
  if (auto reason = op->getAttrOfType<StringAttr>(kFloatReasonAttrName))
    return reason.str();
  auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
  bool wasDynamic = precision && precision.hasDynamicRows() && !op->hasAttr(kRowScalesAttrName);
  return precision && precision.getActivations() && !wasDynamic ? "" : "has no static activations";
}

void ChosenRegion::choose(ArrayRef<size_t> options) {
  if (!choosesActivations || ArrayRef<size_t>(chosen) == options)
    return;
  chosen = options.vec();
  llvm::DenseMap<int64_t, Operation *> byNumber = mapNumbers(*module);
  for (auto [op, option] : llvm::zip_equal(ops, options))
    markActivations(byNumber[op.number], op, option);
  integerOps.clear();
  rowOps.clear();
  IntegerRegion region(module->lookupSymbol<func::FuncOp>("main"), /*integerTail=*/false, refuse);
  for (auto [op, form] : region.getMembers())
    integerOps.insert(numberOf(op));
  for (auto [number, op] : byNumber)
    if (op->hasAttr(kRowScalesAttrName))
      rowOps.insert(number);
}

bool ChosenRegion::isCoded(const SimulationSlot &slot) const {
  if (!choosesActivations)
    return true;
  if (rowOps.contains(slot.user) && slot.operand == 0)
    return false;
  return integerOps.contains(slot.isForInteger ? slot.user : slot.producer);
}

} // namespace quern
