// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/InsertQuantization/QuantizationPlan.h"

#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernStorage.h"
#include "passes/QuantizationAnalysis/ActivationQuantizer.h"
#include "passes/QuantizationAnalysis/IntegerRoles.h"
#include "passes/QuantizationAnalysis/ValueRanges.h"

#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"

#include <limits>

using namespace mlir;
using quern::onnx::IntegerForm;

namespace quern {

quant::UniformQuantizedType chooseType(QuantizerAttr attribute, double min, double max) {
  unsigned bits = attribute.getFormat().getBits();
  bool isSigned = attribute.getFormat().getIsSigned();
  Quantizer quantizer = chooseActivationQuantizer(attribute, min, max);
  return perTensorType(attribute.getContext(), bits, isSigned, quantizer.scale, quantizer.zeroPoint);
}

/// How the op's activations are quantized; null for float ones, and for rows, which have no scale to plan.
static QuantizerAttr activationsQuantizer(Operation *op) {
  auto precision = op ? op->getAttrOfType<PrecisionAttr>(kPrecisionAttrName) : PrecisionAttr();
  return precision && !precision.hasDynamicRows() ? precision.getActivations() : QuantizerAttr();
}

static bool computesOnCodes(Operation *op) { return bool(activationsQuantizer(op)); }

static IntegerForm formOf(Operation *op) {
  auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
  return quantizable ? quantizable.getIntegerForm() : IntegerForm::None;
}

static bool isMovement(Operation *op) { return computesOnCodes(op) && formOf(op) == IntegerForm::Movement; }

/// A clamp whose operand never exists as codes.
static bool isAbsorbed(Operation *op) {
  return computesOnCodes(op) && isAbsorbedClamp(op) && computesOnCodes(op->getOperand(0).getDefiningOp());
}

/// The op ends in codes and nothing else; through an absorbed clamp too.
static bool producesCodesOnly(Operation *op) {
  switch (formOf(op)) {
  case IntegerForm::Sum:
  case IntegerForm::Product:
  case IntegerForm::Mean:
  case IntegerForm::Movement:
    return true;
  case IntegerForm::Clamp:
    return isAbsorbed(op) && producesCodesOnly(op->getOperand(0).getDefiningOp());
  default:
    return false;
  }
}

namespace {
/// Collects demands for codes, unites what shares a scale, and turns both into pairs.
class Planner {
public:
  explicit Planner(func::FuncOp function) : function(function) {}

  FailureOr<SmallVector<PlannedPair>> run() {
    function.walk([&](Operation *op) {
      if (computesOnCodes(op))
        collect(op);
    });
    if (failed(measureGroups()))
      return failure();
    for (auto [value, op] : demands)
      pairs.push_back(
          {value, groups.find(leaderOf(value))->second.type, usesOf(value), numberOf(leaderOf(value))});
    if (failed(planConstants()))
      return failure();
    return std::move(pairs);
  }

private:
  struct Group {
    QuantizerAttr quantizer;
    std::optional<RealRange> range;
    quant::UniformQuantizedType type;
  };

  void demand(Value value, Operation *op) {
    demands.insert({value, op});
    classes.insert(value.getAsOpaquePointer());
  }

  void collect(Operation *op) {
    for (OpOperand *activation : staticActivationsOf(op)) {
      if (isConstant(activation->get()))
        constants.push_back(activation);
      else if (!isAbsorbed(op))
        demand(activation->get(), op);
    }
    bool isLast = !op->getResult(0).hasOneUse() || !isAbsorbed(*op->getResult(0).user_begin());
    if (producesCodesOnly(op) && isLast)
      for (Value result : op->getResults())
        if (isa<TensorType>(result.getType()))
          demand(result, op);
    if (isMovement(op))
      uniteSides(op);
  }

  void uniteSides(Operation *op) {
    const void *first = op->getResult(0).getAsOpaquePointer();
    for (OpOperand *moved : activationsOf(op))
      if (!isConstant(moved->get()))
        classes.unionSets(first, moved->get().getAsOpaquePointer());
    for (Value result : op->getResults())
      if (demands.contains(result))
        classes.unionSets(first, result.getAsOpaquePointer());
  }

  const void *leaderOf(Value value) { return classes.getLeaderValue(value.getAsOpaquePointer()); }

  /// In the order in which groups are asked for.
  unsigned numberOf(const void *group) { return numbers.try_emplace(group, numbers.size()).first->second; }

  /// One range and one type for each set of values that share a scale.
  LogicalResult measureGroups() {
    bool complete = true;
    for (auto [value, op] : demands) {
      // A movement's result takes its values from the operands, which are in the same group.
      if (!value.getDefiningOp() || !isMovement(value.getDefiningOp()))
        complete &= succeeded(widen(value, op));
    }
    for (OpOperand *constant : constants)
      if (isMovement(constant->getOwner()))
        complete &=
            succeeded(widen(constant->get(), constant->getOwner(), constant->getOwner()->getResult(0)));
    if (!complete)
      return failure();
    for (auto &[leader, group] : groups)
      group.type = chooseType(group.quantizer, group.range->min, group.range->max);
    return success();
  }

  /// Min and Max keep the order of codes: what their result's range excludes may saturate before they choose.
  static std::optional<RealRange> rangeWanted(Value value, Operation *op) {
    bool chooses = isa<onnx::MinOp, onnx::MaxOp>(op) && (isConstant(value) || value.hasOneUse());
    return findRange(chooses ? op->getResult(0) : value);
  }

  LogicalResult widen(Value value, Operation *op, Value representative = {}) {
    Group &group = groups[leaderOf(representative ? representative : value)];
    std::optional<RealRange> range = rangeWanted(value, op);
    if (!range)
      return op->emitError() << "the range of '" << onnx::getValueName(value)
                             << "' is unknown: calibrate the model first";
    constexpr double largest = std::numeric_limits<float>::max();
    if (range->min < -largest || range->max > largest)
      return op->emitError("has an operand or result beyond the range of float32");
    QuantizerAttr quantizer = activationsQuantizer(op);
    if (group.quantizer && group.quantizer != quantizer)
      return op->emitError("shares a scale with nodes of another activation format");
    group.quantizer = quantizer;
    group.range = group.range ? group.range->unite(*range) : *range;
    return success();
  }

  /// Codes that an integer op produces serve every user; what exists as f32 is quantized for integer users
  /// only.
  SmallVector<OpOperand *> usesOf(Value value) {
    bool forAll = computesOnCodes(value.getDefiningOp());
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : value.getUses())
      if (forAll ||
          (computesOnCodes(use.getOwner()) && llvm::is_contained(staticActivationsOf(use.getOwner()), &use)))
        uses.push_back(&use);
    return uses;
  }

  /// A constant has the scale of its own range, or of the group it moves into.
  LogicalResult planConstants() {
    for (OpOperand *constant : constants) {
      Operation *op = constant->getOwner();
      if (isMovement(op)) {
        const void *leader = leaderOf(op->getResult(0));
        pairs.push_back({constant->get(), groups.find(leader)->second.type, {constant}, numberOf(leader)});
        continue;
      }
      std::optional<RealRange> range = findRange(constant->get());
      if (!range)
        return op->emitError() << "has a constant operand that is not finite";
      pairs.push_back({constant->get(),
                       chooseType(activationsQuantizer(op), range->min, range->max),
                       {constant},
                       numberOf(constant)});
    }
    return success();
  }

  func::FuncOp function;
  llvm::MapVector<Value, Operation *> demands; ///< with the op that asked first
  SmallVector<OpOperand *> constants;
  llvm::EquivalenceClasses<const void *> classes; ///< values of one scale
  llvm::DenseMap<const void *, Group> groups;
  llvm::DenseMap<const void *, unsigned> numbers; ///< of groups
  SmallVector<PlannedPair> pairs;
};
} // namespace

FailureOr<SmallVector<PlannedPair>> planQuantization(func::FuncOp function) {
  return Planner(function).run();
}

} // namespace quern
