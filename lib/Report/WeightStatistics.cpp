// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/WeightStatistics.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"
#include "lib/Pipelines/Assignment/WeightVariants.h"

using namespace mlir;

namespace quern {

static DequantizeOp codesOf(Operation *hubOp, std::optional<unsigned> operand) {
  return operand ? hubOp->getOperand(*operand).getDefiningOp<DequantizeOp>() : DequantizeOp();
}

static int64_t elementsOf(Value value) { return cast<ShapedType>(value.getType()).getNumElements(); }

static int64_t countScales(quant::QuantizedType type) {
  if (auto blocks = dyn_cast<quant::UniformQuantizedSubChannelType>(type))
    return int64_t(blockScales(blocks).size());
  auto parameters = uniformParameters(type);
  return parameters ? int64_t(parameters->scales.size()) : 0;
}

std::vector<float> readFloatWeight(const ComparedNode &node) {
  WeightVariant asInHub{node.hubOp->getAttrDictionary(), {}, {}};
  return readFloatWeight(node.floatOp, asInHub);
}

std::string WeightStatistics::granularity() const {
  if (groupSize)
    return "groups of " + std::to_string(groupSize);
  return facts.perTensor ? "tensor" : "channel";
}

std::optional<WeightStatistics> describeWeight(const ComparedNode &node) {
  auto op = dyn_cast<onnx::QuantizableOpInterface>(node.hubOp);
  std::optional<unsigned> operand = op ? op.getWeightOperand() : std::nullopt;
  DequantizeOp codes = operand ? codesOf(op, operand) : DequantizeOp();
  if (!codes || !storageOperand(codes.getInput()) ||
      !onnx::ConstantView::of(node.floatOp->getOperand(*operand)))
    return std::nullopt;
  WeightStatistics found;
  quant::QuantizedType type = quantizedElementType(codes.getInput().getType());
  ArrayRef<int64_t> shape = cast<RankedTensorType>(codes.getType()).getShape();
  found.isSigned = type.isSigned();
  found.facts.bits = llvm::Log2_64_Ceil(uint64_t(type.getStorageTypeMax() - type.getStorageTypeMin() + 1));
  if (std::optional<ColumnGroups> groups =
          isa<quant::UniformQuantizedSubChannelType>(type) ? columnGroups(type, shape) : std::nullopt)
    found.groupSize = groups->groupSize < shape[0] ? groups->groupSize : 0;
  found.facts.perTensor = isa<quant::UniformQuantizedType>(type);
  found.elements = elementsOf(codes);
  int64_t storageBits = storageTypeOf(type).getWidth();
  found.bytes = (found.elements * storageBits + 7) / 8 + countScales(type) * int64_t(sizeof(float));
  if (!type.isSigned())
    found.bytes += (countScales(type) * storageBits + 7) / 8;
  found.floatBytes = found.elements * int64_t(sizeof(float));
  if (std::optional<unsigned> bias = op.getBiasOperand()) {
    found.bytes += elementsOf(op->getOperand(*bias)) * int64_t(sizeof(int32_t));
    found.floatBytes += elementsOf(node.floatOp->getOperand(*bias)) * int64_t(sizeof(float));
  }

  found.inner = found.elements;
  if (std::optional<int64_t> axis = op.getWeightChannelAxis(); axis && shape.size() > 1) {
    found.axis = *axis;
    found.channels = shape[*axis];
    found.inner = ShapedType::getNumElements(shape.drop_front(*axis + 1));
  }
  std::vector<float> weight = readFloatWeight(node);
  found.values.add(weight, found.channels, found.inner);
  found.facts.channelRatio = findOutlier(found.values.channels).ratio;
  return found;
}

} // namespace quern
