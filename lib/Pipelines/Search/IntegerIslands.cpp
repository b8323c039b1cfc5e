// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Search/IntegerIslands.h"

#include "dialects/Quern/IR/QuernAttributes.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/QuantizationAnalysis/IntegerRoles.h"

#include "llvm/ADT/EquivalenceClasses.h"

using namespace mlir;
using quern::onnx::IntegerForm;

namespace quern {

/// The form in which an assigned op computes on codes; None if its activations stay float.
static IntegerForm integerFormOf(Operation *op) {
  auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
  auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
  return quantizable && precision && precision.getActivations() ? quantizable.getIntegerForm()
                                                                : IntegerForm::None;
}

static double elementsOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() ? double(type.getNumElements()) : 0;
}

/// An 8-bit dot product does about 16 multiply-accumulates in the time that an elementwise float op takes for
/// one element; transcendental functions take several such times.
static double floatWorkOf(Operation *op, IntegerForm form) {
  double elements = elementsOf(op->getResult(0));
  switch (form) {
  case IntegerForm::Table:
  case IntegerForm::Softmax:
    return 64 * elements;
  default:
    return 16 * elements;
  }
}

std::vector<IntegerIsland> findIslands(func::FuncOp assigned) {
  llvm::EquivalenceClasses<Operation *> classes;
  SmallVector<Operation *> members;
  auto isMember = [](Operation *op) {
    IntegerForm form = op ? integerFormOf(op) : IntegerForm::None;
    return form != IntegerForm::None && form != IntegerForm::Contraction;
  };
  assigned.walk([&](Operation *op) {
    if (!isMember(op))
      return;
    members.push_back(op);
    classes.insert(op);
    for (OpOperand *activation : activationsOf(op))
      if (isMember(activation->get().getDefiningOp()))
        classes.unionSets(op, activation->get().getDefiningOp());
  });
  llvm::MapVector<Operation *, IntegerIsland> islands;
  llvm::DenseSet<Operation *> computing;
  for (Operation *op : members) {
    Operation *leader = classes.getLeaderValue(op);
    IntegerForm form = integerFormOf(op);
    islands[leader].ops.insert(numberOf(op));
    islands[leader].work += floatWorkOf(op, form);
    if (form != IntegerForm::Movement && form != IntegerForm::Clamp)
      computing.insert(leader);
  }
  std::vector<IntegerIsland> found;
  for (auto &[leader, island] : islands)
    if (computing.contains(leader))
      found.push_back(std::move(island));
  return found;
}

double countContractionWork(func::FuncOp assigned) {
  double work = 0;
  assigned.walk([&](onnx::QuantizableOpInterface op) {
    if (integerFormOf(op) != IntegerForm::Contraction)
      return;
    double depth = 0; // elements of a dot product
    auto first = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
    if (std::optional<unsigned> weight = op.getWeightOperand()) {
      auto type = cast<RankedTensorType>(op->getOperand(*weight).getType());
      depth =
          elementsOf(op->getOperand(*weight)) /
          double(type.getRank() > 1 ? std::max<int64_t>(type.getDimSize(*op.getWeightChannelAxis()), 1) : 1);
    } else if (first && first.getRank() > 0 && !first.isDynamicDim(first.getRank() - 1)) {
      depth = double(first.getShape().back());
    }
    work += depth * elementsOf(op->getResult(0));
  });
  return work;
}

} // namespace quern
