// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/InsertSimulation/SimulationSlots.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/InsertQuantization/QuantizationPlan.h"
#include "passes/QuantizationAnalysis/IntegerRoles.h"

using namespace mlir;

namespace quern {

void numberOps(func::FuncOp function) {
  int64_t number = 0;
  Builder builder(function.getContext());
  function.walk([&](Operation *op) { op->setAttr(kNumberAttrName, builder.getI64IntegerAttr(number++)); });
}

void eraseNumbers(func::FuncOp function) {
  function.walk([](Operation *op) { op->removeAttr(kNumberAttrName); });
}

int64_t numberOf(Operation *op) {
  auto number = op ? op->getAttrOfType<IntegerAttr>(kNumberAttrName) : IntegerAttr();
  return number ? number.getInt() : -1;
}

/// The axis along which the use's op could take in the inverse of an edge transform.
static std::optional<int64_t> absorbingAxis(OpOperand &use) {
  auto op = dyn_cast<onnx::ChannelTransformOpInterface>(use.getOwner());
  auto type = dyn_cast<RankedTensorType>(use.get().getType());
  if (!op || !type || !type.hasStaticShape())
    return std::nullopt;
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    if (op.getChannelAbsorption(use.getOperandNumber(), axis, /*shifted=*/false))
      return axis;
  return std::nullopt;
}

static BlockArgument addArgument(func::FuncOp function, ArrayRef<int64_t> shape, const Twine &name) {
  Builder builder(function.getContext());
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  unsigned number = function.getNumArguments();
  auto attributes =
      builder.getDictionaryAttr(builder.getNamedAttr(onnx::nameAttribute, builder.getStringAttr(name)));
  (void)function.insertArgument(number, type, attributes, function.getLoc());
  return function.getArgument(number);
}

static void simulate(func::FuncOp function, OpOperand &use, SimulationSlot &slot, size_t index) {
  slot.quantizerArgument = function.getNumArguments();
  std::string name = "quern.slot" + std::to_string(index);
  Value quantizer = addArgument(function, {4}, name + ".quantizer");
  SmallVector<Value> channels;
  IntegerAttr axisAttr;
  OpBuilder builder(use.getOwner());
  if (std::optional<int64_t> axis = absorbingAxis(use); axis && slot.isForInteger) {
    slot.axis = *axis;
    slot.channels = cast<RankedTensorType>(use.get().getType()).getDimSize(*axis);
    channels = {addArgument(function, {slot.channels}, name + ".scale"),
                addArgument(function, {slot.channels}, name + ".shift")};
    axisAttr = builder.getI64IntegerAttr(*axis);
  }
  use.set(SimulateQuantizeOp::create(builder, use.getOwner()->getLoc(), use.get().getType(), use.get(),
                                     quantizer, channels, axisAttr));
}

FailureOr<std::vector<SimulationSlot>> insertSimulation(func::FuncOp function) {
  FailureOr<SmallVector<PlannedPair>> plan = planQuantization(function);
  if (failed(plan))
    return failure();
  std::vector<SimulationSlot> slots;
  for (const PlannedPair &pair : *plan) {
    if (isConstant(pair.value))
      continue;
    for (OpOperand *use : pair.uses) {
      SimulationSlot slot;
      slot.user = numberOf(use->getOwner());
      slot.operand = use->getOperandNumber();
      slot.producer = numberOf(pair.value.getDefiningOp());
      auto result = dyn_cast<OpResult>(pair.value);
      slot.result = result ? result.getResultNumber() : cast<BlockArgument>(pair.value).getArgNumber();
      slot.group = pair.group;
      auto precision = use->getOwner()->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
      slot.isForInteger = precision && precision.getActivations() && !precision.hasDynamicRows();
      if (!slot.isForInteger)
        precision = pair.value.getDefiningOp()->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
      slot.quantizer = precision.getActivations();
      slot.type = pair.type;
      simulate(function, *use, slot, slots.size());
      slots.push_back(slot);
    }
  }
  return slots;
}

} // namespace quern
