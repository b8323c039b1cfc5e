// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Pipelines/Search/TransformSearch.h"
#include "passes/EdgeTransforms/Edges.h"
#include "passes/EdgeTransforms/ValueEntries.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/Integerize/Refusal.h"

using namespace mlir;

namespace quern {

static const EdgeDecision *findDecision(const Edge &edge, bool shifted, const TransformDecisions &decisions) {
  Operation *producer = edge.value.getDefiningOp();
  unsigned result = producer ? cast<OpResult>(edge.value).getResultNumber()
                             : cast<BlockArgument>(edge.value).getArgNumber();
  for (const EdgeDecision &decision : decisions.edges)
    if (decision.producer == numberOf(producer) && decision.result == result &&
        (!producer || numberOf(producer) >= 0) && decision.map.isShifted() == shifted &&
        decision.map.channels() == edge.channels)
      return &decision;
  return nullptr;
}

void applyTransforms(ModuleOp numbered, const TransformDecisions &decisions) {
  auto main = numbered.lookupSymbol<func::FuncOp>("main");
  // Shifts add to results, which then are values that no decision names: scales alone come first.
  size_t inserted = 0;
  for (bool shifted : {false, true})
    for (const Edge &edge : listEdges(main, shifted))
      if (const EdgeDecision *decision = findDecision(edge, shifted, decisions)) {
        insertEdgeTransform(edge, decision->map, decision->method);
        ++inserted;
      }
  if (inserted != decisions.edges.size())
    main.emitWarning() << "method auto: " << decisions.edges.size() - inserted << " of "
                       << decisions.edges.size()
                       << " chosen transforms have no place in the model and are left out";
  Builder builder(numbered.getContext());
  main.walk([&](Operation *op) {
    // What only moves elements to a product moves reals then, and needs no mark.
    if (decisions.rowOps.contains(numberOf(op)) && isa<onnx::MatMulOp, onnx::GemmOp>(op))
      op->setAttr(kRowScalesAttrName, builder.getUnitAttr());
    if (auto reason = decisions.floatOps.find(numberOf(op)); reason != decisions.floatOps.end()) {
      op->setAttr(kFloatReasonAttrName, builder.getStringAttr(reason->second));
      op->setAttr(kFloatRemedyAttrName,
                  builder.getStringAttr("name other methods (--method=none), or give --fail-on-float"));
    }
  });
}

void applyRanges(ModuleOp numbered, const TransformDecisions &decisions) {
  auto main = numbered.lookupSymbol<func::FuncOp>("main");
  llvm::DenseMap<int64_t, Operation *> ops;
  main.walk([&](Operation *op) {
    if (numberOf(op) >= 0)
      ops[numberOf(op)] = op;
  });
  auto provenance = StringAttr::get(numbered.getContext(), kSearchedRange);
  for (const RangeDecision &decision : decisions.ranges)
    if (Operation *user = ops.lookup(decision.user))
      writeEntry(user->getOperand(decision.operand), kRangesAttrName, kRangeAttrName,
                 RangeAttr::get(numbered.getContext(), decision.range.min, decision.range.max, provenance));
}

} // namespace quern
