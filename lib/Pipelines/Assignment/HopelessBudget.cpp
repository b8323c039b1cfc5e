// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/HopelessBudget.h"

#include "lib/Pipelines/Assignment/ApplyAssignment.h"
#include "lib/Pipelines/Assignment/BudgetProblem.h"
#include "lib/Pipelines/Assignment/CostsAlone.h"
#include "lib/Pipelines/Assignment/LowerBounds.h"
#include "lib/Pipelines/Assignment/SketchedModel.h"
#include "lib/Pipelines/Transform.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace quern {

namespace {
/// What the sketch takes.
struct SketchedCosts {
  CostTable ofOps;
  Cost eightBit;
};
} // namespace

static std::optional<SketchedCosts> measureCosts(ModuleOp sketch, ArrayRef<AssignableOp> ops,
                                                 const Recipe &recipe, const Target &target) {
  CostStore store; // of its own: what later stages find has other ranges
  auto costs = measureCostsAlone(sketch, ops, target, /*measuresTime=*/false, store);
  if (!costs) {
    llvm::consumeError(costs.takeError());
    return std::nullopt;
  }
  if (failed(applyAssignment(sketch, ops, std::vector<size_t>(ops.size(), 0), recipe)))
    return std::nullopt;
  FailureOr<Cost> whole = measureCost(sketch, target, /*measuresTime=*/false);
  return succeeded(whole) ? std::optional(SketchedCosts{std::move(*costs), *whole}) : std::nullopt;
}

/// The bytes that fewer bits of all ops save, at most.
static int64_t countSavings(const CostTable &costs) {
  int64_t saved = 0;
  for (const std::vector<Cost> &ofOp : costs) {
    int64_t least = ofOp.front().weightBytes;
    for (const Cost &cost : ofOp)
      least = std::min(least, cost.weightBytes);
    saved += ofOp.front().weightBytes - least;
  }
  return saved;
}

llvm::Error checkBudgetIsNotHopeless(ModuleOp prepared, const Recipe &recipe, const Budget &budget,
                                     const Target &target, bool integerTail) {
  FailureOr<OwningOpRef<ModuleOp>> sketch = sketchAssigned(prepared, recipe, integerTail);
  if (failed(sketch))
    return llvm::Error::success();
  // What there is to say of the model, the stages will say.
  ScopedDiagnosticHandler quiet(prepared.getContext(), [](Diagnostic &) { return success(); });
  std::vector<AssignableOp> ops =
      findAssignableOps(**sketch, recipe, target.record(), {budget.averageBits.has_value()});
  if (ops.empty())
    return llvm::Error::success();

  bool sharesBytes = budget.size && budget.size->isShare;
  int64_t leastBytes = budget.size ? leastWeightBytes(**sketch, ops) : 0;
  Budget hopeless;
  if (budget.size && !sharesBytes && leastBytes > budget.size->bytes(0))
    hopeless.size = budget.size;
  if (budget.sram && leastWorkspaceBytes(**sketch) > budget.sram->bytes(0))
    hopeless.sram = budget.sram;
  // A search leaves ops in float, and methods change the sizes of weights.
  bool isComplete = !asksForSearch(recipe) && listMethods(recipe).empty();
  if (budget.averageBits && leastAverageBits(ops, isComplete) > *budget.averageBits)
    hopeless.averageBits = budget.averageBits;
  if (hopeless.empty() && !sharesBytes)
    return llvm::Error::success();

  std::optional<SketchedCosts> costs = measureCosts(**sketch, ops, recipe, target);
  if (!costs)
    return llvm::Error::success();
  // The whole takes at most what the least does and all that fewer bits save. An op that will stay float
  // saves nothing, and adds as much to both.
  int64_t saved = countSavings(costs->ofOps);
  if (sharesBytes && budget.size->bytes(leastBytes + saved) < leastBytes)
    hopeless.size = budget.size;
  AssignmentProblem problem = stateProblem(ops, costs->ofOps, costs->eightBit, hopeless);
  dropDominated(ops, costs->ofOps, problem);
  return checkFeasible(problem, costs->eightBit, hopeless);
}

} // namespace quern
