// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Search/IntegerIslands.h"

#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Numerics/RowQuantizer.h"
#include "passes/AssignPrecision/AssignPrecision.h"
#include "passes/EdgeTransforms/ActivationRows.h"
#include "passes/InsertSimulation/SimulationSlots.h"
#include "passes/QuantizationAnalysis/ActivationQuantizer.h"
#include "passes/QuantizationAnalysis/IntegerRoles.h"
#include "passes/QuantizationAnalysis/ValueRanges.h"
#include "passes/RecipeRules/RuleMatcher.h"

#include "llvm/ADT/EquivalenceClasses.h"

using namespace mlir;
using quern::onnx::IntegerForm;

namespace quern {

/// What float adds to the time of an 8-bit product, in parts of it: vectors of f32 hold a quarter as many.
static constexpr double kFloatProducts = 3;
static constexpr double kFloatBits = 32;

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
static double floatWorkOf(double elements) { return 16 * elements; }

static double floatWorkOf(Operation *op, IntegerForm form) {
  double work = floatWorkOf(elementsOf(op->getResult(0)));
  return form == IntegerForm::Table || form == IntegerForm::Softmax ? 4 * work : work;
}

static double elementsOfWeight(onnx::QuantizableOpInterface op) {
  std::optional<unsigned> weight = op.getWeightOperand();
  return weight ? elementsOf(op->getOperand(*weight)) : 0;
}

/// Multiply-accumulates of a contraction.
static double contractionWorkOf(onnx::QuantizableOpInterface op) {
  double depth = 0; // elements of a dot product
  auto first = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (std::optional<unsigned> weight = op.getWeightOperand()) {
    auto type = cast<RankedTensorType>(op->getOperand(*weight).getType());
    int64_t channels = type.getRank() > 1 ? type.getDimSize(*op.getWeightChannelAxis()) : 1;
    depth = elementsOfWeight(op) / double(std::max<int64_t>(channels, 1));
  } else if (first && first.getRank() > 0 && !first.isDynamicDim(first.getRank() - 1)) {
    depth = double(first.getShape().back());
  }
  return depth * elementsOf(op->getResult(0));
}

/// The sum of a count of each contraction that computes on codes.
static double sumOverContractions(func::FuncOp assigned,
                                  llvm::function_ref<double(onnx::QuantizableOpInterface)> count) {
  double sum = 0;
  assigned.walk([&](onnx::QuantizableOpInterface op) {
    if (integerFormOf(op) == IntegerForm::Contraction)
      sum += count(op);
  });
  return sum;
}

double countContractionWork(func::FuncOp assigned) {
  return sumOverContractions(assigned, contractionWorkOf);
}

double countWeightBits(func::FuncOp assigned) {
  return sumOverContractions(assigned, [](onnx::QuantizableOpInterface op) {
    QuantizerAttr weights = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName).getWeights();
    return elementsOfWeight(op) * (weights ? weights.getFormat().getBits() : kFloatBits);
  });
}

/// What only moves elements to the island moves reals then.
static void addMovements(Value activation, IntegerIsland &island) {
  auto isOfIsland = [&](Operation *user) { return island.ops.contains(numberOf(user)); };
  for (Operation *op = activation.getDefiningOp();
       op && integerFormOf(op) == IntegerForm::Movement && llvm::all_of(op->getUsers(), isOfIsland);
       op = activationsOf(op).front()->get().getDefiningOp())
    island.ops.insert(numberOf(op));
}

/// Whether scales of rows leave less than kWorthRows of the squared error that one scale for all rows causes,
/// on the sampled rows: they do not where each row has its own outliers. The simulation, which takes them for
/// exact, cannot tell. A run's only row would have a scale found at run time and no other row to differ from:
/// a network of static codes stays one.
static bool gainsFromRows(onnx::QuantizableOpInterface op, const PrecisionSettings &settings) {
  constexpr double kWorthRows = 0.5;
  Value activation = op->getOperand(0);
  std::optional<ActivationRows> rows = readRows(activation);
  std::optional<RealRange> range = findRange(activation);
  if (!rows || !range || !refuseRows(op, settings).empty() || elementsOf(activation) <= double(rows->width))
    return false;
  // Narrow weights are corrected for the drift of their activations, and lost by it (docs/decisions.md).
  if (settings.weights.bits < 8)
    return false;
  auto precision = op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
  Quantizer shared = chooseActivationQuantizer(precision.getActivations(), range->min, range->max);
  double before = 0, after = 0;
  for (int64_t row = 0; row < rows->count; ++row) {
    std::span<const float> values(rows->values.data() + row * rows->width, rows->width);
    Quantizer own = chooseRowQuantizer(values);
    auto squaredError = [](const Quantizer &quantizer, float value) {
      double error = double(quantizer.roundTrip(value)) - double(value);
      return error * error;
    };
    for (float value : values) {
      before += squaredError(shared, value);
      after += squaredError(own, value);
    }
  }
  return after < kWorthRows * before;
}

static void addContractions(func::FuncOp assigned, const Recipe &recipe, std::vector<IntegerIsland> &found) {
  RuleMatcher rules(recipe);
  llvm::MapVector<Value, IntegerIsland> byActivation;
  std::vector<IntegerIsland> others;
  assigned.walk([&](onnx::QuantizableOpInterface op) {
    if (integerFormOf(op) != IntegerForm::Contraction || elementsOfWeight(op) == 0)
      return;
    const PrecisionSettings *settings = rules.settingsFor(op);
    if (!settings || !gainsFromRows(op, *settings)) {
      others.push_back(
          {{numberOf(op)}, false, kFloatProducts * contractionWorkOf(op), kFloatBits * elementsOfWeight(op)});
      return;
    }
    Value activation = op->getOperand(0);
    IntegerIsland &island = byActivation[activation];
    island.ops.insert(numberOf(op));
    island.hasRowScales = true;
    island.work = floatWorkOf(elementsOf(activation));
  });
  for (auto &[activation, island] : byActivation) {
    addMovements(activation, island);
    found.push_back(std::move(island));
  }
  llvm::append_range(found, others);
}

std::vector<IntegerIsland> findIslands(func::FuncOp assigned, const Recipe &recipe) {
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
  addContractions(assigned, recipe, found);
  return found;
}

} // namespace quern
