// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/ApplyAssignment.h"

#include "passes/AssignPrecision/AssignPrecision.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/Integerize/Refusal.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace quern {

llvm::DenseMap<int64_t, Operation *> mapNumbers(ModuleOp numbered) {
  llvm::DenseMap<int64_t, Operation *> ops;
  numbered.lookupSymbol<func::FuncOp>("main").walk([&](Operation *op) {
    if (numberOf(op) >= 0)
      ops[numberOf(op)] = op;
  });
  return ops;
}

void markActivations(Operation *op, const AssignableOp &assignable, size_t option) {
  if (!assignable.choosesActivations())
    return;
  op->removeAttr(kFloatReasonAttrName);
  op->removeAttr(kFloatRemedyAttrName);
  bool offersRows = !assignable.isFloat(assignable.widths);
  if (offersRows) // otherwise the mark is that of a method, and stays
    op->removeAttr(kRowScalesAttrName);
  Builder builder(op->getContext());
  if (assignable.isFloat(option)) {
    op->setAttr(kFloatReasonAttrName, builder.getStringAttr("is assigned to float"));
    op->setAttr(kFloatRemedyAttrName,
                builder.getStringAttr("give a smaller budget of latency, or name its bits in --assign=FILE"));
  } else if (assignable.hasOtherActivations(option)) {
    op->setAttr(kRowScalesAttrName, builder.getUnitAttr());
  }
}

/// Decides anew which ops compute on codes. Marks of the module can only take ops away from those that did,
/// so what stayed float for a reason still does.
static LogicalResult assignAgain(ModuleOp marked, const Recipe &recipe) {
  marked.walk([](Operation *op) { op->removeAttr(kPrecisionAttrName); });
  // What there is to say of the recipe was said the first time.
  ScopedDiagnosticHandler quiet(marked.getContext(), [](Diagnostic &diagnostic) {
    return success(diagnostic.getSeverity() != DiagnosticSeverity::Error);
  });
  PassManager passes(marked.getContext());
  passes.addPass(createAssignPrecision(recipe, /*integerTail=*/false));
  return passes.run(marked);
}

LogicalResult applyAssignment(ModuleOp numbered, ArrayRef<AssignableOp> ops, ArrayRef<size_t> options,
                              const Recipe &recipe) {
  llvm::DenseMap<int64_t, Operation *> byNumber = mapNumbers(numbered);
  bool changesActivations = false;
  for (auto [op, option] : llvm::zip_equal(ops, options)) {
    markActivations(byNumber[op.number], op, option);
    changesActivations |= op.hasOtherActivations(option);
  }
  if (changesActivations && failed(assignAgain(numbered, recipe)))
    return failure();
  for (auto [op, option] : llvm::zip_equal(ops, options))
    if (!op.isFloat(option))
      byNumber[op.number]->setAttr(kPrecisionAttrName, op.options[option]);
  return success();
}

} // namespace quern
