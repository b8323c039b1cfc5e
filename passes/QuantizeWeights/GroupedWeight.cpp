// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/QuantizeWeights/GroupedWeight.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Generator.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"

#include "mlir/IR/Builders.h"

#include <cmath>

using namespace mlir;

namespace quern {

bool isGrouped(onnx::QuantizableOpInterface op, QuantizerAttr quantizer) {
  if (quantizer.getGranularity().getKind() != GranularityKind::Group)
    return false;
  auto type = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  auto gemm = dyn_cast<onnx::GemmOp>(*op);
  bool isTransposed = gemm && gemm.getTransB() != 0;
  return type && type.getRank() == 2 &&
         type.getDimSize(isTransposed) > quantizer.getGranularity().getGroupSize();
}

/// True for weights [channels, terms...], which a matrix [terms, channels] is the transpose of.
static bool hasChannelsFirst(onnx::QuantizableOpInterface op) {
  auto gemm = dyn_cast<onnx::GemmOp>(*op);
  return isa<onnx::ConvOp>(*op) || (gemm && gemm.getTransB() != 0);
}

FailureOr<GroupedWeight> readGroupedWeight(onnx::QuantizableOpInterface op, QuantizerAttr quantizer) {
  auto view = onnx::ConstantView::of(op->getOperand(1));
  bool isConvolution = isa<onnx::ConvOp>(*op);
  if (!view || (view->getType().getRank() != 2 && !isConvolution))
    return op->emitError("expected a constant matrix as weight");
  bool isTransposed = hasChannelsFirst(op);
  auto gemm = dyn_cast<onnx::GemmOp>(*op);
  float factor = gemm ? gemm.getAlpha().convertToFloat() : 1.0f;
  int64_t columns = view->getShape()[isTransposed ? 0 : 1];
  int64_t rows = columns == 0 ? 0 : view->size() / columns;
  int64_t groupSize = quantizer.getGranularity().getKind() == GranularityKind::Group
                          ? std::min(rows, quantizer.getGranularity().getGroupSize())
                          : rows;
  GroupedWeight weight{{},
                       {rows, columns, groupSize},
                       {quantizer.getFormat().getBits(), quantizer.getScheme() == Scheme::Symmetric}};
  weight.values.reserve(rows * columns);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column) {
      int64_t at = isTransposed ? column * rows + row : row * columns + column;
      weight.values.push_back(float(view->real(at)) * factor);
    }
  if (!llvm::all_of(weight.values, [](float value) { return std::isfinite(value); }))
    return op->emitError("has a weight with NaN or infinite elements, which cannot be quantized");
  return weight;
}

/// Makes a constant operand one of other values.
static void setConstant(Operation *op, unsigned operand, ArrayRef<double> values) {
  OpBuilder builder(op);
  Value replaced = op->getOperand(operand);
  auto type = cast<RankedTensorType>(replaced.getType());
  op->setOperand(
      operand, onnx::ConstantOp::create(builder, replaced.getLoc(), type, onnx::makeConstant(type, values)));
}

void addToWeight(onnx::QuantizableOpInterface op, ArrayRef<double> difference) {
  onnx::ConstantView view = *onnx::ConstantView::of(op->getOperand(1));
  bool isTransposed = hasChannelsFirst(op);
  auto gemm = dyn_cast<onnx::GemmOp>(*op);
  double factor = gemm ? gemm.getAlpha().convertToFloat() : 1;
  if (view.size() == 0 || factor == 0)
    return;
  int64_t columns = view.getShape()[isTransposed ? 0 : 1], rows = view.size() / columns;
  SmallVector<double> values;
  for (int64_t at = 0; at < view.size(); ++at) {
    int64_t own = isTransposed ? at % rows * columns + at / rows : at;
    values.push_back(view.real(at) + difference[own] / factor);
  }
  setConstant(op, 1, values);
}

void addToBias(onnx::QuantizableOpInterface op, unsigned bias, ArrayRef<double> difference) {
  auto gemm = dyn_cast<onnx::GemmOp>(*op);
  double beta = gemm ? gemm.getBeta().convertToFloat() : 1;
  onnx::ConstantView view = *onnx::ConstantView::of(op->getOperand(bias));
  SmallVector<double> values;
  for (auto [channel, added] : llvm::enumerate(difference))
    values.push_back(view.real(channel) + added / beta);
  setConstant(op, bias, values);
}

/// Multiplies a constant C by beta.
static void foldBeta(onnx::GemmOp gemm) {
  float beta = gemm.getBeta().convertToFloat();
  auto bias = onnx::ConstantView::of(gemm.getC());
  if (beta == 1.0f || !bias)
    return;
  SmallVector<double> values;
  for (int64_t i = 0; i < bias->size(); ++i)
    values.push_back(float(bias->real(i)) * beta);
  setConstant(gemm, 2, values);
  gemm->setAttr("beta", Builder(gemm->getContext()).getF32FloatAttr(1.0f));
}

/// A weight [channels, terms...] and its type, from codes [terms, channels] of one group.
static std::pair<quant::QuantizedType, SmallVector<int64_t>>
arrangeChannelsFirst(MLIRContext *context, const GroupedWeight &weight, const GroupCodes &codes) {
  SmallVector<double> scales;
  SmallVector<int64_t> zeroPoints, integers;
  for (const Quantizer &quantizer : codes.quantizers) {
    scales.push_back(quantizer.scale);
    zeroPoints.push_back(quantizer.zeroPoint);
  }
  for (int64_t column = 0; column < weight.layout.columns; ++column)
    for (int64_t row = 0; row < weight.layout.rows; ++row)
      integers.push_back(codes.codes[row * weight.layout.columns + column]);
  CodeRange range = weight.format.codes();
  auto type = quant::UniformQuantizedPerAxisType::get(
      weight.format.isSymmetric ? quant::QuantizationFlags::Signed : 0,
      IntegerType::get(context, storageBitsOf(weight.format)), Float32Type::get(context), scales, zeroPoints,
      /*quantizedDimension=*/0, range.lowest, range.highest);
  return {type, std::move(integers)};
}

/// A matrix [terms, channels] and its type, in blocks where there are several groups.
static std::pair<quant::QuantizedType, SmallVector<int64_t>>
arrangeMatrix(MLIRContext *context, const GroupedWeight &weight, const GroupCodes &codes) {
  ColumnGroups groups{weight.layout.groupSize, {}, {}};
  for (const Quantizer &quantizer : codes.quantizers) {
    groups.scales.push_back(quantizer.scale);
    groups.zeroPoints.push_back(quantizer.zeroPoint);
  }
  CodeRange range = weight.format.codes();
  quant::QuantizedType type = columnGroupsType(
      context, storageBitsOf(weight.format), weight.format.isSymmetric, {range.lowest, range.highest}, groups,
      SmallVector<int64_t>{weight.layout.rows, weight.layout.columns});
  return {type, llvm::to_vector_of<int64_t>(codes.codes)};
}

void replaceWeight(onnx::QuantizableOpInterface op, const GroupedWeight &weight, const GroupCodes &codes) {
  OpBuilder builder(op);
  Value original = op->getOperand(1);
  bool isConvolution = isa<onnx::ConvOp>(*op);
  auto [type, numbers] = isConvolution ? arrangeChannelsFirst(op->getContext(), weight, codes)
                                       : arrangeMatrix(op->getContext(), weight, codes);
  SmallVector<int64_t> shape{weight.layout.rows, weight.layout.columns};
  if (isConvolution)
    shape.assign(cast<RankedTensorType>(original.getType()).getShape());
  auto storage = RankedTensorType::get(shape, storageTypeOf(type));
  auto integers = onnx::ConstantOp::create(builder, original.getLoc(), storage,
                                           onnx::makeIntegerConstant(storage, numbers));
  if (StringRef name = onnx::getValueName(original); !name.empty())
    onnx::setValueName(cast<OpResult>(integers->getResult(0)), (name + "_quantized").str());
  Value reals = DequantizeOp::create(builder, original.getLoc(), storage.clone(builder.getF32Type()),
                                     castFromStorage(builder, original.getLoc(), integers, type));
  op->setOperand(1, reals);
  if (auto gemm = dyn_cast<onnx::GemmOp>(*op)) {
    foldBeta(gemm);
    op->setAttr("alpha", builder.getF32FloatAttr(1.0f));
    op->setAttr("transB", builder.getI64IntegerAttr(0));
  }
}

std::vector<float> leastScales(onnx::QuantizableOpInterface op, int64_t columns) {
  std::vector<float> least(columns, 0.0f);
  std::optional<Quantizer> activations = findActivations(op);
  std::optional<unsigned> number = op.getBiasOperand();
  auto bias = number ? onnx::ConstantView::of(op->getOperand(*number)) : std::nullopt;
  if (!activations || !bias || columns == 0)
    return least;
  auto gemm = dyn_cast<onnx::GemmOp>(*op);
  float beta = gemm ? gemm.getBeta().convertToFloat() : 1.0f;
  bool isScalar = bias->getShape().empty() || bias->getShape().back() == 1;
  for (int64_t i = 0; i < bias->size(); ++i)
    for (int64_t column = isScalar ? 0 : i % columns, end = isScalar ? columns : column + 1; column < end;
         ++column)
      least[column] =
          std::max(least[column], smallestWeightScale(float(bias->real(i)) * beta, activations->scale));
  return least;
}

std::optional<unsigned> findConstantBias(onnx::QuantizableOpInterface op, int64_t columns) {
  std::optional<unsigned> number = op.getBiasOperand();
  auto bias = number ? onnx::ConstantView::of(op->getOperand(*number)) : std::nullopt;
  auto gemm = dyn_cast<onnx::GemmOp>(*op);
  bool counts = !gemm || gemm.getBeta().convertToFloat() != 0;
  return bias && counts && bias->getElementType().isF32() && bias->size() == columns ? number : std::nullopt;
}

std::optional<Quantizer> findActivations(onnx::QuantizableOpInterface op) {
  for (OpOperand &operand : op->getOpOperands()) {
    auto dequantize = operand.get().getDefiningOp<DequantizeOp>();
    if (!dequantize || operand.getOperandNumber() == op.getWeightOperand())
      continue;
    if (auto type =
            dyn_cast<quant::UniformQuantizedType>(quantizedElementType(dequantize.getInput().getType())))
      return Quantizer{float(type.getScale()),
                       int32_t(type.getZeroPoint()),
                       {int32_t(type.getStorageTypeMin()), int32_t(type.getStorageTypeMax())}};
  }
  return std::nullopt;
}

} // namespace quern
