// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Integerize/Codes.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/ONNX/IR/Structure.h"
#include "dialects/Quern/IR/QuernOps.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace quern {

std::string describeSource(Value value) {
  if (Operation *op = value.getDefiningOp()) {
    StringRef node = onnx::getNodeName(op);
    return ("'" + (node.empty() ? op->getName().getStringRef() : node) + "'").str();
  }
  return ("input '" + onnx::getValueName(value) + "'").str();
}

Quantizer quantizerOf(quant::UniformQuantizedType type) {
  return {float(type.getScale()),
          int32_t(type.getZeroPoint()),
          {int32_t(type.getStorageTypeMin()), int32_t(type.getStorageTypeMax())}};
}

Quantizer TensorCodes::quantizer() const { return quantizerOf(type); }

static bool isEightBitTensorType(quant::QuantizedType type) {
  return isa_and_present<quant::UniformQuantizedType>(type) && type.getStorageTypeIntegralWidth() == 8;
}

FailureOr<TensorCodes> getTensorCodes(Value real, Refusal &refusal) {
  auto dequantize = real.getDefiningOp<DequantizeOp>();
  if (!dequantize)
    return refuse(refusal, "expected operands of 8-bit codes; " + describeSource(real) + " gives floats",
                  "quantize what " + describeSource(real) + " gives");
  quant::QuantizedType type = quantizedElementType(dequantize.getInput().getType());
  if (!isEightBitTensorType(type))
    return refuse(
        refusal, "expected operands of 8-bit codes with one scale; " + describeSource(real) + " gives others",
        "quantize what " + describeSource(real) + " gives to 8 bits per tensor");
  return TensorCodes{dequantize.getInput(), cast<quant::UniformQuantizedType>(type)};
}

FailureOr<quant::UniformQuantizedType> getResultType(Operation *quantize, Refusal &refusal) {
  quant::QuantizedType type = quantizedElementType(quantize->getResult(0).getType());
  if (!isEightBitTensorType(type))
    return refuse(refusal, "expected a result of 8 bits and one scale",
                  "quantize the result to 8 bits per tensor");
  return cast<quant::UniformQuantizedType>(type);
}

bool isConstantTensor(Value value) { return value && matchPattern(value, m_Constant()); }

std::optional<SmallVector<int64_t>> readIntegers(Value value) {
  auto view = value ? onnx::ConstantView::of(value) : std::nullopt;
  if (!view || !isa<IntegerType>(view->getElementType()))
    return std::nullopt;
  SmallVector<int64_t> integers(view->size());
  for (auto [i, integer] : llvm::enumerate(integers))
    integer = view->integer(i);
  return integers;
}

std::optional<SmallVector<float>> readReals(Value value) {
  auto view = value ? onnx::ConstantView::of(value) : std::nullopt;
  if (!view || !view->getElementType().isF32())
    return std::nullopt;
  SmallVector<float> reals(view->size());
  for (auto [i, real] : llvm::enumerate(reals))
    real = float(view->real(i));
  return reals;
}

std::optional<float> readScalar(Value value) {
  auto view = value ? onnx::ConstantView::of(value) : std::nullopt;
  if (!view || !view->getElementType().isF32() || view->size() == 0)
    return std::nullopt;
  for (int64_t i = 1; i < view->size() && !view->isSplat(); ++i)
    if (view->bytes(i) != view->bytes(0))
      return std::nullopt;
  return float(view->real(0));
}

Value createConstant(OpBuilder &builder, Location location, ElementsAttr value) {
  return onnx::ConstantOp::create(builder, location, value.getType(), value);
}

Value createIntegers(OpBuilder &builder, Location location, RankedTensorType type, ArrayRef<int64_t> values) {
  return createConstant(builder, location, onnx::makeIntegerConstant(type, values));
}

Value createZeroPoint(OpBuilder &builder, Location location, quant::QuantizedType type, int64_t zeroPoint) {
  if (zeroPoint == 0)
    return onnx::NoValueOp::create(builder, location, builder.getNoneType());
  return createIntegers(builder, location, RankedTensorType::get({}, storageTypeOf(type)), zeroPoint);
}

} // namespace quern
