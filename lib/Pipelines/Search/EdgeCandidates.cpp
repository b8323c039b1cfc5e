// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Search/EdgeCandidates.h"

#include "dialects/Quern/IR/QuernOps.h"
#include "lib/Pipelines/Assign.h"
#include "lib/Pipelines/Transform.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/ScopeMethod/ScopeMethod.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace quern {

/// The numbered value behind ops that a method inserted.
static EdgeKey keyOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (numberOf(op) >= 0)
      return {numberOf(op), cast<OpResult>(value).getResultNumber()};
    value = op->getOperand(0);
  }
  return {-1, cast<BlockArgument>(value).getArgNumber()};
}

static void collect(EdgeTransformOp transform, StringRef method,
                    std::map<EdgeKey, EdgeCandidates> &candidates) {
  std::optional<RealRange> range = findRange(transform.getResult());
  if (!range)
    return;
  EdgeCandidates &edge = candidates[keyOf(transform.getInput())];
  ChannelMap map{llvm::to_vector_of<double>(transform.getScale()),
                 llvm::to_vector_of<double>(transform.getShift())};
  edge.candidates.push_back({method.str(), std::move(map), *range});
  for (OpOperand &use : transform->getUses())
    edge.uses.insert({numberOf(use.getOwner()), use.getOperandNumber()});
}

FailureOr<std::map<EdgeKey, EdgeCandidates>> collectCandidates(ModuleOp numbered, const Recipe &recipe,
                                                               ArrayRef<std::string> methods) {
  std::map<EdgeKey, EdgeCandidates> candidates;
  for (const std::string &method : methods) {
    OwningOpRef<ModuleOp> copy = numbered.clone();
    PassManager passes(numbered.getContext());
    populateAnnouncePipeline(passes, recipe);
    passes.addNestedPass<func::FuncOp>(createScopeMethod(recipe, "auto"));
    populateMethod(passes, method);
    if (failed(passes.run(*copy)))
      return failure();
    copy->walk([&](EdgeTransformOp transform) { collect(transform, method, candidates); });
  }
  return candidates;
}

} // namespace quern
